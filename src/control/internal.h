/* SPDX-License-Identifier: MIT */
/*
 * What the files of this room share.
 *
 *	control.c	what comes in and goes out: datagrams, events, deadlines
 *	admission.c	peers that have proved nothing: SCCRQ to SCCCN as responder
 *	tunnel.c	the tunnel machine (RFC 2661 section 7.2), from SCCRQ or SCCCN on
 *	call.c		the four call machines (sections 7.4 and 7.5)
 *	compose.c	messages on their way out
 *	reply.c		those that are not repeated
 *	call_map.c	which call has an id
 *	ids.c		ids that nobody has, and nobody had
 */
#ifndef L2TPD_CONTROL_INTERNAL_H
#define L2TPD_CONTROL_INTERNAL_H

#include "base/deadline.h"
#include "control/call_map.h"
#include "control/control.h"

#define CONTROL_IDS 65536		/* 0 is none */
#define CONTROL_CHALLENGE_LENGTH 16
#define CONTROL_LINGER 31000		/* ms: a full cycle of the peer's retransmissions (RFC 2661 section 5.7) */
#define CONTROL_EVENTS 64		/* that wait: one input causes three at most, a command one */
#define CONTROL_RANDOM_POOL 512		/* octets, for ids: asking for each would cost more than all the rest */
#define CONTROL_REPLY_MAX 1024		/* octets of an SCCRP or StopCCN that is not repeated */
#define CONTROL_BODY_MAX 12288		/* octets of the AVPs of a message that we send: an ICCN with ten long values */

#define RESULT_GENERAL 1
#define RESULT_ERROR 2
#define RESULT_NOT_AUTHORISED 4
#define RESULT_VERSION 5
#define RESULT_STATE 7
#define ERROR_CODE_NONE 0
#define ERROR_CODE_VALUE 3
#define ERROR_CODE_RESOURCES 4
#define ERROR_CODE_SESSION 5
#define CDN_NO_FACILITIES 4
#define CDN_TIMEOUT 10
#define TEXT_WRONG_RESPONSE "the response to our challenge is wrong: other secret?"
#define TEXT_NO_RESPONSE "no response to our challenge"
#define TEXT_NO_SECRET "a challenge came, and there is no secret to answer it"
#define CONTROL_ID_WORDS (CONTROL_IDS / 64)
#define CONTROL_VALUE_MAX (AVP_VALUE_MAX - 17)	/* octets of a value that may be hidden, and padded */

struct control_call {
	handle self;
	void *owner;
	struct control_tunnel *tunnel;
	enum control_call_role role;
	enum control_call_state state;
	uint16_t id, peer_id;			/* 0: none yet */
	struct control_call_settings *settings;	/* until nothing is sent any more; owns its octets */
	struct deadline deadline;		/* of the set-up */
};

/* What an SCCRQ or SCCRP says of its sender. */
struct control_peer {
	uint16_t tunnel_id, window, firmware;
	uint32_t framing, bearer;
	uint8_t protocol[2];
	char host_name[CONTROL_NAME_MAX], vendor_name[CONTROL_NAME_MAX];
};

/* The ids of tunnels, or of a tunnel's calls: ids.c. */
struct control_resting {
	uint64_t until;
	uint16_t id;
};

struct control_ids {
	uint64_t *in_use;			/* CONTROL_ID_WORDS, also of those that rest; NULL: not kept */
	struct control_resting *resting;	/* a ring, the oldest first */
	uint32_t first, count, size;
};

struct control_tunnel {
	handle self;
	void *owner;
	enum control_tunnel_state state;
	bool initiator;
	bool port_settled;			/* the peer's: it has answered from it */
	uint16_t id;
	struct control_path path;
	struct control_tunnel_settings settings;
	struct channel channel;
	struct deadline deadline;		/* the earliest of the next and the channel's */
	uint64_t setup_at, hello_at, linger_at;
	uint64_t heard;				/* ms: the last valid message */
	uint8_t challenge[CONTROL_CHALLENGE_LENGTH];	/* ours */
	uint64_t tie_breaker;
	struct control_tunnel *opening_prev, *opening_next;	/* of those that wait for an SCCRP */
	struct call_map calls_by_id, calls_by_peer_id;
	struct control_ids ids;
	struct control_tunnel *ready_prev, *ready_next;		/* of those that were touched */
	bool is_ready;
	uint64_t hellos_sent, hellos_received;
	struct control_peer peer;
};

struct control_reply {
	struct control_path path;
	size_t length;
	uint8_t octets[CONTROL_REPLY_MAX];
};

struct control_replies {		/* a ring */
	unsigned int first, count;
	struct control_reply waiting[CONTROL_BATCH_MAX];
};

struct admission;

struct control {
	control_random_fn *random;		/* NULL: counted */
	uint64_t fixed_random;
	uint16_t random_pool[CONTROL_RANDOM_POOL / 2];
	unsigned int random_left;		/* of the pool */
	uint64_t now;				/* of the present call */
	struct control_tunnel **tunnels;	/* CONTROL_IDS, by id */
	struct control_ids tunnel_ids;		/* with bits; also those of admission */
	uint64_t reserved[CONTROL_ID_WORDS];	/* tunnel ids that are the caller's */
	uint32_t call_serial_number;
	uint32_t tunnel_count;
	struct handle_table tunnel_handles, call_handles;
	struct deadline_heap deadlines, call_deadlines;
	struct control_tunnel *opening, *ready;
	bool replies_first;			/* before what those have to say */
	bool was_repeated;			/* the datagram that was taken out last */
	struct admission *admission;
	struct control_event events[CONTROL_EVENTS];
	unsigned int event_first, event_count;
	struct control_reason reason;		/* of the event that was asked for last, or is next */
	struct control_tunnel *delivering;	/* it may hold messages whose turn has come */
	struct message message;			/* being acted on */
	void *kept;				/* its octets, when its tunnel is gone */
	struct control_counters counters;
	struct control_replies replies;
};

