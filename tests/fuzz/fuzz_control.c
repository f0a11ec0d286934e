/* SPDX-License-Identifier: MIT */
/*
 * The engine of the control protocol, told what to do by an input: each octet chooses what happens next (a message
 * of a peer, right or spoilt in some way; a command of the owner; time that passes), the following say how.
 *
 * Whatever happened: what the engine sends can be read, nothing is told of what is not there, and when all has been
 * closed and some minutes have passed, nothing is left.  So one engine serves many inputs; its random octets begin
 * anew with each.
 */
#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "control/control.h"
#include "input.h"
#include "wire/avp.h"
#include "wire/control_header.h"

#define SECRET "tunnel-secret"
#define LENGTH_MAX 600
#define HANDLES_MAX 16
#define BODY_MAX 1200
#define REFORM_EVERY 256	/* inputs that an engine serves */
#define REST_MS 400000		/* until all is forgotten */
#define NAMED_FIRST 64		/* tunnel ids that the owner names */
#define NAMED 64

static struct control *control;
static uint64_t now = 1000000;
static uint32_t random_state;
static unsigned int served;
static handle tunnels[HANDLES_MAX], calls[HANDLES_MAX], requests[HANDLES_MAX];
/* What the peers know: by peer, ids of the engine and numbers. */
static struct peer {
	struct control_path path;
	uint16_t tunnel_id, session_id, ns, nr;
} peers[3];

static void next_random(void *octets, size_t length)
{
	random_octets(&random_state, octets, length);
}

/* --- what comes out --- */

static void remember(handle list[HANDLES_MAX], handle h)
{
	memmove(list + 1, list, (HANDLES_MAX - 1) * sizeof(*list));
	list[0] = h;
}

static void check_event(const struct control_event *event)
{
	struct control_tunnel_info tunnel;
	struct control_call_info call;

	if (event->kind == CONTROL_EVENT_TUNNEL_UP || event->kind == CONTROL_EVENT_CALL_REQUEST)
		must(control_tunnel_info(control, event->tunnel, &tunnel) == 0);
	if (event->kind == CONTROL_EVENT_TUNNEL_UP)
		must(tunnel.state == CONTROL_TUNNEL_ESTABLISHED && tunnel.peer_tunnel_id && tunnel.tunnel_id);
	if (event->kind == CONTROL_EVENT_CALL_UP || event->kind == CONTROL_EVENT_CALL_REQUEST) {
		must(control_call_info(control, event->call, &call) == 0 && call.session_id && call.peer_session_id);
		must(call.tunnel == event->tunnel);
		must((call.state == CONTROL_CALL_ESTABLISHED) == (event->kind == CONTROL_EVENT_CALL_UP));
	}
	if (event->kind == CONTROL_EVENT_CALL_DOWN)
		must(control_call_info(control, event->call, &call) < 0);
	if (event->reason)
		must(memchr(event->reason->text, 0, sizeof(event->reason->text)) != NULL);
}

/* Some ids are opened again at once; what the event says can still be read. */
static void open_again(const struct control_event *event)
{
	const struct control_tunnel_settings settings = { .host_name = "again", .receive_window = 4,
							  .retry_timeout = 1000, .establish_timeout = 10000 };
	struct control_tunnel_info info;
	handle h;

	if (control_tunnel_info(control, event->tunnel, &info) == 0 && info.tunnel_id % 3 == 1 &&
	    info.tunnel_id < NAMED_FIRST + NAMED &&
	    control_open(control, &info.path, info.tunnel_id, &settings, NULL, &h, now, NULL) == 0)
		remember(tunnels, h);
	if (event->message && event->message->result_code.text.length)
		must(memchr(event->message->result_code.text.octets, 0, event->message->result_code.text.length) ||
		     event->message->result_code.text.octets);
}

static void take_events(void)
{
	struct control_event event;

	while (control_next_event(control, &event, now)) {
		check_event(&event);
		if (event.kind == CONTROL_EVENT_REQUEST)
			remember(requests, event.request);
		if (event.kind == CONTROL_EVENT_TUNNEL_UP)
			remember(tunnels, event.tunnel);
		if (event.kind == CONTROL_EVENT_CALL_REQUEST)
			remember(calls, event.call);
		if (event.kind == CONTROL_EVENT_TUNNEL_DOWN)
			open_again(&event);
		if (event.kind == CONTROL_EVENT_QUIET)
			control_hello(control, event.tunnel, now);
	}
}

