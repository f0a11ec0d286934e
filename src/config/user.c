/* SPDX-License-Identifier: MIT */
/*
 * Parameters of commands about users, whom PPP knows by name in their sessions.
 */
#define ROW_STRUCT user_config
#include "config/row.h"

static const struct param params[] = {
	{
		ROW_MEMBER(user_name), .type = PARAM_STRING, .flags = PARAM_KEY, .min = 1,
		.help = "the name that the user has proved to PPP", .reference = "OpenL2TP",
	},
	{
		ROW_MEMBER(tunnel_id), .type = PARAM_U32, .flags = PARAM_KEY, .min = 1, .max = UINT32_MAX,
		.help = "the tunnel of the user's session, by our id of it", .reference = "OpenL2TP",
	},
	{
		ROW_MEMBER(session_id), .type = PARAM_U32, .flags = PARAM_KEY, .min = 1, .max = UINT32_MAX,
		.help = "the user's session, by our id of it", .reference = "OpenL2TP",
	},
};

const struct param_table config_user_table = ROW_TABLE("user");
