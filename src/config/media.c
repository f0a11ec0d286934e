/* SPDX-License-Identifier: MIT */
/*
 * The words for framings and bearers of calls, which tunnels and sessions have alike.
 */
#include "config/row.h"

const struct param_word config_framing_words[] = {
	WORD("any", CONFIG_FRAMING_ANY), WORD("sync", CONFIG_FRAMING_SYNC), WORD("async", CONFIG_FRAMING_ASYNC),
	WORD("none", CONFIG_FRAMING_NONE), { .name = NULL },
};

const struct param_word config_bearer_words[] = {
	WORD("any", CONFIG_BEARER_ANY), WORD("digital", CONFIG_BEARER_DIGITAL),
	WORD("analog", CONFIG_BEARER_ANALOG), WORD("none", CONFIG_BEARER_NONE), { .name = NULL },
};
