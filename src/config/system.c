/* SPDX-License-Identifier: MIT */
/*
 * Parameters of the system: limits of the whole daemon.
 */
#define ROW_STRUCT system_config
#include "config/row.h"

/* as many as the daemon can hold at all: SERVICE_TUNNELS_MAX, SERVICE_SESSIONS_MAX */
#define SYSTEM_TUNNELS_MAX 65536
#define SYSTEM_SESSIONS_MAX 1048576

static const struct param params[] = {
	{
		ROW_MEMBER(max_tunnels), .type = PARAM_U32, .flags = PARAM_LIVE,
		.max = SYSTEM_TUNNELS_MAX, .default_text = "0",
		.help = "most tunnels at a time; 0: no limit but the built-in one of 65536", .reference = "OpenL2TP",
	},
	{
		ROW_MEMBER(max_sessions), .type = PARAM_U32, .flags = PARAM_LIVE,
		.max = SYSTEM_SESSIONS_MAX, .default_text = "0",
		.help = "most sessions at a time in all tunnels; 0: no limit but the built-in one of 1048576",
		.reference = "OpenL2TP",
	},
	{
		ROW_MEMBER(deny_local_tunnel_creates), .type = PARAM_BOOL, .flags = PARAM_LIVE, .default_text = "no",
		.help = "refuse `tunnel create`", .reference = "OpenL2TP",
	},
	ROW_LATER("deny_remote_tunnel_creates", ROW_V2, "refuse tunnels that peers ask for"),
	ROW_LATER("drain_tunnels", ROW_V2, "refuse new tunnels and sessions, keep those there are"),
	ROW_LATER("tunnel_establish_timeout", ROW_V2, "give up a tunnel that is not up after so long"),
	ROW_LATER("session_establish_timeout", ROW_V2, "give up a session that is not up after so long"),
	ROW_LATER("tunnel_persist_pend_timeout", ROW_V2, "wait so long before a lost tunnel is tried again"),
	ROW_LATER("session_persist_pend_timeout", ROW_V2, "wait so long before a lost session is tried again"),
	ROW_LATER("reset_statistics", ROW_V2, "set the system's counters to zero"),
	ROW_LATER("trace_flags", ROW_TRACE, "what is logged that belongs to no tunnel"),
	ROW_LATER("udp_port", NULL, "tunnels have a port of their own: our_udp_port"),
};

const struct param_table config_system_table = {
	.object = "system", .params = params, .count = sizeof(params) / sizeof(params[0]),
	.size = sizeof(struct system_config),
};