/* --- control.c --- */
void control_random(struct control *control, void *octets, size_t length);
/* kind and handles; path, owner and message are filled in. Never more than CONTROL_EVENTS for one input. */
void control_tell(struct control *control, enum control_event_kind kind, struct control_tunnel *tunnel,
		  struct control_call *call, bool with_message);
void control_tell_request(struct control *control, handle request, const struct control_path *path);
/* With control->reason. */
void control_tell_request_down(struct control *control, handle request, const struct control_path *path, void *owner);
/* It has something to send, or its deadline changed. */
void control_touch(struct control *control, struct control_tunnel *tunnel);
void control_reason_local(struct control_reason *reason, uint16_t result, uint16_t error, const char *text);
/* What the peer's StopCCN or CDN says; unprintable octets are replaced. */
void control_reason_peer(struct control_reason *reason, const struct message *message);

/* --- ids.c --- */
/* An unused one that nobody can guess, 0: there is none. */
uint16_t control_new_tunnel_id(struct control *control);
bool control_begin_tunnel_ids(struct control *control);		/* false: out of memory */
bool control_tunnel_id_is_reserved(const struct control *control, uint16_t id);
void control_use_tunnel_id(struct control *control, uint16_t id);
void control_rest_tunnel_id(struct control *control, uint16_t id);
uint16_t control_new_call_id(struct control *control, struct control_tunnel *tunnel);
void control_use_call_id(struct control_tunnel *tunnel, uint16_t id);
/* Its call is gone. */
void control_rest_call_id(struct control *control, struct control_tunnel *tunnel, uint16_t id);
void control_forget_ids(struct control_ids *ids);

/* --- compose.c --- */
/* Queue a message. session_id: the peer's. -1: it does not fit, or no memory. */
int control_compose(struct control *control, struct control_tunnel *tunnel, uint16_t session_id,
		    const struct message *message);
/* The AVPs that SCCRQ and SCCRP have in common. */
void control_compose_setup(const struct control_tunnel_settings *settings, uint16_t tunnel_id, struct message *message);
void control_compose_result(struct message *message, uint16_t result, uint16_t error, const char *text);
/* Rows that are hidden in this message, when AVPs are to be hidden. */
avp_set control_hidden_rows(const struct control_tunnel_settings *settings, enum message_type type);
/* Octets behind each hidden value. */
size_t control_hiding_padding(struct control *control);

/* --- reply.c --- */
/* To be sent once; dropped when too many wait. */
void control_reply(struct control *control, const struct control_path *path, const uint8_t *octets, size_t length);
bool control_next_reply(struct control *control, struct control_datagram *datagram);

/* --- tunnel.c --- */
struct control_tunnel *control_tunnel_new(struct control *control, uint16_t id, const struct control_path *path,
					  const struct control_tunnel_settings *settings, void *owner, uint64_t now);
void control_tunnel_free(struct control *control, struct control_tunnel *tunnel);
/* It is up from here on: the responder's. */
void control_tunnel_connected(struct control *control, struct control_tunnel *tunnel, uint64_t now);
void control_peer_learn(struct control_peer *peer, const struct message *message);
void control_tunnel_set_peer(struct control_tunnel *tunnel, const struct control_peer *peer);
void control_tunnel_message(struct control *control, struct control_tunnel *tunnel, enum message_verdict verdict,
			    const struct message_problem *problem, uint64_t now);
void control_tunnel_expire(struct control *control, struct control_tunnel *tunnel, uint64_t now);
/* The earliest of its deadlines. */
uint64_t control_tunnel_due(const struct control_tunnel *tunnel);
/* The peer asks for a tunnel while we wait for its answer to our own SCCRQ: one of the two goes (or both).  True: the
 * peer's is to be dropped. */
bool control_tunnel_tie(struct control *control, const struct control_path *path, const struct message *message);

/* --- call.c --- */
void control_call_message(struct control *control, struct control_tunnel *tunnel, enum message_verdict verdict,
			  const struct message_problem *problem, uint16_t session_id, uint64_t now);
void control_call_tunnel_up(struct control *control, struct control_tunnel *tunnel, uint64_t now);
void control_call_expire(struct control *control, struct control_call *call);
void control_call_free(struct control *control, struct control_call *call);

/* --- admission.c --- */
/* key: for hashes that nobody can foresee. NULL when out of memory. */
struct admission *admission_new(const struct control_limits *limits, uint64_t key);
void admission_free(struct admission *admission);
/* A message of tunnel id 0 arrived. octets: its AVPs. */
void admission_request(struct control *control, const struct control_path *path, const struct control_header *header,
		       uint8_t *octets, size_t length, uint64_t now);
/* A message for one of its ids; false: it has no such id. */
bool admission_message(struct control *control, const struct control_path *path, const struct control_header *header,
		       uint8_t *octets, size_t length, uint64_t now);
bool admission_has_id(const struct admission *admission, uint16_t id);
/* Whoever has this id loses it, and is told. */
void admission_give_up_id(struct control *control, uint16_t id);
uint32_t admission_used(const struct admission *admission);
uint64_t admission_deadline(const struct admission *admission);
/* One that is due. */
bool admission_expire(struct control *control, uint64_t now);

#endif
