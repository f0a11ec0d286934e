/* SPDX-License-Identifier: MIT */
/*
 * What the files of this room have in common: the objects as programs asked for them, the clients, and a request while
 * it is answered.
 *
 * An object here is a record of what was asked, and the handle of what the service has made of it.  Some have none,
 * and are nothing but the record, because the service cannot carry them: tunnels over UDP to no port, those of
 * version 2 over IP, with ids that it has no room for, or with a socket of the program's own (L2TP_ATTR_FD) that is not
 * connected, and sessions in them.
 */
#ifndef L2TPD_KERNEL_INTERNAL_H
#define L2TPD_KERNEL_INTERNAL_H

#define HASH_NONFATAL_OOM 1	/* an element that could not be added has hh.tbl NULL */
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <netinet/in.h>
#include <linux/l2tp.h>		/* it wants the one before it */
#include <uthash.h>
#include <utlist.h>

#include "kernel/held.h"
#include "kernel/kernel.h"
#include "service/event.h"
#include "service/order.h"
#include "service/service.h"

#define COOKIE_MAX 8
#define DUMP_MAX 3776		/* octets of a dump in one datagram: as of a kernel with pages of 4 KiB, at first */
#define JIFFY_MS 4		/* the kernel counts time in jiffies: of 250 Hz, as Debian's */
#define RECORD_MAX 1024		/* no record is longer: programs are known that receive no more */

struct kernel {
	struct service *service;
	struct kernel_host host;
	struct space *spaces;			/* by netns */
	struct kernel_client *clients;
	struct kernel_pppox *sockets;		/* of AF_PPPOX: all that are connected */
	struct kernel_channel *channels;	/* of sessions that the service has, by its handle */
	uint32_t last_channel;			/* its index */
	struct kernel_session *carried;		/* by service */
	uint32_t tunnel_count, session_count;
};

/* A network namespace in which there are tunnels. */
struct space {
	char netns[CONFIG_NETNS_MAX];
	struct order tunnels;
	struct kernel_session *sessions;	/* but those of version 2: by id, which several may have */
	struct kernel_tunnel *portless;		/* over UDP, and no socket of anybody holds their port */
	UT_hash_handle hh;
};

struct kernel_tunnel {
	struct order_node by_id;
	struct space *space;
	uint32_t peer_id;
	uint8_t version;
	uint16_t encap;
	bool is_managed;			/* the socket is the program's own ... */
	int32_t fd;				/* ... this descriptor of it; negative: it said that there is none */
	struct kernel_socket socket;
	handle service;				/* HANDLE_NONE: a record only */
	bool is_portless;
	struct kernel_tunnel *prev, *next;	/* of those */
	struct order sessions;
};

static inline struct kernel_tunnel *kernel_tunnel_of_node(struct order_node *node)
{
	return (struct kernel_tunnel *)((char *)node - offsetof(struct kernel_tunnel, by_id));
}

struct kernel_cookie {
	uint8_t length;
	uint8_t octets[COOKIE_MAX];
};

struct kernel_session {
	struct order_node by_id;
	struct kernel_tunnel *tunnel;
	uint32_t id;				/* by_id's */
	uint32_t peer_id;
	uint16_t pw_type, vlan_id;
	uint8_t l2spec;
	struct kernel_cookie cookie, peer_cookie;
	char ifname[CONFIG_IFNAME_MAX];		/* as it was called first; "": it has none */
	bool recv_seq, send_seq, lns_mode;
	int32_t reorder_jiffies;
	int32_t owner;				/* thread that made it */
	struct kernel_pppox *socket;		/* of pseudowire PPP: that is connected to it; NULL: none */
	uint32_t service_id;			/* the service's id of it */
	handle service;				/* as the tunnel's */
	UT_hash_handle by_space;
	UT_hash_handle by_service;		/* those that the service has */
};

static inline struct kernel_session *kernel_session_of_node(struct order_node *node)
{
	return (struct kernel_session *)((char *)node - offsetof(struct kernel_session, by_id));
}

/* A datagram that waits for the program. */
struct datagram {
	struct datagram *prev, *next;
	uint32_t length;
	_Alignas(KERNEL_ALIGNMENT) uint8_t octets[];
};

