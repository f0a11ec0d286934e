/* SPDX-License-Identifier: MIT */
/*
 * The L2TP control protocol of all tunnels of a daemon: RFC 2661 (version 2).
 *
 * Pure: datagrams, commands and the time come in; events and datagrams are taken out.  After each call of
 * something that takes `now` the caller
 *
 *	1. takes events until there are none (an event's message is valid until the next is asked for),
 *	   and may give commands while it does so;
 *	2. at the end of its own batch takes datagrams until there are none;
 *	3. sees to it that control_expire() is called at control_deadline().
 *
 * A peer that has proved nothing costs one place in a table of fixed size (admission.c).
 * Handles: of tunnels, calls and requests; a stale one is ignored by commands and finds nothing.
 * Times are monotonic milliseconds; CONTROL_NEVER is no deadline.
 */
#ifndef L2TPD_CONTROL_CONTROL_H
#define L2TPD_CONTROL_CONTROL_H

#include "base/address.h"
#include "base/error.h"
#include "base/handle.h"
#include "control/channel.h"
#include "wire/message.h"

#define CONTROL_NEVER UINT64_MAX
#define CONTROL_BATCH_MAX 256		/* datagrams of tunnel id 0 to be given before datagrams are taken out again */
#define CONTROL_NAME_MAX 64		/* host and vendor names we send, with the NUL */
#define CONTROL_SECRET_MAX 256		/* octets */
#define CONTROL_TEXT_MAX 128		/* of a reason, with the NUL */

struct control;

/* Fills length octets, unpredictably; never fails. */
typedef void control_random_fn(void *octets, size_t length);

struct control_limits {
	uint32_t half_open;		/* places for peers that have proved nothing, >= 1 */
	uint32_t source_half_open;	/* of them for one source address */
	uint32_t requests_per_second;	/* beyond that a request counts only when it is repeated */
};

/* random NULL: a fixed sequence, for simulations. NULL when out of memory. */
struct control *control_new(const struct control_limits *limits, control_random_fn *random);
void control_free(struct control *control);

/* --- datagrams --- */

struct control_path {
	handle port;			/* the caller's: by which socket */
	struct endpoint local;		/* address any: not known, or left to the system */
	struct endpoint peer;
};

struct control_datagram {
	struct control_path path;
	uint8_t *octets;		/* incoming: may be changed */
	size_t length;
	void *owner;			/* outgoing: of the tunnel; NULL: it has none (any more) */
};

void control_receive(struct control *control, const struct control_datagram *datagram, uint64_t now);
/* The next to be sent. What it points to is valid until the next call of anything but this. */
bool control_next_datagram(struct control *control, struct control_datagram *datagram, uint64_t now);
/* Had the last one that was taken out been sent before? */
bool control_was_repeated(const struct control *control);
uint64_t control_deadline(const struct control *control);
/* Do one thing that is due. Returns whether there was any: ask again, after taking events. */
bool control_expire(struct control *control, uint64_t now);

/* --- why --- */

struct control_reason {
	bool by_peer;			/* result, error and text are what the peer said */
	uint16_t result, error;		/* of StopCCN or CDN; 0: none */
	struct avp_disconnect_cause cause;	/* of a CDN: PPP's; code 0: none. text is not kept */
	struct avp_cause q931;			/* of a CDN: the bearer's; cause 0: none. text is not kept */
	char text[CONTROL_TEXT_MAX];	/* printable UTF-8 */
};

/* --- events --- */

enum control_event_kind {
	/* A peer wants a tunnel: control_accept() or control_refuse(), now or later. */
	CONTROL_EVENT_REQUEST,
	CONTROL_EVENT_TUNNEL_UP,	/* tunnel is new when it came of a request: owner is that of the request */
	CONTROL_EVENT_TUNNEL_DOWN,	/* with all its calls, of which nothing more is told */
	/* Nothing was heard on the control channel for hello_timeout: control_heard() when data was, else
	 * control_hello(). */
	CONTROL_EVENT_QUIET,
	/* The peer wants a call (ICRQ, OCRQ): control_call_accept() or control_call_close(), now or later. */
	CONTROL_EVENT_CALL_REQUEST,
	CONTROL_EVENT_CALL_BEARER,	/* we accepted an OCRQ: the bearer is to be opened; control_call_connected() */
	CONTROL_EVENT_CALL_UP,
	CONTROL_EVENT_CALL_DOWN,
	CONTROL_EVENT_CALL_ERRORS,	/* WEN */
	CONTROL_EVENT_CALL_LINK,	/* SLI */
	/* A request that was accepted came to nothing: owner is not needed any more, reason says why. */
	CONTROL_EVENT_REQUEST_DOWN,
};

