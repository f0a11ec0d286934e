/* SPDX-License-Identifier: MIT */
/*
 * Numbers from 0 on, of which any may be taken, or a certain one, and put back: each in constant time, however many
 * there are and are left, and with memory for no more than are out.
 *
 * The numbers stand in a row, at first each at its own place; those from place `out` on are unused.  What is taken is
 * the first of these; a certain one changes places with the first.  Only who is not at home is written down.
 */
#ifndef L2TPD_AAA_POOL_UNUSED_H
#define L2TPD_AAA_POOL_UNUSED_H

#include "aaa/number_map.h"

struct pool_unused {			/* zero-initialise but for size */
	uint64_t size;			/* numbers in all */
	uint64_t out;			/* that are taken */
	struct number_map place_of, number_at;	/* of unused numbers that are not at home */
};

/* Forgets all: as many as before are unused again. */
void pool_unused_clear(struct pool_unused *unused);
/* False: none is left. */
bool pool_unused_take(struct pool_unused *unused, uint64_t *number);
/* One that is unused. False: out of memory, nothing has changed. */
bool pool_unused_take_this(struct pool_unused *unused, uint64_t number);
/* One that is out. False: out of memory: it stays out. */
bool pool_unused_put_back(struct pool_unused *unused, uint64_t number);

#endif
