/* SPDX-License-Identifier: MIT */
/*
 * What the sequence number of an arriving packet says (RFC 3931 section 4.6.2 and Appendix C):
 * newer than expected is accepted, so that a loss costs what was lost and no more; old is
 * discarded; a run of old numbers that follow each other means that the peer began anew.  The
 * optional reorder queue (reorder.h) holds what came early for a bounded time.
 */
#ifndef L2TPD_DATAPATH_USER_SEQUENCE_H
#define L2TPD_DATAPATH_USER_SEQUENCE_H

#include <stdbool.h>
#include <stdint.h>

/* Consecutive old numbers that are discarded; one more in their sequence and the peer has begun anew. Any newer
 * number in between ends the run, so old packets replayed into a living stream stay out. */
#define SEQUENCE_RESYNC_RUN 5

struct sequence {
	bool started;			/* expected is valid */
	uint8_t old_run;		/* old numbers in sequence so far */
	uint32_t expected;
	uint32_t old_next;		/* the number that would continue the run of old ones */
};

enum sequence_verdict {
	SEQUENCE_NEXT,			/* as expected (or the first, or anew): deliver; expected moved on */
	SEQUENCE_AHEAD,			/* newer, something is missing; expected NOT moved: hold, or sequence_jump() */
	SEQUENCE_OLD,			/* discard */
};

/* number: 24 bits. Zero-filled is the start. */
enum sequence_verdict sequence_arrive(struct sequence *sequence, uint32_t number);
/* Deliver number although something before it is missing: expected becomes number + 1. */
void sequence_jump(struct sequence *sequence, uint32_t number);

#endif
