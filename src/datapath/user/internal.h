/* SPDX-License-Identifier: MIT */
/*
 * What the files of this room share: the objects, who owns them, and who writes which member.
 * "control" is the control thread, "rx" the worker at which a tunnel's packets arrive, "tx" the
 * worker that reads a session's device.  Members that one thread writes while another reads go
 * through shared_get() and shared_set().
 */
#ifndef L2TPD_DATAPATH_USER_INTERNAL_H
#define L2TPD_DATAPATH_USER_INTERNAL_H

#include <linux/virtio_net.h>
#include <sys/socket.h>
#include <urcu-qsbr.h>
#include <urcu/rculfhash.h>

#include "datapath/own/own.h"
#include "datapath/user/segment.h"
#include "datapath/user/reorder.h"
#include "datapath/user/sequence.h"
#include "datapath/user/sequence_kernel.h"
#include "datapath/user/user.h"
#include "os/link.h"

#define shared_get(member) __atomic_load_n(&(member), __ATOMIC_RELAXED)
#define shared_set(member, value) __atomic_store_n(&(member), value, __ATOMIC_RELAXED)
/* One writer, any number of readers. */
#define counter_add(member, amount) shared_set(member, shared_get(member) + (amount))

#define NOTICE_DROP_KINDS (DATAPATH_DROP_CROWDED + 1)	/* reasons that events tell of */
#define PATH_MTU_DEFAULT 1500		/* while there is no route */
#define PATH_MTU_LEAST_V4 576		/* an ICMP message that says less is forged or foolish (RFC 791) */
#define PATH_MTU_LEAST_V6 1280		/* RFC 8200 section 5 */
/* fixed ancillary data: ttl, dscp, mark, source */
#define PATH_CONTROL_MAX (3 * CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(struct in6_pktinfo)))

struct worker;
struct device;
struct network;
struct cipher;
struct limits;
struct accelerator;
struct acceleration;

/* Something a worker's epoll watches. */
struct source {
	void (*ready)(struct worker *worker, struct source *source, uint32_t events);
};

/* One receiving socket of a group. */
struct group_socket {
	struct source source;
	struct socket_group *group;
	int fd;
};

/* Sockets that tunnels share: the key is what cannot be chosen per packet. */
struct socket_group {
	struct socket_group *prev, *next;
	handle self;
	unsigned int users;		/* paths, and those who listen */
	unsigned int listeners;
	unsigned int controllers;	/* of the users: want its control messages */
	bool controlled_along;		/* users of another group want them, from which it takes packets */
	bool controlled;		/* either: the control thread reads its control sockets; else a worker
					 * does, and only counts. Workers read it */
	enum l2tp_encap encap;
	struct endpoint local;		/* port as bound */
	uint16_t asked_port;		/* 0: ephemeral; then it is never shared */
	uint64_t netns;			/* netns_identity(); 0: ours */
	char bind_interface[IF_NAMESIZE];
	uint32_t ifindex;		/* of bind_interface; 0: none */
	bool tells_interface;		/* where its packets arrived: some may be for a group that is bound there */
	int zero_checksum_users;	/* tunnels that accept IPv6 packets without checksum */
	bool shadow;			/* raw sockets beside another program's UDP socket (shadow.h) */
	unsigned int foreign;		/* IP: tunnels whose control messages are another program's. Workers read it */
	struct endpoint peer;		/* of a shadow */
	unsigned int receiver;		/* of a shadow: the worker that receives */
	struct joined *joined;		/* of a shadow: that worker's, and NULL where there cannot be any */
	bool icmp_distrusted;		/* sends whatever path MTUs the kernel believes */
	unsigned int sockets;		/* in data */
	struct group_socket *data;	/* one per worker, in its epoll; each worker also sends with its own */
	struct group_socket control[2];	/* UDP only: established connections; connection id 0 */
	struct group_socket zero_checksum;	/* sends without UDP checksum; not open until a tunnel wants it */
};

