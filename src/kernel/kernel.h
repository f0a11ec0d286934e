/* SPDX-License-Identifier: MIT */
/*
 * The kernel's generic netlink family "l2tp", answered as the kernel answers it: octets of a program's netlink messages
 * come in, octets of replies and notifications go out; what really exists is the service's.
 *
 * Pure: what must be asked of the system is asked through struct kernel_host, sockets are the caller's.
 *
 *	kernel_new()			one for a daemon
 *	kernel_client_new()		one for each netlink socket that a program has opened; owner is the caller's
 *					own for it, and comes back in wake() and forward()
 *	kernel_client_request()		what the program sent in one piece
 *	kernel_client_forwarded()	what a real netlink socket answered to what forward() gave it
 *	kernel_client_next(), ..taken()	what the program is to receive, one datagram after the other: a dump is made
 *					as it is taken, so that nothing grows
 *
 *	kernel_view_next()		what the kernel tells as text, in files, piece by piece
 *
 * Objects: a tunnel belongs to the client's network namespace, under the id that was asked for, and is a tunnel of the
 * service with origin SERVICE_ORIGIN_KERNEL besides; likewise a session.  Whoever deletes that one deletes both.
 *
 * wake() and forward() are called inside of the calls below, and must not call anything here.
 */
#ifndef L2TPD_KERNEL_KERNEL_H
#define L2TPD_KERNEL_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "config/objects.h"
#include "kernel/attach.h"

#define KERNEL_FAMILY_NAME "l2tp"	/* and the name of its one multicast group */
#define KERNEL_ALIGNMENT 4		/* of octets given to kernel_client_request() and .._forwarded() */

struct service;
struct kernel;
struct kernel_client;

/* The socket of a tunnel, as getsockname() and getsockopt() would tell of it. */
struct kernel_socket {
	uint64_t cookie;		/* SO_COOKIE; of take_socket() only */
	struct endpoint local, peer;	/* both of the socket's family */
	bool is_connected;		/* take_socket(): else peer is 0.0.0.0:0 or [::]:0 */
	bool udp_checksum;		/* of IPv4: they are sent; not so with SO_NO_CHECK */
	bool udp_zero_csum6_tx, udp_zero_csum6_rx;
	char interface[CONFIG_IFNAME_MAX];	/* take_socket(): that it is bound to; "": none */
	uint32_t mark;			/* take_socket(): SO_MARK */
};

/* The socket that a kernel would make for an unmanaged tunnel. */
struct kernel_wanted {
	char netns[CONFIG_NETNS_MAX];
	enum config_encap encap;
	uint32_t tunnel_id, peer_tunnel_id;	/* IP: what it would be bound and connected to besides */
	struct endpoint local;		/* any address: the system chooses it; UDP port 0: likewise */
	struct endpoint peer;		/* UDP port 0: it would not be connected */
};

struct kernel_host {
	void *context;
	uint16_t family_id;		/* 0x10..0x3ff: one that the kernel of this machine does not use */
	uint32_t group_id;		/* likewise */

	/* Would the kernel's socket bind and connect there?  0, and local and peer of *socket as it would be (with the
	 * port and address that the system chose); or the errno of bind() or connect(). */
	int (*probe)(void *context, const struct kernel_wanted *wanted, struct kernel_socket *socket);

	/* Descriptor fd of process pid is to become a tunnel's socket (L2TP_ATTR_FD): it must be open (else EBADF), a
	 * socket (ENOTSOCK), of this network namespace (EINVAL), of SOCK_DGRAM, AF_INET or AF_INET6 and the protocol of
	 * encap (EPROTONOSUPPORT), and no tunnel's, nor have been one's (EBUSY), in this order.  0 and *socket
	 * filled, or an errno.  It is a tunnel's then until kernel_socket_closed() says that it is gone, unless
	 * drop_socket() says that no tunnel came of it. */
	int (*take_socket)(void *context, const char *netns, int32_t pid, int fd, enum config_encap encap,
			   struct kernel_socket *socket);
	void (*drop_socket)(void *context, uint64_t cookie);
	/* From now on such a socket does not get data packets of this session, since a tunnel of the service does; or
	 * it gets them again.  id: of version 2: the tunnel's above the session's, 16 bits each; of 3: the session's.
	 * 0 or an errno; to be given again never fails. */
	int (*claim)(void *context, uint64_t cookie, uint8_t version, uint32_t id, bool claimed);

	/* The session to which such a socket is connected is gone (kernel_pppox_connect()). */
	void (*detached)(void *context, void *owner);

