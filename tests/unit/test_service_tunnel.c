/* SPDX-License-Identifier: MIT */
/* Tunnels: what they are called, what the datapath is told of them, how they change and go. */
#include "service_world.h"

static const struct datapath_tunnel_config *told(struct world *world, unsigned int operation)
{
	const struct datapath_null_entry *log;
	size_t count;

	log = datapath_null_log(world->dp, &count);
	assert_in_range(operation, 0, count - 1);
	return datapath_null_tunnel(world->dp, log[operation].tunnel);
}

static unsigned int fields_told(struct world *world, unsigned int operation)
{
	size_t count;

	return datapath_null_log(world->dp, &count)[operation].fields;
}

static void a_version_needs_its_protocol(void **state)
{
	REFUSED(*state, ERROR_UNSUPPORTED, "peer_tunnel_id", "L2TPv3 control protocol is not supported yet",
		"tunnel create dest_ipaddr=192.0.2.2 version=3 tunnel_id=1");
	REFUSED(*state, ERROR_MISSING, "dest_ipaddr", "give dest_ipaddr",
		"tunnel create version=3 tunnel_id=1 peer_tunnel_id=2");
	assert_int_equal(world_status(*state).tunnels, 0);
}

static void the_datapath_is_told_everything(void **state)
{
	struct world *world = *state;
	const struct datapath_tunnel_config *config;
	char text[ENDPOINT_TEXT_MAX];

	datapath_null_log_begin(world->dp);
	DO(world, "tunnel create version=3 src_ipaddr=192.0.2.1 dest_ipaddr=192.0.2.2 our_udp_port=1111 "
		  "peer_udp_port=2222 tunnel_id=1 peer_tunnel_id=2 use_udp_checksums=no bind_interface=wire0 fwmark=7 ttl=64 dscp=copy");
	config = told(world, 0);
	assert_int_equal(config->encap, L2TP_ENCAP_UDP);
	assert_int_equal(config->tunnel_id, 1);
	assert_int_equal(config->peer_tunnel_id, 2);
	assert_string_equal(endpoint_format(&config->local, text, sizeof(text)), "192.0.2.1:1111");
	assert_string_equal(endpoint_format(&config->peer, text, sizeof(text)), "192.0.2.2:2222");
	assert_string_equal(config->bind_interface, "wire0");
	assert_int_equal(config->fwmark, 7);
	assert_int_equal(config->ttl, 64);
	assert_int_equal(config->dscp, DATAPATH_DSCP_COPY);
	assert_false(config->udp_checksum);

	DO(world, "tunnel create version=3 dest_ipaddr=2001:db8::2 tunnel_id=2 peer_tunnel_id=3 ttl=copy "
		  "udp_zero_csum6_tx=yes udp_zero_csum6_rx=yes src_ipaddr=::");
	config = told(world, 1);
	assert_int_equal(config->local.address.family, AF_UNSPEC);
	assert_string_equal(endpoint_format(&config->peer, text, sizeof(text)), "[2001:db8::2]:1701");
	assert_int_equal(config->local.port, 1701);
	assert_int_equal(config->ttl, DATAPATH_HOP_COPY);
	assert_int_equal(config->dscp, 0);
	assert_true(config->udp_checksum && config->udp_zero_csum6_tx && config->udp_zero_csum6_rx);

	DO(world, "tunnel create version=3 encap=ip dest_ipaddr=192.0.2.2 tunnel_id=3 peer_tunnel_id=4");
	config = told(world, 2);
	assert_int_equal(config->encap, L2TP_ENCAP_IP);
	assert_int_equal(config->local.port, 0);
	assert_int_equal(config->peer.port, 0);
	assert_int_equal(config->ttl, DATAPATH_HOP_DEFAULT);
}

