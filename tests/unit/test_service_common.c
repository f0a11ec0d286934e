/* SPDX-License-Identifier: MIT */
/* What sessions share: it costs little, each still has what is its own, and whoever looks sees the whole. */
#include <malloc.h>

#include "base/trace.h"
#include "service/state.h"

#include "service_world.h"

#define TUNNELS 1000
#define SESSIONS 100		/* in each */
#define ETHERNET_MAX 600
#define CALL_MAX 400

size_t __sanitizer_get_current_allocated_bytes(void) __attribute__((weak));

/* Octets that are allocated; where nobody watches, with what the allocator adds. */
static size_t allocated(void)
{
	if (__sanitizer_get_current_allocated_bytes)
		return __sanitizer_get_current_allocated_bytes();
	return mallinfo2().uordblks;
}

static struct tunnel *tunnel_of(struct world *world, uint32_t tunnel_id)
{
	struct tunnel *tunnel = lookup_tunnel_by_id(world->service, tunnel_id);

	assert_non_null(tunnel);
	return tunnel;
}

static struct session *session_of(struct world *world, uint32_t tunnel_id, uint32_t session_id)
{
	struct session *session = lookup_session_by_id(tunnel_of(world, tunnel_id), session_id);

	assert_non_null(session);
	return session;
}

static unsigned int commons(const struct world *world)
{
	return HASH_CNT(hh, world->service->commons);
}

static void expect(const char *what, size_t each, size_t most)
{
	if (each > most)
		fail_msg("%s: %zu octets each, but %zu should do", what, each, most);
	assert_in_range(each, 64, most);	/* less is not true */
}

/* --- size --- */

/* What is kept of events is no session's. */
static void keep_no_events(const struct world *world)
{
	events_free(world->service->events);
	world->service->events = NULL;
}

static void an_ethernet_session_is_small(void **state)
{
	struct world *world = *state;
	char text[256];
	size_t before;

	for (unsigned int t = 1; t <= TUNNELS; t++) {
		snprintf(text, sizeof(text), "tunnel create version=3 dest_ipaddr=192.0.2.2 tunnel_id=%u "
			 "peer_tunnel_id=1", t);
		DO(world, text);
	}
	keep_no_events(world);
	before = allocated();
	for (unsigned int id = 1; id <= TUNNELS * SESSIONS; id++) {
		snprintf(text, sizeof(text), "session create tunnel_id=%u session_id=%u peer_session_id=%u",
			 (id - 1) / SESSIONS + 1, id, id);
		DO(world, text);
	}
	assert_int_equal(world_status(world).sessions, TUNNELS * SESSIONS);
	assert_int_equal(commons(world), 1);
	expect("an Ethernet session", (allocated() - before) / (TUNNELS * SESSIONS), ETHERNET_MAX);
}

/* Its sessions can be calls: the datapath takes it for one of version 2. */
static struct tunnel *make_tunnel(struct world *world, uint32_t tunnel_id)
{
	struct datapath_tunnel_config config = { .version = 2, .tunnel_id = tunnel_id };
	struct tunnel *tunnel;
	char text[256];

	snprintf(text, sizeof(text), "tunnel create version=3 dest_ipaddr=10.0.%u.%u tunnel_id=%u peer_tunnel_id=1",
		 tunnel_id / 250, tunnel_id % 250 + 1, tunnel_id);
	DO(world, text);
	tunnel = tunnel_of(world, tunnel_id);
	datapath_ops(world->dp)->tunnel_delete(world->dp, tunnel->datapath);
	world_expect(world, datapath_ops(world->dp)->tunnel_add(world->dp, &config, &tunnel->datapath,
								&world->error));
	return tunnel;
}

static struct session *make_call_from(struct world *world, struct tunnel *tunnel, uint16_t id, const char *number)
{
	struct provenance provenance;
	struct session_config config;
	struct session *session;

