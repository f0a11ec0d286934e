/* SPDX-License-Identifier: MIT */
/*
 * One value of one parameter, by its row's type: text to octets in memory and back.  param.c
 * wraps this with tables, checks and errors.
 */
#ifndef L2TPD_CONFIG_VALUE_H
#define L2TPD_CONFIG_VALUE_H

#include "config/param.h"

#define VALUE_SIZE_MAX 512	/* no member is larger */

/* Parse text into member (param->size octets, zero before). False when it is not such a value. */
bool value_parse(const struct param *param, const char *text, void *member);
/* As param_format(). */
void value_format(const struct param *param, const void *member, char out[PARAM_TEXT_MAX]);
/* The word in this text that is known and not supported yet; NULL: there is none. */
const struct param_word *value_unsupported_word(const struct param *param, const char *text);
bool value_equal(const struct param *param, const void *a, const void *b);
/* What type, range and words allow. */
void value_allowed(const struct param *param, char out[PARAM_TEXT_MAX]);

#endif
