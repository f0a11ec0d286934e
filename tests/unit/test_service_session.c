/* SPDX-License-Identifier: MIT */
/* Sessions: what the datapath is told of them, which may share an id, how they change and go. */
#include "service/about.h"

#include "service_world.h"

static handle last_added(struct world *world)
{
	const struct datapath_null_entry *log;
	size_t count;

	log = datapath_null_log(world->dp, &count);
	while (count-- > 0) {
		if (log[count].operation == DATAPATH_NULL_SESSION_ADD && !log[count].failed)
			return log[count].session;
	}
	fail_msg("no session was added");
	return HANDLE_NONE;
}

static void the_datapath_is_told_everything(void **state)
{
	struct world *world = *state;
	const struct datapath_session_config *config;

	datapath_null_log_begin(world->dp);
	DO(world, TUNNEL("lon", "1"));
	DO(world, "session create tunnel_name=lon session_id=11 peer_session_id=22 pw_type=vlan vlan_id=100 "
		  "cookie=00112233 peer_cookie=8899aabbccddeeff use_sequence_numbers=yes sequencing_required=yes lns_mode=yes "
		  "reorder_timeout=50 interface_name=office0 mac_address=02:00:00:00:00:07 mtu=1400 mss_clamp=yes "
		  "carrier_timeout=3000 netns=red bridge=br0 interface_up=no");
	assert_int_equal(world->result.tunnel_id, 1);
	assert_int_equal(world->result.session_id, 11);
	assert_string_equal(world->result.interface_name, "office0");
	config = datapath_null_session(world->dp, last_added(world));
	assert_int_equal(config->pw_type, L2TP_PW_ETH_VLAN);
	assert_int_equal(config->vlan_id, 100);
	assert_int_equal(config->session_id, 11);
	assert_int_equal(config->peer_session_id, 22);
	assert_int_equal(config->cookie_length, 4);
	assert_memory_equal(config->cookie, "\x00\x11\x22\x33\0\0\0\0", 8);
	assert_int_equal(config->peer_cookie_length, 8);
	assert_memory_equal(config->peer_cookie, "\x88\x99\xaa\xbb\xcc\xdd\xee\xff", 8);
	assert_int_equal(config->l2spec, L2TP_L2SPEC_DEFAULT);
	assert_true(config->send_seq && config->recv_seq && config->lns_mode && config->mss_clamp && config->has_mac);
	assert_int_equal(config->reorder_timeout, 50);
	assert_string_equal(config->ifname, "office0");
	assert_memory_equal(config->mac, "\x02\0\0\0\0\x07", 6);
	assert_int_equal(config->mtu_mode, DATAPATH_MTU_FIXED);
	assert_int_equal(config->mtu, 1400);
	assert_int_equal(config->carrier_timeout, 3000);
	assert_string_equal(config->netns, "red");
	assert_string_equal(config->bridge, "br0");
	assert_false(config->interface_up);
}

static void defaults_reach_the_datapath(void **state)
{
	struct world *world = *state;
	const struct datapath_session_config *config;

	datapath_null_log_begin(world->dp);
	DO(world, TUNNEL("lon", "1") SESSION("lon", "a", "11"));
	config = datapath_null_session(world->dp, last_added(world));
	assert_int_equal(config->pw_type, L2TP_PW_ETH);
	assert_int_equal(config->l2spec, L2TP_L2SPEC_DEFAULT);
	assert_int_equal(config->mtu_mode, DATAPATH_MTU_AUTO);
	assert_int_equal(config->cookie_length + config->peer_cookie_length, 0);
	assert_false(config->has_mac || config->send_seq || config->recv_seq || config->lns_mode || config->as_kernel);
	assert_true(config->interface_up);
	assert_string_equal(world->result.interface_name, "l2tpeth0");
	DO(world, "session create tunnel_name=lon session_id=12 peer_session_id=2 pw_type=ip l2spec_type=none "
		  "mtu=follow");
	config = datapath_null_session(world->dp, last_added(world));
	assert_int_equal(config->pw_type, L2TP_PW_IP);
	assert_int_equal(config->l2spec, L2TP_L2SPEC_NONE);
	assert_int_equal(config->mtu_mode, DATAPATH_MTU_FOLLOW);
	assert_string_equal(world->result.interface_name, "l2tpip0");
}

