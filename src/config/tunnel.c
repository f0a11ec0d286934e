/* SPDX-License-Identifier: MIT */
/*
 * Parameters of a tunnel.  One with version=3 and a peer_tunnel_id is static: ids are configured
 * at both ends and no control protocol is spoken.
 */
#define ROW_STRUCT tunnel_config
#include "config/check.h"
#include "config/row.h"

#define TUNNEL_RESOLVE_INTERVAL_MAX 604800	/* a week */

static const struct param_word encap_words[] = {
	WORD("udp", CONFIG_ENCAP_UDP), WORD("ip", CONFIG_ENCAP_IP), { .name = NULL },
};

static const struct param_word ttl_words[] = {
	WORD("default", CONFIG_TTL_DEFAULT), WORD("copy", CONFIG_COPY), { .name = NULL },
};

static const struct param_word dscp_words[] = {
	WORD("copy", CONFIG_COPY), { .name = NULL },
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
		ROW_MEMBER(peer_tunnel_id), .type = PARAM_U32, .min = 1, .max = UINT32_MAX,
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
		.min = 1, .max = UINT16_MAX, .default_text = "1701",
		.help = "our UDP port; tunnels may share one", .reference = "L2TP_ATTR_UDP_SPORT",
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
		ROW_MEMBER(bind_interface), .type = PARAM_STRING, .flags = PARAM_PROFILE,
		.check = check_interface,
		.allowed = CHECK_INTERFACE_ALLOWED,
		.help = "network device where the tunnel's packets leave and arrive, and nowhere else",
		.reference = "SO_BINDTODEVICE",
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
		ROW_MEMBER(resolve_interval), .type = PARAM_U32, .flags = PARAM_LIVE | PARAM_PROFILE,
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
	ROW_LATER("config_id", ROW_V2, "tells apart several tunnels to one peer"),
	ROW_LATER("use_tiebreaker", ROW_V2, "send a tie breaker when asking for the tunnel"),
	ROW_LATER("allow_ppp_proxy", ROW_PPP, "accept what the peer negotiated with the caller"),
	ROW_LATER("framing_caps", ROW_V2, "framing that we tell the peer we can do"),
	ROW_LATER("bearer_caps", ROW_V2, "bearers that we tell the peer we can do"),
	ROW_LATER("host_name", ROW_V2, "host name that we tell the peer"),
	ROW_LATER("secret", ROW_V2, "secret shared with the peer"),
	ROW_LATER("secret_file", ROW_V2, "where the secret is read from"),
	ROW_LATER("auth_mode", ROW_V2, "how the peer must prove who it is"),
	ROW_LATER("hide_avps", ROW_V2, "hide what control messages carry"),
	ROW_LATER("rx_window_size", ROW_V2, "control messages that the peer may send ahead"),
	ROW_LATER("tx_window_size", ROW_V2, "control messages that we send ahead"),
	ROW_LATER("do_pmtu_discovery", ROW_V2 "; sessions of version 3 have mtu=follow", "follow the path's MTU"),
	ROW_LATER("persist", ROW_V2, "make the tunnel anew when it is lost"),
	ROW_LATER("hello_timeout", ROW_V2, "silence after which the peer is asked whether it is alive"),
	ROW_LATER("max_retries", ROW_V2, "transmissions after which the peer is taken for dead"),
	ROW_LATER("retry_timeout", ROW_V2, "time until a control message is sent again"),
	ROW_LATER("idle_timeout", ROW_V2, "close the tunnel so long after its last session"),
	ROW_LATER("max_sessions", ROW_V2, "most sessions in this tunnel"),
	ROW_LATER("mtu", ROW_PPP "; sessions of version 3 have their own mtu",
		  "largest MTU of a session in this tunnel"),
	ROW_LATER("interface_name", NULL, "sessions have network devices, tunnels have none: use it in session create"),
};

const struct param_table config_tunnel_table = ROW_TABLE("tunnel");