	world_expect(world, common_chain(world->service, tunnel, &config, &provenance, &world->error));
	config.pw_type = CONFIG_PW_PPP;
	config.no_ppp = true;
	config.session_id = config.peer_session_id = id;
	snprintf(config.calling_number, sizeof(config.calling_number), "%s", number);
	session = session_new(world->service, tunnel, &config, &provenance, SERVICE_ORIGIN_ADMIN, world->now);
	assert_non_null(session);
	world_expect(world, session_attach(world->service, session, &world->error));
	return session;
}

static struct session *make_call(struct world *world, struct tunnel *tunnel, uint16_t id)
{
	return make_call_from(world, tunnel, id, "");
}

/* Octets for each of very many calls, with these digits before the number of each caller, or without numbers. */
static size_t size_of_call(struct world *world, const char *digits)
{
	char number[CONFIG_NUMBER_MAX] = "";
	size_t before;

	for (unsigned int t = 1; t <= TUNNELS; t++)
		make_tunnel(world, t);
	keep_no_events(world);
	before = allocated();
	for (unsigned int t = 1; t <= TUNNELS; t++) {
		for (unsigned int s = 1; s <= SESSIONS; s++) {
			if (digits[0])
				snprintf(number, sizeof(number), "%s%04u%03u", digits, t, s);
			make_call_from(world, tunnel_of(world, t), (uint16_t)s, number);
		}
	}
	assert_int_equal(world_status(world).sessions, TUNNELS * SESSIONS);
	assert_int_equal(world_status(world).sessions_in[SERVICE_SESSION_UP], TUNNELS * SESSIONS);
	assert_int_equal(commons(world), 2);	/* the other one is what chains give: Ethernet */
	return (allocated() - before) / (TUNNELS * SESSIONS);
}

static void a_call_is_smaller(void **state)
{
	expect("a session of version 2", size_of_call(*state, ""), CALL_MAX);
}

static void what_is_its_own_takes_its_length(void **state)
{
	expect("a session with a number", size_of_call(*state, "0049891234"), CALL_MAX + 64);
}

/* --- content --- */

#define ALL_ROWS "pw_type=vlan vlan_id=7 cookie=00112233 peer_cookie=8899aabbccddeeff interface_name=pw7 " \
		 "mac_address=02:00:00:00:00:07 mtu=1400 use_sequence_numbers=yes reorder_timeout=50 carrier_timeout=3000 " \
		 "netns=red bridge=br0 interface_up=no trace_flags=fsm"

static void each_has_what_is_its_own(void **state)
{
	struct world *world = *state;
	struct session_config config;

	DO(world, TUNNEL("lon", "1") SESSION("lon", "a", "11"));
	DO(world, "session create tunnel_name=lon session_name=all session_id=12 peer_session_id=13 " ALL_ROWS);
	session_compose(session_of(world, 1, 12), &config);
	assert_string_equal(config.tunnel_name, "lon");
	assert_int_equal(config.tunnel_id, 1);
	assert_string_equal(config.session_name, "all");
	assert_int_equal(config.session_id, 12);
	assert_int_equal(config.peer_session_id, 13);
	assert_int_equal(config.pw_type, CONFIG_PW_VLAN);
	assert_int_equal(config.vlan_id, 7);
	assert_int_equal(config.cookie.length, 4);
	assert_memory_equal(config.cookie.octets, "\x00\x11\x22\x33\0\0\0\0", 8);
	assert_int_equal(config.peer_cookie.length, 8);
	assert_memory_equal(config.peer_cookie.octets, "\x88\x99\xaa\xbb\xcc\xdd\xee\xff", 8);
	assert_string_equal(config.interface_name, "pw7");
	assert_memory_equal(config.mac_address, "\x02\0\0\0\0\x07", 6);
	assert_int_equal(config.mtu, 1400);
	assert_true(config.use_sequence_numbers && !config.interface_up);
	assert_int_equal(config.reorder_timeout, 50);
	assert_int_equal(config.carrier_timeout, 3000);
	assert_string_equal(config.netns, "red");
	assert_string_equal(config.bridge, "br0");
	assert_int_equal(config.trace_flags, TRACE_FSM);
	assert_string_equal(config.profile_name, "default");
	session_compose(session_of(world, 1, 11), &config);
	assert_int_equal(config.pw_type, CONFIG_PW_ETH);
	assert_int_equal(config.cookie.length, 0);
	assert_true(config.interface_up);
	assert_string_equal(config.netns, "");
}