/* How to reach a tunnel's peer. Immutable; replaced as a whole (RCU). */
struct path {
	struct socket_group *group;
	struct endpoint local;		/* of what is sent; address any: the system's choice */
	struct endpoint peer;
	bool controls;			/* wants control messages: version 2 */
	bool foreign;			/* IP: they are another program's */
	bool open;			/* of a socket that is not connected: receives from anybody, sends to none */
	struct sockaddr_storage peer_name;
	socklen_t peer_name_length;
	uint32_t mtu;			/* octets of an IP packet */
	uint32_t widest;		/* that it ever was */
	bool distrusted;		/* the kernel was told less than may be */
	uint32_t train_max;		/* largest datagram that may travel in a UDP_SEGMENT message; 0: none */
	bool zero_checksum;		/* sends without UDP checksum where it can */
	bool zero_checksum_rx;		/* accepts IPv6 packets without */
	int16_t ttl, dscp;
	size_t control_length;
	uint8_t control[PATH_CONTROL_MAX] __attribute__((aligned(8)));	/* ready-made ancillary data */
};

struct transmit_counters {
	uint64_t packets, bytes, errors;
};

struct receive_counters {
	uint64_t packets, bytes, errors, seq_discards, oos_packets, cookie_discards, invalid;
};

struct tunnel {
	handle self;
	struct datapath_tunnel_config config;
	struct path *path;		/* RCU; NULL while the peer is not known */
	struct session *sessions;	/* control */
	unsigned int made;		/* sessions so far */
	struct datapath_stats gone;	/* of deleted sessions */
	struct endpoint leaving;	/* the peer before, while it is exchanged */
	bool narrowed;			/* its path MTU shrank: to be asked again */
	uint32_t snaplen;		/* octets of each packet to copy; 0: not tapped. Control writes */
	bool source_asked;		/* for taps: is the source known, by which a route leads to this peer? */
	struct address source;
};

/* The way that its packets leave by; NULL: there is none. */
static inline const struct path *path_out(const struct tunnel *tunnel)
{
	const struct path *path = rcu_dereference(tunnel->path);

	return path && !path->open ? path : NULL;
}

/* What ids of sessions are compared with: an encapsulation of version 3, or version 2. */
enum session_kind { SESSION_UDP = L2TP_ENCAP_UDP, SESSION_IP = L2TP_ENCAP_IP, SESSION_V2 };

/* What of its configuration is needed later. */
struct session_settings {
	uint32_t peer_session_id;
	uint32_t mtu;
	uint32_t carrier_timeout;
	enum datapath_mtu_mode mtu_mode;
	uint8_t cookie_length;
	bool send_seq, recv_seq, lns_mode, mss_clamp, priority;
};

/* IP packets between a session and its device (struct datapath_carried). */
struct carried {
	struct carried_way {
		uint64_t packets, bytes, time;
	} sent, received;
};

struct session {
	/* looked at for every arriving packet, constant */
	struct cds_lfht_node node;
	struct tunnel *tunnel;
	uint32_t key;			/* session_id; version 2: with the tunnel's id above it */
	uint32_t session_id;
	uint8_t kind;			/* enum session_kind */
	uint8_t encap;			/* enum l2tp_encap */
	uint8_t peer_cookie_length;
	uint8_t sublayer_length;	/* 0 or 4 */
	uint8_t pw_type;
	uint16_t receive_overhead;	/* octets of the header of arriving packets; version 2: of the last, rx's */
	uint8_t peer_cookie[L2TP_COOKIE_MAX];
	bool tapped;			/* not constant: control writes; here because this line is read anyway */
	int device;			/* TAP or TUN descriptor; -1: PPP has none of its own */
	struct frame_socket *frames;	/* PPP: its own worker's; NULL: frames are the engine's, but for what ...*/
	struct network *network;	/* ... this says, if anything (RCU) */
	enum frame_layer layer;

