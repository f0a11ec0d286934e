/* SPDX-License-Identifier: MIT */
/*
 * Lines of the categories protocol (what is said), avp_info, avp_data and avp_hide (which values, their octets, which
 * of them are hidden), transport (numbers and windows) and func (what the engine tells the service).
 *
 * A message is traced by the masks of its tunnel and session; one that is for none by the system's.  So the first two
 * messages of a tunnel that a peer asks for are the system's: who asks has proved nothing.
 */
#include "service/trace_message.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/session_call.h"
#include "wire/describe.h"

#define VALUES_MAX 900		/* octets of the values in one line */

struct received_message {
	handle tunnel;			/* HANDLE_NONE: it is not known yet */
	struct control_tunnel_info before;
	struct control_header header;
	struct endpoint peer;
	size_t length;
	uint8_t octets[];
};

/* A message and whose it is. */
struct traced {
	const struct tunnel *tunnel;	/* either NULL: none */
	const struct session *session;
	const char *direction;
	const struct endpoint *peer;
	const struct control_header *header;
	const uint8_t *body;
	size_t length;
};

static const struct log_about *about(const struct traced *traced, struct service_about *out)
{
	about_object(out, traced->tunnel, traced->session);
	if (!traced->tunnel)
		out->about.peer = address_format(&traced->peer->address, out->peer, sizeof(out->peer));
	return &out->about;
}

static uint32_t mask_of(const struct service *service, const struct traced *traced)
{
	return traced->session ? trace_mask_session(service, traced->session) :
	       traced->tunnel  ? trace_mask_tunnel(service, traced->tunnel) : trace_mask_system(service);
}

/* --- what it says --- */

static void list_values(const struct traced *traced, char out[VALUES_MAX])
{
	struct cursor c = cursor_over((void *)(uintptr_t)traced->body, traced->length);
	char name[DESCRIBE_NAME_MAX], value[DESCRIBE_VALUE_MAX];
	struct described_avp avp;
	size_t used = 0;

	out[0] = '\0';
	while (describe_next(&c, &avp) && used < VALUES_MAX) {
		if (avp.row == AVP_MESSAGE_TYPE)
			continue;
		describe_value(&avp, value);
		used += (size_t)snprintf(out + used, VALUES_MAX - used, "%s%s%s%s", used ? ", " : ": ",
					 describe_name(&avp, name), *value ? " " : "", value);
	}
	if (cursor_left(&c) && used < VALUES_MAX)
		snprintf(out + used, VALUES_MAX - used, ", and %zu octets more", cursor_left(&c));
}

static void tell_message(const struct traced *traced, const struct log_about *whose)
{
	const char *type = describe_type(traced->body, traced->length);
	char values[VALUES_MAX], peer[ENDPOINT_TEXT_MAX];

	list_values(traced, values);
	trace_line(TRACE_PROTOCOL, whose, "%s %s %s %s: session %u, Ns %u, Nr %u%s", traced->direction,
		   type ? type : "a message of no known type", traced->direction[0] == 's' ? "to" : "from",
		   endpoint_format(traced->peer, peer, sizeof(peer)),
		   traced->header->session_id, traced->header->ns, traced->header->nr, values);
}

static void tell_values(const struct traced *traced, const struct log_about *whose, uint32_t mask)
{
	struct cursor c = cursor_over((void *)(uintptr_t)traced->body, traced->length);
	char name[DESCRIBE_NAME_MAX], octets[DESCRIBE_VALUE_MAX];
	struct described_avp avp;

	while (describe_next(&c, &avp)) {
		trace(mask, TRACE_AVP, whose, "%s %s: attribute %u, %s%s%u octets", traced->direction,
		      describe_name(&avp, name), avp.attribute, avp.mandatory ? "mandatory, " : "",
		      avp.hidden ? "hidden, " : "", avp.length);
		trace(mask, TRACE_AVP_DATA, whose, "%s %s: %s", traced->direction, describe_name(&avp, name),
		      describe_octets(&avp, octets));
		if (avp.hidden)
			trace(mask, TRACE_AVP_HIDE, whose, "%s %s hidden, in %u octets", traced->direction,
			      describe_name(&avp, name), avp.length);
	}
}

