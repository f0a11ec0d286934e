/* SPDX-License-Identifier: MIT */
/* A profile's values to what has it: in what can change live, all or none, and counted what cannot. */
#include "service/internal.h"
#include "service_world.h"
#include "test.h"

#define MAKE(name, id, more)                                                                         \
	"tunnel create version=3 dest_ipaddr=192.0.2.2 peer_tunnel_id=1 tunnel_name=" name " tunnel_id=" id \
	" " more "\n"

static struct service_applied applied;

static int apply(struct world *world, const char *text)
{
	unsigned int count;
	struct command *command = world_parse(text, &count);
	int ret;

	assert_int_equal(count, 1);
	memset(&world->error, 0, sizeof(world->error));
	ret = service_apply(world->service, command, world->now, &applied, &world->error);
	free(command);
	return ret;
}

static void expect(uint32_t objects, uint32_t changed, uint32_t fixed)
{
	assert_int_equal(applied.objects, objects);
	assert_int_equal(applied.changed, changed);
	assert_int_equal(applied.objects_fixed, fixed);
}

static void only_those_that_have_it(void **state)
{
	struct world *world = *state;

	DO(world, "tunnel profile create profile_name=t1 ttl=5; tunnel profile create profile_name=t2 ttl=5\n"
		  MAKE("a", "1", "profile_name=t1") MAKE("b", "2", "profile_name=t1 ttl=9")
		  MAKE("c", "3", "profile_name=t2") MAKE("d", "4", ""));
	DO(world, "tunnel profile modify profile_name=t1 ttl=6");
	datapath_null_log_begin(world->dp);
	assert_int_equal(apply(world, "tunnel profile apply profile_name=t1"), 0);
	expect(2, 1, 0);
	assert_int_equal(world_log_length(world), 1);
	assert_int_equal(world_tunnel(world, "a").config.ttl, 6);
	assert_int_equal(world_tunnel(world, "b").config.ttl, 9);	/* given */
	assert_int_equal(world_tunnel(world, "c").config.ttl, 5);
	/* once more: there is nothing left to do */
	assert_int_equal(apply(world, "tunnel profile apply profile_name=t1"), 0);
	expect(2, 0, 0);
	assert_int_equal(world_log_length(world), 1);
	/* default stands behind all */
	DO(world, "tunnel profile modify profile_name=default dscp=7; tunnel profile unset profile_name=t2 ttl");
	assert_int_equal(apply(world, "tunnel profile apply profile_name=default"), 0);
	expect(4, 4, 0);
	assert_int_equal(world_tunnel(world, "d").config.dscp, 7);
	assert_int_equal(world_tunnel(world, "c").config.ttl, CONFIG_TTL_DEFAULT);
}

static void what_cannot_change_is_counted(void **state)
{
	struct world *world = *state;
	struct service_explained rows[SERVICE_EXPLAINED_MAX];
	struct command *command;
	unsigned int count;

	DO(world, "tunnel profile create profile_name=t1 our_udp_port=1800\n"
		  MAKE("a", "1", "profile_name=t1") MAKE("b", "2", "profile_name=t1 our_udp_port=1800"));
	DO(world, "tunnel profile modify profile_name=t1 our_udp_port=1900 ttl=4");
	assert_int_equal(apply(world, "tunnel profile apply profile_name=t1"), 0);
	expect(2, 2, 1);
	assert_int_equal(applied.of, CONFIG_TUNNEL);
	assert_int_equal(applied.fixed[config_row(CONFIG_TUNNEL, "our_udp_port")], 1);
	assert_int_equal(applied.fixed[config_row(CONFIG_TUNNEL, "ttl")], 0);
	assert_int_equal(world_tunnel(world, "a").config.our_udp_port, 1800);
	assert_int_equal(world_tunnel(world, "a").config.ttl, 4);
	/* it still says so */
	command = world_parse("tunnel explain tunnel_name=a", &count);
	count = (unsigned int)service_explain(world->service, command, rows, SERVICE_EXPLAINED_MAX, NULL);
	free(command);
	for (unsigned int i = 0; i < count; i++)
		assert_int_equal(rows[i].changed, strcmp(rows[i].param->name, "our_udp_port") == 0);
}

static void sessions_follow_session_profiles(void **state)
{
	struct world *world = *state;

	DO(world, "session profile create profile_name=s1 mtu=1300\n" MAKE("a", "1", "session_profile_name=s1")
		  SESSION("a", "x", "1") SESSION("a", "y", "2"));
	DO(world, "session profile modify profile_name=s1 mtu=1200 netns=far");
	datapath_null_log_begin(world->dp);
	assert_int_equal(apply(world, "session profile apply profile_name=s1"), 0);
	expect(2, 2, 2);
	assert_int_equal(applied.of, CONFIG_SESSION);
	assert_int_equal(world_logged(world, DATAPATH_NULL_SESSION_MODIFY), 2);
	assert_int_equal(world_session(world, "a", "y").config.mtu, 1200);
	assert_string_equal(world_session(world, "a", "y").config.netns, "");
	assert_int_equal(apply(world, "ppp profile apply profile_name=default"), 0);
	expect(2, 0, 2);
}

