/* SPDX-License-Identifier: MIT */
/* The null datapath keeps the contract: copies, stale handles, device names, events, its own log. */
#include "datapath/null/null.h"

#include <string.h>

#include "test.h"

static int begin(void **state)
{
	*state = datapath_null_new();
	return *state ? 0 : -1;
}

static int end(void **state)
{
	datapath_ops(*state)->close(*state);
	return 0;
}

static handle add_tunnel(struct datapath *dp)
{
	struct datapath_tunnel_config config = { .tunnel_id = 1, .local.port = 1701 };
	handle tunnel = HANDLE_NONE;

	assert_true(address_parse("192.0.2.2", &config.peer.address));
	assert_int_equal(datapath_ops(dp)->tunnel_add(dp, &config, &tunnel, NULL), 0);
	assert_int_not_equal(tunnel, HANDLE_NONE);
	memset(&config, 0xff, sizeof(config));	/* it was copied */
	return tunnel;
}

static int try_session(struct datapath *dp, handle tunnel, const char *ifname, const char *netns, handle *session,
		       struct error *error)
{
	struct datapath_session_config config = { .tunnel = tunnel, .pw_type = L2TP_PW_ETH, .session_id = 7 };

	strcpy(config.ifname, ifname);
	strcpy(config.netns, netns);
	return datapath_ops(dp)->session_add(dp, &config, session, error);
}

static handle add_session(struct datapath *dp, handle tunnel, const char *ifname, const char *netns)
{
	handle session = HANDLE_NONE;

	assert_int_equal(try_session(dp, tunnel, ifname, netns, &session, NULL), 0);
	return session;
}

static void expect_ifname(struct datapath *dp, handle session, const char *ifname)
{
	struct datapath_session_info info;

	assert_int_equal(datapath_ops(dp)->session_info(dp, session, &info), 0);
	assert_string_equal(info.ifname, ifname);
}

static void devices_get_the_first_free_name(void **state)
{
	handle tunnel = add_tunnel(*state), sessions[4];
	struct error error;

	for (int i = 0; i < 3; i++)
		sessions[i] = add_session(*state, tunnel, "", "");
	expect_ifname(*state, sessions[2], "l2tpeth2");
	datapath_ops(*state)->session_delete(*state, &sessions[1], 1);
	sessions[1] = add_session(*state, tunnel, "", "");
	expect_ifname(*state, sessions[1], "l2tpeth1");
	sessions[3] = add_session(*state, tunnel, "l2tpeth3", "");
	expect_ifname(*state, add_session(*state, tunnel, "", ""), "l2tpeth4");
	expect_ifname(*state, add_session(*state, tunnel, "", "red"), "l2tpeth0");
	assert_int_equal(try_session(*state, tunnel, "l2tpeth3", "", &sessions[0], &error), -1);
	assert_int_equal(error.code, ERROR_EXISTS);
	assert_string_equal(error.parameter, "interface_name");
	datapath_ops(*state)->session_delete(*state, &sessions[3], 1);
	expect_ifname(*state, add_session(*state, tunnel, "", ""), "l2tpeth3");
}

static void stale_handles_are_refused(void **state)
{
	struct datapath *dp = *state;
	const struct datapath_ops *ops = datapath_ops(dp);
	handle tunnel = add_tunnel(dp), session = add_session(dp, tunnel, "", "");
	struct datapath_session_config session_config = { 0 };
	struct datapath_tunnel_config tunnel_config = { 0 };
	struct error error;

	ops->tunnel_delete(dp, tunnel);
	assert_int_equal(datapath_null_sessions(dp), 0);
	ops->tunnel_delete(dp, tunnel);
	ops->session_delete(dp, &session, 1);
	assert_int_equal(ops->tunnel_info(dp, tunnel, &(struct datapath_tunnel_info){ 0 }), -1);
	assert_int_equal(ops->session_info(dp, session, &(struct datapath_session_info){ 0 }), -1);
	assert_int_equal(ops->tunnel_modify(dp, tunnel, &tunnel_config, 0, &error), -1);
	assert_int_equal(error.code, ERROR_UNKNOWN);
	assert_int_equal(ops->session_modify(dp, session, &session_config, 0, &error), -1);
	assert_int_equal(error.code, ERROR_UNKNOWN);
	assert_int_equal(try_session(dp, tunnel, "", "", &session, &error), -1);
	assert_int_equal(error.code, ERROR_UNKNOWN);
}

