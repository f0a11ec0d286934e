/* SPDX-License-Identifier: MIT */
/*
 * What arrives is given to the engine, what it tells goes to the file of this room that acts on it, and what it wants
 * to be sent is taken out in batches when everything else is done.
 *
 * The engine's owners are handles of ours, so that one which is gone is found out.
 */
#include "service/protocol.h"

#include <string.h>

#include "control/control.h"
#include "service/session_call.h"
#include "service/aaa.h"
#include "service/managed.h"
#include "service/ppp_link.h"
#include "service/session_ppp.h"
#include "service/remote.h"
#include "service/settings.h"
#include "service/trace_message.h"

#define HALF_OPEN 16384			/* peers that have proved nothing: some 250 octets each */
#define HALF_OPEN_OF_SOURCE 8192	/* of them behind one address: that may be a whole network's */
#define REQUESTS_PER_SECOND 20000	/* more than that is no network's reconnecting, but an attack */

#define RECEIVE_ROUNDS 4		/* of DATAPATH_MESSAGES_MAX: then it is the turn of others */
#define TRANSMIT_BATCH 64

#define RESULT_SHUTTING_DOWN 6		/* of StopCCN: RFC 2661 section 4.4.2 */

int protocol_begin(struct service *service)
{
	static const struct control_limits limits = { HALF_OPEN, HALF_OPEN_OF_SOURCE, REQUESTS_PER_SECOND };

	service->control = control_new(&limits, service->random);
	return service->control ? 0 : -1;
}

void protocol_end(struct service *service)
{
	control_free(service->control);
	service->control = NULL;
}

/* --- what the engine tells --- */

static struct tunnel *tunnel_of(const struct service *service, const struct control_event *event)
{
	return handle_get(&service->tunnel_handles, (handle)(uintptr_t)event->owner);
}

static void tunnel_event(struct service *service, const struct control_event *event)
{
	struct tunnel *tunnel = tunnel_of(service, event);
	char reason[SETTINGS_REASON_MAX];

	if (event->kind == CONTROL_EVENT_TUNNEL_UP && !event->owner) {
		remote_tunnel(service, event);
		return;
	}
	if (!tunnel || tunnel->managed.control != event->tunnel)
		return;
	if (event->kind == CONTROL_EVENT_TUNNEL_UP) {
		managed_up(service, tunnel, event);
	} else if (event->kind == CONTROL_EVENT_QUIET) {
		managed_quiet(service, tunnel);
	} else {
		settings_reason(event->reason, false, reason);
		managed_down(service, tunnel, reason, event->reason->by_peer);
	}
}

static void act(struct service *service, const struct control_event *event)
{
	switch (event->kind) {
	case CONTROL_EVENT_REQUEST:
		remote_request(service, event);
		break;
	case CONTROL_EVENT_REQUEST_DOWN:
		remote_request_down(service, event);
		break;
	case CONTROL_EVENT_TUNNEL_UP:
	case CONTROL_EVENT_TUNNEL_DOWN:
	case CONTROL_EVENT_QUIET:
		tunnel_event(service, event);
		break;
	case CONTROL_EVENT_CALL_REQUEST:
		remote_call(service, event);
		break;
	default:
		session_call_event(service, event);
		break;
	}
}

void protocol_take_events(struct service *service)
{
	struct control_event event;

	while (control_next_event(service->control, &event, service->now)) {
		trace_engine_event(service, &event);
		act(service, &event);
	}
}

/* --- in --- */

static void receive_one(struct service *service, const struct datapath_message *message)
{
	const struct control_datagram datagram = {
		.path = { message->port, message->local, message->peer },
		.octets = message->octets,
		.length = message->length,
	};
	struct received_message *traced = trace_received(service, message);

	control_receive(service->control, &datagram, service->now);
	protocol_take_events(service);
	trace_received_end(service, traced);
}

static int receive_some(struct service *service)
{
	struct datapath_message messages[DATAPATH_MESSAGES_MAX];
	int count = datapath_ops(service->dp)->receive(service->dp, messages, DATAPATH_MESSAGES_MAX);

	for (int i = 0; i < count; i++) {
		if (messages[i].session != HANDLE_NONE)
			ppp_link_receive(service, &messages[i]);
		else
			receive_one(service, &messages[i]);
	}
	return count;
}

