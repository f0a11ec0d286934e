/* SPDX-License-Identifier: MIT */
/*
 * Parameters of the system: what holds for the whole daemon.
 */
#define ROW_STRUCT system_config
#include "config/check.h"
#include "config/row.h"

/* as many as the daemon can hold at all: SERVICE_TUNNELS_MAX, SERVICE_SESSIONS_MAX */
#define SYSTEM_TUNNELS_MAX 65536
#define SYSTEM_SESSIONS_MAX 1048576

#define SYSTEM_HOOK_TIMEOUT_MAX 600000		/* ten minutes: whatever takes longer goes into the background */
#define SYSTEM_AUTHORIZER_TIMEOUT_MAX 60000	/* peers give up before */

#define SYSTEM_TIMEOUT_MAX 86400		/* a day */

static const struct param_word decision_words[] = {
	WORD("refuse", CONFIG_REFUSE), WORD("accept", CONFIG_ACCEPT), { .name = NULL },
};

static const struct param_word metrics_detail_words[] = {
	WORD("totals", CONFIG_METRICS_TOTALS), WORD("tunnels", CONFIG_METRICS_TUNNELS),
	WORD("sessions", CONFIG_METRICS_SESSIONS), { .name = NULL },
};

static const struct param_word datapath_words[] = {
	WORD("auto", CONFIG_DATAPATH_AUTO), WORD("user", CONFIG_DATAPATH_USER),
	WORD("kernel", CONFIG_DATAPATH_KERNEL), { .name = NULL },
};

#define ABSOLUTE(member, by_default, what, whence)                                                   \
	{                                                                                            \
		ROW_MEMBER(member), .type = PARAM_PATH, .flags = PARAM_LIVE,                         \
		.check = check_absolute, .allowed = CHECK_ABSOLUTE_ALLOWED,                          \
		.default_text = (by_default), .help = (what), .reference = (whence)                  \
	}