static void names_and_ids_are_taken_once(void **state)
{
	struct world *world = *state;

	DO(world, TUNNEL("lon", "1") SESSION("lon", "office", "11"));
	REFUSED(world, ERROR_EXISTS, "session_id", "11 is taken by session office of tunnel lon",
		SESSION("lon", "shop", "11"));
	REFUSED(world, ERROR_EXISTS, "session_name", "office is taken by the session with id 11",
		SESSION("lon", "office", "12"));
	assert_int_equal(world_status(world).sessions, 1);
	assert_int_equal(datapath_null_sessions(world->dp), 1);
	/* names are a tunnel's own; sessions without one do not disturb each other */
	DO(world, "tunnel create version=3 tunnel_name=par dest_ipaddr=192.0.2.3 tunnel_id=2 peer_tunnel_id=2\n"
		  SESSION("par", "office", "11"));
	DO(world, "session create tunnel_name=lon session_id=13 peer_session_id=1\n"
		  "session create tunnel_name=lon session_id=14 peer_session_id=1\n");
	REFUSED(world, ERROR_EXISTS, "session_id", "13 is taken by session 13 of tunnel lon",
		"session create tunnel_name=lon session_id=13 peer_session_id=1");
}

static void ids_are_found_when_not_given(void **state)
{
	struct world *world = *state;
	uint32_t first;

	DO(world, TUNNEL("lon", "1") "session create tunnel_name=lon peer_session_id=1");
	first = world->result.session_id;
	assert_int_not_equal(first, 0);
	DO(world, "session create tunnel_id=1 peer_session_id=1");
	assert_int_not_equal(world->result.session_id, 0);
	assert_int_not_equal(world->result.session_id, first);
}

/* Two tunnels with an id in common: refused, or not. */
static void share_id(struct world *world, const char *one, const char *other, const char *refusal)
{
	char text[512];

	snprintf(text, sizeof(text),
		 "tunnel create version=3 tunnel_name=lon tunnel_id=1 peer_tunnel_id=5 %s\n"
		 "tunnel create version=3 tunnel_name=par tunnel_id=2 peer_tunnel_id=6 %s\n"
		 SESSION("lon", "office", "11"),
		 one, other);
	DO(world, text);
	if (refusal)
		REFUSED(world, ERROR_EXISTS, "session_id", refusal, SESSION("par", "x", "11"));
	else
		DO(world, SESSION("par", "x", "11"));
	DO(world, SESSION("par", "y", "12"));
	/* free again with its holder */
	DO(world, "session delete tunnel_name=lon session_name=office");
	if (refusal)
		DO(world, SESSION("par", "x", "11"));
	DO(world, "tunnel delete tunnel_name=lon\ntunnel delete tunnel_name=par");
}

static void udp_ids_repeat_where_packets_can_be_told_apart(void **state)
{
	struct world *world = *state;
	const char *refusal = "11 is taken by session office of tunnel lon, whose packets come from the same peer";

	share_id(world, "dest_ipaddr=192.0.2.2", "dest_ipaddr=192.0.2.2", refusal);
	share_id(world, "dest_ipaddr=192.0.2.2", "dest_ipaddr=192.0.2.2 src_ipaddr=0.0.0.0 ttl=3 fwmark=1", refusal);
	share_id(world, "dest_ipaddr=2001:db8::1 bind_interface=a",
		 "dest_ipaddr=2001:db8:0::1 bind_interface=a", refusal);
	share_id(world, "dest_ipaddr=192.0.2.2", "dest_ipaddr=192.0.2.3", NULL);
	share_id(world, "dest_ipaddr=192.0.2.2", "dest_ipaddr=192.0.2.2 our_udp_port=1702", NULL);
	share_id(world, "dest_ipaddr=192.0.2.2", "dest_ipaddr=192.0.2.2 peer_udp_port=1702", NULL);
	share_id(world, "dest_ipaddr=192.0.2.2", "dest_ipaddr=192.0.2.2 bind_interface=eth0", NULL);
	share_id(world, "dest_ipaddr=192.0.2.2", "dest_ipaddr=192.0.2.2 src_ipaddr=192.0.2.1", NULL);
	share_id(world, "dest_ipaddr=192.0.2.2", "dest_ipaddr=192.0.2.2 encap=ip", NULL);
}

