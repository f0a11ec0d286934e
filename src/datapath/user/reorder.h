/* SPDX-License-Identifier: MIT */
/*
 * The reorder queue of one session: packets that came ahead of their turn (sequence.h) wait
 * here, ordered by their distance from the expected number, which is right across the wrap, for a
 * bounded time and in bounded space.  The only place of the packet path that allocates, and only
 * for packets that are held.  Time is the caller's, in whatever unit it likes.
 */
#ifndef L2TPD_DATAPATH_USER_REORDER_H
#define L2TPD_DATAPATH_USER_REORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REORDER_HELD_MAX 64		/* packets of one session; the first is released when one more comes */
#define REORDER_OCTETS_MAX (256 * 1024)	/* of one session */

struct reorder;

/* NULL when out of memory. Allocates nothing further unless packets are held. */
struct reorder *reorder_new(void);
void reorder_free(struct reorder *reorder);
/* Copy and hold. False: a duplicate of a held one, full, or no memory (the caller discards). *out_of_order is
 * set when it was put before another. The caller first makes room when reorder_full(). expected:
 * where the session stands now; number was SEQUENCE_AHEAD of it. */
bool reorder_hold(struct reorder *reorder, uint32_t expected, uint32_t number, const uint8_t *frame, size_t length,
		  uint64_t expires, bool *out_of_order);
/* No room for one more of that length. Never true of an empty queue. */
bool reorder_full(const struct reorder *reorder, size_t length);
bool reorder_empty(const struct reorder *reorder);
/* The first held packet, NULL when empty. It stays valid until reorder_release() after the next pop.
 * *expires: when what is missing before it need not be waited for any longer; never later than
 * that of a packet behind it, which would have to wait for it. */
uint8_t *reorder_first(const struct reorder *reorder, uint32_t *number, size_t *length, uint64_t *expires);
/* Move the first to the released list; reorder_release() frees what was popped. */
void reorder_pop(struct reorder *reorder);
void reorder_release(struct reorder *reorder);
size_t reorder_held(const struct reorder *reorder);

#endif
