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

#define ID_BITS 16		/* that choose the part */
#define PARTS_FIRST 64
#define PARTS_FROM 32		/* nodes: below that they take more than they give */
#define PART_FULL 4		/* nodes of a part, as a mean: then there are to be more parts */
#define PARTS_GROW 4
#define PARTS_MOST 16384

struct order_parts {
	uint32_t size;			/* a power of two */
	uint32_t shift;			/* of an id to its part */
	uint32_t *sums;			/* sums[i]: of the nodes of parts below i, from i without its lowest bit on */
	struct order_node *roots[];
};

/* The last has all that is greater than 16 bits, too. */
static uint32_t part_of(const struct order_parts *parts, uint64_t id)
{
	return id >> parts->shift < parts->size ? (uint32_t)(id >> parts->shift) : parts->size - 1;
}

static struct order_node **root_of(struct order *order, uint32_t id)
{
	return order->parts ? &order->parts->roots[part_of(order->parts, id)] : &order->root;
}

static void add_to_part(struct order_parts *parts, uint32_t part, uint32_t change)
{
	for (uint32_t i = part + 1; i <= parts->size; i += i & -i)
		parts->sums[i] += change;
}

/* Nodes of the parts below this one. */
static uint32_t count_below(const struct order_parts *parts, uint32_t part)
{
	uint32_t count = 0;

	for (uint32_t i = part; i; i &= i - 1)
		count += parts->sums[i];
	return count;
}

/* The part of the node that has so many before it. */
static uint32_t part_of_place(const struct order_parts *parts, uint32_t place)
{
	uint32_t part = 0;

	for (uint32_t step = parts->size / 2; step; step /= 2) {
		if (parts->sums[part + step] > place)
			continue;
		part += step;
		place -= parts->sums[part];
	}
	return part;
}

static struct order_parts *parts_new(uint32_t size)
{
	struct order_parts *parts = calloc(1, sizeof(*parts) + size * sizeof(parts->roots[0]) +
						     (size + 1) * sizeof(parts->sums[0]));

	if (!parts)
		return NULL;
	parts->size = size;
	parts->shift = ID_BITS;
	for (; size > 1; size /= 2)
		parts->shift--;
	parts->sums = (void *)(parts->roots + parts->size);
	return parts;
}

/* A tree becomes these parts, of first to last, which are empty. */
static void cut_tree(struct order_node *tree, struct order_parts *parts, uint32_t first, uint32_t last)
{
	for (uint32_t i = first; i < last; i++) {
		split(tree, (i + 1) << parts->shift, &parts->roots[i], &tree);
		add_to_part(parts, i, count_of(parts->roots[i]));
	}
	parts->roots[last] = tree;
	add_to_part(parts, last, count_of(tree));
}

/* Without memory it stays as it is. */
static void cut(struct order *order)
{
	const struct order_parts *before = order->parts;
	struct order_parts *parts = parts_new(before ? before->size * PARTS_GROW : PARTS_FIRST);

	if (!parts)
		return;
	if (!before)
		cut_tree(order->root, parts, 0, parts->size - 1);
	for (uint32_t i = 0; before && i < before->size; i++)
		cut_tree(before->roots[i], parts, i * PARTS_GROW, (i + 1) * PARTS_GROW - 1);
	free(order->parts);
	order->root = NULL;
	order->parts = parts;
}

static bool is_full(const struct order *order)
{
	if (!order->parts)
		return order->count >= PARTS_FROM;
	return order->parts->size < PARTS_MOST && order->count >= order->parts->size * PART_FULL;
}

static void count_change(struct order *order, uint32_t id, uint32_t change)
{
	order->count += change;
	if (order->parts)
		add_to_part(order->parts, part_of(order->parts, id), change);
}

/* --- nodes --- */

bool order_insert(struct order *order, struct order_node *node, uint32_t id)
{
	struct order_node **place;

	if (order_find(order, id))
		return false;
	if (is_full(order))
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
	count_change(order, node->id, -1U);
	if (order->count)
		return;
	free(order->parts);
	order->parts = NULL;
}

struct order_node *order_find(const struct order *order, uint32_t id)
{
	struct order_node *node = order->parts ? order->parts->roots[part_of(order->parts, id)] : order->root;

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
	const struct order_parts *parts = order->parts;
	struct order_node *found;
	uint32_t part, before;

	if (!parts)
		return first_from(order->root, least);
	part = part_of(parts, least);
	found = first_from(parts->roots[part], least);
	if (found)
		return found;
	before = count_below(parts, part + 1);
	return before < order->count ? first_from(parts->roots[part_of_place(parts, before)], 0) : NULL;
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
	const struct order_parts *parts = order->parts;
	uint32_t part;

	if (!parts)
		return rank_in(order->root, id);
	part = part_of(parts, id);
	return count_below(parts, part) + rank_in(parts->roots[part], id);
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
	const struct order_parts *parts = order->parts;
	uint32_t part = 0;

	*smaller = 0;
	if (!parts)
		return order->root;
	for (uint32_t step = parts->size / 2; step; step /= 2) {
		uint64_t end = (uint64_t)(part + step) << parts->shift, taken = *smaller + parts->sums[part + step];

		if (end > lowest && end - lowest > wanted + (taken - before))
			continue;
		part += step;
		*smaller = taken;
	}
	return parts->roots[part];
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
