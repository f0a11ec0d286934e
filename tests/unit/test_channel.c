/* SPDX-License-Identifier: MIT */
/* Reliable delivery: the schedule, the numbers, and two ends with a bad network between them. */
#include "control/channel.h"

#include <stdlib.h>
#include <string.h>

#include "test.h"

#define BODY_LENGTH 4

static const struct channel_settings settings = {
	.version = 2, .receive_window = 10, .retry_timeout = 1000, .retry_timeout_most = 8000, .max_retries = 5,
};

static struct channel begun(const struct channel_settings *with, uint16_t peer_window)
{
	struct channel channel;

	channel_begin(&channel, with);
	channel_set_peer(&channel, 7, peer_window);
	return channel;
}

static void queue(struct channel *channel, uint32_t number)
{
	uint8_t body[BODY_LENGTH];

	memcpy(body, &number, sizeof(body));
	assert_int_equal(channel_send(channel, 0, body, sizeof(body)), 0);
}

static struct control_header sent_header(struct channel *channel, uint64_t now)
{
	struct control_header header = { .version = 0 };
	size_t length = 0;
	const uint8_t *octets = channel_transmit(channel, now, &length);

	if (octets)
		assert_true(control_header_read(octets, length, &header));
	return header;
}

static bool sends_nothing(struct channel *channel, uint64_t now)
{
	return sent_header(channel, now).version == 0;
}

static enum channel_arrival arrive(struct channel *channel, uint16_t ns, uint16_t nr, size_t length, uint64_t now)
{
	const struct control_header header = { .version = 2, .ns = ns, .nr = nr };
	static const uint8_t body[BODY_LENGTH];

	return channel_receive(channel, &header, body, length, now);
}

/* --- time --- */

static void check_schedule(const struct channel_settings *with, const uint64_t *seconds, size_t count,
			   uint64_t given_up)
{
	struct channel channel = begun(with, 4);
	uint64_t now = 0;

	queue(&channel, 0);
	for (size_t i = 0; i < count; i++) {
		struct control_header header = sent_header(&channel, now);

		assert_int_equal(now, seconds[i] * 1000);
		assert_int_equal(header.version, with->version);
		assert_int_equal(header.ns, 0);
		assert_true(sends_nothing(&channel, now));
		assert_true(channel_expire(&channel, channel_deadline(&channel) - 1));
		assert_true(sends_nothing(&channel, now));
		now = channel_deadline(&channel);
		assert_int_equal(channel_expire(&channel, now), i + 1 < count);
	}
	assert_int_equal(now, given_up * 1000);
	assert_int_equal(channel.counters.retransmitted, count - 1);
	channel_end(&channel);
}

static void keeps_the_schedule(void **state)
{
	static const uint64_t uncapped[] = { 0, 1, 3, 7, 15, 31 }, capped[] = { 0, 1, 3, 7, 15, 23 },
			      v3[] = { 0, 1, 3, 7, 15, 23, 31, 39, 47, 55, 63 };
	struct channel_settings with = settings;

	check_schedule(&with, capped, ARRAY_SIZE(capped), 31);
	with.retry_timeout_most = 0;
	check_schedule(&with, uncapped, ARRAY_SIZE(uncapped), 63);
	with = settings;
	with.version = 3;
	with.max_retries = 10;
	check_schedule(&with, v3, ARRAY_SIZE(v3), 71);
}

static void an_answer_starts_the_schedule_anew(void **state)
{
	struct channel channel = begun(&settings, 4);

	queue(&channel, 0);
	queue(&channel, 1);
	sent_header(&channel, 0);
	assert_true(channel_expire(&channel, 1000));
	sent_header(&channel, 1000);
	arrive(&channel, 0, 1, 0, 1500);
	assert_int_equal(channel_deadline(&channel), CHANNEL_NEVER);
	assert_int_equal(sent_header(&channel, 1500).ns, 1);
	assert_int_equal(channel_deadline(&channel), 2500);
	arrive(&channel, 0, 2, 0, 1600);
	assert_true(channel_is_idle(&channel));
	assert_int_equal(channel_deadline(&channel), CHANNEL_NEVER);
	channel_end(&channel);
}

