/* SPDX-License-Identifier: MIT */
/*
 * Many deadlines, of which the earliest is asked for: a binary heap of nodes that lie in the objects.
 */
#ifndef L2TPD_BASE_DEADLINE_H
#define L2TPD_BASE_DEADLINE_H

#include <stddef.h>
#include <stdint.h>

struct deadline {
	uint64_t when;		/* monotonic ms */
	size_t place;		/* in the heap, from 1; 0: not set */
};

struct deadline_heap {		/* zero-initialise before use */
	struct deadline **nodes;
	size_t count, size;
};

/* Room for so many deadlines, so that setting one cannot fail. -1 when out of memory. */
int deadline_reserve(struct deadline_heap *heap, size_t count);
/* Set, or set anew. There must be room. */
void deadline_set(struct deadline_heap *heap, struct deadline *deadline, uint64_t when);
/* Nothing happens to one that is not set. */
void deadline_cancel(struct deadline_heap *heap, struct deadline *deadline);
/* The earliest, NULL when none is set. */
struct deadline *deadline_first(const struct deadline_heap *heap);
void deadline_clear(struct deadline_heap *heap);

#endif
