/* SPDX-License-Identifier: MIT */
/*
 * One engine of the control protocol, and a peer that says what a test wants.  The peer's numbers are right and it
 * acknowledges at once; what the engine sends and tells is kept in the order in which it came.
 */
#ifndef L2TPD_TESTS_UNIT_CONTROL_WORLD_H
#define L2TPD_TESTS_UNIT_CONTROL_WORLD_H

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "control/control.h"
#include "wire/avp.h"
#include "wire/control_header.h"

#include "test.h"

#define WORLD_SENT_MAX 64
#define WORLD_EVENTS_MAX 64
#define WORLD_DATAGRAM_MAX 16384
#define PEER_TUNNEL_ID 0x1234
#define PEER_SESSION_ID 0x4321
#define WORLD_SECRET "tunnel-secret"

struct world_message {
	struct control_path path;
	struct control_header header;
	struct message message;		/* its octets are in body; type MESSAGE_NONE: an acknowledgement */
	size_t body_length;
	uint8_t body[WORLD_DATAGRAM_MAX];
	enum message_verdict verdict;
};

struct world_event {
	struct control_event event;	/* message and reason are not valid any more */
	enum message_type type;		/* of its message */
	struct message message;		/* values, without octets */
	char host_name[CONTROL_NAME_MAX];
	struct control_reason reason;
};

struct world {
	struct control *control;
	uint64_t now;
	struct control_tunnel_settings settings;
	struct control_call_settings call_settings;
	struct control_path path;	/* by which the peer comes */
	uint16_t engine_id;		/* the engine's tunnel id, 0: not known */
	uint16_t ns, nr;		/* the peer's */
	bool undecided;			/* leave requests to the test */
	struct world_message sent[WORLD_SENT_MAX];
	unsigned int sent_first, sent_count;
	struct world_event events[WORLD_EVENTS_MAX];
	unsigned int event_first, event_count;
	handle tunnel, call, request;	/* of the last event, or command */
};

static inline void world_random(void *octets, size_t length)
{
	static uint32_t state = 1;

	for (size_t i = 0; i < length; i++) {
		state = state * 1664525u + 1013904223u;
		((uint8_t *)octets)[i] = (uint8_t)(state >> 24);
	}
}

static inline void world_begin_with(struct world *world, const struct control_limits *limits)
{
	memset(world, 0, sizeof(*world));
	world->control = control_new(limits, world_random);
	assert_non_null(world->control);
	world->now = 1000000;
	world->path.peer.address.family = AF_INET;
	world->path.peer.address.bytes[3] = 2;
	world->path.peer.port = 1701;
	world->path.local.address.family = AF_INET;
	world->path.local.address.bytes[3] = 1;
	world->path.local.port = 1701;
	world->settings = (struct control_tunnel_settings){
		.host_name = "here", .vendor_name = "l2tpd", .framing_capabilities = 3, .bearer_capabilities = 3,
		.receive_window = 10, .retry_timeout = 1000, .retry_timeout_most = 8000, .max_retries = 5,
		.hello_timeout = 60000, .establish_timeout = 120000,
		.secret = WORLD_SECRET, .secret_length = sizeof(WORLD_SECRET) - 1,
	};
	world->call_settings.establish_timeout = 120000;
}

static inline void world_begin(struct world *world)
{
	const struct control_limits limits = { .half_open = 8, .source_half_open = 8, .requests_per_second = 1000 };

	world_begin_with(world, &limits);
}

static inline void world_end(struct world *world)
{
	control_free(world->control);
}

/* --- what comes out --- */

static inline void world_keep_event(struct world *world, const struct control_event *event)
{
	struct world_event *kept = &world->events[(world->event_first + world->event_count++) % WORLD_EVENTS_MAX];

	assert_true(world->event_count <= WORLD_EVENTS_MAX);
	*kept = (struct world_event){ .event = *event };
	if (event->message) {
		kept->type = event->message->type;
		kept->message = *event->message;
		snprintf(kept->host_name, sizeof(kept->host_name), "%.*s", (int)event->message->host_name.length,
			 event->message->host_name.octets ? (const char *)event->message->host_name.octets : "");
	}
	if (event->reason)
		kept->reason = *event->reason;
	world->tunnel = event->tunnel ? event->tunnel : world->tunnel;
	world->call = event->call ? event->call : world->call;
	world->request = event->request ? event->request : world->request;
}

