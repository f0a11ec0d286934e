/* SPDX-License-Identifier: MIT */
/*
 * The treap behind order.h.  A node's priority is a hash of its id, so that the shape depends on the
 * set of ids alone and is balanced whatever order they came in.
 */
#include "service/order.h"

#include <stddef.h>

static uint32_t count_of(const struct order_node *node)
{
	return node ? node->count : 0;
}

/* A bijection that scatters: two ids never tie. */
static uint32_t priority(const struct order_node *node)
{
	uint32_t x = node->id;

	x = (x ^ x >> 16) * 0x45d9f3bu;
	x = (x ^ x >> 16) * 0x45d9f3bu;
	return x ^ x >> 16;
}

static void recount(struct order_node *node)
{
	node->count = 1 + count_of(node->below) + count_of(node->above);
}

/* Part a tree into what is below and above an id that it does not contain. */
static void split(struct order_node *tree, uint32_t id, struct order_node **below, struct order_node **above)
{
	if (!tree) {
		*below = *above = NULL;
		return;
	}
	if (tree->id < id) {
		*below = tree;
		split(tree->above, id, &tree->above, above);
	} else {
		*above = tree;
		split(tree->below, id, below, &tree->below);
	}
	recount(tree);
}

/* All ids of below are smaller than all of above. */
static struct order_node *join(struct order_node *below, struct order_node *above)
{
	if (!below || !above)
		return below ? below : above;
	if (priority(below) > priority(above)) {
		below->above = join(below->above, above);
		recount(below);
		return below;
	}
	above->below = join(below, above->below);
	recount(above);
	return above;
}

bool order_insert(struct order *order, struct order_node *node, uint32_t id)
{
	struct order_node **place = &order->root;

	if (order_find(order, id))
		return false;
	node->id = id;
	while (*place && priority(*place) > priority(node)) {
		(*place)->count++;
		place = id < (*place)->id ? &(*place)->below : &(*place)->above;
	}
	split(*place, id, &node->below, &node->above);
	recount(node);
	*place = node;
	return true;
}

void order_remove(struct order *order, struct order_node *node)
{
	struct order_node **place = &order->root;

	while (*place != node) {
		(*place)->count--;
		place = node->id < (*place)->id ? &(*place)->below : &(*place)->above;
	}
	*place = join(node->below, node->above);
}

struct order_node *order_find(const struct order *order, uint32_t id)
{
	struct order_node *node = order->root;

	while (node && node->id != id)
		node = id < node->id ? node->below : node->above;
	return node;
}

struct order_node *order_from(const struct order *order, uint64_t least)
{
	struct order_node *node = order->root, *best = NULL;

	while (node) {
		if (node->id >= least) {
			best = node;
			node = node->below;
		} else {
			node = node->above;
		}
	}
	return best;
}

/* How many ids are smaller than id. */
static uint32_t rank(const struct order *order, uint64_t id)
{
	const struct order_node *node = order->root;
	uint32_t smaller = 0;

	while (node) {
		if (node->id < id) {
			smaller += 1 + count_of(node->below);
			node = node->above;
		} else {
			node = node->below;
		}
	}
	return smaller;
}

bool order_free_id(const struct order *order, uint32_t lowest, uint32_t highest, uint64_t random, uint32_t *id)
{
	uint32_t before = rank(order, lowest);
	uint64_t taken = rank(order, (uint64_t)highest + 1) - before;
	uint64_t free_ids = (uint64_t)highest - lowest + 1 - taken;
	const struct order_node *node = order->root;
	uint64_t wanted, smaller = 0;

	if (!free_ids)
		return false;
	/* The wanted-th free id, counted from lowest, is lowest + wanted + the taken ones it passes. */
	wanted = random % free_ids;
	while (node) {
		uint64_t passed = smaller + count_of(node->below);

		if (node->id < lowest || node->id - lowest <= wanted + (passed - before)) {
			smaller = passed + 1;
			node = node->above;
		} else {
			node = node->below;
		}
	}
	*id = (uint32_t)(lowest + wanted + (smaller - before));
	return true;
}