	/* settings: control writes */
	bool send_seq;			/* also rx (a LAC follows its LNS) */
	bool recv_seq, lns_mode, mss_clamp, priority;
	bool carrier;			/* also rx */
	bool waiting;			/* rx's alone: as_kernel holds packets */
	uint32_t mtu;			/* of the device */
	uint32_t reorder_timeout;
	uint32_t carrier_timeout;

	/* PPP, RCU */
	struct cipher *cipher;		/* NULL: in clear */
	struct limits *limits;		/* NULL: none */

	/* rx */
	struct receive_counters rx;
	struct sequence sequence;
	struct sequence_kernel *as_kernel;	/* instead of the one above and the next; NULL: those. Constant */
	struct reorder *reorder;	/* control makes it, rx uses it */
	uint64_t last_arrival;		/* ms; kept only with a carrier_timeout */
	uint64_t others;		/* PPP: of rx.packets those that were not carried */
	uint64_t punt_time;		/* ms: when the budget was last counted */
	uint32_t punt_budget;		/* octets for the engine (punt.h) */
	bool holding;			/* it is in the list ... */
	struct carried *carried;	/* PPP as_kernel; NULL: nobody asks. Constant */
	struct session *holding_prev, *holding_next;	/* ... of rx, of sessions with held packets */

	/* tx */
	struct source source __attribute__((aligned(64)));
	struct transmit_counters tx;
	uint64_t tx_engine;		/* of tx.packets: frames of the engine */
	uint32_t next_sequence;
	uint8_t header_length;		/* template and sublayer */
	uint8_t header[DATA_HEADER_MAX];
	uint16_t vlan_id;
	uint16_t peer_tunnel_id;	/* version 2; control writes */
	struct worker *worker;		/* tx is this one; control changes it while the device is not watched */

	/* control */
	struct transmit_counters engine;	/* frames that the control thread sent itself */
	uint32_t snaplen;		/* while it is tapped: octets of each packet to copy; workers read it */
	uint32_t own_snaplen;		/* of a tap of its own; 0: none */
	unsigned int rank;		/* how many sessions its tunnel had before it */
	bool timed;
	bool device_gone;		/* tx found out */
	bool device_gone_told;
	bool mtu_settled;		/* the path was known when the MTU was computed */
	handle self;
	struct session *prev, *next;	/* of the tunnel */
	struct session *timed_prev, *timed_next;	/* of the datapath's list of sessions with a carrier to lose */
	struct session_settings config;
	struct device *own;		/* behind device; NULL: none. PPP: perhaps not made yet */
};

#define CACHE_LINE 64
_Static_assert(offsetof(struct session, rx.bytes) + sizeof(uint64_t) <= 2 * CACHE_LINE,
	       "what each arriving packet looks at, and counts, is in two lines");
_Static_assert(sizeof(struct session) <= 7 * CACHE_LINE, "there may be very many");

#define RETIRED_MAX 128			/* objects that wait for one grace period together */

struct retired {
	void *object;
	void (*release)(void *object);
};

