/* SPDX-License-Identifier: MIT */
/*
 * The row of numbers.  A number is away from home only while its home is a place of those that are out: who is put back
 * sees to that, so that no more are away than are out.
 */
#include "aaa/pool_unused.h"

void pool_unused_clear(struct pool_unused *unused)
{
	number_map_clear(&unused->place_of);
	number_map_clear(&unused->number_at);
	unused->out = 0;
}

static uint64_t number_at(const struct pool_unused *unused, uint64_t place)
{
	uint64_t number;

	return number_map_find(&unused->number_at, place, &number) ? number : place;
}

static uint64_t place_of(const struct pool_unused *unused, uint64_t number)
{
	uint64_t place;

	return number_map_find(&unused->place_of, number, &place) ? place : number;
}

/* It is at no place now, or at home. */
static void leave(struct pool_unused *unused, uint64_t number)
{
	uint64_t place;

	if (number_map_find(&unused->place_of, number, &place)) {
		number_map_remove(&unused->place_of, number);
		number_map_remove(&unused->number_at, place);
	}
}

/* A place that somebody has left. */
static void enter(struct pool_unused *unused, uint64_t number, uint64_t place)
{
	if (number != place) {
		number_map_add(&unused->place_of, number, place);
		number_map_add(&unused->number_at, place, number);
	}
}

static bool reserve(struct pool_unused *unused)
{
	return number_map_reserve(&unused->place_of) && number_map_reserve(&unused->number_at);
}

bool pool_unused_take(struct pool_unused *unused, uint64_t *number)
{
	if (unused->out >= unused->size)
		return false;
	*number = number_at(unused, unused->out);
	leave(unused, *number);
	unused->out++;
	return true;
}

bool pool_unused_take_this(struct pool_unused *unused, uint64_t number)
{
	uint64_t place = place_of(unused, number), first = number_at(unused, unused->out);

	if (!reserve(unused))
		return false;
	leave(unused, number);
	leave(unused, first);
	if (first != number)
		enter(unused, first, place);
	unused->out++;
	return true;
}

bool pool_unused_put_back(struct pool_unused *unused, uint64_t number)
{
	uint64_t place, there;

	if (!reserve(unused))
		return false;
	unused->out--;
	/* whose home the new place is goes home, and leaves its own */
	place = number == unused->out ? number : place_of(unused, unused->out);
	leave(unused, unused->out);
	if (number > unused->out && number != place) {
		there = number_at(unused, number);
		leave(unused, there);
		enter(unused, there, place);
	} else {
		enter(unused, number, place);
	}
	return true;
}
