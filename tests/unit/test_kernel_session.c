/* SPDX-License-Identifier: MIT */
/* Sessions by the kernel's API: the order of errors, who may have which id, what is told, and what is made of it. */
#include "kernel_world.h"

/* Tunnel 1 over UDP. */
static void with_tunnel(struct kernel_world *kworld)
{
	ask(kworld, udp_tunnel(1, 5000), 0);
}

static struct service_session_view only_session(struct kernel_world *kworld, const char *tunnel)
{
	struct service_session_view view;
	uint64_t id = 0;
	char text[64];
	handle found;

	snprintf(text, sizeof(text), "tunnel show tunnel_name=%s", tunnel);
	assert_true(service_next_session(kworld->world->service, world_find(kworld->world, text), &id, &found));
	assert_int_equal(service_session_view(kworld->world->service, found, &view), 0);
	return view;
}

/* Shall the session that was made last keep to the kernel's rules? */
static bool told_as_kernel(struct kernel_world *kworld)
{
	size_t count;
	const struct datapath_null_entry *log = datapath_null_log(kworld->world->dp, &count);

	assert_true(count > 0 && log[count - 1].operation == DATAPATH_NULL_SESSION_ADD);
	return datapath_null_session(kworld->world->dp, log[count - 1].session)->as_kernel;
}

static void expect_session(struct kernel_world *kworld, uint32_t tunnel_id, uint32_t id, struct octets *record)
{
	expect_told(kworld, by_ids(L2TP_CMD_SESSION_GET, tunnel_id, id), record);
}

static struct octets reply(void)
{
	return said(0, L2TP_CMD_SESSION_GET, 0);
}

static void what_is_told(void **state)
{
	struct octets record = reply();

	with_tunnel(*state);
	ask(*state, session(1, 11, L2TP_PWTYPE_ETH), 0);
	put_session_record(&record, 1, 11, "l2tpeth0");
	expect_session(*state, 1, 11, &record);
}

/* The whole reply, as a kernel would send it. */
static void octet_by_octet(void **state)
{
	static const uint8_t expected[] = {
		0x00, 1, 0, 0, 0xf0, 3, 0, 0, SEQUENCE, 0, 0, 0, 0x92, 0x10, 0, 0, 8, 1, 0, 0,
		8, 0, 9, 0, 1, 0, 0, 0, 8, 0, 11, 0, 10, 0, 0, 0, 8, 0, 10, 0, 2, 0, 0, 0, 8, 0, 12, 0, 11, 0, 0, 0,
		8, 0, 17, 0, 0, 0, 0, 0, 6, 0, 1, 0, 5, 0, 0, 0, 7, 0, 8, 0, 'd', '0', 0, 0,
		8, 0, 15, 0, 1, 2, 3, 4, 12, 0, 16, 0, 1, 2, 3, 4, 5, 6, 7, 8,
		5, 0, 18, 0, 1, 0, 0, 0, 5, 0, 19, 0, 1, 0, 0, 0, 5, 0, 20, 0, 1, 0, 0, 0,
		12, 0, 22, 0, 124, 0, 0, 0, 0, 0, 0, 0, 0x7c, 0, 30, 0,
		12, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 12, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		12, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 12, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		12, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 12, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		12, 0, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 12, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		12, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 12, 0, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	};
	struct octets message = session(1, 10, L2TP_PWTYPE_ETH), received;

	with_tunnel(*state);
	put_text(&message, L2TP_ATTR_IFNAME, "d0");
	put_attribute(&message, L2TP_ATTR_COOKIE, "\1\2\3\4", 4);
	put_attribute(&message, L2TP_ATTR_PEER_COOKIE, "\1\2\3\4\5\6\7\x08", 8);
	put8(&message, L2TP_ATTR_RECV_SEQ, 1);
	put8(&message, L2TP_ATTR_SEND_SEQ, 1);
	put8(&message, L2TP_ATTR_LNS_MODE, 1);
	put64(&message, L2TP_ATTR_RECV_TIMEOUT, 123);
	ask(*state, message, 0);
	message = by_ids(L2TP_CMD_SESSION_GET, 1, 10);
	send_by(*state, 0, &message);
	received = receive(*state, 0);
	assert_int_equal(received.length, sizeof(expected));
	assert_memory_equal(received.octets, expected, sizeof(expected));
	expect_nothing(*state, 0);
}

