/* SPDX-License-Identifier: MIT */
/*
 * The ring of events (event.h).  Whoever reads it does so between two calls, so the event that
 * counts the suppressed ones of a call may be changed as long as the call lasts.
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

static void add_text(struct service_event_facts *facts, const char *name, const char *text)
{
	if (text[0])
		facts->facts[facts->count++] = (struct service_event_fact){ .name = name, .text = text };
}

static void add_number(struct service_event_facts *facts, const char *name, uint64_t number)
{
	if (number)
		facts->facts[facts->count++] = (struct service_event_fact){ .name = name, .number = number };
}

static void add_address(struct service_event_facts *facts, unsigned int which, const char *name,
			const struct address *address)
{
	add_text(facts, name, address_format(address, facts->addresses[which], ADDRESS_TEXT_MAX));
}

static void add_ppp(struct service_event_facts *facts, const struct service_event_ppp *ppp)
{
	add_text(facts, "user_name", ppp->user_name);
	add_address(facts, 0, "local_ipaddr", &ppp->local);
	add_address(facts, 1, "remote_ipaddr", &ppp->remote);
	add_address(facts, 2, "local_ipv6", &ppp->local_ipv6);
	add_address(facts, 3, "remote_ipv6", &ppp->remote_ipv6);
	add_address(facts, 4, "dns_ipaddr_pri", &ppp->dns[0]);
	add_address(facts, 5, "dns_ipaddr_sec", &ppp->dns[1]);
	add_text(facts, "ipv6_prefix", prefix_format(&ppp->ipv6_prefix, facts->prefixes[0], PREFIX_TEXT_MAX));
	add_text(facts, "delegated_prefix", prefix_format(&ppp->delegated, facts->prefixes[1], PREFIX_TEXT_MAX));
	add_text(facts, "filter_id", ppp->filter);
	add_number(facts, "connect_time", ppp->connect_time);
	add_number(facts, "octets_sent", ppp->octets_sent);
	add_number(facts, "octets_received", ppp->octets_received);
}

static void add_accm(struct service_event_facts *facts, unsigned int which, const char *name, uint32_t accm)
{
	snprintf(facts->accms[which], SERVICE_ACCM_TEXT_MAX, "0x%08x", accm);
	add_text(facts, name, facts->accms[which]);
}

static void add_line(struct service_event_facts *facts, const struct service_call_reports *line)
{
	if (line->has_accm) {
		add_accm(facts, 0, "send_accm", line->accm.send);
		add_accm(facts, 1, "receive_accm", line->accm.receive);
	}
	add_number(facts, "call_crc_errors", line->errors.crc);
	add_number(facts, "call_framing_errors", line->errors.framing);
	add_number(facts, "call_hardware_overruns", line->errors.hardware_overruns);
	add_number(facts, "call_buffer_overruns", line->errors.buffer_overruns);
	add_number(facts, "call_timeout_errors", line->errors.timeouts);
	add_number(facts, "call_alignment_errors", line->errors.alignment);
}

/* A number that is told although it is 0. */
static void add_value(struct service_event_facts *facts, const char *name, uint32_t value)
{
	facts->facts[facts->count++] = (struct service_event_fact){ .name = name, .number = value };
}

static void add_kernel_tunnel(struct service_event_facts *facts, const struct service_event_kernel *kernel)
{
	if (kernel->fd >= 0)
		add_value(facts, "fd", (uint32_t)kernel->fd);
	add_value(facts, "tid", kernel->tid);
	add_value(facts, "ptid", kernel->ptid);
	add_value(facts, "version", kernel->version);
	add_value(facts, "encap", kernel->encap);
}

static void add_kernel_session(struct service_event_facts *facts, const struct service_event_kernel *kernel)
{
	add_value(facts, "tid", kernel->tid);
	add_value(facts, "ptid", kernel->ptid);
	add_value(facts, "sid", kernel->sid);
	add_value(facts, "psid", kernel->psid);
	add_value(facts, "pwtype", kernel->pwtype);
}

static void add_kernel_packet(struct service_event_facts *facts, const struct service_event_kernel *kernel)
{
	add_value(facts, "pkt_ns", kernel->pkt_ns);
	add_value(facts, "my_nr", kernel->my_nr);
	add_value(facts, "reorder_q_len", kernel->reorder_q_len);
}

