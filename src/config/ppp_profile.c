/* SPDX-License-Identifier: MIT */
/*
 * Parameters of a PPP profile: what PPP does in the sessions that have it.  What is OpenL2TP's had an argument of pppd
 * behind it, which said what happens when it is not given: so do the defaults here.
 */
#define ROW_STRUCT ppp_profile_config
#include "config/check.h"
#include "config/row.h"

#define PPP_MTU_MIN 128
#define PPP_MTU_MAX 65535
#define PPP_TIME_MAX 31536000		/* a year */
#define PPP_INTERVAL_MAX 86400		/* a day */
#define PPP_RESTART_MAX 60		/* who waits longer has lost the peer */
#define PPP_ATTEMPTS_MAX 1000

static const struct param_word mtu_words[] = { WORD("auto", CONFIG_MTU_AUTO), { .name = NULL } };

static const struct param_word sync_words[] = {
	WORD("any", CONFIG_SYNC_ANY), WORD("sync", CONFIG_SYNC_SYNC), WORD("async", CONFIG_SYNC_ASYNC),
	{ .name = NULL },
};

static const struct param_word interface_words[] = {
	WORD("own", CONFIG_INTERFACE_OWN), WORD("shared", CONFIG_INTERFACE_SHARED), { .name = NULL },
};

static const struct param_word mppe_words[] = {
	WORD("no", CONFIG_MPPE_NO), WORD("allow", CONFIG_MPPE_ALLOW), WORD("require", CONFIG_MPPE_REQUIRE),
	{ .name = NULL },
};

/* Their beginnings are what people write: 40,128 */
static const struct param_word mppe_bits_words[] = {
	WORD("40bit", CONFIG_MPPE_40), WORD("56bit", CONFIG_MPPE_56), WORD("128bit", CONFIG_MPPE_128), { .name = NULL },
};

static const struct param_word one_session_words[] = {
	WORD("any", CONFIG_ONE_SESSION_ANY), WORD("replace", CONFIG_ONE_SESSION_REPLACE),
	WORD("refuse", CONFIG_ONE_SESSION_REFUSE), { .name = NULL },
};

#define LATER(name) { (name), 1, "a later version" }
/* As those of any yes and no, but for what is not there yet */
static const struct param_word multilink_words[] = {
	WORD("no", 0), LATER("yes"), WORD("disable", 0), LATER("enable"), WORD("false", 0), LATER("true"),
	WORD("off", 0), LATER("on"), WORD("0", 0), LATER("1"), { .name = NULL },
};

#define HELD (PARAM_LIVE | PARAM_PROFILE)

#define YES_OR_NO(member, by_default, what, whence)                                                                  \
	{                                                                                                            \
		ROW_MEMBER(member), .type = PARAM_BOOL, .flags = HELD, .default_text = (by_default), .help = (what), \
		.reference = (whence)                                                                                \
	}
#define NUMBER(member, least, most, by_default, in, what, whence)                                     \
	{                                                                                             \
		ROW_MEMBER(member), .type = PARAM_U32, .flags = HELD, .min = (least), .max = (most),  \
		.default_text = (by_default), .unit = (in), .help = (what), .reference = (whence)     \
	}
#define SECONDS(member, least, most, by_default, what, whence) \
	NUMBER(member, least, most, by_default, "s", what, whence)
#define WORDS(member, row_words, by_default, what, whence)                                               \
	{                                                                                                \
		ROW_MEMBER(member), .type = PARAM_ENUM, .flags = HELD, .words = (row_words),             \
		.default_text = (by_default), .help = (what), .reference = (whence)                      \
	}
#define MTU(member, what)                                                                                        \
	{                                                                                                        \
		ROW_MEMBER(member), .type = PARAM_U32_OR_WORD, .flags = HELD, .min = PPP_MTU_MIN,                \
		.max = PPP_MTU_MAX, .words = mtu_words, .default_text = "auto", .help = (what),                  \
		.reference = "RFC 1661 6.1, OpenL2TP"                                                            \
	}