static void the_service_has_it(void **state)
{
	struct kernel_world *kworld = *state;
	struct octets message = session(1, 11, L2TP_PWTYPE_ETH);
	struct service_session_view view;

	DO(kworld->world, "session profile modify profile_name=default mss_clamp=yes netns=blue bridge=br9 mtu=1000 "
			  "carrier_timeout=7 use_sequence_numbers=yes lns_mode=yes reorder_timeout=9");
	with_tunnel(kworld);
	put_attribute(&message, L2TP_ATTR_COOKIE, "\1\2\3\4", 4);
	put_attribute(&message, L2TP_ATTR_PEER_COOKIE, "\5\6\7\x08\1\2\3\4", 8);
	put_text(&message, L2TP_ATTR_IFNAME, "office0");
	datapath_null_log_begin(kworld->world->dp);
	ask(kworld, message, 0);
	view = only_session(kworld, "kernel-1");
	assert_true(told_as_kernel(kworld));
	assert_int_equal(view.origin, SERVICE_ORIGIN_KERNEL);
	assert_int_equal(view.state, SERVICE_SESSION_UP);
	assert_int_equal(view.config.session_id, 11);
	assert_int_equal(view.config.peer_session_id, 12);
	assert_string_equal(view.info.ifname, "office0");
	assert_int_equal(view.config.cookie.length, 4);
	assert_memory_equal(view.config.cookie.octets, "\1\2\3\4", 4);
	assert_int_equal(view.config.peer_cookie.length, 8);
	assert_memory_equal(view.config.peer_cookie.octets, "\5\6\7\x08\1\2\3\4", 8);
	assert_int_equal(view.config.l2spec_type, CONFIG_L2SPEC_DEFAULT);
	assert_int_equal(view.config.mtu, CONFIG_MTU_AUTO);
	assert_false(view.config.mss_clamp || view.config.interface_up || view.config.use_sequence_numbers ||
		     view.config.lns_mode || view.config.carrier_timeout || view.config.reorder_timeout);
	assert_string_equal(view.config.netns, "");
	assert_string_equal(view.config.bridge, "");
	ask(kworld, by_ids(L2TP_CMD_SESSION_DELETE, 1, 11), 0);
	assert_int_equal(world_status(kworld->world).sessions, 0);
	ask(kworld, by_ids(L2TP_CMD_SESSION_DELETE, 1, 11), ENODEV);
}

/* Each request has one fault less than the one before it. */
static void the_order_of_errors(void **state)
{
	struct kernel_world *kworld = *state;
	struct octets message = request(L2TP_CMD_SESSION_CREATE, 0), long_cookie;

	ask(kworld, message, EINVAL);
	put32(&message, L2TP_ATTR_CONN_ID, 1);
	ask(kworld, message, ENODEV);
	ask(kworld, v2_tunnel(1, 5000), 0);
	ask(kworld, message, EINVAL);
	put32(&message, L2TP_ATTR_SESSION_ID, 11);
	ask(kworld, message, EINVAL);
	put32(&message, L2TP_ATTR_PEER_SESSION_ID, 12);
	ask(kworld, message, EINVAL);
	put16(&message, L2TP_ATTR_PW_TYPE, 12);
	ask(kworld, message, EINVAL);
	put16(&message, L2TP_ATTR_PW_TYPE, L2TP_PWTYPE_ETH);
	put8(&message, L2TP_ATTR_L2SPEC_TYPE, 2);
	put_text(&message, L2TP_ATTR_IFNAME, "a/b");
	ask(kworld, message, EPROTONOSUPPORT);		/* version 2 has PPP only */
	ask(kworld, udp_tunnel(2, 5002), 0);
	put32(&message, L2TP_ATTR_CONN_ID, 2);
	ask(kworld, message, EINVAL);			/* the sublayer */
	put16(&message, L2TP_ATTR_PW_TYPE, L2TP_PWTYPE_PPP_AC);
	ask(kworld, message, EINVAL);
	put8(&message, L2TP_ATTR_L2SPEC_TYPE, 0);
	ask(kworld, message, EPROTONOSUPPORT);		/* no driver */
	put16(&message, L2TP_ATTR_PW_TYPE, L2TP_PWTYPE_NONE);
	ask(kworld, message, EPROTONOSUPPORT);
	put16(&message, L2TP_ATTR_PW_TYPE, L2TP_PWTYPE_ETH);
	ask(kworld, session(2, 11, L2TP_PWTYPE_ETH), 0);
	ask(kworld, message, EEXIST);			/* the id goes before the name */
	ask(kworld, by_ids(L2TP_CMD_SESSION_DELETE, 2, 11), 0);
	ask(kworld, message, EINVAL);			/* the name */
	long_cookie = message;
	put_attribute(&long_cookie, L2TP_ATTR_COOKIE, "123456789", 9);
	ask(kworld, long_cookie, ERANGE);		/* all attributes are looked at first */
	put_text(&message, L2TP_ATTR_IFNAME, "ab");
	ask(kworld, message, 0);
}