void service_receive(struct service *service, uint64_t now)
{
	service_start(service, now);
	for (int round = 0; round < RECEIVE_ROUNDS; round++) {
		if (receive_some(service) < DATAPATH_MESSAGES_MAX)
			return;
	}
}

/* --- out --- */

static void fill(struct service *service, const struct control_datagram *datagram, struct datapath_message *message)
{
	const struct tunnel *tunnel = handle_get(&service->tunnel_handles, (handle)(uintptr_t)datagram->owner);

	if (trace_is_any(service, TRACE_MESSAGES))
		trace_sent(service, tunnel, datagram);
	*message = (struct datapath_message){
		.port = datagram->path.port,
		.tunnel = tunnel ? tunnel->datapath : HANDLE_NONE,	/* whose marks it gets */
		.local = datagram->path.local,
		.peer = datagram->path.peer,
		.octets = datagram->octets,
		.length = (uint32_t)datagram->length,
	};
}

static int fill_batch(struct service *service, struct datapath_message *messages)
{
	struct control_datagram datagram;
	int count = 0;

	while (count < TRANSMIT_BATCH && control_next_datagram(service->control, &datagram, service->now))
		fill(service, &datagram, &messages[count++]);
	return count;
}

/* What one engine tells may be a command to another. */
static void take_all_events(struct service *service)
{
	bool any;

	do {
		protocol_take_events(service);
		any = ppp_link_take_events(service);
		any |= aaa_take_events(service);
	} while (any);
}

void service_transmit(struct service *service, uint64_t now)
{
	struct datapath_message messages[TRANSMIT_BATCH];
	int count;

	service_start(service, now);
	take_all_events(service);		/* of what was commanded */
	session_call_flush(service);
	do {
		count = fill_batch(service, messages);
		if (count)
			datapath_ops(service->dp)->send(service->dp, messages, count);
	} while (count == TRANSMIT_BATCH);
	ppp_link_transmit(service);		/* behind the messages that make the peer expect them */
	aaa_commit(service);
}

/* --- time --- */

void protocol_expire(struct service *service)
{
	if (!service->control)
		return;
	while (control_expire(service->control, service->now))
		protocol_take_events(service);
}

uint64_t protocol_deadline(const struct service *service)
{
	_Static_assert(CONTROL_NEVER == SERVICE_NEVER, "both write it the same");
	return service->control ? control_deadline(service->control) : SERVICE_NEVER;
}

/* --- counters --- */

#define COUNTERS_FROM offsetof(struct control_counters, received)	/* behind what is there now */
#define COUNTERS ((sizeof(struct control_counters) - COUNTERS_FROM) / sizeof(uint64_t))

void protocol_counters(const struct service *service, struct control_counters *counters)
{
	uint64_t now[COUNTERS], before[COUNTERS];

	_Static_assert(COUNTERS_FROM + COUNTERS * sizeof(uint64_t) == sizeof(*counters), "the rest is all counters");
	memset(counters, 0, sizeof(*counters));
	if (!service->control)
		return;
	control_counters(service->control, counters);
	memcpy(now, (const char *)counters + COUNTERS_FROM, sizeof(now));
	memcpy(before, (const char *)&service->control_reset + COUNTERS_FROM, sizeof(before));
	for (size_t i = 0; i < COUNTERS; i++)
		now[i] -= before[i];
	memcpy((char *)counters + COUNTERS_FROM, now, sizeof(now));
}

void protocol_reset_counters(struct service *service)
{
	if (service->control)
		control_counters(service->control, &service->control_reset);
}

uint32_t service_stop(struct service *service, uint64_t now)
{
	struct tunnel *tunnel = NULL;

	service_start(service, now);
	if (!service->is_stopping)
		session_ppp_stop(service);
	service->is_stopping = true;
	while ((tunnel = lookup_tunnel_from(service, tunnel ? (uint64_t)tunnel->by_id.id + 1 : 0))) {
		deadline_cancel(&service->managed_deadlines, &tunnel->managed.deadline);
		if (tunnel->managed.control == HANDLE_NONE)
			continue;
		control_close(service->control, tunnel->managed.control, RESULT_SHUTTING_DOWN, 0,
			      "l2tpd is being stopped", now);
		tunnel->managed.control = HANDLE_NONE;
	}
	return control_unacknowledged(service->control) + aaa_outstanding(service);
}
