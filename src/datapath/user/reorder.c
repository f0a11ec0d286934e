/* SPDX-License-Identifier: MIT */
/*
 * The reorder queue: a sorted array of pointers, short enough to move.
 */
#include "datapath/user/reorder.h"

#include <stdlib.h>
#include <string.h>

#include "wire/data_header.h"

struct held {
	struct held *next;		/* released */
	uint64_t expires;
	size_t length;
	uint32_t number;
	uint8_t octets[];
};

struct reorder {
	struct held *released;
	size_t count, octets;
	struct held *held[REORDER_HELD_MAX];	/* the next to be delivered first */
};

struct reorder *reorder_new(void)
{
	return calloc(1, sizeof(struct reorder));
}

void reorder_free(struct reorder *reorder)
{
	if (!reorder)
		return;
	while (reorder->count)
		reorder_pop(reorder);
	reorder_release(reorder);
	free(reorder);
}

bool reorder_full(const struct reorder *reorder, size_t length)
{
	return reorder->count == REORDER_HELD_MAX || (reorder->count && reorder->octets + length > REORDER_OCTETS_MAX);
}

bool reorder_empty(const struct reorder *reorder)
{
	return reorder->count == 0;
}

size_t reorder_held(const struct reorder *reorder)
{
	return reorder->count;
}

/* How far ahead of expected; unlike a signed distance it orders all numbers. */
static uint32_t ahead(uint32_t number, uint32_t expected)
{
	return (number - expected) & DATA_SEQUENCE_MASK;
}

/* Where number belongs: behind all that are delivered before it. Late ones are few: looked for from the end. */
static size_t place_of(const struct reorder *reorder, uint32_t expected, uint32_t number)
{
	size_t place = reorder->count;

	while (place > 0 && ahead(reorder->held[place - 1]->number, expected) > ahead(number, expected))
		place--;
	return place;
}

static struct held *held_new(uint32_t number, const uint8_t *frame, size_t length, uint64_t expires)
{
	struct held *held = malloc(sizeof(*held) + length);

	if (!held)
		return NULL;
	held->expires = expires;
	held->length = length;
	held->number = number;
	memcpy(held->octets, frame, length);
	return held;
}

/* Nobody waits for somebody who waits longer. */
static void order_expiries(struct reorder *reorder, size_t place)
{
	struct held **held = reorder->held;

	if (place + 1 < reorder->count && held[place]->expires > held[place + 1]->expires)
		held[place]->expires = held[place + 1]->expires;
	for (; place > 0 && held[place - 1]->expires > held[place]->expires; place--)
		held[place - 1]->expires = held[place]->expires;
}

bool reorder_hold(struct reorder *reorder, uint32_t expected, uint32_t number, const uint8_t *frame, size_t length,
		  uint64_t expires, bool *out_of_order)
{
	size_t place = place_of(reorder, expected, number);
	struct held *held;

	*out_of_order = false;
	if (reorder_full(reorder, length) || (place > 0 && reorder->held[place - 1]->number == number))
		return false;
	held = held_new(number, frame, length, expires);
	if (!held)
		return false;
	*out_of_order = place < reorder->count;
	memmove(reorder->held + place + 1, reorder->held + place, (reorder->count - place) * sizeof(reorder->held[0]));
	reorder->held[place] = held;
	reorder->count++;
	reorder->octets += length;
	order_expiries(reorder, place);
	return true;
}

uint8_t *reorder_first(const struct reorder *reorder, uint32_t *number, size_t *length, uint64_t *expires)
{
	struct held *first = reorder->held[0];

	if (!reorder->count)
		return NULL;
	*number = first->number;
	*length = first->length;
	*expires = first->expires;
	return first->octets;
}

void reorder_pop(struct reorder *reorder)
{
	struct held *first = reorder->held[0];

	if (!reorder->count)
		return;
	reorder->count--;
	reorder->octets -= first->length;
	memmove(reorder->held, reorder->held + 1, reorder->count * sizeof(reorder->held[0]));
	first->next = reorder->released;
	reorder->released = first;
}

void reorder_release(struct reorder *reorder)
{
	while (reorder->released) {
		struct held *released = reorder->released;

		reorder->released = released->next;
		free(released);
	}
}
