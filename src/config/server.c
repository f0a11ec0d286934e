/* SPDX-License-Identifier: MIT */
/*
 * The parameter of the command that has l2tpctl talk to another host.
 */
#define ROW_STRUCT server_config
#include "config/row.h"

static const struct param params[] = {
	{
		ROW_MEMBER(name), .type = PARAM_STRING, .flags = PARAM_LIVE,
		.help = "host whose daemon is asked, over ssh; without one, this host's", .reference = "OpenL2TP",
	},
};

const struct param_table config_server_table = ROW_TABLE("server");
