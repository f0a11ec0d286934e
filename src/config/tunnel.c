/* SPDX-License-Identifier: MIT */
/*
 * Parameters of a tunnel.  One with version=3 and a peer_tunnel_id is static: ids are configured
 * at both ends and no control protocol is spoken.
 */
#define ROW_STRUCT tunnel_config
#include "config/check.h"
#include "config/row.h"

#define TUNNEL_RESOLVE_INTERVAL_MAX 604800	/* a week */
#define TUNNEL_HELLO_TIMEOUT_MAX 86400		/* a day */
#define TUNNEL_RETRIES_MAX 1000
#define TUNNEL_RETRY_TIMEOUT_MAX 60		/* who waits longer has lost the tunnel */
#define TUNNEL_IDLE_TIMEOUT_MAX 604800
#define TUNNEL_MTU_MIN 128
#define TUNNEL_SESSIONS_MAX 65535		/* all ids of version 2 */

static const struct param_word encap_words[] = {
	WORD("udp", CONFIG_ENCAP_UDP), WORD("ip", CONFIG_ENCAP_IP), { .name = NULL },
};

static const struct param_word ttl_words[] = {
	WORD("default", CONFIG_TTL_DEFAULT), WORD("copy", CONFIG_COPY), { .name = NULL },
};

static const struct param_word dscp_words[] = {
	WORD("copy", CONFIG_COPY), { .name = NULL },
};

static const struct param_word mtu_words[] = { WORD("auto", CONFIG_MTU_AUTO), { .name = NULL } };

static const struct param_word auth_words[] = {
	WORD("none", CONFIG_AUTH_NONE), WORD("simple", CONFIG_AUTH_SIMPLE),
	WORD("challenge", CONFIG_AUTH_CHALLENGE), { .name = NULL },
};

static const struct param_word datapath_words[] = {
	WORD("system", CONFIG_DATAPATH_SYSTEM), WORD("auto", CONFIG_DATAPATH_AUTO),
	WORD("user", CONFIG_DATAPATH_USER), WORD("kernel", CONFIG_DATAPATH_KERNEL),
	WORD("bpf", CONFIG_DATAPATH_BPF), { .name = NULL },
};

