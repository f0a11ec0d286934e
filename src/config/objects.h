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

enum config_object {
	CONFIG_SYSTEM, CONFIG_TUNNEL, CONFIG_SESSION,
	CONFIG_PEER_PROFILE, CONFIG_TUNNEL_PROFILE, CONFIG_SESSION_PROFILE, CONFIG_PPP_PROFILE,
	/* those above are configured, those below are only asked about, or are commands of l2tpctl itself */
	CONFIG_PEER, CONFIG_USER, CONFIG_DEBUG, CONFIG_CONFIG, CONFIG_CAPTURE, CONFIG_SERVER,
	CONFIG_OBJECT_COUNT,
};

enum config_encap { CONFIG_ENCAP_UDP = 0, CONFIG_ENCAP_IP = 1 };		/* L2TP_ATTR_ENCAP_TYPE */
/* L2TP_ATTR_PW_TYPE */
enum config_pw_type { CONFIG_PW_VLAN = 4, CONFIG_PW_ETH = 5, CONFIG_PW_PPP = 7, CONFIG_PW_IP = 11 };
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
	char bind_interface[CONFIG_IFNAME_MAX];
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

struct ppp_profile_config {
	char profile_name[CONFIG_NAME_MAX];
};

/* A peer that there is, or one that is asked about. */
struct peer_config {
	struct prefix peer_ipaddr;
	struct address local_ipaddr;
	char host_name[CONFIG_NAME_MAX];
	uint16_t peer_port;
};

struct user_config {
	char user_name[CONFIG_NAME_MAX];
	uint32_t tunnel_id, session_id;
};

/* Whose trace categories, and which of them to switch: those whose rows are set. */
struct debug_config {
	bool protocol, fsm, api, data, system, transport, avp_info, avp_data, avp_hide, func, all;
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

struct server_config {
	char name[CONFIG_HOST_MAX];
};

union any_config {
	struct system_config system;
	struct tunnel_config tunnel;
	struct session_config session;
	struct peer_profile_config peer_profile;
	struct ppp_profile_config ppp_profile;
	struct peer_config peer;
	struct user_config user;
	struct debug_config debug;
	struct file_config file;
	struct capture_config capture;
	struct server_config server;
};

/* Keys, and some more, are at fixed places of their tables: for code that runs for each of very many objects. */
enum { ROW_TUNNEL_NAME, ROW_TUNNEL_ID };
enum { ROW_SESSION_TUNNEL_NAME, ROW_SESSION_TUNNEL_ID, ROW_SESSION_NAME, ROW_SESSION_ID, ROW_SESSION_PW_TYPE = 5 };
enum { ROW_PEER_PROFILE_NAME = 0, ROW_PPP_PROFILE_NAME = 0 };

/* By enum config_object. A tunnel profile has the tunnel's table, a session profile the session's. */
extern const struct param_table *const config_tables[CONFIG_OBJECT_COUNT];

/* Row of a parameter by its exact name, which must exist: the program aborts when it does not. */
unsigned int config_row(enum config_object object, const char *name);

/* The row that names a profile; object is one of the four kinds. */
unsigned int config_profile_row(enum config_object object);

static inline bool config_is_profile(enum config_object object)
{
	return object >= CONFIG_PEER_PROFILE && object <= CONFIG_PPP_PROFILE;
}

/* Is this row among those that name an object of this kind? */
bool config_is_key(enum config_object object, unsigned int row);

/* Which trace categories a debug command switches, and how: bits of trace_flags. */
void config_debug_flags(const struct debug_config *config, const struct param_set *set, uint32_t *categories,
			uint32_t *values);

#endif
