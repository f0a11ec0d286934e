/* SPDX-License-Identifier: MIT */
/*
 * The binary heap behind deadline.h: nodes[0] is the earliest, the children of i are 2i+1 and 2i+2.
 */
#include "base/deadline.h"

#include <stdlib.h>
#include <string.h>

#define DEADLINES_FIRST 16

static void put(struct deadline_heap *heap, size_t index, struct deadline_node node)
{
	heap->nodes[index] = node;
	node.deadline->place = index + 1;
}

static void rise(struct deadline_heap *heap, size_t index, struct deadline_node node)
{
	while (index && heap->nodes[(index - 1) / 2].when > node.when) {
		put(heap, index, heap->nodes[(index - 1) / 2]);
		index = (index - 1) / 2;
	}
	put(heap, index, node);
}

static void sink(struct deadline_heap *heap, size_t index, struct deadline_node node)
{
	for (;;) {
		size_t child = 2 * index + 1;

		if (child + 1 < heap->count && heap->nodes[child + 1].when < heap->nodes[child].when)
			child++;
		if (child >= heap->count || heap->nodes[child].when >= node.when)
			break;
		put(heap, index, heap->nodes[child]);
		index = child;
	}
	put(heap, index, node);
}

int deadline_reserve(struct deadline_heap *heap, size_t count)
{
	size_t size = heap->size ? heap->size : DEADLINES_FIRST;
	struct deadline_node *nodes;

	while (size < count)
		size *= 2;
	if (size == heap->size)
		return 0;
	nodes = reallocarray(heap->nodes, size, sizeof(*nodes));
	if (!nodes)
		return -1;
	heap->nodes = nodes;
	heap->size = size;
	return 0;
}

void deadline_set(struct deadline_heap *heap, struct deadline *deadline, uint64_t when)
{
	deadline_cancel(heap, deadline);
	deadline->when = when;
	rise(heap, heap->count++, (struct deadline_node){ when, deadline });
}

void deadline_cancel(struct deadline_heap *heap, struct deadline *deadline)
{
	size_t index = deadline->place - 1;
	struct deadline_node last;

	if (!deadline->place)
		return;
	deadline->place = 0;
	last = heap->nodes[--heap->count];
	if (last.deadline == deadline)
		return;
	if (index && heap->nodes[(index - 1) / 2].when > last.when)
		rise(heap, index, last);
	else
		sink(heap, index, last);
}

struct deadline *deadline_first(const struct deadline_heap *heap)
{
	return heap->count ? heap->nodes[0].deadline : NULL;
}

void deadline_clear(struct deadline_heap *heap)
{
	free(heap->nodes);
	memset(heap, 0, sizeof(*heap));
}
