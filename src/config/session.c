/* SPDX-License-Identifier: MIT */
/*
 * Parameters of a session: a pseudowire inside a tunnel, and the network device at our end of it.
 */
#define ROW_STRUCT session_config
#include "config/check.h"
#include "config/row.h"

#define SESSION_REORDER_TIMEOUT_MAX 60000	/* a minute: nothing is worth waiting longer for */
#define SESSION_CARRIER_TIMEOUT_MAX 86400000	/* a day */
#define SESSION_MTU_MIN 68			/* the least of IPv4 (RFC 791) */

static const struct param_word pw_type_words[] = {
	WORD("eth", CONFIG_PW_ETH), WORD("vlan", CONFIG_PW_VLAN), WORD("ip", CONFIG_PW_IP),
	WORD("ppp", CONFIG_PW_PPP), { .name = NULL },
};

static const struct param_word l2spec_words[] = {
	WORD("default", CONFIG_L2SPEC_DEFAULT), WORD("none", CONFIG_L2SPEC_NONE), { .name = NULL },
};

static const struct param_word mtu_words[] = {
	WORD("auto", CONFIG_MTU_AUTO), WORD("follow", CONFIG_MTU_FOLLOW), { .name = NULL },
};

static const struct param_word type_words[] = {
	WORD("auto", CONFIG_SESSION_TYPE_AUTO), WORD("laic", CONFIG_SESSION_TYPE_LAIC),
	WORD("laoc", CONFIG_SESSION_TYPE_LAOC), WORD("lnic", CONFIG_SESSION_TYPE_LNIC),
	WORD("lnoc", CONFIG_SESSION_TYPE_LNOC), { .name = NULL },
};

static const struct param_word proxy_auth_words[] = {
	WORD("text", CONFIG_PROXY_AUTH_TEXT), WORD("chap", CONFIG_PROXY_AUTH_CHAP),
	WORD("pap", CONFIG_PROXY_AUTH_PAP), WORD("none", CONFIG_PROXY_AUTH_NONE),
	WORD("mschap", CONFIG_PROXY_AUTH_MSCHAP), { .name = NULL },
};

#define LCP_OPTIONS(member, what)                                                                    \
	{                                                                                            \
		ROW_MEMBER(member), .type = PARAM_OCTETS, .flags = PARAM_PPP | PARAM_V2,             \
		.help = (what), .reference = "RFC 2661 4.4.5, OpenL2TP"                              \
	}