static void names_and_ids_are_found_when_not_given(void **state)
{
	struct world *world = *state;
	struct service_tunnel_view view;
	uint32_t seen[50];
	char name[32];

	DO(world, "tunnel create version=3 dest_ipaddr=192.0.2.2 tunnel_id=77 peer_tunnel_id=2");
	assert_int_equal(world->result.tunnel_id, 77);
	view = world_tunnel(world, "l2tp77");
	assert_int_equal(view.config.tunnel_id, 77);
	assert_string_equal(view.config.tunnel_name, "l2tp77");
	for (int i = 0; i < 50; i++) {
		DO(world, "tunnel create version=3 dest_ipaddr=192.0.2.2 peer_tunnel_id=2");
		seen[i] = world->result.tunnel_id;
		assert_int_not_equal(seen[i], 0);
		for (int j = 0; j < i; j++)
			assert_int_not_equal(seen[i], seen[j]);
		snprintf(name, sizeof(name), "l2tp%u", seen[i]);
		assert_int_equal(world_tunnel(world, name).config.tunnel_id, seen[i]);
	}
	/* not one after the other: 50 random 32-bit ids reach beyond half of them */
	for (int i = 0, high = 0; i < 50; i++) {
		high += seen[i] > UINT32_MAX / 2;
		if (i == 49)
			assert_in_range(high, 10, 40);
	}
}

static void names_and_ids_are_taken_once(void **state)
{
	struct world *world = *state;

	DO(world, TUNNEL("lon", "1"));
	REFUSED(world, ERROR_EXISTS, "tunnel_name", "lon is taken by the tunnel with id 1", TUNNEL("lon", "2"));
	REFUSED(world, ERROR_EXISTS, "tunnel_id", "1 is taken by tunnel lon", TUNNEL("par", "1"));
	DO(world, TUNNEL("l2tp5", "4"));
	REFUSED(world, ERROR_EXISTS, "tunnel_name", "l2tp5, derived from tunnel_id, is taken by the tunnel with id 4",
		"tunnel create version=3 dest_ipaddr=192.0.2.2 tunnel_id=5 peer_tunnel_id=2");
	assert_int_equal(world_status(world).tunnels, 2);
	assert_int_equal(datapath_null_tunnels(world->dp), 2);
	/* the same addresses carry several tunnels; a name that is free again can be had */
	DO(world, TUNNEL("par", "2") "tunnel delete tunnel_name=lon\n" TUNNEL("lon", "1"));
}

static uint64_t next_random;

/* For the service; the control protocol's engine asks for other lengths. */
static void hundreds(void *octets, size_t length)
{
	if (length != sizeof(next_random)) {
		world_random(octets, length);
		return;
	}
	memcpy(octets, &next_random, length);
	next_random += 100;
}

static void a_random_id_has_a_free_name(void **state)
{
	struct world *world = *state;

	service_free(world->service);
	world->service = service_new(world->dp, hundreds);
	next_random = 100;
	DO(world, "tunnel create version=3 dest_ipaddr=192.0.2.2 peer_tunnel_id=2 tunnel_id=5 tunnel_name=l2tp102");
	/* 102 is the free id number 100, from 0, but its name is taken */
	DO(world, "tunnel create version=3 dest_ipaddr=192.0.2.2 peer_tunnel_id=2");
	assert_int_equal(world->result.tunnel_id, 202);
	assert_int_equal(next_random, 300);
	next_random = 100;
	DO(world, "tunnel create version=3 dest_ipaddr=192.0.2.2 peer_tunnel_id=2 tunnel_name=x");
	assert_int_equal(world->result.tunnel_id, 102);
}

