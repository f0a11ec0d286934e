/* SPDX-License-Identifier: MIT */
/*
 * What can be configured: a struct for each kind of object and its table of parameters.
 * Members carry the parameters' names.  The rows are in the files named after the objects.
 *
 * A profile of tunnels or sessions is a tunnel or session of which only some rows are set: it has the same
 * struct and the same table.  Which rows it may have is PARAM_PROFILE in their flags.
 */
#ifndef L2TPD_CONFIG_OBJECTS_H
#define L2TPD_CONFIG_OBJECTS_H

#include "base/address.h"
#include "base/prefix.h"
#include "config/param.h"

#define CONFIG_NAME_MAX 64		/* object names, with the NUL */
#define CONFIG_HOST_MAX 254		/* a domain name's 253 octets (RFC 1035) and the NUL */
#define CONFIG_IFNAME_MAX 16		/* IFNAMSIZ */
#define CONFIG_NETNS_MAX 64
#define CONFIG_PATH_MAX 256		/* of files named in a configuration */
#define CONFIG_FILE_MAX 512		/* of configurations themselves */
#define CONFIG_SECRET_MAX 128
#define CONFIG_REASON_MAX 128		/* why something is deleted, for its peer */
#define CONFIG_NUMBER_MAX 65		/* numbers of calls and the like: 64 octets and the NUL */
#define CONFIG_SOCKET_MAX 108		/* of sun_path (unix(7)) */
#define CONFIG_USER_MAX 254		/* names that somebody proves: RADIUS's 253 octets (RFC 2865) and the NUL */
#define CONFIG_LIST_MAX 512		/* of several names, or ranges of addresses, with commas */

enum config_object {
	CONFIG_SYSTEM, CONFIG_TUNNEL, CONFIG_SESSION,
	CONFIG_PEER_PROFILE, CONFIG_TUNNEL_PROFILE, CONFIG_SESSION_PROFILE, CONFIG_PPP_PROFILE,
	CONFIG_POOL, CONFIG_RADIUS,	/* kept like profiles, named by those of PPP */
	/* those above are configured, those below are only asked about, or are commands of l2tpctl itself */
	CONFIG_PEER, CONFIG_USER, CONFIG_DEBUG, CONFIG_CONFIG, CONFIG_CAPTURE, CONFIG_KERNEL,
	CONFIG_SERVER,
	CONFIG_OBJECT_COUNT,
};

enum config_encap { CONFIG_ENCAP_UDP = 0, CONFIG_ENCAP_IP = 1 };		/* L2TP_ATTR_ENCAP_TYPE */
/* L2TP_ATTR_PW_TYPE */
enum config_pw_type { CONFIG_PW_VLAN = 4, CONFIG_PW_ETH = 5, CONFIG_PW_PPP = 7, CONFIG_PW_IP = 11 };
/* who moves packets; a tunnel: as the system says */
enum config_datapath {
	CONFIG_DATAPATH_SYSTEM, CONFIG_DATAPATH_AUTO, CONFIG_DATAPATH_USER, CONFIG_DATAPATH_KERNEL,
	CONFIG_DATAPATH_BPF,
};
enum config_l2spec { CONFIG_L2SPEC_NONE = 0, CONFIG_L2SPEC_DEFAULT = 1 };	/* L2TP_ATTR_L2SPEC_TYPE */
enum config_decision { CONFIG_REFUSE, CONFIG_ACCEPT };
enum config_auth { CONFIG_AUTH_NONE, CONFIG_AUTH_SIMPLE, CONFIG_AUTH_CHALLENGE };
/* The bits of RFC 2661 sections 4.4.3 and 4.4.4 */
enum config_framing { CONFIG_FRAMING_NONE, CONFIG_FRAMING_SYNC, CONFIG_FRAMING_ASYNC, CONFIG_FRAMING_ANY };
enum config_bearer { CONFIG_BEARER_NONE, CONFIG_BEARER_DIGITAL, CONFIG_BEARER_ANALOG, CONFIG_BEARER_ANY };
enum config_session_type {		/* our end, and who calls: LAC incoming call, ... */
	CONFIG_SESSION_TYPE_AUTO,	/* as the tunnel and who asks have it */
	CONFIG_SESSION_TYPE_LAIC, CONFIG_SESSION_TYPE_LAOC, CONFIG_SESSION_TYPE_LNIC, CONFIG_SESSION_TYPE_LNOC,
};
/* What the peer may be */
enum config_lac_lns { CONFIG_PEER_LAC = 1, CONFIG_PEER_LNS = 2, CONFIG_PEER_LACLNS = 3 };
enum config_sync { CONFIG_SYNC_ANY, CONFIG_SYNC_SYNC, CONFIG_SYNC_ASYNC };
enum config_interface { CONFIG_INTERFACE_OWN, CONFIG_INTERFACE_SHARED };
enum config_mppe { CONFIG_MPPE_NO, CONFIG_MPPE_ALLOW, CONFIG_MPPE_REQUIRE };
enum config_mppe_bits { CONFIG_MPPE_40 = 1 << 0, CONFIG_MPPE_56 = 1 << 1, CONFIG_MPPE_128 = 1 << 2 };
/* What becomes of a user's session when the same user opens another */
enum config_one_session { CONFIG_ONE_SESSION_ANY, CONFIG_ONE_SESSION_REPLACE, CONFIG_ONE_SESSION_REFUSE };
/* The numbers of RFC 2661 section 4.4.5; 0: not told */
enum config_proxy_auth {
	CONFIG_PROXY_AUTH_UNSAID = 0, CONFIG_PROXY_AUTH_TEXT = 1, CONFIG_PROXY_AUTH_CHAP = 2,
	CONFIG_PROXY_AUTH_PAP = 3, CONFIG_PROXY_AUTH_NONE = 4, CONFIG_PROXY_AUTH_MSCHAP = 5,
};
enum config_when { CONFIG_WHEN_NO, CONFIG_WHEN_YES, CONFIG_WHEN_AUTO };
enum config_metrics_detail { CONFIG_METRICS_TOTALS, CONFIG_METRICS_TUNNELS, CONFIG_METRICS_SESSIONS };

