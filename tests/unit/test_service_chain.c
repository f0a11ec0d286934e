/* SPDX-License-Identifier: MIT */
/*
 * Which value wins: the chain as it is, against a naive one that asks each member of it in turn, over random tables
 * of what is set where.
 */
#include "service/internal.h"
#include "service_world.h"
#include "test.h"

#define ROUNDS 2000

static uint64_t rolled;

static uint32_t roll(uint32_t sides)
{
	rolled = rolled * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(rolled >> 33) % sides;
}

/* Rows that a profile may hold, with a number in them: enough to tell one member of the chain from another. */
static bool is_number(const struct param *param)
{
	return param->flags & PARAM_PROFILE && param->type == PARAM_U32;
}

static void fill(const struct param_table *table, void *config, struct param_set *set, uint32_t value)
{
	for (unsigned int row = 0; row < table->count; row++) {
		if (!is_number(&table->params[row]))
			continue;
		memcpy((char *)config + table->params[row].offset, &value, sizeof(value));
		if (roll(3) == 0)
			param_set_add(set, row);
	}
}

static uint32_t naive(const struct provenance *given, const struct profile *named, const struct profile *fallback,
		      unsigned int row)
{
	if (param_set_has(&given->authorizer, row) || param_set_has(&given->explicit_rows, row))
		return 1;
	if (named != fallback && param_set_has(&named->set, row))
		return 2;
	return param_set_has(&fallback->set, row) ? 3 : 4;
}

static const struct param_set *source_of(const struct provenance *provenance, uint32_t value)
{
	return value == 2 ? &provenance->named : &provenance->fallback;
}

static void check_row(const struct param_table *table, const void *config, const struct provenance *provenance,
		      unsigned int row, uint32_t wanted)
{
	uint32_t value;

	memcpy(&value, (const char *)config + table->params[row].offset, sizeof(value));
	assert_int_equal(value, wanted);
	for (uint32_t member = 2; member <= 3; member++)
		assert_int_equal(param_set_has(source_of(provenance, member), row), wanted == member);
}

static void chain_is_as_the_naive_one(void **state)
{
	const struct param_table *table = config_tables[CONFIG_SESSION];
	unsigned int rows = 0;

	for (int round = 0; round < ROUNDS; round++) {
		struct profile named = { .object = CONFIG_SESSION_PROFILE }, fallback = named;
		struct profile *own = roll(4) ? &named : &fallback;
		struct provenance provenance = { .own = own };
		struct session_config given = { .session_id = 0 }, builtin = given, config;
		struct param_set ignored = { { 0 } };

		fill(table, &given, &provenance.explicit_rows, 1);
		if (roll(2))
			fill(table, &given, &provenance.authorizer, 1);
		fill(table, &named.config, &named.set, 2);
		fill(table, &fallback.config, &fallback.set, 3);
		fill(table, &builtin, &ignored, 4);
		chain_resolve(table, &builtin, own, &fallback, &given, &provenance, &config);
		for (unsigned int row = 0; row < table->count; row++) {
			if (!is_number(&table->params[row]))
				continue;
			check_row(table, &config, &provenance, row, naive(&provenance, own, &fallback, row));
			rows++;
		}
	}
	assert_in_range(rows, ROUNDS, UINT32_MAX);
}

/* --- which profiles --- */

#define TUNNEL_OF(more) \
	"tunnel create version=3 dest_ipaddr=192.0.2.2 peer_tunnel_id=9 tunnel_name=lon tunnel_id=1 " more "\n"

static void expect_names(struct world *world, const char *own, const char *peer, const char *session,
			 const char *ppp)
{
	struct service_tunnel_view view = world_tunnel(world, "lon");

	assert_string_equal(view.config.profile_name, own);
	assert_string_equal(view.config.peer_profile_name, peer);
	assert_string_equal(view.config.session_profile_name, session);
	assert_string_equal(view.config.ppp_profile_name, ppp);
	DO(world, "tunnel delete tunnel_name=lon");
}

