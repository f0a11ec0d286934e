/* SPDX-License-Identifier: MIT */
/*
 * The RADIUS client among servers that say what an input wants, signed as a server would, or not; users that come, go
 * and are challenged; records; servers that vanish; a clock that runs.  Whatever happens, every request comes to an
 * end, once; and when servers answer again nothing remains that they were not told.
 *
 * An input is a list of steps: what is done, and what that needs (see act()).
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aaa/radius.h"
#include "fuzz.h"
#include "wire/radius.h"

#define SERVERS 3

static const struct radius_secret secret = { (const uint8_t *)"correct-horse", 13 };

struct world {
	const uint8_t *position, *end;
	struct radius_client *client;
	uint64_t now;
	unsigned int asked, ended;	/* requests, and events that ended one */
	handle conversation, dynamic;
	bool goes_on;			/* the conversation: an answer is awaited */
	struct radius_datagram datagram;
	uint8_t octets[RADIUS_PACKET_MAX];
};

static uint8_t next(struct world *world)
{
	return world->position < world->end ? *world->position++ : 0;
}

static const uint8_t *take(struct world *world, size_t *length)
{
	const uint8_t *octets = world->position;

	if (*length > (size_t)(world->end - world->position))
		*length = (size_t)(world->end - world->position);
	world->position += *length;
	return octets;
}

static void set_server(struct world *world, uint8_t which)
{
	struct radius_server_settings settings = {
		.address = { .family = AF_INET }, .auth_port = 1812, .acct_port = 1813, .timeout = 1000, .retries = 1,
		.dead_time = 5000, .secret = "correct-horse", .secret_length = 13, .dynamic = true,
		.message_authenticator = which / SERVERS % 3,
	};

	which %= SERVERS;
	settings.address.bytes[3] = (uint8_t)(which + 1);
	snprintf(settings.name, sizeof(settings.name), "s%u", which);
	radius_set_server(world->client, &settings, world->now, NULL);
}

static void remove_server(struct world *world, uint8_t which)
{
	char name[8];

	snprintf(name, sizeof(name), "s%u", which % SERVERS);
	radius_remove_server(world->client, name, world->now);
}

/* --- users --- */

static void ask(struct world *world, bool further)
{
	static const uint8_t challenge[16], response[49];
	static const struct radius_session session = { .session_id = "s" };
	enum credentials_method method = next(world) % (CREDENTIALS_EAP + 1);
	struct credentials credentials = {
		.method = method, .name = (const uint8_t *)"anna", .name_length = 4, .challenge = challenge,
		.challenge_length = method == CREDENTIALS_MSCHAPV1 ? 8 : 16, .response = response,
		.response_length = method == CREDENTIALS_CHAP_MD5 ? 16 : 49,
	};
	struct radius_request request = { .session = &session, .credentials = &credentials };
	handle asked;

	if (further)
		request.conversation = world->conversation;
	if (radius_ask(world->client, &request, world, &asked, world->now, NULL) < 0)
		return;
	world->asked++;
	world->goes_on |= further && asked == world->conversation;
}

static void account(struct world *world)
{
	char session_id[2] = { (char)('a' + next(world) % 4) };
	struct radius_session session = { .user_name = "anna", .session_id = session_id };
	struct radius_record record = { .status = RADIUS_STATUS_START + next(world) % 3, .session = &session };

	radius_account(world->client, &record, world->now, NULL);
}

static void see(struct world *world)
{
	struct radius_event event;

	while (radius_next_event(world->client, &event, world->now)) {
		must(event.text != NULL);
		if (event.kind == RADIUS_EVENT_DYNAMIC)
			world->dynamic = event.request;
		if (event.kind != RADIUS_EVENT_ANSWER && event.kind != RADIUS_EVENT_FAILURE)
			continue;
		must(event.owner == world);
		world->ended++;
		if (event.request == world->conversation)
			world->goes_on = false;
		if (event.kind == RADIUS_EVENT_ANSWER && event.verdict->result == CREDENTIALS_CONTINUE &&
		    !world->goes_on)
			world->conversation = event.request;
	}
}

/* Of one that was to be answered no event comes. */
static void hang_up(struct world *world)
{
	see(world);
	radius_cancel(world->client, world->conversation, world->now);
	world->ended += world->goes_on;
	world->goes_on = false;
}

/* --- servers --- */

static bool receive_next(struct world *world)
{
	struct radius_packet packet;

	if (!radius_next_datagram(world->client, &world->datagram, world->now))
		return false;
	must(radius_parse(&packet, world->datagram.octets, world->datagram.length));
	memcpy(world->octets, world->datagram.octets, world->datagram.length);
	return true;
}