#define CONFIG_TTL_DEFAULT 0
#define CONFIG_COPY (-1)		/* ttl=copy, dscp=copy */
#define CONFIG_MTU_AUTO 0
#define CONFIG_MTU_FOLLOW (-1)

struct system_config {
	uint32_t max_tunnels;		/* 0: unlimited */
	uint32_t max_sessions;
	bool deny_local_tunnel_creates, deny_remote_tunnel_creates, drain_tunnels;
	uint32_t tunnel_establish_timeout, session_establish_timeout;		/* s; 0: off */
	uint32_t tunnel_persist_pend_timeout;	/* s: most that is waited before the next attempt */
	uint32_t session_persist_pend_timeout;	/* s; 0: no other attempt */
	uint16_t udp_port;		/* where peers' tunnels are accepted */
	int datapath;			/* enum config_datapath, of tunnels that do not say */
	bool reset_statistics;		/* PARAM_ACTION */
	uint32_t trace_flags;
	char hook_directory[CONFIG_PATH_MAX];	/* "": no hooks */
	uint32_t hook_timeout;		/* ms */
	uint32_t authorizer_timeout;	/* ms */
	int authorizer_silent;		/* enum config_decision */
	int authorizer_absent;
	uint16_t metrics_port;		/* 0: off */
	struct address metrics_address;
	int metrics_detail;		/* enum config_metrics_detail */
	char metrics_token[CONFIG_SECRET_MAX];
	char metrics_token_file[CONFIG_PATH_MAX];
	/* of PPP; "": there is none */
	char chap_secrets[CONFIG_PATH_MAX], pap_secrets[CONFIG_PATH_MAX];
	bool ppp_scripts;		/* run those below that exist */
	char ip_up_script[CONFIG_PATH_MAX], ip_down_script[CONFIG_PATH_MAX];
	char ipv6_up_script[CONFIG_PATH_MAX], ipv6_down_script[CONFIG_PATH_MAX];
	char state_file[CONFIG_PATH_MAX];
	uint16_t radius_coa_port;	/* 0: off */
	char radius_nas_identifier[CONFIG_USER_MAX];	/* "": this host's name */
	struct address radius_nas_ipaddr;		/* AF_UNSPEC: not told */
};