static void names_come_from_each_other(void **state)
{
	struct world *world = *state;

	DO(world, "session profile create profile_name=s1; session profile create profile_name=s2\n"
		  "ppp profile create profile_name=p1\n"
		  "tunnel profile create profile_name=t1\n"
		  "peer profile create profile_name=r1 tunnel_profile_name=t1 session_profile_name=s1\n");
	DO(world, TUNNEL_OF(""));
	expect_names(world, "default", "default", "default", "default");
	DO(world, TUNNEL_OF("peer_profile_name=r1"));	/* which names all */
	expect_names(world, "t1", "r1", "s1", "default");
	DO(world, TUNNEL_OF("peer_profile_name=r1 profile_name=default"));	/* which is one, when it is named */
	expect_names(world, "default", "r1", "s1", "default");
	DO(world, TUNNEL_OF("peer_profile_name=r1 session_profile_name=s2"));
	expect_names(world, "t1", "r1", "s2", "default");
	DO(world, "tunnel profile modify profile_name=t1 session_profile_name=s2 ppp_profile_name=p1");
	DO(world, TUNNEL_OF("peer_profile_name=r1"));	/* the tunnel profile before the peer profile */
	expect_names(world, "t1", "r1", "s2", "p1");
	DO(world, "tunnel profile modify profile_name=t1 peer_profile_name=r1 session_profile_name=default");
	DO(world, TUNNEL_OF("profile_name=t1"));	/* `default` that was set counts */
	expect_names(world, "t1", "r1", "default", "p1");
	DO(world, "tunnel profile modify profile_name=default peer_profile_name=r1");
	DO(world, TUNNEL_OF(""));
	expect_names(world, "t1", "r1", "default", "p1");
}

/* Of a tunnel that names nothing, whose tunnel profile the default peer profile names. */
static void a_tunnel_profile_found_late_names_too(void **state)
{
	struct world *world = *state;

	DO(world, "session profile create profile_name=s1; ppp profile create profile_name=d1\n"
		  "peer profile create profile_name=p1 session_profile_name=s1\n"
		  "tunnel profile create profile_name=t1 version=3 peer_profile_name=p1\n"
		  "peer profile modify profile_name=default tunnel_profile_name=t1 ppp_profile_name=d1\n"
		  TUNNEL_OF(""));
	expect_names(world, "t1", "p1", "s1", "d1");
	DO(world, TUNNEL_OF("") "\ntunnel modify tunnel_name=lon ppp_profile_name=default");
	expect_names(world, "t1", "p1", "s1", "default");
}

static void sessions_have_those_of_their_tunnel(void **state)
{
	struct world *world = *state;
	struct service_session_view view;

	DO(world, "ppp profile create profile_name=p1\n"
		  "session profile create profile_name=s1 mtu=1300 ppp_profile_name=p1\n"
		  "session profile create profile_name=s2 mtu=1200\n"
		  "session profile modify profile_name=default mtu=1100 mss_clamp=yes\n");
	DO(world, TUNNEL_OF("session_profile_name=s1"));
	DO(world, SESSION("lon", "a", "1"));
	view = world_session(world, "lon", "a");
	assert_int_equal(view.config.mtu, 1300);
	assert_true(view.config.mss_clamp);			/* of `default` */
	assert_string_equal(view.config.profile_name, "s1");
	assert_string_equal(view.config.ppp_profile_name, "p1");
	DO(world, "session create tunnel_name=lon session_name=b session_id=2 peer_session_id=2 profile_name=s2");
	assert_int_equal(world_session(world, "lon", "b").config.mtu, 1200);
	assert_string_equal(world_session(world, "lon", "b").config.ppp_profile_name, "default");
	DO(world, "session create tunnel_name=lon session_name=c session_id=3 peer_session_id=3 mtu=1000");
	assert_int_equal(world_session(world, "lon", "c").config.mtu, 1000);
}

/* --- PPP --- */

