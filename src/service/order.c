/* SPDX-License-Identifier: MIT */
/*
 * The treap behind order.h.  A node's priority is a hash of its id, so that the shape depends on the
 * set of ids alone and is balanced whatever order they came in.
 */
#include "service/order.h"

#include <stddef.h>
#include <stdlib.h>

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

/* --- parts --- */

#define PARTS 256
#define PARTS_FROM 256		/* nodes: below that they take more than they give */
#define PART_SHIFT 8

struct order_parts {
	struct order_node *roots[PARTS];
	uint32_t counts[PARTS];
};

/* The last has all that is greater than 16 bits, too. */
static uint32_t part_of(uint64_t id)
{
	return id >> PART_SHIFT < PARTS ? (uint32_t)(id >> PART_SHIFT) : PARTS - 1;
}

static struct order_node **root_of(struct order *order, uint32_t id)
{
	return order->parts ? &order->parts->roots[part_of(id)] : &order->root;
}

/* Without memory it stays whole. */
static void cut(struct order *order)
{
	struct order_parts *parts = calloc(1, sizeof(*parts));
	struct order_node *rest = order->root;

	if (!parts)
		return;
	for (uint32_t i = 0; i < PARTS - 1; i++) {
		split(rest, (i + 1) << PART_SHIFT, &parts->roots[i], &rest);
		parts->counts[i] = count_of(parts->roots[i]);
	}
	parts->roots[PARTS - 1] = rest;
	parts->counts[PARTS - 1] = count_of(rest);
	order->root = NULL;
	order->parts = parts;
}

static void count_change(struct order *order, uint32_t id, int change)
{
	order->count += (uint32_t)change;
	if (order->parts)
		order->parts->counts[part_of(id)] += (uint32_t)change;
}

/* --- nodes --- */

bool order_insert(struct order *order, struct order_node *node, uint32_t id)
{
	struct order_node **place;

	if (order_find(order, id))
		return false;
	if (!order->parts && order->count >= PARTS_FROM)
		cut(order);
	node->id = id;
	for (place = root_of(order, id); *place && priority(*place) > priority(node);) {
		(*place)->count++;
		place = id < (*place)->id ? &(*place)->below : &(*place)->above;
	}
	split(*place, id, &node->below, &node->above);
	recount(node);
	*place = node;
	count_change(order, id, 1);
	return true;
}

void order_remove(struct order *order, struct order_node *node)
{
	struct order_node **place = root_of(order, node->id);

	while (*place != node) {
		(*place)->count--;
		place = node->id < (*place)->id ? &(*place)->below : &(*place)->above;
	}
	*place = join(node->below, node->above);
	count_change(order, node->id, -1);
	if (order->count)
		return;
	free(order->parts);
	order->parts = NULL;
}

struct order_node *order_find(const struct order *order, uint32_t id)
{
	struct order_node *node = order->parts ? order->parts->roots[part_of(id)] : order->root;

	while (node && node->id != id)
		node = id < node->id ? node->below : node->above;
	return node;
}

static struct order_node *first_from(struct order_node *node, uint64_t least)
{
	struct order_node *best = NULL;

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

struct order_node *order_from(const struct order *order, uint64_t least)
{
	struct order_node *found;

	if (!order->parts)
		return first_from(order->root, least);
	for (uint32_t i = part_of(least); i < PARTS; i++) {
		found = first_from(order->parts->roots[i], least);
		if (found)
			return found;
	}
	return NULL;
}

/* --- free ids --- */

/* How many ids of the nodes are smaller than id. */
static uint32_t rank_in(const struct order_node *node, uint64_t id)
{
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

static uint32_t rank(const struct order *order, uint64_t id)
{
	uint32_t smaller = 0;

	if (!order->parts)
		return rank_in(order->root, id);
	for (uint32_t i = 0; i < part_of(id); i++)
		smaller += order->parts->counts[i];
	return smaller + rank_in(order->parts->roots[part_of(id)], id);
}

/* Those of the nodes that have at most `wanted` free ids between lowest and themselves; smaller: taken ids below all
 * of them, before: below lowest. */
static uint64_t pass(const struct order_node *node, uint32_t lowest, uint64_t wanted, uint64_t smaller,
		     uint32_t before)
{
	uint64_t all = smaller;

	while (node) {
		uint64_t passed = all + count_of(node->below);

		if (node->id < lowest || node->id - lowest <= wanted + (passed - before)) {
			all = passed + 1;
			node = node->above;
		} else {
			node = node->below;
		}
	}
	return all - smaller;
}

/* The part where passing ends: in it are more free ids from lowest on than wanted. *smaller: taken ids below it. */
static const struct order_node *last_passed(const struct order *order, uint32_t lowest, uint64_t wanted,
					    uint32_t before, uint64_t *smaller)
{
	uint32_t i = 0;

	*smaller = 0;
	if (!order->parts)
		return order->root;
	for (; i < PARTS - 1; i++) {
		uint64_t end = (uint64_t)(i + 1) << PART_SHIFT, taken = *smaller + order->parts->counts[i];

		if (end > lowest && end - lowest > wanted + (taken - before))
			break;
		*smaller = taken;
	}
	return order->parts->roots[i];
}

bool order_free_id(const struct order *order, uint32_t lowest, uint32_t highest, uint64_t random, uint32_t *id)
{
	uint32_t before = rank(order, lowest);
	uint64_t taken = rank(order, (uint64_t)highest + 1) - before;
	uint64_t free_ids = (uint64_t)highest - lowest + 1 - taken;
	const struct order_node *part;
	uint64_t wanted, smaller;

	if (!free_ids)
		return false;
	/* The wanted-th free id, counted from lowest, is lowest + wanted + the taken ones it passes. */
	wanted = random % free_ids;
	part = last_passed(order, lowest, wanted, before, &smaller);
	smaller += pass(part, lowest, wanted, smaller, before);
	*id = (uint32_t)(lowest + wanted + (smaller - before));
	return true;
}