static inline void world_take_events(struct world *world)
{
	struct control_event event;

	while (control_next_event(world->control, &event, world->now)) {
		world_keep_event(world, &event);
		if (world->undecided)
			continue;
		if (event.kind == CONTROL_EVENT_REQUEST)
			control_accept(world->control, event.request, &world->settings, world, world->now);
		else if (event.kind == CONTROL_EVENT_CALL_REQUEST)
			assert_int_equal(control_call_accept(world->control, event.call, 0, &world->call_settings,
							     world, world->now, NULL), 0);
	}
}

static inline void world_keep_datagram(struct world *world, const struct control_datagram *datagram)
{
	struct world_message *kept = &world->sent[(world->sent_first + world->sent_count++) % WORLD_SENT_MAX];
	struct message_counters counters = { 0 };
	struct message_problem problem;

	assert_true(world->sent_count <= WORLD_SENT_MAX);
	kept->path = datagram->path;
	assert_true(control_header_read(datagram->octets, datagram->length, &kept->header));
	kept->body_length = datagram->length - CONTROL_HEADER_LENGTH;
	memcpy(kept->body, datagram->octets + CONTROL_HEADER_LENGTH, kept->body_length);
	kept->verdict = message_decode(kept->body, kept->body_length, (const uint8_t *)WORLD_SECRET,
				       sizeof(WORLD_SECRET) - 1, &kept->message, &problem, &counters);
	if (message_has(&kept->message, AVP_ASSIGNED_TUNNEL_ID) && kept->message.type != MESSAGE_STOPCCN)
		world->engine_id = kept->message.assigned_tunnel_id;
	if (kept->body_length && kept->header.ns == world->nr)
		world->nr++;
}

static inline void world_raw(struct world *world, const struct control_path *path, uint8_t *octets, size_t length);

static inline void world_ack(struct world *world)
{
	const struct control_header header = { .version = 2, .connection_id = world->engine_id, .ns = world->ns,
					       .nr = world->nr, .length = CONTROL_HEADER_LENGTH };
	uint8_t octets[CONTROL_HEADER_LENGTH];

	if (!world->engine_id)
		return;
	control_header_write(&header, octets);
	world_raw(world, &world->path, octets, sizeof(octets));
}

/* All that the engine has to say; messages are acknowledged. */
static inline void world_take(struct world *world)
{
	struct control_datagram datagram;
	bool owed = false;

	world_take_events(world);
	while (control_next_datagram(world->control, &datagram, world->now)) {
		world_keep_datagram(world, &datagram);
		owed = owed || datagram.length > CONTROL_HEADER_LENGTH;
	}
	if (owed)
		world_ack(world);
}

/* --- what goes in --- */

static inline void world_raw(struct world *world, const struct control_path *path, uint8_t *octets, size_t length)
{
	const struct control_datagram datagram = { *path, octets, length, NULL };

	control_receive(world->control, &datagram, world->now);
	world_take(world);
}

/* The whole message, with the values that it must have. */
static inline struct message world_message(enum message_type type)
{
	struct message message = {
		.type = type, .present = message_definitions[type].required,
		.result_code = { .result = type == MESSAGE_CDN ? 3 : 6 }, .protocol_version = { 1, 0 },
		.framing_capabilities = 3, .host_name = { (const uint8_t *)"peer", 4 },
		.assigned_tunnel_id = PEER_TUNNEL_ID, .assigned_session_id = PEER_SESSION_ID, .call_serial_number = 1,
		.minimum_bps = 1, .maximum_bps = 2, .bearer_type = 1, .framing_type = 1, .tx_connect_speed = 56000,
	};

	return message;
}

static inline void world_send(struct world *world, const struct control_path *path, uint16_t session_id, uint16_t ns,
			      const uint8_t *body, size_t length)
{
	struct control_header header = {
		.version = 2, .connection_id = world->engine_id, .session_id = session_id, .ns = ns, .nr = world->nr,
		.length = (uint16_t)(CONTROL_HEADER_LENGTH + length),
	};
	uint8_t octets[WORLD_DATAGRAM_MAX];

	control_header_write(&header, octets);
	if (length)
		memcpy(octets + CONTROL_HEADER_LENGTH, body, length);
	world_raw(world, path, octets, CONTROL_HEADER_LENGTH + length);
}

