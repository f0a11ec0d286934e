/* SPDX-License-Identifier: MIT */
/*
 * What has happened: events in the order in which they happened, and the last failures.
 *
 * Events lie in a ring of fixed size and are numbered without gaps.  A reader keeps the number of the
 * event that it wants next, and nothing is kept for it: one that is too slow is told so, and has to
 * list the objects again.  What one call from outside causes is limited to a part of the ring, so
 * that not even a reload of everything drives out a reader who was up to date.
 *
 * Of one object the order is always created, up, down, deleted; modified lies between the first and
 * the last.  up and down may come many times, and any of them may be among the suppressed.
 */
#ifndef L2TPD_SERVICE_EVENT_H
#define L2TPD_SERVICE_EVENT_H

#include "service/service.h"

#define SERVICE_EVENT_RING 8192		/* events that are kept */
#define SERVICE_EVENT_BUDGET 4096	/* of one call; the rest of it becomes one SERVICE_EVENT_SUPPRESSED */

enum service_event_kind {
	SERVICE_EVENT_TUNNEL_CREATED,
	SERVICE_EVENT_TUNNEL_UP,
	SERVICE_EVENT_TUNNEL_DOWN,		/* the reason says why */
	SERVICE_EVENT_TUNNEL_MODIFIED,		/* parameters changed, or there is trouble, or no more: the reason */
	SERVICE_EVENT_TUNNEL_DELETED,
	SERVICE_EVENT_SESSION_CREATED,
	SERVICE_EVENT_SESSION_UP,
	SERVICE_EVENT_SESSION_DOWN,
	SERVICE_EVENT_SESSION_MODIFIED,
	SERVICE_EVENT_SESSION_DELETED,
	SERVICE_EVENT_SESSION_IPV4_UP,		/* PPP carries it: the addresses */
	SERVICE_EVENT_SESSION_IPV4_DOWN,
	SERVICE_EVENT_SESSION_IPV6_UP,
	SERVICE_EVENT_SESSION_IPV6_DOWN,
	SERVICE_EVENT_SESSION_LINE,		/* the peer told of the line behind the LAC: WEN, SLI */
	SERVICE_EVENT_PROFILE_CREATED,
	SERVICE_EVENT_PROFILE_MODIFIED,
	SERVICE_EVENT_PROFILE_DELETED,
	SERVICE_EVENT_PEER_ADDED,
	SERVICE_EVENT_PEER_REMOVED,
	SERVICE_EVENT_LIMIT_HIT,		/* something was refused for it: the reason; at most one a second */
	SERVICE_EVENT_CONFIG_CHANGED,		/* a configuration was loaded */
	SERVICE_EVENT_CONFIG_REFUSED,		/* or not: the reason */
	SERVICE_EVENT_SYSTEM_MODIFIED,
	/* of tunnels and sessions that programs made through the kernel's API, by the kernel's names; those about
	 * sequence numbers of all sessions whose packets the kernel moves, too. Only while somebody listens:
	 * service_kernel_listen() */
	SERVICE_EVENT_REGISTER_TUNNEL,
	SERVICE_EVENT_DELETE_TUNNEL,
	SERVICE_EVENT_FREE_TUNNEL,
	SERVICE_EVENT_REGISTER_SESSION,
	SERVICE_EVENT_DELETE_SESSION,
	SERVICE_EVENT_FREE_SESSION,
	SERVICE_EVENT_SESSION_SEQNUM_LNS_ENABLE,	/* these in the order of enum datapath_sequence */
	SERVICE_EVENT_SESSION_SEQNUM_LNS_DISABLE,
	SERVICE_EVENT_SESSION_SEQNUM_UPDATE,
	SERVICE_EVENT_SESSION_SEQNUM_RESET,
	SERVICE_EVENT_SESSION_PKT_EXPIRED,
	SERVICE_EVENT_SESSION_PKT_OUTSIDE_RX_WINDOW,
	SERVICE_EVENT_SESSION_PKT_OOS,
	SERVICE_EVENT_SUPPRESSED,		/* count events that would have stood here */
	SERVICE_EVENT_COUNT,
};

/* PPP in a session, of its events from up to down; "", 0 and AF_UNSPEC where there is none. */
struct service_event_ppp {
	char user_name[CONFIG_USER_MAX];	/* that the peer has proved; of a client: its own */
	char filter[GRANT_FILTER_MAX];
	struct address local, remote, dns[2];	/* dns: that the peer told */
	struct address local_ipv6, remote_ipv6;	/* link-local */
	struct prefix ipv6_prefix, delegated;
	uint32_t connect_time;			/* s */
	uint64_t octets_sent, octets_received;	/* since it was up */
};

#define SERVICE_EVENT_KERNEL_NAME_MAX 32	/* "sess 4294967295/4294967295" */

/* What the kernel's trace points tell, by the names of their fields. Which there are is the kind's business. */
struct service_event_kernel {
	char name[SERVICE_EVENT_KERNEL_NAME_MAX];
	int32_t fd;				/* negative: there is none */
	uint32_t tid, ptid, version, encap;
	uint32_t sid, psid, pwtype;
	uint32_t ns, nr;
	uint32_t pkt_ns, my_nr, reorder_q_len;
};

