/* SPDX-License-Identifier: MIT */
/* The names of OpenL2TP's counters, and what is behind them. */
#include "manage/openl2tp.h"

#include "manage/state.h"
#include "manage_world.h"

static int begin(void **state)
{
	struct manage_world *world = calloc(1, sizeof(*world));

	assert_non_null(world);
	manage_world_begin(world, (struct manage_host){ .now = NULL });
	*state = world;
	return 0;
}

static int end(void **state)
{
	manage_world_end(*state);
	free(*state);
	return 0;
}

static void same_octets(void *octets, size_t length)
{
	memset(octets, 7, length);
}

/* Of a service that is no dry run. */
static struct openl2tp_counters count(struct manage_world *world)
{
	struct openl2tp_counters counters;

	openl2tp_count(world->manage, &counters);
	return counters;
}

static void refused(struct manage_world *world, const char *text)
{
	const char *words[16];
	char copy[256], *rest = copy, *word;
	struct command command;
	struct error error;
	unsigned int n = 0;

	snprintf(copy, sizeof(copy), "%s", text);
	while ((word = strsep(&rest, " ")))
		words[n++] = word;
	assert_int_equal(command_parse(words, n, &command, NULL, NULL, &error), 0);
	assert_int_equal(service_execute(world->service, &command, SERVICE_ORIGIN_ADMIN, manage_world_now(), NULL,
					 &error), -1);
}

#define TUNNEL "tunnel create version=3 dest_ipaddr=192.0.2.2 peer_tunnel_id=1"

static void what_could_not_be_is_counted(void **state)
{
	struct manage_world *world = *state;

	service_free(world->service);
	world->service = world->manage->service = service_new(world->dp, same_octets);
	assert_int_equal(count(world).too_many_tunnels, 0);
	manage_world_execute(world, "system modify max_tunnels=1 max_sessions=1\n" TUNNEL " tunnel_name=lon\n"
				    "session create tunnel_name=lon peer_session_id=1\n");
	for (int i = 0; i < 3; i++)
		refused(world, TUNNEL);
	refused(world, "session create tunnel_name=lon peer_session_id=2");
	assert_int_equal(count(world).too_many_tunnels, 3);	/* also those that are not told */
	assert_int_equal(count(world).too_many_sessions, 1);
	assert_int_equal(count(world).no_tunnel_resources, 0);
	manage_world_execute(world, "system modify reset_statistics=yes");
	assert_int_equal(count(world).too_many_tunnels + count(world).too_many_sessions, 0);
}

static void what_the_system_lacks_is_counted(void **state)
{
	static const struct error lacks = { .code = ERROR_SYSTEM, .text = "no device" };
	struct manage_world *world = *state;

	service_free(world->service);
	world->service = world->manage->service = service_new(world->dp, same_octets);
	datapath_null_fail(world->dp, DATAPATH_NULL_TUNNEL_ADD, 0, &lacks);
	refused(world, TUNNEL);
	assert_int_equal(count(world).no_tunnel_resources, 1);
	assert_int_equal(count(world).no_session_resources, 0);
}

/* Each is a member, and there is no other. */
static void every_counter_has_a_row(void **state)
{
	assert_int_equal(state_openl2tp.count * sizeof(uint64_t), sizeof(struct openl2tp_counters));
	for (unsigned int i = 0; i < state_openl2tp.count; i++)
		assert_int_equal(state_openl2tp.rows[i].offset, i * sizeof(uint64_t));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_could_not_be_is_counted),
		TEST(what_the_system_lacks_is_counted),
		cmocka_unit_test(every_counter_has_a_row),
	};

	return cmocka_run_group_tests_name("manage_openl2tp", tests, NULL, NULL);
}
