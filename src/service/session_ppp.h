/* SPDX-License-Identifier: MIT */
/*
 * PPP in the life of a session: it begins when the call is up (or the static pseudowire is there), the session is up
 * when it has a network protocol, and it ends with the session, or the session with it.
 */
#ifndef L2TPD_SERVICE_SESSION_PPP_H
#define L2TPD_SERVICE_SESSION_PPP_H

#include "aaa/grant.h"
#include "ppp/ppp.h"
#include "service/internal.h"
#include "service/packed.h"

/* Why a session ends, for accounting: RADIUS's Acct-Terminate-Cause (RFC 2866 section 5.10). */
enum terminate_cause {
	TERMINATE_UNSAID, TERMINATE_USER_REQUEST, TERMINATE_LOST_CARRIER, TERMINATE_LOST_SERVICE,
	TERMINATE_IDLE_TIMEOUT, TERMINATE_SESSION_TIMEOUT, TERMINATE_ADMIN_RESET,
	TERMINATE_ADMIN_REBOOT, TERMINATE_PORT_ERROR, TERMINATE_NAS_ERROR, TERMINATE_NAS_REQUEST,
	TERMINATE_NAS_REBOOT, TERMINATE_PORT_UNNEEDED, TERMINATE_PORT_PREEMPTED,
	TERMINATE_PORT_SUSPENDED, TERMINATE_SERVICE_UNAVAILABLE, TERMINATE_CALLBACK,
	TERMINATE_USER_ERROR, TERMINATE_HOST_REQUEST,
};

/* How far it got: for people who ask why it is not up. */
enum session_ppp_stage {
	SESSION_PPP_LINK, SESSION_PPP_PROOF, SESSION_PPP_ASKING, SESSION_PPP_NETWORK, SESSION_PPP_UP,
};
extern const char *const session_ppp_stage_words[];

struct session_ppp {
	struct session *session;
	handle link;			/* HANDLE_NONE: it is down, and will be opened again (a static pseudowire) */
	struct ppp_terms *terms;	/* what was agreed when it began: ppp_settings.h */
	struct packed *grant;		/* struct grant of who proved a name; NULL: nothing was granted */
	struct authentication *asking;	/* NULL: nobody is asked who it is */
	struct subscriber *subscriber;	/* NULL: it has proved no name */
	struct session_ppp *subscriber_prev, *subscriber_next;	/* of the same name */
	struct shared_device *device;	/* NULL: its own, or none */
	/* of the pools, to be given back; AF_UNSPEC: none; around: where an IPv6 address is that is of no prefix */
	struct prefix ipv4_taken, ipv6_taken, delegated_taken, around_taken;
	uint32_t number;		/* of all since the start: accounting's id of it, another for each user */
	enum session_ppp_stage stage : 8;
	bool ipv4 : 1, ipv6 : 1;	/* the datapath carries it */
	bool told4 : 1, told6 : 1;	/* events have told of it */
	bool closing : 1;
	bool server : 1;		/* we say which addresses there are */
	bool mppe : 1;
	uint8_t advertised : 2;		/* router advertisements that were sent soon behind the first */
	bool by_radius : 1;		/* a RADIUS server accepted it */
	bool has_own : 1;		/* our own address is kept out of the pools */
	bool named : 1;			/* this host asks the peer's name servers */
	bool accounted : 1;		/* a server was told that it began */
	bool unasked : 1;		/* whether its user may stay could not be asked the last time */
	struct name_servers_heard *name_servers;	/* that the peer advertises (use_dns); NULL: none */
	struct accounting_used *used_before;	/* what accounting has told the end of; NULL: nothing */
	uint8_t terminate;		/* enum terminate_cause */
	uint16_t cdn;			/* result of the CDN when we end it; 0: as the engine says */
	uint32_t failures;		/* of a static pseudowire, in a row */
	char *failure;			/* why it ends, is down, or its user was refused; NULL */
	uint64_t up_since;		/* 0: no network protocol yet */
	uint64_t packets, heard;	/* IP packets at the last look for idle_timeout, and when there were more */
	uint64_t advertise;		/* when the next router advertisement is due; 0: never */
	uint64_t interim;		/* when the next interim record is due; 0: never */
	struct deadline deadline;	/* the next of: limits, accounting, router, another attempt */
	uint64_t retry;			/* another attempt; 0: none */
};

/* Is a session with this configuration to have PPP of ours? */
bool session_ppp_is_wanted(const struct service *service, const struct session_config *config);
/* proxy may be NULL. -1: it cannot begin. Nothing happens when the session is to have none. */
int session_ppp_begin(struct service *service, struct session *session, const struct ppp_proxy *proxy,
		      struct error *error);
/* Nothing of what its user had is its own any more; the link may be another user's. */
void session_ppp_leave(struct service *service, struct session *session);
/* Why it will end, for accounting, unless that is known already. Nothing happens without PPP. */
void session_ppp_because(struct session *session, enum terminate_cause cause);
/* At once; the peer is told only what session_ppp_say_goodbye() said before. Nothing happens when there is none. */
void session_ppp_end(struct service *service, struct session *session);
/* Of all its sessions, with goodbye: before the datapath forgets the tunnel. */
void session_ppp_end_tunnel(struct service *service, struct tunnel *tunnel);
/* Terminate-Requests for static pseudowires, a last word before the datapath forgets them; others have their CDN. */
void session_ppp_say_goodbye(struct service *service, struct session *const *sessions, size_t count);
/* Why it is not up, or will not be; the peer is not told. NULL: all is well. */
void session_ppp_note(struct session_ppp *ppp, const char *reason);
/* End it: the peer is told the reason, and in the end the session is lost for it. cdn 0: as the cause has it. */
void session_ppp_close(struct service *service, struct session *session, enum terminate_cause cause, uint16_t cdn,
		       const char *reason);
/* The same, and what it has is free at once for others: until its peer has heard of it may take a while. */
void session_ppp_make_way(struct service *service, struct session *session, enum terminate_cause cause,
			  const char *reason);
void session_ppp_event(struct service *service, struct session *session, const struct ppp_event *event);
/* Attempts that may fail in a row; 0: however many. */
uint32_t session_ppp_failures_most(const struct session *session);
/* Was this frame for the service itself (router.c)? */
bool session_ppp_frame(struct service *service, struct session *session, const uint8_t *frame, size_t length);
/* Its own device is gone: somebody removed it. */
void session_ppp_lost_device(struct service *service, struct session *session);
/* What the deadline depends on is another. */
void session_ppp_schedule(struct service *service, struct session_ppp *ppp);
void session_ppp_expire(struct service *service);
/* The daemon is about to end: accounting ends, and peers are told. */
void session_ppp_stop(struct service *service);

/* Why it is not up, in words; "" when it is, or there is nothing to say. */
void session_ppp_reason(const struct session *session, char *reason, size_t size);

/* The call has ended: what PPP knows of why goes before reason, which is the call's, or in its place if we ended it. */
void session_ppp_explain(const struct service *service, const struct session *session, bool by_peer,
			 char reason[ERROR_TEXT_MAX]);

/* The session is up now, or is about to be down: events tell which network protocols it carries. */
void session_ppp_tell_network(struct service *service, struct session *session, bool is_up);

/* Does this session have a network protocol, or needs none? */
static inline bool session_ppp_is_up(const struct session *session)
{
	return !session->ppp || session->ppp->ipv4 || session->ppp->ipv6;
}

/* What it was granted; all zero: nothing. */
static inline void session_ppp_grant(const struct session_ppp *ppp, struct grant *grant)
{
	packed_open(ppp->grant, grant, sizeof(*grant));
}

#endif
