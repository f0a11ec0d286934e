/* SPDX-License-Identifier: MIT */
/* What comes in and goes out: datagrams to their tunnel, events, deadlines. */
#include "control/control.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "base/scatter.h"
#include "control/internal.h"

struct control *control_new(const struct control_limits *limits, control_random_fn *random)
{
	struct control *control = calloc(1, sizeof(*control));
	uint64_t key;

	if (!control)
		return NULL;
	control->random = random;
	control_random(control, &control->call_serial_number, sizeof(control->call_serial_number));
	control_random(control, &key, sizeof(key));
	control->tunnels = calloc(CONTROL_IDS, sizeof(*control->tunnels));
	control->admission = admission_new(limits, key);
	if (control_begin_tunnel_ids(control) && control->tunnels && control->admission)
		return control;
	control_free(control);
	return NULL;
}

void control_free(struct control *control)
{
	struct control_tunnel *tunnel;
	uint32_t position = 0;

	if (!control)
		return;
	while ((tunnel = handle_next(&control->tunnel_handles, &position)))
		control_tunnel_free(control, tunnel);
	handle_table_clear(&control->tunnel_handles);
	handle_table_clear(&control->call_handles);
	deadline_clear(&control->deadlines);
	deadline_clear(&control->call_deadlines);
	control_forget_ids(&control->tunnel_ids);
	admission_free(control->admission);
	free(control->kept);
	free(control->tunnels);
	free(control);
}

void control_random(struct control *control, void *octets, size_t length)
{
	uint8_t *out = octets;

	if (control->random) {
		control->random(octets, length);
		return;
	}
	for (size_t i = 0; i < length; i++)
		out[i] = (uint8_t)scatter_next(&control->fixed_random);
}

/* --- reasons --- */

static bool is_continuation(uint8_t octet)
{
	return (octet & 0xc0) == 0x80;
}

/* Of the characters that begin with first: the least second octet, below which they are written too long, or are
 * control characters, which a terminal obeys in UTF-8, too. */
static uint8_t least_second(uint8_t first)
{
	return first == 0xc2 || first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
}

/* And the greatest: beyond are halves of characters, and what Unicode has not. */
static uint8_t greatest_second(uint8_t first)
{
	return first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
}

/* Octets of the printable UTF-8 character that begins here, 0: none does. */
static size_t character(const uint8_t *octets, size_t left)
{
	uint8_t first = octets[0];
	size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;

	if (first < 0x80)
		return first >= 0x20 && first != 0x7f;
	if (first < 0xc2 || first > 0xf4 || length > left || octets[1] < least_second(first) ||
	    octets[1] > greatest_second(first))
		return 0;
	for (size_t i = 2; i < length; i++)
		if (!is_continuation(octets[i]))
			return 0;
	return length;
}

void control_printable(const struct avp_octets *octets, char *out, size_t size)
{
	size_t used = 0, at = 0;

	/* Some peers send the NUL, too. */
	while (at < octets->length && octets->octets[at]) {
		size_t length = character(octets->octets + at, (size_t)octets->length - at);

		if (used + (length ? length : 1) >= size)
			break;
		if (length)
			memcpy(out + used, octets->octets + at, length);
		else
			out[used] = '?';
		used += length ? length : 1;
		at += length ? length : 1;
	}
	out[used] = '\0';
}

void control_reason_local(struct control_reason *reason, uint16_t result, uint16_t error, const char *text)
{
	*reason = (struct control_reason){ .result = result, .error = error };
	snprintf(reason->text, sizeof(reason->text), "%s", text ? text : "");
}

void control_reason_peer(struct control_reason *reason, const struct message *message)
{
	*reason = (struct control_reason){ .by_peer = true, .result = message->result_code.result,
					   .error = message->result_code.error };
	control_printable(&message->result_code.text, reason->text, sizeof(reason->text));
	reason->cause = message->ppp_disconnect_cause;	/* 0 when it is not there */
	reason->cause.text = (struct avp_octets){ NULL, 0 };
	reason->q931 = message->cause_code;
	reason->q931.text = (struct avp_octets){ NULL, 0 };
}

/* --- events --- */

static struct control_event *new_event(struct control *control, enum control_event_kind kind)
{
	struct control_event *event = &control->events[(control->event_first + control->event_count) % CONTROL_EVENTS];

	if (control->event_count == CONTROL_EVENTS)
		abort();	/* no input causes so many: the caller did not take those of the one before */
	control->event_count++;
	*event = (struct control_event){ .kind = kind };
	return event;
}

void control_tell(struct control *control, enum control_event_kind kind, struct control_tunnel *tunnel,
		  struct control_call *call, bool with_message)
{
	struct control_event *event = new_event(control, kind);