struct tunnel_config {
	char tunnel_name[CONFIG_NAME_MAX];
	uint32_t tunnel_id;
	uint32_t peer_tunnel_id;
	uint32_t version;		/* 2 or 3 */
	int encap;
	struct address src_ipaddr;
	char dest_ipaddr[CONFIG_HOST_MAX];
	uint16_t our_udp_port, peer_udp_port;
	bool use_udp_checksums, udp_zero_csum6_tx, udp_zero_csum6_rx;
	/* No rows, of SERVICE_ORIGIN_KERNEL: its socket is another program's; version 2: its ids on the wire, where the
	 * control protocol is the program's. 0: the rows say them. */
	bool is_shadow;
	uint32_t wire_tunnel_id, wire_peer_tunnel_id;
	char netns[CONFIG_NETNS_MAX];	/* "": the daemon's */
	char bind_interface[CONFIG_IFNAME_MAX];
	int datapath;			/* enum config_datapath */
	uint32_t fwmark;
	int64_t ttl;			/* CONFIG_TTL_DEFAULT, 1..255 or CONFIG_COPY */
	int64_t dscp;			/* 0..63 or CONFIG_COPY */
	uint32_t resolve_interval;	/* s */
	char profile_name[CONFIG_NAME_MAX];	/* of a profile: its own name */
	char peer_profile_name[CONFIG_NAME_MAX], session_profile_name[CONFIG_NAME_MAX];
	char ppp_profile_name[CONFIG_NAME_MAX];
	uint32_t trace_flags;
	/* of the control protocol */
	uint32_t config_id;		/* 0: none */
	bool use_tiebreaker;
	int framing_caps;		/* enum config_framing */
	int bearer_caps;		/* enum config_bearer */
	char host_name[CONFIG_NAME_MAX];	/* "": this host's */
	char secret[CONFIG_SECRET_MAX];	/* "": none */
	char secret_file[CONFIG_PATH_MAX];
	int auth_mode;			/* enum config_auth */
	bool hide_avps;
	uint16_t rx_window_size, tx_window_size;	/* messages */
	bool persist;
	uint32_t hello_timeout;		/* s; 0: no HELLO */
	uint32_t max_retries;
	uint32_t retry_timeout;		/* s, the first time */
	uint32_t idle_timeout;		/* s; 0: never */
	uint32_t max_sessions;		/* 0: unlimited */
	bool allow_ppp_proxy;
	bool do_pmtu_discovery;
	int64_t mtu;			/* most of PPP in it: CONFIG_MTU_AUTO or 128..65535 */
	char reason[CONFIG_REASON_MAX];	/* PARAM_DELETE */
};

struct session_config {
	char tunnel_name[CONFIG_NAME_MAX];	/* which tunnel: by name ... */
	uint32_t tunnel_id;			/* ... or by id */
	char session_name[CONFIG_NAME_MAX];
	uint32_t session_id;
	uint32_t peer_session_id;
	int pw_type;
	struct param_octets cookie, peer_cookie;
	int l2spec_type;
	uint16_t vlan_id;
	char interface_name[CONFIG_IFNAME_MAX];
	uint8_t mac_address[6];
	int64_t mtu;			/* CONFIG_MTU_AUTO, CONFIG_MTU_FOLLOW or 68..65535 */
	bool use_sequence_numbers, sequencing_required, lns_mode;
	uint32_t reorder_timeout;	/* ms */
	bool mss_clamp;
	uint32_t carrier_timeout;	/* ms */
	char netns[CONFIG_NETNS_MAX];
	char bridge[CONFIG_IFNAME_MAX];
	bool interface_up;
	char profile_name[CONFIG_NAME_MAX], ppp_profile_name[CONFIG_NAME_MAX];
	uint32_t trace_flags;
	/* of the control protocol */
	char dest_ipaddr[CONFIG_HOST_MAX];	/* instead of a tunnel: the one to this peer, or a new one */
	int session_type;		/* enum config_session_type */
	char priv_group_id[CONFIG_NUMBER_MAX];
	char calling_number[CONFIG_NUMBER_MAX], called_number[CONFIG_NUMBER_MAX], sub_address[CONFIG_NUMBER_MAX];
	int framing_type, bearer_type;	/* enum config_framing, enum config_bearer */
	uint32_t minimum_bps, maximum_bps;
	struct param_speed connect_speed;
	char frame_socket[CONFIG_SOCKET_MAX];	/* "": none */
	/* of PPP */
	char user_name[CONFIG_USER_MAX];	/* "": we have no name to prove */
	char user_password[CONFIG_SECRET_MAX];
	char user_password_file[CONFIG_PATH_MAX];
	bool no_ppp;
	bool use_ppp_proxy;			/* tell the peer what these are */
	int proxy_auth_type;			/* enum config_proxy_auth */
	uint16_t proxy_auth_id;
	char proxy_auth_name[CONFIG_USER_MAX];
	struct param_long_octets proxy_auth_challenge, proxy_auth_response;
	char proxy_auth_response_file[CONFIG_PATH_MAX];
	struct param_long_octets initial_rcvd_lcp_confreq, last_sent_lcp_confreq, last_rcvd_lcp_confreq;
	char reason[CONFIG_REASON_MAX];	/* PARAM_DELETE */
};

