/* SPDX-License-Identifier: MIT */
/* Profiles: what is set in them and nothing else, who uses them, and what a reload makes of them. */
#include "service/internal.h"
#include "service_world.h"
#include "test.h"

static struct service_profile_view profile_of(struct world *world, const char *type, const char *name)
{
	struct service_profile_view view;
	struct command *command;
	unsigned int count;
	char text[160];

	snprintf(text, sizeof(text), "%s profile show profile_name=%s", type, name);
	command = world_parse(text, &count);
	assert_int_equal(service_profile_view(world->service, command, &view, NULL), 0);
	free(command);
	return view;
}

static bool exists(struct world *world, enum config_object object, const char *name)
{
	return profile_find(world->service, object, name);
}

static void there_are_always_four(void **state)
{
	static const char *const types[] = { "peer", "tunnel", "session", "ppp" };
	struct world *world = *state;
	struct service_profile_view view;

	for (unsigned int i = 0; i < 4; i++) {
		char text[100], said[100];

		view = profile_of(world, types[i], "default");
		assert_true(param_set_is_empty(&view.set));
		snprintf(text, sizeof(text), "%s profile create profile_name=default", types[i]);
		snprintf(said, sizeof(said), "it exists always: use %s profile modify", types[i]);
		REFUSED(world, ERROR_EXISTS, "profile_name", said, text);
		snprintf(text, sizeof(text), "%s profile delete profile_name=default", types[i]);
		snprintf(said, sizeof(said), "it exists always: empty it with %s profile unset", types[i]);
		REFUSED(world, ERROR_VALUE, "profile_name", said, text);
	}
}

static void only_what_was_set_is_stored(void **state)
{
	struct world *world = *state;
	struct service_profile_view view;

	DO(world, "tunnel profile modify profile_name=default ttl=3");
	DO(world, "tunnel profile create profile_name=t1 dscp=4");
	view = profile_of(world, "tunnel", "t1");
	assert_true(param_set_has(&view.set, config_row(CONFIG_TUNNEL, "dscp")));
	assert_false(param_set_has(&view.set, config_row(CONFIG_TUNNEL, "ttl")));	/* no snapshot of default */
	assert_false(param_set_has(&view.set, config_row(CONFIG_TUNNEL, "profile_name")));
	assert_int_equal(view.origin, SERVICE_ORIGIN_ADMIN);
	DO(world, "tunnel profile modify profile_name=t1 ttl=9");
	DO(world, "tunnel profile unset profile_name=t1 dscp");
	view = profile_of(world, "tunnel", "t1");
	assert_int_equal(view.config.tunnel.ttl, 9);
	assert_int_equal(view.config.tunnel.dscp, 0);
	assert_false(param_set_has(&view.set, config_row(CONFIG_TUNNEL, "dscp")));
	REFUSED(world, ERROR_EXISTS, "profile_name", "it exists: use tunnel profile modify",
		"tunnel profile create profile_name=t1");
	REFUSED(world, ERROR_UNKNOWN, "profile_name", "no tunnel profile named t2",
		"tunnel profile modify profile_name=t2 ttl=1");
	REFUSED(world, ERROR_MISSING, "profile_name", "which tunnel profile?", "tunnel profile modify ttl=1");
	REFUSED(world, ERROR_MISSING, "", "needs the names", "tunnel profile unset profile_name=t1");
	DO(world, "session profile create profile_name=t1");	/* a name is of its type */
}

static void they_are_listed_by_name(void **state)
{
	struct world *world = *state;
	struct service_profile_view view;
	char names[256] = "", after[CONFIG_NAME_MAX] = "";

	DO(world, "peer profile create profile_name=m; peer profile create profile_name=a; "
		  "peer profile create profile_name=z\n");
	while (service_next_profile(world->service, CONFIG_PEER_PROFILE, after, &view)) {
		strcat(strcat(names, view.name), " ");
		memcpy(after, view.name, sizeof(after));
	}
	assert_string_equal(names, "a default m z ");
	/* also behind a name that is gone */
	assert_true(service_next_profile(world->service, CONFIG_PEER_PROFILE, "n", &view));
	assert_string_equal(view.name, "z");
	assert_false(service_next_profile(world->service, CONFIG_PEER_PROFILE, "zz", &view));
}

