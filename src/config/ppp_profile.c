/* SPDX-License-Identifier: MIT */
/*
 * Parameters of a PPP profile.  All are known, and none is supported before PPP.
 */
#define ROW_STRUCT ppp_profile_config
#include "config/row.h"

static const struct param params[] = {
	{
		ROW_MEMBER(profile_name), .type = PARAM_STRING, .flags = PARAM_PROFILE_KEY, .min = 1,
		.help = "the name of the profile", .reference = "OpenL2TP",
	},
	ROW_LATER("trace_flags", ROW_PPP, "what is logged of PPP"),
	ROW_LATER("asyncmap", ROW_PPP, "characters that are escaped on asynchronous lines"),
	ROW_LATER("mtu", ROW_PPP, "largest packet that is sent"),
	ROW_LATER("mru", ROW_PPP, "largest packet that the peer may send"),
	ROW_LATER("sync_mode", ROW_PPP, "synchronous or asynchronous framing"),
	ROW_LATER("auth_pap", ROW_PPP, "may PAP prove who somebody is"),
	ROW_LATER("auth_chap", ROW_PPP, "may CHAP prove who somebody is"),
	ROW_LATER("auth_mschapv1", ROW_PPP, "may MS-CHAP prove who somebody is"),
	ROW_LATER("auth_mschapv2", ROW_PPP, "may MS-CHAP version 2 prove who somebody is"),
	ROW_LATER("auth_eap", ROW_PPP, "may EAP prove who somebody is"),
	ROW_LATER("auth_none", ROW_PPP, "must nobody prove who it is"),
	ROW_LATER("auth_peer", ROW_PPP, "must the peer prove who it is"),
	ROW_LATER("chap_interval", ROW_PPP, "how often the peer is challenged anew"),
	ROW_LATER("chap_max_challenge", ROW_PPP, "challenges that are sent without an answer"),
	ROW_LATER("chap_restart", ROW_PPP, "time until a challenge is sent again"),
	ROW_LATER("pap_max_auth_requests", ROW_PPP, "requests that are sent without an answer"),
	ROW_LATER("pap_restart_interval", ROW_PPP, "time until a request is sent again"),
	ROW_LATER("pap_timeout", ROW_PPP, "how long the peer's request is waited for"),
	ROW_LATER("idle_timeout", ROW_PPP, "close the session when so long nothing passed"),
	ROW_LATER("ipcp_max_config_requests", ROW_PPP, "IPCP requests that are sent without an answer"),
	ROW_LATER("ipcp_max_config_naks", ROW_PPP, "IPCP proposals that are made before options are refused"),
	ROW_LATER("ipcp_max_terminate_requests", ROW_PPP, "IPCP terminations that are sent without an answer"),
	ROW_LATER("ipcp_retransmit_interval", ROW_PPP, "time until an IPCP packet is sent again"),
	ROW_LATER("lcp_echo_failure_count", ROW_PPP, "unanswered echoes after which the peer is taken for dead"),
	ROW_LATER("lcp_echo_interval", ROW_PPP, "how often the peer is asked for an echo"),
	ROW_LATER("lcp_max_config_requests", ROW_PPP, "LCP requests that are sent without an answer"),
	ROW_LATER("lcp_max_config_naks", ROW_PPP, "LCP proposals that are made before options are refused"),
	ROW_LATER("lcp_max_terminate_requests", ROW_PPP, "LCP terminations that are sent without an answer"),
	ROW_LATER("lcp_retransmit_interval", ROW_PPP, "time until an LCP packet is sent again"),
	ROW_LATER("max_connect_time", ROW_PPP, "longest time that a session may last"),
	ROW_LATER("max_failure_count", ROW_PPP, "attempts after which a session is given up"),
	ROW_LATER("local_ipaddr", ROW_PPP, "our address inside the session"),
	ROW_LATER("remote_ipaddr", ROW_PPP, "the peer's address inside the session"),
	ROW_LATER("dns_ipaddr_pri", ROW_PPP, "name server that the peer is told"),
	ROW_LATER("dns_ipaddr_sec", ROW_PPP, "second name server that the peer is told"),
	ROW_LATER("wins_ipaddr_pri", ROW_PPP, "WINS server that the peer is told"),
	ROW_LATER("wins_ipaddr_sec", ROW_PPP, "second WINS server that the peer is told"),
	ROW_LATER("ip_pool_name", ROW_PPP, "pool that the peer's address is taken from"),
	ROW_LATER("use_radius", ROW_PPP, "ask a RADIUS server"),
	ROW_LATER("radius_hint", ROW_PPP, "configuration of the RADIUS client"),
	ROW_LATER("default_route", ROW_PPP, "make the session the default route"),
	ROW_LATER("multilink", ROW_PPP, "join several sessions into one link"),
	ROW_LATER("local_name", ROW_PPP, "our name when proving who we are"),
	ROW_LATER("remote_name", ROW_PPP, "the peer's name when proving who it is"),
	ROW_LATER("proxy_arp", ROW_PPP, "answer for the peer's address on our own network"),
};

const struct param_table config_ppp_profile_table = ROW_TABLE("ppp profile");
