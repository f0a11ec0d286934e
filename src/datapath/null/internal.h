/* SPDX-License-Identifier: MIT */
/*
 * What the null datapath keeps, shared by its operations (null.c), its device names (names.c), its
 * sessions (session.c, ppp.c), its shared devices (device.c), its ports, their messages and sessions' frames (ports.c)
 * and its knobs for tests (knobs.c).
 */
#ifndef L2TPD_DATAPATH_NULL_INTERNAL_H
#define L2TPD_DATAPATH_NULL_INTERNAL_H

#define HASH_NONFATAL_OOM 1	/* an element that could not be added has hh.tbl NULL */
#include <uthash.h>

#include "datapath/null/null.h"

/* The device names of one network namespace. */
struct null_netns {
	char name[DATAPATH_NETNS_MAX];
	struct null_device *devices;		/* by ifname */
	uint32_t lowest_apart;			/* "%N" were chosen below it */
	uint32_t lowest_eth, lowest_ip, lowest_ppp;	/* every l2tpethN (l2tpipN, pppN) below is taken */
	UT_hash_handle hh;
};

/* What sessions have in common. */
struct null_common {
	struct datapath_session_config config;	/* without what is a session's own */
	uint32_t references;
	UT_hash_handle hh;			/* null->commons */
};

struct null_device {
	struct null_netns *netns;		/* NULL: it has no name yet */
	UT_hash_handle hh;			/* netns->devices */
	uint8_t cookie[L2TP_COOKIE_MAX], peer_cookie[L2TP_COOKIE_MAX];
	char ifname[IF_NAMESIZE];		/* as given or chosen */
	uint8_t mac[6];
};

/* What a PPP session was told of its network phase. */
struct null_ppp {
	struct datapath_ppp ppp;		/* its prefixes are a copy of their own */
	struct datapath_mppe mppe;
	struct datapath_rate rate;
	handle network_device;
	char ifname[IF_NAMESIZE];		/* as told */
};

/* A device that sessions share. */
struct null_shared {
	struct datapath_device_config config;	/* its routes are a copy of their own */
	struct null_device device;
	unsigned int users;
	handle handle;
};

struct null_session {
	struct null_common *common;
	uint32_t session_id, peer_session_id;
	struct null_device *device;		/* NULL: PPP that has none of its own, now */
	struct null_ppp *ppp;			/* NULL: nothing was told */
	handle facing;				/* where its frames arrived the last time, in null->other */
	char *frames;
	struct datapath_stats *stats;		/* NULL: nothing was counted, as usual */
	handle handle;
	struct null_tunnel *tunnel;
	struct null_session *prev, *next;	/* of the tunnel */
	uint64_t network_packets;
	uint32_t snaplen;			/* of its own tap; 0: none */
	bool no_carrier;
};

struct null_port {
	struct datapath_port_config config;	/* the port as it is */
	unsigned int users, listeners;		/* of the users */
	handle handle;
	struct null_port *prev, *next;
};

struct null_message {
	struct datapath_message message;
	struct null_message *prev, *next;
	uint8_t octets[];
};

struct null_tunnel {
	struct datapath_tunnel_config config;
	struct null_port *port;			/* NULL: the peer is not known, or over IP */
	struct datapath_stats gone;		/* of its sessions that are no more */
	uint32_t snaplen;
	handle handle;
	struct null_session *sessions;
};

struct null_packet {
	struct datapath_packet packet;
	struct null_packet *prev, *next;
	uint8_t octets[];
};

struct null_failure {
	bool armed;
	unsigned int successes;
	struct error error;
};

struct null_datapath {
	struct datapath_base base;
	struct handle_table tunnels, sessions, devices;
	struct null_netns *namespaces;
	struct null_common *commons;
	struct datapath_session_config shown;	/* what datapath_null_session() returned last */

	bool choose_apart;
	bool logging;
	struct datapath_null_entry *log;
	size_t log_count, log_size;
	struct null_failure failures[DATAPATH_NULL_OPERATION_COUNT];
	struct datapath_event *events;
	int event_count;
	unsigned int taps;
	struct null_packet *packets, *given;	/* to be told; told by the last packets() */

	struct handle_table port_handles;
	struct null_port *ports;
	unsigned int ephemeral;			/* ports chosen so far */
	struct null_datapath *other;		/* where what is sent may arrive */
	datapath_null_carry_fn *carry;		/* instead of it; NULL: nobody */
	void *carry_context;
	bool keeps_sent;
	struct null_message *arrived, *received;	/* to be told; told by the last receive() */
	struct null_message *sent, *taken;
};

static inline struct null_datapath *null_of(struct datapath *dp)
{
	return (struct null_datapath *)(void *)dp;
}

static inline const struct null_datapath *null_of_const(const struct datapath *dp)
{
	return (const struct null_datapath *)(const void *)dp;
}

/* --- session.c --- */
/* In its tunnel, without a device name. NULL when out of memory. */
struct null_session *null_session_new(struct null_datapath *null, struct null_tunnel *tunnel,
				      const struct datapath_session_config *config);
void null_session_free(struct null_datapath *null, struct null_session *session);
/* As it was told, with the device's name; frames is the session's. */
void null_session_config(const struct null_session *session, struct datapath_session_config *config);
/* All but its own is now like this. False when out of memory. */
bool null_session_change(struct null_datapath *null, struct null_session *session,
			 const struct datapath_session_config *config);

/* --- names.c --- */
/* Choose a name for the device when it has none, and take it in that namespace. -1: taken already, or out of memory. */
int null_name_take(struct null_datapath *null, struct null_device *device, const char *netns,
		   enum l2tp_pw_type pw_type, struct error *error);
void null_name_release(struct null_datapath *null, struct null_device *device);	/* NULL is legal */

/* --- ppp.c --- */
/* Take what the fields of this configuration say of PPP. */
int null_ppp_modify(struct null_datapath *null, struct null_session *session,
		    const struct datapath_session_config *config, unsigned int fields, struct error *error);
/* Put what was told into config. */
void null_ppp_config(const struct null_session *session, struct datapath_session_config *config);
/* The MTU of its IP packets on a path that would carry so many octets of a frame; that when it carries none. */
uint32_t null_ppp_mtu(const struct null_session *session, uint32_t frame);
void null_ppp_forget(struct null_datapath *null, struct null_session *session);

/* --- device.c --- */
int null_device_add(struct datapath *dp, const struct datapath_device_config *config, handle *device,
		    struct error *error);
void null_device_delete(struct datapath *dp, handle device);
void null_forget_devices(struct null_datapath *null);

/* Is this operation to fail? Then *error is filled. */
bool null_fails(struct null_datapath *null, enum datapath_null_operation operation, struct error *error);
void null_forget_packets(struct null_packet **list);

/* --- ports.c --- */
void null_port_put(struct null_datapath *null, struct null_port *port);	/* NULL is legal */
/* Give the tunnel its port when it has none and its peer is known. */
int null_port_of_tunnel(struct null_datapath *null, struct null_tunnel *tunnel, struct error *error);
int null_listen(struct datapath *dp, const struct datapath_port_config *config, handle *port, struct error *error);
void null_unlisten(struct datapath *dp, handle port);
int null_receive(struct datapath *dp, struct datapath_message *messages, int max);
void null_send(struct datapath *dp, const struct datapath_message *messages, int count);
void null_forget_messages(struct null_datapath *null);	/* and ports */
void null_log(struct null_datapath *null, const struct datapath_null_entry *entry);

#endif
