/* SPDX-License-Identifier: MIT */
/*
 * Records of any length from one worker to the control thread, in a ring of octets without a lock: one
 * thread writes, one reads.  A record that finds no room is the writer's to count; neither waits for
 * the other.  What a record is, tap.c knows.
 */
#ifndef L2TPD_DATAPATH_USER_RING_H
#define L2TPD_DATAPATH_USER_RING_H

#include <stdbool.h>
#include <stddef.h>

#define RING_OCTETS (1u << 20)		/* some ten milliseconds of a session at full speed */

struct ring;

struct ring *ring_new(void);		/* NULL when out of memory */
void ring_free(struct ring *ring);	/* NULL is legal; neither side may be at work */

/* --- the writer --- */
/* Room for a record of size octets, aligned to 8; NULL when there is none. Again: another one in its place. */
void *ring_reserve(struct ring *ring, size_t size);
/* The reader may have it. True when the reader had released all before: it may be asleep and wants to be woken. */
bool ring_commit(struct ring *ring);

/* --- the reader --- */
/* The first record that was not taken, NULL when there is none. It stays in place until ring_release(). */
void *ring_first(struct ring *ring);
void ring_take(struct ring *ring);	/* that one */
/* What was taken may be overwritten. After it, the writer tells of the next record, or ring_first() finds it. */
void ring_release(struct ring *ring);

#endif
