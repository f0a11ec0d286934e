/* SPDX-License-Identifier: MIT */
/*
 * The reorder queue.
 */
#include "datapath/user/reorder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "datapath/user/sequence.h"
#include "frames.h"

#define MASK 0xffffffu

static uint8_t octets[70000];

/* Holds a frame of length whose octets tell its number. */
static bool hold(struct reorder *reorder, uint32_t expected, uint32_t number, size_t length, uint64_t expires,
		 bool *oos)
{
	memset(octets, (uint8_t)number, length);
	return reorder_hold(reorder, expected, number, octets, length, expires, oos);
}

static void expect_first(struct reorder *reorder, uint32_t number, size_t length, uint64_t expires)
{
	uint32_t found_number;
	size_t found_length;
	uint64_t found_expires;
	const uint8_t *found = reorder_first(reorder, &found_number, &found_length, &found_expires);

	assert_non_null(found);
	assert_int_equal(found_number, number);
	assert_int_equal(found_length, length);
	assert_int_equal(found_expires, expires);
	for (size_t i = 0; i < length; i++)
		assert_int_equal(found[i], (uint8_t)number);
}

static void test_empty(void **state)
{
	struct reorder *reorder = reorder_new();
	uint32_t number;
	size_t length;
	uint64_t expires;

	assert_non_null(reorder);
	assert_true(reorder_empty(reorder));
	assert_int_equal(reorder_held(reorder), 0);
	assert_null(reorder_first(reorder, &number, &length, &expires));
	assert_false(reorder_full(reorder, 1000000));
	reorder_pop(reorder);
	reorder_release(reorder);
	reorder_free(reorder);
	reorder_free(NULL);
}

static void test_order_across_the_wrap(void **state)
{
	const uint32_t arrivals[] = { 3, MASK, 1, MASK - 2, 0, 5 };
	const uint32_t delivered[] = { MASK - 2, MASK, 0, 1, 3, 5 };
	const bool out_of_order[] = { false, true, true, true, true, false };
	struct reorder *reorder = reorder_new();
	bool oos;

	for (size_t i = 0; i < 6; i++) {
		assert_true(hold(reorder, MASK - 3, arrivals[i], i + 1, 100, &oos));
		assert_int_equal(oos, out_of_order[i]);
	}
	for (size_t i = 0; i < 6; i++) {
		uint32_t number;
		size_t length;
		uint64_t expires;

		assert_non_null(reorder_first(reorder, &number, &length, &expires));
		assert_int_equal(number, delivered[i]);
		reorder_pop(reorder);
	}
	assert_true(reorder_empty(reorder));
	reorder_free(reorder);
}

static void test_duplicates(void **state)
{
	struct reorder *reorder = reorder_new();
	bool oos;

	assert_true(hold(reorder, 0, 5, 10, 1, &oos));
	assert_true(hold(reorder, 0, 3, 10, 1, &oos));
	assert_true(hold(reorder, 0, 9, 10, 1, &oos));
	for (uint32_t number = 3; number <= 9; number += 2) {
		assert_int_equal(hold(reorder, 0, number, 10, 1, &oos), number == 7);
		assert_int_equal(oos, number == 7);
	}
	assert_int_equal(reorder_held(reorder), 4);
	reorder_free(reorder);
}

static void test_bounds(void **state)
{
	struct reorder *reorder = reorder_new();
	uint32_t number = 1;
	bool oos;

	for (; !reorder_full(reorder, 100); number++)
		assert_true(hold(reorder, 0, number, 100, 1, &oos));
	assert_int_equal(reorder_held(reorder), REORDER_HELD_MAX);
	assert_false(hold(reorder, 0, number, 100, 1, &oos));
	while (!reorder_empty(reorder))
		reorder_pop(reorder);
	reorder_release(reorder);
	for (number = 1; !reorder_full(reorder, 65000); number++)
		assert_true(hold(reorder, 0, number, 65000, 1, &oos));
	assert_int_equal(reorder_held(reorder), REORDER_OCTETS_MAX / 65000);
	assert_false(hold(reorder, 0, number, 65000, 1, &oos));
	assert_false(reorder_full(reorder, 100));
	reorder_pop(reorder);
	assert_true(hold(reorder, 0, number, 65000, 1, &oos));
	reorder_free(reorder);
}

static void test_stays_until_released(void **state)
{
	struct reorder *reorder = reorder_new();
	const uint8_t *first, *second;
	uint32_t number;
	size_t length;
	uint64_t expires;
	bool oos;

	hold(reorder, 0, 2, 50, 1, &oos);
	hold(reorder, 0, 1, 60, 1, &oos);
	first = reorder_first(reorder, &number, &length, &expires);
	reorder_pop(reorder);
	second = reorder_first(reorder, &number, &length, &expires);
	reorder_pop(reorder);
	assert_int_equal(first[59], 1);		/* ASan would see a freed one */
	assert_int_equal(second[49], 2);
	reorder_release(reorder);
	assert_int_equal(reorder_held(reorder), 0);
	reorder_free(reorder);
}