/* What PPP does in session s of tunnel up. */
static struct ppp_profile_config ppp_of(struct world *world)
{
	struct service_session_view view = world_session(world, "up", "s");
	const struct session *session = handle_get(&world->service->session_handles, view.handle);
	struct provenance provenance;
	struct ppp_profile_config config;

	chain_ppp(world->service, session, &view.config, &provenance, &config);
	return config;
}

#define UP(more) "tunnel create dest_ipaddr=192.0.2.2 tunnel_name=up tunnel_id=1 " more "\n"
#define S(more) "session create tunnel_name=up session_name=s session_id=1 " more "\n"
#define GONE "tunnel delete tunnel_name=up\n"

static void ppp_is_of_a_chain(void **state)
{
	struct world *world = *state;
	struct ppp_profile_config config;

	DO(world, "ppp profile modify profile_name=default idle_timeout=7 auth_pap=no\n"
		  "ppp profile create profile_name=a idle_timeout=8 lcp_echo_interval=9\n"
		  "ppp profile create profile_name=b chap_interval=10\n"
		  "session profile create profile_name=sp ppp_profile_name=b\n" UP("") S(""));
	config = ppp_of(world);
	assert_string_equal(config.profile_name, "default");
	assert_int_equal(config.idle_timeout, 7);
	assert_true(!config.auth_pap && config.auth_chap && config.auth_eap && config.ipv6);	/* built in */
	assert_int_equal(config.lcp_max_config_requests, 10);
	DO(world, GONE UP("ppp_profile_name=a") S(""));
	config = ppp_of(world);
	assert_string_equal(config.profile_name, "a");
	assert_int_equal(config.idle_timeout, 8);
	assert_int_equal(config.lcp_echo_interval, 9);
	assert_false(config.auth_pap);			/* of `default` */
	DO(world, GONE UP("ppp_profile_name=a session_profile_name=sp") S(""));
	config = ppp_of(world);
	assert_string_equal(config.profile_name, "b");	/* the session profile's before the tunnel's */
	assert_int_equal(config.chap_interval, 10);
	assert_int_equal(config.idle_timeout, 7);
	DO(world, GONE UP("session_profile_name=sp") S("ppp_profile_name=a"));
	assert_string_equal(ppp_of(world).profile_name, "a");
}

static void mtus_are_bounds(void **state)
{
	static const struct {
		const char *profile, *tunnel, *session;
		int64_t mtu, mru;
	} rows[] = {
		{ "auto", "auto", "auto", 0, 0 }, { "1400", "auto", "auto", 1400, 0 },
		{ "auto", "1300", "auto", 1300, 1300 },
		{ "1400", "1300", "auto", 1300, 1300 }, { "1200", "1300", "1350", 1200, 1300 },
		{ "auto", "auto", "1000", 1000, 0 }, { "1400", "1300", "1000", 1000, 1300 },
		{ "1400", "1500", "follow", 1400, 1500 },
	};
	struct world *world = *state;
	char text[400];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct ppp_profile_config config;

		snprintf(text, sizeof(text),
			 "ppp profile modify profile_name=default mtu=%s\n" UP("mtu=%s") S("mtu=%s"),
			 rows[i].profile, rows[i].tunnel, rows[i].session);
		DO(world, text);
		config = ppp_of(world);
		print_message("# %s\n", text);
		assert_int_equal(config.mtu, rows[i].mtu);
		assert_int_equal(config.mru, rows[i].mru);
		DO(world, GONE);
	}
}

/* What session and PPP profile both have. */
static void what_a_session_says_of_ppp(void **state)
{
	struct world *world = *state;

	DO(world, UP("") S("interface_name=ppp9"));
	assert_true(ppp_of(world).mss_clamp);			/* built in for PPP, and not for others */
	assert_true(world_session(world, "up", "s").config.mss_clamp);
	assert_string_equal(ppp_of(world).interface_name, "ppp9");
	DO(world, "session modify tunnel_name=up session_name=s mss_clamp=no");
	assert_false(ppp_of(world).mss_clamp);
	DO(world, GONE "ppp profile modify profile_name=default mss_clamp=no interface=shared interface_name=ppp0\n"
		  UP("") S("interface_name=ppp9"));
	assert_false(ppp_of(world).mss_clamp);
	assert_string_equal(ppp_of(world).interface_name, "ppp0");
	DO(world, GONE "session profile modify profile_name=default mss_clamp=yes\n" UP("") S(""));
	assert_true(ppp_of(world).mss_clamp);
}