/* --- numbers --- */

static void knows_duplicates(void **state)
{
	static const struct {
		uint16_t ns, last;
		bool duplicate;
	} cases[] = {
		{ 0, 15, true }, { 15, 15, true }, { 16, 15, false }, { 32783, 15, false }, { 32784, 15, true },
		{ 65535, 15, true }, { 65535, 65535, true }, { 0, 65535, false }, { 1, 65535, false },
		{ 32768, 65535, true }, { 32767, 65535, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct channel channel = begun(&settings, 4);
		bool next = cases[i].ns == (uint16_t)(cases[i].last + 1);

		channel.nr = (uint16_t)(cases[i].last + 1);
		assert_int_equal(arrive(&channel, cases[i].ns, 0, BODY_LENGTH, 0),
				 next ? CHANNEL_DELIVER : CHANNEL_NOTHING);
		assert_int_equal(channel.counters.duplicates, cases[i].duplicate);
		assert_int_equal(sent_header(&channel, 0).nr, (uint16_t)(cases[i].last + (next ? 2 : 1)));
		channel_end(&channel);
	}
}

static void an_acknowledgement_uses_up_no_number(void **state)
{
	struct channel channel = begun(&settings, 4);
	struct control_header header;

	assert_int_equal(arrive(&channel, 0, 0, BODY_LENGTH, 0), CHANNEL_DELIVER);
	header = sent_header(&channel, 0);
	assert_int_equal(header.length, CONTROL_HEADER_LENGTH);
	assert_int_equal(header.ns, 0);
	assert_int_equal(header.nr, 1);
	assert_true(sends_nothing(&channel, 0));
	assert_int_equal(arrive(&channel, 9, 0, 0, 0), CHANNEL_NOTHING);	/* nor does the peer's */
	assert_int_equal(channel.nr, 1);
	/* and what is to be sent anyway carries it */
	assert_int_equal(arrive(&channel, 1, 0, BODY_LENGTH, 0), CHANNEL_DELIVER);
	queue(&channel, 0);
	header = sent_header(&channel, 0);
	assert_int_equal(header.length, CONTROL_HEADER_LENGTH + BODY_LENGTH);
	assert_int_equal(header.nr, 2);
	assert_true(sends_nothing(&channel, 0));
	channel_end(&channel);
}

static void a_repetition_tells_the_nr_of_today(void **state)
{
	struct channel channel = begun(&settings, 4);

	queue(&channel, 0);
	assert_int_equal(sent_header(&channel, 0).nr, 0);
	arrive(&channel, 0, 0, BODY_LENGTH, 10);
	assert_true(channel_expire(&channel, 1000));
	assert_int_equal(sent_header(&channel, 1000).nr, 1);
	channel_end(&channel);
}

/* Forged or foolish: what was not sent cannot be acknowledged. */
static void believes_no_impossible_nr(void **state)
{
	struct channel channel = begun(&settings, 1);

	queue(&channel, 0);
	queue(&channel, 1);
	sent_header(&channel, 0);
	arrive(&channel, 0, 3, 0, 0);
	arrive(&channel, 0, 65535, 0, 0);
	assert_int_equal(channel.queued, 2);
	arrive(&channel, 0, 2, 0, 0);		/* the second was not sent yet */
	assert_int_equal(channel.queued, 2);
	arrive(&channel, 0, 1, 0, 0);
	assert_int_equal(channel.queued, 1);
	assert_int_equal(sent_header(&channel, 0).ns, 1);
	channel_end(&channel);
}

/* --- windows --- */

static unsigned int send_all(struct channel *channel, uint64_t now)
{
	unsigned int count = 0;

	while (!sends_nothing(channel, now))
		count++;
	return count;
}

static void starts_slowly(void **state)
{
	struct channel channel = begun(&settings, 6);
	uint16_t acknowledged = 0;
	static const unsigned int bursts[] = { 1, 2, 4, 6, 6 };

	for (uint32_t i = 0; i < 40; i++)
		queue(&channel, i);
	for (size_t i = 0; i < ARRAY_SIZE(bursts); i++) {
		assert_int_equal(send_all(&channel, 0), bursts[i]);
		acknowledged = (uint16_t)(acknowledged + bursts[i]);
		arrive(&channel, 0, acknowledged, 0, 0);
	}
	/* After a loss: one again, fast up to half, then slowly. */
	send_all(&channel, 0);
	assert_true(channel_expire(&channel, channel_deadline(&channel)));
	assert_int_equal(channel.ssthresh, 3);
	assert_int_equal(send_all(&channel, 2000), 1);
	channel_end(&channel);
}

static void never_sends_more_than_the_window(void **state)
{
	struct channel channel = begun(&settings, 1);

	for (uint32_t i = 0; i < 5; i++)
		queue(&channel, i);
	for (uint16_t i = 0; i < 5; i++) {
		assert_int_equal(sent_header(&channel, i).ns, i);
		assert_true(sends_nothing(&channel, i));
		arrive(&channel, 0, (uint16_t)(i + 1), 0, i);
	}
	channel_end(&channel);
}

static void holds_what_comes_too_early(void **state)
{
	struct channel channel = begun(&settings, 4);
	uint16_t session_id;
	uint8_t *octets;
	size_t length;

	assert_int_equal(arrive(&channel, 2, 0, BODY_LENGTH, 0), CHANNEL_NOTHING);
	assert_int_equal(arrive(&channel, 2, 0, BODY_LENGTH, 0), CHANNEL_NOTHING);
	assert_int_equal(arrive(&channel, 10, 0, BODY_LENGTH, 0), CHANNEL_NOTHING);	/* beyond the window */
	assert_int_equal(channel.counters.held, 1);
	assert_int_equal(channel.counters.duplicates, 1);
	assert_int_equal(channel.counters.discarded, 1);
	assert_false(channel_next_held(&channel, &session_id, &octets, &length));
	assert_int_equal(arrive(&channel, 0, 0, BODY_LENGTH, 0), CHANNEL_DELIVER);
	assert_false(channel_next_held(&channel, &session_id, &octets, &length));
	assert_int_equal(arrive(&channel, 1, 0, BODY_LENGTH, 0), CHANNEL_DELIVER);
	assert_true(channel_next_held(&channel, &session_id, &octets, &length));
	assert_int_equal(length, BODY_LENGTH);
	assert_false(channel_next_held(&channel, &session_id, &octets, &length));
	assert_int_equal(sent_header(&channel, 0).nr, 3);
	channel_end(&channel);
}

/* --- two ends --- */

#define FLYING_MAX 256
#define MESSAGES 300

struct flying {
	uint64_t arrives;
	unsigned int to;
	size_t length;
	uint8_t octets[CONTROL_HEADER_LENGTH + BODY_LENGTH];
};

struct network {
	uint64_t now;
	uint32_t random;
	struct channel ends[2];
	uint32_t delivered[2];
	struct flying flying[FLYING_MAX];
	unsigned int count;
};

static uint32_t draw(struct network *network, uint32_t below)
{
	network->random = network->random * 1664525u + 1013904223u;
	return (network->random >> 8) % below;
}

static void launch(struct network *network, unsigned int to, const uint8_t *octets, size_t length)
{
	struct flying *flying = &network->flying[network->count];

	if (network->count == FLYING_MAX || draw(network, 100) < 25)
		return;		/* lost */
	network->count++;
	flying->arrives = network->now + 5 + draw(network, 300);
	flying->to = to;
	flying->length = length;
	memcpy(flying->octets, octets, length);
}

static void transmit(struct network *network, unsigned int from)
{
	struct channel *channel = &network->ends[from];
	const uint8_t *octets;
	size_t length;

	while ((octets = channel_transmit(channel, network->now, &length))) {
		launch(network, !from, octets, length);
		if (draw(network, 100) < 10)
			launch(network, !from, octets, length);
		assert_true(channel->in_flight <= channel->peer_window);
	}
}

static void deliver(struct network *network, unsigned int to, const uint8_t *body)
{
	uint32_t number;

	memcpy(&number, body, sizeof(number));
	assert_int_equal(number, network->delivered[to]);
	network->delivered[to]++;
}

static void land(struct network *network, unsigned int at)
{
	struct flying flying = network->flying[at];
	struct channel *channel = &network->ends[flying.to];
	struct control_header header;
	uint16_t session_id;
	uint8_t *octets;
	size_t length;

	network->flying[at] = network->flying[--network->count];
	assert_true(control_header_read(flying.octets, flying.length, &header));
	if (channel_receive(channel, &header, flying.octets + CONTROL_HEADER_LENGTH,
			    flying.length - CONTROL_HEADER_LENGTH, network->now) == CHANNEL_DELIVER) {
		deliver(network, flying.to, flying.octets + CONTROL_HEADER_LENGTH);
		while (channel_next_held(channel, &session_id, &octets, &length))
			deliver(network, flying.to, octets);
	}
	transmit(network, flying.to);
}

static uint64_t next_time(const struct network *network)
{
	uint64_t next = CHANNEL_NEVER;

	for (unsigned int i = 0; i < network->count; i++)
		if (network->flying[i].arrives < next)
			next = network->flying[i].arrives;
	for (unsigned int i = 0; i < 2; i++)
		if (channel_deadline(&network->ends[i]) < next)
			next = channel_deadline(&network->ends[i]);
	return next;
}

static void step(struct network *network)
{
	network->now = next_time(network);
	for (unsigned int i = 0; i < network->count; i++)
		if (network->flying[i].arrives == network->now) {
			land(network, i);
			return;
		}
	for (unsigned int i = 0; i < 2; i++) {
		assert_true(channel_expire(&network->ends[i], network->now));
		transmit(network, i);
	}
}

static void check_network(uint32_t seed)
{
	struct network *network = calloc(1, sizeof(*network));
	struct channel_settings patient = settings;

	assert_non_null(network);
	network->random = seed;
	patient.max_retries = 1000;
	for (unsigned int i = 0; i < 2; i++) {
		network->ends[i] = begun(&patient, (uint16_t)(1 + draw(network, patient.receive_window)));
		channel_resume(&network->ends[i], 65400, 65400);	/* wraps on the way */
		for (uint32_t n = 0; n < MESSAGES; n++)
			queue(&network->ends[i], n);
	}
	transmit(network, 0);
	transmit(network, 1);
	while (next_time(network) != CHANNEL_NEVER)
		step(network);
	for (unsigned int i = 0; i < 2; i++) {
		assert_int_equal(network->delivered[i], MESSAGES);
		assert_true(channel_is_idle(&network->ends[i]));
		channel_end(&network->ends[i]);
	}
	free(network);
}

static void delivers_over_a_bad_network(void **state)
{
	for (uint32_t seed = 1; seed <= 30; seed++)
		check_network(seed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_the_schedule),
		cmocka_unit_test(an_answer_starts_the_schedule_anew),
		cmocka_unit_test(knows_duplicates),
		cmocka_unit_test(an_acknowledgement_uses_up_no_number),
		cmocka_unit_test(a_repetition_tells_the_nr_of_today),
		cmocka_unit_test(believes_no_impossible_nr),
		cmocka_unit_test(starts_slowly),
		cmocka_unit_test(never_sends_more_than_the_window),
		cmocka_unit_test(holds_what_comes_too_early),
		cmocka_unit_test(delivers_over_a_bad_network),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