	/* A message that is for another family: whole, with its header. */
	void (*forward)(void *context, void *owner, const void *message, size_t length);
	/* kernel_client_next() has something. */
	void (*wake)(void *context, void *owner);
};

/* Neither the service nor what host->context points to is owned; *host is copied.  NULL: out of memory. */
struct kernel *kernel_new(struct service *service, const struct kernel_host *host);
/* With all clients; the service keeps its tunnels.  NULL is legal. */
void kernel_free(struct kernel *kernel);

/* netns: as the rows of that name, "" the daemon's own.  port_id: what the program reads as its own address, 0: it has
 * none as yet. NULL: out of memory. */
struct kernel_client *kernel_client_new(struct kernel *kernel, const char *netns, uint32_t port_id, void *owner);
void kernel_client_bound(struct kernel_client *client, uint32_t port_id);
/* NULL is legal. What it has made stays. */
void kernel_client_free(struct kernel_client *client);

/* An option of level SOL_NETLINK.  True: it succeeds, and the proxy socket must not know of it (the family's group);
 * false: what the proxy socket says to it counts. */
bool kernel_client_option(struct kernel_client *client, int option, int value);

/* Who sent a message: looked at anew with each, since descriptors are passed on and privileges given up. */
struct kernel_caller {
	bool admin;		/* CAP_NET_ADMIN in the user namespace that owns the client's network namespace */
	int32_t pid;		/* in whose table L2TP_ATTR_FD is */
};

/* The octets of one send(); aligned to KERNEL_ALIGNMENT.  now: monotonic ms, as the service's. */
void kernel_client_request(struct kernel_client *client, const struct kernel_caller *caller, const void *octets,
			   size_t length, uint64_t now);
/* One datagram that the proxy socket received; aligned likewise. */
void kernel_client_forwarded(struct kernel_client *client, const void *octets, size_t length);

/* The next datagram for the program; false: there is none.  The same again until kernel_client_taken(), and valid as
 * long.  Do not read the program's requests while it does not take what there is: beyond KERNEL_QUEUE_MAX octets
 * replies are lost, as the kernel's are beyond SO_RCVBUF. */
#define KERNEL_QUEUE_MAX 212992		/* net.core.rmem_default */
bool kernel_client_next(struct kernel_client *client, const void **octets, size_t *length);
void kernel_client_taken(struct kernel_client *client);

struct datapath_event;
/* DATAPATH_EVENT_SEQUENCE: for those who listen to events by the kernel's names. */
void kernel_datapath_event(struct kernel *kernel, const struct datapath_event *event);

/* How far a text is told: zero is its beginning. */
struct kernel_view_place {
	bool begun;			/* the head is behind us */
	bool in_tunnel;			/* that one is, too: its sessions follow */
	uint64_t tunnel_id, session_id;	/* the least that come next */
};

/* The next piece of what is told of a network namespace: the head, a tunnel or a session, with its end.  Returns its
 * length; 0: there is no more.  What comes and goes between two pieces does no harm.  kernel NULL: there is nothing. */
#define KERNEL_VIEW_PIECE 2048		/* no piece is longer */
size_t kernel_view_next(struct kernel *kernel, const char *netns, enum kernel_view view,
			struct kernel_view_place *place, char piece[KERNEL_VIEW_PIECE]);

/* --- sockets of AF_PPPOX, protocol PX_PROTO_OL2TP, once they are connected ---
 * errnos are those of the kernel's system calls.  What a program does with a socket of which there is none of these
 * gets ENOTCONN.  When a session goes (host.detached()) its socket stays, and says what was true then. */
struct kernel_pppox;

struct kernel_pppox_asker {
	const char *netns;
	bool is_connected;		/* the socket is already */
	int32_t tid;			/* the thread that asks, as getpeername() will tell it */
	int32_t pid, fd;		/* where the descriptor that the address names is; negative: nowhere */
	void *owner;			/* the caller's own for the socket, comes back in detached() */
};
/* connect() to this address, of one of the four kinds that the length tells apart.  0 and *pppox, or an errno. */
int kernel_pppox_connect(struct kernel *kernel, const struct kernel_pppox_asker *asker, const void *address,
			 size_t length, uint64_t now, struct kernel_pppox **pppox);
/* What the program sends on this descriptor are frames of the session, and what comes for the session it gets, until
 * the channel is bound.  The descriptor (datapath.h, struct datapath_channel) stays the caller's. An errno. */
