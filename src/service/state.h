/* SPDX-License-Identifier: MIT */
/*
 * How objects are doing, and who is told: state.c finds out what state follows from what is known of
 * an object, and is the only one that says up and down; event.c keeps what is said, history.c what failed.
 * For the other files of this room, who call these after they changed something.
 */
#ifndef L2TPD_SERVICE_STATE_H
#define L2TPD_SERVICE_STATE_H

#include "service/event_ring.h"
#include "service/internal.h"

/* --- state.c --- */
/* It now exists for all the world (again): created, and what follows. */
void state_tunnel_attached(struct service *service, struct tunnel *tunnel);
void state_session_attached(struct service *service, struct session *session);
/* It will exist no more; nothing happens to one that did not.  A tunnel's sessions go first. */
void state_tunnel_detached(struct service *service, struct tunnel *tunnel);
void state_session_detached(struct service *service, struct session *session);
/* Something that its state follows from may have changed: peer, refused, device, carrier, ... */
void state_tunnel_update(struct service *service, struct tunnel *tunnel);
void state_session_update(struct service *service, struct session *session);
/* It was changed from this configuration into that one: tell it when they differ. */
void state_tunnel_modified(struct service *service, const struct tunnel *tunnel, const struct tunnel_config *before);
void state_session_modified(struct service *service, const struct session *session,
			    const struct session_config *before);
/* Why the session is not up; "" when it is. */
void state_session_reason(const struct session *session, char *reason, size_t size);

/* --- event.c --- */
/* A service without a ring, as dry runs have none, forgets them all. */
struct events *events_new(void);
/* NULL is legal. */
void events_free(struct events *events);
/* A call from outside begins: it has its budget. */
void event_begin_call(struct service *service);
/* reason and changed may be NULL. */
void event_tunnel(struct service *service, enum service_event_kind kind, const struct tunnel *tunnel,
		  const char *reason, const struct param_set *changed);
void event_session(struct service *service, enum service_event_kind kind, const struct session *session,
		   const char *reason, const struct param_set *changed);
/* What the datapath tells of the session's sequence numbers, if it tells that and anybody listens. session may be
 * NULL. */
void event_sequence(struct service *service, const struct session *session, const struct datapath_event *of);
/* What the peer of a call told of its line, this time. */
void event_session_line(struct service *service, const struct session *session,
			const struct service_call_reports *line);
/* Of a profile of this kind (CONFIG_TUNNEL_PROFILE, ...). */
void event_profile(struct service *service, enum service_event_kind kind, enum config_object object,
		   const char *profile_name, enum service_origin origin, const struct param_set *changed);
void event_peer(struct service *service, enum service_event_kind kind, const struct address *peer,
		const char *profile_name);
/* Of the system: limits and configurations, too. */
void event_system(struct service *service, enum service_event_kind kind, enum service_origin origin,
		  const char *reason, const struct param_set *changed);

/* --- history.c --- */
/* tunnel and session may be NULL. */
void history_add(struct service *service, enum service_failure_class class, const struct tunnel *tunnel,
		 const struct session *session, const char *reason);
/* One of the limits (max_tunnels, max_sessions) refused something. Told once a second. */
void history_limit(struct service *service, unsigned int which, const char *parameter, const char *reason);
/* One of these was refused; it counts when the system had nothing for it. */
void history_refused(struct service *service, enum service_resource resource, const struct error *error);

enum { HISTORY_TUNNELS, HISTORY_SESSIONS, HISTORY_LIMITS };		/* of history_limit() */

struct history {
	struct service_failure failures[SERVICE_FAILURES_MAX];
	uint64_t count;
	uint64_t limit_told[HISTORY_LIMITS];	/* when; 0: never */
	struct service_setbacks setbacks;
};

struct events {
	struct history history;
	uint32_t budget;		/* left to the call under way */
	uint32_t kernel_listeners;	/* who want those by the kernel's names */
	struct event_ring ring;
};

#endif