struct control_event {
	enum control_event_kind kind;
	handle tunnel, call, request;	/* HANDLE_NONE where there is none */
	void *owner;			/* of the call, else of the tunnel or request; CALL_REQUEST: of the tunnel */
	struct control_path path;
	const struct message *message;	/* what the peer sent; NULL: nothing */
	const struct control_reason *reason;	/* TUNNEL_DOWN, CALL_DOWN, REQUEST_DOWN */
};

bool control_next_event(struct control *control, struct control_event *event, uint64_t now);

/* --- tunnels --- */

enum control_auth { CONTROL_AUTH_NONE, CONTROL_AUTH_CHALLENGE };

struct control_tunnel_settings {
	char host_name[CONTROL_NAME_MAX];	/* ours; not empty */
	char vendor_name[CONTROL_NAME_MAX];	/* "" : not sent */
	uint16_t firmware_revision;		/* 0: not sent */
	uint32_t framing_capabilities, bearer_capabilities;
	enum control_auth auth;			/* CHALLENGE: the peer must answer ours */
	uint8_t secret[CONTROL_SECRET_MAX];
	uint16_t secret_length;			/* 0: none */
	bool hide_avps;				/* needs a secret */
	bool use_tiebreaker;
	uint16_t receive_window;		/* 1..; what we announce */
	uint16_t send_window;			/* 0: what the peer announces; else at most this */
	uint32_t retry_timeout, retry_timeout_most, max_retries;	/* channel.h */
	uint32_t hello_timeout;			/* ms; 0: never */
	uint32_t establish_timeout;		/* ms; 0: never */
	uint32_t max_calls;			/* 0: 65535 */
};

/*
 * Ask a peer for a tunnel.  owner: given back in events.
 *
 * tunnel_id 0: one that nobody can guess, and that nothing had for two minutes.  Who names an id gets it when
 * no tunnel has it that lives, and it is not reserved (ERROR_EXISTS, tunnel_id): it need not have rested.  A tunnel
 * that closes gives way: its StopCCN is sent a last time if the peer has not acknowledged it, and its handle is stale.
 * So does a peer's that is being set up: it gets StopCCN 2 error 4, and its owner REQUEST_DOWN.  Messages that are
 * on their way to what had the id before may then reach the new tunnel, and end it; and the same peer may take
 * the SCCRQ for a repetition until it has seen that StopCCN.
 */
int control_open(struct control *control, const struct control_path *path, uint16_t tunnel_id,
		 const struct control_tunnel_settings *settings, void *owner, handle *tunnel, uint64_t now,
		 struct error *error);
/* An id that nobody can guess, and that nothing had for two minutes, for who wants to name one; 0: there is none. */
uint16_t control_free_id(struct control *control);
/* An id that something else has, which is named by such ids: it is not chosen, nor given to who names it, until it is
 * released (reserve false).  A closing tunnel keeps it and is no obstacle, a peer's that is being set up gives way as
 * in control_open().  False: a tunnel that lives has it; nothing is reserved. */
bool control_reserve_id(struct control *control, uint16_t tunnel_id, bool reserve);
/* Answers to a REQUEST. With the challenge it asks for the peer is tried before the tunnel is up.  AVPs that were
 * hidden in the request can be read only with the secret of these settings.  owner comes back with TUNNEL_UP, or with
 * REQUEST_DOWN, which may be told at once. */
void control_accept(struct control *control, handle request, const struct control_tunnel_settings *settings,
		    void *owner, uint64_t now);
/* text may be NULL. */
void control_refuse(struct control *control, handle request, uint16_t result, uint16_t error, const char *text,
		    uint64_t now);
/* StopCCN. No event follows; the peer is told until it answers, or patience ends. */
void control_close(struct control *control, handle tunnel, uint16_t result, uint16_t error, const char *text,
		   uint64_t now);
/* Of a tunnel that is up: what may be changed (hello_timeout, retry_timeout, max_retries, max_calls). */
void control_change(struct control *control, handle tunnel, const struct control_tunnel_settings *settings,
		    uint64_t now);
void control_set_owner(struct control *control, handle tunnel, void *owner);
void control_heard(struct control *control, handle tunnel, uint64_t now);
void control_hello(struct control *control, handle tunnel, uint64_t now);

enum control_tunnel_state {
	CONTROL_TUNNEL_WAIT_REPLY, CONTROL_TUNNEL_ESTABLISHED, CONTROL_TUNNEL_CLOSING,
};

