/* SPDX-License-Identifier: MIT */
/*
 * A session of a tunnel with a control protocol is a call: asked for by one end, agreed to by the other, and only then
 * known to the datapath.
 */
#ifndef L2TPD_SERVICE_SESSION_CALL_H
#define L2TPD_SERVICE_SESSION_CALL_H

#include "control/control.h"
#include "service/internal.h"

enum call_phase {
	CALL_WAITING,			/* for its tunnel, or, with a deadline, for the next attempt */
	CALL_REQUESTED,			/* by the peer: to be accepted */
	CALL_BEARER,			/* likewise, when somebody opens its bearer */
	CALL_ASKING, CALL_UP,
};

struct session_call {
	struct session *session;
	handle control;			/* the engine's; HANDLE_NONE: it has none */
	enum call_phase phase : 8;
	enum control_call_role role : 8;
	uint16_t peer_session_id;	/* 0: not known */
	bool was_asked;
	bool numbered;			/* an end requires sequence numbers */
	bool line_is_unsure;		/* LNS: what the LAC goes by is not known: call_line.c */
	uint32_t failures;		/* in a row */
	uint32_t failures_most;		/* of PPP (max_failure_count); 0: however many */
	uint32_t serial_number;		/* 0: none was given */
	struct deadline deadline;	/* WAITING; or it is to be deleted; UP: call_line_due() */
	bool bearer_queued;		/* in service->bearers */
	struct session_call *bearer_prev, *bearer_next;
	struct held_frame *held;	/* of PPP, which came before the message that the call is up; NULL: none */
	struct call_line *line;		/* what was told of it while it is up; NULL: nothing */
	char *reason;			/* why it is not up; NULL: there is none, or no memory for it */
};

/* The session was asked for by the peer; control is the engine's. -1: out of memory. */
int session_call_from_peer(struct service *service, struct session *session, handle control,
			   enum control_call_role role, struct error *error);
/* It may work: ask for it, or accept it, now or when its tunnel is up. */
int session_call_begin(struct service *service, struct session *session, struct error *error);
/* It is not to be any more: the peer is told, and nothing is left but the session. The datapath is told apart. */
void session_call_end(struct service *service, struct session *session);
/* The authorizer refused it, or it cannot be: a peer's will be closed. */
void session_call_refused(struct service *service, struct session *session);
/* Its tunnel came up: ask for its sessions. */
void session_call_tunnel_up(struct service *service, struct tunnel *tunnel);
/* It is lost, and with it all its calls; those of the peer are deleted. */
void session_call_tunnel_down(struct service *service, struct tunnel *tunnel);
/* What the engine tells of a call. */
void session_call_event(struct service *service, const struct control_event *event);
void session_call_expire(struct service *service);
/* Of a peer's: accept it, which may end it; tell that its bearer is open; close it, with this result of the CDN. */
bool session_call_accept(struct service *service, struct session *session);
void session_call_connect(struct service *service, struct session *session);
void session_call_give_up(struct service *service, struct session *session, uint16_t cdn, const char *reason);
/* A frame of PPP for a session whose PPP has not begun: the last one is kept for it. */
void session_call_hold(struct session *session, const uint8_t *frame, size_t length);
/* PPP in it is up: what was wrong before is over. */
void session_call_well(struct session *session);
/* PPP in it has ended: the peer is told why, and it is lost. It may be freed. */
void session_call_hang_up(struct service *service, struct session *session, const struct control_reason *why,
			  const char *reason);
/* --- bearer.c: somebody is to open the bearer of this call, or nobody any more --- */
void bearer_want(struct service *service, struct session_call *call);
void bearer_forget(struct service *service, struct session_call *call);
/* What is a call's in what the datapath is told. */
void session_call_to_datapath(const struct session_call *call, const struct session_config *config,
		      struct datapath_session_config *out);
/* Tell the datapath of sessions that are gone: many at once. */
void session_call_flush(struct service *service);

/* Is our end the LNS? It decides whether packets are numbered. */
static inline bool session_call_is_lns(const struct session_call *call)
{
	return call->role == CONTROL_CALL_LNS_INCOMING || call->role == CONTROL_CALL_LNS_OUTGOING;
}

#endif