struct user_datapath {
	struct datapath_base base;
	unsigned int worker_count;
	struct worker *workers;		/* and one more, whose counters and ring are the control thread's */
	struct cds_lfht *table;
	unsigned long table_sessions, table_buckets;
	struct handle_table tunnels, sessions, ports, shared;
	unsigned int shared_made;	/* shared devices so far */
	struct own_pins pins;
	struct accelerator *accelerator;	/* NULL: nobody needed it yet, or there cannot be one ... */
	bool accelerator_refused;	/* ... which is asked once */
	struct acceleration *accelerations;
	uint64_t routes_settled, routes_due;	/* ms: the last look at them; the next, 0: when they change */
	struct socket_group *groups;
	struct messages *messages;	/* NULL until somebody wants control messages, or frames */
	struct outbox *outbox;		/* with messages */
	unsigned int retired_count;
	struct retired retired[RETIRED_MAX];
	unsigned int punt_turn;		/* the worker whose frames come first */
	struct link_channel *links;	/* in our namespace */
	uint32_t link_group;
	unsigned int next_number[3];	/* of devices' names: none below is free; by enum device_kind */
	bool udp_offload;		/* the kernel's devices take USO */
	struct device_netns *visited;	/* foreign namespaces in which devices were made */
	uint64_t opened;		/* ms: a predecessor's sockets may still be closing for a moment */
	struct notice_queue *notices;
	bool listens_in;		/* somebody wants to be told of sequence numbers; control writes */
	struct session *timed;		/* sessions whose carrier may be lost */
	uint64_t path_probe;		/* ms: when narrowed paths are asked again; 0: never */
	uint64_t drops_end;		/* ms: when packets dropped until then are summed up; 0: none were */
	uint32_t drops_told[NOTICE_DROP_KINDS];	/* packets that events told of, by reason */
	uint32_t drops_seen;		/* reasons of which events told since the last sum: bit 1 << reason */
	unsigned int taps;		/* tunnels and sessions with one of their own */
	unsigned int tapped_count;	/* of these, tunnels; control writes */
	struct tunnel *tapped[DATAPATH_TAPS_MAX];	/* RCU; NULL: a free place */
	int tap_fd;			/* eventfd: workers have something for packets() */
	int event_fd;			/* epoll over the notices, control messages and the next two */
	int timer_fd;
	int monitor_fd;			/* of interfaces and routes, while sessions want to follow them; else -1 */
};

static inline struct user_datapath *user_datapath(struct datapath *dp)
{
	return (struct user_datapath *)(void *)dp;
}

/* table.c: control adds and removes, workers look up between quiescent states */
bool table_new(struct user_datapath *dp);
void table_add(struct user_datapath *dp, struct session *session);
void table_remove(struct user_datapath *dp, struct session *session);
/* Sessions of this id, one after the other (several tunnels may have it): NULL at the end. */
struct session *table_first(struct cds_lfht *table, uint8_t kind, uint32_t key, struct cds_lfht_iter *iter);
struct session *table_next(struct cds_lfht *table, struct session *session, struct cds_lfht_iter *iter);

/* retire.c: no worker will see this object any more when it is released */
void retire(struct user_datapath *dp, void *object, void (*release)(void *object));	/* NULL is legal */
void retire_all(struct user_datapath *dp);

/* group.c */
/* preferred: one that is in use; it is taken when it will do. NULL is legal. */
struct socket_group *group_get(struct user_datapath *dp, const struct datapath_tunnel_config *config,
			       struct socket_group *preferred, struct error *error);
/* One more user wants control messages, or one less. -1: out of descriptors or memory; nothing has changed. Never
 * when there is such a user already. */
int group_control(struct user_datapath *dp, struct socket_group *group, struct error *error);
void group_control_end(struct user_datapath *dp, struct socket_group *group);
/* One tunnel more, or less, accepts IPv6 packets without UDP checksum. */
void group_accept_zero_checksums(struct socket_group *group, bool accept);
/* Heed the path MTUs that the kernel learnt, or not (IPv4: the kernel itself ignores those below 1,280 for IPv6). */
void group_trust_icmp(struct socket_group *group, bool trust);
/* Is the namespace of these sockets called so no more, but another one? */
bool group_is_elsewhere(const struct socket_group *group, const struct datapath_tunnel_config *config);
void group_put(struct user_datapath *dp, struct socket_group *group);
/* Make sure that group->zero_checksum is open. */
int group_zero_checksum_fd(struct user_datapath *dp, struct socket_group *group, struct error *error);

/* steer.c: which socket of a group gets a packet. Sockets: one per worker, then control, then id 0. */
int steer_udp(int fd, sa_family_t family, unsigned int workers);	/* 0 or -1 with errno */
int steer_ip(int fd, sa_family_t family, unsigned int workers, unsigned int index);
/* The worker at which those programs let this peer's packets arrive. */
unsigned int steer_worker(enum l2tp_encap encap, const struct endpoint *peer, uint32_t session_id,
			  unsigned int workers);

