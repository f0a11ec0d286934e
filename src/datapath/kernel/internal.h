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
#include "os/tracepoint.h"

struct sock_filter;

/* A network namespace in which something of ours is. */
struct native_space {
	uint64_t identity;
	struct native_channel *channel;
	struct link_channel *links;
	unsigned int users;
	uint32_t next_number;			/* every l2tpethN below is taken */
	struct native_space *next;
};

/* See mppe.c. */
struct native_mppe {
	bool keyed;				/* it may be negotiated, with these */
	uint8_t send_key[16], receive_key[16];
	bool wanted;				/* CCP is open: nothing is to pass in clear */
	bool on;				/* and the kernel enciphers */
	uint8_t acks, acked_bits;		/* how many Acks of the peer's passed since our last request; of what */
	bool lost;				/* since lost_at what arrives cannot be deciphered */
	uint64_t lost_at;			/* ms */
	unsigned int resets;			/* that were asked for in a row, since so many packets were ... */
	uint32_t deciphered;
	bool untold;				/* events() is to tell that it is lost, and what helps */
	enum datapath_remedy remedy;
};

/* What a PPP session has besides. Descriptors: -1 where there is none. */
struct native_ppp {
	int socket;				/* PPPoL2TP */
	int channel;				/* /dev/ppp: frames of LCP and of proofs; all of them without a unit */
	int unit;				/* /dev/ppp: the device, while something is carried or keyed */
	int number;				/* of the unit */
	struct native_mppe mppe;
	int router;				/* packets for the engine: of subscribers to their router, or back */
	uint64_t others;			/* frames of the device that carried no packets */
	struct native_frames *frames;		/* NULL: frames are the engine's. Else it has no channel and no unit */
	struct datapath_ppp carried;		/* as told */
	struct datapath_prefix *prefixes;	/* carried.prefixes */
	bool pinned;
	uint32_t proxy_ifindex;			/* that answers ARP for the peer; 0: none */
};

struct native_session {
	handle self;
	struct native_tunnel *tunnel;
	struct datapath_session_config config;	/* as told; frames (NULL) and the parts of PPP are not used */
	struct native_space *space;		/* where its device was put */
	char ifname[IF_NAMESIZE];		/* as it was called there */
	uint32_t ifindex, mtu;			/* mtu: as set last */
	bool settled;				/* the MTU followed from the path once */
	bool gone, gone_told;			/* somebody removed it from the kernel */
	unsigned int looks;			/* so many times more, whether somebody did */
	uint32_t snaplen;			/* of its own tap; 0: none */
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
	struct native_tap *tap;			/* NULL: neither it nor any of its sessions is captured */
};

