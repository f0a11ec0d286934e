/* SPDX-License-Identifier: MIT */
/* The ring between a worker and the control thread: order, wrap, room, wake-ups; and two threads. */
#include "datapath/user/ring.h"

#include <pthread.h>
#include <sched.h>
#include <string.h>

#include "test.h"

#define RECORDS 200000

struct numbered {
	uint32_t number;
	uint32_t length;
	uint8_t octets[];
};

static bool put(struct ring *ring, uint32_t number, uint32_t length, bool *wake)
{
	struct numbered *record = ring_reserve(ring, sizeof(*record) + length);

	if (!record)
		return false;
	assert_int_equal((uintptr_t)record % 8, 0);
	record->number = number;
	record->length = length;
	memset(record->octets, (uint8_t)number, length);
	*wake = ring_commit(ring);
	return true;
}

/* The next record is this one, whole. Plain comparisons: it runs in a thread, too. */
static bool is_next(struct ring *ring, uint32_t number, uint32_t length)
{
	const struct numbered *record = ring_first(ring);

	if (!record || record->number != number || record->length != length)
		return false;
	for (uint32_t i = 0; i < length; i++)
		if (record->octets[i] != (uint8_t)number)
			return false;
	ring_take(ring);
	return true;
}

static void records_come_in_their_order(void **state)
{
	struct ring *ring = ring_new();
	bool wake;

	assert_non_null(ring);
	assert_null(ring_first(ring));
	ring_take(ring);
	for (uint32_t i = 0; i < 20; i++)
		assert_true(put(ring, i, i * 7, &wake));
	for (uint32_t i = 0; i < 20; i++)
		assert_true(is_next(ring, i, i * 7));
	assert_null(ring_first(ring));
	ring_free(ring);
	ring_free(NULL);
}

static void what_is_reserved_is_not_seen(void **state)
{
	struct ring *ring = ring_new();
	bool wake;

	assert_non_null(ring_reserve(ring, 100));
	assert_null(ring_first(ring));
	assert_true(put(ring, 1, 50, &wake));	/* in its place */
	assert_true(is_next(ring, 1, 50));
	assert_null(ring_first(ring));
	ring_free(ring);
}

/* Only who finds the reader with nothing left wakes it. */
static void the_reader_is_woken_once(void **state)
{
	struct ring *ring = ring_new();
	bool wake = false;

	assert_true(put(ring, 1, 8, &wake));
	assert_true(wake);
	assert_true(put(ring, 2, 8, &wake));
	assert_false(wake);
	assert_true(is_next(ring, 1, 8) && is_next(ring, 2, 8));
	assert_true(put(ring, 3, 8, &wake));
	assert_false(wake);	/* taken, but not released: the reader will come back */
	assert_true(is_next(ring, 3, 8));
	ring_release(ring);
	assert_true(put(ring, 4, 8, &wake));
	assert_true(wake);
	ring_free(ring);
}

/* A full ring refuses, and what the reader holds is not overwritten until it lets go. */
static void a_full_ring_refuses(void **state)
{
	struct ring *ring = ring_new();
	uint32_t count = 0;
	bool wake;

	while (put(ring, count, 60000, &wake))
		count++;
	assert_in_range(count, 16, RING_OCTETS / 60000);
	for (uint32_t i = 0; i < count; i++) {
		assert_true(is_next(ring, i, 60000));
		assert_false(put(ring, 99, 60000, &wake));
	}
	ring_release(ring);
	assert_true(put(ring, 100, 60000, &wake));
	assert_true(is_next(ring, 100, 60000));
	assert_null(ring_reserve(ring, RING_OCTETS));	/* never fits with its header */
	ring_free(ring);
}

/* Sizes that meet the end of the ring at every distance. */
static void the_end_is_skipped(void **state)
{
	struct ring *ring = ring_new();
	bool wake;

	for (uint32_t i = 0; i < 5000; i++) {
		uint32_t length = i * 37 % 3001;

		assert_true(put(ring, i, length, &wake));
		assert_true(is_next(ring, i, length));
		assert_null(ring_first(ring));
		ring_release(ring);
	}
	ring_free(ring);
}

static void *write_all(void *context)
{
	struct ring *ring = context;
	bool wake;

	for (uint32_t i = 0; i < RECORDS; i++)
		while (!put(ring, i, i % 400, &wake))
			sched_yield();
	return NULL;
}

static void two_threads_agree(void **state)
{
	struct ring *ring = ring_new();
	uint32_t next = 0;
	pthread_t writer;

	assert_int_equal(pthread_create(&writer, NULL, write_all, ring), 0);
	while (next < RECORDS) {
		if (!ring_first(ring)) {
			ring_release(ring);
			sched_yield();
			continue;
		}
		if (!is_next(ring, next, next % 400))
			fail_msg("record %u is not as it was written", next);
		if (++next % 64 == 0)
			ring_release(ring);
	}
	assert_null(ring_first(ring));
	pthread_join(writer, NULL);
	ring_free(ring);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_come_in_their_order),
		cmocka_unit_test(what_is_reserved_is_not_seen),
		cmocka_unit_test(the_reader_is_woken_once),
		cmocka_unit_test(a_full_ring_refuses),
		cmocka_unit_test(the_end_is_skipped),
		cmocka_unit_test(two_threads_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