/* message.c: control messages, which the control thread reads, and what workers met for it */
int messages_need(struct user_datapath *dp, struct error *error);	/* for frames of PPP sessions */
int messages_watch(struct user_datapath *dp, struct socket_group *group, struct error *error);
void messages_unwatch(struct user_datapath *dp, struct socket_group *group);
void messages_close(struct user_datapath *dp);
/* Ancillary data that lets a packet leave with this source. Returns its length; out has PATH_CONTROL_MAX. */
size_t message_put_source(uint8_t *out, const struct address *source);
int message_listen(struct datapath *dp, const struct datapath_port_config *config, handle *port, struct error *error);
void message_unlisten(struct datapath *dp, handle port);
int message_receive(struct datapath *dp, struct datapath_message *messages, int max);
/* send.c */
void message_send(struct datapath *dp, const struct datapath_message *messages, int count);

/* tunnel.c */
int tunnel_add(struct datapath *dp, const struct datapath_tunnel_config *config, handle *tunnel, struct error *error);
int tunnel_modify(struct datapath *dp, handle tunnel, const struct datapath_tunnel_config *config,
		  unsigned int fields, struct error *error);
void tunnel_delete(struct datapath *dp, handle tunnel);
int tunnel_info(struct datapath *dp, handle tunnel, struct datapath_tunnel_info *info);
/* Ask the routes again and adapt path and devices. Returns whether the MTU changed. reported: what an
 * ICMP message said, 0: none did; then UDP_SEGMENT gets another chance where the kernel once refused it. */
bool tunnel_refresh_mtu(struct user_datapath *dp, struct tunnel *tunnel, uint32_t reported);

/* session.c */
int session_add(struct datapath *dp, const struct datapath_session_config *config, handle *session,
		struct error *error);
int session_modify(struct datapath *dp, handle session, const struct datapath_session_config *config,
		   unsigned int fields, struct error *error);
void session_delete(struct datapath *dp, const handle *sessions, int count);
int session_info(struct datapath *dp, handle session, struct datapath_session_info *info);
/* Where frames come from that it sends: a device, or who has its frame socket. 0, or -1 with errno. */
int session_watch(struct worker *worker, struct session *session);
void session_unwatch(struct worker *worker, const struct session *session);
/* channel.c */
int session_channel(struct datapath *dp, handle session, const struct datapath_channel *channel, struct error *error);
void session_stats(const struct session *session, struct datapath_stats *stats);
void stats_add(struct datapath_stats *sum, const struct datapath_stats *more);
/* Octets of a frame that the path carries; of version 2 with its L2TP header at its longest. */
uint32_t session_frame(const struct session *session, const struct path *path);
/* The tunnel's peer changed: be sent by the right worker. No packets arrive meanwhile. */
void session_change_worker(struct user_datapath *dp, struct session *session);
/* The tunnel's path changed: adapt the MTU when the session's mode says so, and the worker. */
void session_adapt(struct user_datapath *dp, struct session *session);

/* user.c: have the routes watched, for sessions whose MTU follows the path */
void user_follow_routes(struct user_datapath *dp);

/* notice.c: control. Fill in an event that tells of a dropped packet. False: another one told of it already. */
bool notice_count(struct user_datapath *dp, struct datapath_event *event);
/* The ends of what notice_count() told of, when they are due. */
int notice_ends(struct user_datapath *dp, uint64_t now, struct datapath_event *events, int max);
/* timers.c: control. Watch a session that has a carrier to lose or a path to follow, or stop. */
uint64_t timers_now(void);			/* monotonic ms */
int timers_open(struct user_datapath *dp);	/* 0 or -1 with errno */
void timers_watch(struct user_datapath *dp, struct session *session);
void timers_unwatch(struct user_datapath *dp, struct session *session);
/* Ask narrowed paths again after a while. */
void timers_probe_paths(struct user_datapath *dp);
void timers_await_drops_end(struct user_datapath *dp);
void timers_await_routes(struct user_datapath *dp, uint64_t when);	/* routes_settle() then */
/* What is due; fills events that result, returns how many. */
int timers_run(struct user_datapath *dp, struct datapath_event *events, int max);

#endif
