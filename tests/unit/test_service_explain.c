/* SPDX-License-Identifier: MIT */
/* Each value in effect, and who gave it; what it would be today. */
#include "service/internal.h"
#include "service_world.h"
#include "test.h"

static struct service_explained rows[SERVICE_EXPLAINED_MAX];
static int row_count;

static void explain(struct world *world, const char *text)
{
	unsigned int count;
	struct command *command = world_parse(text, &count);

	assert_int_equal(count, 1);
	row_count = service_explain(world->service, command, rows, SERVICE_EXPLAINED_MAX, &world->error);
	free(command);
}

static const struct service_explained *row_of(const char *name)
{
	for (int i = 0; i < row_count; i++) {
		if (strcmp(rows[i].param->name, name) == 0)
			return &rows[i];
	}
	fail_msg("nothing is told of %s", name);
	return NULL;
}

static void expect(const char *name, const char *value, enum service_source source)
{
	const struct service_explained *row = row_of(name);

	print_message("# %s\n", name);
	assert_string_equal(row->value, value);
	assert_int_equal(row->source, source);
	assert_false(row->changed);
}

static void expect_profile(const char *name, const char *value, enum config_object type, const char *profile)
{
	expect(name, value, SERVICE_SOURCE_PROFILE);
	assert_int_equal(row_of(name)->profile_type, type);
	assert_string_equal(row_of(name)->profile, profile);
}

static void a_tunnel_has_five_sources(void **state)
{
	struct world *world = *state;

	DO(world, "tunnel profile create profile_name=t1 ttl=5 version=3; tunnel profile modify profile_name=default "
		  "dscp=6 ttl=7\n"
		  "session profile create profile_name=s1; peer profile modify profile_name=default "
		  "session_profile_name=s1 tunnel_profile_name=t1\n"
		  "tunnel create tunnel_name=lon peer_tunnel_id=1 dest_ipaddr=192.0.2.2 fwmark=3\n");
	explain(world, "tunnel explain tunnel_name=lon");
	expect("tunnel_name", "lon", SERVICE_SOURCE_EXPLICIT);
	expect("fwmark", "0x3", SERVICE_SOURCE_EXPLICIT);
	expect_profile("ttl", "5", CONFIG_TUNNEL_PROFILE, "t1");
	expect_profile("dscp", "6", CONFIG_TUNNEL_PROFILE, "default");
	expect("resolve_interval", "300", SERVICE_SOURCE_BUILTIN);
	assert_int_equal(row_of("tunnel_id")->source, SERVICE_SOURCE_CHOSEN);
	expect_profile("profile_name", "t1", CONFIG_PEER_PROFILE, "default");
	expect_profile("session_profile_name", "s1", CONFIG_PEER_PROFILE, "default");
	expect("peer_profile_name", "default", SERVICE_SOURCE_BUILTIN);
	expect("ppp_profile_name", "default", SERVICE_SOURCE_BUILTIN);
	/* what is set now by a command is explicit */
	DO(world, "tunnel modify tunnel_name=lon ttl=9");
	explain(world, "tunnel explain tunnel_name=lon");
	expect("ttl", "9", SERVICE_SOURCE_EXPLICIT);
}

static void a_session_has_what_its_tunnel_has(void **state)
{
	struct world *world = *state;

	DO(world, "session profile create profile_name=s1 mtu=1300\n"
		  "tunnel create version=3 tunnel_name=lon peer_tunnel_id=1 dest_ipaddr=192.0.2.2 "
		  "session_profile_name=s1\n" SESSION("lon", "a", "1"));
	explain(world, "session explain tunnel_name=lon session_name=a");
	expect_profile("mtu", "1300", CONFIG_SESSION_PROFILE, "s1");
	expect("profile_name", "s1", SERVICE_SOURCE_TUNNEL);
	expect("tunnel_name", "lon", SERVICE_SOURCE_EXPLICIT);
	assert_int_equal(row_of("tunnel_id")->source, SERVICE_SOURCE_TUNNEL);
	expect("interface_name", world_session(world, "lon", "a").info.ifname, SERVICE_SOURCE_CHOSEN);
	expect("pw_type", "eth", SERVICE_SOURCE_BUILTIN);
}

static void what_changed_since_is_told(void **state)
{
	struct world *world = *state;

	DO(world, "tunnel profile create profile_name=t1 ttl=5\n"
		  "tunnel create version=3 tunnel_name=lon peer_tunnel_id=1 dest_ipaddr=192.0.2.2 profile_name=t1\n"
		  "tunnel profile modify profile_name=t1 ttl=6 bind_interface=eth9\n");
	explain(world, "tunnel explain tunnel_name=lon");
	assert_true(row_of("ttl")->changed);
	assert_string_equal(row_of("ttl")->value, "5");
	assert_string_equal(row_of("ttl")->now, "6");
	assert_true(row_of("bind_interface")->changed);
	assert_string_equal(row_of("bind_interface")->value, "");
	assert_string_equal(row_of("bind_interface")->now, "eth9");
	expect("tunnel_name", "lon", SERVICE_SOURCE_EXPLICIT);
	expect("dscp", "0", SERVICE_SOURCE_BUILTIN);
}

