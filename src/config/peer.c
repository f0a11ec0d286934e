/* SPDX-License-Identifier: MIT */
/*
 * Parameters of commands about peers, which nobody makes: they are there while tunnels lead to them.
 */
#define ROW_STRUCT peer_config
#include "config/row.h"

static const struct param params[] = {
	{
		ROW_MEMBER(peer_ipaddr), .type = PARAM_PREFIX, .flags = PARAM_KEY,
		.help = "the peer's address, or a network of peers", .reference = "OpenL2TP",
	},
	{
		ROW_MEMBER(local_ipaddr), .type = PARAM_ADDRESS, .flags = PARAM_KEY,
		.help = "our address where the peer's tunnels end; without it any; for show", .reference = "OpenL2TP",
	},
	{
		ROW_MEMBER(host_name), .type = PARAM_STRING, .min = 1,
		.help = "how the peer calls itself; for explain",
	},
	{
		ROW_MEMBER(peer_port), .type = PARAM_U16, .min = 1, .max = UINT16_MAX,
		.help = "the peer's UDP port; for explain",
	},
};

const struct param_table config_peer_table = ROW_TABLE("peer");