static void only_live_parameters_change(void **state)
{
	struct world *world = *state;
	const struct datapath_tunnel_config *config;
	struct service_tunnel_view view;

	DO(world, TUNNEL("lon", "1"));
	datapath_null_log_begin(world->dp);
	DO(world, "tunnel modify tunnel_name=lon ttl=9 fwmark=3 dscp=46");
	config = told(world, 0);
	assert_int_equal(config->ttl, 9);
	assert_int_equal(config->fwmark, 3);
	assert_int_equal(config->dscp, 46);
	assert_int_equal(fields_told(world, 0), DATAPATH_TUNNEL_MARKING);
	DO(world, "tunnel modify tunnel_id=1 use_udp_checksums=no");
	assert_false(told(world, 1)->udp_checksum);
	assert_int_equal(fields_told(world, 1), DATAPATH_TUNNEL_CHECKSUM);
	view = world_tunnel(world, "lon");
	assert_int_equal(view.config.ttl, 9);
	assert_true(param_set_has(&view.set, config_row(CONFIG_TUNNEL, "ttl")));

	/* what the datapath need not know, and what is no change, it does not hear of */
	world_expect(world, world_modify(world, "tunnel create tunnel_name=lon ttl=9 resolve_interval=5 encap=udp "
						"version=3 peer_tunnel_id=1 dest_ipaddr=192.0.2.2"));
	assert_int_equal(world_log_length(world), 2);
	assert_int_equal(world_tunnel(world, "lon").config.resolve_interval, 5);

	MODIFY_REFUSED(world, ERROR_IMMUTABLE, "encap", "delete it and create it anew",
		       "tunnel create tunnel_name=lon encap=ip");
	MODIFY_REFUSED(world, ERROR_IMMUTABLE, "dest_ipaddr", "dest_ipaddr cannot be changed while the tunnel exists",
		       "tunnel create tunnel_name=lon ttl=1 dest_ipaddr=192.0.2.3");
	MODIFY_REFUSED(world, ERROR_IMMUTABLE, "our_udp_port", "our_udp_port",
		       "tunnel create tunnel_id=1 our_udp_port=5");
	assert_int_equal(world_tunnel(world, "lon").config.ttl, 9);
	assert_int_equal(world_log_length(world), 2);
}

static void the_datapath_may_refuse(void **state)
{
	struct world *world = *state;
	struct error no = { .code = ERROR_SYSTEM, .parameter = "our_udp_port", .text = "port 1701 is taken" };

	datapath_null_fail(world->dp, DATAPATH_NULL_TUNNEL_ADD, 0, &no);
	REFUSED(world, ERROR_SYSTEM, "our_udp_port", "port 1701 is taken", TUNNEL("lon", "1"));
	assert_int_equal(world_status(world).tunnels, 0);
	DO(world, TUNNEL("lon", "1"));
	datapath_null_fail(world->dp, DATAPATH_NULL_TUNNEL_MODIFY, 0, &no);
	REFUSED(world, ERROR_SYSTEM, "our_udp_port", "port 1701 is taken", "tunnel modify tunnel_name=lon ttl=5");
	assert_int_equal(world_tunnel(world, "lon").config.ttl, CONFIG_TTL_DEFAULT);
}

static void a_tunnel_takes_its_sessions_along(void **state)
{
	struct world *world = *state;
	handle tunnel, session;

	DO(world, TUNNEL("lon", "1") TUNNEL("par", "2") SESSION("lon", "a", "11") SESSION("lon", "b", "12")
		  SESSION("par", "c", "13"));
	tunnel = world_find(world, "tunnel show tunnel_name=lon");
	session = world_find(world, "session show tunnel_name=lon session_name=a");
	datapath_null_log_begin(world->dp);
	DO(world, "tunnel delete tunnel_id=1");
	assert_int_equal(world->result.tunnel_id, 1);
	assert_int_equal(world_log_length(world), 1);	/* at once */
	assert_int_equal(world_status(world).tunnels, 1);
	assert_int_equal(world_status(world).sessions, 1);
	assert_int_equal(datapath_null_sessions(world->dp), 1);
	assert_int_equal(service_tunnel_view(world->service, tunnel, &(struct service_tunnel_view){ 0 }), -1);
	assert_int_equal(service_session_view(world->service, session, &(struct service_session_view){ 0 }), -1);
	/* names, ids and devices are free again */
	DO(world, TUNNEL("lon", "1") SESSION("lon", "a", "11"));
	assert_string_equal(world->result.interface_name, "l2tpeth0");
}

