/* SPDX-License-Identifier: MIT */
/*
 * Two ends of a link that prove names to each other, and nothing else: in place of the real link of the engine, what
 * auth.c wants from one (ppp/internal.h) is here.  Packets lie in a queue until the test lets them arrive, changes them
 * or loses them; questions are answered as each end's `secret` says.
 */
#ifndef L2TPD_TESTS_UNIT_AUTH_WORLD_H
#define L2TPD_TESTS_UNIT_AUTH_WORLD_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ppp/auth.h"
#include "ppp_vectors.h"
#include "test.h"

#define PACKETS 64

struct sent {
	uint16_t protocol;
	size_t length;
	uint8_t octets[PPP_FRAME_MAX];
};

/* One end. */
struct end {
	struct ppp_link link;		/* first */
	struct ppp_settings settings;
	struct sent sent[PACKETS];	/* that have not arrived */
	size_t first, count;
	unsigned int packets;		/* sent in all */
	/* what was said about the peer */
	enum credentials_method peer_proved_by, own_proved_by;
	unsigned int proofs;		/* of the peer's name */
	char peer_name[PPP_NAME_MAX];
	struct credentials_keys peer_keys, own_keys;
	bool peer_keys_told;
	/* what is asked */
	unsigned int questions;
	struct credentials asked;
	uint8_t asked_name[PPP_NAME_MAX], asked_challenge[64], asked_response[PPP_FRAME_MAX];
	bool silent;			/* no verdict */
	const char *secret;		/* of the peer's name, NULL: nobody has that name */
	const char *message;		/* of the verdict, NULL: none */
	/* how it ended */
	bool failed;
	struct link_failure failure;
	char text[PPP_TEXT_MAX];
	uint32_t random;
};

static struct world {
	struct end lns, client;
	uint64_t now;
} world;

static struct end *end_of(struct ppp_link *link)
{
	return (struct end *)link;
}

static struct end *other_end(struct end *end)
{
	return end == &world.lns ? &world.client : &world.lns;
}

/* --- in place of link.c --- */

void link_send(struct ppp_link *link, uint16_t protocol, const void *octets, size_t length)
{
	struct end *end = end_of(link);
	struct sent *sent = &end->sent[(end->first + end->count) % PACKETS];

	assert_true(length <= PPP_FRAME_MAX - PPP_HEADER_LENGTH);
	assert_true(end->count < PACKETS);
	end->count++;
	end->packets++;
	sent->protocol = protocol;
	sent->length = length;
	memcpy(sent->octets, octets, length);
}

void link_set_timer(struct ppp_link *link, enum link_timer timer, uint64_t when)
{
	link->timers[timer] = when;
}

void link_ask(struct ppp_link *link, const struct credentials *credentials)
{
	struct end *end = end_of(link);

	end->questions++;
	end->asked = *credentials;
	memcpy(end->asked_name, credentials->name, credentials->name_length);
	if (credentials->challenge_length)
		memcpy(end->asked_challenge, credentials->challenge, credentials->challenge_length);
	if (credentials->response_length)
		memcpy(end->asked_response, credentials->response, credentials->response_length);
	end->asked.name = end->asked_name;
	end->asked.challenge = end->asked_challenge;
	end->asked.response = end->asked_response;
}

void link_peer_proved(struct ppp_link *link, enum credentials_method method, const char *name, size_t name_length,
		      const struct credentials_keys *keys)
{
	struct end *end = end_of(link);

	assert_false(end->failed);
	link->peer_proved_by = method;
	link->told_ipv4 = true;		/* the network follows at once */
	end->peer_proved_by = method;
	end->proofs++;
	memcpy(end->peer_name, name, name_length);
	end->peer_name[name_length] = '\0';
	link->peer_name = end->peer_name;
	end->peer_keys_told = keys && keys->there;
	if (end->peer_keys_told)
		end->peer_keys = *keys;
}

