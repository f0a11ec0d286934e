/* SPDX-License-Identifier: MIT */
/*
 * Guessing passwords takes time.  A source has some failures free, which people need who type; then each answer waits
 * for a time of its own that is behind that of the one before, so that it does not help to try many at once, and twice
 * as long as that.
 *
 * A table of fixed size for names and one for peers: two of a kind that meet in a place share it, and the one that
 * failed last has it.  Were they of one table, a peer would be forgotten by guessing at the name that shares its place.
 */
#include "service/authenticate.h"

#define FREE_FAILURES 5
#define STEP_MS 1000			/* behind the first that is not free */
#define STEP_DOUBLED 3			/* times */
#define WAIT_MOST_MS 10000		/* peers give up after a while: no answer at all would look like a fault */
#define FORGET_MS 60000

static uint64_t step(uint32_t failures)
{
	uint32_t more = failures - FREE_FAILURES - 1;

	return failures <= FREE_FAILURES ? 0 : (uint64_t)STEP_MS << (more < STEP_DOUBLED ? more : STEP_DOUBLED);
}

/* The lowest bit is set in all. */
static size_t place_of(uint64_t key)
{
	return (size_t)(key >> 1) % SLOW_DOWN_PLACES;
}

uint64_t slow_down_wait(const struct slow_down *slow, enum slow_down_kind kind, uint64_t key, uint64_t now)
{
	const struct slow_down_place *place = &slow->places[kind][place_of(key)];

	return place->key != key || place->until <= now ? 0 : place->until - now;
}

void slow_down_failed(struct slow_down *slow, enum slow_down_kind kind, uint64_t key, uint64_t now)
{
	struct slow_down_place *place = &slow->places[kind][place_of(key)];

	if (place->key != key || now > place->until + FORGET_MS)
		place->failures = 0;
	if (place->key != key || place->until < now)
		place->until = now;
	place->key = key;
	place->until += step(++place->failures);
	if (place->until > now + WAIT_MOST_MS)
		place->until = now + WAIT_MOST_MS;
}

void slow_down_succeeded(struct slow_down *slow, enum slow_down_kind kind, uint64_t key)
{
	struct slow_down_place *place = &slow->places[kind][place_of(key)];

	if (place->key == key)
		place->failures = 0;
}