/* Which peers, and which profiles are theirs. */
struct peer_profile_config {
	char profile_name[CONFIG_NAME_MAX];
	struct prefix peer_ipaddr;	/* AF_UNSPEC: no peer by its address */
	struct address netmask;		/* AF_UNSPEC: peer_ipaddr's length counts */
	uint16_t peer_port;		/* 0: any */
	char tunnel_profile_name[CONFIG_NAME_MAX], session_profile_name[CONFIG_NAME_MAX];
	char ppp_profile_name[CONFIG_NAME_MAX];
	uint32_t trace_flags;
	int lac_lns;			/* enum config_lac_lns */
	bool accept_tunnels;		/* counts when its row is set; otherwise yes, but no of `default` */
	uint32_t max_tunnels;		/* of one address of a peer; 0: unlimited */
};

/* What PPP may and shall do in a session: chain_ppp() makes it whole. */
struct ppp_profile_config {
	char profile_name[CONFIG_NAME_MAX];
	uint32_t trace_flags;
	/* the link */
	uint32_t asyncmap;
	int64_t mtu, mru;			/* CONFIG_MTU_AUTO or 128..65535 */
	int sync_mode;				/* enum config_sync */
	bool lcp_passive;
	uint32_t lcp_echo_interval;		/* s; 0: no echoes */
	uint32_t lcp_echo_failure_count;	/* 0: never dead */
	uint32_t lcp_max_config_requests, lcp_max_config_naks, lcp_max_terminate_requests;
	uint32_t lcp_retransmit_interval;	/* s */
	bool multilink;				/* always false */
	/* who proves what */
	bool auth_pap, auth_chap, auth_mschapv1, auth_mschapv2, auth_eap;	/* may be used, by either end */
	/* must the peer? Neither: when it asked for the call; both: yes */
	bool auth_none, auth_peer;
	bool eap_through;
	uint32_t chap_interval;			/* s; 0: once */
	uint32_t chap_max_challenge;
	uint32_t chap_restart;			/* s */
	uint32_t pap_max_auth_requests;
	uint32_t pap_restart_interval;		/* s */
	uint32_t pap_timeout;			/* s; 0: none */
	char local_name[CONFIG_USER_MAX], remote_name[CONFIG_USER_MAX];		/* "": not said */
	bool use_radius;
	char radius_hint[CONFIG_PATH_MAX];
	char radius_servers[CONFIG_LIST_MAX];	/* "": all there are; text_next_item() */
	uint32_t accounting_interval;		/* s; 0: only start and stop */
	int one_session;			/* enum config_one_session */
	/* the network */
	bool ipv4, ipv6;
	uint32_t ipcp_max_config_requests, ipcp_max_config_naks, ipcp_max_terminate_requests;
	uint32_t ipcp_retransmit_interval;	/* s */
	struct address local_ipaddr, remote_ipaddr;	/* AF_UNSPEC: not said, here and below */
	struct address dns_ipaddr_pri, dns_ipaddr_sec, wins_ipaddr_pri, wins_ipaddr_sec;
	struct address dns_ipv6addr_pri, dns_ipv6addr_sec;
	char ip_pool_name[CONFIG_NAME_MAX], ipv6_pool_name[CONFIG_NAME_MAX];	/* "": none */
	char delegated_pool_name[CONFIG_NAME_MAX];
	bool default_route;
	uint32_t default_metric;		/* 0: the system's */
	bool use_dns;
	bool proxy_arp;
	/* what carries it */
	int interface;				/* enum config_interface */
	char interface_name[CONFIG_IFNAME_MAX];	/* of CONFIG_INTERFACE_SHARED; "": the system chooses */
	bool mss_clamp;
	bool check_source;
	int mppe;				/* enum config_mppe */
	uint32_t mppe_bits;			/* of enum config_mppe_bits */
	bool mppe_stateful;
	uint32_t rate_send, rate_receive;	/* bit/s, to the peer, from it; 0: no limit */
	/* how long */
	uint32_t idle_timeout;			/* s; 0: for ever, as the next */
	uint32_t max_connect_time;
	uint32_t max_failure_count;		/* attempts; 0: for ever */
};

/* Addresses, or prefixes, that users are given. */
struct pool_profile_config {
	char pool_name[CONFIG_NAME_MAX];
	char range[CONFIG_LIST_MAX];	/* text_next_item(), range_parse() */
	uint16_t delegate_length;	/* of each prefix given, when they are of IPv6 */
};