#define USERS_FILE(member, by_default, what) ABSOLUTE(member, by_default, what, "pppd(8)")
#define SCRIPT(member, by_default, what) ABSOLUTE(member, by_default, what, "pppd(8)")

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
	{
		ROW_MEMBER(datapath), .type = PARAM_ENUM, .flags = PARAM_LIVE,
		.words = datapath_words, .default_text = "auto",
		.help = "what moves packets: user, l2tpd itself; kernel, Linux's own L2TP; auto, the faster of those "
			"there are; for tunnels made from now on that do not say it themselves",
	},
	{
		ROW_MEMBER(trace_flags), .type = PARAM_FLAGS, .flags = PARAM_LIVE,
		.words = config_trace_words, .default_text = "none",
		.help = "what is logged that belongs to no tunnel", .reference = "OpenL2TP",
	},
	{
		ROW_MEMBER(hook_directory), .type = PARAM_PATH, .flags = PARAM_LIVE,
		.check = check_absolute, .allowed = CHECK_ABSOLUTE_ALLOWED,
		.help = "folder of programs that are run at events, each named like its event, or any; without it none",
	},
	{
		ROW_MEMBER(hook_timeout), .type = PARAM_U32, .flags = PARAM_LIVE,
		.min = 100, .max = SYSTEM_HOOK_TIMEOUT_MAX, .default_text = "10000", .unit = "ms",
		.help = "how long a hook program may run before it is ended",
	},
	{
		ROW_MEMBER(authorizer_timeout), .type = PARAM_U32, .flags = PARAM_LIVE,
		.min = 10, .max = SYSTEM_AUTHORIZER_TIMEOUT_MAX, .default_text = "2000", .unit = "ms",
		.help = "how long an authorizer may take to answer",
	},
	{
		ROW_MEMBER(authorizer_silent), .type = PARAM_ENUM, .flags = PARAM_LIVE,
		.words = decision_words, .default_text = "refuse",
		.help = "what becomes of a tunnel or session when the authorizer does not answer in time",
	},
	{
		ROW_MEMBER(authorizer_absent), .type = PARAM_ENUM, .flags = PARAM_LIVE,
		.words = decision_words, .default_text = "accept",
		.help = "what becomes of it when there is no authorizer",
	},
	{
		ROW_MEMBER(metrics_port), .type = PARAM_U16, .flags = PARAM_LIVE,
		.max = UINT16_MAX, .default_text = "0",
		.help = "TCP port where Prometheus is told the metrics; 0: none",
	},
	{
		ROW_MEMBER(metrics_address), .type = PARAM_ADDRESS, .flags = PARAM_LIVE,
		.default_text = "127.0.0.1", .check = check_source, .allowed = CHECK_SOURCE_ALLOWED,
		.help = "address of that port; 0.0.0.0 or ::, all of this host",
	},
	{
		ROW_MEMBER(metrics_detail), .type = PARAM_ENUM, .flags = PARAM_LIVE,
		.words = metrics_detail_words, .default_text = "tunnels",
		.help = "what has series of its own: nothing but the whole daemon, each tunnel, or each session too",
	},
	{
		ROW_MEMBER(metrics_token), .type = PARAM_STRING, .flags = PARAM_LIVE | PARAM_SECRET,
		.help = "bearer token that who reads the metrics must show; without it none", .reference = "RFC 6750",
	},
	{
		ROW_MEMBER(metrics_token_file), .type = PARAM_PATH,
		.flags = PARAM_LIVE | PARAM_READ_FILE, .check = check_secret_file, .allowed = CHECK_SECRET_FILE_ALLOWED,
		.help = "where metrics_token is read from, at start and at each reload",
	},
	{
		ROW_MEMBER(deny_remote_tunnel_creates), .type = PARAM_BOOL, .flags = PARAM_LIVE, .default_text = "no",
		.help = "refuse the tunnels that peers ask for, and listen to nobody", .reference = "OpenL2TP",
	},
	{
		ROW_MEMBER(drain_tunnels), .type = PARAM_BOOL, .flags = PARAM_LIVE, .default_text = "no",
		.help = "refuse new tunnels and new sessions, ours and the peers', and keep those there are",
		.reference = "OpenL2TP",
	},
	{
		ROW_MEMBER(tunnel_establish_timeout), .type = PARAM_U32, .flags = PARAM_LIVE,
		.max = SYSTEM_TIMEOUT_MAX, .default_text = "120", .unit = "s",
		.help = "give up a tunnel of version 2 that is not up after so long; 0: never", .reference = "OpenL2TP",
	},
	{
		ROW_MEMBER(session_establish_timeout), .type = PARAM_U32, .flags = PARAM_LIVE,
		.max = SYSTEM_TIMEOUT_MAX, .default_text = "120", .unit = "s",
		.help = "give up a session of version 2 that is not up after so long; 0: never",
		.reference = "OpenL2TP",
	},
	{
		ROW_MEMBER(tunnel_persist_pend_timeout), .type = PARAM_U32, .flags = PARAM_LIVE,
		.min = 1, .max = SYSTEM_TIMEOUT_MAX, .default_text = "300", .unit = "s",
		.help = "longest wait before a lost tunnel with persist=yes is tried again; the first is a second",
		.reference = "OpenL2TP",
	},
	{
		ROW_MEMBER(session_persist_pend_timeout), .type = PARAM_U32, .flags = PARAM_LIVE,
		.max = SYSTEM_TIMEOUT_MAX, .default_text = "60", .unit = "s",
		.help = "longest wait before a session that the peer closed, in a tunnel with persist=yes, is tried "
			"again; 0: it is not",
		.reference = "OpenL2TP",
	},
	{
		ROW_MEMBER(udp_port), .type = PARAM_U16, .flags = PARAM_LIVE, .min = 1, .max = UINT16_MAX,
		.default_text = "1701",
		.help = "UDP port where tunnels that peers ask for are accepted; tunnels of ours have our_udp_port",
		.reference = "RFC 2661 8.1, OpenL2TP",
	},
	USERS_FILE(chap_secrets, "/etc/ppp/chap-secrets", "users who prove their names by CHAP, MS-CHAP and EAP"),
	USERS_FILE(pap_secrets, "/etc/ppp/pap-secrets", "users who prove their names by PAP"),
	{
		ROW_MEMBER(ppp_scripts), .type = PARAM_BOOL, .flags = PARAM_LIVE, .default_text = "no",
		.help = "run the scripts of pppd, those that are there, when a network of PPP comes up and goes",
	},
	SCRIPT(ip_up_script, "/etc/ppp/ip-up", "what is run when IPv4 is up in a session"),
	SCRIPT(ip_down_script, "/etc/ppp/ip-down", "what is run when it is not any more"),
	SCRIPT(ipv6_up_script, "/etc/ppp/ipv6-up", "what is run when IPv6 is up in a session"),
	SCRIPT(ipv6_down_script, "/etc/ppp/ipv6-down", "what is run when it is not any more"),
	{
		ROW_MEMBER(state_file), .type = PARAM_PATH, .flags = PARAM_LIVE,
		.check = check_absolute, .allowed = CHECK_ABSOLUTE_ALLOWED,
		.default_text = "/var/lib/l2tpd/state.sqlite",
		.help = "who was given which address, and what no RADIUS server has been told yet; without it that is "
			"forgotten when the daemon ends; once something is in it, only a restart changes to another",
	},
	{
		ROW_MEMBER(radius_coa_port), .type = PARAM_U16, .flags = PARAM_LIVE, .max = UINT16_MAX,
		.default_text = "0",
		.help = "UDP port where RADIUS servers with coa=yes may change and end sessions, usually 3799; 0: none",
		.reference = "RFC 5176 2",
	},
	{
		ROW_MEMBER(radius_nas_identifier), .type = PARAM_STRING, .flags = PARAM_LIVE,
		.help = "what we call ourselves to RADIUS servers; without it this host's name",
		.reference = "RFC 2865 5.32",
	},
	{
		ROW_MEMBER(radius_nas_ipaddr), .type = PARAM_ADDRESS, .flags = PARAM_LIVE, .check = check_host,
		.allowed = CHECK_HOST_ALLOWED,
		.help = "the address that RADIUS servers are told of us; without it none",
		.reference = "RFC 2865 5.4, RFC 3162 2.1",
	},
	{
		ROW_MEMBER(reset_statistics), .type = PARAM_BOOL, .flags = PARAM_LIVE | PARAM_ACTION,
		.default_text = "no",
		.help = "set the system's counters to zero now", .reference = "OpenL2TP",
	},
};

const struct param_table config_system_table = ROW_TABLE("system");
