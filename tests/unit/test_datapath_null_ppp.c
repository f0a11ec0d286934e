/* SPDX-License-Identifier: MIT */
/* The null datapath keeps the contract of PPP sessions: frames, what they carry, devices of their own and shared. */
#include <string.h>

#include "datapath/null/null.h"

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

static handle add_tunnel(struct datapath *dp, uint32_t id, uint32_t peer_id)
{
	struct datapath_tunnel_config config = { .version = 2, .tunnel_id = id, .peer_tunnel_id = peer_id,
						 .local.port = 1701 };
	handle tunnel = HANDLE_NONE;

	assert_true(address_parse("192.0.2.2", &config.peer.address));
	assert_int_equal(datapath_ops(dp)->tunnel_add(dp, &config, &tunnel, NULL), 0);
	return tunnel;
}

static handle add_session(struct datapath *dp, handle tunnel, uint32_t id, uint32_t peer_id)
{
	struct datapath_session_config config = { .tunnel = tunnel, .pw_type = L2TP_PW_PPP, .session_id = id,
						  .peer_session_id = peer_id };
	handle session = HANDLE_NONE;

	config.ppp = (struct datapath_ppp){ .ipv4 = true, .own_device = true };	/* does not count yet */
	assert_int_equal(datapath_ops(dp)->session_add(dp, &config, &session, NULL), 0);
	return session;
}

static handle add_device(struct datapath *dp, const char *ifname)
{
	struct datapath_device_config config = { .mtu = 1400 };
	handle device = HANDLE_NONE;

	strcpy(config.ifname, ifname);
	assert_int_equal(datapath_ops(dp)->device_add(dp, &config, &device, NULL), 0);
	return device;
}

static struct datapath_session_info info_of(struct datapath *dp, handle session)
{
	struct datapath_session_info info;

	assert_int_equal(datapath_ops(dp)->session_info(dp, session, &info), 0);
	return info;
}

static int modify(struct datapath *dp, handle session, const struct datapath_session_config *config,
		  unsigned int fields)
{
	struct error error;

	return datapath_ops(dp)->session_modify(dp, session, config, fields, &error) < 0 ? (int)error.code : -1;
}

static void a_device_comes_with_what_is_carried(void **state)
{
	struct datapath_prefix prefix = { .prefix.length = 24 };
	struct datapath_session_config config = { .ppp = { .own_device = true, .ipv4 = true, .mtu = 1400 } };
	struct datapath *dp = *state;
	handle tunnel = add_tunnel(dp, 1, 2), session = add_session(dp, tunnel, 3, 4);

	assert_string_equal(info_of(dp, session).ifname, "");
	assert_false(datapath_null_session(dp, session)->ppp.ipv4);
	config.ppp.prefixes = &prefix;
	config.ppp.prefix_count = 1;
	assert_int_equal(modify(dp, session, &config, DATAPATH_SESSION_PPP), -1);
	prefix.prefix.length = 99;	/* it was copied */
	assert_string_equal(info_of(dp, session).ifname, "ppp0");
	assert_int_equal(info_of(dp, session).mtu, 1400);
	assert_int_equal(datapath_null_session(dp, session)->ppp.prefixes[0].prefix.length, 24);
	config.mppe.send = true;
	assert_int_equal(modify(dp, session, &config, DATAPATH_SESSION_MPPE), -1);
	assert_int_equal(info_of(dp, session).mtu, 1396);
	config.ppp.ipv4 = false;
	assert_int_equal(modify(dp, session, &config, DATAPATH_SESSION_PPP), -1);
	assert_string_equal(info_of(dp, session).ifname, "");
	config.ppp.ipv6 = true;
	strcpy(config.ifname, "uplink");
	assert_int_equal(modify(dp, session, &config, DATAPATH_SESSION_PPP), -1);
	assert_string_equal(info_of(dp, session).ifname, "uplink");
	assert_int_equal(modify(dp, add_session(dp, tunnel, 5, 6), &config, DATAPATH_SESSION_PPP), ERROR_EXISTS);
}

