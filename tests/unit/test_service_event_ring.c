/* SPDX-License-Identifier: MIT */
/* Events that are kept come back as they were, as long as there is a place for them, and take little. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/event_ring.h"
#include "service/packed.h"

#include "service_world.h"

/* As many kinds of them as there are: small ones, large ones, and some that have an octet at each end. */
static void fill(struct service_event *event, uint64_t number)
{
	unsigned int length = (unsigned int)(number * 7919 % sizeof(event->reason));

	event->when = number * 1000;
	event->kind = (enum service_event_kind)(number % SERVICE_EVENT_COUNT);
	memset(event->reason, 'a' + (char)(number % 26), number % 3 ? 0 : length);
	snprintf(event->session_name, sizeof(event->session_name), "s%u", (unsigned int)number);
	event->changed.bits[PARAM_SET_MAX / 64 - 1] = number % 5 ? 0 : UINT64_MAX;
}

static int begin(void **state)
{
	*state = calloc(1, sizeof(struct event_ring));
	return *state ? 0 : -1;
}

static int end(void **state)
{
	event_ring_clear(*state);
	free(*state);
	return 0;
}

static void check(const struct event_ring *ring, uint64_t number)
{
	struct service_event event, expected = { .number = number };

	fill(&expected, number);
	memset(&event, 0xa5, sizeof(event));
	assert_int_equal(event_ring_get(ring, number, &event), 0);
	assert_int_equal(event.number, number);
	assert_int_equal(event.when, expected.when);
	assert_int_equal(event.kind, expected.kind);
	assert_string_equal(event.reason, expected.reason);
	assert_string_equal(event.session_name, expected.session_name);
	assert_string_equal(event.interface_name, "");
	assert_memory_equal(&event.changed, &expected.changed, sizeof(event.changed));
}

/* Three times round, and a bit; looked at from every place within a page now and then. */
static void the_last_are_as_they_were(void **state)
{
	struct event_ring *ring = *state;
	struct service_event *added, event;

	for (uint64_t number = 1; number <= 3 * SERVICE_EVENT_RING + 3; number++) {
		added = event_ring_add(ring);
		assert_non_null(added);
		fill(added, number);
		check(ring, number);
		if (number % (EVENT_PAGE * 3 + 1))
			continue;
		for (uint64_t kept = number; kept && kept + SERVICE_EVENT_RING > number; kept -= kept > 5 ? 5 : kept)
			check(ring, kept);
	}
	for (uint64_t kept = ring->last; kept + SERVICE_EVENT_RING > ring->last; kept--)
		check(ring, kept);
	assert_int_equal(event_ring_get(ring, ring->last + 1, &event), 1);
	assert_int_equal(event_ring_get(ring, ring->last - SERVICE_EVENT_RING, &event), -1);
	assert_int_equal(event_ring_get(ring, 0, &event), -1);
}

static void the_newest_may_be_changed(void **state)
{
	struct event_ring *ring = *state;
	struct service_event event;

	event_ring_add(ring)->count = 1;
	assert_int_equal(event_ring_get(ring, 1, &event), 0);
	assert_int_equal(event.count, 1);
	ring->newest.count++;
	event_ring_add(ring);
	assert_int_equal(event_ring_get(ring, 1, &event), 0);
	assert_int_equal(event.count, 2);
	assert_int_equal(event_ring_get(ring, 2, &event), 0);
	assert_int_equal(event.count, 0);
}

/* They are most of what an idle session takes. */
static void those_of_a_session_are_small(void **state)
{
	struct world *world = *state;
	uint8_t octets[PACKED_ROOM(sizeof(struct service_event))];
	struct service_event event;

	DO(world, TUNNEL("lon", "1") SESSION("lon", "a", "11"));
	for (uint64_t number = 1; service_event_get(world->service, number, &event) == 0; number++)
		assert_in_range(packed_write(&event, sizeof(event), octets), 1, 192);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_last_are_as_they_were, begin, end),
		cmocka_unit_test_setup_teardown(the_newest_may_be_changed, begin, end),
		cmocka_unit_test_setup_teardown(those_of_a_session_are_small, world_begin, world_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