static void a_modify_changes_its_fields_only(void **state)
{
	struct datapath *dp = *state;
	handle tunnel = add_tunnel(dp), session = add_session(dp, tunnel, "", "");
	struct datapath_tunnel_config tunnel_config = { .ttl = 5, .udp_checksum = true, .tunnel_id = 99 };
	struct datapath_session_config session_config = {
		.send_seq = true, .recv_seq = true, .mtu_mode = DATAPATH_MTU_FIXED, .mtu = 900, .session_id = 99,
	};
	struct datapath_session_info info;

	assert_int_equal(datapath_ops(dp)->tunnel_modify(dp, tunnel, &tunnel_config, DATAPATH_TUNNEL_MARKING, NULL), 0);
	assert_int_equal(datapath_null_tunnel(dp, tunnel)->ttl, 5);
	assert_false(datapath_null_tunnel(dp, tunnel)->udp_checksum);
	assert_int_equal(datapath_null_tunnel(dp, tunnel)->tunnel_id, 1);
	assert_int_equal(datapath_null_tunnel(dp, tunnel)->peer.address.family, AF_INET);
	assert_int_equal(datapath_ops(dp)->session_modify(dp, session, &session_config,
							  DATAPATH_SESSION_RECV_SEQ | DATAPATH_SESSION_MTU, NULL), 0);
	assert_false(datapath_null_session(dp, session)->send_seq);
	assert_true(datapath_null_session(dp, session)->recv_seq);
	assert_int_equal(datapath_null_session(dp, session)->session_id, 7);
	assert_int_equal(datapath_ops(dp)->session_info(dp, session, &info), 0);
	assert_int_equal(info.mtu, 900);
}

static void a_tunnel_counts_for_its_sessions(void **state)
{
	struct datapath *dp = *state;
	handle tunnel = add_tunnel(dp), gone = add_session(dp, tunnel, "", ""), left = add_session(dp, tunnel, "", "");
	struct datapath_stats stats = { .tx_packets = 1, .tx_bytes = 10, .tx_errors = 2, .rx_packets = 3,
					.rx_bytes = 30,
					.rx_errors = 5, .rx_oos_packets = 6, .rx_cookie_discards = 7 };
	struct datapath_tunnel_info info;
	struct datapath_session_info session_info;

	datapath_null_set_stats(dp, gone, &stats);
	datapath_null_set_stats(dp, left, &stats);
	datapath_null_set_carrier(dp, left, false);
	datapath_ops(dp)->session_delete(dp, &gone, 1);
	assert_int_equal(datapath_ops(dp)->tunnel_info(dp, tunnel, &info), 0);
	assert_int_equal(info.stats.tx_packets, 2);
	assert_int_equal(info.stats.rx_bytes, 60);
	assert_int_equal(info.stats.tx_errors, 4);
	assert_int_equal(info.stats.rx_errors + info.stats.rx_oos_packets + info.stats.rx_cookie_discards, 0);
	assert_int_equal(datapath_ops(dp)->session_info(dp, left, &session_info), 0);
	assert_int_equal(session_info.stats.rx_cookie_discards, 7);
	assert_false(session_info.carrier);
	assert_int_equal(session_info.mtu, 1500 - 20 - 8 - 8 - 14);	/* no cookie, no sublayer */
}

