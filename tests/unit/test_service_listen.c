/* SPDX-License-Identifier: MIT */
/* Where peers may ask for tunnels: nowhere, unless something accepts them; and who is warned. */
#include "base/log.h"
#include "service/event.h"
#include "service_world.h"

static unsigned int warnings;

static void sink(const struct log_record *record)
{
	warnings += strstr(record->text, "anybody may ask") != NULL;
}

/* Since the last time. */
static unsigned int warned(void)
{
	unsigned int count = warnings;

	warnings = 0;
	return count;
}

static unsigned int listened(struct world *world)
{
	unsigned int listens = world_logged(world, DATAPATH_NULL_LISTEN);

	return listens - world_logged(world, DATAPATH_NULL_UNLISTEN);
}

static int begin(void **state)
{
	log_set_sink(sink, LOG_LEVEL_WARNING);
	warnings = 0;
	world_begin(state);
	datapath_null_log_begin(((struct world *)*state)->dp);
	return 0;
}

static int end(void **state)
{
	log_set_sink(NULL, LOG_LEVEL_ERROR);
	return world_end(state);
}

static void nobody_listens_for_nothing(void **state)
{
	struct world *world = *state;

	DO(world, TUNNEL("lon", "1"));
	assert_int_equal(listened(world), 0);
	DO(world, "peer profile create profile_name=no accept_tunnels=no peer_ipaddr=192.0.2.1");
	assert_int_equal(listened(world), 0);
	DO(world, "peer profile create profile_name=lac peer_ipaddr=192.0.2.2");
	assert_int_equal(listened(world), 2);		/* IPv4 and IPv6 */
	DO(world, "system modify deny_remote_tunnel_creates=yes");
	assert_int_equal(listened(world), 0);
	DO(world, "system modify deny_remote_tunnel_creates=no udp_port=1702");
	assert_int_equal(listened(world), 2);
	DO(world, "peer profile delete profile_name=lac");
	assert_int_equal(listened(world), 0);
	DO(world, "peer profile modify profile_name=default accept_tunnels=yes");
	assert_int_equal(listened(world), 2);
	RELOAD(world, "system modify max_tunnels=3");
	assert_int_equal(listened(world), 0);
}

static void who_listens_to_anybody_is_warned(void **state)
{
	struct world *world = *state;

	DO(world, "peer profile create profile_name=lac peer_ipaddr=192.0.2.0/24");
	assert_int_equal(warned(), 0);
	DO(world, "peer profile create profile_name=any peer_ipaddr=0.0.0.0/0");
	assert_int_equal(warned(), 1);
	DO(world, "peer profile modify profile_name=default accept_tunnels=yes");
	assert_int_equal(warned(), 0);			/* once is enough */
	DO(world, "peer profile delete profile_name=any");
	DO(world, "tunnel profile modify profile_name=default auth_mode=challenge secret=\"open sesame\"");
	DO(world, "peer profile modify profile_name=default accept_tunnels=no");
	assert_int_equal(warned(), 0);
	DO(world, "tunnel profile modify profile_name=default auth_mode=none");
	DO(world, "peer profile modify profile_name=default accept_tunnels=yes");
	assert_int_equal(warned(), 1);
}

/* The port is somebody else's now, and free later: of one address family, while the other is served. */
static void a_port_that_is_taken_is_tried_again(void **state)
{
	struct world *world = *state;
	struct service_failure failure;
	struct error error;

	error_set(&error, ERROR_SYSTEM, "udp_port", "it is taken");
	datapath_null_fail(world->dp, DATAPATH_NULL_LISTEN, 0, &error);
	DO(world, "peer profile create profile_name=lac peer_ipaddr=192.0.2.2");
	assert_int_equal(service_failures(world->service, &failure, 1), 1);
	assert_string_equal(failure.reason, "peers cannot ask for tunnels over IPv4: it is taken");
	datapath_null_log_begin(world->dp);
	DO(world, "system modify max_tunnels=3");
	assert_int_equal(listened(world), 1);
	DO(world, "system modify max_tunnels=4");
	assert_int_equal(listened(world), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nobody_listens_for_nothing, begin, end),
		cmocka_unit_test_setup_teardown(who_listens_to_anybody_is_warned, begin, end),
		cmocka_unit_test_setup_teardown(a_port_that_is_taken_is_tried_again, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