static void a_profile_tells_what_it_gives(void **state)
{
	struct world *world = *state;

	DO(world, "session profile modify profile_name=default mtu=1300 mss_clamp=yes\n"
		  "session profile create profile_name=s1 mtu=1200\n");
	explain(world, "session profile show profile_name=s1");
	expect_profile("mtu", "1200", CONFIG_SESSION_PROFILE, "s1");
	expect_profile("mss_clamp", "yes", CONFIG_SESSION_PROFILE, "default");
	expect("lns_mode", "no", SERVICE_SOURCE_BUILTIN);
	for (int i = 0; i < row_count; i++)
		assert_true(rows[i].param->flags & PARAM_PROFILE);
	explain(world, "session profile show profile_name=default");
	expect_profile("mtu", "1300", CONFIG_SESSION_PROFILE, "default");
}

static void what_is_not_there(void **state)
{
	struct world *world = *state;

	explain(world, "tunnel explain tunnel_name=lon");
	assert_int_equal(row_count, -1);
	assert_int_equal(world->error.code, ERROR_UNKNOWN);
	explain(world, "session explain tunnel_name=lon session_id=1");
	assert_int_equal(row_count, -1);
	explain(world, "peer profile show profile_name=nobody");
	assert_int_equal(row_count, -1);
	assert_string_equal(world->error.parameter, "profile_name");
}

/* A name that came from a profile is not the built-in one when that profile names it no more. */
static void a_name_is_told_as_it_came(void **state)
{
	struct world *world = *state;

	DO(world, "tunnel profile create profile_name=t1 version=3; session profile create profile_name=s1\n"
		  "peer profile create profile_name=p1 tunnel_profile_name=t1 session_profile_name=s1\n"
		  "tunnel create tunnel_name=lon peer_tunnel_id=1 dest_ipaddr=192.0.2.2 peer_profile_name=p1\n");
	DO(world, "peer profile unset profile_name=p1 tunnel_profile_name session_profile_name");
	explain(world, "tunnel explain tunnel_name=lon");
	for (unsigned int i = 0; i < 2; i++) {
		const struct service_explained *row = row_of(i ? "profile_name" : "session_profile_name");

		assert_string_equal(row->value, i ? "t1" : "s1");
		assert_true(row->changed);
		assert_string_equal(row->now, "default");
		assert_int_equal(row->source, SERVICE_SOURCE_FORMER);
	}
	/* nor is it the new peer profile's */
	DO(world, "peer profile create profile_name=p2 tunnel_profile_name=default\n"
		  "tunnel modify tunnel_name=lon peer_profile_name=p2");
	explain(world, "tunnel explain tunnel_name=lon");
	assert_int_equal(row_of("profile_name")->source, SERVICE_SOURCE_FORMER);
	assert_string_equal(row_of("profile_name")->now, "default");
}

static const struct service_explained *ppp_row_of(const char *name)
{
	for (int i = 0; i < row_count; i++) {
		if (rows[i].of_ppp && strcmp(rows[i].param->name, name) == 0)
			return &rows[i];
	}
	return NULL;
}

static void what_ppp_does_is_told_with_the_session(void **state)
{
	struct world *world = *state;

	DO(world, "ppp profile create profile_name=p idle_timeout=60 mss_clamp=no\n"
		  "ppp profile modify profile_name=default auth_pap=no\n"
		  "tunnel create tunnel_name=up dest_ipaddr=192.0.2.2\n"
		  "session create tunnel_name=up session_name=s ppp_profile_name=p user_name=u user_password=secret\n");
	explain(world, "session explain tunnel_name=up session_name=s");
	expect("user_name", "u", SERVICE_SOURCE_EXPLICIT);
	expect("user_password", "(set)", SERVICE_SOURCE_EXPLICIT);
	expect_profile("mss_clamp", "no", CONFIG_PPP_PROFILE, "p");
	expect_profile("idle_timeout", "60", CONFIG_PPP_PROFILE, "p");
	expect_profile("auth_pap", "no", CONFIG_PPP_PROFILE, "default");
	expect("auth_chap", "yes", SERVICE_SOURCE_BUILTIN);
	assert_true(row_of("auth_chap")->of_ppp && !row_of("user_name")->of_ppp);
	assert_non_null(ppp_row_of("mtu"));
	assert_null(ppp_row_of("remote_ipaddr"));	/* nobody says it */
	DO(world, "session create tunnel_name=up session_name=n no_ppp=yes");
	explain(world, "session explain tunnel_name=up session_name=n");
	assert_null(ppp_row_of("auth_chap"));
}

static void what_a_pool_is_given(void **state)
{
	struct world *world = *state;

	DO(world, "pool create pool_name=a range=2001:db8::/32");
	explain(world, "pool show pool_name=a");
	expect("range", "2001:db8::/32", SERVICE_SOURCE_EXPLICIT);
	expect("delegate_length", "64", SERVICE_SOURCE_BUILTIN);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_begin, world_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_tunnel_has_five_sources),
		TEST(a_session_has_what_its_tunnel_has),
		TEST(what_changed_since_is_told),
		TEST(a_profile_tells_what_it_gives),
		TEST(what_is_not_there),
		TEST(a_name_is_told_as_it_came),
		TEST(what_ppp_does_is_told_with_the_session),
		TEST(what_a_pool_is_given),
	};

	return cmocka_run_group_tests_name("service_explain", tests, NULL, NULL);
}