static void what_is_used_stays(void **state)
{
	struct world *world = *state;

	DO(world, "tunnel profile create profile_name=t1; session profile create profile_name=s1\n"
		  "tunnel create version=3 dest_ipaddr=192.0.2.2 tunnel_name=lon peer_tunnel_id=1 profile_name=t1\n"
		  "session create tunnel_name=lon session_name=a peer_session_id=1 profile_name=s1\n");
	assert_int_equal(profile_of(world, "tunnel", "t1").uses, 1);
	REFUSED(world, ERROR_VALUE, "profile_name", "it is used by tunnel lon: delete that first",
		"tunnel profile delete profile_name=t1");
	REFUSED(world, ERROR_VALUE, "profile_name", "it is used by session a of tunnel lon: delete that first",
		"session profile delete profile_name=s1");
	DO(world, "session delete tunnel_name=lon session_name=a; session profile delete profile_name=s1");
	DO(world, "tunnel delete tunnel_name=lon; peer profile create profile_name=r1 tunnel_profile_name=t1");
	REFUSED(world, ERROR_VALUE, "profile_name",
		"it is named by peer profile r1: peer profile unset profile_name=r1 tunnel_profile_name first",
		"tunnel profile delete profile_name=t1");
	DO(world, "peer profile unset profile_name=r1 tunnel_profile_name; tunnel profile delete profile_name=t1");
	assert_false(exists(world, CONFIG_TUNNEL_PROFILE, "t1"));
}

static void editing_changes_nothing_that_is_there(void **state)
{
	struct world *world = *state;

	DO(world, "tunnel profile create profile_name=t1 ttl=5\n"
		  "tunnel create version=3 dest_ipaddr=192.0.2.2 tunnel_name=lon peer_tunnel_id=1 profile_name=t1\n");
	datapath_null_log_begin(world->dp);
	DO(world, "tunnel profile modify profile_name=t1 ttl=6; tunnel profile modify profile_name=default dscp=7");
	assert_int_equal(world_tunnel(world, "lon").config.ttl, 5);
	assert_int_equal(world_tunnel(world, "lon").config.dscp, 0);
	DO(world, "tunnel modify tunnel_name=lon fwmark=8");	/* nor does another change bring it in */
	assert_int_equal(world_tunnel(world, "lon").config.ttl, 5);
	assert_int_equal(world_logged(world, DATAPATH_NULL_TUNNEL_MODIFY), 1);
}

static void netmasks(void **state)
{
	struct world *world = *state;

	DO(world, "peer profile create profile_name=a peer_ipaddr=192.0.2.7 netmask=255.255.255.0");
	REFUSED(world, ERROR_MISSING, "netmask", "nothing without peer_ipaddr",
		"peer profile unset profile_name=a peer_ipaddr");
	REFUSED(world, ERROR_MISSING, "netmask", "nothing without peer_ipaddr",
		"peer profile create profile_name=b netmask=255.255.255.0");
	REFUSED(world, ERROR_MISSING, "peer_port", "nothing without peer_ipaddr",
		"peer profile create profile_name=b peer_port=1701");
	REFUSED(world, ERROR_VALUE, "netmask", "peer_ipaddr says /24 and netmask /16",
		"peer profile create profile_name=b peer_ipaddr=192.0.2.0/24 netmask=255.255.0.0");
	REFUSED(world, ERROR_VALUE, "netmask", "netmask is for IPv4",
		"peer profile create profile_name=b peer_ipaddr=2001:db8::/32 netmask=255.255.0.0");
	REFUSED(world, ERROR_VALUE, "netmask", "netmask is for IPv4",
		"peer profile modify profile_name=a peer_ipaddr=2001:db8::/32");
	assert_false(exists(world, CONFIG_PEER_PROFILE, "b"));
}

/* --- reload --- */

#define LON "tunnel create version=3 dest_ipaddr=192.0.2.2 tunnel_name=lon tunnel_id=1 peer_tunnel_id=1 "