static struct peer *peer_at(const struct endpoint *endpoint)
{
	for (size_t i = 0; i < sizeof(peers) / sizeof(peers[0]); i++)
		if (address_equal(&peers[i].path.peer.address, &endpoint->address) &&
		    peers[i].path.peer.port == endpoint->port)
			return &peers[i];
	return NULL;
}

static void learn(struct peer *peer, const struct control_header *header, const struct message *message)
{
	if (message_has(message, AVP_ASSIGNED_TUNNEL_ID) && message->type != MESSAGE_STOPCCN) {
		peer->tunnel_id = message->assigned_tunnel_id;
		peer->nr = 0;
		peer->ns = message->type == MESSAGE_SCCRP;
	}
	if (message_has(message, AVP_ASSIGNED_SESSION_ID) && message->type != MESSAGE_CDN)
		peer->session_id = message->assigned_session_id;
	if (message->type != MESSAGE_NONE && header->ns == peer->nr)
		peer->nr++;
}

static void take_datagrams(void)
{
	struct control_datagram datagram;
	struct message_counters counters = { 0 };
	struct message_problem problem;
	struct control_header header;
	struct message message;
	static uint8_t body[65536];

	while (control_next_datagram(control, &datagram, now)) {
		struct peer *peer = peer_at(&datagram.path.peer);

		must(control_header_read(datagram.octets, datagram.length, &header) && header.version == 2);
		must(header.length == datagram.length);
		memcpy(body, datagram.octets + CONTROL_HEADER_LENGTH, datagram.length - CONTROL_HEADER_LENGTH);
		must(message_decode(body, datagram.length - CONTROL_HEADER_LENGTH, (const uint8_t *)SECRET,
				    sizeof(SECRET) - 1, &message, &problem, &counters) == MESSAGE_OK);
		if (peer)
			learn(peer, &header, &message);
	}
}

static void take(void)
{
	take_events();
	take_datagrams();
}

/* --- what the peers say --- */

static void fill(struct message *message, uint8_t variant)
{
	static const uint8_t number[] = "5550100";

	message->result_code = (struct avp_result){ .result = variant, .has_error = variant & 1, .error = variant % 12,
						    .text = { number, 5 } };
	message->protocol_version = (struct avp_protocol_version){ variant == 77 ? 2 : 1, 0 };
	message->framing_capabilities = message->bearer_capabilities = 3;
	message->host_name = (struct avp_octets){ number, 4 };
	message->assigned_tunnel_id = (uint16_t)(1 + variant % 5);
	message->assigned_session_id = (uint16_t)(1 + variant % 7);
	message->receive_window_size = (uint16_t)(1 + variant);
	message->tie_breaker = variant;
	message->challenge = (struct avp_octets){ number, 7 };
	message->framing_type = message->bearer_type = 1;
	message->tx_connect_speed = 1;
	message->called_number = (struct avp_octets){ number, 7 };
	message->call_errors.crc = message->accm.send = variant;
}

static void respond(const struct peer *peer, struct message *message, uint8_t response[CHALLENGE_RESPONSE_LENGTH])
{
	/* The challenges are drawn at random: no input finds the answer, so settings seldom ask for it. */
	challenge_response((uint8_t)message->type, (const uint8_t *)SECRET, sizeof(SECRET) - 1,
			   (const uint8_t *)&peer->ns, sizeof(peer->ns), response);
	message->challenge_response = (struct avp_octets){ response, CHALLENGE_RESPONSE_LENGTH };
	message->present |= AVP_BIT(AVP_CHALLENGE_RESPONSE);
}

static size_t write_body(struct input *input, const struct peer *peer, struct message *message, uint8_t *body)
{
	const struct message_hiding hiding = {
		.keys = { (const uint8_t *)SECRET, sizeof(SECRET) - 1, (const uint8_t *)"0123456789abcdef", 16 },
		.hide = ~(avp_set)0,
	};
	uint8_t how = next(input), response[CHALLENGE_RESPONSE_LENGTH];
	size_t length, more;

	fill(message, next(input));
	message->present |= message_definitions[message->type].required;
	if (how & 1)
		message->present &= ~AVP_BIT(next(input) % AVP_ROW_COUNT);
	if (how & 2)
		message->present |= AVP_BIT(next(input) % AVP_PROXY_AUTHEN_TYPE) & ~AVP_BIT(AVP_RANDOM_VECTOR);
	if (how & 4)
		respond(peer, message, response);
	length = message_encode(message, how & 8 ? &hiding : NULL, body, BODY_MAX / 2);
	more = how & 16 ? next(input) : 0;
	for (size_t i = 0; i < more && i < input->left + 8; i++)
		body[length++] = next(input);
	if (how & 32 && length)
		body[next(input) % length] ^= next(input);
	if (how & 64)
		length -= length ? next(input) % length : 0;
	return length;
}

