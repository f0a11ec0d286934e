/* SPDX-License-Identifier: MIT */
/*
 * Parameters of a peer profile: which peers it is for, and which profiles are theirs.
 */
#define ROW_STRUCT peer_profile_config
#include "config/check.h"
#include "config/row.h"

#define PEER_TUNNELS_MAX 65535	/* all ids of version 2 */

static const struct param_word lac_lns_words[] = {
	WORD("laclns", CONFIG_PEER_LACLNS), WORD("lac", CONFIG_PEER_LAC), WORD("lns", CONFIG_PEER_LNS),
	WORD("lnslac", CONFIG_PEER_LACLNS), { .name = NULL },
};

static const struct param params[] = {
	{
		ROW_MEMBER(profile_name), .type = PARAM_STRING, .flags = PARAM_PROFILE_KEY, .min = 1,
		.help = "its name; a peer that calls itself so has this profile, but no peer has `default` so",
		.reference = "OpenL2TP",
	},
	{
		ROW_MEMBER(peer_ipaddr), .type = PARAM_PREFIX, .flags = PARAM_LIVE | PARAM_PROFILE,
		.help = "the peers that it is for, the longest network first; without it none by its address",
		.reference = "OpenL2TP",
	},
	{
		ROW_MEMBER(netmask), .type = PARAM_ADDRESS, .flags = PARAM_LIVE | PARAM_PROFILE,
		.check = check_netmask, .allowed = CHECK_NETMASK_ALLOWED,
		.help = "mask of peer_ipaddr, instead of a length behind it", .reference = "OpenL2TP",
	},
	{
		ROW_MEMBER(peer_port), .type = PARAM_U16, .flags = PARAM_LIVE | PARAM_PROFILE, .max = UINT16_MAX,
		.default_text = "0",
		.help = "UDP port of the peers that it is for; 0: any", .reference = "OpenL2TP",
	},
	{
		ROW_MEMBER(tunnel_profile_name), .type = PARAM_STRING, .flags = PARAM_LIVE | PARAM_PROFILE, .min = 1,
		.help = "tunnel profile of these peers' tunnels", .reference = "OpenL2TP",
	},
	{
		ROW_MEMBER(session_profile_name), .type = PARAM_STRING, .flags = PARAM_LIVE | PARAM_PROFILE, .min = 1,
		.help = "session profile of their sessions", .reference = "OpenL2TP",
	},
	{
		ROW_MEMBER(ppp_profile_name), .type = PARAM_STRING, .flags = PARAM_LIVE | PARAM_PROFILE, .min = 1,
		.help = "PPP profile of their sessions", .reference = "OpenL2TP",
	},
	{
		ROW_MEMBER(trace_flags), .type = PARAM_FLAGS, .flags = PARAM_LIVE | PARAM_PROFILE,
		.words = config_trace_words, .default_text = "none",
		.help = "what is logged of these peers' tunnels, besides what is of each",
	},
	{
		ROW_MEMBER(lac_lns), .type = PARAM_ENUM, .flags = PARAM_LIVE | PARAM_PROFILE,
		.words = lac_lns_words, .default_text = "laclns",
		.help = "which of the two ends these peers may be; lac: calls come in from them and go out to them",
		.reference = "RFC 2661 1.2, OpenL2TP",
	},
	{
		ROW_MEMBER(accept_tunnels), .type = PARAM_BOOL, .flags = PARAM_LIVE | PARAM_PROFILE,
		.default_text = "yes",
		.help = "accept tunnels that these peers ask for; the peer profile `default`, which is for all others, "
			"does so only when it says so",
	},
	{
		ROW_MEMBER(max_tunnels), .type = PARAM_U32, .flags = PARAM_LIVE | PARAM_PROFILE,
		.max = PEER_TUNNELS_MAX, .default_text = "0",
		.help = "most tunnels of one address of these peers; 0: no limit",
	},
};

const struct param_table config_peer_profile_table = ROW_TABLE("peer profile");