static void names_follow_the_peer_profile(void **state)
{
	struct world *world = *state;

	DO(world, "session profile create profile_name=s1; tunnel profile create profile_name=t1\n"
		  "peer profile create profile_name=r1\n" MAKE("a", "1", "peer_profile_name=r1"));
	DO(world, "peer profile modify profile_name=r1 session_profile_name=s1 tunnel_profile_name=t1");
	assert_int_equal(apply(world, "peer profile apply profile_name=r1"), 0);
	expect(1, 1, 1);
	assert_int_equal(applied.fixed[config_row(CONFIG_TUNNEL, "profile_name")], 1);	/* it is made with one */
	assert_string_equal(world_tunnel(world, "a").config.session_profile_name, "s1");
	assert_string_equal(world_tunnel(world, "a").config.profile_name, "default");
	REFUSED(world, ERROR_VALUE, "profile_name", "it is used by tunnel a", "session profile delete profile_name=s1");
}

/* Whatever operation the datapath refuses, nothing has changed. */
static void all_or_none(void **state)
{
	struct world *world = *state;
	struct error refused = { ERROR_SYSTEM, "", "", "the datapath refused" };

	DO(world, "session profile create profile_name=s1 mtu=1300\n" MAKE("a", "1", "session_profile_name=s1")
		  SESSION("a", "x", "1") SESSION("a", "y", "2") SESSION("a", "z", "3"));
	DO(world, "session profile modify profile_name=s1 mtu=1200");
	for (unsigned int after = 0; after < 3; after++) {
		datapath_null_fail(world->dp, DATAPATH_NULL_SESSION_MODIFY, after, &refused);
		assert_int_equal(apply(world, "session profile apply profile_name=s1"), -1);
		assert_string_equal(world->error.text, "the datapath refused");
		assert_int_equal(world_session(world, "a", "x").config.mtu, 1300);
		assert_int_equal(world_session(world, "a", "y").config.mtu, 1300);
		assert_int_equal(world_session(world, "a", "z").config.mtu, 1300);
	}
	assert_int_equal(apply(world, "session profile apply profile_name=s1"), 0);
	expect(3, 3, 0);
}

/* What the profile says now does not fit one of them. */
static void rules_hold(void **state)
{
	struct world *world = *state;

	DO(world, "session profile create profile_name=s1\n" MAKE("a", "1", "session_profile_name=s1")
		  SESSION("a", "x", "1")
		  "session create tunnel_name=a session_name=y session_id=2 peer_session_id=2 l2spec_type=none\n");
	DO(world, "session profile modify profile_name=s1 use_sequence_numbers=yes");
	assert_int_equal(apply(world, "session profile apply profile_name=s1"), -1);
	assert_string_equal(world->error.object, "session y of tunnel a");
	assert_string_equal(world->error.parameter, "use_sequence_numbers");
	assert_false(world_session(world, "a", "x").config.use_sequence_numbers);
}

/* What it cannot change, it has still: that profile cannot go, and the name in what is saved leads somewhere. */
static void a_session_keeps_its_ppp_profile(void **state)
{
	struct world *world = *state;

	DO(world, "ppp profile create profile_name=p1; ppp profile create profile_name=p2\n"
		  "session profile create profile_name=s1 ppp_profile_name=p1\n"
		  MAKE("a", "1", "session_profile_name=s1")
		  SESSION("a", "x", "1"));
	DO(world, "session profile modify profile_name=s1 ppp_profile_name=p2 mtu=1400");
	assert_int_equal(apply(world, "session profile apply profile_name=s1"), 0);
	expect(1, 1, 1);
	assert_string_equal(world_session(world, "a", "x").config.ppp_profile_name, "p1");
	REFUSED(world, ERROR_VALUE, "profile_name", "session x of tunnel a", "ppp profile delete profile_name=p1");
	DO(world, "session profile unset profile_name=s1 ppp_profile_name; ppp profile delete profile_name=p2");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_begin, world_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(only_those_that_have_it),
		TEST(what_cannot_change_is_counted),
		TEST(sessions_follow_session_profiles),
		TEST(names_follow_the_peer_profile),
		TEST(all_or_none),
		TEST(rules_hold),
		TEST(a_session_keeps_its_ppp_profile),
	};

	return cmocka_run_group_tests_name("service_apply", tests, NULL, NULL);
}
