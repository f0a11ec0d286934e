/* SPDX-License-Identifier: MIT */
/*
 * What the files of the kernel's datapath share.
 */
#ifndef L2TPD_DATAPATH_KERNEL_INTERNAL_H
#define L2TPD_DATAPATH_KERNEL_INTERNAL_H

#include <sys/types.h>

#include "datapath/kernel/channel.h"
#include "datapath/kernel/kernel.h"
#include "datapath/own/own.h"
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

/* What a PPP session has besides. Descriptors: -1 where there is none. */
struct native_ppp {
	int socket;				/* PPPoL2TP */
	int channel;				/* /dev/ppp: frames of LCP and of proofs; all of them without a unit */
	int unit;				/* /dev/ppp: the device, while something is carried */
	struct datapath_ppp carried;		/* as told */
	struct datapath_prefix *prefixes;	/* carried.prefixes */
	bool pinned;
	uint32_t proxy_ifindex;			/* that answers ARP for the peer; 0: none */
};

struct native_session {
	handle self;
	struct native_tunnel *tunnel;
	struct datapath_session_config config;	/* as told; frames and the parts of PPP are not used */
	struct native_space *space;		/* where its device was put */
	char ifname[IF_NAMESIZE];		/* as it was called there */
	uint32_t ifindex, mtu;			/* mtu: as set last */
	bool settled;				/* the MTU followed from the path once */
	bool gone, gone_told;			/* somebody removed it from the kernel */
	struct native_ppp *ppp;			/* NULL: Ethernet */
	struct native_session *prev, *next;
};

struct native_tunnel {
	handle self;
	struct datapath_tunnel_config config;
	struct native_space *space;
	uint32_t tunnel_id;			/* what the kernel calls it */
	int fd;					/* -1: the kernel has no such tunnel as yet (version 2) */
	bool connected;				/* false: the peer is not known, or there is no route to it */
	struct native_session *sessions;
};

struct native_datapath {
	struct datapath_base base;
	struct handle_table tunnels, sessions;
	struct native_space *spaces;
	uint16_t family;
	int event_fd, monitor_fd;		/* epoll; changes of routes */
	int message_fd;				/* epoll, in event_fd: sockets of version 2, frames */
	int notice_fd;				/* eventfd: a session is gone */
	uint8_t *arena;				/* where what receive() gives lies; NULL: nothing was received yet */
	struct own_pins pins;
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
/* Marked; over IP bound to the local end, over UDP not yet: a port is taken with the peer, when the one in user space
 * has it. In the calling thread's namespace. -1 with *error filled. */
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
/* What the path carries of the tunnel's packets, without their headers; 0: not known. */
uint32_t native_session_path(const struct native_session *session);
/* In the namespace of its tunnel, where *ifname may be "": PPP's devices come later. */
int native_session_tell(const struct native_datapath *dp, const struct native_session *session, const char *ifname,
			struct error *error);
/* Is it, of Ethernet, not there any more? */
bool native_session_is_lost(const struct native_datapath *dp, const struct native_session *session);
void native_session_untell(const struct native_datapath *dp, const struct native_session *session);
/* 0: what it has stays. */
int native_session_set_mtu(struct native_session *session, uint32_t mtu, struct error *error);

/* --- kernel.c --- */
/* If not, it is counted as what it is. */
bool native_is_control(struct native_datapath *dp, const uint8_t *octets, size_t length);
/* Somebody removed it: events() will tell. */
void native_session_gone(const struct native_datapath *dp, struct native_session *session);

/* --- message_queue.c: what the engine receives and sends --- */
/* From now on it comes out of receive(): of a tunnel of version 2, of a session of PPP. */
int native_watch_tunnel(const struct native_datapath *dp, const struct native_tunnel *tunnel, struct error *error);
int native_watch_frames(const struct native_datapath *dp, const struct native_session *session, int fd,
			struct error *error);
int native_receive(struct datapath *dp, struct datapath_message *messages, int max);
void native_send(struct datapath *dp, const struct datapath_message *messages, int count);

/* --- ppp.c: PPP sessions --- */
/* The kernel has the session when it succeeds. */
int native_ppp_begin(struct native_datapath *dp, struct native_session *session, struct error *error);
/* Its descriptors are closed: its device goes. */
void native_ppp_end(struct native_datapath *dp, struct native_session *session);
/* The field DATAPATH_SESSION_PPP of a modification. */
int native_ppp_carry(struct native_datapath *dp, struct native_session *session,
		     const struct datapath_session_config *config, struct error *error);

/* --- ppp_device.c: descriptors --- */
/* In the calling thread's namespace. -1 with *error filled. */
int native_ppp_socket(const struct native_session *session, struct error *error);
int native_ppp_channel(int socket, struct error *error);
/* A device of the kernel's choice of name, not up, that carries nothing; *number: of the unit. */
int native_ppp_unit(int channel, int *number, struct error *error);
/* Which network protocols pass, and by which filter (of filter.c; length 0: none). */
int native_ppp_pass(int unit, const struct datapath_ppp *ppp, struct error *error);

/* --- filter.c; pure --- */
#define NATIVE_FILTER_MAX 1024			/* instructions; the longest: 32 prefixes of 14 */
struct sock_filter;
/* A program that drops packets from the peer whose source is not its own. 0: there is nothing to check. */
unsigned int native_filter(const struct datapath_ppp *ppp, struct sock_filter *program);

#endif
