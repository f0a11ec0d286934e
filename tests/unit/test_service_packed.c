/* SPDX-License-Identifier: MIT */
/*
 * Structs of which little is set come back as they were, and take little; who guesses waits, who does not does not.
 */
#include <stdlib.h>
#include <string.h>

#include "service/authenticate.h"
#include "service/packed.h"

#include "test.h"

static void pack_and_open(const uint8_t *octets, size_t size)
{
	uint8_t *out = malloc(size);
	struct packed *packed;

	assert_non_null(out);
	memset(out, 0xa5, size);
	assert_true(packed_make(octets, size, &packed));
	packed_open(packed, out, size);
	assert_memory_equal(out, octets, size);
	packed_free(packed);
	free(out);
}

static void what_is_packed_comes_back(void **state)
{
	static const unsigned int places[] = { 0, 1, 7, 8, 9, 15, 16, 500, 998, 999 };
	uint8_t octets[1000];
	uint64_t random = 1;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		memset(octets, 0, sizeof(octets));
		octets[places[i]] = 1;
		pack_and_open(octets, sizeof(octets));
	}
	for (unsigned int round = 0; round < 300; round++) {
		for (size_t i = 0; i < sizeof(octets); i++) {
			random = random * 6364136223846793005u + 1442695040888963407u;
			octets[i] = random >> 60 > round / 20 ? 0 : (uint8_t)(random >> 40);
		}
		pack_and_open(octets, 1 + round * 3);
	}
}

static void nothing_takes_nothing(void **state)
{
	uint8_t octets[100] = { 0 }, out[100];
	struct packed *packed;

	assert_true(packed_make(octets, sizeof(octets), &packed));
	assert_null(packed);
	memset(out, 1, sizeof(out));
	packed_open(NULL, out, sizeof(out));
	assert_memory_equal(out, octets, sizeof(out));
	packed_free(NULL);
	assert_false(packed_make(octets, PACKED_SIZE_MAX + 1, &packed));
}

/* --- who guesses --- */

static int begin(void **state)
{
	*state = calloc(1, sizeof(struct slow_down));
	return *state ? 0 : -1;
}

static int end(void **state)
{
	free(*state);
	return 0;
}

static void who_types_has_some_failures_free(void **state)
{
	struct slow_down *slow = *state;

	for (int i = 0; i < 5; i++) {
		assert_int_equal(slow_down_wait(slow, SLOW_DOWN_NAME, 7, 1000), 0);
		slow_down_failed(slow, SLOW_DOWN_NAME, 7, 1000);
	}
	assert_int_equal(slow_down_wait(slow, SLOW_DOWN_NAME, 7, 1000), 0);
	slow_down_failed(slow, SLOW_DOWN_NAME, 7, 1000);
	assert_int_equal(slow_down_wait(slow, SLOW_DOWN_NAME, 7, 1000), 1000);
	assert_int_equal(slow_down_wait(slow, SLOW_DOWN_NAME, 8, 1000), 0);
	assert_int_equal(slow_down_wait(slow, SLOW_DOWN_NAME, 7, 2000), 0);
}

static void who_tries_many_at_once_waits_for_each(void **state)
{
	struct slow_down *slow = *state;
	uint64_t before = 0;

	for (int i = 0; i < 100; i++) {
		slow_down_failed(slow, SLOW_DOWN_NAME, 7, 1000);
		assert_in_range(slow_down_wait(slow, SLOW_DOWN_NAME, 7, 1000), before, 10000);
		before = slow_down_wait(slow, SLOW_DOWN_NAME, 7, 1000);
	}
	assert_int_equal(before, 10000);
}

static void who_is_right_or_quiet_begins_anew(void **state)
{
	struct slow_down *slow = *state;

	for (int i = 0; i < 6; i++)
		slow_down_failed(slow, SLOW_DOWN_NAME, 7, 1000);
	slow_down_succeeded(slow, SLOW_DOWN_NAME, 7);
	slow_down_failed(slow, SLOW_DOWN_NAME, 7, 5000);
	assert_int_equal(slow_down_wait(slow, SLOW_DOWN_NAME, 7, 5000), 0);
	for (int i = 0; i < 50; i++)
		slow_down_failed(slow, SLOW_DOWN_NAME, 9, 5000);
	slow_down_failed(slow, SLOW_DOWN_NAME, 9, 200000);
	assert_int_equal(slow_down_wait(slow, SLOW_DOWN_NAME, 9, 200000), 0);
}

static void a_peer_is_not_forgotten_for_a_name(void **state)
{
	struct slow_down *slow = *state;

	for (int i = 0; i < 12; i++) {
		slow_down_failed(slow, SLOW_DOWN_NAME, 7 + 2 * SLOW_DOWN_PLACES, 1000);
		slow_down_failed(slow, SLOW_DOWN_PEER, 7, 1000);
	}
	assert_int_equal(slow_down_wait(slow, SLOW_DOWN_PEER, 7, 1000), 10000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_packed_comes_back),
		cmocka_unit_test(nothing_takes_nothing),
		cmocka_unit_test_setup_teardown(who_types_has_some_failures_free, begin, end),
		cmocka_unit_test_setup_teardown(who_tries_many_at_once_waits_for_each, begin, end),
		cmocka_unit_test_setup_teardown(who_is_right_or_quiet_begins_anew, begin, end),
		cmocka_unit_test_setup_teardown(a_peer_is_not_forgotten_for_a_name, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