static void fields_are_kept_apart(void **state)
{
	struct datapath_session_config config = { .mppe = { .send = true, .bits = 40 }, .rate = { .send = 7 } };
	struct datapath *dp = *state;
	handle session = add_session(dp, add_tunnel(dp, 1, 2), 3, 4);

	assert_int_equal(modify(dp, session, &config, DATAPATH_SESSION_MPPE), -1);
	assert_int_equal(datapath_null_session(dp, session)->mppe.bits, 40);
	assert_int_equal(datapath_null_session(dp, session)->rate.send, 0);
	config.mppe = (struct datapath_mppe){ .flush = true };
	assert_int_equal(modify(dp, session, &config, DATAPATH_SESSION_MPPE_FLUSH | DATAPATH_SESSION_RATE), -1);
	assert_int_equal(datapath_null_session(dp, session)->mppe.bits, 40);
	assert_true(datapath_null_session(dp, session)->mppe.flush);
	assert_int_equal(datapath_null_session(dp, session)->rate.send, 7);
	datapath_null_set_network_packets(dp, session, 42);
	assert_int_equal(info_of(dp, session).network_packets, 42);
}

static void a_shared_device_outlives_its_sessions(void **state)
{
	struct datapath_session_config config = { .ppp = { .ipv4 = true } };
	struct datapath_device_config again = { .ifname = "subs" };
	struct datapath *dp = *state;
	handle session = add_session(dp, add_tunnel(dp, 1, 2), 3, 4), device = add_device(dp, "subs");
	struct error error;

	assert_int_equal(datapath_ops(dp)->device_add(dp, &again, &config.network_device, &error), -1);
	assert_int_equal(error.code, ERROR_EXISTS);
	assert_string_equal(error.parameter, "interface_name");
	again.ifname[0] = '\0';
	assert_int_equal(datapath_ops(dp)->device_add(dp, &again, &config.network_device, &error), -1);
	config.network_device = device + 1;
	assert_int_equal(modify(dp, session, &config, DATAPATH_SESSION_PPP), ERROR_UNKNOWN);
	config.network_device = device;
	assert_int_equal(modify(dp, session, &config, DATAPATH_SESSION_PPP), -1);
	assert_int_equal(modify(dp, session, &config, DATAPATH_SESSION_PPP), -1);
	assert_string_equal(info_of(dp, session).ifname, "");
	datapath_ops(dp)->device_delete(dp, device);
	assert_int_equal(datapath_null_devices(dp), 1);
	datapath_ops(dp)->session_delete(dp, &session, 1);
	datapath_ops(dp)->device_delete(dp, device);
	assert_int_equal(datapath_null_devices(dp), 0);
	device = add_device(dp, "subs");
	assert_string_equal(datapath_null_device(dp, device)->ifname, "subs");
}

static void device_operations_are_told_and_fail(void **state)
{
	struct error no = { .code = ERROR_SYSTEM, .text = "no" };
	struct datapath_device_config config = { .ifname = "subs" };
	const struct datapath_null_entry *log;
	struct datapath *dp = *state;
	handle device;
	size_t count;

	datapath_null_log_begin(dp);
	datapath_null_fail(dp, DATAPATH_NULL_DEVICE_ADD, 0, &no);
	assert_int_equal(datapath_ops(dp)->device_add(dp, &config, &device, NULL), -1);
	device = add_device(dp, "subs");
	datapath_ops(dp)->device_delete(dp, device);
	datapath_ops(dp)->device_delete(dp, device);
	log = datapath_null_log(dp, &count);
	assert_int_equal(count, 4);
	assert_true(log[0].failed);
	assert_int_equal(log[1].device, device);
	assert_int_equal(log[2].operation, DATAPATH_NULL_DEVICE_DELETE);
	assert_false(log[2].failed);
	assert_true(log[3].failed);
}

static void send_octet(struct datapath *dp, handle session, uint8_t octet)
{
	struct datapath_message frame = { .session = session, .octets = &octet, .length = 1 };

	datapath_ops(dp)->send(dp, &frame, 1);
}