static void tell(const struct service *service, const struct traced *traced)
{
	uint32_t mask = mask_of(service, traced);
	struct service_about whose;

	if (!(mask & TRACE_MESSAGES) || !traced->length)
		return;		/* nobody, or an acknowledgement */
	about(traced, &whose);
	if (mask & TRACE_PROTOCOL)
		tell_message(traced, &whose.about);
	if (mask & (TRACE_AVP | TRACE_AVP_DATA | TRACE_AVP_HIDE))
		tell_values(traced, &whose.about, mask);
}

/* --- received --- */

static struct traced of_received(const struct service *service, const struct received_message *received)
{
	struct traced traced = {
		.tunnel = handle_get(&service->tunnel_handles, received->tunnel),
		.direction = "received",
		.peer = &received->peer,
		.header = &received->header,
		.body = received->octets + CONTROL_HEADER_LENGTH,
		.length = received->header.length - CONTROL_HEADER_LENGTH,
	};

	if (traced.tunnel && received->header.session_id)
		traced.session = lookup_session_by_id(traced.tunnel, received->header.session_id);
	return traced;
}

static void find_tunnel(const struct service *service, struct received_message *received)
{
	const struct tunnel *tunnel = lookup_tunnel_by_id(service, received->header.connection_id);

	if (tunnel && tunnel_is_managed(tunnel))
		received->tunnel = tunnel->handle;
}

struct received_message *trace_received(struct service *service, const struct datapath_message *message)
{
	struct received_message *received;
	struct traced traced;

	if (!trace_is_any(service, TRACE_MESSAGES))
		return NULL;
	received = malloc(sizeof(*received) + message->length);
	if (!received)
		return NULL;
	*received = (struct received_message){ .tunnel = HANDLE_NONE, .peer = message->peer,
					       .length = message->length };
	memcpy(received->octets, message->octets, message->length);
	if (!control_header_read(received->octets, received->length, &received->header) ||
	    received->header.length < CONTROL_HEADER_LENGTH) {
		free(received);
		return NULL;	/* it is counted */
	}
	find_tunnel(service, received);
	traced = of_received(service, received);
	if (traced.tunnel)
		control_tunnel_info(service->control, traced.tunnel->managed.control, &received->before);
	if (traced.tunnel || !received->header.connection_id)
		tell(service, &traced);
	return received;
}

static const char *fate(const struct channel_counters *before, const struct channel_counters *after)
{
	return after->duplicates != before->duplicates ? ": it came before" :
	       after->held != before->held	       ? ": ahead of its turn, held" :
	       after->discarded != before->discarded   ? ": too far ahead, dropped" : "";
}

static void tell_arrival(const struct service *service, const struct traced *traced,
			 const struct control_tunnel_info *before)
{
	uint32_t mask = mask_of(service, traced);
	struct control_tunnel_info after;
	struct service_about whose;

	if (!(mask & TRACE_TRANSPORT) || !traced->tunnel ||
	    control_tunnel_info(service->control, traced->tunnel->managed.control, &after) < 0)
		return;
	trace(mask, TRACE_TRANSPORT, about(traced, &whose),
	      "received %s Ns %u, Nr %u%s; %u under way, window %u of %u, threshold %u",
	      traced->length ? "message" : "acknowledgement", traced->header->ns, traced->header->nr,
	      fate(&before->channel, &after.channel), after.in_flight, after.cwnd, after.peer_window, after.ssthresh);
}

void trace_received_end(struct service *service, struct received_message *received)
{
	bool was_known = received && received->tunnel != HANDLE_NONE;
	struct traced traced;

	if (!received)
		return;
	if (!was_known && received->header.connection_id)
		find_tunnel(service, received);
	traced = of_received(service, received);
	if (!was_known && received->header.connection_id)
		tell(service, &traced);
	if (was_known)
		tell_arrival(service, &traced, &received->before);
	free(received);
}

/* --- sent --- */

