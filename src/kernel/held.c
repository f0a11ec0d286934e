/* SPDX-License-Identifier: MIT */
/* See held.h. */
#include "kernel/held.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#define HELD_MAX 32

void held_add(struct held *held, const uint8_t *frame, size_t length)
{
	struct held_frame *added = malloc(sizeof(*added) + length);

	if (!added)
		return;
	added->length = length;
	memcpy(added->octets, frame, length);
	if (held->count == HELD_MAX)
		held_drop(held);
	DL_APPEND(held->first, added);
	held->count++;
}

void held_drop(struct held *held)
{
	struct held_frame *oldest = held->first;

	DL_DELETE(held->first, oldest);
	held->count--;
	free(oldest);
}

void held_clear(struct held *held)
{
	while (held->first)
		held_drop(held);
}