static void limits_hold(void **state)
{
	struct world *world = *state;

	DO(world, "system modify max_tunnels=2\n" TUNNEL("a", "1") TUNNEL("b", "2"));
	REFUSED(world, ERROR_LIMIT, "max_tunnels", "2 exist", TUNNEL("c", "3"));
	DO(world, "tunnel delete tunnel_name=a\n" TUNNEL("c", "3") "system modify max_tunnels=0\n" TUNNEL("d", "4"));
	assert_int_equal(world_status(world).tunnels, 3);

	DO(world, "system modify deny_local_tunnel_creates=yes");
	REFUSED(world, ERROR_LIMIT, "deny_local_tunnel_creates", "system modify deny_local_tunnel_creates=no",
		TUNNEL("e", "5"));
	DO(world, "system modify deny_local_tunnel_creates=no\n" TUNNEL("e", "5"));
	assert_false(world_status(world).config.deny_local_tunnel_creates);
}

static void a_tunnel_is_named_by_what_it_has(void **state)
{
	struct world *world = *state;

	DO(world, TUNNEL("lon", "1"));
	REFUSED(world, ERROR_MISSING, "tunnel_name", "which tunnel", "tunnel delete");
	REFUSED(world, ERROR_UNKNOWN, "tunnel_name", "there is no tunnel named par", "tunnel delete tunnel_name=par");
	REFUSED(world, ERROR_UNKNOWN, "tunnel_id", "there is no tunnel with id 2", "tunnel modify tunnel_id=2 ttl=3");
	REFUSED(world, ERROR_VALUE, "tunnel_name", "tunnel 1 is named lon, not par",
		"tunnel delete tunnel_id=1 tunnel_name=par");
	DO(world, "tunnel modify tunnel_id=1 tunnel_name=lon ttl=3");
	assert_int_equal(world->result.tunnel_id, 1);
}

static void with_its_id_a_tunnel_is_renamed(void **state)
{
	struct world *world = *state;
	struct error no = { .code = ERROR_SYSTEM, .parameter = "our_udp_port", .text = "port 1701 is taken" };
	handle tunnel, session;

	DO(world, TUNNEL("lon", "1") TUNNEL("par", "2") SESSION("lon", "a", "11"));
	tunnel = world_find(world, "tunnel show tunnel_name=lon");
	session = world_find(world, "session show tunnel_name=lon session_name=a");
	datapath_null_log_begin(world->dp);
	DO(world, "tunnel modify tunnel_id=1 tunnel_name=london");
	assert_int_equal(world_log_length(world), 0);
	assert_int_equal(world_find(world, "tunnel show tunnel_name=london"), tunnel);
	assert_int_equal(world_find(world, "tunnel show tunnel_id=1 tunnel_name=london"), tunnel);
	assert_false(world_has(world, "tunnel show tunnel_name=lon"));
	assert_int_equal(world_find(world, "session show tunnel_name=london session_name=a"), session);
	assert_string_equal(world_session(world, "london", "a").config.tunnel_name, "london");

	/* the old name is free, and sessions go where it leads now */
	DO(world, TUNNEL("lon", "3") SESSION("lon", "a", "13") SESSION("london", "b", "12"));
	assert_int_equal(world_session(world, "lon", "a").config.tunnel_id, 3);

	REFUSED(world, ERROR_EXISTS, "tunnel_name", "tunnel_name par is taken by the tunnel with id 2: give another",
		"tunnel modify tunnel_id=1 tunnel_name=par ttl=9");
	assert_int_equal(world_tunnel(world, "london").config.ttl, CONFIG_TTL_DEFAULT);
	/* both at once, or neither */
	DO(world, "tunnel modify tunnel_id=1 tunnel_name=big ttl=9");
	assert_int_equal(world_tunnel(world, "big").config.ttl, 9);
	datapath_null_fail(world->dp, DATAPATH_NULL_TUNNEL_MODIFY, 0, &no);
	REFUSED(world, ERROR_SYSTEM, "our_udp_port", "port 1701 is taken",
		"tunnel modify tunnel_id=1 tunnel_name=small ttl=5");
	assert_false(world_has(world, "tunnel show tunnel_name=small"));
	assert_string_equal(world_session(world, "big", "a").config.tunnel_name, "big");
	DO(world, "tunnel delete tunnel_name=big");
	assert_int_equal(world_status(world).sessions, 1);
	/* alone in its table */
	DO(world, "tunnel delete tunnel_id=2\ntunnel delete tunnel_id=3\n" TUNNEL("only", "4")
		  "tunnel modify tunnel_id=4 tunnel_name=one");
	assert_true(world_has(world, "tunnel show tunnel_name=one"));
}