void link_own_proved(struct ppp_link *link, enum credentials_method method, const struct credentials_keys *keys)
{
	struct end *end = end_of(link);

	assert_false(end->failed);
	assert_int_equal(end->own_proved_by, CREDENTIALS_NONE);
	link->proved_by = method;
	end->own_proved_by = method;
	end->own_keys = *keys;
}

void link_fail(struct ppp_link *link, const struct link_failure *failure)
{
	struct end *end = end_of(link);

	assert_false(end->failed);
	end->failed = true;
	end->failure = *failure;
	snprintf(end->text, sizeof(end->text), "%s", failure->text);
	auth_end(link);
}

void link_random(struct ppp_link *link, void *octets, size_t length)
{
	for (uint8_t *octet = octets; length--; octet++)
		*octet = (uint8_t)((end_of(link)->random = end_of(link)->random * 1664525 + 1013904223) >> 24);
}

/* --- what tests do --- */

static void set_secret(struct end *end, const char *name, const char *password)
{
	struct link_secret *secret = calloc(1, sizeof(*secret) + strlen(name) + 1 + strlen(password));

	assert_non_null(secret);
	secret->name_length = (uint16_t)strlen(name);
	secret->password_length = (uint16_t)strlen(password);
	memcpy(secret->octets, name, strlen(name) + 1);
	memcpy(secret->octets + strlen(name) + 1, password, strlen(password));
	free(end->link.secret);
	end->link.secret = secret;
}

static void init_end(struct end *end, const char *local_name, uint32_t seed)
{
	*end = (struct end){ .random = seed };
	end->link.settings = &end->settings;
	end->settings.chap = end->settings.pap = (struct ppp_retries){ 3000, 10, 2, 5 };
	snprintf(end->settings.local_name, sizeof(end->settings.local_name), "%s", local_name);
	for (int i = 0; i < LINK_TIMERS; i++)
		end->link.timers[i] = PPP_NEVER;
	end->secret = V2_PASSWORD;
}

static void end_end(struct end *end)
{
	auth_end(&end->link);
	assert_null(end->link.auth);
	for (int timer = LINK_TIMER_PEER_AUTH; timer <= LINK_TIMER_AUTH_LIMIT; timer++)
		assert_true(end->link.timers[timer] == PPP_NEVER);
	free(end->link.secret);
	end->link.secret = NULL;
}

static int end_world(void **state)
{
	if (world.now) {
		end_end(&world.lns);
		end_end(&world.client);
	}
	world.now = 0;
	return 0;
}

/* Also in the middle of a test. */
static int begin_world(void **state)
{
	end_world(state);
	init_end(&world.lns, "lns", 1);
	init_end(&world.client, "client", 2);
	set_secret(&world.client, V2_USER, V2_PASSWORD);
	world.now = 1000;
	return 0;
}

/* The client proves itself by method. */
static void let_begin(unsigned int method)
{
	world.lns.link.peer_method = (uint8_t)method;
	world.client.link.our_method = (uint8_t)method;
	auth_begin(&world.client.link, world.now);
	auth_begin(&world.lns.link, world.now);
}

/* What this end sent first and has not arrived; it is out of the queue. */
static struct sent *taken(struct end *end)
{
	struct sent *sent = &end->sent[end->first];

	assert_true(end->count > 0);
	end->first = (end->first + 1) % PACKETS;
	end->count--;
	return sent;
}

static void arrive(struct end *from, const struct sent *sent)
{
	struct end *to = other_end(from);

	if (!to->failed)
		auth_receive(&to->link, sent->protocol, sent->octets, sent->length, world.now);
}

/* As the owner would. */
static void give_verdict(struct end *end, const struct credentials_verdict *verdict, const char *name)
{
	auth_verdict(&end->link, verdict, name, world.now);
}