	event->tunnel = tunnel->self;
	event->call = call ? call->self : HANDLE_NONE;
	event->owner = call && kind != CONTROL_EVENT_CALL_REQUEST ? call->owner : tunnel->owner;
	event->path = tunnel->path;
	event->message = with_message ? &control->message : NULL;
	event->reason = kind == CONTROL_EVENT_TUNNEL_DOWN || kind == CONTROL_EVENT_CALL_DOWN ? &control->reason : NULL;
}

void control_tell_request(struct control *control, handle request, const struct control_path *path)
{
	struct control_event *event = new_event(control, CONTROL_EVENT_REQUEST);

	event->request = request;
	event->path = *path;
	event->message = &control->message;
}

void control_tell_request_down(struct control *control, handle request, const struct control_path *path, void *owner)
{
	struct control_event *event = new_event(control, CONTROL_EVENT_REQUEST_DOWN);

	event->request = request;
	event->path = *path;
	event->owner = owner;
	event->reason = &control->reason;
}

/* --- datagrams in --- */

static bool same_peer(const struct control_tunnel *tunnel, const struct control_path *path)
{
	return address_equal(&tunnel->path.peer.address, &path->peer.address) &&
	       (tunnel->path.peer.port == path->peer.port || (tunnel->initiator && !tunnel->port_settled));
}

static void act(struct control *control, struct control_tunnel *tunnel, enum message_verdict verdict,
		const struct message_problem *problem, uint16_t session_id, uint64_t now)
{
	enum message_type type = control->message.type;

	if (verdict == MESSAGE_REFUSED)
		control->counters.messages_bad[type]++;
	else
		control->counters.messages_received[type]++;
	if (message_is_session(type))
		control_call_message(control, tunnel, verdict, problem, session_id, now);
	else
		control_tunnel_message(control, tunnel, verdict, problem, now);
}

static enum message_verdict decode(struct control *control, const struct control_tunnel *tunnel, uint8_t *octets,
				   size_t length, struct message_problem *problem)
{
	struct message_counters ignored = { 0 };
	const struct control_tunnel_settings *settings = &tunnel->settings;
	enum message_verdict verdict = message_decode(octets, length, settings->secret_length ? settings->secret : NULL,
						      settings->secret_length, &control->message, problem, &ignored);

	control->counters.ignored_avps += ignored.ignored_avps;
	control->counters.vendor_avps += ignored.vendor_avps;
	control->counters.malformed += verdict == MESSAGE_BROKEN;
	return verdict;
}

/* A peer may answer from another port than we asked: the first answer settles which (RFC 2661 section 8.1). */
static void settle_port(struct control_tunnel *tunnel, const struct control_path *path)
{
	if (tunnel->port_settled)
		return;
	tunnel->path.peer.port = path->peer.port;
	tunnel->port_settled = true;
}

/* In its turn it is decoded before its number is used up: what cannot be taken apart did not come.  Nor is it held
 * when it is ahead of its turn. */
static void receive_for(struct control *control, struct control_tunnel *tunnel, const struct control_path *path,
			const struct control_header *header, uint8_t *octets, size_t length, uint64_t now)
{
	struct message_problem problem = { .error = 0 };
	enum message_verdict verdict = MESSAGE_OK;

	if (length && header->ns == tunnel->channel.nr) {
		verdict = decode(control, tunnel, octets, length, &problem);
		if (verdict == MESSAGE_BROKEN)
			return;
		settle_port(tunnel, path);
	} else if (length && !message_is_whole(octets, length)) {
		control->counters.malformed++;
		return;
	}
	tunnel->heard = now;
	control_touch(control, tunnel);
	if (channel_receive(&tunnel->channel, header, octets, length, now) != CHANNEL_DELIVER)
		return;
	control->delivering = tunnel;
	act(control, tunnel, verdict, &problem, header->session_id, now);
}

void control_receive(struct control *control, const struct control_datagram *datagram, uint64_t now)
{
	struct control_header header;
	struct control_tunnel *tunnel;
	uint8_t *body;

	control->now = now;
	control->counters.received++;
	if (!control_header_read(datagram->octets, datagram->length, &header) || header.version != 2) {
		if (datagram->length >= 2 && header.version != 2)
			control->counters.wrong_version++;
		else
			control->counters.malformed++;
		return;
	}
	body = datagram->octets + CONTROL_HEADER_LENGTH;
	header.length = (uint16_t)(header.length - CONTROL_HEADER_LENGTH);
	tunnel = control->tunnels[header.connection_id];
	if (!header.connection_id)
		admission_request(control, &datagram->path, &header, body, header.length, now);
	else if (tunnel && same_peer(tunnel, &datagram->path))
		receive_for(control, tunnel, &datagram->path, &header, body, header.length, now);
	else if (tunnel)
		control->counters.wrong_source++;
	else if (!admission_message(control, &datagram->path, &header, body, header.length, now))
		control->counters.unknown_tunnel++;
}

