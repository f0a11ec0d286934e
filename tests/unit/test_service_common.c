/* SPDX-License-Identifier: MIT */
/* What sessions share: it costs little, each still has what is its own, and whoever looks sees the whole. */
#include <malloc.h>

#include "service/internal.h"

#include "service_world.h"

#define TUNNELS 1000
#define SESSIONS 100		/* in each */

size_t __sanitizer_get_current_allocated_bytes(void) __attribute__((weak));

/* Octets that are allocated; where nobody watches, with what the allocator adds. */
static size_t allocated(void)
{
	if (__sanitizer_get_current_allocated_bytes)
		return __sanitizer_get_current_allocated_bytes();
	return mallinfo2().uordblks;
}

static void make(struct world *world, const char *format, unsigned int t, unsigned int s)
{
	char text[512];

	snprintf(text, sizeof(text), format, t, s, s);
	DO(world, text);
}

/* Octets for each of very many sessions. */
static size_t size_of_each(struct world *world, const char *format)
{
	size_t before;

	for (unsigned int t = 1; t <= TUNNELS; t++)
		make(world, "tunnel create version=3 dest_ipaddr=192.0.2.2 tunnel_id=%u peer_tunnel_id=1\n", t, 0);
	before = allocated();
	for (unsigned int t = 1; t <= TUNNELS; t++) {
		for (unsigned int s = 1; s <= SESSIONS; s++)
			make(world, format, t, (t - 1) * SESSIONS + s);
	}
	assert_int_equal(world_status(world).sessions, TUNNELS * SESSIONS);
	return (allocated() - before) / (TUNNELS * SESSIONS);
}

static void an_ethernet_session_is_small(void **state)
{
	size_t each = size_of_each(*state, "session create tunnel_id=%u session_id=%u peer_session_id=%u");

	print_message("%zu octets for each\n", each);
	assert_in_range(each, 100, 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_ethernet_session_is_small, world_begin, world_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
