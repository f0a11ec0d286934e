/* SPDX-License-Identifier: MIT */
/*
 * What the files kernel_*.c share: who is connected, and for which programs.
 */
#ifndef L2TPD_L2TPD_KERNEL_INTERNAL_H
#define L2TPD_L2TPD_KERNEL_INTERNAL_H

#include <sys/socket.h>

#include "base/log.h"
#include "kernel/attach.h"
#include "kernel/kernel.h"
#include "kernel/ppp.h"
#include "l2tpd/kernel_api.h"
#include "os/claim.h"
#include "os/netns.h"
#include "os/unix_socket.h"

#define KERNEL_SERVED_MAX 4096		/* at once, and as many of protocol 115; more get ENOBUFS or ENOMEM */

/* A connection of an l2tprun. */
struct supervisor {
	struct kernel_api *api;
	int fd;
	struct event *readable, *writable;
	struct kernel_attached owed;		/* an answer for which there was no room */
	struct supervisor *prev, *next;
};

/* What is served to a program, each kind with more behind it: to its l2tprun it is a client (kernel/attach.h). */
struct served {
	const struct served_kind *kind;
	struct kernel_api *api;
	const struct supervisor *supervisor;	/* NULL: it has ended, but a program it ran has not */
	uint64_t number;			/* the supervisor's for it */
	int fd;					/* our end of what the program has; -1: there is none yet */
	struct space *space;			/* the network namespace it is in; NULL: that is ours */
	struct served *prev, *next;
};

struct served_kind {
	size_t size;
	void (*free)(struct served *served);
};

/* A netlink socket of a program. */
struct program {
	struct served base;
	struct kernel_client *client;
	int proxy;				/* a netlink socket of the kernel, for all other families */
	unsigned int forwarded;			/* messages on their way there: until they are nothing more is read */
	bool is_gone;				/* and only they are left of it */
	int netns;				/* the network namespace it is in */
	bool opener_may;			/* who opened it may administer that */
	uint32_t opener;			/* the user who did */
	uint32_t first_port;			/* that it has if nobody asks for another */
	uint32_t port;				/* that the proxy is bound to; 0: to none */
	bool speaks_to_others;			/* it is connected to a program, or to a group of them */
	struct ucred sender;			/* of the request that is read */
	struct event *readable, *writable, *answered;	/* answered: by the proxy */
};

/* A connected AF_PPPOX socket of a program. */
struct pppox {
	struct served base;
	struct kernel_pppox *kernel;
	int netns;
	struct event *closed, *readable;	/* readable: while nobody else reads it */
};

/* What a program opened as /dev/ppp. */
struct opened {
	struct served base;
	struct kernel_file *file;
	struct event *readable;
};

/* A network namespace in which somebody used the API, other than ours. */
struct space {
	char name[NETNS_NAME_MAX];
	uint64_t identity;
	int fd;
	unsigned int served;			/* in it */
	struct space *prev, *next;
};

/* A UDP socket of a program that is a tunnel's, or was, or was to be. */
struct taken_socket {
	uint64_t cookie;
	int claims;				/* which sessions it does not get (os/claim.h) */
	bool is_free;				/* no tunnel came of it */
	char netns[NETNS_NAME_MAX];
	sa_family_t family;
	struct endpoint local, peer;		/* as it was bound ... */
	bool is_connected;			/* ... and connected the last time that we looked */
	uint64_t inode;
	uint64_t moves_until;			/* ms: its program is about to move it; 0: it is not */
	struct witness *witness;
	bool looked_at;				/* in the look that is going on */
	struct taken_socket *prev, *next;
};

/* A program's socket of IP protocol 115. */
struct l2tpip {
	const struct supervisor *supervisor;
	uint64_t number;			/* the supervisor's for it */
	uint64_t cookie;			/* of what the program has */
	uint64_t netns;				/* number of the namespace it is in */
	sa_family_t family;
	int wire;				/* what it has on the wire: a raw socket */
	int annex;				/* the network namespace of what the program has of it */
	bool bound;
	uint32_t connection_id;
	bool taken;				/* it is a tunnel's, or was */
	struct endpoint local, peer;		/* as it was bound ... */
	bool is_connected;			/* ... and connected the last time that we looked */
	struct l2tpip *prev, *next;
};