static void a_view_tells_all(void **state)
{
	struct world *world = *state;
	struct service_tunnel_view view;

	world->now = 5000;
	DO(world, TUNNEL("lon", "1") SESSION("lon", "a", "11"));
	view = world_tunnel(world, "lon");
	assert_int_equal(view.state, SERVICE_TUNNEL_UP);
	assert_string_equal(view.reason, "");
	assert_int_equal(view.created, 5000);
	assert_int_equal(view.sessions, 1);
	assert_int_equal(view.origin, SERVICE_ORIGIN_ADMIN);
	assert_int_equal(view.peer.family, AF_INET);
	assert_int_equal(view.info.path_mtu, DATAPATH_NULL_PATH_MTU);
	assert_int_equal(view.config.resolve_interval, 300);	/* defaults are filled in ... */
	/* ... and known as such */
	assert_false(param_set_has(&view.set, config_row(CONFIG_TUNNEL, "resolve_interval")));
	assert_true(param_set_has(&view.set, config_row(CONFIG_TUNNEL, "peer_tunnel_id")));
	assert_int_equal(world_status(world).started, 5000);
	assert_string_equal(world_status(world).datapath, "null");
}

static void what_is_no_command_is_refused(void **state)
{
	struct world *world = *state;

	REFUSED(world, ERROR_SYNTAX, "", "there is no tunnel list", "tunnel list");
	REFUSED(world, ERROR_SYNTAX, "", "there is no session show", "session show");
	REFUSED(world, ERROR_SYNTAX, "", "there is no system show", "system show");
}

/* A parameter that may change must have an effect when it does. */
static void every_live_row_is_known(void **state)
{
	struct world *world = *state;
	static const char *const changes[] = {
		"use_udp_checksums=no", "fwmark=1", "ttl=1", "dscp=1", "resolve_interval=1", "trace_flags=fsm",
		"peer_profile_name=default", "session_profile_name=default", "ppp_profile_name=default",
	};
	const struct param_table *table = config_tables[CONFIG_TUNNEL];
	unsigned int live = 0;	/* in a static tunnel */

	DO(world, TUNNEL("lon", "1"));
	datapath_null_log_begin(world->dp);
	for (unsigned int row = 0; row < table->count; row++)
		live += table->params[row].type != PARAM_UNSUPPORTED && table->params[row].flags & PARAM_LIVE &&
			!(table->params[row].flags & PARAM_V2);
	assert_int_equal(live, ARRAY_SIZE(changes));
	for (unsigned int i = 0; i < ARRAY_SIZE(changes); i++) {
		char text[128];

		snprintf(text, sizeof(text), "tunnel modify tunnel_name=lon %s", changes[i]);
		DO(world, text);
	}
	assert_int_equal(world_log_length(world), ARRAY_SIZE(changes) - 5);	/* five are our own */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_begin, world_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_version_needs_its_protocol),
		TEST(the_datapath_is_told_everything),
		TEST(names_and_ids_are_found_when_not_given),
		TEST(names_and_ids_are_taken_once),
		TEST(a_random_id_has_a_free_name),
		TEST(only_live_parameters_change),
		TEST(the_datapath_may_refuse),
		TEST(a_tunnel_takes_its_sessions_along),
		TEST(limits_hold),
		TEST(a_tunnel_is_named_by_what_it_has),
		TEST(with_its_id_a_tunnel_is_renamed),
		TEST(a_view_tells_all),
		TEST(what_is_no_command_is_refused),
		TEST(every_live_row_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
