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
	WORD("eth", CONFIG_PW_ETH), WORD("vlan", CONFIG_PW_VLAN), WORD("ip", CONFIG_PW_IP), { .name = NULL },
};

static const struct param_word l2spec_words[] = {
	WORD("default", CONFIG_L2SPEC_DEFAULT), WORD("none", CONFIG_L2SPEC_NONE), { .name = NULL },
};

static const struct param_word mtu_words[] = {
	WORD("auto", CONFIG_MTU_AUTO), WORD("follow", CONFIG_MTU_FOLLOW), { .name = NULL },
};

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
		ROW_MEMBER(peer_session_id), .type = PARAM_U32, .min = 1, .max = UINT32_MAX,
		.help = "the peer's id of the session, which our packets carry",
		.reference = "RFC 3931 4.1, L2TP_ATTR_PEER_SESSION_ID",
	},
	{
		ROW_MEMBER(pw_type), .type = PARAM_ENUM, .flags = PARAM_PROFILE,
		.words = pw_type_words, .default_text = "eth",
		.help = "what the pseudowire carries: Ethernet frames, those of one VLAN, or IP packets",
		.reference = "RFC 4719, L2TP_ATTR_PW_TYPE",
	},
	{
		ROW_MEMBER(cookie), .type = PARAM_OCTETS, .check = check_cookie, .allowed = CHECK_COOKIE_ALLOWED,
		.help = "cookie in the packets that we send", .reference = "RFC 3931 4.1, L2TP_ATTR_COOKIE",
	},
	{
		ROW_MEMBER(peer_cookie), .type = PARAM_OCTETS, .check = check_cookie, .allowed = CHECK_COOKIE_ALLOWED,
		.help = "cookie that packets from the peer must carry",
		.reference = "RFC 3931 4.1, L2TP_ATTR_PEER_COOKIE",
	},
	{
		ROW_MEMBER(l2spec_type), .type = PARAM_ENUM, .flags = PARAM_PROFILE,
		.words = l2spec_words, .default_text = "default",
		.help = "L2-specific sublayer, the same at both ends; sequence numbers need the default one",
		.reference = "RFC 3931 4.6, L2TP_ATTR_L2SPEC_TYPE",
	},
	{
		ROW_MEMBER(vlan_id), .type = PARAM_U16, .flags = PARAM_PROFILE, .min = 1, .max = 4094,
		.help = "VLAN whose tag is put on frames sent; for pw_type=vlan",
		.reference = "RFC 4719, L2TP_ATTR_VLAN_ID",
	},
	{
		ROW_MEMBER(interface_name), .type = PARAM_STRING, .check = check_interface,
		.allowed = CHECK_INTERFACE_ALLOWED,
		.help = "name of the network device; without it the first free l2tpethN, or l2tpipN for pw_type=ip",
		.reference = "L2TP_ATTR_IFNAME",
	},
	{
		ROW_MEMBER(mac_address), .type = PARAM_MAC,
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
		ROW_MEMBER(lns_mode), .type = PARAM_BOOL, .flags = PARAM_LIVE | PARAM_PROFILE,
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
		.help = "lower the segment size that TCP connections agree on to what the MTU carries",
	},
	{
		ROW_MEMBER(carrier_timeout), .type = PARAM_U32, .flags = PARAM_LIVE | PARAM_PROFILE,
		.max = SESSION_CARRIER_TIMEOUT_MAX, .default_text = "0", .unit = "ms",
		.help = "without a packet for so long the network device loses its carrier; 0: never",
	},
	{
		ROW_MEMBER(netns), .type = PARAM_STRING, .flags = PARAM_PROFILE,
		.check = check_netns, .allowed = CHECK_NETNS_ALLOWED,
		.help = "network namespace in which the network device is made; without it that of the daemon",
	},
	{
		ROW_MEMBER(bridge), .type = PARAM_STRING, .flags = PARAM_PROFILE,
		.check = check_interface, .allowed = CHECK_INTERFACE_ALLOWED,
		.help = "bridge that the network device becomes a port of",
	},
	{
		ROW_MEMBER(interface_up), .type = PARAM_BOOL, .flags = PARAM_PROFILE, .default_text = "yes",
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
	ROW_LATER("session_type", ROW_V2, "who calls whom, and for which side"),
	ROW_LATER("priv_group_id", ROW_V2, "private group that the call belongs to"),
	ROW_LATER("user_name", ROW_PPP, "name by which PPP proves who we are"),
	ROW_LATER("user_password", ROW_PPP, "password by which PPP proves who we are"),
	ROW_LATER("user_password_file", ROW_PPP, "where that password is read from"),
	ROW_LATER("no_ppp", ROW_PPP, "set up the session without PPP in it"),
	ROW_LATER("framing_type", ROW_V2, "framing of the call"),
	ROW_LATER("bearer_type", ROW_V2, "bearer of the call"),
	ROW_LATER("minimum_bps", ROW_V2, "lowest speed acceptable for the call"),
	ROW_LATER("maximum_bps", ROW_V2, "highest speed acceptable for the call"),
	ROW_LATER("connect_speed", ROW_V2, "speed that we tell the peer"),
	ROW_LATER("use_ppp_proxy", ROW_PPP, "tell the peer what was negotiated with the caller"),
	ROW_LATER("proxy_auth_type", ROW_PPP, "how the caller proved who it is"),
	ROW_LATER("proxy_auth_name", ROW_PPP, "the caller's name"),
	ROW_LATER("proxy_auth_challenge", ROW_PPP, "challenge that the caller was sent"),
	ROW_LATER("proxy_auth_response", ROW_PPP, "what the caller answered"),
	ROW_LATER("calling_number", ROW_V2, "number of the caller"),
	ROW_LATER("called_number", ROW_V2, "number that was called"),
	ROW_LATER("sub_address", ROW_V2, "more of the number that was called"),
	ROW_LATER("initial_rcvd_lcp_confreq", ROW_PPP, "first LCP request of the caller"),
	ROW_LATER("last_sent_lcp_confreq", ROW_PPP, "last LCP request sent to the caller"),
	ROW_LATER("last_rcvd_lcp_confreq", ROW_PPP, "last LCP request of the caller"),
};

const struct param_table config_session_table = ROW_TABLE("session");