struct kernel_api {
	struct event_base *loop;
	struct service *service;
	struct kernel *kernel;			/* NULL, as is what follows: nobody has come yet */
	struct os_sender *sender;		/* to other families */
	struct event *sent;
	struct os_listener listener;
	struct event *arrival, *accept_again;
	struct event *look;			/* whether namespaces are still in use */
	struct event *move;			/* whether sockets are connected by now */
	struct event *names;			/* names of namespaces were taken away. NULL: nobody tells */
	struct log_limit refused;
	struct supervisor *supervisors;
	struct served *served;
	unsigned int served_count;
	struct kernel_ppp *ppp;
	struct unit_device *unit_devices;
	struct space *spaces;
	struct taken_socket *sockets;
	struct l2tpip *l2tpips;
	unsigned int l2tpip_count;
	struct witness *witnesses;
	bool told;				/* that their rights cannot be seen */
	uint16_t family_id;
	void (*changed)(void *context);
	void *context;
};

/* NULL is legal. */
static inline void watch_end(struct event *event)
{
	if (event)
		event_free(event);
}

/* kernel_api.c */
/* This timer comes in so many milliseconds, or sooner if it was set for that. */
void timer_within(struct event_base *loop, struct event *timer, uint64_t ms);
/* This socket is a tunnel's, or none any more. */
void supervisors_tell_socket(const struct kernel_api *api, uint64_t inode, bool is_tunnels);

/* kernel_served.c */
/* fd is taken over, also when it fails: NULL, out of memory or there are too many. */
void *served_new(const struct served_kind *kind, const struct supervisor *supervisor, uint64_t number, int fd);
/* Where it is; the descriptor stays the caller's. False: no memory, or no descriptors. */
bool served_enter(struct served *served, int netns);
const char *served_netns(const struct served *served);
/* It has nothing any more but its memory, which is the caller's to free. */
void served_end(struct served *served);
/* NULL: it has none of this number and kind. */
void *served_find(const struct served_kind *kind, const struct supervisor *supervisor, uint64_t number);
/* The supervisor has ended, the programs it ran may not have. */
void served_orphan(const struct supervisor *supervisor);
void served_free_all(struct kernel_api *api);

/* kernel_program.c: fds are taken over, also when it fails: 0 or an errno */
int program_new(struct supervisor *supervisor, const struct kernel_attach *attach, const int fds[KERNEL_ATTACH_FDS]);
/* NULL: it is no such client. */
struct program *program_find(const struct supervisor *supervisor, uint64_t number);
/* bind(), port 0: to any; connect(); getsockname(). 0 or an errno. */
int program_bind(struct program *program, uint32_t port, struct kernel_attached *told);
int program_connect(struct program *program, const struct kernel_attach *attach);
int program_name(struct program *program, struct kernel_attached *told);
/* Give it what there is for it. */
void program_feed(struct program *program);
/* What is for other families goes to the kernel. */
void program_forward(struct program *program, const void *message, size_t length);
/* Some of that was carried out. */
void programs_sent(struct kernel_api *api);

/* kernel_pppox.c: sockets of AF_PPPOX */
/* 0 or an errno; descriptors stay the caller's. count: KERNEL_PPPOX_FD_TUNNEL, or with that one. */
int pppox_connect(struct supervisor *supervisor, const struct kernel_attach *attach, const int *fds, size_t count);
int pppox_call(const struct supervisor *supervisor, const struct kernel_attach *attach, struct kernel_attached *told);
/* The session of this one is gone. */
void pppox_detached(struct pppox *pppox);

/* kernel_ppp.c: what programs opened as /dev/ppp */
bool opened_begin(struct kernel_api *api);
/* 0 or an errno; descriptors stay the caller's. */
int opened_new(struct supervisor *supervisor, const struct kernel_attach *attach, const int fds[KERNEL_PPP_FDS]);
/* NULL: it is no such client. */
struct opened *opened_find(const struct supervisor *supervisor, uint64_t number);
/* code_fd: what the argument points to, or -1. */
int opened_call(struct opened *opened, const struct kernel_attach *attach, int code_fd, struct kernel_attached *told);

/* kernel_unit.c and kernel_filter.c: what units ask of the system (struct kernel_ppp_host); context is the API */
int unit_device_new(void *context, const char *netns, const char *name);
void unit_device_free(void *context, int fd);
void unit_device_watch(void *context, int fd, bool on);
void unit_device_write(void *context, int fd, const void *packet, size_t length);
int filter_new(void *context, const void *code, uint16_t count);
void filter_free(void *context, int filter);
bool filter_passes(void *context, int filter, const uint8_t *octets, size_t length);
/* What an ioctl() of PPP tells of a device: 0 or an errno. */
int opened_device(struct kernel_api *api, const struct kernel_attach *attach, int netns_fd,
		  struct kernel_attached *told);