struct service_event {
	uint64_t number;			/* from 1 */
	uint64_t when;				/* monotonic ms */
	enum service_event_kind kind;
	enum config_object object;		/* what changed is a set of rows of this one's table */
	enum service_origin origin;		/* of the object; where there is none, who asked for it */
	handle tunnel, session;			/* HANDLE_NONE where there is none; stale when it is gone */
	uint32_t tunnel_id, session_id;
	uint32_t count;				/* SUPPRESSED */
	char tunnel_name[CONFIG_NAME_MAX], session_name[CONFIG_NAME_MAX], profile_name[CONFIG_NAME_MAX];
	char interface_name[CONFIG_IFNAME_MAX], netns[CONFIG_NETNS_MAX];	/* netns "": the daemon's */
	struct address peer;
	char peer_host_name[CONTROL_NAME_MAX];	/* what it called itself last; "": it has not said */
	char calling_number[CONFIG_NUMBER_MAX], called_number[CONFIG_NUMBER_MAX];	/* of calls */
	char reason[ERROR_TEXT_MAX];		/* a sentence; "" where there is none */
	struct service_event_ppp ppp;
	struct service_call_reports line;	/* SESSION_LINE: what it told this time */
	struct service_event_kernel kernel;	/* of those by the kernel's names */
	struct param_set changed;		/* MODIFIED: rows whose values differ */
};

/* Is it one of those by the kernel's names? */
static inline bool service_event_is_kernel(enum service_event_kind kind)
{
	return kind >= SERVICE_EVENT_REGISTER_TUNNEL && kind <= SERVICE_EVENT_SESSION_PKT_OOS;
}

/* One more listens to those, or one less. */
void service_kernel_listen(struct service *service, bool on);
bool service_kernel_is_heard(const struct service *service);
/* One of those has happened: *about is copied; tunnel HANDLE_NONE: the service has none for it. netns as the row. */
void service_kernel_event(struct service *service, enum service_event_kind kind,
			  const struct service_event_kernel *about, handle tunnel, const char *netns);
/* What the datapath's event tells of sequence numbers. */
struct service_event_kernel service_event_sequence(const struct datapath_event *event);
/* The session that the datapath's event is about; HANDLE_NONE: none. */
handle service_session_of_event(const struct service *service, const struct datapath_event *event);

/* "tunnel_up": as the API and the hook programs call it. */
const char *service_event_name(enum service_event_kind kind);

#define SERVICE_EVENT_FACTS_MAX 49

/* What an event tells besides its number, time and kind, and besides `changed`. */
struct service_event_fact {
	const char *name;			/* as the API calls it: "tunnel_id" */
	const char *text;			/* the event's, or the next member; NULL: it is a number */
	char written[PREFIX_TEXT_MAX];
	uint64_t number;
};

struct service_event_facts {
	struct service_event_fact facts[SERVICE_EVENT_FACTS_MAX];
	unsigned int count;
};

/* event_facts.c: those that apply to it. They hold as long as it is, and *facts is where it is. */
void service_event_facts(const struct service_event *event, struct service_event_facts *facts);
/* Those that there are, from 0; NULL behind the last. *words: each event has it, and it is one of these; NULL: it may
 * be left out, and be whatever. */
const char *service_event_fact_name(unsigned int fact, bool *is_text, const char *const **words);

/* The number of the last event; 0 when there was none. */
uint64_t service_event_last(const struct service *service);
/* 0: *event is the one of this number, from 1.  1: it has not happened yet.  -1: it is no longer
 * there, the reader was too slow; the oldest there is has the number SERVICE_EVENT_RING less than the
 * last, plus 1. */
int service_event_get(const struct service *service, uint64_t number, struct service_event *event);

/* --- what failed --- */

#define SERVICE_FAILURES_MAX 32			/* that are kept */

enum service_failure_class {
	SERVICE_FAILURE_PROTOCOL,		/* the peer closed a tunnel or session, refused it, or fell silent */
	SERVICE_FAILURE_RESOLVE,		/* a peer's name has no address, or none that can be used */
	SERVICE_FAILURE_UNREACHABLE,		/* the network says so */
	SERVICE_FAILURE_DEVICE,			/* somebody removed a session's device, or none could be made */
	SERVICE_FAILURE_CARRIER,		/* nothing arrived for carrier_timeout */
	SERVICE_FAILURE_AUTHORIZER,		/* it refused, was silent or absent */
	SERVICE_FAILURE_LIMIT,
	SERVICE_FAILURE_CONFIGURATION,		/* a file that was refused */
};

struct service_failure {
	uint64_t when;				/* monotonic ms */
	enum service_failure_class class;
	uint32_t tunnel_id, session_id;		/* 0: there is none */
	char tunnel_name[CONFIG_NAME_MAX], session_name[CONFIG_NAME_MAX];
	struct address peer;
	char reason[ERROR_TEXT_MAX];
};

/* The last failures, the newest first; returns how many, at most max. */
unsigned int service_failures(const struct service *service, struct service_failure *failures, unsigned int max);
const char *service_failure_name(enum service_failure_class class);

#endif
