/* SPDX-License-Identifier: MIT */
/*
 * Frames that wait until somebody reads them: no more than the kernel keeps, and the oldest make room for new ones.
 */
#ifndef L2TPD_KERNEL_HELD_H
#define L2TPD_KERNEL_HELD_H

#include <stddef.h>
#include <stdint.h>

struct held_frame {
	struct held_frame *prev, *next;
	size_t length;
	uint8_t octets[];
};

struct held {
	struct held_frame *first;	/* the oldest; NULL: there is none */
	unsigned int count;
};

/* A copy; without memory it is lost. */
void held_add(struct held *held, const uint8_t *frame, size_t length);
/* The oldest, of which there is one. */
void held_drop(struct held *held);
void held_clear(struct held *held);

#endif