static void events_come_in_order(void **state)
{
	struct datapath *dp = *state;
	struct datapath_event events[3] = { 0 };

	assert_int_equal(datapath_ops(dp)->events(dp, events, 3), 0);
	for (uint32_t i = 1; i <= 4; i++) {
		events[0].mtu = i;
		assert_true(datapath_null_event(dp, &events[0]));
	}
	assert_int_equal(datapath_ops(dp)->events(dp, events, 3), 3);
	assert_int_equal(events[0].mtu, 1);
	assert_int_equal(events[2].mtu, 3);
	assert_int_equal(datapath_ops(dp)->events(dp, events, 3), 1);
	assert_int_equal(events[0].mtu, 4);
	assert_int_equal(datapath_ops(dp)->event_fd(dp), -1);
}

static bool arrive(struct datapath *dp, handle tunnel, handle session, uint8_t first)
{
	uint8_t octets[20] = { first };
	struct datapath_packet packet = { .tunnel = tunnel, .session = session, .length = 20, .captured = 20,
					  .drop = DATAPATH_DROP_NONE, .octets = octets };
	bool taken = datapath_null_packet(dp, &packet);

	memset(octets, 0xff, sizeof(octets));	/* it was copied */
	return taken;
}

static void taps_see_what_is_theirs(void **state)
{
	struct datapath *dp = *state;
	struct datapath_packet packets[2];
	handle tunnel = add_tunnel(dp), session = add_session(dp, tunnel, "", "");
	handle other = add_session(dp, tunnel, "", "");

	assert_false(arrive(dp, tunnel, session, 1));
	assert_int_equal(datapath_ops(dp)->tap(dp, tunnel, session, 8, NULL), 0);
	assert_true(arrive(dp, tunnel, session, 2));
	assert_false(arrive(dp, tunnel, other, 3));
	assert_false(arrive(dp, tunnel, HANDLE_NONE, 4));
	assert_int_equal(datapath_ops(dp)->tap(dp, tunnel, HANDLE_NONE, 100, NULL), 0);
	assert_true(arrive(dp, tunnel, session, 5));
	assert_true(arrive(dp, tunnel, HANDLE_NONE, 6));
	assert_int_equal(datapath_ops(dp)->packets(dp, packets, 2), 2);
	assert_int_equal(packets[0].octets[0], 2);
	assert_int_equal(packets[0].captured, 8);
	assert_int_equal(packets[0].length, 20);
	assert_int_equal(packets[1].octets[0], 5);
	assert_int_equal(packets[1].captured, 20);
	assert_int_equal(datapath_ops(dp)->packets(dp, packets, 2), 1);
	assert_int_equal(packets[0].octets[0], 6);
	assert_int_equal(packets[0].session, HANDLE_NONE);
	assert_int_equal(datapath_ops(dp)->packets(dp, packets, 2), 0);
	assert_int_equal(datapath_ops(dp)->tap(dp, tunnel, HANDLE_NONE, 0, NULL), 0);
	assert_false(arrive(dp, tunnel, other, 7));
	assert_true(arrive(dp, tunnel, session, 8));
}

/* So many, and what goes makes room. */
static void taps_are_few(void **state)
{
	struct datapath *dp = *state;
	struct error error = { 0 };
	handle tunnel = add_tunnel(dp), session = HANDLE_NONE;

	for (int i = 0; i < DATAPATH_TAPS_MAX; i++) {
		session = add_session(dp, tunnel, "", "");
		assert_int_equal(datapath_ops(dp)->tap(dp, tunnel, session, 8, &error), 0);
	}
	assert_int_equal(datapath_ops(dp)->tap(dp, tunnel, session, 9, &error), 0);
	assert_int_equal(datapath_ops(dp)->tap(dp, tunnel, HANDLE_NONE, 8, &error), -1);
	assert_int_equal(error.code, ERROR_LIMIT);
	datapath_ops(dp)->session_delete(dp, &session, 1);
	assert_int_equal(datapath_ops(dp)->tap(dp, tunnel, session, 8, &error), -1);
	assert_int_equal(error.code, ERROR_UNKNOWN);
	assert_int_equal(datapath_ops(dp)->tap(dp, tunnel, HANDLE_NONE, 8, &error), 0);
}

