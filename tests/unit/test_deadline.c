/* SPDX-License-Identifier: MIT */
/* Deadlines: the earliest comes first, whatever was set, set anew and cancelled before. */
#include "base/deadline.h"

#include "test.h"

#define DEADLINES 200

static void agrees_with_a_search(void **state)
{
	struct deadline deadlines[DEADLINES] = { 0 };
	struct deadline_heap heap = { 0 };
	uint32_t random = 7;
	size_t set = 0;

	assert_int_equal(deadline_reserve(&heap, DEADLINES), 0);
	for (int step = 0; step < 20000; step++) {
		struct deadline *one = &deadlines[(random >> 8) % DEADLINES], *earliest = NULL;

		if (random >> 31) {
			set += !one->place;
			deadline_set(&heap, one, (random >> 5) % 1000);
		} else {
			set -= one->place > 0;
			deadline_cancel(&heap, one);
			assert_int_equal(one->place, 0);
		}
		assert_int_equal(heap.count, set);
		for (int i = 0; i < DEADLINES; i++) {
			if (deadlines[i].place && (!earliest || deadlines[i].when < earliest->when))
				earliest = &deadlines[i];
		}
		if (earliest)
			assert_int_equal(deadline_first(&heap)->when, earliest->when);
		else
			assert_null(deadline_first(&heap));
		random = random * 1664525u + 1013904223u;
	}
	deadline_clear(&heap);
	assert_null(deadline_first(&heap));
}

static void room_grows(void **state)
{
	struct deadline deadlines[100] = { 0 };
	struct deadline_heap heap = { 0 };

	for (size_t i = 0; i < 100; i++) {
		assert_int_equal(deadline_reserve(&heap, i + 1), 0);
		deadline_set(&heap, &deadlines[i], 100 - i);
		assert_ptr_equal(deadline_first(&heap), &deadlines[i]);
	}
	deadline_clear(&heap);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_a_search),
		cmocka_unit_test(room_grows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