/* Any octets in any row come back, whatever profiles and defaults say. */
static void nothing_is_lost(void **state)
{
	struct world *world = *state;
	const struct param_table *table = config_tables[CONFIG_SESSION];
	struct session_config now, other;
	struct provenance provenance;
	struct session *session;
	bool full;

	DO(world, "session profile create profile_name=p mtu=1300 netns=blue interface_up=no");
	DO(world, TUNNEL("lon", "1"));
	DO(world, "session create tunnel_name=lon session_id=11 peer_session_id=13 profile_name=p");
	session = session_of(world, 1, 11);
	provenance = *session_provenance(session);
	for (unsigned int row = 0; row < 2 * table->count; row++) {
		const struct param *param = &table->params[row % table->count];

		if (!param_is_kept(param) || param->flags & (PARAM_KEY | PARAM_NAME))
			continue;
		full = row < table->count;
		session_compose(session, &other);
		memset((char *)&other + param->offset, full ? 1 : 0, param->size - (param->size > 16));
		param_set_remove(&provenance.named, row % table->count);
		world_expect(world, session_settle(world->service, session, &other, &provenance, &world->error));
		session_compose(session, &now);
		assert_memory_equal(&now, &other, sizeof(now));
	}
}

static void equal_ones_share_until_one_changes(void **state)
{
	struct world *world = *state;

	DO(world, TUNNEL("lon", "1") SESSION("lon", "a", "11") SESSION("lon", "b", "12"));
	assert_int_equal(commons(world), 1);
	assert_ptr_equal(session_of(world, 1, 11)->kept.common, session_of(world, 1, 12)->kept.common);
	DO(world, "session modify tunnel_name=lon session_name=a mtu=1400");
	assert_int_equal(world_session(world, "lon", "a").config.mtu, 1400);
	assert_int_equal(world_session(world, "lon", "b").config.mtu, CONFIG_MTU_AUTO);
	assert_int_equal(commons(world), 2);
	DO(world, "session delete tunnel_name=lon session_name=a");
	assert_int_equal(commons(world), 1);
	DO(world, "tunnel delete tunnel_name=lon");
	assert_int_equal(commons(world), 0);
}

static void a_profile_that_changes_counts_for_the_next(void **state)
{
	struct world *world = *state;
	struct tunnel *tunnel = make_tunnel(world, 1);
	struct session_config config;
	struct session *before;

	before = make_call(world, tunnel, 1);
	DO(world, "session profile modify profile_name=default reorder_timeout=70 trace_flags=fsm");
	session_compose(before, &config);
	assert_int_equal(config.reorder_timeout, 0);
	session_compose(make_call(world, tunnel, 2), &config);
	assert_int_equal(config.reorder_timeout, 70);
	assert_int_equal(config.trace_flags, TRACE_FSM);
	DO(world, "session profile unset profile_name=default reorder_timeout");
	session_compose(make_call(world, tunnel, 3), &config);
	assert_int_equal(config.reorder_timeout, 0);
	RELOAD(world, "session profile modify profile_name=default reorder_timeout=90");
	session_compose(make_call(world, tunnel, 4), &config);
	assert_int_equal(config.reorder_timeout, 90);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_ethernet_session_is_small, world_begin, world_end),
		cmocka_unit_test_setup_teardown(a_call_is_smaller, world_begin, world_end),
		cmocka_unit_test_setup_teardown(what_is_its_own_takes_its_length, world_begin, world_end),
		cmocka_unit_test_setup_teardown(each_has_what_is_its_own, world_begin, world_end),
		cmocka_unit_test_setup_teardown(nothing_is_lost, world_begin, world_end),
		cmocka_unit_test_setup_teardown(equal_ones_share_until_one_changes, world_begin, world_end),
		cmocka_unit_test_setup_teardown(a_profile_that_changes_counts_for_the_next, world_begin, world_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