static void the_log_has_every_operation(void **state)
{
	struct datapath *dp = *state;
	struct error no = { .code = ERROR_SYSTEM, .text = "no" };
	const struct datapath_null_entry *log;
	handle tunnel, session;
	size_t count;

	add_tunnel(dp);
	datapath_null_log_begin(dp);
	tunnel = add_tunnel(dp);
	datapath_null_fail(dp, DATAPATH_NULL_SESSION_ADD, 1, &no);
	session = add_session(dp, tunnel, "", "");
	assert_int_equal(try_session(dp, tunnel, "", "", &(handle){ 0 }, NULL), -1);
	datapath_ops(dp)->session_delete(dp, (handle[]){ session, 77 }, 2);
	add_session(dp, tunnel, "", "");	/* it fails once only */
	log = datapath_null_log(dp, &count);
	assert_int_equal(count, 5);
	assert_int_equal(log[0].tunnel, tunnel);
	assert_int_equal(log[1].operation, DATAPATH_NULL_SESSION_ADD);
	assert_int_equal(log[1].session, session);
	assert_true(log[2].failed);
	assert_int_equal(log[3].operation, DATAPATH_NULL_SESSION_DELETE);
	assert_int_equal(log[3].count, 2);
	assert_true(log[3].failed);	/* one of them was stale */
	assert_false(log[4].failed);
}

/* --- control messages --- */

static struct endpoint endpoint(const char *address, uint16_t port)
{
	struct endpoint e = { .port = port };

	assert_true(address_parse(address, &e.address));
	return e;
}

static handle listen_on(struct datapath *dp, const char *address, uint16_t port)
{
	struct datapath_port_config config = { .local = endpoint(address, port) };
	handle result = HANDLE_NONE;

	assert_int_equal(datapath_ops(dp)->listen(dp, &config, &result, NULL), 0);
	assert_int_not_equal(result, HANDLE_NONE);
	return result;
}

static handle port_of(struct datapath *dp, handle tunnel)
{
	struct datapath_tunnel_info info;

	assert_int_equal(datapath_ops(dp)->tunnel_info(dp, tunnel, &info), 0);
	return info.port;
}

/* Two of them and a wire between: what one sends arrives at the other's port, from where it was sent. */
static void messages_arrive_at_the_other(void **state)
{
	struct datapath *dp = *state, *other = datapath_null_new();
	struct datapath_message out = { .local = endpoint("192.0.2.1", 0), .peer = endpoint("192.0.2.2", 1701) };
	handle any = listen_on(other, "0.0.0.0", 1701), port = listen_on(dp, "0.0.0.0", 5000);
	struct datapath_message in[2];
	uint8_t octets[] = { 1, 2, 3 };

	out.octets = octets;
	out.length = sizeof(octets);
	out.port = port;
	datapath_ops(dp)->send(dp, &out, 1);	/* nothing leads there yet */
	datapath_null_join(dp, other);
	datapath_ops(dp)->send(dp, &out, 1);
	out.peer.port = 1702;
	datapath_ops(dp)->send(dp, &out, 1);	/* nobody there */
	memset(octets, 0xff, sizeof(octets));
	assert_int_equal(datapath_ops(other)->receive(other, in, 2), 1);
	assert_int_equal(in[0].port, any);
	assert_int_equal(in[0].length, 3);
	assert_int_equal(in[0].octets[2], 3);
	assert_int_equal(in[0].peer.port, 5000);
	assert_true(address_equal(&in[0].peer.address, &out.local.address));
	assert_int_equal(in[0].local.port, 1701);
	assert_true(address_equal(&in[0].local.address, &out.peer.address));
	assert_int_equal(datapath_ops(other)->receive(other, in, 2), 0);
	datapath_null_join(dp, NULL);
	datapath_ops(other)->close(other);
}

