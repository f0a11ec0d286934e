/* SPDX-License-Identifier: MIT */
/*
 * What is told, and how much of it (event.h); event_ring.c keeps it.  Whoever reads it does so between two calls, so
 * the event that counts the suppressed ones of a call may be changed as long as the call lasts.
 */
#include "service/event.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/ppp_device.h"
#include "service/state.h"
#include "service/trace.h"
#include "service/view_ppp.h"

static const char *const names[SERVICE_EVENT_COUNT] = {
	[SERVICE_EVENT_TUNNEL_CREATED] = "tunnel_created",
	[SERVICE_EVENT_TUNNEL_UP] = "tunnel_up",
	[SERVICE_EVENT_TUNNEL_DOWN] = "tunnel_down",
	[SERVICE_EVENT_TUNNEL_MODIFIED] = "tunnel_modified",
	[SERVICE_EVENT_TUNNEL_DELETED] = "tunnel_deleted",
	[SERVICE_EVENT_SESSION_CREATED] = "session_created",
	[SERVICE_EVENT_SESSION_UP] = "session_up",
	[SERVICE_EVENT_SESSION_DOWN] = "session_down",
	[SERVICE_EVENT_SESSION_MODIFIED] = "session_modified",
	[SERVICE_EVENT_SESSION_DELETED] = "session_deleted",
	[SERVICE_EVENT_SESSION_IPV4_UP] = "session_ipv4_up",
	[SERVICE_EVENT_SESSION_IPV4_DOWN] = "session_ipv4_down",
	[SERVICE_EVENT_SESSION_IPV6_UP] = "session_ipv6_up",
	[SERVICE_EVENT_SESSION_IPV6_DOWN] = "session_ipv6_down",
	[SERVICE_EVENT_SESSION_LINE] = "session_line",
	[SERVICE_EVENT_PROFILE_CREATED] = "profile_created",
	[SERVICE_EVENT_PROFILE_MODIFIED] = "profile_modified",
	[SERVICE_EVENT_PROFILE_DELETED] = "profile_deleted",
	[SERVICE_EVENT_PEER_ADDED] = "peer_added",
	[SERVICE_EVENT_PEER_REMOVED] = "peer_removed",
	[SERVICE_EVENT_LIMIT_HIT] = "limit_hit",
	[SERVICE_EVENT_CONFIG_CHANGED] = "config_changed",
	[SERVICE_EVENT_CONFIG_REFUSED] = "config_refused",
	[SERVICE_EVENT_SYSTEM_MODIFIED] = "system_modified",
	[SERVICE_EVENT_REGISTER_TUNNEL] = "register_tunnel",
	[SERVICE_EVENT_DELETE_TUNNEL] = "delete_tunnel",
	[SERVICE_EVENT_FREE_TUNNEL] = "free_tunnel",
	[SERVICE_EVENT_REGISTER_SESSION] = "register_session",
	[SERVICE_EVENT_DELETE_SESSION] = "delete_session",
	[SERVICE_EVENT_FREE_SESSION] = "free_session",
	[SERVICE_EVENT_SESSION_SEQNUM_LNS_ENABLE] = "session_seqnum_lns_enable",
	[SERVICE_EVENT_SESSION_SEQNUM_LNS_DISABLE] = "session_seqnum_lns_disable",
	[SERVICE_EVENT_SESSION_SEQNUM_UPDATE] = "session_seqnum_update",
	[SERVICE_EVENT_SESSION_SEQNUM_RESET] = "session_seqnum_reset",
	[SERVICE_EVENT_SESSION_PKT_EXPIRED] = "session_pkt_expired",
	[SERVICE_EVENT_SESSION_PKT_OUTSIDE_RX_WINDOW] = "session_pkt_outside_rx_window",
	[SERVICE_EVENT_SESSION_PKT_OOS] = "session_pkt_oos",
	[SERVICE_EVENT_SUPPRESSED] = "suppressed",
};

const char *service_event_name(enum service_event_kind kind)
{
	return names[kind];
}

struct events *events_new(void)
{
	struct events *events = calloc(1, sizeof(*events));

	if (events)
		events->budget = SERVICE_EVENT_BUDGET;
	return events;
}

void events_free(struct events *events)
{
	if (events)
		event_ring_clear(&events->ring);
	free(events);
}