static void ip_ids_are_unique_in_a_family(void **state)
{
	const char *refusal = "11 is taken by session office of tunnel lon: over IP all sessions";

	share_id(*state, "encap=ip dest_ipaddr=192.0.2.2", "encap=ip dest_ipaddr=192.0.2.3", refusal);
	share_id(*state, "encap=ip dest_ipaddr=192.0.2.2 src_ipaddr=192.0.2.1",
		 "encap=ip dest_ipaddr=198.51.100.2 bind_interface=eth0", refusal);
	share_id(*state, "encap=ip dest_ipaddr=2001:db8::2", "encap=ip dest_ipaddr=2001:db8::3", refusal);
	share_id(*state, "encap=ip dest_ipaddr=192.0.2.2", "encap=ip dest_ipaddr=2001:db8::3", NULL);
}

static void interfaces_have_one_name_in_a_namespace(void **state)
{
	struct world *world = *state;

	DO(world, TUNNEL("lon", "1") "session create tunnel_name=lon session_name=a session_id=1 peer_session_id=1 "
				     "interface_name=wire0");
	REFUSED(world, ERROR_EXISTS, "interface_name", "wire0 is taken by session a of tunnel lon: give another",
		"session create tunnel_name=lon session_id=2 peer_session_id=1 interface_name=wire0");
	DO(world, "session create tunnel_name=lon session_id=2 peer_session_id=1 interface_name=wire0 netns=red");
	REFUSED(world, ERROR_EXISTS, "interface_name", "session 2 of tunnel lon in network namespace red",
		"session create tunnel_name=lon session_id=3 peer_session_id=1 interface_name=wire0 netns=red");
	/* one that the system chose counts as well */
	DO(world, SESSION("lon", "b", "4"));
	assert_string_equal(world->result.interface_name, "l2tpeth0");
	REFUSED(world, ERROR_EXISTS, "interface_name", "l2tpeth0 is taken by session b of tunnel lon",
		"session create tunnel_name=lon session_id=5 peer_session_id=1 interface_name=l2tpeth0");
	DO(world, "session delete tunnel_name=lon session_name=b\n"
		  "session create tunnel_name=lon session_id=5 peer_session_id=1 interface_name=l2tpeth0");
}

static void only_live_parameters_change(void **state)
{
	struct world *world = *state;
	static const struct {
		const char *change;
		unsigned int field;
	} live[] = {
		{ "mtu=1300", DATAPATH_SESSION_MTU },
		{ "use_sequence_numbers=yes", DATAPATH_SESSION_SEND_SEQ },
		{ "sequencing_required=yes", DATAPATH_SESSION_RECV_SEQ },
		{ "lns_mode=yes", DATAPATH_SESSION_LNS_MODE },
		{ "reorder_timeout=7", DATAPATH_SESSION_REORDER },
		{ "mss_clamp=yes", DATAPATH_SESSION_MSS },
		{ "carrier_timeout=7", DATAPATH_SESSION_CARRIER },
	};
	const struct param_table *table = config_tables[CONFIG_SESSION];
	unsigned int flagged = 0;
	size_t count;

	DO(world, TUNNEL("lon", "1") SESSION("lon", "a", "11"));
	datapath_null_log_begin(world->dp);
	for (unsigned int i = 0; i < ARRAY_SIZE(live); i++) {
		char text[128];

		snprintf(text, sizeof(text), "session modify tunnel_name=lon session_name=a %s", live[i].change);
		DO(world, text);
		DO(world, text);	/* no change, so not told again */
		assert_int_equal(world_log_length(world), i + 1);
		assert_int_equal(datapath_null_log(world->dp, &count)[i].fields, live[i].field);
	}
	for (unsigned int row = 0; row < table->count; row++)
		flagged += table->params[row].type != PARAM_UNSUPPORTED && table->params[row].flags & PARAM_LIVE;
	assert_int_equal(flagged, ARRAY_SIZE(live) + 1);	/* trace_flags is our own */
	assert_int_equal(world_session(world, "lon", "a").config.mtu, 1300);
	assert_int_equal(world_session(world, "lon", "a").info.mtu, 1300);

	MODIFY_REFUSED(world, ERROR_IMMUTABLE, "pw_type", "pw_type cannot be changed while the session exists",
		       "session create tunnel_name=lon session_name=a pw_type=ip");
	MODIFY_REFUSED(world, ERROR_IMMUTABLE, "cookie", "delete it and create it anew",
		       "session create tunnel_name=lon session_name=a mtu=1200 cookie=00112233");
	world_expect(world, world_modify(world, "session create tunnel_name=lon session_name=a pw_type=eth "
						"session_id=11 cookie=\"\""));
	assert_int_equal(world_log_length(world), ARRAY_SIZE(live));
	assert_int_equal(world_session(world, "lon", "a").config.mtu, 1300);
}

