/* SPDX-License-Identifier: MIT */
/*
 * The binary heap behind deadline.h: nodes[0] is the earliest, the children of i are 2i+1 and 2i+2.
 */
#include "base/deadline.h"

#include <stdlib.h>
#include <string.h>

#define DEADLINES_FIRST 16

static void put(struct deadline_heap *heap, size_t index, struct deadline *deadline)
{
	heap->nodes[index] = deadline;
	deadline->place = index + 1;
}

static void rise(struct deadline_heap *heap, size_t index, struct deadline *deadline)
{
	while (index && heap->nodes[(index - 1) / 2]->when > deadline->when) {
		put(heap, index, heap->nodes[(index - 1) / 2]);
		index = (index - 1) / 2;
	}
	put(heap, index, deadline);
}

static void sink(struct deadline_heap *heap, size_t index, struct deadline *deadline)
{
	for (;;) {
		size_t child = 2 * index + 1;

		if (child + 1 < heap->count && heap->nodes[child + 1]->when < heap->nodes[child]->when)
			child++;
		if (child >= heap->count || heap->nodes[child]->when >= deadline->when)
			break;
		put(heap, index, heap->nodes[child]);
		index = child;
	}
	put(heap, index, deadline);
}

int deadline_reserve(struct deadline_heap *heap, size_t count)
{
	size_t size = heap->size ? heap->size : DEADLINES_FIRST;
	struct deadline **nodes;

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
	rise(heap, heap->count++, deadline);
}

void deadline_cancel(struct deadline_heap *heap, struct deadline *deadline)
{
	size_t index = deadline->place - 1;
	struct deadline *last;

	if (!deadline->place)
		return;
	deadline->place = 0;
	last = heap->nodes[--heap->count];
	if (last == deadline)
		return;
	if (index && heap->nodes[(index - 1) / 2]->when > last->when)
		rise(heap, index, last);
	else
		sink(heap, index, last);
}

struct deadline *deadline_first(const struct deadline_heap *heap)
{
	return heap->count ? heap->nodes[0] : NULL;
}

void deadline_clear(struct deadline_heap *heap)
{
	free(heap->nodes);
	memset(heap, 0, sizeof(*heap));
}