static bool answer_question(struct end *end)
{
	struct credentials_verdict verdict;

	if (end->silent || !end->link.auth || end->link.auth->peer.state != AUTH_ASKED)
		return false;
	ppp_verify(&end->asked, (const uint8_t *)end->secret, end->secret ? strlen(end->secret) : 0, &verdict);
	snprintf(verdict.message, sizeof(verdict.message), "%s", end->message ? end->message : "");
	give_verdict(end, &verdict, NULL);
	return true;
}

/* One thing that is to happen; false: nothing is. */
static bool step(struct end *end)
{
	if (answer_question(end))
		return true;
	if (!end->count)
		return false;
	arrive(end, taken(end));
	return true;
}

static void run(void)
{
	for (int i = 0; i < 1000; i++)
		if (!step(&world.lns) && !step(&world.client))
			return;
	fail_msg("it comes to no end");
}

static void lose(struct end *end)
{
	while (end->count)
		taken(end);
}

/* The earliest timer of an end. */
static int earliest(const struct end *end)
{
	int best = LINK_TIMER_PEER_AUTH;

	for (int timer = LINK_TIMER_PEER_AUTH; timer <= LINK_TIMER_AUTH_LIMIT; timer++)
		if (end->link.timers[timer] < end->link.timers[best])
			best = timer;
	return best;
}

/* Until this end's next timer, which comes; false: it has none. */
static bool pass_time(struct end *end)
{
	int timer = earliest(end);

	if (end->link.timers[timer] == PPP_NEVER)
		return false;
	if (end->link.timers[timer] > world.now)
		world.now = end->link.timers[timer];
	end->link.timers[timer] = PPP_NEVER;
	auth_expire(&end->link, (enum link_timer)timer, world.now);
	return true;
}

/* A packet from nowhere. */
static void inject(struct end *to, uint16_t protocol, const char *octets)
{
	uint8_t packet[TEXT_OCTETS_MAX];
	size_t length;

	assert_true(text_to_octets(octets, packet, sizeof(packet), &length));
	auth_receive(&to->link, protocol, packet, length, world.now);
}

static void inject_packet(struct end *to, uint16_t protocol, uint8_t code, uint8_t identifier, const void *data,
			  size_t length)
{
	uint8_t packet[PPP_FRAME_MAX];

	ppp_packet_write(code, identifier, length, packet);
	memcpy(packet + PPP_PACKET_LENGTH, data, length);
	auth_receive(&to->link, protocol, packet, PPP_PACKET_LENGTH + length, world.now);
}

static void assert_proved(enum credentials_method method)
{
	assert_false(world.lns.failed || world.client.failed);
	assert_int_equal(world.lns.peer_proved_by, method);
	assert_int_equal(world.client.own_proved_by, method);
	assert_string_equal(world.lns.peer_name, V2_USER);
}

static void assert_failed(const struct end *end, enum ppp_cause cause, enum disconnect_code code,
			  enum disconnect_direction direction)
{
	assert_true(end->failed);
	assert_int_equal(end->failure.cause, cause);
	assert_int_equal(end->failure.code, code);
	assert_int_equal(end->failure.direction, direction);
	assert_true(end->text[0]);
	assert_null(end->link.auth);
}

/* The client was not let in, and both know. */
static void assert_refused(void)
{
	assert_failed(&world.lns, PPP_CAUSE_REFUSED, DISCONNECT_AUTH_FAILED, DIRECTION_PEER);
	assert_failed(&world.client, PPP_CAUSE_NOT_TRUSTED, DISCONNECT_AUTH_FAILED, DIRECTION_OURS);
	assert_false(world.lns.failure.by_peer);
	assert_true(world.client.failure.by_peer);
	assert_int_equal(world.lns.proofs, 0);
	assert_int_equal(world.client.own_proved_by, CREDENTIALS_NONE);
}

static void assert_sent(const struct sent *sent, const char *wanted)
{
	uint8_t octets[TEXT_OCTETS_MAX];
	size_t length;

	assert_true(text_to_octets(wanted, octets, sizeof(octets), &length));
	assert_int_equal(sent->length, length);
	assert_memory_equal(sent->octets, octets, length);
}

#endif