struct native_datapath {
	struct datapath_base base;
	struct handle_table tunnels, sessions;
	struct native_space *spaces;
	uint16_t family;
	uint32_t group;				/* of its notifications; 0: none */
	int event_fd, monitor_fd;		/* epoll; changes of routes */
	int message_fd;				/* epoll, in event_fd: sockets of version 2, frames */
	int notice_fd;				/* eventfd: a session is gone */
	int look_fd;				/* timerfd: some may be */
	int follow_fd;				/* timerfd: sessions follow what routers say of the path */
	int sequence_fd;			/* timerfd: what became of sequence numbers is to be looked for */
	struct tracepoints *sequences;		/* NULL: nobody listens */
	unsigned int sequences_due;		/* of them events() is to look at so many now */
	uint8_t *arena;				/* where what receive() gives lies; NULL: nothing was received yet */
	int packet_fd;				/* epoll: sockets of captures */
	uint8_t *packet_arena;			/* as arena, of packets() */
	unsigned int taps;
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
/* A socket for copies of packets in this namespace, from their IP header on: it hears nothing as yet. -1 with *error
 * filled, which says what was to_do ("capture packets"). */
int native_packet_socket(const char *netns, const char *to_do, struct error *error);

/* --- tunnel.c --- */
int native_tunnel_add(struct datapath *dp, const struct datapath_tunnel_config *config, handle *tunnel,
		      struct error *error);
int native_tunnel_modify(struct datapath *dp, handle tunnel, const struct datapath_tunnel_config *config,
			 unsigned int fields, struct error *error);
void native_tunnel_delete(struct datapath *dp, handle tunnel);
int native_tunnel_info(struct datapath *dp, handle tunnel, struct datapath_tunnel_info *info);
/* Somebody removed it from the kernel: make it again, if it has no session any more. -1 with errno ENODEV: it has. */
int native_tunnel_revive(const struct native_datapath *dp, struct native_tunnel *tunnel);
/* Its sessions are to have the MTUs that follow from its path now. */
void native_tunnel_settle(struct native_tunnel *tunnel);
/* Connect it if it has a peer now and a route to it. */
void native_tunnel_try_peer(const struct native_datapath *dp, struct native_tunnel *tunnel);

/* --- session.c --- */
int native_session_add(struct datapath *dp, const struct datapath_session_config *config, handle *session,
		       struct error *error);
int native_session_modify(struct datapath *dp, handle session, const struct datapath_session_config *config,
			  unsigned int fields, struct error *error);
void native_session_delete(struct datapath *dp, const handle *sessions, int count);
int native_session_info(struct datapath *dp, handle session, struct datapath_session_info *info);
/* NULL: the tunnel has none of this id. */
struct native_session *native_session_find(const struct native_tunnel *tunnel, uint32_t session_id);
/* The tunnel's path is known now: automatic MTUs follow from it, once; or again, with mtu=follow. */
void native_session_settle(struct native_session *session);
/* What the path carries of the tunnel's packets, without their headers; 0: not known. */
uint32_t native_session_path(const struct native_session *session);
/* In the namespace of its tunnel, where *ifname may be "": PPP's devices come later. */
int native_session_tell(const struct native_datapath *dp, const struct native_session *session, const char *ifname,
			struct error *error);
/* Does the kernel have it? */
bool native_session_is_there(const struct native_datapath *dp, const struct native_session *session);
/* Is it, of Ethernet, not there any more? */
bool native_session_is_lost(const struct native_datapath *dp, const struct native_session *session);
void native_session_untell(const struct native_datapath *dp, const struct native_session *session);
/* The device, which the kernel made with that name where the tunnel is, gets the session's, and goes where it shall
 * be. */
int native_session_place(struct native_session *session, const char *made_as, struct error *error);
/* 0: what it has stays. */
int native_session_set_mtu(struct native_session *session, uint32_t mtu, struct error *error);

/* --- kernel.c --- */
/* If not, it is counted as what it is. */
bool native_is_control(struct native_datapath *dp, const uint8_t *octets, size_t length);
/* events() will tell what was noted of sessions. */
void native_notice(const struct native_datapath *dp);
/* Somebody removed it: events() will tell. */
void native_session_gone(const struct native_datapath *dp, struct native_session *session);

/* With mtu=follow: its path is looked at from now on. */
void native_follow(const struct native_datapath *dp, const struct native_session *session);

/* From now on events() hears its notifications. */
void native_watch_notices(const struct native_datapath *dp, const struct native_space *space);

/* --- notice.c: what others do in the kernel --- */
void native_notices_hear(struct native_datapath *dp);
void native_notices_look(struct native_datapath *dp);

/* --- sequence.c --- */
void native_listen_in(struct datapath *dp, bool on);
void native_sequences_look(struct native_datapath *dp);
/* Some of what there is to tell; returns how many. */
int native_sequences(struct native_datapath *dp, struct datapath_event *events, int max);

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
/* What a modification says of ppp and mppe. */
int native_ppp_modify(struct native_datapath *dp, struct native_session *session,
		      const struct datapath_session_config *config, unsigned int fields, struct error *error);
/* The unit, if there is none: a device that is neither called as it shall be nor up. */
int native_ppp_make_unit(struct native_datapath *dp, struct native_session *session, struct error *error);
/* Encryption came or went: to its MTU and filter. */
int native_ppp_adapt(struct native_session *session, struct error *error);

/* --- ppp_device.c: descriptors --- */
/* In the calling thread's namespace. -1 with *error filled. */
int native_ppp_socket(const struct native_session *session, struct error *error);
int native_ppp_channel(int socket, struct error *error);
/* A device of the kernel's choice of name, not up, that carries nothing; *number: of the unit. */
int native_ppp_unit(int channel, int *number, struct error *error);
/* Which network protocols pass, and by which filter (of filter.c; length 0: none). */
int native_ppp_pass(const struct native_ppp *ppp, const struct datapath_ppp *as, struct error *error);
/* How large packets may be that are deciphered. */
int native_ppp_set_mru(int unit, uint16_t mru);
/* Compression, which encryption is one of: an option of CCP's and its key, for when its acknowledgement passes; what is
 * told of CCP's state, and what the kernel does. -1 with errno. */
int native_ppp_arm(int unit, bool transmit, uint8_t *option, uint32_t length);
int native_ppp_set_ccp(int unit, bool open, bool up);
enum { NATIVE_ENCIPHERS = 1, NATIVE_DECIPHERS = 2, NATIVE_LOST = 4, NATIVE_LOST_FOR_GOOD = 8 };
unsigned int native_ppp_ccp(int unit);

/* --- mppe.c: encryption --- */
/* The fields DATAPATH_SESSION_MPPE_KEYS and DATAPATH_SESSION_MPPE of a modification. */
int native_mppe_expect(struct native_datapath *dp, struct native_session *session, const struct datapath_mppe *config,
		       struct error *error);
int native_mppe_set(struct native_datapath *dp, struct native_session *session, const struct datapath_mppe *config,
		    struct error *error);
/* Frames of this protocol leave by the unit: a packet of CCP's, before and after. */
bool native_mppe_has_way(const struct native_session *session, uint16_t protocol);
void native_mppe_before(struct native_session *session, const uint8_t *packet, size_t length);
void native_mppe_after(struct native_session *session);
/* A frame that came from the unit. True: it is not for the engine. */
bool native_mppe_take(struct native_datapath *dp, struct native_session *session, uint16_t protocol,
		      const uint8_t *information, size_t length);

/* --- tap.c: captures --- */
int native_tap(struct datapath *dp, handle tunnel, handle session, uint32_t snaplen, struct error *error);
int native_packet_fd(struct datapath *dp);
int native_packets(struct datapath *dp, struct datapath_packet *packets, int max);
/* The tunnel's socket has other ends than before, or none. */
void native_tap_again(const struct native_datapath *dp, struct native_tunnel *tunnel);
void native_tap_forget_session(struct native_datapath *dp, struct native_session *session);
void native_tap_forget_tunnel(struct native_datapath *dp, struct native_tunnel *tunnel);

/* --- tap_filter.c; pure --- */
#define NATIVE_TAP_FILTER_MAX 256		/* instructions: four blocks of some 30 */
/* A program that finds packets between these two, either way. Their addresses are of one family; its length. */
unsigned int native_tap_filter(enum l2tp_encap encap, const struct endpoint *local, const struct endpoint *peer,
			       struct sock_filter *code);
/* In such a packet, from its IP header on (length octets of it are there): where its L2TP header begins, and how many
 * octets it is from there on; of a fragment over IP: as far as that goes. False: it is cut short. */
bool native_tap_parse(const uint8_t *octets, size_t length, enum l2tp_encap encap, size_t *offset, size_t *whole);

/* --- frames.c: frame sockets --- */
int native_frames_begin(const struct native_datapath *dp, struct native_session *session, const char *path,
			struct error *error);
void native_frames_end(struct native_session *session);		/* legal when it has none */
/* Some of what waits at either end. buffer: 65,536 octets to use meanwhile. */
void native_frames_hand_on(const struct native_datapath *dp, struct native_session *session, uint8_t *buffer);
/* A frame that came another way. */
void native_frames_give(const struct native_session *session, uint8_t *frame, size_t length);
void native_frames_info(const struct native_session *session, struct datapath_session_info *info);

/* --- router.c --- */
/* From now on it comes out of receive(), if that is wanted. The device is there. */
int native_router_hear(const struct native_datapath *dp, struct native_session *session,
		       const struct datapath_ppp *ppp, struct error *error);

/* --- filter.c; pure --- */
#define NATIVE_FILTER_MAX 1024			/* instructions; the longest: 32 prefixes of 14 */
/* A program that finds what the engine is to see: router solicitations, DHCPv6 to us; advertisements. 0: nothing. */
unsigned int native_filter_router(const struct datapath_ppp *ppp, struct sock_filter *code);
/* A program that drops packets from the peer whose source is not its own, and with enciphered those that came in clear.
 * 0: there is nothing to check. */
unsigned int native_filter(const struct datapath_ppp *ppp, bool enciphered, struct sock_filter *code);

#endif
