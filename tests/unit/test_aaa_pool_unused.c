/* SPDX-License-Identifier: MIT */
/* Numbers taken, taken by name and put back, against an array that says of each whether it is out. */
#include "aaa/pool_unused.h"

#include <stdlib.h>
#include <string.h>

#include "test.h"

static uint64_t state_of_random;

static uint32_t random_below(uint32_t bound)
{
	state_of_random = state_of_random * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(state_of_random >> 33) % bound;
}

static void in_order_when_nothing_happens(void **state)
{
	struct pool_unused unused = { .size = 3 };
	uint64_t number;

	for (uint64_t i = 0; i < 3; i++) {
		assert_true(pool_unused_take(&unused, &number));
		assert_int_equal(number, i);
	}
	assert_false(pool_unused_take(&unused, &number));
	assert_int_equal(unused.place_of.size, 0);
	pool_unused_clear(&unused);
}

static void a_certain_one(void **state)
{
	struct pool_unused unused = { .size = UINT64_C(1) << 48 };
	uint64_t number;

	assert_true(pool_unused_take_this(&unused, 1));
	assert_true(pool_unused_take_this(&unused, (UINT64_C(1) << 48) - 1));
	assert_true(pool_unused_take(&unused, &number));
	assert_int_equal(number, 2);
	/* the first of the row now is who gave its place to the last */
	assert_true(pool_unused_take_this(&unused, 3));
	assert_true(pool_unused_take(&unused, &number));
	assert_int_equal(number, 4);
	assert_true(pool_unused_put_back(&unused, 1));
	assert_true(pool_unused_take(&unused, &number));
	assert_int_equal(number, 1);
	pool_unused_clear(&unused);
}

/* No more are away from home than are out. */
static void check(const struct pool_unused *unused, const bool *out, uint32_t size)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < size; i++)
		count += out[i];
	assert_int_equal(unused->out, count);
	assert_true(unused->place_of.count <= count);
	assert_int_equal(unused->place_of.count, unused->number_at.count);
}

static void step(struct pool_unused *unused, bool *out, uint32_t size, uint32_t fill)
{
	uint32_t wanted = random_below(size);
	uint64_t number;

	if (random_below(100) >= fill) {
		if (out[wanted])
			assert_true(pool_unused_put_back(unused, wanted));
		out[wanted] = false;
	} else if (random_below(2)) {
		if (!out[wanted])
			assert_true(pool_unused_take_this(unused, wanted));
		out[wanted] = true;
	} else if (pool_unused_take(unused, &number)) {
		assert_true(number < size && !out[number]);
		out[number] = true;
	} else {
		for (uint32_t i = 0; i < size; i++)
			assert_true(out[i]);
	}
}

static void at_random(void **state)
{
	bool out[300];

	for (uint32_t seed = 0; seed < 60; seed++) {
		uint32_t size = 1 + seed * 5;
		struct pool_unused unused = { .size = size };

		state_of_random = seed;
		memset(out, 0, sizeof(out));
		for (uint32_t i = 0; i < 4000; i++) {
			step(&unused, out, size, seed % 3 ? 30 + 20 * (seed % 3) : i / 40);
			if (i % 16 == 0)
				check(&unused, out, size);
		}
		pool_unused_clear(&unused);
	}
}

/* Of 16 million none but those away from home are written down, and these are few. */
static void memory(void **state)
{
	enum { COUNT = 1000 };
	struct pool_unused unused = { .size = 1 << 24 };
	uint64_t taken[COUNT];

	state_of_random = 1;
	for (uint32_t round = 0; round < 100; round++) {
		for (uint32_t i = 0; i < COUNT; i++) {
			taken[i] = 4096 * (uint64_t)i + random_below(4096);
			assert_true(pool_unused_take_this(&unused, taken[i]));
		}
		assert_true(unused.place_of.count <= COUNT);
		for (uint32_t i = 0; i < COUNT; i++)
			assert_true(pool_unused_put_back(&unused, taken[i]));
		assert_int_equal(unused.place_of.count, 0);
	}
	assert_true(unused.place_of.size <= 4 * COUNT);
	pool_unused_clear(&unused);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_order_when_nothing_happens),
		cmocka_unit_test(a_certain_one),
		cmocka_unit_test(at_random),
		cmocka_unit_test(memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