static void reply(struct world *world, uint8_t code, bool sealed, const uint8_t *attributes, size_t length)
{
	struct radius_datagram datagram = world->datagram;
	uint8_t octets[1024];
	struct radius_builder builder;

	radius_begin(&builder, octets, sizeof(octets), code, world->octets[1], NULL);
	if (sealed)
		radius_put_message_authenticator(&builder);
	radius_put_raw(&builder, attributes, length);
	datagram.length = radius_sign_reply(&builder, world->octets + 4, &secret);
	datagram.octets = octets;
	radius_receive(world->client, &datagram, world->now);
}

static void reply_as_told(struct world *world)
{
	static const uint8_t codes[] = { 2, 2, 2, 3, 5, 11, 11, 41 };
	uint8_t how = next(world);
	size_t length = next(world);
	const uint8_t *attributes = take(world, &length);

	reply(world, codes[how & 7], how & 8, attributes, length);
}

static void reply_rightly(struct world *world)
{
	bool access = world->octets[0] == RADIUS_ACCESS_REQUEST;

	reply(world, access ? RADIUS_ACCESS_REJECT : RADIUS_ACCOUNTING_RESPONSE, true, NULL, 0);
}

static void arrive(struct world *world)
{
	struct radius_datagram datagram = { .socket = (unsigned int)(next(world) * 32),
					    .peer = { { .family = AF_INET }, 1812 } };

	datagram.peer.address.bytes[3] = (uint8_t)(next(world) % (SERVERS + 1));
	datagram.length = next(world);
	datagram.octets = take(world, &datagram.length);
	radius_receive(world->client, &datagram, world->now);
}

static void demand(struct world *world)
{
	struct radius_datagram datagram = { .socket = RADIUS_SOCKET_DYNAMIC, .peer = { { .family = AF_INET }, 9 } };
	uint8_t how = next(world), octets[1024];
	size_t length = next(world);
	const uint8_t *attributes = take(world, &length);
	struct radius_builder builder;

	datagram.peer.address.bytes[3] = (uint8_t)(how % SERVERS + 1);
	radius_begin(&builder, octets, sizeof(octets), how & 64 ? RADIUS_COA_REQUEST : RADIUS_DISCONNECT_REQUEST, how,
		     NULL);
	if (how & 128)
		radius_put_message_authenticator(&builder);
	radius_put_raw(&builder, attributes, length);
	datagram.length = radius_sign_request(&builder, &secret);
	datagram.octets = octets;
	radius_receive(world->client, &datagram, world->now);
}

/* --- time --- */

static void pass(struct world *world, uint64_t ms)
{
	uint64_t until = world->now + ms;

	while (radius_deadline(world->client) <= until) {
		if (radius_deadline(world->client) > world->now)
			world->now = radius_deadline(world->client);
		while (radius_expire(world->client, world->now))
			;
	}
	world->now = until;
}

static void act(struct world *world)
{
	switch (next(world) % 14) {
	case 0: ask(world, false); break;
	case 1: ask(world, true); break;
	case 2: receive_next(world); break;
	case 3: reply_as_told(world); break;
	case 4: reply_rightly(world); break;
	case 5: arrive(world); break;
	case 6: demand(world); break;
	case 7: radius_dynamic_answer(world->client, world->dynamic, next(world) & 1, 503, world->now); break;
	case 8: account(world); break;
	case 9: pass(world, (uint64_t)next(world) * 100); break;
	case 10: set_server(world, next(world)); break;
	case 11: remove_server(world, next(world)); break;
	case 12: see(world); break;
	case 13: hang_up(world); break;
	}
}

/* All is answered from here on. */
static void settle(struct world *world)
{
	for (uint8_t which = 0; which < SERVERS; which++)
		set_server(world, which);
	for (int i = 0; i < 4096 && (radius_unacknowledged(world->client) || world->ended < world->asked); i++) {
		while (receive_next(world))
			reply_rightly(world);
		see(world);
		pass(world, 1000);
	}
	must(!radius_unacknowledged(world->client));
	must(world->ended == world->asked);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
	static struct world world;

	world = (struct world){ .position = data, .end = data + length, .client = radius_new(NULL, NULL), .now = 1000 };
	if (!world.client)
		return 0;
	set_server(&world, 0);
	set_server(&world, 1);
	while (world.position < world.end)
		act(&world);
	settle(&world);
	radius_free(world.client);
	return 0;
}
