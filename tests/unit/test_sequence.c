/* SPDX-License-Identifier: MIT */
/*
 * Sequence numbers of arriving packets.
 */
#include "datapath/user/sequence.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define MASK 0xffffffu

static struct sequence expecting(uint32_t expected)
{
	return (struct sequence){ .started = true, .expected = expected };
}

/* number, expected, accepted as new: RFC 3931 Appendix C with the default window of 2^23 */
static void test_window(void **state)
{
	static const struct {
		uint32_t number, expected;
		int accepted;
	} rows[] = {
		{ 0, 0, 1 }, { 1, 0, 1 }, { 8388607, 0, 1 }, { 8388608, 0, 0 }, { 16777215, 0, 0 },
		{ 0, 16777215, 1 }, { 16777214, 16777215, 0 }, { 5, 16777200, 1 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sequence sequence = expecting(rows[i].expected);
		enum sequence_verdict verdict = sequence_arrive(&sequence, rows[i].number);

		assert_int_equal(verdict != SEQUENCE_OLD, rows[i].accepted);
		assert_int_equal(verdict == SEQUENCE_NEXT, rows[i].number == rows[i].expected);
		assert_int_equal(sequence.expected, verdict == SEQUENCE_NEXT ? (rows[i].number + 1) & MASK
									     : rows[i].expected);
	}
}

static void test_first_is_taken_as_it_is(void **state)
{
	struct sequence sequence = { 0 };

	assert_int_equal(sequence_arrive(&sequence, 0x123456), SEQUENCE_NEXT);
	assert_int_equal(sequence.expected, 0x123457);
	assert_int_equal(sequence_arrive(&sequence, 0x123456), SEQUENCE_OLD);
}

static void test_across_the_wrap(void **state)
{
	struct sequence sequence = { 0 };

	for (uint32_t i = 0; i < 40; i++)
		assert_int_equal(sequence_arrive(&sequence, (MASK - 20 + i) & MASK), SEQUENCE_NEXT);
	assert_int_equal(sequence.expected, 19);
	assert_int_equal(sequence_arrive(&sequence, MASK), SEQUENCE_OLD);
	sequence_jump(&sequence, MASK);
	assert_int_equal(sequence.expected, 0);
}

/* 0 2 3 4 5 6 7 8: the kernel loses 2 to 6 as well; here only what the network lost is lost */
static void test_loss_costs_what_was_lost(void **state)
{
	struct sequence sequence = { 0 };
	int accepted = 0;

	for (uint32_t number = 0; number <= 8; number++) {
		enum sequence_verdict verdict;

		if (number == 1)
			continue;
		verdict = sequence_arrive(&sequence, number);
		if (verdict == SEQUENCE_AHEAD)
			sequence_jump(&sequence, number);
		accepted += verdict != SEQUENCE_OLD;
	}
	assert_int_equal(accepted, 8);
	assert_int_equal(sequence_arrive(&sequence, 1), SEQUENCE_OLD);
}

static void test_ahead_waits_for_the_caller(void **state)
{
	struct sequence sequence = expecting(10);

	assert_int_equal(sequence_arrive(&sequence, 12), SEQUENCE_AHEAD);
	assert_int_equal(sequence.expected, 10);
	assert_int_equal(sequence_arrive(&sequence, 10), SEQUENCE_NEXT);
	assert_int_equal(sequence_arrive(&sequence, 11), SEQUENCE_NEXT);
	assert_int_equal(sequence_arrive(&sequence, 12), SEQUENCE_NEXT);
}

static void test_peer_begins_anew(void **state)
{
	struct sequence sequence = expecting(500000);

	for (uint32_t i = 0; i < SEQUENCE_RESYNC_RUN; i++)
		assert_int_equal(sequence_arrive(&sequence, i), SEQUENCE_OLD);
	assert_int_equal(sequence_arrive(&sequence, SEQUENCE_RESYNC_RUN), SEQUENCE_NEXT);
	assert_int_equal(sequence.expected, SEQUENCE_RESYNC_RUN + 1);
	assert_int_equal(sequence_arrive(&sequence, SEQUENCE_RESYNC_RUN + 1), SEQUENCE_NEXT);
	/* a second time takes a second run */
	assert_int_equal(sequence_arrive(&sequence, 0), SEQUENCE_OLD);
}

/* the run of old ones may cross the wrap, too */
static void test_anew_across_the_wrap(void **state)
{
	struct sequence sequence = expecting(100);
	uint32_t number = MASK - 2;

	for (int i = 0; i < SEQUENCE_RESYNC_RUN; i++, number = (number + 1) & MASK)
		assert_int_equal(sequence_arrive(&sequence, number), SEQUENCE_OLD);
	assert_int_equal(sequence_arrive(&sequence, number), SEQUENCE_NEXT);
}

static void test_scattered_old_ones_never_resync(void **state)
{
	struct sequence sequence = expecting(1000);

	for (int i = 0; i < 200; i++)
		assert_int_equal(sequence_arrive(&sequence, (uint32_t)(900 - 2 * i % 80)), SEQUENCE_OLD);
	for (int i = 0; i < 20; i++)		/* the same one, again and again */
		assert_int_equal(sequence_arrive(&sequence, 7), SEQUENCE_OLD);
	assert_int_equal(sequence.expected, 1000);
}

/* replayed into a stream that lives */
static void test_replay_beside_the_living(void **state)
{
	struct sequence sequence = expecting(1000);

	for (uint32_t i = 0; i < 50; i++) {
		assert_int_equal(sequence_arrive(&sequence, 100 + i), SEQUENCE_OLD);
		if (i % 4 == 3)
			assert_int_equal(sequence_arrive(&sequence, sequence.expected), SEQUENCE_NEXT);
	}
	for (uint32_t i = 0; i < 50; i++) {
		assert_int_equal(sequence_arrive(&sequence, 300 + i), SEQUENCE_OLD);
		if (i % 4 == 3)
			assert_int_equal(sequence_arrive(&sequence, sequence.expected + 5), SEQUENCE_AHEAD);
	}
}

/* One mad number far ahead makes everything after it old, until the stream proves itself. */
static void test_far_off_number_heals(void **state)
{
	struct sequence sequence = expecting(50);

	assert_int_equal(sequence_arrive(&sequence, 50 + 8388607), SEQUENCE_AHEAD);
	sequence_jump(&sequence, 50 + 8388607);
	for (uint32_t i = 0; i < SEQUENCE_RESYNC_RUN; i++)
		assert_int_equal(sequence_arrive(&sequence, 50 + i), SEQUENCE_OLD);
	assert_int_equal(sequence_arrive(&sequence, 50 + SEQUENCE_RESYNC_RUN), SEQUENCE_NEXT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_window),
		cmocka_unit_test(test_first_is_taken_as_it_is),
		cmocka_unit_test(test_across_the_wrap),
		cmocka_unit_test(test_loss_costs_what_was_lost),
		cmocka_unit_test(test_ahead_waits_for_the_caller),
		cmocka_unit_test(test_peer_begins_anew),
		cmocka_unit_test(test_anew_across_the_wrap),
		cmocka_unit_test(test_scattered_old_ones_never_resync),
		cmocka_unit_test(test_replay_beside_the_living),
		cmocka_unit_test(test_far_off_number_heals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
