/* SPDX-License-Identifier: MIT */
/* Objects by id: found, listed in order, a free id whatever is taken, and always of little depth. */
#include "service/order.h"

#include <stdlib.h>
#include <string.h>

#include "test.h"

#define IDS 512

static uint32_t random_state = 1;

static uint32_t next_random(void)
{
	random_state = random_state * 1664525u + 1013904223u;
	return random_state >> 8;
}

/* Everything that the treap says, against a plain array of flags. */
static void compare(const struct order *order, const bool *there)
{
	const struct order_node *next = order_from(order, 0);
	uint32_t count = 0;

	for (uint32_t id = 0; id < IDS; id++) {
		struct order_node *found = order_find(order, id);

		assert_int_equal(found != NULL, there[id]);
		if (!there[id])
			continue;
		count++;
		assert_int_equal(found->id, id);
		assert_ptr_equal(next, found);
		next = order_from(order, (uint64_t)id + 1);
	}
	assert_null(next);
	assert_int_equal(order_count(order), count);
}

static void agrees_with_an_array(void **state)
{
	static struct order_node nodes[IDS];
	bool there[IDS] = { false };
	struct order order = { NULL };

	for (int step = 0; step < 20000; step++) {
		uint32_t id = next_random() % IDS;

		if (there[id])
			order_remove(&order, &nodes[id]);
		else
			assert_true(order_insert(&order, &nodes[id], id));
		there[id] = !there[id];
		if (step % 50 == 0)
			compare(&order, there);
	}
}

static void an_id_is_taken_once(void **state)
{
	struct order order = { NULL };
	struct order_node first, second;

	assert_true(order_insert(&order, &first, UINT32_MAX));
	assert_false(order_insert(&order, &second, UINT32_MAX));
	assert_int_equal(order_count(&order), 1);
	assert_ptr_equal(order_from(&order, UINT32_MAX), &first);
	assert_null(order_from(&order, (uint64_t)UINT32_MAX + 1));
}

static int depth_of(const struct order_node *node)
{
	int below, above;

	if (!node)
		return 0;
	below = depth_of(node->below);
	above = depth_of(node->above);
	return 1 + (below > above ? below : above);
}

static void stays_shallow(void **state)
{
	const uint32_t count = 100000;
	struct order_node *nodes = calloc(count, sizeof(*nodes));
	struct order ascending = { NULL }, strided = { NULL };

	assert_non_null(nodes);
	for (uint32_t i = 0; i < count; i++)
		order_insert(&ascending, &nodes[i], i + 1);
	assert_in_range(depth_of(ascending.root), 17, 60);	/* about 2 ln n; a list has 100,000 */
	for (uint32_t i = 0; i < count; i++)
		order_insert(&strided, &nodes[i], i << 14);
	assert_in_range(depth_of(strided.root), 17, 60);
	free(nodes);
}

static void chooses_each_free_id_as_often(void **state)
{
	static struct order_node nodes[32];
	static const uint32_t taken[] = { 3, 10, 11, 12, 15, 19, 20, 40 };
	unsigned int hits[32] = { 0 };
	struct order order = { NULL };

	for (unsigned int i = 0; i < ARRAY_SIZE(taken); i++)
		order_insert(&order, &nodes[i], taken[i]);
	for (uint64_t random = 0; random < 600; random++) {
		uint32_t id;

		assert_true(order_free_id(&order, 10, 20, random, &id));
		assert_in_range(id, 10, 20);
		assert_null(order_find(&order, id));
		hits[id]++;
	}
	/* 13, 14, 16, 17, 18: a fifth each */
	for (uint32_t id = 10; id <= 20; id++)
		assert_int_equal(hits[id], order_find(&order, id) ? 0 : 120);
}

static void finds_the_only_free_id(void **state)
{
	static struct order_node nodes[65536];
	struct order order = { NULL };
	uint32_t id;

	for (uint32_t i = 1; i <= 65535; i++)
		order_insert(&order, &nodes[i], i);
	assert_false(order_free_id(&order, 1, 65535, 12345, &id));
	for (uint32_t hole = 1; hole <= 65535; hole += 4369) {
		order_remove(&order, &nodes[hole]);
		for (uint64_t random = 0; random < 3; random++) {
			assert_true(order_free_id(&order, 1, 65535, random * 7919, &id));
			assert_int_equal(id, hole);
		}
		order_insert(&order, &nodes[hole], hole);
	}
}

static void chooses_to_the_ends_of_32_bits(void **state)
{
	struct order order = { NULL };
	struct order_node first, last;
	uint32_t id;

	assert_true(order_free_id(&order, 1, UINT32_MAX, UINT32_MAX - 1, &id));
	assert_int_equal(id, UINT32_MAX);
	order_insert(&order, &first, 1);
	order_insert(&order, &last, UINT32_MAX);
	assert_true(order_free_id(&order, 1, UINT32_MAX, 0, &id));
	assert_int_equal(id, 2);
	assert_true(order_free_id(&order, 1, UINT32_MAX, UINT32_MAX - 3, &id));
	assert_int_equal(id, UINT32_MAX - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_an_array),
		cmocka_unit_test(an_id_is_taken_once),
		cmocka_unit_test(stays_shallow),
		cmocka_unit_test(chooses_each_free_id_as_often),
		cmocka_unit_test(finds_the_only_free_id),
		cmocka_unit_test(chooses_to_the_ends_of_32_bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