static void names_of_devices(void **state)
{
	static const char *const wrong[] = { "", ".", "..", "a/b", "a b", "a\tb", "a:b", "a%", "a%s", "%d%d", "a%d%" };
	struct octets message;

	with_tunnel(*state);
	for (unsigned int i = 0; i < ARRAY_SIZE(wrong); i++) {
		message = session(1, 11, L2TP_PWTYPE_ETH);
		put_text(&message, L2TP_ATTR_IFNAME, wrong[i]);
		ask(*state, message, EINVAL);
	}
	message = session(1, 11, L2TP_PWTYPE_ETH);
	put_text(&message, L2TP_ATTR_IFNAME, "office0");
	ask(*state, message, 0);
	message = session(1, 12, L2TP_PWTYPE_ETH);
	put_text(&message, L2TP_ATTR_IFNAME, "office0");
	ask(*state, message, EEXIST);
	/* the name is free in another namespace */
	ask_of(*state, 2, udp_tunnel(1, 5000), 0);
	ask_of(*state, 2, message, 0);
}

static void names_with_a_number(void **state)
{
	static const char *const names[] = { "zz0", "zz1" };
	struct octets message, record;

	with_tunnel(*state);
	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++) {
		message = session(1, 11 + i, L2TP_PWTYPE_ETH);
		put_text(&message, L2TP_ATTR_IFNAME, "zz%d");
		ask(*state, message, 0);
		record = reply();
		put_session_record(&record, 1, 11 + i, names[i]);
		expect_session(*state, 1, 11 + i, &record);
	}
	message = session(1, 13, L2TP_PWTYPE_ETH);
	put_text(&message, L2TP_ATTR_IFNAME, "%dabcdefghijklm");
	ask(*state, message, 0);
	message = session(1, 14, L2TP_PWTYPE_ETH);
	put_text(&message, L2TP_ATTR_IFNAME, "abcdefghijklm%d");	/* 15 characters with one digit's %d */
	ask(*state, message, 0);
}

/* What the tunnel's own record does not tell. */
static void cookies_of_any_length(void **state)
{
	struct kernel_world *kworld = *state;

	with_tunnel(kworld);
	for (size_t length = 0; length <= 8; length++) {
		struct octets message = session(1, 1, L2TP_PWTYPE_ETH);

		put_attribute(&message, L2TP_ATTR_COOKIE, "12345678", length);
		put_attribute(&message, L2TP_ATTR_PEER_COOKIE, "abcdefgh", 8 - length);
		ask(kworld, message, 0);
		assert_int_equal(only_session(kworld, "kernel-1").config.cookie.length, length);
		assert_int_equal(only_session(kworld, "kernel-1").config.peer_cookie.length, 8 - length);
		ask(kworld, by_ids(L2TP_CMD_SESSION_DELETE, 1, 1), 0);
	}
}

static void zero_is_an_id(void **state)
{
	struct kernel_world *kworld = *state;
	struct octets message = session(1, 0, L2TP_PWTYPE_ETH), received;

	with_tunnel(kworld);
	put32(&message, L2TP_ATTR_PEER_SESSION_ID, 0);
	ask(kworld, message, 0);
	ask(kworld, message, EEXIST);
	message = by_ids(L2TP_CMD_SESSION_GET, 1, 0);
	send_by(kworld, 0, &message);
	received = receive(kworld, 0);
	assert_memory_equal(received.octets + 28, "\x08\0\x0b\0\0\0\0", 8);
	assert_int_equal(only_session(kworld, "kernel-1").config.peer_session_id, 0);
	ask(kworld, by_ids(L2TP_CMD_SESSION_DELETE, 1, 0), 0);
	assert_int_equal(world_status(kworld->world).sessions, 0);
}

