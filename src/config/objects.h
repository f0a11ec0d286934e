/* SPDX-License-Identifier: MIT */
/*
 * What can be configured: a struct for each kind of object and its table of parameters.
 * Members carry the parameters' names.  The rows are in system.c, tunnel.c and session.c.
 */
#ifndef L2TPD_CONFIG_OBJECTS_H
#define L2TPD_CONFIG_OBJECTS_H

#include "base/address.h"
#include "config/param.h"

#define CONFIG_NAME_MAX 64		/* object names, with the NUL */
#define CONFIG_HOST_MAX 254		/* a domain name's 253 octets (RFC 1035) and the NUL */
#define CONFIG_IFNAME_MAX 16		/* IFNAMSIZ */
#define CONFIG_NETNS_MAX 64

enum config_object { CONFIG_SYSTEM, CONFIG_TUNNEL, CONFIG_SESSION, CONFIG_OBJECT_COUNT };

enum config_encap { CONFIG_ENCAP_UDP = 0, CONFIG_ENCAP_IP = 1 };		/* L2TP_ATTR_ENCAP_TYPE */
enum config_pw_type { CONFIG_PW_VLAN = 4, CONFIG_PW_ETH = 5, CONFIG_PW_IP = 11 };	/* L2TP_ATTR_PW_TYPE */
enum config_l2spec { CONFIG_L2SPEC_NONE = 0, CONFIG_L2SPEC_DEFAULT = 1 };	/* L2TP_ATTR_L2SPEC_TYPE */

#define CONFIG_TTL_DEFAULT 0
#define CONFIG_COPY (-1)		/* ttl=copy, dscp=copy */
#define CONFIG_MTU_AUTO 0
#define CONFIG_MTU_FOLLOW (-1)

struct system_config {
	uint32_t max_tunnels;		/* 0: unlimited */
	uint32_t max_sessions;
	bool deny_local_tunnel_creates;
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
};

union any_config {
	struct system_config system;
	struct tunnel_config tunnel;
	struct session_config session;
};

/* By enum config_object. */
extern const struct param_table *const config_tables[CONFIG_OBJECT_COUNT];

/* Row of a parameter by its exact name, which must exist: the program aborts when it does not. */
unsigned int config_row(enum config_object object, const char *name);

#endif
