/* SPDX-License-Identifier: MIT */
/* Objects by id: found, listed in order, a free id whatever is taken, and always of little depth. */
#include "service/order.h"

#include <stdlib.h>
#include <string.h>

#include "test.h"

#define IDS 1024

static uint32_t random_state = 1;

static uint32_t next_random(void)
{
	random_state = random_state * 1664525u + 1013904223u;
	return random_state >> 8;
}

/* Everything that the treap says, against a plain array of flags. Ids are multiples of factor. */
static void compare(const struct order *order, const bool *there, uint32_t factor)
{
	const struct order_node *next = order_from(order, 0);
	uint32_t count = 0;

	for (uint32_t i = 0; i < IDS; i++) {
		struct order_node *found = order_find(order, i * factor);

		assert_int_equal(found != NULL, there[i]);
		if (!there[i])
			continue;
		count++;
		assert_int_equal(found->id, i * factor);
		assert_ptr_equal(next, found);
		next = order_from(order, (uint64_t)i * factor + 1);
	}
	assert_null(next);
	assert_int_equal(order_count(order), count);
}

/* From lowest on it is the wanted-th that is free. */
static void compare_free(const struct order *order, const bool *there, uint32_t factor, uint32_t lowest,
			 uint32_t wanted)
{
	uint32_t id, expected = lowest;

	for (uint32_t left = wanted;; expected++) {
		if (expected % factor == 0 && expected / factor < IDS && there[expected / factor])
			continue;
		if (!left--)
			break;
	}
	assert_true(order_free_id(order, lowest, UINT32_MAX, wanted, &id));
	assert_int_equal(id, expected);
}

static void agree(uint32_t factor)
{
	static struct order_node nodes[IDS];
	bool there[IDS] = { false };
	struct order order = { NULL };

	for (int step = 0; step < 20000; step++) {
		uint32_t i = next_random() % IDS;

		if (there[i])
			order_remove(&order, &nodes[i]);
		else
			assert_true(order_insert(&order, &nodes[i], i * factor));
		there[i] = !there[i];
		if (step % 50)
			continue;
		compare(&order, there, factor);
		compare_free(&order, there, factor, next_random() % (IDS * factor), next_random() % (IDS * factor));
	}
	for (uint32_t i = 0; i < IDS; i++)
		if (there[i])
			order_remove(&order, &nodes[i]);
	assert_int_equal(order_count(&order), 0);
}

static void agrees_with_an_array(void **state)
{
	agree(1);
	agree(17);	/* in all parts of few nodes */
	agree(128);	/* and beyond 16 bits */
	agree(1024);
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

static void empty(struct order *order, struct order_node *nodes, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		order_remove(order, &nodes[i]);
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

/* Above all others in the part of the greatest ids: it is nobody's subtree, so that it counts the most. */
static const struct order_node *root_above(const struct order *order)
{
	const struct order_node *root = order_from(order, 1 << 16), *node = root;

	for (; node; node = order_from(order, (uint64_t)node->id + 1))
		root = node->count > root->count ? node : root;
	return root;
}

static void stays_shallow(void **state)
{
	const uint32_t count = 100000;
	struct order_node *nodes = calloc(count, sizeof(*nodes));
	struct order ascending = { NULL }, strided = { NULL };

	assert_non_null(nodes);
	/* about 2 ln n, also of the part that has nearly all; a list has 100,000 */
	for (uint32_t i = 0; i < count; i++)
		order_insert(&ascending, &nodes[i], i + (1 << 16));
	assert_in_range(depth_of(root_above(&ascending)), 17, 60);
	empty(&ascending, nodes, count);
	for (uint32_t i = 0; i < count; i++)
		order_insert(&strided, &nodes[i], i << 14);
	assert_in_range(depth_of(root_above(&strided)), 17, 60);
	empty(&strided, nodes, count);
	free(nodes);
}

/* The nodes of the largest tree. */
static uint32_t largest(const struct order *order)
{
	uint32_t count = 0;

	for (const struct order_node *node = order_from(order, 0); node; node = order_from(order, node->id + 1ull))
		count = node->count > count ? node->count : count;
	return count;
}

/* However many there are, it is a few steps to each; random ids of 16 bits make such trees, 12 nodes are rare. */
static void ids_of_16_bits_lie_in_small_trees(void **state)
{
	static struct order_node nodes[65536];
	struct order order = { NULL };

	for (uint32_t i = 0; i < 50000; i++) {
		order_insert(&order, &nodes[i], (i + 1) * 40503u & 0xffff);
		if (i >= 100 && (i & (i - 1)) == 0)
			assert_in_range(largest(&order), 1, 24);
	}
	assert_in_range(largest(&order), 1, 24);
	empty(&order, nodes, 50000);
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
	empty(&order, nodes + 1, 65535);
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
		cmocka_unit_test(ids_of_16_bits_lie_in_small_trees),
		cmocka_unit_test(chooses_each_free_id_as_often),
		cmocka_unit_test(finds_the_only_free_id),
		cmocka_unit_test(chooses_to_the_ends_of_32_bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