static void names_that_lead_nowhere(void **state)
{
	struct world *world = *state;

	REFUSED(world, ERROR_UNKNOWN, "profile_name", "no tunnel profile named x", TUNNEL_OF("profile_name=x"));
	REFUSED(world, ERROR_UNKNOWN, "peer_profile_name", "no peer profile named x",
		TUNNEL_OF("peer_profile_name=x"));
	REFUSED(world, ERROR_UNKNOWN, "session_profile_name", "no session profile named x",
		TUNNEL_OF("session_profile_name=x"));
	REFUSED(world, ERROR_UNKNOWN, "ppp_profile_name", "no ppp profile named x", TUNNEL_OF("ppp_profile_name=x"));
	REFUSED(world, ERROR_UNKNOWN, "session_profile_name", "no session profile named x: make that first",
		"tunnel profile create profile_name=t1 session_profile_name=x");
	/* in a file it may come later, unless somebody needs it before */
	world_expect(world, world_execute(world, SERVICE_ORIGIN_FILE,
					  "tunnel profile create profile_name=t1 session_profile_name=x"));
	REFUSED(world, ERROR_UNKNOWN, "session_profile_name", "x, which a profile of this object names",
		TUNNEL_OF("profile_name=t1"));
	assert_int_equal(world_status(world).tunnels, 0);
	DO(world, TUNNEL_OF(""));
	REFUSED(world, ERROR_UNKNOWN, "profile_name", "no session profile named x",
		"session create tunnel_name=lon peer_session_id=1 profile_name=x");
	REFUSED(world, ERROR_UNKNOWN, "session_profile_name", "no session profile named x",
		"tunnel modify tunnel_name=lon session_profile_name=x");
	assert_string_equal(world_tunnel(world, "lon").config.session_profile_name, "default");
}

/* OpenL2TP stored these in profiles and did not use them, or put them before what was given. */
static void values_that_openl2tp_lost(void **state)
{
	struct world *world = *state;
	struct service_tunnel_view view;

	DO(world, "tunnel profile create profile_name=t1 version=3 dest_ipaddr=192.0.2.9 src_ipaddr=192.0.2.1 "
		  "our_udp_port=2000 peer_udp_port=3000\n"
		  "tunnel create tunnel_name=lon profile_name=t1 peer_tunnel_id=1\n"
		  "tunnel create tunnel_name=par profile_name=t1 peer_tunnel_id=1 src_ipaddr=192.0.2.5 "
		  "our_udp_port=2001 dest_ipaddr=192.0.2.10\n");
	view = world_tunnel(world, "lon");
	assert_string_equal(view.config.dest_ipaddr, "192.0.2.9");
	assert_int_equal(view.config.our_udp_port, 2000);
	assert_int_equal(view.config.peer_udp_port, 3000);
	view = world_tunnel(world, "par");
	assert_string_equal(view.config.dest_ipaddr, "192.0.2.10");
	assert_int_equal(view.config.our_udp_port, 2001);
	assert_int_equal(view.config.peer_udp_port, 3000);
	assert_int_equal(view.config.src_ipaddr.bytes[3], 5);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_begin, world_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chain_is_as_the_naive_one),
		TEST(names_come_from_each_other),
		TEST(a_tunnel_profile_found_late_names_too),
		TEST(sessions_have_those_of_their_tunnel),
		TEST(ppp_is_of_a_chain),
		TEST(mtus_are_bounds),
		TEST(what_a_session_says_of_ppp),
		TEST(names_that_lead_nowhere),
		TEST(values_that_openl2tp_lost),
	};

	return cmocka_run_group_tests_name("service_chain", tests, NULL, NULL);
}