/* --- who may have which id --- */

static void over_udp_other_tunnels_may_have_it(void **state)
{
	struct kernel_world *kworld = *state;

	ask(kworld, udp_tunnel(1, 5000), 0);
	ask(kworld, udp_tunnel(2, 5002), 0);
	ask(kworld, ip_tunnel(3), 0);
	ask(kworld, session(1, 11, L2TP_PWTYPE_ETH), 0);
	ask(kworld, session(1, 11, L2TP_PWTYPE_ETH), EEXIST);
	ask(kworld, session(2, 11, L2TP_PWTYPE_ETH), 0);
	ask(kworld, session(3, 11, L2TP_PWTYPE_ETH), EEXIST);
	ask(kworld, by_ids(L2TP_CMD_SESSION_DELETE, 1, 11), 0);
	ask(kworld, session(3, 11, L2TP_PWTYPE_ETH), EEXIST);
	ask(kworld, by_ids(L2TP_CMD_SESSION_DELETE, 2, 11), 0);
	ask(kworld, session(3, 11, L2TP_PWTYPE_ETH), 0);
}

static void over_ip_it_is_the_only_one(void **state)
{
	struct kernel_world *kworld = *state;

	ask(kworld, udp_tunnel(1, 5000), 0);
	ask(kworld, ip_tunnel(3), 0);
	ask(kworld, ip_tunnel(4), 0);
	ask(kworld, session(3, 11, L2TP_PWTYPE_ETH), 0);
	ask(kworld, session(3, 11, L2TP_PWTYPE_ETH), EEXIST);
	ask(kworld, session(4, 11, L2TP_PWTYPE_ETH), EEXIST);
	ask(kworld, session(1, 11, L2TP_PWTYPE_ETH), EEXIST);
	ask_of(kworld, 2, ip_tunnel(4), 0);
	ask_of(kworld, 2, session(4, 11, L2TP_PWTYPE_ETH), 0);
	/* with its tunnel it goes */
	ask(kworld, by_id(L2TP_CMD_TUNNEL_DELETE, 3), 0);
	ask(kworld, session(4, 11, L2TP_PWTYPE_ETH), 0);
}

static void version_2_has_ids_of_its_own(void **state)
{
	struct kernel_world *kworld = *state;

	ask(kworld, v2_tunnel(1, 5000), 0);
	ask(kworld, v2_tunnel(2, 5002), 0);
	ask(kworld, ip_tunnel(3), 0);
	ask(kworld, session(1, 11, L2TP_PWTYPE_PPP), 0);
	ask(kworld, session(1, 11, L2TP_PWTYPE_PPP), EEXIST);
	ask(kworld, session(2, 11, L2TP_PWTYPE_PPP), 0);
	ask(kworld, session(3, 11, L2TP_PWTYPE_ETH), 0);
}

/* --- what is a record only, and what is more than the kernel has --- */

static void ppp_has_no_name(void **state)
{
	struct octets record = reply(), message = session(1, 11, L2TP_PWTYPE_PPP);
	struct kernel_world *kworld = *state;

	ask(kworld, v2_tunnel(1, 5000), 0);
	put8(&message, L2TP_ATTR_L2SPEC_TYPE, 9);	/* of version 3, like the next ones */
	put_attribute(&message, L2TP_ATTR_COOKIE, "1234", 4);
	put_text(&message, L2TP_ATTR_IFNAME, "a/b");
	put8(&message, L2TP_ATTR_LNS_MODE, 3);		/* its lowest bit counts */
	put8(&message, L2TP_ATTR_SEND_SEQ, 2);
	ask(kworld, message, 0);
	put32(&record, L2TP_ATTR_CONN_ID, 1);
	put32(&record, L2TP_ATTR_SESSION_ID, 11);
	put32(&record, L2TP_ATTR_PEER_CONN_ID, 2);
	put32(&record, L2TP_ATTR_PEER_SESSION_ID, 12);
	put32(&record, L2TP_ATTR_DEBUG, 0);
	put16(&record, L2TP_ATTR_PW_TYPE, L2TP_PWTYPE_PPP);
	put8(&record, L2TP_ATTR_RECV_SEQ, 0);
	put8(&record, L2TP_ATTR_SEND_SEQ, 0);
	put8(&record, L2TP_ATTR_LNS_MODE, 1);
	put_no_stats(&record);
	expect_session(kworld, 1, 11, &record);
	/* in version 3 neither */
	ask(kworld, udp_tunnel(2, 5002), 0);
	ask(kworld, session(2, 11, L2TP_PWTYPE_PPP), 0);
	message = request(L2TP_CMD_SESSION_GET, 0);
	put_text(&message, L2TP_ATTR_IFNAME, "a/b");
	ask(kworld, message, ENODEV);
	ask(kworld, by_ids(L2TP_CMD_SESSION_MODIFY, 1, 11), 0);
	ask(kworld, by_ids(L2TP_CMD_SESSION_DELETE, 1, 11), 0);
	ask(kworld, by_id(L2TP_CMD_TUNNEL_DELETE, 2), 0);
}

