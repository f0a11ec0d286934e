/* SPDX-License-Identifier: MIT */
/*
 * The kernel's rules for sequence numbers, for sessions that programs made through its API: what they count on is what
 * the kernel does, losses and all.  sequence.h and reorder.h have the rules of other sessions.
 *
 * - A number that is half a range ahead or more, or behind, is an error and nothing else.
 * - Without reordering only the expected number is taken.  Others are discarded until a run of them, each following the
 *   one before, is long enough: then the session goes on from there.
 * - With reordering all that is not next waits in one queue, ordered by its bare number (so that the wrap is the end of
 *   the order).  Packets without number wait behind what waits already.  No timer ends that: when a packet arrives,
 *   those that have waited too long are dropped, and the first behind them is next, whatever its number.
 * - The first packet with a number is next.
 *
 * The kernel's queue has no bound. Here it has: beyond it the first is dropped as though it had waited too long.
 */
#ifndef L2TPD_DATAPATH_USER_SEQUENCE_KERNEL_H
#define L2TPD_DATAPATH_USER_SEQUENCE_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SEQUENCE_KERNEL_HELD_MAX 512		/* packets of one session */
#define SEQUENCE_KERNEL_OCTETS_MAX (1024 * 1024)	/* of one session */
#define SEQUENCE_KERNEL_RESYNC_RUN 5		/* numbers of an unbroken run that are discarded; the next is taken */

struct sequence_kernel;

enum sequence_kernel_verdict {
	SEQUENCE_KERNEL_PASS,		/* deliver it now */
	SEQUENCE_KERNEL_HOLD,		/* sequence_kernel_hold(), then take what may go */
	SEQUENCE_KERNEL_OUTSIDE,	/* discard: not in the window */
	SEQUENCE_KERNEL_DISCARD,	/* discard: out of order */
};

enum sequence_kernel_taken {
	SEQUENCE_KERNEL_NONE,		/* nothing may go */
	SEQUENCE_KERNEL_DELIVER,
	SEQUENCE_KERNEL_EXPIRED,	/* discard it */
};

/* A packet that shall wait. */
struct sequence_kernel_packet {
	const uint8_t *frame;		/* copied */
	size_t length;
	bool numbered;
	uint32_t number;		/* when numbered */
	uint64_t expires;		/* in the caller's unit: not later than then it may go */
};

/* mask: the greatest number, 0xffff or 0xffffff. NULL when out of memory. */
struct sequence_kernel *sequence_kernel_new(uint32_t mask);
void sequence_kernel_free(struct sequence_kernel *order);
/* A packet with this number; of a larger one only what the mask leaves counts. reordering: there is a timeout. */
enum sequence_kernel_verdict sequence_kernel_arrive(struct sequence_kernel *order, uint32_t number, bool reordering);
/* reordering: to its place, else behind all. Returns the copy, NULL without memory. *out_of_order: it was put before
 * another. */
const uint8_t *sequence_kernel_hold(struct sequence_kernel *order, const struct sequence_kernel_packet *packet,
				    bool reordering, bool *out_of_order);
/* The first of those that wait, if it may go at this time. The frame stays in place until sequence_kernel_release(). */
enum sequence_kernel_taken sequence_kernel_take(struct sequence_kernel *order, uint64_t now, uint8_t **frame,
						size_t *length);
void sequence_kernel_release(struct sequence_kernel *order);
/* The number expected. Any thread may ask. */
uint32_t sequence_kernel_next(const struct sequence_kernel *order);
/* Of the last packet that was passed or taken: had it a number, which, and was it the first to be expected anew? */
struct sequence_kernel_last {
	bool numbered, anew;
	uint32_t number;
};
struct sequence_kernel_last sequence_kernel_last(const struct sequence_kernel *order);
/* How many wait. */
size_t sequence_kernel_count(const struct sequence_kernel *order);
bool sequence_kernel_empty(const struct sequence_kernel *order);

#endif