static void add_kernel_numbers(struct service_event_facts *facts, const struct service_event_kernel *kernel)
{
	add_value(facts, "ns", kernel->ns);
	add_value(facts, "nr", kernel->nr);
}

static void add_kernel(struct service_event_facts *facts, const struct service_event *event)
{
	static void (*const adders[SERVICE_EVENT_COUNT])(struct service_event_facts *facts,
							 const struct service_event_kernel *kernel) = {
		[SERVICE_EVENT_REGISTER_TUNNEL] = add_kernel_tunnel,
		[SERVICE_EVENT_REGISTER_SESSION] = add_kernel_session,
		[SERVICE_EVENT_SESSION_SEQNUM_UPDATE] = add_kernel_numbers,
		[SERVICE_EVENT_SESSION_SEQNUM_RESET] = add_kernel_numbers,
		[SERVICE_EVENT_SESSION_PKT_EXPIRED] = add_kernel_packet,
		[SERVICE_EVENT_SESSION_PKT_OUTSIDE_RX_WINDOW] = add_kernel_packet,
		[SERVICE_EVENT_SESSION_PKT_OOS] = add_kernel_packet,
	};

	add_text(facts, "name", event->kernel.name);
	if (adders[event->kind])
		adders[event->kind](facts, &event->kernel);
}

void service_event_facts(const struct service_event *event, struct service_event_facts *facts)
{
	facts->count = 0;
	add_text(facts, "origin", service_origin_words[event->origin]);
	add_text(facts, "tunnel_name", event->tunnel_name);
	add_number(facts, "tunnel_id", event->tunnel_id);
	add_text(facts, "session_name", event->session_name);
	add_number(facts, "session_id", event->session_id);
	add_text(facts, "interface_name", event->interface_name);
	add_text(facts, "netns", event->netns);
	add_text(facts, "profile_name", event->profile_name);
	add_text(facts, "peer", address_format(&event->peer, facts->peer, sizeof(facts->peer)));
	add_text(facts, "peer_host_name", event->peer_host_name);
	add_text(facts, "calling_number", event->calling_number);
	add_text(facts, "called_number", event->called_number);
	add_ppp(facts, &event->ppp);
	add_line(facts, &event->line);
	add_kernel(facts, event);
	add_text(facts, "reason", event->reason);
	add_number(facts, "count", event->count);
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
	for (unsigned int i = 0; events && i < SERVICE_EVENT_RING / EVENTS_PAGE; i++)
		free(events->ring[i]);
	free(events);
}

/* Where event number is, or will be: NULL when out of memory, but not for one that was added. */
static struct service_event *place_of(struct events *events, uint64_t number)
{
	struct service_event **page = &events->ring[number % SERVICE_EVENT_RING / EVENTS_PAGE];

	if (!*page)
		*page = calloc(EVENTS_PAGE, sizeof(**page));
	return *page ? &(*page)[number % EVENTS_PAGE] : NULL;
}

void event_begin_call(struct service *service)
{
	if (service->events)
		service->events->budget = SERVICE_EVENT_BUDGET;
}

/* NULL: out of memory, it is lost. */
static struct service_event *add(struct service *service, enum service_event_kind kind)
{
	struct events *events = service->events;
	struct service_event *event = place_of(events, events->last + 1);

	if (event)
		*event = (struct service_event){ .number = ++events->last, .when = service->now, .kind = kind };
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
	if (events->last)
		place_of(events, events->last)->count++;
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

handle service_session_of_event(const struct service *service, const struct datapath_event *event)
{
	const struct session *session = lookup_session_by_datapath(service, event->session);

	return session ? session->handle : HANDLE_NONE;
}

uint64_t service_event_last(const struct service *service)
{
	return service->events ? service->events->last : 0;
}

int service_event_get(const struct service *service, uint64_t number, struct service_event *event)
{
	uint64_t last = service_event_last(service);

	if (number > last)
		return 1;
	if (!number || number + SERVICE_EVENT_RING <= last)
		return -1;
	*event = *place_of(service->events, number);
	return 0;
}