static const struct param params[] = {
	{
		ROW_MEMBER(tunnel_name), .type = PARAM_STRING, .flags = PARAM_KEY, .min = 1,
		.help = "the tunnel of the session, by name", .reference = "OpenL2TP",
	},
	{
		ROW_MEMBER(tunnel_id), .type = PARAM_U32, .flags = PARAM_KEY, .min = 1, .max = UINT32_MAX,
		.help = "the tunnel of the session, by our id of it", .reference = "L2TP_ATTR_CONN_ID",
	},
	{
		ROW_MEMBER(session_name), .type = PARAM_STRING, .flags = PARAM_KEY | PARAM_NAME, .min = 1,
		.help = "the administrator's name for the session, unique in its tunnel", .reference = "OpenL2TP",
	},
	{
		ROW_MEMBER(session_id), .type = PARAM_U32, .flags = PARAM_KEY, .min = 1, .max = UINT32_MAX,
		.help = "our id of the session, which arriving packets carry; without it one is chosen at random",
		.reference = "RFC 3931 4.1, L2TP_ATTR_SESSION_ID",
	},
	{
		ROW_MEMBER(peer_session_id), .type = PARAM_U32, .flags = PARAM_V3, .min = 1, .max = UINT32_MAX,
		.help = "the peer's id of the session, which our packets carry",
		.reference = "RFC 3931 4.1, L2TP_ATTR_PEER_SESSION_ID",
	},
	{
		ROW_MEMBER(pw_type), .type = PARAM_ENUM, .flags = PARAM_PROFILE,
		.words = pw_type_words, .default_text = "eth",
		.help = "what the session carries: Ethernet frames, those of one VLAN, IP packets, or PPP frames; "
			"in version 2 always ppp",
		.reference = "RFC 4719, L2TP_ATTR_PW_TYPE",
	},
	{
		ROW_MEMBER(cookie), .type = PARAM_OCTETS, .flags = PARAM_V3,
		.check = check_cookie, .allowed = CHECK_COOKIE_ALLOWED,
		.help = "cookie in the packets that we send", .reference = "RFC 3931 4.1, L2TP_ATTR_COOKIE",
	},
	{
		ROW_MEMBER(peer_cookie), .type = PARAM_OCTETS, .flags = PARAM_V3,
		.check = check_cookie, .allowed = CHECK_COOKIE_ALLOWED,
		.help = "cookie that packets from the peer must carry",
		.reference = "RFC 3931 4.1, L2TP_ATTR_PEER_COOKIE",
	},
	{
		ROW_MEMBER(l2spec_type), .type = PARAM_ENUM, .flags = PARAM_PROFILE | PARAM_V3,
		.words = l2spec_words, .default_text = "default",
		.help = "L2-specific sublayer, the same at both ends; sequence numbers need the default one",
		.reference = "RFC 3931 4.6, L2TP_ATTR_L2SPEC_TYPE",
	},
	{
		ROW_MEMBER(vlan_id), .type = PARAM_U16, .flags = PARAM_PROFILE | PARAM_V3, .min = 1, .max = 4094,
		.help = "VLAN whose tag is put on frames sent; for pw_type=vlan",
		.reference = "RFC 4719, L2TP_ATTR_VLAN_ID",
	},
	{
		ROW_MEMBER(interface_name), .type = PARAM_STRING, .check = check_interface,
		.allowed = CHECK_INTERFACE_ALLOWED,
		.help = "name of the network device; without it the first free l2tpethN, l2tpipN for pw_type=ip, or "
			"pppN for pw_type=ppp",
		.reference = "L2TP_ATTR_IFNAME",
	},
	{
		ROW_MEMBER(mac_address), .type = PARAM_MAC, .flags = PARAM_V3,
		.help = "hardware address of the network device; without it a random one",
	},
	{
		ROW_MEMBER(mtu), .type = PARAM_U32_OR_WORD, .flags = PARAM_LIVE | PARAM_PROFILE,
		.min = SESSION_MTU_MIN,
		.max = UINT16_MAX, .words = mtu_words, .default_text = "auto",
		.help = "MTU of the network device; auto: what the path carries when the session is made; "
			"follow: also when the path changes",
	},
	{
		ROW_MEMBER(use_sequence_numbers), .type = PARAM_BOOL, .flags = PARAM_LIVE | PARAM_PROFILE,
		.default_text = "no",
		.help = "number the packets that we send", .reference = "RFC 3931 4.6.1, L2TP_ATTR_SEND_SEQ",
	},
	{
		ROW_MEMBER(sequencing_required), .type = PARAM_BOOL, .flags = PARAM_LIVE | PARAM_PROFILE,
		.default_text = "no",
		.help = "drop packets that carry no sequence number", .reference = "RFC 3931 4.6.1, L2TP_ATTR_RECV_SEQ",
	},
	{
		ROW_MEMBER(lns_mode), .type = PARAM_BOOL, .flags = PARAM_LIVE | PARAM_PROFILE | PARAM_V3,
		.default_text = "no",
		.help = "our end decides whether packets are numbered; no: ours are numbered when the peer's are",
		.reference = "L2TP_ATTR_LNS_MODE",
	},
	{
		ROW_MEMBER(reorder_timeout), .type = PARAM_U32, .flags = PARAM_LIVE | PARAM_PROFILE,
		.max = SESSION_REORDER_TIMEOUT_MAX, .default_text = "0", .unit = "ms",
		.help = "how long numbered packets wait for those before them; 0: no reordering",
		.reference = "L2TP_ATTR_RECV_TIMEOUT",
	},
	{
		ROW_MEMBER(mss_clamp), .type = PARAM_BOOL, .flags = PARAM_LIVE | PARAM_PROFILE,
		.default_text = "no",
		.help = "lower the segment size that TCP connections agree on to what the MTU carries; where it is not "
			"given, pw_type=ppp has what its PPP profile says",
	},
	{
		ROW_MEMBER(carrier_timeout), .type = PARAM_U32, .flags = PARAM_LIVE | PARAM_PROFILE | PARAM_V3,
		.max = SESSION_CARRIER_TIMEOUT_MAX, .default_text = "0", .unit = "ms",
		.help = "without a packet for so long the network device loses its carrier; 0: never",
	},
	{
		ROW_MEMBER(netns), .type = PARAM_STRING, .flags = PARAM_PROFILE,
		.check = check_netns, .allowed = CHECK_NETNS_ALLOWED,
		.help = "network namespace in which the network device is made; without it that of the daemon",
	},
	{
		ROW_MEMBER(bridge), .type = PARAM_STRING, .flags = PARAM_PROFILE | PARAM_V3,
		.check = check_interface, .allowed = CHECK_INTERFACE_ALLOWED,
		.help = "bridge that the network device becomes a port of",
	},
	{
		ROW_MEMBER(interface_up), .type = PARAM_BOOL, .flags = PARAM_PROFILE | PARAM_V3, .default_text = "yes",
		.help = "set the network device up when it is made",
	},
	{
		ROW_MEMBER(profile_name), .type = PARAM_STRING, .flags = PARAM_PROFILE_KEY, .min = 1,
		.help = "session profile with the defaults of this session", .reference = "OpenL2TP",
	},
	{
		ROW_MEMBER(ppp_profile_name), .type = PARAM_STRING, .flags = PARAM_PROFILE, .min = 1,
		.help = "PPP profile of this session", .reference = "OpenL2TP",
	},
	{
		ROW_MEMBER(trace_flags), .type = PARAM_FLAGS, .flags = PARAM_LIVE | PARAM_PROFILE,
		.words = config_trace_words, .default_text = "none",
		.help = "what is logged of this session, besides what is of its tunnel", .reference = "OpenL2TP",
	},
	{
		ROW_MEMBER(dest_ipaddr), .type = PARAM_HOST, .flags = PARAM_V2, .min = 1,
		.help = "instead of a tunnel, the peer: the tunnel to it is used, and made when there is none",
	},
	{
		ROW_MEMBER(session_type), .type = PARAM_ENUM, .flags = PARAM_PROFILE | PARAM_V2,
		.words = type_words, .default_text = "auto",
		.help = "laic: we are the LAC of an incoming call; lnoc: the LNS that asks for an outgoing one; "
			"laoc and lnic: such calls at the other end, which the peer asks for; auto: as the tunnel is",
		.reference = "RFC 2661 7, OpenL2TP",
	},
	{
		ROW_MEMBER(priv_group_id), .type = PARAM_STRING, .flags = PARAM_PROFILE | PARAM_V2,
		.help = "private group that the peer is told the call belongs to",
		.reference = "RFC 2661 4.4.4, OpenL2TP",
	},
	{
		ROW_MEMBER(calling_number), .type = PARAM_STRING, .flags = PARAM_V2,
		.help = "number of the caller that the peer is told", .reference = "RFC 2661 4.4.4, OpenL2TP",
	},
	{
		ROW_MEMBER(called_number), .type = PARAM_STRING, .flags = PARAM_V2,
		.help = "number that was called, or of session_type=lnoc is to be called",
		.reference = "RFC 2661 4.4.4, OpenL2TP",
	},
	{
		ROW_MEMBER(sub_address), .type = PARAM_STRING, .flags = PARAM_V2,
		.help = "more of the number that was or is to be called", .reference = "RFC 2661 4.4.4, OpenL2TP",
	},
	{
		ROW_MEMBER(framing_type), .type = PARAM_ENUM, .flags = PARAM_PROFILE | PARAM_V2,
		.words = config_framing_words, .default_text = "any",
		.help = "framing of the call", .reference = "RFC 2661 4.4.4, OpenL2TP",
	},
	{
		ROW_MEMBER(bearer_type), .type = PARAM_ENUM, .flags = PARAM_PROFILE | PARAM_V2,
		.words = config_bearer_words, .default_text = "any",
		.help = "bearer of the call", .reference = "RFC 2661 4.4.4, OpenL2TP",
	},
	{
		ROW_MEMBER(minimum_bps), .type = PARAM_U32, .flags = PARAM_PROFILE | PARAM_V2, .max = UINT32_MAX,
		.default_text = "0", .unit = "bit/s",
		.help = "lowest speed acceptable for an outgoing call", .reference = "RFC 2661 4.4.4, OpenL2TP",
	},
	{
		ROW_MEMBER(maximum_bps), .type = PARAM_U32, .flags = PARAM_PROFILE | PARAM_V2, .max = UINT32_MAX,
		.default_text = "0", .unit = "bit/s",
		.help = "highest speed acceptable for an outgoing call; 0: any",
		.reference = "RFC 2661 4.4.4, OpenL2TP",
	},
	{
		ROW_MEMBER(connect_speed), .type = PARAM_SPEED, .flags = PARAM_PROFILE | PARAM_V2,
		.default_text = "0:1000000", .unit = "bit/s",
		.help = "speed that we tell the peer, as it comes in and as it goes out, RX:TX; RX=0 is not told",
		.reference = "RFC 2661 4.4.4, OpenL2TP",
	},
	{
		ROW_MEMBER(frame_socket), .type = PARAM_PATH, .flags = PARAM_PROFILE | PARAM_V2,
		.check = check_absolute, .allowed = CHECK_ABSOLUTE_ALLOWED,
		.help = "socket of a program that takes and gives the session's PPP frames, each one packet",
		.reference = "unix(7), SOCK_SEQPACKET",
	},
	{
		ROW_MEMBER(reason), .type = PARAM_STRING, .flags = PARAM_DELETE, .min = 1,
		.help = "why the session is deleted: the peer is told, and events tell it",
	},
	{
		ROW_MEMBER(user_name), .type = PARAM_STRING, .flags = PARAM_PPP,
		.help = "the name that we prove to the peer; without it none", .reference = "OpenL2TP",
	},
	{
		ROW_MEMBER(user_password), .type = PARAM_STRING, .flags = PARAM_PPP | PARAM_SECRET,
		.help = "the password that proves it", .reference = "OpenL2TP",
	},
	{
		ROW_MEMBER(user_password_file), .type = PARAM_PATH, .flags = PARAM_PPP | PARAM_READ_FILE,
		.check = check_secret_file, .allowed = CHECK_SECRET_FILE_ALLOWED,
		.help = "where that password is read from, at start and at each reload",
	},
	{
		ROW_MEMBER(no_ppp), .type = PARAM_BOOL, .flags = PARAM_PROFILE | PARAM_PPP, .default_text = "no",
		.help = "set up the session without PPP in it", .reference = "OpenL2TP",
	},
	{
		ROW_MEMBER(use_ppp_proxy), .type = PARAM_BOOL, .flags = PARAM_PROFILE | PARAM_PPP | PARAM_V2,
		.default_text = "no",
		.help = "tell the peer what was negotiated with the caller, as the parameters below have it",
		.reference = "RFC 2661 4.4.5, OpenL2TP",
	},
	{
		ROW_MEMBER(proxy_auth_type), .type = PARAM_ENUM, .flags = PARAM_PPP | PARAM_V2,
		.words = proxy_auth_words, .help = "how the caller proved its name",
		.reference = "RFC 2661 4.4.5, OpenL2TP",
	},
	{
		ROW_MEMBER(proxy_auth_name), .type = PARAM_STRING, .flags = PARAM_PPP | PARAM_V2,
		.help = "the caller's name", .reference = "RFC 2661 4.4.5, OpenL2TP",
	},
	{
		ROW_MEMBER(proxy_auth_challenge), .type = PARAM_OCTETS, .flags = PARAM_PPP | PARAM_V2,
		.help = "the challenge that the caller was sent", .reference = "RFC 2661 4.4.5, OpenL2TP",
	},
	{
		ROW_MEMBER(proxy_auth_id), .type = PARAM_U16, .flags = PARAM_PPP | PARAM_V2, .max = UINT8_MAX,
		.default_text = "0", .help = "the number of that challenge, or of what the caller proved itself by",
		.reference = "RFC 2661 4.4.5",
	},
	{
		ROW_MEMBER(proxy_auth_response), .type = PARAM_OCTETS, .flags = PARAM_PPP | PARAM_V2 | PARAM_SECRET,
		.help = "what the caller answered", .reference = "RFC 2661 4.4.5, OpenL2TP",
	},
	{
		ROW_MEMBER(proxy_auth_response_file), .type = PARAM_PATH,
		.flags = PARAM_PPP | PARAM_V2 | PARAM_READ_FILE,
		.check = check_secret_file, .allowed = CHECK_SECRET_FILE_ALLOWED,
		.help = "where that is read from, at start and at each reload",
	},
	LCP_OPTIONS(initial_rcvd_lcp_confreq, "options of the caller's first LCP request"),
	LCP_OPTIONS(last_sent_lcp_confreq, "options of the last LCP request sent to the caller"),
	LCP_OPTIONS(last_rcvd_lcp_confreq, "options of the last LCP request of the caller"),
};

const struct param_table config_session_table = ROW_TABLE("session");