static void deliver(const struct control_path *path, struct control_header *header, const uint8_t *body, size_t length)
{
	struct control_datagram datagram = { *path, malloc(CONTROL_HEADER_LENGTH + length),
					     CONTROL_HEADER_LENGTH + length, NULL };

	if (!datagram.octets)
		return;
	header->length = (uint16_t)datagram.length;
	control_header_write(header, datagram.octets);
	if (length)
		memcpy(datagram.octets + CONTROL_HEADER_LENGTH, body, length);
	control_receive(control, &datagram, now);
	take_events();		/* they may look into the octets */
	free(datagram.octets);
}

static void say(struct input *input)
{
	struct peer *peer = &peers[next(input) % (sizeof(peers) / sizeof(peers[0]))];
	uint8_t how = next(input), type = next(input) % MESSAGE_TYPE_COUNT;
	struct message message = { .type = message_name(type) ? (enum message_type)type : MESSAGE_HELLO };
	struct control_header header = {
		.version = 2, .connection_id = message.type == MESSAGE_SCCRQ ? 0 : peer->tunnel_id,
		.session_id = how & 1 ? 0 : peer->session_id, .ns = peer->ns, .nr = peer->nr,
	};
	uint8_t body[BODY_MAX];
	size_t length = write_body(input, peer, &message, body);

	if (message.type == MESSAGE_SCCRQ)
		header.ns = header.nr = 0;
	if (how & 2)
		header.ns = (uint16_t)(header.ns + (int8_t)next(input));
	else if (message.type != MESSAGE_SCCRQ)
		peer->ns++;
	if (how & 4)
		header.nr = (uint16_t)(header.nr + (int8_t)next(input));
	if (how & 8)
		header.connection_id = how & 16 ? 0 : next(input);
	if (how & 32)
		header.session_id = next(input);
	if (message.type == MESSAGE_SCCRQ)
		peer->ns = 1;
	deliver(&peer->path, &header, body, how & 64 ? 0 : length);
}

static void say_raw(struct input *input)
{
	struct peer *peer = &peers[next(input) % (sizeof(peers) / sizeof(peers[0]))];
	size_t length = next(input);
	struct control_datagram datagram;

	if (length > input->left)
		length = input->left;
	datagram = (struct control_datagram){ peer->path, malloc(length + 1), length, NULL };
	if (!datagram.octets)
		return;
	memcpy(datagram.octets, input->octets, length);
	input->octets += length;
	input->left -= length;
	control_receive(control, &datagram, now);
	take_events();
	free(datagram.octets);
}

/* --- what the owner does --- */

static struct control_tunnel_settings some_settings(uint8_t how)
{
	struct control_tunnel_settings settings = {
		.host_name = "fuzz", .framing_capabilities = 3, .receive_window = (uint16_t)(1 + how % 8),
		.retry_timeout = 1000, .retry_timeout_most = how & 8 ? 0 : 8000, .max_retries = how % 6,
		.hello_timeout = how & 16 ? 0 : 60000, .establish_timeout = 30000,
		.auth = (how & 0xe0) == 0xe0 ? CONTROL_AUTH_CHALLENGE : CONTROL_AUTH_NONE,
		.hide_avps = how & 32, .use_tiebreaker = how & 64, .max_calls = how & 128 ? 2 : 0,
		.secret = SECRET, .secret_length = how % 5 == 4 ? 0 : sizeof(SECRET) - 1,
	};

	return settings;
}

static void own_tunnel(struct input *input, uint8_t what)
{
	struct control_tunnel_settings settings = some_settings(next(input));
	uint8_t which = next(input);
	handle h = tunnels[which % HANDLES_MAX];

	if (what == 0 && control_open(control, &peers[which % 3].path, which & 64 ? NAMED_FIRST + which % NAMED : 0,
				      &settings, NULL, &h, now, NULL) == 0)
		remember(tunnels, h);
	else if (what == 1)
		control_close(control, h, which, which % 9, which & 1 ? "closed" : NULL, now);
	else if (what == 2)
		control_accept(control, requests[which % HANDLES_MAX], &settings, NULL, now);
	else if (what == 3)
		control_refuse(control, requests[which % HANDLES_MAX], 4, 0, "no", now);
	else if (what == 4)
		control_hello(control, h, now);
	else if (what == 5)
		control_change(control, h, &settings, now);
	take_events();
}