/* kernel_host.c: what the room asks of the system */
void kernel_host_fill(struct kernel_host *host);
/* Where it is bound, to whom it is connected, and how its packets are marked, now. */
void socket_describe(int fd, struct kernel_socket *told);

/* kernel_socket.c: sockets of programs */
/* To become a tunnel's: fills the cookie. 0 or an errno: EBUSY: it is one's, or was. The descriptor stays the
 * caller's. */
int socket_take(struct kernel_api *api, const char *netns, int fd, uint64_t *cookie);
/* How it is: if it is not connected it will be looked whether that changes. */
void socket_seen(struct kernel_api *api, const struct kernel_socket *seen);
/* None came of it: it may be taken again. */
void socket_drop(struct kernel_api *api, uint64_t cookie);
int socket_claim(struct kernel_api *api, uint64_t cookie, struct os_claim claim, bool claimed);
void sockets_free(struct kernel_api *api);

/* kernel_view.c: 0 or an errno; descriptors stay the caller's */
int view_write(struct kernel_api *api, const struct kernel_attach *attach, const int fds[2]);

/* kernel_l2tpip.c: sockets of IP protocol 115; 0 or an errno */
/* fds, or wire, are taken over. */
int l2tpip_new(struct supervisor *supervisor, const struct kernel_attach *attach, const int fds[2]);
int l2tpip_again(struct supervisor *supervisor, uint64_t number, int wire);
int l2tpip_bind(struct supervisor *supervisor, uint64_t number, uint32_t connection_id);
int l2tpip_moved(struct supervisor *supervisor, uint64_t number);
int l2tpip_closed(struct supervisor *supervisor, uint64_t number);
/* All of this one's, NULL: of whomever. */
void l2tpips_end(struct kernel_api *api, const struct supervisor *supervisor);
/* NULL: it is none. */
struct l2tpip *l2tpip_find(const struct kernel_api *api, uint64_t cookie);
/* Has a socket this connection id, and an address with it that is not another's?  interface 0: any. */
bool l2tpip_is_taken(const struct kernel_api *api, uint64_t netns, uint32_t connection_id, int interface,
		     const struct address *local);
/* As it is now. */
void l2tpip_describe(const struct l2tpip *socket, struct kernel_socket *told);
/* To become a tunnel's. */
int l2tpip_take(struct l2tpip *socket, const char *netns, enum config_encap encap, struct kernel_socket *told);

/* kernel_move.c: sockets that were not connected */
struct os_udp_socket;
/* All that are as this one, of the same namespace and family, as they are now: an array for os_udp_get(), to be freed.
 * NULL: it cannot be told. */
struct os_udp_socket *sockets_find(struct kernel_api *api, const struct taken_socket *like, size_t *count);
void sockets_look(struct kernel_api *api);
void sockets_look_soon(struct kernel_api *api);
/* At this one, which is a tunnel's: returns whether it is not where it was. */
bool sockets_look_at(struct kernel_api *api, struct l2tpip *socket);
/* The program of the socket with this inode number, if it is any of ours, is about to bind or to connect it, or
 * has done so already. */
void sockets_moved(struct kernel_api *api, uint64_t inode, bool already);

/* kernel_space.c */
/* What rows of that name call the namespace of this descriptor; NULL: nobody has used the API in it. */
const char *space_called(const struct kernel_api *api, int netns);
/* The namespace of this descriptor, which stays the caller's; NULL if it is ours. -1: no memory, or no descriptors. */
int space_enter(struct kernel_api *api, int netns, struct space **space);
/* NULL is legal. */
void space_leave(struct kernel_api *api, struct space *space);
/* What it is called that has this number, "": that is ours; NULL: nobody used the API in it. */
const char *space_name(const struct kernel_api *api, uint64_t identity);
/* Step into the one that we know by this name, "" being ours: for netns_leave(). -1: it has lost the name, or there is
 * none. */
int space_visit(const struct kernel_api *api, const char *name);
/* Those that nobody uses any more are gone, with their tunnels. */
void spaces_look(struct kernel_api *api);
void spaces_look_soon(struct kernel_api *api);
void spaces_free(struct kernel_api *api);

#endif