static void a_reload_takes_the_files_profiles(void **state)
{
	struct world *world = *state;

	DO(world, "tunnel profile create profile_name=mine ttl=3; tunnel profile modify profile_name=default dscp=9");
	/* naming comes before making, in a file */
	RELOAD(world, "peer profile create profile_name=r1 tunnel_profile_name=t1\n"
		      "tunnel profile create profile_name=t1 ttl=5\n"
		      LON "peer_profile_name=r1\n");
	assert_int_equal(world_tunnel(world, "lon").config.ttl, 5);
	assert_int_equal(world_tunnel(world, "lon").config.dscp, 0);
	assert_true(exists(world, CONFIG_TUNNEL_PROFILE, "mine"));
	assert_true(param_set_is_empty(&profile_default(world->service, CONFIG_TUNNEL_PROFILE)->set));
	assert_int_equal(profile_of(world, "tunnel", "t1").origin, SERVICE_ORIGIN_FILE);
	assert_int_equal(profile_of(world, "tunnel", "t1").uses, 1);

	/* a changed profile of the file changes its objects, what can change live */
	datapath_null_log_begin(world->dp);
	RELOAD(world, "peer profile create profile_name=r1 tunnel_profile_name=t1\n"
		      "tunnel profile create profile_name=t1 ttl=6\n"
		      LON "peer_profile_name=r1\n");
	assert_int_equal(world_tunnel(world, "lon").config.ttl, 6);
	assert_int_equal(world_log_length(world), 1);
	assert_int_equal(world_logged(world, DATAPATH_NULL_TUNNEL_MODIFY), 1);

	/* another profile that says the same is no change at all */
	datapath_null_log_begin(world->dp);
	RELOAD(world, "tunnel profile create profile_name=t2 ttl=6\n" LON "profile_name=t2\n");
	assert_int_equal(world_logged(world, DATAPATH_NULL_TUNNEL_MODIFY), 0);
	assert_int_equal(world_log_length(world), world_logged(world, DATAPATH_NULL_UNLISTEN));
	assert_string_equal(world_tunnel(world, "lon").config.profile_name, "t2");
	assert_int_equal(profile_of(world, "tunnel", "t2").uses, 1);
	assert_false(exists(world, CONFIG_TUNNEL_PROFILE, "t1"));
	assert_false(exists(world, CONFIG_PEER_PROFILE, "r1"));
	assert_true(exists(world, CONFIG_TUNNEL_PROFILE, "mine"));
}

static void what_an_administrator_uses_stays(void **state)
{
	struct world *world = *state;

	RELOAD(world, "session profile create profile_name=s1 mtu=1300\n" LON "\n");
	DO(world, "session create tunnel_name=lon session_name=a peer_session_id=1 profile_name=s1");
	RELOAD(world, LON "\n");
	assert_int_equal(profile_of(world, "session", "s1").origin, SERVICE_ORIGIN_ADMIN);
	assert_int_equal(world_session(world, "lon", "a").config.mtu, 1300);
	/* and follows its tunnel that is made anew */
	RELOAD(world, LON "our_udp_port=1800\n");
	assert_int_equal(world_session(world, "lon", "a").config.mtu, 1300);
	assert_int_equal(profile_of(world, "session", "s1").uses, 1);
}

/* Not for ever, because each is named by the other. */
static void profiles_that_name_one_another_go(void **state)
{
	struct world *world = *state;
	struct service_profile_view view;

	RELOAD(world, "tunnel profile create profile_name=t1 peer_profile_name=r1\n"
		      "peer profile create profile_name=r1 tunnel_profile_name=t1 ppp_profile_name=p1\n"
		      "ppp profile create profile_name=p1; ppp profile create profile_name=p2\n"
		      "tunnel profile create profile_name=t2 peer_profile_name=r2 ppp_profile_name=p2\n"
		      "peer profile create profile_name=r2 tunnel_profile_name=t2\n");
	DO(world, "peer profile create profile_name=admins tunnel_profile_name=t2");
	RELOAD(world, "");
	assert_true(service_next_profile(world->service, CONFIG_PPP_PROFILE, "", &view));
	assert_string_equal(view.name, "default");
	assert_true(service_next_profile(world->service, CONFIG_PPP_PROFILE, "default", &view));
	assert_string_equal(view.name, "p2");		/* of t2, which the administrator's names */
	assert_false(service_next_profile(world->service, CONFIG_PPP_PROFILE, "p2", &view));
	assert_true(service_next_profile(world->service, CONFIG_TUNNEL_PROFILE, "default", &view));
	assert_string_equal(view.name, "t2");
	assert_int_equal(view.origin, SERVICE_ORIGIN_ADMIN);
	assert_true(service_next_profile(world->service, CONFIG_PEER_PROFILE, "default", &view));
	assert_string_equal(view.name, "r2");
	assert_false(service_next_profile(world->service, CONFIG_PEER_PROFILE, "r2", &view));
}