/* The header has the peer's id, unless it is not known yet: then the message tells ours. */
static const struct session *sender_of(const struct service *service, const struct traced *traced)
{
	struct cursor c = cursor_over((void *)(uintptr_t)traced->body, traced->length), value;
	struct described_avp avp;
	void *owner;

	if (traced->header->session_id) {
		owner = control_call_owner(service->control, traced->tunnel->managed.control,
					   traced->header->session_id);
		if (owner)
			return handle_get(&service->session_handles, (handle)(uintptr_t)owner);
	}
	while (describe_next(&c, &avp)) {
		if (avp.row != AVP_ASSIGNED_SESSION_ID || avp.hidden)
			continue;
		value = cursor_over((void *)(uintptr_t)avp.value, avp.length);
		return lookup_session_by_id(traced->tunnel, cursor_get_u16(&value));
	}
	return NULL;
}

static void tell_departure(const struct service *service, const struct traced *traced, bool again)
{
	uint32_t mask = mask_of(service, traced);
	struct control_tunnel_info info;
	struct service_about whose;

	if (!(mask & TRACE_TRANSPORT) || !traced->tunnel ||
	    control_tunnel_info(service->control, traced->tunnel->managed.control, &info) < 0)
		return;
	trace(mask, TRACE_TRANSPORT, about(traced, &whose),
	      "sent %s Ns %u, Nr %u%s; %u under way, window %u of %u, threshold %u",
	      traced->length ? "message" : "acknowledgement", traced->header->ns, traced->header->nr,
	      again ? ", again" : "", info.in_flight, info.cwnd, info.peer_window, info.ssthresh);
}

void trace_sent(struct service *service, const struct tunnel *tunnel, const struct control_datagram *datagram)
{
	struct control_header header;
	struct traced traced = { .tunnel = tunnel, .direction = "sent", .peer = &datagram->path.peer,
				 .header = &header };

	if (!control_header_read(datagram->octets, datagram->length, &header))
		return;
	traced.body = datagram->octets + CONTROL_HEADER_LENGTH;
	traced.length = header.length - CONTROL_HEADER_LENGTH;
	if (tunnel)
		traced.session = sender_of(service, &traced);
	tell(service, &traced);
	tell_departure(service, &traced, control_was_repeated(service->control));
}

/* --- the engine --- */

static const char *const event_texts[] = {
	[CONTROL_EVENT_REQUEST] = "a peer wants a tunnel",
	[CONTROL_EVENT_TUNNEL_UP] = "the tunnel is up",
	[CONTROL_EVENT_TUNNEL_DOWN] = "the tunnel is down",
	[CONTROL_EVENT_QUIET] = "nothing was heard for hello_timeout",
	[CONTROL_EVENT_CALL_REQUEST] = "the peer wants a call",
	[CONTROL_EVENT_CALL_BEARER] = "the bearer is to be opened",
	[CONTROL_EVENT_CALL_UP] = "the call is up",
	[CONTROL_EVENT_CALL_DOWN] = "the call is down",
	[CONTROL_EVENT_CALL_ERRORS] = "the peer tells of errors of its line",
	[CONTROL_EVENT_CALL_LINK] = "the peer tells of options of the link",
	[CONTROL_EVENT_REQUEST_DOWN] = "a tunnel that was accepted came to nothing",
};

static void tell_event(const struct service *service, const struct traced *traced, const struct control_event *event)
{
	struct service_about whose;

	trace(mask_of(service, traced), TRACE_FUNC, about(traced, &whose), "protocol engine: %s",
	      event_texts[event->kind]);
}

void trace_engine_event(struct service *service, const struct control_event *event)
{
	handle owner = (handle)(uintptr_t)event->owner;
	struct traced traced = { .peer = &event->path.peer };

	if (!trace_is_any(service, TRACE_FUNC))
		return;
	if (event->kind >= CONTROL_EVENT_CALL_BEARER && event->kind <= CONTROL_EVENT_CALL_LINK)
		traced.session = handle_get(&service->session_handles, owner);
	else
		traced.tunnel = handle_get(&service->tunnel_handles, owner);
	if (traced.session)
		traced.tunnel = traced.session->tunnel;
	tell_event(service, &traced, event);
}
