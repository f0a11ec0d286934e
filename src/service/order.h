/* SPDX-License-Identifier: MIT */
/*
 * Objects in the order of their ids: found by id, listed from any id on, and asked for an id that
 * none of them has, all in logarithmic time however many there are.
 *
 * A treap, intrusive: the node lies in the object, so nothing here fails.  A way down a treap is a cache miss at each
 * step; one of many nodes is therefore cut into parts by the first of the lower 16 bits of their ids, for ids of
 * version 2, which are random and have no more: so many parts that each has few nodes.
 */
#ifndef L2TPD_SERVICE_ORDER_H
#define L2TPD_SERVICE_ORDER_H

#include <stdbool.h>
#include <stdint.h>

struct order_node {
	struct order_node *below, *above;	/* subtrees of smaller and greater ids */
	uint32_t id;
	uint32_t count;				/* of nodes in this subtree, itself included */
};

struct order_parts;

struct order {				/* zero-initialise before use; holds no memory when it is empty */
	struct order_node *root;
	struct order_parts *parts;	/* then root is NULL */
	uint32_t count;
};

static inline uint32_t order_count(const struct order *order)
{
	return order->count;
}

/* False, with nothing changed, when the id is taken. */
bool order_insert(struct order *order, struct order_node *node, uint32_t id);
/* The node must be in it. */
void order_remove(struct order *order, struct order_node *node);
/* NULL when there is none. */
struct order_node *order_find(const struct order *order, uint32_t id);
/* The first whose id is >= least; NULL when there is none. */
struct order_node *order_from(const struct order *order, uint64_t least);
/* One of the ids lowest..highest that no node has: which of them, random decides (all 64 bits
 * random: all are equally likely, as near as matters). False when all are taken. */
bool order_free_id(const struct order *order, uint32_t lowest, uint32_t highest, uint64_t random, uint32_t *id);

#endif