static void a_reload_that_fails_leaves_profiles_alone(void **state)
{
	struct world *world = *state;
	struct error refused = { ERROR_SYSTEM, "", "", "refused" };

	RELOAD(world, "tunnel profile create profile_name=t1 ttl=5\n" LON "profile_name=t1\n");
	RELOAD_REFUSED(world, ERROR_UNKNOWN, "tunnel_profile_name",
		       "there is no tunnel profile named t9",
		       "peer profile create profile_name=r1 tunnel_profile_name=t9\n" LON "\n");
	assert_int_equal(world->failed, 0);
	datapath_null_fail(world->dp, DATAPATH_NULL_TUNNEL_MODIFY, 0, &refused);
	RELOAD_REFUSED(world, ERROR_SYSTEM, "", "refused",
		       "tunnel profile create profile_name=t1 ttl=6\ntunnel profile create profile_name=t2\n"
		       LON "profile_name=t1\n");
	assert_int_equal(world_tunnel(world, "lon").config.ttl, 5);
	assert_int_equal(profile_of(world, "tunnel", "t1").config.tunnel.ttl, 5);
	assert_int_equal(profile_of(world, "tunnel", "t1").uses, 1);
	assert_false(exists(world, CONFIG_TUNNEL_PROFILE, "t2"));
}

/* --- pools and RADIUS servers, which are kept likewise --- */

#define POOL(name, range) "pool create pool_name=" name " range=" range "\n"

static void pools_are_apart(void **state)
{
	struct world *world = *state;

	DO(world, POOL("a", "192.0.2.0/24") POOL("b", "198.51.100.1-198.51.100.9,198.51.100.20"));
	REFUSED(world, ERROR_EXISTS, "range", "pool b has some of it: 198.51.100.20", POOL("c", "198.51.100.20"));
	REFUSED(world, ERROR_EXISTS, "range", "pool a has some of it: 192.0.2.0/24",
		"pool modify pool_name=b range=192.0.2.255");
	DO(world, "pool modify pool_name=b range=198.51.100.0/24");	/* its own are in nobody's way */
	DO(world, "pool delete pool_name=a\n" POOL("c", "192.0.2.9"));
	REFUSED(world, ERROR_UNKNOWN, "pool_name", "there is no pool named a: `pool list`", "pool delete pool_name=a");
	REFUSED(world, ERROR_EXISTS, "pool_name", "it exists: use pool modify", POOL("c", "10.0.0.1"));
	REFUSED(world, ERROR_MISSING, "pool_name", "which pool? Give pool_name", "pool modify range=10.0.0.1");
	REFUSED(world, ERROR_MISSING, "range", "give range", "pool create pool_name=d");
	REFUSED(world, ERROR_MISSING, "range", "give range", "pool unset pool_name=c range");
	DO(world, POOL("default", "10.0.0.1") "pool delete pool_name=default");		/* a name like others */
}

static void prefixes_that_are_given(void **state)
{
	struct world *world = *state;

	DO(world, POOL("v6", "2001:db8::/32") POOL("one", "2001:db9::/64"));
	REFUSED(world, ERROR_VALUE, "delegate_length", "no prefix of 64 bits fits into 2001:db9:1::/65",
		POOL("x", "2001:db9:1::/65"));
	DO(world, "pool create pool_name=x range=2001:db9:1::/65 delegate_length=80");
	REFUSED(world, ERROR_VALUE, "delegate_length", "no prefix of 64 bits",
		"pool unset pool_name=x delegate_length");
	REFUSED(world, ERROR_VALUE, "range", "write ranges of IPv6 as ADDRESS/LENGTH",
		POOL("y", "2001:db9:2::1-2001:db9:2::2"));
	REFUSED(world, ERROR_VALUE, "delegate_length", "192.0.2.1 is IPv4",
		"pool create pool_name=y range=192.0.2.1 delegate_length=64");
	REFUSED(world, ERROR_VALUE, "range", "addresses that nobody can have", POOL("y", "239.0.0.0/24"));
	REFUSED(world, ERROR_VALUE, "range", "addresses that nobody can have", POOL("y", "fe80::/48"));
	REFUSED(world, ERROR_VALUE, "range", "more than 2^48 parts",
		"pool create pool_name=y range=2001:db7::/32 delegate_length=128");
}