static void vlan_and_ip_work(void **state)
{
	struct kernel_world *kworld = *state;
	struct octets message = session(1, 11, L2TP_PWTYPE_ETH_VLAN);

	with_tunnel(kworld);
	ask(kworld, message, EINVAL);
	put16(&message, L2TP_ATTR_VLAN_ID, 4095);
	ask(kworld, message, EINVAL);
	put16(&message, L2TP_ATTR_VLAN_ID, 100);
	ask(kworld, message, 0);
	assert_int_equal(only_session(kworld, "kernel-1").config.pw_type, CONFIG_PW_VLAN);
	assert_int_equal(only_session(kworld, "kernel-1").config.vlan_id, 100);
	ask(kworld, by_ids(L2TP_CMD_SESSION_DELETE, 1, 11), 0);
	ask(kworld, session(1, 11, L2TP_PWTYPE_IP), 0);
	assert_string_equal(only_session(kworld, "kernel-1").info.ifname, "l2tpip0");
}

/* Versions below 2 have none of version 3's attributes, and the kernel's first sublayer: none. */
static void versions_without_a_name(void **state)
{
	struct kernel_world *kworld = *state;
	struct octets message = udp_tunnel(1, 5000);

	put8(&message, L2TP_ATTR_PROTO_VERSION, 1);
	ask(kworld, message, 0);
	message = session(1, 11, L2TP_PWTYPE_ETH);
	put_text(&message, L2TP_ATTR_IFNAME, "a/b");
	put8(&message, L2TP_ATTR_L2SPEC_TYPE, 9);
	put8(&message, L2TP_ATTR_SEND_SEQ, 1);		/* there is no room for numbers, but it is as asked */
	put8(&message, L2TP_ATTR_RECV_SEQ, 1);
	ask(kworld, message, 0);
	assert_int_equal(only_session(kworld, "kernel-1").config.l2spec_type, CONFIG_L2SPEC_NONE);
	assert_true(only_session(kworld, "kernel-1").config.use_sequence_numbers);
	assert_true(only_session(kworld, "kernel-1").config.sequencing_required);
	message = by_ids(L2TP_CMD_SESSION_GET, 1, 11);
	send_by(kworld, 0, &message);
	assert_memory_equal(receive(kworld, 0).octets + 92, "\x05\0\x13\0\x01", 5);
}

/* --- found, changed, deleted --- */

static void sessions_have_names(void **state)
{
	struct kernel_world *kworld = *state;
	struct octets message = session(1, 11, L2TP_PWTYPE_ETH), by_name = request(L2TP_CMD_SESSION_GET, 0);
	struct octets record = reply();

	with_tunnel(kworld);
	ask(kworld, udp_tunnel(2, 5002), 0);
	put_text(&message, L2TP_ATTR_IFNAME, "office0");
	ask(kworld, session(1, 12, L2TP_PWTYPE_ETH), 0);
	ask(kworld, message, 0);
	put_text(&by_name, L2TP_ATTR_IFNAME, "office0");
	put32(&by_name, L2TP_ATTR_CONN_ID, 2);		/* the name goes before */
	put32(&by_name, L2TP_ATTR_SESSION_ID, 12);
	send_by(kworld, 0, &by_name);
	put_session_record(&record, 1, 11, "office0");
	expect(kworld, 0, &record);
	ask_of(kworld, 2, by_name, ENODEV);
	by_name.octets[16] = L2TP_CMD_SESSION_DELETE;
	ask(kworld, by_name, 0);
	ask(kworld, by_name, ENODEV);
}