/* A server that knows users, and is told what they did. */
struct radius_profile_config {
	char radius_name[CONFIG_NAME_MAX];
	struct address address;		/* AF_UNSPEC: not usable */
	struct address src_ipaddr;	/* AF_UNSPEC: the system chooses */
	char secret[CONFIG_SECRET_MAX];
	char secret_file[CONFIG_PATH_MAX];
	uint16_t auth_port, acct_port;	/* 0: not asked for that */
	uint32_t timeout;		/* s, of each attempt */
	uint32_t retries;
	uint32_t dead_time;		/* s */
	int message_authenticator;	/* enum config_when: required of its replies */
	bool coa;			/* it may change and end sessions */
};

/* A peer that there is, or one that is asked about. */
struct peer_config {
	struct prefix peer_ipaddr;
	struct address local_ipaddr;
	char host_name[CONFIG_NAME_MAX];
	uint16_t peer_port;
};

struct user_config {
	char user_name[CONFIG_USER_MAX];
	uint32_t tunnel_id, session_id;
};

/* Whose trace categories, and which of them to switch: those whose rows are set. */
struct debug_config {
	bool protocol, fsm, api, data, system, transport, avp_info, avp_data, avp_hide, ppp_control, func, all;
	uint32_t tunnel_id, session_id;
	char tunnel_name[CONFIG_NAME_MAX], session_name[CONFIG_NAME_MAX];
	struct prefix peer_ipaddr;
	char peer_profile_name[CONFIG_NAME_MAX], tunnel_profile_name[CONFIG_NAME_MAX];
	char session_profile_name[CONFIG_NAME_MAX], ppp_profile_name[CONFIG_NAME_MAX];
};

/* config save, restore, check and include; in the last form `include FILE`. */
struct file_config {
	char file[CONFIG_FILE_MAX];
};

struct capture_config {
	char tunnel_name[CONFIG_NAME_MAX], session_name[CONFIG_NAME_MAX];
	uint32_t tunnel_id, session_id;
	char file[CONFIG_FILE_MAX];	/* "-": standard output */
	uint32_t count;			/* packets; 0: no end */
	uint32_t seconds;		/* 0: no end */
	uint32_t snaplen;		/* octets of each packet */
	bool secrets;
};

/* What programs have made through the kernel's API. */
struct kernel_config {
	char netns[CONFIG_NETNS_MAX];	/* "": the daemon's */
};

struct server_config {
	char name[CONFIG_HOST_MAX];
};

union any_config {
	struct system_config system;
	struct tunnel_config tunnel;
	struct session_config session;
	struct peer_profile_config peer_profile;
	struct ppp_profile_config ppp_profile;
	struct pool_profile_config pool;
	struct radius_profile_config radius;
	struct peer_config peer;
	struct user_config user;
	struct debug_config debug;
	struct file_config file;
	struct capture_config capture;
	struct kernel_config kernel;
	struct server_config server;
};

/* Keys, and some more, are at fixed places of their tables: for code that runs for each of very many objects. */
enum { ROW_TUNNEL_NAME, ROW_TUNNEL_ID };
enum { ROW_SESSION_TUNNEL_NAME, ROW_SESSION_TUNNEL_ID, ROW_SESSION_NAME, ROW_SESSION_ID, ROW_SESSION_PW_TYPE = 5 };
enum { ROW_PEER_PROFILE_NAME = 0, ROW_PPP_PROFILE_NAME = 0, ROW_POOL_NAME = 0, ROW_RADIUS_NAME = 0 };

/* By enum config_object. A tunnel profile has the tunnel's table, a session profile the session's. */
extern const struct param_table *const config_tables[CONFIG_OBJECT_COUNT];

/* Row of a parameter by its exact name, which must exist: the program aborts when it does not. */
unsigned int config_row(enum config_object object, const char *name);

/* The row that names a profile. */
unsigned int config_profile_row(enum config_object object);

/* Those that are kept like profiles: under names, and used by others through them. */
#define CONFIG_PROFILE_FIRST CONFIG_PEER_PROFILE
#define CONFIG_PROFILE_LAST CONFIG_RADIUS

static inline bool config_is_profile(enum config_object object)
{
	return object >= CONFIG_PROFILE_FIRST && object <= CONFIG_PROFILE_LAST;
}

/* Is there always one named `default`, which stands behind the others? */
static inline bool config_has_default(enum config_object object)
{
	return object >= CONFIG_PEER_PROFILE && object <= CONFIG_PPP_PROFILE;
}

/* Is this row among those that name an object of this kind? */
bool config_is_key(enum config_object object, unsigned int row);

/* Which trace categories a debug command switches, and how: bits of trace_flags. */
void config_debug_flags(const struct debug_config *config, const struct param_set *set, uint32_t *categories,
			uint32_t *values);

#endif