#define RADIUS(name) "radius create radius_name=" name " address=192.0.2.1 secret=x\n"

static void servers_are_whole(void **state)
{
	struct world *world = *state;

	DO(world, RADIUS("a") "radius modify radius_name=a auth_port=0 coa=yes");
	REFUSED(world, ERROR_MISSING, "address", "give address", "radius create radius_name=b secret=x");
	REFUSED(world, ERROR_MISSING, "secret", "give secret_file", "radius create radius_name=b address=192.0.2.1");
	REFUSED(world, ERROR_MISSING, "secret", "give secret_file", "radius unset radius_name=a secret");
	REFUSED(world, ERROR_VALUE, "src_ipaddr", "both be IPv4 or both IPv6",
		"radius modify radius_name=a src_ipaddr=2001:db8::1");
	/* in a dry run the file is not read */
	DO(world, "radius create radius_name=b address=192.0.2.1 secret_file=/etc/x");
	REFUSED(world, ERROR_UNKNOWN, "radius_name", "no radius named c", "radius modify radius_name=c coa=no");
}

static void what_ppp_profiles_name(void **state)
{
	struct world *world = *state;

	REFUSED(world, ERROR_UNKNOWN, "ip_pool_name", "there is no pool named a: make that first",
		"ppp profile modify profile_name=default ip_pool_name=a");
	DO(world, POOL("a", "192.0.2.0/24") RADIUS("r") RADIUS("s") RADIUS("t"));
	REFUSED(world, ERROR_UNKNOWN, "radius_servers", "there is no radius named u: make that first",
		"ppp profile create profile_name=p radius_servers=s,u,r");
	DO(world, "ppp profile create profile_name=p radius_servers=s,r delegated_pool_name=a");
	REFUSED(world, ERROR_VALUE, "radius_name",
		"named by ppp profile p: ppp profile unset profile_name=p radius_servers",
		"radius delete radius_name=r");
	REFUSED(world, ERROR_VALUE, "pool_name", "unset profile_name=p delegated_pool_name", "pool delete pool_name=a");
	DO(world, "radius delete radius_name=t; ppp profile modify profile_name=p radius_servers=s\n"
		  "radius delete radius_name=r; ppp profile modify profile_name=p radius_servers= delegated_pool_name=\n"
		  "radius delete radius_name=s; pool delete pool_name=a");
}

static void a_reload_keeps_what_is_named(void **state)
{
	struct world *world = *state;

	/* before they are made */
	RELOAD(world, "ppp profile create profile_name=p radius_servers=r,s ipv6_pool_name=a\n"
		      POOL("a", "2001:db8::/32") POOL("b", "192.0.2.0/24") RADIUS("r") RADIUS("s"));
	DO(world, "ppp profile create profile_name=mine radius_servers=s ip_pool_name=b");
	RELOAD(world, "");
	assert_false(exists(world, CONFIG_PPP_PROFILE, "p"));
	assert_true(!exists(world, CONFIG_POOL, "a") && !exists(world, CONFIG_RADIUS, "r"));
	assert_true(exists(world, CONFIG_POOL, "b") && exists(world, CONFIG_RADIUS, "s"));
	assert_int_equal(profile_find(world->service, CONFIG_POOL, "b")->origin, SERVICE_ORIGIN_ADMIN);
	RELOAD_REFUSED(world, ERROR_UNKNOWN, "radius_servers", "there is no radius named x",
		       RADIUS("r") "ppp profile create profile_name=p radius_servers=r,x");
	assert_int_equal(world->failed, 1);
	assert_false(exists(world, CONFIG_RADIUS, "r"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_begin, world_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(pools_are_apart),
		TEST(prefixes_that_are_given),
		TEST(servers_are_whole),
		TEST(what_ppp_profiles_name),
		TEST(a_reload_keeps_what_is_named),
		TEST(there_are_always_four),
		TEST(only_what_was_set_is_stored),
		TEST(they_are_listed_by_name),
		TEST(what_is_used_stays),
		TEST(editing_changes_nothing_that_is_there),
		TEST(netmasks),
		TEST(a_reload_takes_the_files_profiles),
		TEST(what_an_administrator_uses_stays),
		TEST(profiles_that_name_one_another_go),
		TEST(a_reload_that_fails_leaves_profiles_alone),
	};

	return cmocka_run_group_tests_name("service_profile", tests, NULL, NULL);
}