#define ADDRESS(member, which, which_allowed, what, whence)                                                      \
	{                                                                                                        \
		ROW_MEMBER(member), .type = PARAM_ADDRESS, .flags = HELD, .check = (which),                      \
		.allowed = (which_allowed), .help = (what), .reference = (whence)                                \
	}
#define ADDRESS_V4(member, what, whence) ADDRESS(member, check_host_v4, CHECK_HOST_V4_ALLOWED, what, whence)
#define ADDRESS_V6(member, what, whence) ADDRESS(member, check_host_v6, CHECK_HOST_V6_ALLOWED, what, whence)
#define TEXT(member, what, whence) \
	{ ROW_MEMBER(member), .type = PARAM_STRING, .flags = HELD, .help = (what), .reference = (whence) }
#define POOL(member, what, whence)                                                                \
	{                                                                                         \
		ROW_MEMBER(member), .type = PARAM_STRING, .flags = HELD, .check = check_list_name, \
		.allowed = CHECK_LIST_NAME_ALLOWED, .help = (what), .reference = (whence)          \
	}

#define OPENL2TP "OpenL2TP"

static const struct param params[] = {
	{
		ROW_MEMBER(profile_name), .type = PARAM_STRING, .flags = PARAM_PROFILE_KEY, .min = 1,
		.help = "the name of the profile", .reference = OPENL2TP,
	},
	{
		ROW_MEMBER(trace_flags), .type = PARAM_FLAGS, .flags = HELD,
		.words = config_trace_words, .default_text = "none",
		.help = "what is logged of PPP in sessions, besides what is of each", .reference = OPENL2TP,
	},
	/* the link */
	{
		ROW_MEMBER(asyncmap), .type = PARAM_U32, .flags = HELD | PARAM_HEX, .max = UINT32_MAX,
		.default_text = "0",
		.help = "control characters that the peer is asked to escape: only lines behind the peer need it",
		.reference = "RFC 1662 7.1, OpenL2TP",
	},
	MTU(mtu, "largest packet that is sent into the session; auto: what the path carries, at most 1500; never more "
		 "than the peer takes, or the mtu of session and tunnel"),
	MTU(mru, "largest packet that the peer may send; auto: what the path carries, at most 1500; never more than "
		 "the mtu of the tunnel"),
	WORDS(sync_mode, sync_words, "any", "framing of the line behind the peer; async: asyncmap is asked for",
	      OPENL2TP),
	YES_OR_NO(lcp_passive, "no", "wait for the peer to begin", "RFC 1661 4.4"),
	NUMBER(lcp_echo_failure_count, 0, PPP_ATTEMPTS_MAX, "5", NULL,
	       "echoes without an answer, one behind the other, after which the peer is taken for dead; 0: never",
	       "RFC 1661 5.8, OpenL2TP"),
	SECONDS(lcp_echo_interval, 0, PPP_INTERVAL_MAX, "0", "how often the peer is asked for an echo; 0: never",
		"RFC 1661 5.8, OpenL2TP"),
	NUMBER(lcp_max_config_requests, 1, PPP_ATTEMPTS_MAX, "10", NULL,
	       "LCP requests without an answer after which the peer is given up", "RFC 1661 4.6, OpenL2TP"),
	NUMBER(lcp_max_config_naks, 1, PPP_ATTEMPTS_MAX, "10", NULL,
	       "LCP proposals that are made before the peer's options are refused", "RFC 1661 4.6, OpenL2TP"),
	NUMBER(lcp_max_terminate_requests, 1, PPP_ATTEMPTS_MAX, "3", NULL,
	       "times that the end of the link is told without an answer", "RFC 1661 4.6, OpenL2TP"),
	SECONDS(lcp_retransmit_interval, 1, PPP_RESTART_MAX, "3", "time until an LCP packet is sent again",
		"RFC 1661 4.6, OpenL2TP"),
	{
		ROW_MEMBER(multilink), .type = PARAM_BOOL, .flags = HELD, .words = multilink_words,
		.default_text = "no", .help = "join several sessions into one link", .reference = "RFC 1990, OpenL2TP",
	},
	/* who proves what */
	YES_OR_NO(auth_pap, "yes", "PAP may prove names, the peer's and ours", "RFC 1334, OpenL2TP"),
	YES_OR_NO(auth_chap, "yes", "CHAP may, with MD5", "RFC 1994, OpenL2TP"),
	YES_OR_NO(auth_mschapv1, "no", "MS-CHAP may: it is weak", "RFC 2433, OpenL2TP"),
	YES_OR_NO(auth_mschapv2, "yes", "MS-CHAP version 2 may", "RFC 2759, OpenL2TP"),
	YES_OR_NO(auth_eap, "yes", "EAP may, with MD5 and MS-CHAP version 2 inside, or passed through to RADIUS",
		  "RFC 3748, OpenL2TP"),
	YES_OR_NO(auth_none, "no", "the peer need not prove its name, also when it asked for the session", OPENL2TP),
	YES_OR_NO(auth_peer, "no", "the peer must prove its name, also when we asked for the session; without "
				   "auth_peer and auth_none it must when it asked", OPENL2TP),
	YES_OR_NO(eap_through, "yes", "with use_radius=yes, EAP is between the peer and the RADIUS server", "RFC 3579"),
	SECONDS(chap_interval, 0, PPP_INTERVAL_MAX, "0", "how often the peer must prove its name again; 0: never",
		"RFC 1994 4.1, OpenL2TP"),
	NUMBER(chap_max_challenge, 1, PPP_ATTEMPTS_MAX, "10", NULL,
	       "challenges without an answer after which the peer is given up", OPENL2TP),
	SECONDS(chap_restart, 1, PPP_RESTART_MAX, "3", "time until a challenge is sent again", OPENL2TP),
	NUMBER(pap_max_auth_requests, 1, PPP_ATTEMPTS_MAX, "10", NULL,
	       "PAP requests without an answer after which the peer is given up", OPENL2TP),
	SECONDS(pap_restart_interval, 1, PPP_RESTART_MAX, "3", "time until a PAP request is sent again", OPENL2TP),
	SECONDS(pap_timeout, 0, PPP_INTERVAL_MAX, "0", "how long the peer's PAP request is waited for; 0: as long as "
		"the session may take to be up", OPENL2TP),
	TEXT(local_name, "our name in challenges, and in users' files; without it this host's", OPENL2TP),
	TEXT(remote_name, "the peer's name, where it proves none: in users' files", OPENL2TP),
	YES_OR_NO(use_radius, "no", "RADIUS servers know the users, and are told what they did", "RFC 2865, OpenL2TP"),
	{
		ROW_MEMBER(radius_hint), .type = PARAM_PATH, .flags = PARAM_PROFILE | PARAM_IN_FILES,
		.help = "configuration of pppd's RADIUS client: in a file of ours its servers become radius objects, "
			"and are asked, when radius_servers names none",
		.reference = OPENL2TP,
	},
	{
		ROW_MEMBER(radius_servers), .type = PARAM_NAMES, .flags = HELD,
		.help = "the servers that are asked, in this order; without it all there are",
	},
	SECONDS(accounting_interval, 0, PPP_INTERVAL_MAX, "0", "how often RADIUS servers are told of a session while "
		"it is up; 0: when they say so", "RFC 2869 2.1"),
	WORDS(one_session, one_session_words, "any", "when a user who has a session opens another: any: both are; "
	      "replace: the old one ends; refuse: the new one does", NULL),
	/* the network */
	YES_OR_NO(ipv4, "yes", "IPv4 in the session", "RFC 1332"),
	YES_OR_NO(ipv6, "yes", "IPv6 in the session", "RFC 5072"),
	NUMBER(ipcp_max_config_requests, 1, PPP_ATTEMPTS_MAX, "10", NULL,
	       "IPCP requests without an answer after which IPv4 is given up; these four are also for IPv6 and "
	       "encryption", OPENL2TP),
	NUMBER(ipcp_max_config_naks, 1, PPP_ATTEMPTS_MAX, "10", NULL,
	       "IPCP proposals that are made before the peer's options are refused", OPENL2TP),
	NUMBER(ipcp_max_terminate_requests, 1, PPP_ATTEMPTS_MAX, "3", NULL,
	       "times that the end of IPv4 is told without an answer", OPENL2TP),
	SECONDS(ipcp_retransmit_interval, 1, PPP_RESTART_MAX, "3", "time until an IPCP packet is sent again", OPENL2TP),
	ADDRESS_V4(local_ipaddr, "our address in the session; without it the peer says it", OPENL2TP),
	ADDRESS_V4(remote_ipaddr, "the peer's address, when nobody else says one", OPENL2TP),
	ADDRESS_V4(dns_ipaddr_pri, "name server that the peer is told", "RFC 1877, OpenL2TP"),
	ADDRESS_V4(dns_ipaddr_sec, "the second one", "RFC 1877, OpenL2TP"),
	ADDRESS_V6(dns_ipv6addr_pri, "name server that the peer is told by router advertisement and DHCPv6, with its "
				     "prefix or address", "RFC 8106, RFC 3646"),
	ADDRESS_V6(dns_ipv6addr_sec, "the second one", "RFC 8106, RFC 3646"),
	ADDRESS_V4(wins_ipaddr_pri, "WINS server that the peer is told", "RFC 1877, OpenL2TP"),
	ADDRESS_V4(wins_ipaddr_sec, "the second one", "RFC 1877, OpenL2TP"),
	POOL(ip_pool_name, "pool that the peer's IPv4 address is taken from", OPENL2TP),
	POOL(ipv6_pool_name, "pool that the prefix of the session is taken from, whose addresses the peer makes itself",
	     "RFC 4862"),
	POOL(delegated_pool_name, "pool of the prefixes that the peer may give on", "RFC 8415"),
	YES_OR_NO(default_route, "no", "our default route leads into the session; tunnels' own packets never take it",
		  OPENL2TP),
	NUMBER(default_metric, 0, UINT32_MAX, "0", NULL, "metric of that route; 0: the system's", NULL),
	YES_OR_NO(use_dns, "no", "this host asks the name servers that the peer tells", "RFC 1877"),
	YES_OR_NO(proxy_arp, "no", "answer for the peer's address on our own network", OPENL2TP),
	/* what carries it */
	WORDS(interface, interface_words, "own", "own: each session has a network device; shared: all sessions of this "
	      "profile have one together, and are told apart by their peers' addresses", NULL),
	{
		ROW_MEMBER(interface_name), .type = PARAM_STRING, .flags = HELD, .check = check_interface,
		.allowed = CHECK_INTERFACE_ALLOWED,
		.help = "name of the shared network device; without it the first free pppN",
	},
	YES_OR_NO(mss_clamp, "yes", "lower the segment size that TCP connections agree on to what the MTU carries",
		  NULL),
	YES_OR_NO(check_source, "yes", "drop packets of the peer from addresses that it was not given", "RFC 2827"),
	WORDS(mppe, mppe_words, "no", "encryption of packets, with MS-CHAP or EAP only; it is weak", "RFC 3078"),
	{
		ROW_MEMBER(mppe_bits), .type = PARAM_FLAGS, .flags = HELD, .words = mppe_bits_words,
		.default_text = "128bit", .help = "lengths of keys that will do", .reference = "RFC 3078 2",
	},
	YES_OR_NO(mppe_stateful, "no", "keys may stay for 256 packets: what is lost then takes others with it",
		  "RFC 3078 6"),
	NUMBER(rate_send, 0, UINT32_MAX, "0", "bit/s", "most that is sent to the peer; 0: no limit", NULL),
	NUMBER(rate_receive, 0, UINT32_MAX, "0", "bit/s", "most that is taken from the peer; 0: no limit", NULL),
	/* how long */
	SECONDS(idle_timeout, 0, PPP_TIME_MAX, "0", "end the session when no IP packet passed for so long; 0: never",
		OPENL2TP),
	SECONDS(max_connect_time, 0, PPP_TIME_MAX, "0", "end the session after so long; 0: never", OPENL2TP),
	NUMBER(max_failure_count, 0, PPP_ATTEMPTS_MAX, "0", NULL,
	       "attempts that fail, one behind the other, after which a session of ours is given up; 0: never",
	       OPENL2TP),
};

const struct param_table config_ppp_profile_table = ROW_TABLE("ppp profile");