static void frames_arrive_at_the_other_end(void **state)
{
	struct datapath *dp = *state, *other = datapath_null_new();
	handle tunnel = add_tunnel(dp, 1, 2), theirs = add_tunnel(other, 2, 1);
	handle sessions[2] = { add_session(dp, tunnel, 10, 20), add_session(dp, tunnel, 11, 21) };
	handle ends[2] = { add_session(other, theirs, 20, 10), add_session(other, theirs, 21, 11) };
	struct datapath_message got[4];

	send_octet(dp, sessions[0], 1);		/* nothing leads there yet */
	datapath_null_join(dp, other);
	send_octet(dp, sessions[1], 2);
	send_octet(dp, sessions[0], 3);
	send_octet(dp, sessions[0], 4);
	send_octet(dp, 77, 5);
	assert_int_equal(datapath_ops(other)->receive(other, got, 4), 3);
	assert_int_equal(got[0].session, ends[1]);
	assert_int_equal(got[0].octets[0], 2);
	assert_int_equal(got[1].session, ends[0]);
	assert_int_equal(got[2].octets[0], 4);
	datapath_ops(other)->session_delete(other, ends, 1);
	send_octet(dp, sessions[0], 6);
	ends[0] = add_session(other, theirs, 20, 10);
	send_octet(dp, sessions[0], 7);
	assert_int_equal(datapath_ops(other)->receive(other, got, 4), 1);
	assert_int_equal(got[0].session, ends[0]);
	assert_int_equal(got[0].octets[0], 7);
	datapath_null_join(dp, NULL);
	datapath_ops(other)->close(other);
}

static void frames_come_and_go_by_hand(void **state)
{
	struct datapath *dp = *state;
	handle session = add_session(dp, add_tunnel(dp, 1, 2), 3, 4);
	uint8_t octet = 9;
	struct datapath_message frame = { .session = session, .octets = &octet, .length = 1 }, got;

	assert_true(datapath_null_message(dp, &frame));
	assert_int_equal(datapath_ops(dp)->receive(dp, &got, 1), 1);
	assert_int_equal(got.session, session);
	datapath_null_keep_sent(dp);
	send_octet(dp, session, 8);
	assert_int_equal(datapath_null_sent(dp, &got, 1), 1);
	assert_int_equal(got.session, session);
	assert_int_equal(got.octets[0], 8);
}

struct carried {
	struct datapath_null_route route;
	unsigned int frames, messages;
	uint8_t octet;
};

static void carry(void *context, const struct datapath_null_route *route, const uint8_t *octets, uint32_t length)
{
	struct carried *carried = context;

	assert_int_equal(length, 1);
	carried->route = *route;
	carried->octet = octets[0];
	carried->frames += route->session_id != 0;
	carried->messages += route->session_id == 0;
}

static void whoever_carries_a_frame_lets_it_arrive(void **state)
{
	struct datapath *dp = *state, *other = datapath_null_new();
	struct carried carried = { .octet = 0 };
	struct datapath_message got[2];
	handle tunnel, end;

	datapath_null_carry(dp, carry, &carried);
	tunnel = add_tunnel(dp, 1, 2);
	send_octet(dp, add_session(dp, tunnel, 10, 20), 7);
	assert_int_equal(carried.frames, 1);
	assert_int_equal(carried.octet, 7);
	assert_int_equal(carried.route.tunnel_id, 2);
	assert_int_equal(carried.route.session_id, 20);
	assert_int_equal(carried.route.from.port, 1701);
	assert_true(address_equal(&carried.route.to.address, &datapath_null_tunnel(dp, tunnel)->peer.address));
	carried.route.from = carried.route.to;	/* that of the tunnel over there */
	assert_false(datapath_null_arrive(other, &carried.route, &carried.octet, 1));
	end = add_session(other, add_tunnel(other, 2, 1), 20, 10);
	assert_true(datapath_null_arrive(other, &carried.route, &carried.octet, 1));
	carried.route.from.port++;		/* a stranger */
	assert_false(datapath_null_arrive(other, &carried.route, &carried.octet, 1));
	assert_int_equal(datapath_ops(other)->receive(other, got, 2), 1);
	assert_int_equal(got[0].session, end);
	assert_int_equal(got[0].octets[0], 7);
	datapath_null_carry(dp, NULL, NULL);
	datapath_ops(other)->close(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_device_comes_with_what_is_carried, begin, end),
		cmocka_unit_test_setup_teardown(fields_are_kept_apart, begin, end),
		cmocka_unit_test_setup_teardown(a_shared_device_outlives_its_sessions, begin, end),
		cmocka_unit_test_setup_teardown(device_operations_are_told_and_fail, begin, end),
		cmocka_unit_test_setup_teardown(frames_arrive_at_the_other_end, begin, end),
		cmocka_unit_test_setup_teardown(frames_come_and_go_by_hand, begin, end),
		cmocka_unit_test_setup_teardown(whoever_carries_a_frame_lets_it_arrive, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
