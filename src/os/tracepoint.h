/* SPDX-License-Identifier: MIT */
/*
 * Trace points of the kernel, as perf events: what passes one is written into a ring of each processor's, by the
 * kernel, as long as that has room, and lies there until it is read.  Nobody is woken for it.  With the process all of
 * it ends; nothing is left in the kernel.
 */
#ifndef L2TPD_OS_TRACEPOINT_H
#define L2TPD_OS_TRACEPOINT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

#define TRACEPOINT_NUMBERS 3
#define TRACEPOINT_TEXT_MAX 64
#define TRACEPOINTS_MAX 16		/* of one set */

/* One, and which of its fields are wanted. */
struct tracepoint {
	const char *name;
	const char *text;				/* a field of characters */
	const char *numbers[TRACEPOINT_NUMBERS];	/* fields of 32 bits; NULL: no more */
};

struct tracepoint_record {
	unsigned int point;			/* which of them */
	char text[TRACEPOINT_TEXT_MAX];
	uint32_t numbers[TRACEPOINT_NUMBERS];	/* 0 where there is no field */
};

struct tracepoints;

/* Of this system ("l2tp"), from now on. points must last as long. NULL with *error filled: the message is for people
 * and names what helps. */
struct tracepoints *tracepoints_open(const char *system, const struct tracepoint *points, unsigned int count,
				     struct error *error);
void tracepoints_close(struct tracepoints *traced);	/* NULL is legal */
/* What was not read yet, in its order on each processor. False: there is no more. */
bool tracepoints_next(struct tracepoints *traced, struct tracepoint_record *record);
/* All that is there now is not wanted. */
void tracepoints_skip(struct tracepoints *traced);

#endif