static void note_route(void *context, const struct datapath_null_route *route, const uint8_t *octets, uint32_t length)
{
	assert_int_equal(length, 1);
	assert_int_equal(octets[0], 7);
	*(struct datapath_null_route *)context = *route;
}

static void whoever_carries_a_message_lets_it_arrive(void **state)
{
	struct datapath *dp = *state, *other = datapath_null_new();
	struct datapath_message out = { .local = endpoint("192.0.2.1", 0), .peer = endpoint("192.0.2.2", 1701) };
	struct datapath_null_route route;
	struct datapath_message in;
	uint8_t octet = 7;
	handle port;

	out.octets = &octet;
	out.length = 1;
	out.port = listen_on(dp, "0.0.0.0", 5000);
	datapath_null_carry(dp, note_route, &route);
	datapath_ops(dp)->send(dp, &out, 1);
	assert_int_equal(route.session_id, 0);
	assert_int_equal(route.from.port, 5000);
	assert_int_equal(route.to.port, 1701);
	assert_false(datapath_null_arrive(other, &route, &octet, 1));
	port = listen_on(other, "192.0.2.2", 1701);
	assert_true(datapath_null_arrive(other, &route, &octet, 1));
	assert_int_equal(datapath_ops(other)->receive(other, &in, 1), 1);
	assert_int_equal(in.port, port);
	assert_true(address_equal(&in.peer.address, &out.local.address));
	datapath_ops(other)->close(other);
}

static void messages_come_and_go_by_hand(void **state)
{
	struct datapath *dp = *state;
	uint8_t octet = 7;
	struct datapath_message message = { .port = listen_on(dp, "192.0.2.1", 1701), .octets = &octet, .length = 1 };
	struct datapath_message got;

	datapath_ops(dp)->send(dp, &message, 1);
	datapath_null_keep_sent(dp);
	assert_int_equal(datapath_null_sent(dp, &got, 1), 0);
	datapath_ops(dp)->send(dp, (struct datapath_message[]){ message, message }, 2);
	assert_int_equal(datapath_null_sent(dp, &got, 1), 1);
	assert_int_equal(datapath_null_sent(dp, &got, 1), 1);
	assert_int_equal(got.octets[0], 7);
	assert_int_equal(datapath_null_sent(dp, &got, 1), 0);
	assert_true(datapath_null_message(dp, &message));
	assert_int_equal(datapath_ops(dp)->receive(dp, &got, 1), 1);
	assert_int_equal(got.octets[0], 7);
	datapath_ops(dp)->unlisten(dp, message.port);
	datapath_ops(dp)->send(dp, &message, 1);	/* by no port */
	assert_int_equal(datapath_null_sent(dp, &got, 1), 0);
}