/* Where a dump goes on. */
struct dump {
	uint8_t command;			/* L2TP_CMD_TUNNEL_GET or L2TP_CMD_SESSION_GET; 0: none is going on */
	uint32_t sequence;			/* of the request */
	uint64_t tunnel_id, session_id;		/* the least that come next */
};

struct kernel_client {
	struct kernel_client *prev, *next;
	struct kernel *kernel;
	void *owner;
	char netns[CONFIG_NETNS_MAX];
	uint32_t port_id;
	bool is_member;				/* of the family's group */
	bool cap_ack, ext_ack;			/* NETLINK_CAP_ACK, NETLINK_EXT_ACK */
	bool lists_families;			/* a CTRL_CMD_GETFAMILY dump was forwarded ... */
	uint32_t lists_sequence;		/* ... with this number */
	struct dump dump;
	struct datagram *queue;
	size_t queued;				/* octets */
};

/* --- policy.c --- */
/* The attributes of a request by their types: NULL where there is none. */
struct attributes {
	const struct nlattr *of[L2TP_ATTR_MAX + 1];
};
/* What the kernel tells of a request besides the errno. */
struct complaint {
	const char *text;			/* NULL: nothing */
	const struct nlattr *attribute;		/* that is wrong: with a text, one of the family's; NULL: not said */
};
/* 0 or an errno. */
int policy_parse(const struct nlmsghdr *message, struct attributes *attributes, struct complaint *complaint);
/* Must attributes of this type be anything? */
bool policy_has(uint16_t type);
/* What they must be, in a nest of this type: NLMSGERR_ATTR_POLICY, or the attribute's own. */
void policy_describe(uint16_t type, struct nlmsghdr *message, uint16_t nest_type);

/* --- reply.c --- */
struct request {
	struct kernel_client *client;
	const struct kernel_caller *caller;
	const struct nlmsghdr *message;
	struct attributes attributes;
	struct complaint complaint;
	uint64_t now;
};

/* Numbers of attributes that are there. */
static inline bool has(const struct request *request, unsigned int type)
{
	return request->attributes.of[type];
}

static inline uint8_t get_u8(const struct request *request, unsigned int type)
{
	return mnl_attr_get_u8(request->attributes.of[type]);
}

static inline uint16_t get_u16(const struct request *request, unsigned int type)
{
	return mnl_attr_get_u16(request->attributes.of[type]);
}

static inline uint32_t get_u32(const struct request *request, unsigned int type)
{
	return mnl_attr_get_u32(request->attributes.of[type]);
}

/* A reply while it is made. */
struct reply {
	_Alignas(KERNEL_ALIGNMENT) uint8_t octets[RECORD_MAX];
	struct nlmsghdr *message;
};
/* A generic netlink message of the family; to is where sequence number and port id come from. */
void reply_begin(struct reply *reply, const struct request *to, uint8_t command, uint16_t flags);
void reply_send(const struct reply *reply, const struct request *to);
/* To all members of the group, in whatever namespace. */
void reply_multicast(const struct reply *reply, const struct request *to);
/* error 0: it is acknowledged. */
void reply_verdict(const struct request *request, int error);

static inline struct kernel *request_kernel(const struct request *request)
{
	return request->client->kernel;
}

/* What a message to this client begins with, of the family whose number is the type. octets: zeros. */
struct nlmsghdr *message_begin(const struct kernel_client *client, void *octets, uint16_t type, uint8_t command,
			       uint32_t sequence, uint16_t flags);
/* A nest without NLA_F_NESTED: the kernel's family and its controller know no other. */
struct nlattr *nest_begin(struct nlmsghdr *message, uint16_t type);