struct control_tunnel_info {
	enum control_tunnel_state state;
	bool initiator;
	uint16_t tunnel_id, peer_tunnel_id;	/* peer's 0: not known yet */
	struct control_path path;
	uint32_t calls;
	uint16_t ns, nr, peer_window, cwnd, ssthresh;
	uint16_t peer_nr;			/* the peer has all messages before this */
	uint16_t cwnd_part;			/* messages acknowledged since cwnd grew last */
	uint16_t in_flight;			/* messages that were sent and not acknowledged */
	struct channel_counters channel;
	uint64_t hellos_sent, hellos_received;
	uint32_t peer_framing, peer_bearer;
	uint16_t peer_firmware;
	uint8_t peer_protocol[2];		/* version, revision */
	char peer_host_name[CONTROL_NAME_MAX], peer_vendor_name[CONTROL_NAME_MAX];	/* printable, cut off */
};
int control_tunnel_info(const struct control *control, handle tunnel, struct control_tunnel_info *info);

/* --- calls --- */

enum control_call_role {
	CONTROL_CALL_LAC_INCOMING,	/* we send ICRQ */
	CONTROL_CALL_LNS_INCOMING,
	CONTROL_CALL_LNS_OUTGOING,	/* we send OCRQ */
	CONTROL_CALL_LAC_OUTGOING,
};

/* What a call's messages say: the AVPs of this message (present says which) are sent in whichever of the
 * role's messages they belong to; those that a message must have get a value when they are not there. */
struct control_call_settings {
	struct message avps;
	uint32_t establish_timeout;	/* ms; 0: never */
};

/* The tunnel need not be up yet.  AVPs are copied.  session_id 0: one that nobody can guess, and that no call of the
 * tunnel had for 31 seconds.  Who names an id gets it when no call of the tunnel has it (ERROR_EXISTS, session_id),
 * rested or not: what is on its way to a call that had it before may end the new one. */
int control_call_open(struct control *control, handle tunnel, enum control_call_role role, uint16_t session_id,
		      const struct control_call_settings *settings, void *owner, handle *call, uint64_t now,
		      struct error *error);
/* Of a call the peer asked for; session_id as above. -1: it is gone, or as it was (the id is taken, a value does not
 * fit, no memory): to be accepted in another way, or closed. */
int control_call_accept(struct control *control, handle call, uint16_t session_id,
			const struct control_call_settings *settings, void *owner, uint64_t now, struct error *error);
/* Of a call the peer asked for, also before it is accepted. */
void control_call_set_owner(struct control *control, handle call, void *owner);
/* LAC outgoing: the bearer answered. */
void control_call_connected(struct control *control, handle call, uint64_t now);
/* CDN, also the refusal of a call the peer asked for. No event follows. */
void control_call_close(struct control *control, handle call, const struct control_reason *reason, uint64_t now);
void control_call_errors(struct control *control, handle call, const struct avp_call_errors *errors);
void control_call_link(struct control *control, handle call, const struct avp_accm *accm);

enum control_call_state {
	CONTROL_CALL_WAIT_TUNNEL, CONTROL_CALL_WAIT_DECISION, CONTROL_CALL_WAIT_REPLY, CONTROL_CALL_WAIT_CONNECT,
	CONTROL_CALL_WAIT_BEARER, CONTROL_CALL_ESTABLISHED,
};

struct control_call_info {
	enum control_call_role role;
	enum control_call_state state;
	handle tunnel;
	uint16_t session_id, peer_session_id;
};
int control_call_info(const struct control *control, handle call, struct control_call_info *info);
/* Of the tunnel's call that the peer knows by this id; NULL: there is none, or it has no owner. */
void *control_call_owner(const struct control *control, handle tunnel, uint16_t peer_session_id);

/* --- texts --- */

/* What a peer wrote, for people: printable UTF-8, cut off to size octets with the NUL; `?` is what cannot be shown.
 * A NUL ends it. Host Names and the texts of events are already so. */
void control_printable(const struct avp_octets *octets, char *out, size_t size);

/* --- sums --- */
struct control_counters {
	uint32_t tunnels, calls, half_open;	/* that are there now; tunnels: also those that close */
	uint64_t received, malformed, wrong_version, unknown_tunnel, unknown_session, wrong_source;
	uint64_t requests, requests_duplicate, requests_unproved, requests_crowded_out, requests_refused;
	uint64_t requests_expired;		/* accepted, and the peer did not go on */
	uint64_t replies_dropped;		/* to requests: more than CONTROL_BATCH_MAX at once */
	uint64_t authentication_failures;
	uint64_t ignored_avps, vendor_avps;
	uint64_t unsendable;			/* messages that did not fit, or for which there was no memory */
	struct channel_counters channel;	/* of all tunnels, also of those that are gone */
	uint64_t messages_received[MESSAGE_TYPE_COUNT], messages_sent[MESSAGE_TYPE_COUNT];
	uint64_t messages_bad[MESSAGE_TYPE_COUNT];
};
void control_counters(const struct control *control, struct control_counters *counters);
/* Tunnels that wait for the peer to acknowledge something: who ends after closing all may stop when there are none. */
uint32_t control_unacknowledged(const struct control *control);

#endif