int kernel_pppox_attach(struct kernel_pppox *pppox, int frames);
/* Does the descriptor's other user read it?  If not its owner has to, and tells what the program sends. */
bool kernel_pppox_is_read(const struct kernel_pppox *pppox);
void kernel_pppox_sent(struct kernel_pppox *pppox, const void *frame, size_t length);
/* The program has closed it: the session goes with it; of a tunnel that it manages, nothing. NULL is legal. */
void kernel_pppox_free(struct kernel_pppox *pppox, uint64_t now);

#define KERNEL_PPPOX_NAME_MAX 58	/* octets of the longest address */
/* getsockname() and getpeername(): the same. */
int kernel_pppox_name(struct kernel_pppox *pppox, uint8_t name[KERNEL_PPPOX_NAME_MAX], size_t *length);
/* Options of level SOL_PPPOL2TP. */
int kernel_pppox_set(struct kernel_pppox *pppox, int option, int32_t value, uint64_t now);
int kernel_pppox_get(struct kernel_pppox *pppox, int option, int32_t *value);
/* ioctl(); pppox NULL: of a socket that is not connected.  argument is what the program gave, as many octets as the
 * command says, and afterwards what it gets: *length. */
#define KERNEL_PPPOX_ARGUMENT_MAX 72
int kernel_pppox_ioctl(struct kernel_pppox *pppox, uint32_t command, uint8_t argument[KERNEL_PPPOX_ARGUMENT_MAX],
		       size_t *length);

/* --- their PPP channels, for /dev/ppp --- */
struct kernel_channel;

struct kernel_channel_user {
	void *context;
	/* A frame that no network device took: from its protocol field on. */
	void (*frame)(void *context, const uint8_t *frame, size_t length);
	/* The session is going, or may: what it has carried can be asked for the last time. */
	void (*ending)(void *context);
	/* The socket was closed: the channel must not be used any more. */
	void (*gone)(void *context);
	/* The number of the unit, and so of its interface pppN, that it is connected to; negative: none. */
	int32_t (*unit)(const void *context);
};

/* By what PPPIOCGCHAN tells. NULL: there is none. */
struct kernel_channel *kernel_channel_find(struct kernel *kernel, const char *netns, uint32_t index);
/* Frames that came since PPPIOCGCHAN are given at once. 0, or EBUSY: somebody has it. */
int kernel_channel_take(struct kernel_channel *channel, const struct kernel_channel_user *user);
/* From its protocol field on; at once. */
void kernel_channel_send(struct kernel_channel *channel, const void *frame, size_t length);

/* IP packets go between the session and this TUN device; NULL: they are told as frames.  The descriptor, as of
 * tap_open(), is copied. 0 or an errno. */
struct kernel_channel_device {
	int tun;
	bool ipv4, ipv6;		/* which; others are told as frames */
	bool send_pfc;			/* with a protocol field of one octet */
};
int kernel_channel_device(struct kernel_channel *channel, const struct kernel_channel_device *device);
/* All frames go by this descriptor, as those of struct datapath_channel; -1: no more. It is copied. 0 or an errno. */
int kernel_channel_frames(struct kernel_channel *channel, int frames);
/* MPPE (RFC 3078) of one direction, from its start key on. */
#define KERNEL_CIPHER_KEY 16
struct kernel_cipher {
	uint8_t bits;			/* 40 or 128 */
	bool stateful;
	uint8_t key[KERNEL_CIPHER_KEY];
};
/* IP packets that are sent, or that arrive, are enciphered from now on; NULL: they are not.  When nothing that arrives
 * can be deciphered any more, a frame of protocol 00fd says so. 0 or an errno. */
int kernel_channel_encrypt(struct kernel_channel *channel, bool send, const struct kernel_cipher *cipher);
/* The peer wants what is sent to begin anew. */
void kernel_channel_restart(struct kernel_channel *channel);

/* The network namespace ends: its tunnels go, and nobody is notified.  How many they were. */
uint32_t kernel_netns_gone(struct kernel *kernel, const char *netns, uint64_t now);
/* Has an unmanaged tunnel over IP this connection id in the namespace, and an address with it that is not another's? */
bool kernel_has_connection(struct kernel *kernel, const char *netns, uint32_t connection_id,
			   const struct address *local);
/* Such a socket was bound or connected, since it was taken: how it is now. */
void kernel_socket_moved(struct kernel *kernel, uint64_t cookie, const struct kernel_socket *socket);
/* The last descriptor of a socket that take_socket() took was closed: its tunnel goes, and nobody is notified. */
void kernel_socket_closed(struct kernel *kernel, uint64_t cookie, uint64_t now);

#endif