static inline void world_say_message(struct world *world, uint16_t session_id, const struct message *message)
{
	uint8_t body[WORLD_DATAGRAM_MAX];
	size_t length = message_encode(message, NULL, body, sizeof(body));

	assert_true(length > 0);
	world_send(world, &world->path, session_id, world->ns++, body, length);
}

static inline void world_say(struct world *world, uint16_t session_id, enum message_type type)
{
	const struct message message = world_message(type);

	world_say_message(world, session_id, &message);
}

/* With an unknown AVP that is mandatory: what is to be refused. */
static inline void world_say_bad(struct world *world, uint16_t session_id, enum message_type type)
{
	static const uint8_t unknown[] = { 0x80, 7, 0, 0, 3, 0xe7, 0x78 };
	const struct message message = world_message(type);
	uint8_t body[WORLD_DATAGRAM_MAX];
	size_t length = message_encode(&message, NULL, body, sizeof(body));

	memcpy(body + length, unknown, sizeof(unknown));
	world_send(world, &world->path, session_id, world->ns++, body, length + sizeof(unknown));
}

static inline void world_wait(struct world *world, uint64_t ms)
{
	uint64_t end = world->now + ms;

	while (control_deadline(world->control) <= end) {
		if (control_deadline(world->control) > world->now)
			world->now = control_deadline(world->control);
		while (control_expire(world->control, world->now))
			world_take_events(world);
		world_take(world);
	}
	world->now = end;
}

/* --- looking --- */

/* The next message that is not an acknowledgement; NULL: there is none. */
static inline const struct world_message *world_sent(struct world *world)
{
	while (world->sent_count) {
		const struct world_message *message = &world->sent[world->sent_first];

		world->sent_first = (world->sent_first + 1) % WORLD_SENT_MAX;
		world->sent_count--;
		if (message->body_length)
			return message;
	}
	return NULL;
}

static inline void assert_sends_nothing(struct world *world)
{
	const struct world_message *sent = world_sent(world);

	if (sent)
		fail_msg("%s was sent", message_name(sent->message.type));
}

static inline const struct world_message *assert_sends(struct world *world, enum message_type type)
{
	const struct world_message *sent = world_sent(world);

	if (!sent)
		fail_msg("%s was not sent", message_name(type));
	assert_string_equal(message_name(sent->message.type), message_name(type));
	return sent;
}

static inline void assert_sends_result(struct world *world, enum message_type type, uint16_t result, uint16_t error)
{
	const struct world_message *sent = assert_sends(world, type);

	assert_int_equal(sent->message.result_code.result, result);
	assert_int_equal(sent->message.result_code.error, error);
}

static inline const struct world_event *world_event(struct world *world)
{
	const struct world_event *event = &world->events[world->event_first];

	if (!world->event_count)
		return NULL;
	world->event_first = (world->event_first + 1) % WORLD_EVENTS_MAX;
	world->event_count--;
	return event;
}

static inline const struct world_event *assert_told(struct world *world, enum control_event_kind kind)
{
	const struct world_event *event = world_event(world);

	assert_non_null(event);
	assert_int_equal(event->event.kind, kind);
	return event;
}

static inline void assert_told_nothing(struct world *world)
{
	assert_null(world_event(world));
}

static inline void world_forget(struct world *world)
{
	world->sent_count = world->event_count = 0;
}

/* --- getting somewhere --- */

static inline void world_open(struct world *world)
{
	assert_int_equal(control_open(world->control, &world->path, 0, &world->settings, world, &world->tunnel,
				      world->now, NULL), 0);
	world_take(world);
}

/* As initiator. */
static inline void world_establish(struct world *world)
{
	world_open(world);
	world_say(world, 0, MESSAGE_SCCRP);
	world_forget(world);
}

static inline void world_request(struct world *world)
{
	world->engine_id = world->ns = world->nr = 0;
	world_say(world, 0, MESSAGE_SCCRQ);
}

/* As responder. */
static inline void world_respond(struct world *world)
{
	world_request(world);
	world_say(world, 0, MESSAGE_SCCCN);
	world_forget(world);
}

static inline int world_tunnel_state(const struct world *world)
{
	struct control_tunnel_info info;

	return control_tunnel_info(world->control, world->tunnel, &info) < 0 ? -1 : (int)info.state;
}

static inline struct control_counters world_counters(const struct world *world)
{
	struct control_counters counters;

	control_counters(world->control, &counters);
	return counters;
}

#endif