static const struct param params[] = {
	{
		ROW_MEMBER(tunnel_name), .type = PARAM_STRING, .flags = PARAM_KEY | PARAM_NAME, .min = 1,
		.help = "the administrator's name for the tunnel", .reference = "OpenL2TP",
	},
	{
		ROW_MEMBER(tunnel_id), .type = PARAM_U32, .flags = PARAM_KEY, .min = 1, .max = UINT32_MAX,
		.help = "our id of the tunnel (16 bits in version 2); without it a free one is chosen at random",
		.reference = "RFC 3931 3.2.1, L2TP_ATTR_CONN_ID",
	},
	{
		ROW_MEMBER(peer_tunnel_id), .type = PARAM_U32, .flags = PARAM_V3, .min = 1, .max = UINT32_MAX,
		.help = "the peer's id of the tunnel; with version=3 it makes the tunnel static: no control protocol",
		.reference = "L2TP_ATTR_PEER_CONN_ID",
	},
	{
		ROW_MEMBER(version), .type = PARAM_U32, .flags = PARAM_PROFILE,
		.min = 2, .max = 3, .default_text = "2",
		.help = "version of L2TP", .reference = "RFC 2661, RFC 3931, L2TP_ATTR_PROTO_VERSION",
	},
	{
		ROW_MEMBER(encap), .type = PARAM_ENUM, .flags = PARAM_PROFILE,
		.words = encap_words, .default_text = "udp",
		.help = "what carries the packets: UDP, or IP protocol 115 (version 3 only)",
		.reference = "RFC 3931 4.1, L2TP_ATTR_ENCAP_TYPE",
	},
	{
		ROW_MEMBER(src_ipaddr), .type = PARAM_ADDRESS, .flags = PARAM_PROFILE,
		.check = check_source, .allowed = CHECK_SOURCE_ALLOWED,
		.help = "our address; without it the system chooses by its routes", .reference = "L2TP_ATTR_IP_SADDR",
	},
	{
		ROW_MEMBER(dest_ipaddr), .type = PARAM_HOST, .flags = PARAM_PROFILE, .min = 1,
		.help = "the peer's address, or a host name, which is looked up now and again",
		.reference = "L2TP_ATTR_IP_DADDR",
	},
	{
		ROW_MEMBER(our_udp_port), .type = PARAM_U16, .flags = PARAM_PROFILE,
		.max = UINT16_MAX, .default_text = "1701",
		.help = "our UDP port; tunnels may share one; 0: a free one, for version 2",
		.reference = "L2TP_ATTR_UDP_SPORT",
	},
	{
		ROW_MEMBER(peer_udp_port), .type = PARAM_U16, .flags = PARAM_PROFILE,
		.min = 1, .max = UINT16_MAX, .default_text = "1701",
		.help = "the peer's UDP port", .reference = "L2TP_ATTR_UDP_DPORT",
	},
	{
		ROW_MEMBER(use_udp_checksums), .type = PARAM_BOOL, .flags = PARAM_LIVE | PARAM_PROFILE,
		.default_text = "yes",
		.help = "send UDP checksums over IPv4; may be sent all the same where offloads need them",
		.reference = "L2TP_ATTR_UDP_CSUM",
	},
	{
		ROW_MEMBER(udp_zero_csum6_tx), .type = PARAM_BOOL, .flags = PARAM_PROFILE, .default_text = "no",
		.help = "send no UDP checksums over IPv6; the peer must accept that",
		.reference = "RFC 6935, L2TP_ATTR_UDP_ZERO_CSUM6_TX",
	},
	{
		ROW_MEMBER(udp_zero_csum6_rx), .type = PARAM_BOOL, .flags = PARAM_PROFILE, .default_text = "no",
		.help = "accept packets over IPv6 without UDP checksum",
		.reference = "RFC 6935, L2TP_ATTR_UDP_ZERO_CSUM6_RX",
	},
	{
		ROW_MEMBER(netns), .type = PARAM_STRING, .flags = PARAM_PROFILE | PARAM_V3,
		.check = check_netns, .allowed = CHECK_NETNS_ALLOWED,
		.help = "network namespace where the tunnel's packets leave and arrive; without it the daemon's",
	},
	{
		ROW_MEMBER(bind_interface), .type = PARAM_STRING, .flags = PARAM_PROFILE,
		.check = check_interface,
		.allowed = CHECK_INTERFACE_ALLOWED,
		.help = "network device where the tunnel's packets leave and arrive, and nowhere else",
		.reference = "SO_BINDTODEVICE",
	},
	{
		ROW_MEMBER(datapath), .type = PARAM_ENUM, .flags = PARAM_PROFILE,
		.words = datapath_words, .default_text = "system",
		.help = "what moves the packets of its sessions: user, l2tpd itself; kernel, Linux's own L2TP; bpf, "
			"l2tpd, but BPF programs carry TCP of this host, past netfilter and IPsec, without UDP "
			"checksums; auto, the faster of the first two; system, what the system's row of this name says",
	},
	{
		ROW_MEMBER(fwmark), .type = PARAM_U32, .flags = PARAM_LIVE | PARAM_HEX | PARAM_PROFILE,
		.max = UINT32_MAX,
		.default_text = "0",
		.help = "mark on the tunnel's packets, for routing rules and the firewall; 0: none",
		.reference = "SO_MARK",
	},
	{
		ROW_MEMBER(ttl), .type = PARAM_U32_OR_WORD, .flags = PARAM_LIVE | PARAM_PROFILE,
		.min = 1, .max = 255,
		.words = ttl_words, .default_text = "default",
		.help = "TTL or hop limit of the tunnel's packets; copy: that of the packet inside",
		.reference = "IP_TTL",
	},
	{
		ROW_MEMBER(dscp), .type = PARAM_U32_OR_WORD, .flags = PARAM_LIVE | PARAM_PROFILE,
		.max = 63, .words = dscp_words,
		.default_text = "0",
		.help = "differentiated services code point of the tunnel's packets; copy: that of the packet inside",
		.reference = "RFC 2474, RFC 2983",
	},
	{
		ROW_MEMBER(resolve_interval), .type = PARAM_U32,
		.flags = PARAM_LIVE | PARAM_PROFILE | PARAM_V3,
		.max = TUNNEL_RESOLVE_INTERVAL_MAX, .default_text = "300", .unit = "s",
		.help = "how often a host name as dest_ipaddr is looked up again; 0: only when the peer is unreachable",
	},
	{
		ROW_MEMBER(profile_name), .type = PARAM_STRING, .flags = PARAM_PROFILE_KEY, .min = 1,
		.help = "tunnel profile with the defaults of this tunnel", .reference = "OpenL2TP",
	},
	{
		ROW_MEMBER(peer_profile_name), .type = PARAM_STRING,
		.flags = PARAM_LIVE | PARAM_PROFILE, .min = 1,
		.help = "peer profile that names the other profiles", .reference = "OpenL2TP",
	},
	{
		ROW_MEMBER(session_profile_name), .type = PARAM_STRING,
		.flags = PARAM_LIVE | PARAM_PROFILE, .min = 1,
		.help = "session profile with the defaults of sessions in this tunnel", .reference = "OpenL2TP",
	},
	{
		ROW_MEMBER(ppp_profile_name), .type = PARAM_STRING,
		.flags = PARAM_LIVE | PARAM_PROFILE, .min = 1,
		.help = "PPP profile with the defaults of sessions in this tunnel", .reference = "OpenL2TP",
	},
	{
		ROW_MEMBER(trace_flags), .type = PARAM_FLAGS, .flags = PARAM_LIVE | PARAM_PROFILE,
		.words = config_trace_words, .default_text = "none",
		.help = "what is logged of this tunnel", .reference = "OpenL2TP",
	},
	{
		ROW_MEMBER(config_id), .type = PARAM_U32, .flags = PARAM_V2, .min = 1, .max = UINT32_MAX,
		.help = "number of yours, which tells apart several tunnels to one peer; nobody else sees it",
		.reference = "OpenL2TP",
	},
	{
		ROW_MEMBER(use_tiebreaker), .type = PARAM_BOOL, .flags = PARAM_PROFILE | PARAM_V2, .default_text = "no",
		.help = "when both ends ask for a tunnel at the same time only one of the two shall stay",
		.reference = "RFC 2661 4.4.3, OpenL2TP",
	},
	{
		ROW_MEMBER(framing_caps), .type = PARAM_ENUM, .flags = PARAM_PROFILE | PARAM_V2,
		.words = config_framing_words, .default_text = "any",
		.help = "framing that we tell the peer we can do; the peer may ask for no calls of others",
		.reference = "RFC 2661 4.4.3, OpenL2TP, whose files have framing_cap",
	},
	{
		ROW_MEMBER(bearer_caps), .type = PARAM_ENUM, .flags = PARAM_PROFILE | PARAM_V2,
		.words = config_bearer_words, .default_text = "any",
		.help = "bearers that we tell the peer we can do; the peer may ask for no calls on others",
		.reference = "RFC 2661 4.4.3, OpenL2TP, whose files have bearer_cap",
	},
	{
		ROW_MEMBER(host_name), .type = PARAM_STRING, .flags = PARAM_PROFILE | PARAM_V2,
		.help = "host name that we tell the peer, who may know us by it; without it this host's",
		.reference = "RFC 2661 4.4.3, OpenL2TP",
	},
	{
		ROW_MEMBER(secret), .type = PARAM_STRING, .flags = PARAM_PROFILE | PARAM_SECRET | PARAM_V2,
		.help = "secret shared with the peer, for auth_mode=challenge, the peer's challenge, and hide_avps",
		.reference = "RFC 2661 5.1.1, OpenL2TP",
	},
	{
		ROW_MEMBER(secret_file), .type = PARAM_PATH, .flags = PARAM_PROFILE | PARAM_READ_FILE | PARAM_V2,
		.check = check_secret_file, .allowed = CHECK_SECRET_FILE_ALLOWED,
		.help = "where the secret is read from, at start and at each reload",
	},
	{
		ROW_MEMBER(auth_mode), .type = PARAM_ENUM, .flags = PARAM_PROFILE | PARAM_V2,
		.words = auth_words, .default_text = "none",
		.help = "how the peer must prove who it is; simple: a peer profile other than `default` is for it; "
			"challenge: that, and it knows the secret",
		.reference = "RFC 2661 5.1.1, OpenL2TP",
	},
	{
		ROW_MEMBER(hide_avps), .type = PARAM_BOOL, .flags = PARAM_PROFILE | PARAM_V2, .default_text = "no",
		.help = "hide what control messages tell of callers and ids; needs the secret",
		.reference = "RFC 2661 4.3, OpenL2TP",
	},
	{
		ROW_MEMBER(rx_window_size), .type = PARAM_U16, .flags = PARAM_PROFILE | PARAM_V2,
		.min = 1, .max = UINT16_MAX, .default_text = "10",
		.help = "control messages that the peer may send ahead", .reference = "RFC 2661 4.4.3, OpenL2TP",
	},
	{
		ROW_MEMBER(tx_window_size), .type = PARAM_U16, .flags = PARAM_PROFILE | PARAM_V2,
		.min = 1, .max = UINT16_MAX, .default_text = "10",
		.help = "most control messages that we send ahead, also when the peer allows more",
		.reference = "RFC 2661 5.8, OpenL2TP",
	},
	{
		ROW_MEMBER(persist), .type = PARAM_BOOL, .flags = PARAM_LIVE | PARAM_PROFILE | PARAM_V2,
		.default_text = "no",
		.help = "keep the tunnel and its sessions when they are lost, and make them anew; no: they are deleted",
		.reference = "OpenL2TP",
	},
	{
		ROW_MEMBER(hello_timeout), .type = PARAM_U32, .flags = PARAM_LIVE | PARAM_PROFILE | PARAM_V2,
		.max = TUNNEL_HELLO_TIMEOUT_MAX, .default_text = "60", .unit = "s",
		.help = "silence after which the peer is asked whether it is alive; 0: never",
		.reference = "RFC 2661 5.5, OpenL2TP",
	},
	{
		ROW_MEMBER(max_retries), .type = PARAM_U32, .flags = PARAM_LIVE | PARAM_PROFILE | PARAM_V2,
		.min = 1, .max = TUNNEL_RETRIES_MAX, .default_text = "5",
		.help = "repetitions of a control message without an answer after which the peer is taken for dead",
		.reference = "RFC 2661 5.8, OpenL2TP",
	},
	{
		ROW_MEMBER(retry_timeout), .type = PARAM_U32, .flags = PARAM_LIVE | PARAM_PROFILE | PARAM_V2,
		.min = 1, .max = TUNNEL_RETRY_TIMEOUT_MAX, .default_text = "1", .unit = "s",
		.help = "time until a control message is repeated; each further time takes twice as long, up to 8 s",
		.reference = "RFC 2661 5.8, OpenL2TP",
	},
	{
		ROW_MEMBER(idle_timeout), .type = PARAM_U32, .flags = PARAM_LIVE | PARAM_PROFILE | PARAM_V2,
		.max = TUNNEL_IDLE_TIMEOUT_MAX, .default_text = "0", .unit = "s",
		.help = "close the tunnel so long after its last session went; 0: never", .reference = "OpenL2TP",
	},
	{
		ROW_MEMBER(max_sessions), .type = PARAM_U32, .flags = PARAM_LIVE | PARAM_PROFILE | PARAM_V2,
		.max = TUNNEL_SESSIONS_MAX, .default_text = "0",
		.help = "most sessions in this tunnel; 0: as many as there are ids", .reference = "OpenL2TP",
	},
	{
		ROW_MEMBER(reason), .type = PARAM_STRING, .flags = PARAM_DELETE, .min = 1,
		.help = "why the tunnel is deleted: the peer is told, and events tell it",
	},
	{
		ROW_MEMBER(allow_ppp_proxy), .type = PARAM_BOOL, .flags = PARAM_PROFILE | PARAM_V2,
		.default_text = "no",
		.help = "believe what the peer negotiated with the caller, and do not negotiate it again",
		.reference = "RFC 2661 4.4.5, OpenL2TP",
	},
	{
		ROW_MEMBER(do_pmtu_discovery), .type = PARAM_BOOL, .flags = PARAM_PROFILE | PARAM_V2,
		.default_text = "no",
		.help = "the MTU of sessions follows the path's, and their packets are not cut on the way",
		.reference = "OpenL2TP",
	},
	{
		ROW_MEMBER(mtu), .type = PARAM_U32_OR_WORD, .flags = PARAM_LIVE | PARAM_PROFILE | PARAM_V2,
		.min = TUNNEL_MTU_MIN, .max = UINT16_MAX, .words = mtu_words, .default_text = "auto",
		.help = "most that the MTU of a session in this tunnel may be when its PPP begins; auto: what the path "
			"carries",
		.reference = "OpenL2TP",
	},
	ROW_LATER("interface_name", NULL, "sessions have network devices, tunnels have none: use it in session create"),
};

const struct param_table config_tunnel_table = ROW_TABLE("tunnel");