/* What waits is never kept longer by what came later and goes before it. */
static void test_expiries(void **state)
{
	struct reorder *reorder = reorder_new();
	bool oos;

	hold(reorder, 0, 8, 8, 100, &oos);
	hold(reorder, 0, 3, 3, 130, &oos);
	expect_first(reorder, 3, 3, 100);
	hold(reorder, 0, 9, 9, 140, &oos);
	expect_first(reorder, 3, 3, 100);
	hold(reorder, 0, 2, 2, 150, &oos);
	expect_first(reorder, 2, 2, 100);
	hold(reorder, 0, 10, 10, 50, &oos);	/* somebody shortened the timeout */
	expect_first(reorder, 2, 2, 50);
	reorder_pop(reorder);
	expect_first(reorder, 3, 3, 50);
	reorder_pop(reorder);
	expect_first(reorder, 8, 8, 50);
	reorder_free(reorder);
}

/* --- together with sequence.h, as a receiver uses them --- */

#define TIMEOUT 100

struct receiver {
	struct sequence sequence;
	struct reorder *reorder;
	uint32_t last;
	unsigned int delivered, discarded;
};

static void deliver(struct receiver *receiver, uint32_t number)
{
	if (receiver->delivered)	/* never backwards */
		assert_in_range((number - receiver->last) & MASK, 1, MASK / 2);
	receiver->last = number;
	receiver->delivered++;
}

static void drain(struct receiver *receiver, uint64_t now, bool make_room)
{
	uint32_t number;
	size_t length;
	uint64_t expires;

	while (reorder_first(receiver->reorder, &number, &length, &expires) &&
	       (number == receiver->sequence.expected || expires <= now || make_room)) {
		make_room = false;
		deliver(receiver, number);
		sequence_jump(&receiver->sequence, number);
		reorder_pop(receiver->reorder);
	}
	reorder_release(receiver->reorder);
}

static void arrive(struct receiver *receiver, uint32_t number, uint64_t now)
{
	bool oos;

	drain(receiver, now, false);
	switch (sequence_arrive(&receiver->sequence, number)) {
	case SEQUENCE_NEXT:
		deliver(receiver, number);
		break;
	case SEQUENCE_AHEAD:
		while (reorder_full(receiver->reorder, 100))
			drain(receiver, now, true);
		receiver->discarded += !hold(receiver->reorder, receiver->sequence.expected, number, 100, now + TIMEOUT,
					     &oos);
		break;
	case SEQUENCE_OLD:
		receiver->discarded++;
		break;
	}
	drain(receiver, now, false);
}

#define POOL 20				/* packets on their way */
#define LATEST 40			/* sent after the one that has to arrive now */

/* What arrives next of those on their way: any, but none is overtaken by LATEST others. */
static uint32_t pick(uint32_t *pool, uint64_t *seed)
{
	uint32_t newest = pool[POOL - 1];
	unsigned int i = ((newest - pool[0]) & MASK) >= LATEST ? 0 : test_random_below(seed, POOL);
	uint32_t picked = pool[i];

	memmove(pool + i, pool + i + 1, (POOL - 1 - i) * sizeof(pool[0]));
	return picked;
}

/* A network that shuffles, loses some and doubles some; begun before the wrap. */
static void test_shuffled_network(void **state)
{
	struct receiver receiver = { .reorder = reorder_new() };
	uint64_t seed = 7, now = 0;
	uint32_t pool[POOL], number = MASK - 300;
	unsigned int lost = 0, doubled = 0;

	arrive(&receiver, number - 1, now);
	for (unsigned int i = 0; i < POOL - 1; i++)
		pool[i] = number++;
	while (now < 20000) {
		uint32_t arrived;

		pool[POOL - 1] = number;
		number = (number + 1) & MASK;
		arrived = pick(pool, &seed);
		now++;
		if (test_random_below(&seed, 200) == 0) {
			lost++;
			continue;
		}
		arrive(&receiver, arrived, now);
		if (test_random_below(&seed, 50) == 0) {
			arrive(&receiver, arrived, now);
			doubled++;
		}
	}
	drain(&receiver, now + TIMEOUT, false);
	assert_true(lost > 50 && doubled > 300);
	assert_int_equal(receiver.delivered, now + 1 - lost);
	assert_int_equal(receiver.discarded, doubled);
	reorder_free(receiver.reorder);
}

/* {0,2,1} within the timeout: all, in order. {0,2,(later),3}: 2 goes when its time has come. */
static void test_timeouts(void **state)
{
	struct receiver receiver = { .reorder = reorder_new() };

	arrive(&receiver, 0, 0);
	arrive(&receiver, 2, 10);
	assert_int_equal(receiver.delivered, 1);
	arrive(&receiver, 1, 20);
	assert_int_equal(receiver.delivered, 3);
	arrive(&receiver, 4, 30);
	drain(&receiver, 30 + TIMEOUT - 1, false);
	assert_int_equal(receiver.delivered, 3);
	drain(&receiver, 30 + TIMEOUT, false);
	assert_int_equal(receiver.delivered, 4);
	arrive(&receiver, 3, 200);
	assert_int_equal(receiver.delivered, 4);
	assert_int_equal(receiver.discarded, 1);
	arrive(&receiver, 5, 201);
	assert_int_equal(receiver.delivered, 5);
	reorder_free(receiver.reorder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_order_across_the_wrap),
		cmocka_unit_test(test_duplicates),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_stays_until_released),
		cmocka_unit_test(test_expiries),
		cmocka_unit_test(test_shuffled_network),
		cmocka_unit_test(test_timeouts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