/* The next message that was held, of the tunnel to which one was delivered. */
static bool deliver_held(struct control *control, uint64_t now)
{
	struct control_tunnel *tunnel = control->delivering;
	struct message_problem problem = { .error = 0 };
	enum message_verdict verdict;
	uint16_t session_id;
	uint8_t *octets;
	size_t length;

	if (!tunnel || !channel_next_held(&tunnel->channel, &session_id, &octets, &length)) {
		control->delivering = NULL;
		return false;
	}
	verdict = decode(control, tunnel, octets, length, &problem);
	if (verdict != MESSAGE_BROKEN)
		act(control, tunnel, verdict, &problem, session_id, now);
	return true;
}

bool control_next_event(struct control *control, struct control_event *event, uint64_t now)
{
	free(control->kept);
	control->kept = NULL;
	while (!control->event_count)
		if (!deliver_held(control, now))
			return false;
	*event = control->events[control->event_first];
	control->event_first = (control->event_first + 1) % CONTROL_EVENTS;
	control->event_count--;
	return true;
}

/* --- datagrams out, and time --- */

void control_touch(struct control *control, struct control_tunnel *tunnel)
{
	if (tunnel->is_ready)
		return;
	tunnel->is_ready = true;
	DL_APPEND2(control->ready, tunnel, ready_prev, ready_next);
}

/* A deadline that is too early does no harm: it is looked at then, and set anew.  So a message and its acknowledgement
 * cost nothing here most of the time. */
static void settle(struct control *control, struct control_tunnel *tunnel)
{
	uint64_t due = control_tunnel_due(tunnel);

	tunnel->is_ready = false;
	DL_DELETE2(control->ready, tunnel, ready_prev, ready_next);
	if (due == CONTROL_NEVER)
		deadline_cancel(&control->deadlines, &tunnel->deadline);
	else if (!tunnel->deadline.place || tunnel->deadline.when > due)
		deadline_set(&control->deadlines, &tunnel->deadline, due);
}

bool control_next_datagram(struct control *control, struct control_datagram *datagram, uint64_t now)
{
	struct control_tunnel *tunnel;

	control->was_repeated = false;
	if (control->replies_first && control_next_reply(control, datagram))
		return true;
	control->replies_first = false;
	while ((tunnel = control->ready)) {
		const uint8_t *octets = channel_transmit(&tunnel->channel, now, &datagram->length);

		if (octets) {
			datagram->octets = (uint8_t *)(uintptr_t)octets;
			datagram->path = tunnel->path;
			datagram->owner = tunnel->owner;
			control->was_repeated = tunnel->channel.repeated;
			return true;
		}
		settle(control, tunnel);
	}
	return control_next_reply(control, datagram);
}

bool control_was_repeated(const struct control *control)
{
	return control->was_repeated;
}

static uint64_t first_of(const struct deadline_heap *heap)
{
	const struct deadline *first = deadline_first(heap);

	return first ? first->when : CONTROL_NEVER;
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

uint64_t control_deadline(const struct control *control)
{
	return earlier(earlier(first_of(&control->deadlines), first_of(&control->call_deadlines)),
		       admission_deadline(control->admission));
}

#define OBJECT_OF(pointer, type, member) ((type *)(void *)((char *)(pointer) - offsetof(type, member)))

bool control_expire(struct control *control, uint64_t now)
{
	struct deadline *tunnel = deadline_first(&control->deadlines), *call = deadline_first(&control->call_deadlines);

	control->now = now;
	if (admission_expire(control, now))
		return true;
	if (tunnel && tunnel->when <= now) {
		deadline_cancel(&control->deadlines, tunnel);
		control_tunnel_expire(control, OBJECT_OF(tunnel, struct control_tunnel, deadline), now);
		return true;
	}
	if (call && call->when <= now) {
		deadline_cancel(&control->call_deadlines, call);
		control_call_expire(control, OBJECT_OF(call, struct control_call, deadline));
		return true;
	}
	return false;
}

uint32_t control_unacknowledged(const struct control *control)
{
	const struct control_tunnel *tunnel;
	uint32_t position = 0, count = 0;

	while ((tunnel = handle_next(&control->tunnel_handles, &position)))
		count += !channel_is_idle(&tunnel->channel);
	return count;
}

void control_counters(const struct control *control, struct control_counters *counters)
{
	const struct control_tunnel *tunnel;
	uint32_t position = 0;

	*counters = control->counters;
	while ((tunnel = handle_next(&control->tunnel_handles, &position)))
		channel_add_counters(&counters->channel, &tunnel->channel.counters);
	counters->tunnels = control->tunnel_count;
	counters->calls = control->call_handles.used;
	counters->half_open = admission_used(control->admission);
}