static void own_call(struct input *input, uint8_t what)
{
	static const uint8_t number[1017];
	uint8_t which = next(input), how = next(input);
	const struct control_call_settings settings = {
		.avps = { .present = AVP_BIT(AVP_CALLED_NUMBER), .called_number = { number, how } },
		.establish_timeout = 30000,
	};
	const struct control_reason reason = { .result = how, .text = "enough", .cause = { .code = how & 1 } };
	const struct avp_call_errors errors = { .crc = how };
	const struct avp_accm accm = { how, how };
	handle h = calls[which % HANDLES_MAX];

	if (what == 0 && control_call_open(control, tunnels[how % HANDLES_MAX], (enum control_call_role)(which & 2),
					   how & 128 ? which : 0, &settings, NULL, &h, now, NULL) == 0)
		remember(calls, h);
	else if (what == 1)
		control_call_close(control, h, &reason, now);
	else if (what == 2)
		(void)control_call_accept(control, h, how & 128 ? how : 0, &settings, NULL, now, NULL);
	else if (what == 3)
		control_call_connected(control, h, now);
	else if (what == 4)
		control_call_errors(control, h, &errors);
	else if (what == 5)
		control_call_link(control, h, &accm);
	take_events();
}

/* Ids that others have, of those that are named. */
static void own_rest(struct input *input)
{
	uint8_t which = next(input);

	(void)control_reserve_id(control, NAMED_FIRST + which % NAMED, which & 128);
	take_events();
}

static void wait_until(uint64_t end)
{
	unsigned int steps = 0;

	take();
	while (control_deadline(control) <= end) {
		must(++steps < 100000);
		if (control_deadline(control) > now)
			now = control_deadline(control);
		while (control_expire(control, now))
			take_events();
		take();
	}
	now = end;
}

/* --- an input --- */

static const struct control_limits limits = { .half_open = 6, .source_half_open = 4, .requests_per_second = 20 };

static void begin(void)
{
	if (served++ % REFORM_EVERY == 0) {
		control_free(control);
		control = control_new(&limits, next_random);
		must(control != NULL);
	}
	for (uint16_t id = NAMED_FIRST; id < NAMED_FIRST + NAMED; id++)
		must(control_reserve_id(control, id, false));
	random_state = 1;
	memset(tunnels, 0, sizeof(tunnels));
	memset(calls, 0, sizeof(calls));
	memset(requests, 0, sizeof(requests));
	memset(peers, 0, sizeof(peers));
	for (uint8_t i = 0; i < sizeof(peers) / sizeof(peers[0]); i++) {
		peers[i].path.peer.address.family = AF_INET;
		peers[i].path.peer.address.bytes[3] = (uint8_t)(2 + i / 2);
		peers[i].path.peer.port = (uint16_t)(1701 + i % 2);
	}
}

static void step(struct input *input)
{
	static const uint32_t waits[] = { 1, 500, 1000, 8000, 31000, 60000, 120000, 3600000 };
	uint8_t what = next(input) % 32;

	if (what < 16)
		say(input);
	else if (what == 16)
		say_raw(input);
	else if (what < 23)
		own_tunnel(input, what - 17);
	else if (what < 29)
		own_call(input, what - 23);
	else if (what == 29)
		wait_until(now + waits[next(input) % 8]);
	else if (what == 30)
		own_rest(input);
	else
		take_datagrams();
}

static void check_nothing_left(void)
{
	struct control_counters counters;

	control_counters(control, &counters);
	must(!counters.tunnels && !counters.calls && !counters.half_open);
}

static void close_all(void)
{
	for (unsigned int i = 0; i < HANDLES_MAX; i++)
		control_close(control, tunnels[i], 6, 0, "the end", now);
	/* Nobody answers HELLO any more: also those that are not remembered go. */
	wait_until(now + REST_MS);
}

static bool has_quiet_tunnels(void)
{
	struct control_counters counters;

	control_counters(control, &counters);
	return counters.tunnels;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
	struct input input = { data, length };

	if (length > LENGTH_MAX)
		return 0;
	begin();
	while (input.left) {
		step(&input);
		if (input.left % 4 == 0)
			take_datagrams();
	}
	close_all();
	/* A tunnel without HELLO, and out of reach of the list, may stay for ever. */
	if (has_quiet_tunnels()) {
		control_free(control);
		control = NULL;
		served = 0;
		return 0;
	}
	check_nothing_left();
	return 0;
}
