/* SPDX-License-Identifier: MIT */
/*
 * What the sequence number of an arriving packet says (RFC 3931 section 4.6.2 and Appendix C):
 * newer than expected is accepted, so that a loss costs what was lost and no more; old is
 * discarded; a run of old numbers that follow each other means that the peer began anew.  The
 * optional reorder queue holds what came early for a bounded time.
 */
#ifndef L2TPD_DATAPATH_USER_SEQUENCE_H
#define L2TPD_DATAPATH_USER_SEQUENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SEQUENCE_RESYNC_RUN 5		/* consecutive old numbers that make the peer's restart plausible */
#define SEQUENCE_WINDOW (1 << 23)	/* half of the number space (RFC 3931 Appendix C) */

struct sequence {
	bool started;			/* expected is valid */
	uint32_t expected;
	uint32_t old_next;		/* the number that would continue the run of old ones */
	uint8_t old_run;
};

enum sequence_verdict {
	SEQUENCE_NEXT,			/* as expected (or the first): deliver; expected moved on */
	SEQUENCE_AHEAD,			/* newer, something is missing; expected NOT moved: hold, or sequence_jump() */
	SEQUENCE_OLD,			/* discard */
};

/* number: 24 bits. */
enum sequence_verdict sequence_arrive(struct sequence *sequence, uint32_t number);
/* Deliver number although something before it is missing: expected becomes number + 1. */
void sequence_jump(struct sequence *sequence, uint32_t number);

/* --- reorder queue: packets ahead of their turn --- */
#define REORDER_HELD_MAX 64		/* packets of one session; the first is released when one more comes */
#define REORDER_OCTETS_MAX (256 * 1024)	/* of one session */

struct reorder;				/* ordered by distance from expected, so right across the wrap */

/* NULL when out of memory. Allocates nothing further unless packets are held. */
struct reorder *reorder_new(void);
void reorder_free(struct reorder *reorder);
/* Copy and hold. False: a duplicate of a held one, or no memory (the caller discards). *out_of_order is
 * set when it was put before another. The caller first makes room when reorder_full(). */
bool reorder_hold(struct reorder *reorder, uint32_t expected, uint32_t number, const uint8_t *frame, size_t length,
		  uint64_t expires, bool *out_of_order);
bool reorder_full(const struct reorder *reorder, size_t length);
bool reorder_empty(const struct reorder *reorder);
/* The first held packet, NULL when empty. It stays valid until reorder_release() after the next pop. */
const uint8_t *reorder_first(const struct reorder *reorder, uint32_t *number, size_t *length, uint64_t *expires);
/* Move the first to the released list; reorder_release() frees what was popped. */
void reorder_pop(struct reorder *reorder);
void reorder_release(struct reorder *reorder);
size_t reorder_held(const struct reorder *reorder);

#endif