static void the_datapath_may_refuse(void **state)
{
	struct world *world = *state;
	struct error no = { .code = ERROR_SYSTEM, .text = "no /dev/net/tun" };

	DO(world, TUNNEL("lon", "1"));
	datapath_null_fail(world->dp, DATAPATH_NULL_SESSION_ADD, 0, &no);
	REFUSED(world, ERROR_SYSTEM, "", "no /dev/net/tun",
		"session create tunnel_name=lon session_name=a session_id=11 peer_session_id=1 interface_name=w");
	assert_int_equal(world_status(world).sessions, 0);
	DO(world, "session create tunnel_name=lon session_name=a session_id=11 peer_session_id=1 interface_name=w");
	datapath_null_fail(world->dp, DATAPATH_NULL_SESSION_MODIFY, 0, &no);
	REFUSED(world, ERROR_SYSTEM, "", "no /dev/net/tun", "session modify tunnel_name=lon session_name=a mtu=1300");
	assert_int_equal(world_session(world, "lon", "a").config.mtu, CONFIG_MTU_AUTO);
}

static void a_session_is_named_by_what_it_has(void **state)
{
	struct world *world = *state;

	DO(world, TUNNEL("lon", "1") SESSION("lon", "a", "11")
	   "session create tunnel_id=1 session_id=12 peer_session_id=3");
	REFUSED(world, ERROR_MISSING, "session_name", "which session", "session delete tunnel_name=lon");
	REFUSED(world, ERROR_MISSING, "tunnel_name", "which tunnel", "session delete session_name=a");
	REFUSED(world, ERROR_UNKNOWN, "session_name", "tunnel lon has no session named b",
		"session delete tunnel_id=1 session_name=b");
	REFUSED(world, ERROR_UNKNOWN, "session_id", "tunnel lon has no session with id 13",
		"session delete tunnel_id=1 session_id=13");
	REFUSED(world, ERROR_VALUE, "session_name", "session 11 is named a, not b",
		"session delete tunnel_id=1 session_id=11 session_name=b");
	REFUSED(world, ERROR_VALUE, "session_name", "session 12 has no name",
		"session delete tunnel_id=1 session_id=12 session_name=b");
	DO(world, "session delete tunnel_id=1 session_id=11 session_name=a");
	assert_int_equal(world->result.session_id, 11);
	assert_int_equal(world_status(world).sessions, 1);
}