/* Who has the same end has the same port, and it is there as long as one of them. */
static void ports_are_shared(void **state)
{
	struct datapath *dp = *state;
	struct datapath_tunnel_config config = { .version = 2, .tunnel_id = 3, .local = endpoint("0.0.0.0", 1701) };
	handle port = listen_on(dp, "0.0.0.0", 1701), first, second;
	struct datapath_tunnel_info info;
	struct error error;

	assert_int_equal(listen_on(dp, "0.0.0.0", 1701), port);
	assert_int_not_equal(listen_on(dp, "::", 1701), port);
	assert_int_equal(datapath_ops(dp)->tunnel_add(dp, &config, &first, NULL), 0);
	assert_int_equal(port_of(dp, first), HANDLE_NONE);	/* its peer is not known */
	config.peer = endpoint("192.0.2.2", 1701);
	config.peer_tunnel_id = 9;
	assert_int_equal(datapath_ops(dp)->tunnel_modify(dp, first, &config,
							 DATAPATH_TUNNEL_PEER | DATAPATH_TUNNEL_PEER_ID, NULL), 0);
	assert_int_equal(port_of(dp, first), port);
	assert_int_equal(datapath_null_tunnel(dp, first)->peer_tunnel_id, 9);
	config.local.port = 0;
	assert_int_equal(datapath_ops(dp)->tunnel_add(dp, &config, &second, NULL), 0);
	assert_int_not_equal(port_of(dp, second), port);
	assert_int_equal(datapath_ops(dp)->tunnel_info(dp, second, &info), 0);
	assert_int_not_equal(info.local.port, 0);
	config.port = port_of(dp, second);
	datapath_ops(dp)->unlisten(dp, port);
	datapath_ops(dp)->unlisten(dp, port);
	datapath_ops(dp)->unlisten(dp, port);	/* once too often */
	assert_int_equal(port_of(dp, first), port);
	datapath_ops(dp)->tunnel_delete(dp, first);
	assert_int_not_equal(listen_on(dp, "0.0.0.0", 1701), port);
	assert_int_equal(datapath_ops(dp)->tunnel_add(dp, &config, &first, NULL), 0);
	assert_int_equal(port_of(dp, first), config.port);
	config.port = port;
	assert_int_equal(datapath_ops(dp)->tunnel_add(dp, &config, &first, &error), -1);
	assert_int_equal(error.code, ERROR_UNKNOWN);
}

/* They have a frame socket, or none, and no device. */
static void ppp_sessions_have_no_device(void **state)
{
	struct datapath *dp = *state;
	struct datapath_tunnel_config tunnel = { .version = 2, .tunnel_id = 1, .peer = endpoint("192.0.2.2", 1701) };
	char path[] = "/run/frames";
	struct datapath_session_config config = { .pw_type = L2TP_PW_PPP, .session_id = 7, .frames = path };
	struct datapath_session_info info;
	handle first, second;

	assert_int_equal(datapath_ops(dp)->tunnel_add(dp, &tunnel, &config.tunnel, NULL), 0);
	assert_int_equal(datapath_ops(dp)->session_add(dp, &config, &first, NULL), 0);
	assert_int_equal(datapath_ops(dp)->session_add(dp, &config, &second, NULL), 0);
	memset(path, 'x', 4);
	assert_string_equal(datapath_null_session(dp, first)->frames, "/run/frames");
	config.priority = true;
	assert_int_equal(datapath_ops(dp)->session_modify(dp, first, &config, DATAPATH_SESSION_PRIORITY, NULL), 0);
	assert_true(datapath_null_session(dp, first)->priority);
	assert_int_equal(datapath_ops(dp)->session_info(dp, first, &info), 0);
	assert_string_equal(info.ifname, "");
	assert_int_equal(info.ifindex, 0);
	assert_int_equal(info.mtu, 1500 - 20 - 8 - 10);
	config.pw_type = L2TP_PW_ETH;
	assert_int_equal(datapath_ops(dp)->session_add(dp, &config, &second, NULL), -1);
	config.pw_type = L2TP_PW_PPP;
	config.session_id = 65536;
	assert_int_equal(datapath_ops(dp)->session_add(dp, &config, &second, NULL), -1);
	tunnel.tunnel_id = 0;
	assert_int_equal(datapath_ops(dp)->tunnel_add(dp, &tunnel, &first, NULL), -1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(devices_get_the_first_free_name),
		TEST(stale_handles_are_refused),
		TEST(a_modify_changes_its_fields_only),
		TEST(a_tunnel_counts_for_its_sessions),
		TEST(events_come_in_order),
		TEST(taps_see_what_is_theirs),
		TEST(taps_are_few),
		TEST(the_log_has_every_operation),
		TEST(messages_arrive_at_the_other),
		TEST(messages_come_and_go_by_hand),
		TEST(whoever_carries_a_message_lets_it_arrive),
		TEST(ports_are_shared),
		TEST(ppp_sessions_have_no_device),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