static void who_is_not_found(void **state)
{
	with_tunnel(*state);
	for (uint8_t command = L2TP_CMD_SESSION_DELETE; command <= L2TP_CMD_SESSION_GET; command++) {
		struct octets message = request(command, 0);

		ask(*state, message, ENODEV);
		ask(*state, by_id(command, 1), ENODEV);
		ask(*state, by_ids(command, 1, 11), ENODEV);
		ask(*state, by_ids(command, 2, 11), ENODEV);
		put32(&message, L2TP_ATTR_SESSION_ID, 11);
		ask(*state, message, ENODEV);
	}
}

static void what_can_change(void **state)
{
	struct kernel_world *kworld = *state;
	struct octets message = by_ids(L2TP_CMD_SESSION_MODIFY, 1, 11);
	struct service_session_view view;

	with_tunnel(kworld);
	ask(kworld, session(1, 11, L2TP_PWTYPE_ETH), 0);
	put8(&message, L2TP_ATTR_RECV_SEQ, 1);
	put8(&message, L2TP_ATTR_SEND_SEQ, 1);
	put8(&message, L2TP_ATTR_LNS_MODE, 1);
	put64(&message, L2TP_ATTR_RECV_TIMEOUT, 50);
	put16(&message, L2TP_ATTR_MTU, 1000);		/* is ignored */
	ask(kworld, message, 0);
	view = only_session(kworld, "kernel-1");
	assert_true(view.config.use_sequence_numbers && view.config.sequencing_required && view.config.lns_mode);
	assert_int_equal(view.config.reorder_timeout, 52);
	assert_int_equal(view.config.mtu, CONFIG_MTU_AUTO);
	message = by_ids(L2TP_CMD_SESSION_MODIFY, 1, 11);
	put8(&message, L2TP_ATTR_RECV_SEQ, 0);
	put64(&message, L2TP_ATTR_RECV_TIMEOUT, 0);
	ask(kworld, message, 0);
	view = only_session(kworld, "kernel-1");
	assert_true(view.config.use_sequence_numbers && view.config.lns_mode);
	assert_false(view.config.sequencing_required || view.config.reorder_timeout);
}

static void timeouts_in_jiffies(void **state)
{
	static const struct { uint64_t asked, told; } timeouts[] = {
		{ 1, 4 }, { 4, 4 }, { 5, 8 }, { 123, 124 }, { 50, 52 }, { 60000, 60000 }, { 3600000, 3600000 },
		{ 0x100000005, 8 }, { 0x80000000, 0xfffffff8 },
	};
	struct kernel_world *kworld = *state;
	struct octets message, received;
	uint64_t told;

	with_tunnel(kworld);
	ask(kworld, session(1, 11, L2TP_PWTYPE_ETH), 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(timeouts); i++) {
		message = by_ids(L2TP_CMD_SESSION_MODIFY, 1, 11);
		put64(&message, L2TP_ATTR_RECV_TIMEOUT, timeouts[i].asked);
		ask(kworld, message, 0);
		message = by_ids(L2TP_CMD_SESSION_GET, 1, 11);
		send_by(kworld, 0, &message);
		received = receive(kworld, 0);
		assert_memory_equal(received.octets + 108, "\x0c\0\x16", 4);
		memcpy(&told, received.octets + 112, sizeof(told));
		assert_int_equal(told, timeouts[i].told);
	}
}

static void counters_are_live(void **state)
{
	static const struct datapath_stats stats = {
		.tx_packets = 1, .tx_bytes = 2, .tx_errors = 3, .rx_packets = 4, .rx_bytes = 5, .rx_errors = 8,
		.rx_seq_discards = 6, .rx_oos_packets = 7, .rx_cookie_discards = 10, .rx_invalid = 11,
	};
	static const uint8_t types[] = { 1, 2, 3, 4, 5, 6, 10, 7, 8, 11 };
	struct kernel_world *kworld = *state;
	struct octets message = by_ids(L2TP_CMD_SESSION_GET, 1, 11), received;
	const struct datapath_null_entry *log;
	size_t count;

	with_tunnel(kworld);
	datapath_null_log_begin(kworld->world->dp);
	ask(kworld, session(1, 11, L2TP_PWTYPE_ETH), 0);
	log = datapath_null_log(kworld->world->dp, &count);
	datapath_null_set_stats(kworld->world->dp, log[0].session, &stats);
	send_by(kworld, 0, &message);
	received = receive(kworld, 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(types); i++)	/* the number of each is its type's */
		assert_int_equal(received.octets[received.length - 116 + i * 12], types[i]);
}