static void with_its_id_a_session_is_renamed(void **state)
{
	struct world *world = *state;
	struct error no = { .code = ERROR_SYSTEM, .text = "no /dev/net/tun" };
	handle session;

	DO(world, TUNNEL("lon", "1") TUNNEL("par", "2") SESSION("lon", "a", "11") SESSION("lon", "b", "12")
	   SESSION("par", "c", "13") "session create tunnel_id=1 session_id=14 peer_session_id=4");
	session = world_find(world, "session show tunnel_name=lon session_name=a");
	datapath_null_log_begin(world->dp);
	DO(world, "session modify tunnel_name=lon session_id=11 session_name=c");
	assert_int_equal(world_log_length(world), 0);
	assert_int_equal(world_find(world, "session show tunnel_name=lon session_name=c"), session);
	assert_false(world_has(world, "session show tunnel_name=lon session_name=a"));
	REFUSED(world, ERROR_EXISTS, "session_name",
		"session_name b is taken by the session with id 12 of the same tunnel: give another",
		"session modify tunnel_name=lon session_id=11 session_name=b mtu=1300");
	REFUSED(world, ERROR_VALUE, "tunnel_name", "tunnel 1 is named lon, not rom",
		"session modify tunnel_name=rom tunnel_id=1 session_id=11 session_name=x");
	assert_int_equal(world_session(world, "lon", "c").config.mtu, CONFIG_MTU_AUTO);

	/* one that had no name; both at once, or neither */
	DO(world, "session modify tunnel_name=lon session_id=14 session_name=a mtu=1300");
	assert_int_equal(world_session(world, "lon", "a").config.mtu, 1300);
	datapath_null_fail(world->dp, DATAPATH_NULL_SESSION_MODIFY, 0, &no);
	REFUSED(world, ERROR_SYSTEM, "", "no /dev/net/tun",
		"session modify tunnel_name=lon session_id=14 session_name=d mtu=1200");
	assert_true(world_has(world, "session show tunnel_name=lon session_name=a"));
	assert_false(world_has(world, "session show tunnel_name=lon session_name=d"));
	DO(world, "session delete tunnel_name=lon session_name=a\nsession delete tunnel_name=lon session_name=c\n"
		  "session modify tunnel_name=par session_id=13 session_name=alone\n"
		  "session delete tunnel_name=par session_name=alone");
	assert_int_equal(world_status(world).sessions, 1);
}

static void limits_hold(void **state)
{
	struct world *world = *state;

	DO(world, "system modify max_sessions=1\n" TUNNEL("lon", "1") SESSION("lon", "a", "11"));
	REFUSED(world, ERROR_LIMIT, "max_sessions", "1 exist", SESSION("lon", "b", "12"));
	DO(world, "system modify max_sessions=2\n" SESSION("lon", "b", "12"));
}

static void a_lost_device_is_told(void **state)
{
	struct world *world = *state;
	struct datapath_event event = { .kind = DATAPATH_EVENT_DEVICE_GONE };
	struct service_about about;

	datapath_null_log_begin(world->dp);
	DO(world, TUNNEL("lon", "1") SESSION("lon", "a", "11"));
	event.session = last_added(world);
	service_about_event(world->service, &event, &about);
	assert_string_equal(about.about.tunnel, "lon");
	assert_string_equal(about.about.session, "a");
	assert_int_equal(about.about.session_id, 11);
	assert_string_equal(about.about.event, "device_gone");
	assert_string_equal(world_session(world, "lon", "a").reason, "");
	assert_true(world_session(world, "lon", "a").info.carrier);
	service_datapath_event(world->service, &event, world->now);
	assert_string_equal(world_session(world, "lon", "a").reason,
			    "its interface l2tpeth0 was removed by others: delete the session and create it anew");
	assert_false(world_session(world, "lon", "a").info.carrier);
	/* and its name is nobody's */
	DO(world, "session delete tunnel_name=lon session_name=a");
	event.session = 12345;
	service_datapath_event(world->service, &event, world->now);
	service_about_event(world->service, &event, &about);
	assert_null(about.about.tunnel);
	assert_null(about.about.session);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_begin, world_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_datapath_is_told_everything),
		TEST(defaults_reach_the_datapath),
		TEST(names_and_ids_are_taken_once),
		TEST(ids_are_found_when_not_given),
		TEST(udp_ids_repeat_where_packets_can_be_told_apart),
		TEST(ip_ids_are_unique_in_a_family),
		TEST(interfaces_have_one_name_in_a_namespace),
		TEST(only_live_parameters_change),
		TEST(the_datapath_may_refuse),
		TEST(a_session_is_named_by_what_it_has),
		TEST(with_its_id_a_session_is_renamed),
		TEST(limits_hold),
		TEST(a_lost_device_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