void event_begin_call(struct service *service)
{
	if (service->events)
		service->events->budget = SERVICE_EVENT_BUDGET;
}

/* NULL: out of memory, it is lost. */
static struct service_event *add(struct service *service, enum service_event_kind kind)
{
	struct service_event *event = event_ring_add(&service->events->ring);

	if (!event)
		return NULL;
	event->when = service->now;
	event->kind = kind;
	return event;
}

/* A new event to be filled in; NULL: nobody shall learn of it. */
static struct service_event *post(struct service *service, enum service_event_kind kind)
{
	struct events *events = service->events;

	if (!events)
		return NULL;
	if (events->budget > 1) {
		events->budget--;
		return add(service, kind);
	}
	if (events->budget) {
		events->budget = 0;
		add(service, SERVICE_EVENT_SUPPRESSED);
	}
	events->ring.newest.count++;
	return NULL;
}

static void fill_reason(struct service_event *event, const char *reason, const struct param_set *changed)
{
	if (reason)
		snprintf(event->reason, sizeof(event->reason), "%s", reason);
	if (changed)
		event->changed = *changed;
}

static void fill_tunnel(struct service_event *event, const struct tunnel *tunnel)
{
	event->object = CONFIG_TUNNEL;
	event->origin = tunnel->origin;
	event->tunnel = tunnel->handle;
	event->tunnel_id = tunnel->config.tunnel_id;
	event->peer = tunnel->peer;
	if (tunnel->managed.peer_host_name)
		snprintf(event->peer_host_name, sizeof(event->peer_host_name), "%s", tunnel->managed.peer_host_name);
	memcpy(event->tunnel_name, tunnel->config.tunnel_name, sizeof(event->tunnel_name));
}

/* "tunnel lon: up", "session office of tunnel lon: down: its tunnel is not up". session may be NULL. */
static void trace_event(const struct service *service, enum service_event_kind kind, const struct tunnel *tunnel,
			const struct session *session, const char *reason)
{
	uint32_t mask = session ? trace_mask_session(service, session) : trace_mask_tunnel(service, tunnel);
	char label[SESSION_LABEL_MAX];
	struct service_about about;

	if (!(mask & TRACE_FSM))
		return;
	about_object(&about, tunnel, session);
	about.about.event = names[kind];
	if (session)
		session_label(session, label);
	else
		snprintf(label, sizeof(label), "tunnel %s", tunnel->config.tunnel_name);
	trace(mask, TRACE_FSM, &about.about, "%s: %s%s%s", label, strchr(names[kind], '_') + 1,
	      reason && reason[0] ? ": " : "", reason ? reason : "");
}

void event_tunnel(struct service *service, enum service_event_kind kind, const struct tunnel *tunnel,
		  const char *reason, const struct param_set *changed)
{
	struct service_event *event = post(service, kind);

	trace_event(service, kind, tunnel, NULL, reason);
	if (!event)
		return;
	fill_tunnel(event, tunnel);
	fill_reason(event, reason, changed);
}

static void fill_session(const struct service *service, struct service_event *event, const struct session *session)
{
	struct session_config config;

	fill_tunnel(event, session->tunnel);
	event->object = CONFIG_SESSION;
	event->origin = session->origin;
	event->session = session->handle;
	session_compose(session, &config);
	event->session_id = config.session_id;
	memcpy(event->session_name, config.session_name, sizeof(event->session_name));
	snprintf(event->interface_name, sizeof(event->interface_name), "%s", session_ifname(session));
	memcpy(event->netns, config.netns, sizeof(event->netns));
	memcpy(event->calling_number, config.calling_number, sizeof(event->calling_number));
	memcpy(event->called_number, config.called_number, sizeof(event->called_number));
	if (session->ppp && session->ppp->device)
		snprintf(event->interface_name, sizeof(event->interface_name), "%s", ppp_device_name(session->ppp));
	if (session->ppp)
		view_ppp_event(service, session->ppp, &config, &event->ppp);
}

void event_session(struct service *service, enum service_event_kind kind, const struct session *session,
		   const char *reason, const struct param_set *changed)
{
	struct service_event *event = post(service, kind);

	trace_event(service, kind, session->tunnel, session, reason);
	if (!event)
		return;
	fill_session(service, event, session);
	fill_reason(event, reason, changed);
}