static inline bool wants_dump(const struct nlmsghdr *message)
{
	return (message->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
}

/* A handler's answer besides 0 and errnos: there is no acknowledgement. */
#define NOT_ACKNOWLEDGED (-1)

/* --- queue.c --- */
/* A datagram of so many zeros, to be filled; aligned to KERNEL_ALIGNMENT. NULL: there is no room, and it is lost. */
void *queue_room(struct kernel_client *client, size_t length);
/* Octets are copied, or lost likewise. */
void queue_add(struct kernel_client *client, const void *octets, size_t length);
/* The end of what was answered to the request of this number in several messages. */
void queue_done(struct kernel_client *client, uint32_t sequence);
void queue_clear(struct kernel_client *client);

/* --- family.c --- */
/* Attributes of the controller: is this the family's name, or its number? */
bool family_is_name(const struct nlattr *name);
bool family_is_id(const struct kernel *kernel, const struct nlattr *id);
/* A message to the controller that is about this family. */
bool family_is_asked_for(const struct kernel *kernel, const struct nlmsghdr *message);
bool family_is_listed(const struct nlmsghdr *message);
void family_answer(struct kernel_client *client, uint32_t sequence, uint16_t flags);

/* --- getpolicy.c --- */
/* Is this the controller's CTRL_CMD_GETPOLICY about this family? */
bool getpolicy_is_asked_for(const struct kernel *kernel, const struct nlmsghdr *message);
/* NOT_ACKNOWLEDGED, or an errno. */
int getpolicy_answer(struct request *request);

/* --- dump.c --- */
/* NOT_ACKNOWLEDGED, or an errno. */
int dump_begin(const struct request *request, uint8_t command);
/* Queues what comes next. */
void dump_continue(struct kernel_client *client);

/* --- record.c --- */
void record_tunnel(struct kernel *kernel, const struct kernel_tunnel *tunnel, struct nlmsghdr *message);
void record_session(struct kernel *kernel, const struct kernel_session *session, struct nlmsghdr *message);
/* All zero where the service has none. */
void record_tunnel_stats(struct kernel *kernel, const struct kernel_tunnel *tunnel, struct datapath_stats *stats);
/* send_seq follows what the peer does. */
void record_session_live(struct kernel *kernel, const struct kernel_session *session, struct datapath_stats *stats,
			 bool *send_seq);

/* --- objects.c: what there is; an object that has lost the service's is forgotten when it is looked for --- */
/* NULL: out of memory. */
struct space *space_get(struct kernel *kernel, const char *netns);
struct space *space_find(const struct kernel *kernel, const char *netns);
/* Frees it when there is nothing in it, as kernel_tunnel_forget() does. */
void space_put(struct kernel *kernel, struct space *space);

/* NULL: none. space may be NULL. */
struct kernel_tunnel *kernel_tunnel_find(struct kernel *kernel, struct space *space, uint32_t id);
/* The first with this id or a greater one. */
struct kernel_tunnel *kernel_tunnel_from(struct kernel *kernel, struct space *space, uint64_t least);
struct kernel_session *kernel_session_find(struct kernel *kernel, struct kernel_tunnel *tunnel, uint32_t id);
struct kernel_session *kernel_session_from(struct kernel *kernel, struct kernel_tunnel *tunnel, uint64_t least);
struct kernel_session *kernel_session_find_by_ifname(struct kernel *kernel, struct space *space, const char *ifname);
/* One of those in the namespace, of whatever tunnel but those of version 2, that have this id. */
struct kernel_session *kernel_session_find_in_space(struct kernel *kernel, struct space *space, uint32_t id);

/* The id must be free in the space, or tunnel. */
void kernel_tunnel_insert(struct kernel *kernel, struct kernel_tunnel *tunnel, uint32_t id);
/* Forgets and frees it with its sessions; what the service has of them is the caller's business. */
void kernel_tunnel_forget(struct kernel *kernel, struct kernel_tunnel *tunnel);
/* -1: out of memory. */
int kernel_session_insert(struct kernel *kernel, struct kernel_session *session);
void kernel_session_forget(struct kernel *kernel, struct kernel_session *session);

/* Has the service lost what it had of it? */
bool kernel_session_lives(const struct kernel *kernel, const struct kernel_session *session);

/* --- tunnel.c, session.c: making and unmaking, whoever asks for it --- */
struct kernel_descriptor {
	int32_t pid;
	int32_t fd;				/* in its table; negative: none */
};
/* Allocated and filled, but for its socket, id and space; the caller's again unless 0 is returned. An errno. */
int kernel_tunnel_make(struct kernel *kernel, const struct kernel_descriptor *descriptor, struct kernel_tunnel *tunnel,
		       const struct kernel_wanted *wanted, uint64_t now);
/* Likewise. ifname NULL: the system chooses it. */
int kernel_session_make(struct kernel *kernel, struct kernel_session *session, const char *ifname, uint64_t now);
void kernel_session_destroy(struct kernel *kernel, struct kernel_session *session, uint64_t now);
/* Milliseconds as the kernel keeps them. */
int32_t kernel_jiffies(uint32_t ms);

/* --- channel.c --- */
/* The PPP channel of a session to which a socket is connected. */
struct kernel_channel {
	struct kernel *kernel;
	const struct kernel_pppox *socket;
	uint32_t index;				/* 0: it has none, as what manages a tunnel */
	handle service;				/* the service's session; HANDLE_NONE: none of its */
	bool is_bound;				/* frames are not the socket's, but whose the channel is */
	struct kernel_channel_user user;	/* frame NULL: nobody has it */
	struct held held;			/* until somebody has */
	struct datapath_channel hands;		/* as the service knows them */
	UT_hash_handle by_service;
};

/* The socket gets all frames. An errno. */
int kernel_channel_begin(struct kernel_channel *channel, handle service, int frames);
/* What the program has given until now is sent. */
void kernel_channel_settle(const struct kernel_channel *channel);
/* They are the channel's from now on. */
int kernel_channel_bind(struct kernel_channel *channel);
/* The session goes: no frames come any more, and none leave. */
void kernel_channel_silence(struct kernel_channel *channel);
/* The socket goes. */
void kernel_channel_end(struct kernel_channel *channel);
service_frame_fn kernel_channel_hear;

/* --- pppox.c --- */
/* Connected sockets of AF_PPPOX. */
struct kernel_pppox {
	struct kernel_pppox *prev, *next;
	struct kernel *kernel;
	void *owner;				/* the caller's own for it */
	char netns[CONFIG_NETNS_MAX];
	struct kernel_session *session;		/* or that which is remembered of it */
	bool is_manager;			/* of the tunnel: the session is none */
	struct kernel_channel channel;
	/* The program's calls are answered as if it were there still, as the kernel does. */
	struct kernel_session remembered;
	struct kernel_tunnel remembered_tunnel;
	struct datapath_stats stats, tunnel_stats;	/* of these */
};

/* The session is about to go, and the service's with it: what it has counted is remembered. */
void pppox_remember(const struct kernel_session *session);
/* It goes. */
void pppox_detach(struct kernel *kernel, struct kernel_session *session);
/* All of them, at the end: nobody is told. */
void pppox_forget_all(struct kernel *kernel);

/* --- tunnel.c, session.c: commands; 0, NOT_ACKNOWLEDGED or an errno --- */
/* Which the L2TP_ATTR_CONN_ID that a request has is of; NULL: of none. */
struct kernel_tunnel *kernel_tunnel_named(const struct request *request);
int kernel_tunnel_create(const struct request *request);
int kernel_tunnel_delete(const struct request *request);
int kernel_tunnel_modify(const struct request *request);
int kernel_tunnel_get(const struct request *request);
int kernel_session_create(const struct request *request);
int kernel_session_delete(const struct request *request);
int kernel_session_modify(const struct request *request);
int kernel_session_get(const struct request *request);
/* As the kernel does when a tunnel goes: nobody is notified. */
void kernel_tunnel_destroy(struct kernel *kernel, struct kernel_tunnel *tunnel, uint64_t now);

/* --- trace.c: events by the kernel's names, if anybody listens --- */
void trace_tunnel(const struct kernel *kernel, enum service_event_kind kind, const struct kernel_tunnel *tunnel);
void trace_session(const struct kernel *kernel, enum service_event_kind kind, const struct kernel_session *session);

/* --- carry.c: what the service makes of them; 0 or an errno --- */
int carry_tunnel(struct kernel *kernel, struct kernel_tunnel *tunnel, uint32_t id, uint64_t now);
/* Its socket has other ends. */
void carry_moved_tunnel(struct kernel *kernel, const struct kernel_tunnel *tunnel);
void carry_tunnel_no_more(struct kernel *kernel, struct kernel_tunnel *tunnel, uint64_t now);
/* ifname NULL: the system chooses one. Fills what the session is called. */
int carry_session(struct kernel *kernel, struct kernel_session *session, const char *ifname, uint64_t now);
int carry_changed_session(struct kernel *kernel, struct kernel_session *session, uint64_t now);
void carry_session_no_more(struct kernel *kernel, struct kernel_session *session, uint64_t now);

#endif