static void what_an_administrator_deletes_is_gone(void **state)
{
	struct kernel_world *kworld = *state;

	with_tunnel(kworld);
	ask(kworld, udp_tunnel(2, 5002), 0);
	ask(kworld, ip_tunnel(3), 0);
	ask(kworld, session(1, 11, L2TP_PWTYPE_ETH), 0);
	ask(kworld, session(2, 11, L2TP_PWTYPE_ETH), 0);
	DO(kworld->world, "session delete tunnel_name=kernel-1 session_id=11\ntunnel delete tunnel_name=kernel-2");
	ask(kworld, session(3, 11, L2TP_PWTYPE_ETH), 0);	/* nobody has the id any more */
	ask(kworld, by_ids(L2TP_CMD_SESSION_GET, 1, 11), ENODEV);
	ask(kworld, session(2, 12, L2TP_PWTYPE_ETH), ENODEV);
}

static void the_services_refusals(void **state)
{
	struct kernel_world *kworld = *state;
	const struct error no_tap = { .code = ERROR_SYSTEM, .text = "x" };

	with_tunnel(kworld);
	datapath_null_fail(kworld->world->dp, DATAPATH_NULL_SESSION_ADD, 0, &no_tap);
	ask(kworld, session(1, 11, L2TP_PWTYPE_ETH), ENOMEM);
	ask(kworld, by_ids(L2TP_CMD_SESSION_GET, 1, 11), ENODEV);
	DO(kworld->world, "system modify max_sessions=1");
	ask(kworld, session(1, 11, L2TP_PWTYPE_ETH), 0);
	ask(kworld, session(1, 12, L2TP_PWTYPE_ETH), ENOMEM);
}

static void notifications(void **state)
{
	static const uint8_t commands[] = { L2TP_CMD_SESSION_MODIFY, L2TP_CMD_SESSION_DELETE };
	struct kernel_world *kworld = *state;
	struct octets notice = said(0, L2TP_CMD_SESSION_CREATE, 4);

	with_tunnel(kworld);
	join_group(kworld, 2);
	ask(kworld, session(1, 11, L2TP_PWTYPE_ETH), 0);
	put_session_record(&notice, 1, 11, "l2tpeth0");
	expect(kworld, 2, &notice);
	for (unsigned int i = 0; i < ARRAY_SIZE(commands); i++) {
		notice.octets[16] = commands[i];
		ask(kworld, by_ids(commands[i], 1, 11), 0);
		expect(kworld, 2, &notice);
	}
	/* those that go with their tunnel do so silently */
	ask(kworld, session(1, 12, L2TP_PWTYPE_ETH), 0);
	assert_true(receive(kworld, 2).length);
	ask(kworld, by_id(L2TP_CMD_TUNNEL_DELETE, 1), 0);
	assert_int_equal(receive(kworld, 2).octets[16], L2TP_CMD_TUNNEL_DELETE);
	expect_nothing(kworld, 2);
}

static const struct CMUnitTest tests[] = {
	TEST(what_is_told),
	TEST(octet_by_octet),
	TEST(the_service_has_it),
	TEST(the_order_of_errors),
	TEST(names_of_devices),
	TEST(names_with_a_number),
	TEST(cookies_of_any_length),
	TEST(zero_is_an_id),
	TEST(over_udp_other_tunnels_may_have_it),
	TEST(over_ip_it_is_the_only_one),
	TEST(version_2_has_ids_of_its_own),
	TEST(ppp_has_no_name),
	TEST(vlan_and_ip_work),
	TEST(versions_without_a_name),
	TEST(sessions_have_names),
	TEST(who_is_not_found),
	TEST(what_can_change),
	TEST(timeouts_in_jiffies),
	TEST(counters_are_live),
	TEST(what_an_administrator_deletes_is_gone),
	TEST(the_services_refusals),
	TEST(notifications),
};

int main(void)
{
	return cmocka_run_group_tests(tests, NULL, NULL);
}