void event_session_line(struct service *service, const struct session *session,
			const struct service_call_reports *line)
{
	struct service_event *event = post(service, SERVICE_EVENT_SESSION_LINE);

	if (!event)
		return;
	fill_session(service, event, session);
	event->line = *line;
}

void event_system(struct service *service, enum service_event_kind kind, enum service_origin origin,
		  const char *reason, const struct param_set *changed)
{
	struct service_event *event = post(service, kind);

	if (!event)
		return;
	event->object = CONFIG_SYSTEM;
	event->origin = origin;
	fill_reason(event, reason, changed);
}

void event_profile(struct service *service, enum service_event_kind kind, enum config_object object,
		   const char *profile_name, enum service_origin origin, const struct param_set *changed)
{
	struct service_event *event = post(service, kind);

	if (!event)
		return;
	event->object = object;
	event->origin = origin;
	snprintf(event->profile_name, sizeof(event->profile_name), "%s", profile_name);
	fill_reason(event, NULL, changed);
}

void event_peer(struct service *service, enum service_event_kind kind, const struct address *peer,
		const char *profile_name)
{
	struct service_event *event = post(service, kind);

	if (!event)
		return;
	event->object = CONFIG_PEER;
	event->peer = *peer;
	snprintf(event->profile_name, sizeof(event->profile_name), "%s", profile_name);
}

/* --- by the kernel's names --- */

void service_kernel_listen(struct service *service, bool on)
{
	struct events *events = service->events;
	const struct datapath_ops *ops = datapath_ops(service->dp);

	if (!events)
		return;
	events->kernel_listeners += on ? 1 : -1;
	if (ops->listen_in && events->kernel_listeners == (on ? 1 : 0))
		ops->listen_in(service->dp, on);
}

bool service_kernel_is_heard(const struct service *service)
{
	return service->events && service->events->kernel_listeners;
}

void service_kernel_event(struct service *service, enum service_event_kind kind,
			  const struct service_event_kernel *about, handle tunnel, const char *netns)
{
	struct service_event *event = service_kernel_is_heard(service) ? post(service, kind) : NULL;

	if (!event)
		return;
	event->object = CONFIG_TUNNEL;
	event->origin = SERVICE_ORIGIN_KERNEL;
	event->kernel = *about;
	snprintf(event->tunnel_name, sizeof(event->tunnel_name), "%s", service_tunnel_name(service, tunnel));
	snprintf(event->netns, sizeof(event->netns), "%s", netns);
}

static bool tells_of_sequence(const struct datapath_event *event, const struct session *session)
{
	return event->kind == DATAPATH_EVENT_SEQUENCE && session && session->origin != SERVICE_ORIGIN_KERNEL;
}

struct service_event_kernel service_event_sequence(const struct datapath_event *event)
{
	return (struct service_event_kernel){
		.ns = event->sequence.ns, .nr = event->sequence.nr, .pkt_ns = event->sequence.ns,
		.my_nr = event->sequence.nr, .reorder_q_len = event->sequence.queued,
	};
}

void event_sequence(struct service *service, const struct session *session, const struct datapath_event *of)
{
	enum service_event_kind kind = SERVICE_EVENT_SESSION_SEQNUM_LNS_ENABLE + (unsigned int)of->sequence.what;
	struct service_event *event;

	if (!tells_of_sequence(of, session) || !service_kernel_is_heard(service))
		return;
	event = post(service, kind);
	if (!event)
		return;
	fill_session(service, event, session);
	event->kernel = service_event_sequence(of);
	snprintf(event->kernel.name, sizeof(event->kernel.name), "sess %u/%u", event->tunnel_id, event->session_id);
}

handle service_session_of_event(const struct service *service, const struct datapath_event *event)
{
	const struct session *session = lookup_session_by_datapath(service, event->session);

	return session ? session->handle : HANDLE_NONE;
}

uint64_t service_event_last(const struct service *service)
{
	return service->events ? service->events->ring.last : 0;
}

int service_event_get(const struct service *service, uint64_t number, struct service_event *event)
{
	return service->events ? event_ring_get(&service->events->ring, number, event) : number ? 1 : -1;
}
