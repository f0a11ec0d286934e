/* SPDX-License-Identifier: MIT */
/* Listing: in order of ids, through changes, and as fast for many as for few. */
#include "service_world.h"

#define MANY_TUNNELS 100
#define MANY_SESSIONS 1000	/* in each: 100,000 of which to look up one must not look at all */

static void a_listing_is_in_order_and_survives_changes(void **state)
{
	struct world *world = *state;
	uint64_t after = 0;
	handle tunnel;

	DO(world, TUNNEL("c", "30") TUNNEL("a", "10") TUNNEL("d", "4000000000") TUNNEL("b", "20"));
	assert_true(service_next_tunnel(world->service, &after, &tunnel));
	assert_int_equal(after, 10);
	DO(world, "tunnel delete tunnel_id=10\ntunnel delete tunnel_id=20\n" TUNNEL("e", "25") TUNNEL("f", "5"));
	assert_true(service_next_tunnel(world->service, &after, &tunnel));
	assert_int_equal(after, 25);
	assert_int_equal(tunnel, world_find(world, "tunnel show tunnel_name=e"));
	assert_true(service_next_tunnel(world->service, &after, &tunnel));
	assert_int_equal(after, 30);
	assert_true(service_next_tunnel(world->service, &after, &tunnel));
	assert_int_equal(after, 4000000000u);
	assert_false(service_next_tunnel(world->service, &after, &tunnel));
	after = UINT64_MAX - 1;
	assert_false(service_next_tunnel(world->service, &after, &tunnel));
}

static void sessions_are_listed_by_tunnel(void **state)
{
	struct world *world = *state;
	uint64_t after = 0;
	handle lon, session;

	DO(world, TUNNEL("lon", "1") TUNNEL("par", "2") SESSION("lon", "a", "4294967295") SESSION("lon", "b", "7")
		  SESSION("par", "c", "8"));
	lon = world_find(world, "tunnel show tunnel_id=1");
	assert_true(service_next_session(world->service, lon, &after, &session));
	assert_int_equal(after, 7);
	assert_int_equal(session, world_find(world, "session show tunnel_name=lon session_name=b"));
	assert_true(service_next_session(world->service, lon, &after, &session));
	assert_int_equal(after, UINT32_MAX);
	assert_false(service_next_session(world->service, lon, &after, &session));
	after = 0;
	DO(world, "tunnel delete tunnel_id=1");
	assert_false(service_next_session(world->service, lon, &after, &session));
	assert_false(service_next_session(world->service, HANDLE_NONE, &after, &session));
}

static unsigned int list_all(struct world *world)
{
	struct service_session_view view;
	uint64_t tunnel_id = 0;
	unsigned int found = 0;
	handle tunnel, session;

	while (service_next_tunnel(world->service, &tunnel_id, &tunnel)) {
		uint64_t session_id = 0;

		while (service_next_session(world->service, tunnel, &session_id, &session)) {
			assert_int_equal(service_session_view(world->service, session, &view), 0);
			assert_int_equal(view.config.session_id, session_id);
			found++;
		}
	}
	return found;
}

/* A search through all for each would take minutes and meet the runner's time limit. */
static void many_are_no_slower_each(void **state)
{
	struct world *world = *state;
	struct command tunnel, session, *commands;
	unsigned int count = 0, parsed;

	commands = world_parse(TUNNEL("t", "1") "session create tunnel_id=1 session_name=s peer_session_id=1", &parsed);
	tunnel = commands[0];
	session = commands[1];
	free(commands);
	commands = calloc(MANY_TUNNELS * (MANY_SESSIONS + 1), sizeof(*commands));
	assert_non_null(commands);
	for (uint32_t t = 1; t <= MANY_TUNNELS; t++) {
		tunnel.config.tunnel.tunnel_id = t;
		snprintf(tunnel.config.tunnel.tunnel_name, CONFIG_NAME_MAX, "t%u", t);
		commands[count++] = tunnel;
		for (uint32_t s = 1; s <= MANY_SESSIONS; s++) {
			session.config.session.tunnel_id = t;
			snprintf(session.config.session.session_name, CONFIG_NAME_MAX, "s%u", s);
			commands[count++] = session;
		}
	}
	assert_int_equal(service_reload(world->service, commands, count, 0, NULL, &world->error), 0);
	assert_int_equal(world_status(world).sessions, MANY_TUNNELS * MANY_SESSIONS);
	assert_int_equal(list_all(world), MANY_TUNNELS * MANY_SESSIONS);
	datapath_null_log_begin(world->dp);
	commands[count - 1].config.session.peer_session_id = 2;
	assert_int_equal(service_reload(world->service, commands, count, 0, NULL, &world->error), 0);
	assert_int_equal(world_log_length(world), 4);	/* tried first */
	assert_int_equal(service_reload(world->service, NULL, 0, 0, NULL, &world->error), 0);
	assert_int_equal(world_status(world).sessions, 0);
	free(commands);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_begin, world_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_listing_is_in_order_and_survives_changes),
		TEST(sessions_are_listed_by_tunnel),
		TEST(many_are_no_slower_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
