/* SPDX-License-Identifier: MIT */
/*
 * What the files of the kernel's datapath share.
 */
#ifndef L2TPD_DATAPATH_KERNEL_INTERNAL_H
#define L2TPD_DATAPATH_KERNEL_INTERNAL_H

#include "datapath/kernel/channel.h"
#include "datapath/kernel/kernel.h"
#include "os/link.h"

/* A network namespace in which something of ours is. */
struct native_space {
	uint64_t identity;
	struct native_channel *channel;
	struct link_channel *links;
	unsigned int users;
	uint32_t next_number;			/* every l2tpethN below is taken */
	struct native_space *next;
};

struct native_session {
	handle self;
	struct native_tunnel *tunnel;
	struct datapath_session_config config;	/* as told; frames and the parts of PPP are not used */
	struct native_space *space;		/* where its device was put */
	char ifname[IF_NAMESIZE];		/* as it was called there */
	uint32_t ifindex, mtu;			/* mtu: as set last */
	bool settled;				/* the MTU followed from the path once */
	struct native_session *prev, *next;
};

struct native_tunnel {
	handle self;
	struct datapath_tunnel_config config;
	struct native_space *space;
	uint32_t tunnel_id;			/* what the kernel calls it */
	int fd;
	bool connected;				/* false: the peer is not known, or there is no route to it */
	struct native_session *sessions;
};

struct native_datapath {
	struct datapath_base base;
	struct handle_table tunnels, sessions;
	struct native_space *spaces;
	uint16_t family;
	int event_fd, monitor_fd;		/* epoll; changes of routes */
	struct datapath_totals totals;
};

static inline struct native_datapath *native_of(struct datapath *dp)
{
	return (struct native_datapath *)(void *)dp;
}

/* --- space.c --- */
/* That of this name, "" being ours. NULL with *error filled. */
struct native_space *native_space_get(struct native_datapath *dp, const char *netns, struct error *error);
void native_space_put(struct native_datapath *dp, struct native_space *space);	/* NULL is legal */

/* --- socket.c --- */
/* Bound to the local end and marked; not connected. In the calling thread's namespace. -1 with *error filled. */
int native_socket_open(const struct datapath_tunnel_config *config, uint32_t tunnel_id, struct error *error);
/* 1: to this peer; 0: it is not known, or there is no route to it now; -1 with *error filled. */
int native_socket_connect(int fd, const struct datapath_tunnel_config *config, struct error *error);
int native_socket_mark(int fd, const struct datapath_tunnel_config *config, struct error *error);
int native_socket_set_checksums(int fd, const struct datapath_tunnel_config *config, struct error *error);
/* Of a connected one: octets of an IP packet to the peer; 0: not known. */
uint32_t native_socket_path_mtu(int fd);
void native_socket_local(int fd, struct endpoint *local);

/* --- tunnel.c --- */
int native_tunnel_add(struct datapath *dp, const struct datapath_tunnel_config *config, handle *tunnel,
		      struct error *error);
int native_tunnel_modify(struct datapath *dp, handle tunnel, const struct datapath_tunnel_config *config,
			 unsigned int fields, struct error *error);
void native_tunnel_delete(struct datapath *dp, handle tunnel);
int native_tunnel_info(struct datapath *dp, handle tunnel, struct datapath_tunnel_info *info);
/* Connect it if it has a peer now and a route to it. */
void native_tunnel_try_peer(struct native_tunnel *tunnel);

/* --- session.c --- */
int native_session_add(struct datapath *dp, const struct datapath_session_config *config, handle *session,
		       struct error *error);
int native_session_modify(struct datapath *dp, handle session, const struct datapath_session_config *config,
			  unsigned int fields, struct error *error);
void native_session_delete(struct datapath *dp, const handle *sessions, int count);
int native_session_info(struct datapath *dp, handle session, struct datapath_session_info *info);
/* The tunnel's path is known now: automatic MTUs follow from it, once. */
void native_session_settle(struct native_session *session);

#endif
