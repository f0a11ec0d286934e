/* SPDX-License-Identifier: MIT */
/*
 * The kernel's rules for sequence numbers: the window, the run, and the queue, a list as short as its bound.
 */
#include "datapath/user/sequence_kernel.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

struct waiting {
	struct waiting *prev, *next;
	uint64_t expires;
	size_t length;
	uint32_t number;		/* 0 without one */
	bool numbered;
	uint8_t octets[];
};

struct sequence_kernel {
	struct waiting *waiting, *released;
	size_t count, octets;		/* of those waiting */
	uint32_t mask;
	uint32_t next;			/* the number expected */
	uint32_t stray;			/* the last number that was not */
	uint32_t run;			/* strays before it, each following the one before */
	bool anew;			/* the next packet with a number is the expected one */
	struct sequence_kernel_last last;
};

struct sequence_kernel *sequence_kernel_new(uint32_t mask)
{
	struct sequence_kernel *order = calloc(1, sizeof(*order));

	if (!order)
		return NULL;
	order->mask = mask;
	order->anew = true;
	return order;
}

static void free_list(struct waiting *list)
{
	struct waiting *one, *next;

	DL_FOREACH_SAFE(list, one, next)
		free(one);
}

void sequence_kernel_free(struct sequence_kernel *order)
{
	if (!order)
		return;
	free_list(order->waiting);
	free_list(order->released);
	free(order);
}

void sequence_kernel_release(struct sequence_kernel *order)
{
	free_list(order->released);
	order->released = NULL;
}

bool sequence_kernel_empty(const struct sequence_kernel *order)
{
	return !order->waiting;
}

struct sequence_kernel_last sequence_kernel_last(const struct sequence_kernel *order)
{
	return order->last;
}

size_t sequence_kernel_count(const struct sequence_kernel *order)
{
	return order->count;
}

uint32_t sequence_kernel_next(const struct sequence_kernel *order)
{
	return __atomic_load_n(&order->next, __ATOMIC_RELAXED);
}

/* --- what arrives --- */

static bool is_in_window(const struct sequence_kernel *order, uint32_t number)
{
	return ((number - order->next) & order->mask) < order->mask / 2;
}

/* One more that is not the expected one. Was the run long enough before it? The run is not forgotten when numbers are
 * as expected again. */
static bool ends_run(struct sequence_kernel *order, uint32_t number)
{
	order->run = number == ((order->stray + 1) & order->mask) ? order->run + 1 : 0;
	order->stray = number;
	return order->run >= SEQUENCE_KERNEL_RESYNC_RUN;
}

/* Is it next? Then the one behind it will be. */
static bool is_next(struct sequence_kernel *order, uint32_t number)
{
	if (!order->anew && number != order->next)
		return false;
	order->last.anew = order->anew;
	order->anew = false;
	__atomic_store_n(&order->next, (number + 1) & order->mask, __ATOMIC_RELAXED);
	return true;
}

enum sequence_kernel_verdict sequence_kernel_arrive(struct sequence_kernel *order, uint32_t number, bool reordering)
{
	number &= order->mask;
	order->last = (struct sequence_kernel_last){ .numbered = true, .number = number };
	if (!is_in_window(order, number))
		return SEQUENCE_KERNEL_OUTSIDE;
	if (!reordering && number != order->next) {
		if (ends_run(order, number))
			order->anew = true;
		if (!order->anew)
			return SEQUENCE_KERNEL_DISCARD;
	}
	if (!order->waiting && is_next(order, number))
		return SEQUENCE_KERNEL_PASS;
	return SEQUENCE_KERNEL_HOLD;
}

/* --- what waits --- */

static struct waiting *waiting_new(const struct sequence_kernel *order, const struct sequence_kernel_packet *packet)
{
	struct waiting *waiting = malloc(sizeof(*waiting) + packet->length);

	if (!waiting)
		return NULL;
	waiting->expires = packet->expires;
	waiting->length = packet->length;
	waiting->numbered = packet->numbered;
	waiting->number = packet->numbered ? packet->number & order->mask : 0;
	memcpy(waiting->octets, packet->frame, packet->length);
	return waiting;
}

/* The first with a greater number, whatever stands before that. */
static struct waiting *first_above(const struct sequence_kernel *order, uint32_t number)
{
	struct waiting *one;

	DL_FOREACH(order->waiting, one)
		if (one->number > number)
			break;
	return one;
}

const uint8_t *sequence_kernel_hold(struct sequence_kernel *order, const struct sequence_kernel_packet *packet,
				    bool reordering, bool *out_of_order)
{
	struct waiting *waiting = waiting_new(order, packet), *behind = NULL;

	*out_of_order = false;
	if (!waiting)
		return NULL;
	if (reordering && packet->numbered)
		behind = first_above(order, waiting->number);
	if (behind)
		DL_PREPEND_ELEM(order->waiting, behind, waiting);
	else
		DL_APPEND(order->waiting, waiting);
	*out_of_order = behind != NULL;
	order->count++;
	order->octets += waiting->length;
	return waiting->octets;
}

static bool is_over_full(const struct sequence_kernel *order)
{
	return order->count > SEQUENCE_KERNEL_HELD_MAX || order->octets > SEQUENCE_KERNEL_OCTETS_MAX;
}

static enum sequence_kernel_taken judge_first(struct sequence_kernel *order, uint64_t now)
{
	const struct waiting *first = order->waiting;

	if (now <= first->expires) {
		if (!first->numbered || is_next(order, first->number))
			return SEQUENCE_KERNEL_DELIVER;
		if (!is_over_full(order))
			return SEQUENCE_KERNEL_NONE;
	}
	order->anew = true;
	return SEQUENCE_KERNEL_EXPIRED;
}

enum sequence_kernel_taken sequence_kernel_take(struct sequence_kernel *order, uint64_t now, uint8_t **frame,
						size_t *length)
{
	struct waiting *first = order->waiting;
	enum sequence_kernel_taken taken = SEQUENCE_KERNEL_NONE;

	order->last.anew = false;
	if (first)
		taken = judge_first(order, now);
	if (taken == SEQUENCE_KERNEL_NONE)
		return taken;
	order->last.numbered = first->numbered;
	order->last.number = first->number;
	DL_DELETE(order->waiting, first);
	DL_APPEND(order->released, first);
	order->count--;
	order->octets -= first->length;
	*frame = first->octets;
	*length = first->length;
	return taken;
}
