/* SPDX-License-Identifier: MIT */
/*
 * Guessing passwords takes time.  A source has some failures free, which people need who type; then each answer waits
 * for a time of its own that is behind that of the one before, so that it does not help to try many at once, and twice
 * as long as that.
 *
 * A table of fixed size: two sources that meet in a place share it, and the one that failed last has it.
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

uint64_t slow_down_wait(const struct slow_down *slow, uint64_t source, uint64_t now)
{
	uint64_t until = slow->places[source % SLOW_DOWN_PLACES].until;

	if (slow->places[source % SLOW_DOWN_PLACES].key != source || until <= now)
		return 0;
	return until - now;
}

void slow_down_failed(struct slow_down *slow, uint64_t source, uint64_t now)
{
	uint64_t *key = &slow->places[source % SLOW_DOWN_PLACES].key;
	uint64_t *until = &slow->places[source % SLOW_DOWN_PLACES].until;
	uint32_t *failures = &slow->places[source % SLOW_DOWN_PLACES].failures;

	if (*key != source || now > *until + FORGET_MS)
		*failures = 0;
	if (*key != source || *until < now)
		*until = now;
	*key = source;
	*until += step(++*failures);
	if (*until > now + WAIT_MOST_MS)
		*until = now + WAIT_MOST_MS;
}

void slow_down_succeeded(struct slow_down *slow, uint64_t source)
{
	if (slow->places[source % SLOW_DOWN_PLACES].key == source)
		slow->places[source % SLOW_DOWN_PLACES].failures = 0;
}
