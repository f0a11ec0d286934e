/* SPDX-License-Identifier: MIT */
/* Tunnels by the kernel's API: what is asked, refused, told, and made of it. */
#include "kernel_world.h"

static void expect_tunnel(struct kernel_world *kworld, uint32_t id, struct octets *record)
{
	expect_told(kworld, by_id(L2TP_CMD_TUNNEL_GET, id), record);
}

static struct octets reply(void)
{
	return said(0, L2TP_CMD_TUNNEL_GET, 4);		/* NLM_F_ACK */
}

static void udp_over_ipv4(void **state)
{
	struct octets record = reply();

	ask(*state, udp_tunnel(1, 5000), 0);
	put_udp_record(&record, 1, 5000);
	expect_tunnel(*state, 1, &record);
}

/* The whole reply, as a kernel would send it. */
static void octet_by_octet(void **state)
{
	static const uint8_t expected[] = {
		0xe0, 0, 0, 0, 0xf0, 3, 4, 0, SEQUENCE, 0, 0, 0, 0x92, 0x10, 0, 0, 4, 1, 0, 0,
		5, 0, 7, 0, 3, 0, 0, 0, 8, 0, 9, 0, 1, 0, 0, 0, 8, 0, 10, 0, 2, 0, 0, 0, 8, 0, 17, 0, 0, 0, 0, 0,
		6, 0, 2, 0, 0, 0, 0, 0, 0x7c, 0, 30, 0,
		12, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 12, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		12, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 12, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		12, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 12, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		12, 0, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 12, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		12, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 12, 0, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		5, 0, 13, 0, 0, 0, 0, 0, 6, 0, 26, 0, 0x88, 0x13, 0, 0, 6, 0, 27, 0, 0x89, 0x13, 0, 0,
		8, 0, 24, 0, 192, 0, 2, 1, 8, 0, 25, 0, 192, 0, 2, 2,
	};
	struct octets message = by_id(L2TP_CMD_TUNNEL_GET, 1), received;

	ask(*state, udp_tunnel(1, 5000), 0);
	send_by(*state, 0, &message);
	received = receive(*state, 0);
	assert_int_equal(received.length, sizeof(expected));
	assert_memory_equal(received.octets, expected, sizeof(expected));
	expect_nothing(*state, 0);
}

static void over_ip(void **state)
{
	struct octets record = reply();

	ask(*state, ip_tunnel(3), 0);
	put_tunnel_record(&record, 3, 1);
	put_ends(&record);
	expect_tunnel(*state, 3, &record);
}

/* IPv6 counts where there are both. */
static struct octets over_ipv6(struct octets message)
{
	put_ip(&message, L2TP_ATTR_IP6_SADDR, "2001:db8::1");
	put_ip(&message, L2TP_ATTR_IP6_DADDR, "2001:db8::2");
	return message;
}

static void put_addresses6(struct octets *record)
{
	put_ip(record, L2TP_ATTR_IP6_SADDR, "2001:db8::1");
	put_ip(record, L2TP_ATTR_IP6_DADDR, "2001:db8::2");
}

static void ipv6(void **state)
{
	struct octets record = reply(), message = over_ipv6(udp_tunnel(5, 5000));
	struct kernel_world *kworld = *state;
	struct service_tunnel_view view;

	ask(kworld, over_ipv6(ip_tunnel(4)), 0);
	put_tunnel_record(&record, 4, 1);
	put_addresses6(&record);
	expect_tunnel(kworld, 4, &record);
	put_attribute(&message, L2TP_ATTR_UDP_ZERO_CSUM6_TX, "", 0);
	put_attribute(&message, L2TP_ATTR_UDP_ZERO_CSUM6_RX, "", 0);
	ask(kworld, message, 0);
	record = reply();
	put_tunnel_record(&record, 5, 0);
	put_attribute(&record, L2TP_ATTR_UDP_ZERO_CSUM6_TX, "", 0);
	put_attribute(&record, L2TP_ATTR_UDP_ZERO_CSUM6_RX, "", 0);
	put_ports(&record, 5000, 5001);
	put_addresses6(&record);
	expect_tunnel(kworld, 5, &record);
	view = world_tunnel(kworld->world, "kernel-5");
	assert_true(view.config.udp_zero_csum6_tx && view.config.udp_zero_csum6_rx);
}

/* `ip l2tp` gives the flags of IPv6 with IPv4, too. */
static void checksums(void **state)
{
	struct octets message = udp_tunnel(1, 5000), record = reply();
	struct kernel_world *kworld = *state;

	put8(&message, L2TP_ATTR_UDP_CSUM, 0);		/* that it is there counts */
	put_attribute(&message, L2TP_ATTR_UDP_ZERO_CSUM6_TX, "", 0);
	put_attribute(&message, L2TP_ATTR_UDP_ZERO_CSUM6_RX, "", 0);
	ask(kworld, message, 0);
	put_tunnel_record(&record, 1, 0);
	put8(&record, L2TP_ATTR_UDP_CSUM, 1);
	put_ports(&record, 5000, 5001);
	put_ends(&record);
	expect_tunnel(kworld, 1, &record);
	assert_true(world_tunnel(kworld->world, "kernel-1").config.use_udp_checksums);
	ask(kworld, udp_tunnel(2, 5002), 0);
	assert_false(world_tunnel(kworld->world, "kernel-2").config.use_udp_checksums);
}

static void the_service_has_it(void **state)
{
	struct kernel_world *kworld = *state;
	struct service_tunnel_view view;

	/* whatever profiles say */
	DO(kworld->world, "tunnel profile modify profile_name=default ttl=9 dscp=7 fwmark=5 bind_interface=x "
			  "netns=blue our_udp_port=1111");
	ask(kworld, udp_tunnel(7, 5000), 0);
	view = world_tunnel(kworld->world, "kernel-7");
	assert_int_equal(view.origin, SERVICE_ORIGIN_KERNEL);
	assert_int_equal(view.state, SERVICE_TUNNEL_UP);
	assert_int_equal(view.config.tunnel_id, 7);
	assert_int_equal(view.config.peer_tunnel_id, 8);
	assert_int_equal(view.config.our_udp_port, 5000);
	assert_int_equal(view.config.peer_udp_port, 5001);
	assert_int_equal(view.config.ttl + view.config.dscp + view.config.fwmark, 0);
	assert_string_equal(view.config.bind_interface, "");
	assert_string_equal(view.config.netns, "");
	ask(kworld, by_id(L2TP_CMD_TUNNEL_DELETE, 7), 0);
	assert_int_equal(world_status(kworld->world).tunnels, 0);
	ask(kworld, by_id(L2TP_CMD_TUNNEL_GET, 7), ENODEV);
}

static void what_must_be_there(void **state)
{
	static const uint16_t mandatory[] = {
		L2TP_ATTR_CONN_ID, L2TP_ATTR_PEER_CONN_ID, L2TP_ATTR_PROTO_VERSION, L2TP_ATTR_ENCAP_TYPE,
		L2TP_ATTR_IP_SADDR, L2TP_ATTR_IP_DADDR,
	};
	struct octets message;

	for (unsigned int i = 0; i < ARRAY_SIZE(mandatory); i++) {
		message = udp_tunnel(1, 5000);
		for (size_t at = 20; at < message.length; at += 8) {	/* each takes 8 octets */
			if (message.octets[at + 2] == mandatory[i])
				message.octets[at + 2] = L2TP_ATTR_DEBUG;	/* says nothing; needs 4 octets */
			if (message.octets[at + 2] == L2TP_ATTR_DEBUG)
				message.octets[at] = 8;
		}
		ask(*state, message, EINVAL);
	}
	message = udp_tunnel(1, 5000);
	put16(&message, L2TP_ATTR_ENCAP_TYPE, 2);
	ask(*state, message, EINVAL);
	for (uint8_t command = L2TP_CMD_TUNNEL_DELETE; command <= L2TP_CMD_TUNNEL_GET; command++) {
		ask(*state, request(command, 0), EINVAL);
		ask(*state, by_id(command, 1), ENODEV);
	}
}

/* One of the four does not make a pair. */
static void addresses_come_in_pairs(void **state)
{
	struct octets message = request(L2TP_CMD_TUNNEL_CREATE, 0);

	put32(&message, L2TP_ATTR_CONN_ID, 1);
	put32(&message, L2TP_ATTR_PEER_CONN_ID, 1);
	put8(&message, L2TP_ATTR_PROTO_VERSION, 3);
	put16(&message, L2TP_ATTR_ENCAP_TYPE, 1);
	put_ip(&message, L2TP_ATTR_IP_SADDR, "192.0.2.1");
	put_ip(&message, L2TP_ATTR_IP6_DADDR, "2001:db8::2");
	ask(*state, message, EINVAL);
	put_ip(&message, L2TP_ATTR_IP_DADDR, "192.0.2.2");
	ask(*state, message, 0);
}

static void ids_are_the_namespaces(void **state)
{
	struct kernel_world *kworld = *state;

	ask(kworld, udp_tunnel(1, 5000), 0);
	kworld->probe_errno = EADDRINUSE;
	ask(kworld, udp_tunnel(1, 5000), EEXIST);	/* before there is a socket */
	ask_of(kworld, 1, ip_tunnel(1), EEXIST);	/* whoever made it */
	ask(kworld, v2_tunnel(1, 5001), EEXIST);	/* of whatever version */
	kworld->probe_errno = 0;
	ask_of(kworld, 2, udp_tunnel(1, 5000), 0);
	assert_string_equal(kworld->wanted.netns, "red");
	assert_int_equal(world_status(kworld->world).tunnels, 2);
	assert_string_equal(world_tunnel(kworld->world, "red/1").config.netns, "red");
	assert_int_not_equal(world_tunnel(kworld->world, "red/1").config.tunnel_id, 1);	/* the service's own matter */
	ask_of(kworld, 2, by_id(L2TP_CMD_TUNNEL_DELETE, 1), 0);
	ask(kworld, by_id(L2TP_CMD_TUNNEL_DELETE, 1), 0);
	ask(kworld, by_id(L2TP_CMD_TUNNEL_DELETE, 1), ENODEV);
}

static void the_sockets_errors_are_told(void **state)
{
	static const int errors[] = {
		EADDRNOTAVAIL, EADDRINUSE, ENETUNREACH, EHOSTUNREACH, EAFNOSUPPORT, EPROTONOSUPPORT,
	};
	struct kernel_world *kworld = *state;

	for (unsigned int i = 0; i < ARRAY_SIZE(errors); i++) {
		kworld->probe_errno = errors[i];
		ask(kworld, udp_tunnel(1, 5000), errors[i]);
		ask(kworld, v2_tunnel(1, 5000), errors[i]);
	}
	assert_int_equal(kworld->wanted.local.port, 5000);
	assert_int_equal(kworld->wanted.peer.port, 5001);
	assert_int_equal(kworld->wanted.tunnel_id, 1);
	assert_int_equal(kworld->wanted.peer_tunnel_id, 2);
	assert_int_equal(world_status(kworld->world).tunnels, 0);
}

/* Nobody's socket holds it, but it is taken. */
static void ports_of_records(void **state)
{
	struct kernel_world *kworld = *state;
	struct octets message = v2_tunnel(0x10003, 5000);

	ask(kworld, v2_tunnel(0x10001, 5000), 0);
	ask(kworld, v2_tunnel(0x10002, 5000), EADDRINUSE);
	ask(kworld, udp_tunnel(2, 5000), EADDRINUSE);
	put_ip(&message, L2TP_ATTR_IP_SADDR, "0.0.0.0");
	ask(kworld, message, EADDRINUSE);
	put_ip(&message, L2TP_ATTR_IP_SADDR, "192.0.2.5");
	ask(kworld, message, 0);
	ask_of(kworld, 2, v2_tunnel(0x10002, 5000), 0);	/* another namespace */
	ask(kworld, by_id(L2TP_CMD_TUNNEL_DELETE, 0x10001), 0);
	ask(kworld, udp_tunnel(2, 5000), 0);
}

static void zero_is_an_id(void **state)
{
	struct octets message = ip_tunnel(0), record = reply();

	put32(&message, L2TP_ATTR_PEER_CONN_ID, 0);
	ask(*state, message, 0);
	ask(*state, message, EEXIST);
	put8(&record, L2TP_ATTR_PROTO_VERSION, 3);
	put32(&record, L2TP_ATTR_CONN_ID, 0);
	put32(&record, L2TP_ATTR_PEER_CONN_ID, 0);
	put32(&record, L2TP_ATTR_DEBUG, 0);
	put16(&record, L2TP_ATTR_ENCAP_TYPE, 1);
	put_no_stats(&record);
	put_ends(&record);
	expect_tunnel(*state, 0, &record);
	assert_int_equal(world_status(((struct kernel_world *)*state)->world).tunnels, 1);
}

static void any_version_goes(void **state)
{
	static const uint8_t versions[] = { 0, 1, 2, 4, 255 };
	struct octets message, received;

	for (unsigned int i = 0; i < ARRAY_SIZE(versions); i++) {
		message = udp_tunnel(i + 1, (uint16_t)(5000 + i));
		put8(&message, L2TP_ATTR_PROTO_VERSION, versions[i]);
		ask(*state, message, 0);
		message = by_id(L2TP_CMD_TUNNEL_GET, i + 1);
		send_by(*state, 0, &message);
		received = receive(*state, 0);
		assert_int_equal(received.octets[24], versions[i]);
	}
}

/* The same addresses and ids at both ends, which the language refuses. */
static void a_tunnel_may_lead_to_itself(void **state)
{
	struct octets message = udp_tunnel(1, 5001);
	struct kernel_world *kworld = *state;

	put_ip(&message, L2TP_ATTR_IP_SADDR, "192.0.2.2");
	put32(&message, L2TP_ATTR_PEER_CONN_ID, 1);
	ask(kworld, message, 0);
	assert_int_equal(world_status(kworld->world).tunnels, 1);
}

static void what_the_system_chooses_is_told(void **state)
{
	struct kernel_world *kworld = *state;
	struct octets message = udp_tunnel(1, 0), record = reply();

	kworld->chooses = true;
	put_ip(&message, L2TP_ATTR_IP_SADDR, "0.0.0.0");
	ask(kworld, message, 0);
	put_tunnel_record(&record, 1, 0);
	put8(&record, L2TP_ATTR_UDP_CSUM, 0);
	put_ports(&record, 40000, 5001);
	put_ip(&record, L2TP_ATTR_IP_SADDR, "192.0.2.77");
	put_ip(&record, L2TP_ATTR_IP_DADDR, "192.0.2.2");
	expect_tunnel(kworld, 1, &record);
	assert_int_equal(world_tunnel(kworld->world, "kernel-1").config.our_udp_port, 40000);
}

/* It is not connected, and nobody knows its peer. */
static void no_port_of_the_peer(void **state)
{
	struct kernel_world *kworld = *state;
	struct octets message = udp_tunnel(1, 5000), record = reply();

	put16(&message, L2TP_ATTR_UDP_DPORT, 0);
	ask(kworld, message, 0);
	put_tunnel_record(&record, 1, 0);
	put8(&record, L2TP_ATTR_UDP_CSUM, 0);
	put_ports(&record, 5000, 0);
	put_ip(&record, L2TP_ATTR_IP_SADDR, "192.0.2.1");
	put_ip(&record, L2TP_ATTR_IP_DADDR, "0.0.0.0");
	expect_tunnel(kworld, 1, &record);
	/* nor can the service carry what has many */
	message = ip_tunnel(2);
	put_ip(&message, L2TP_ATTR_IP_DADDR, "224.0.0.1");
	ask(kworld, message, 0);
	ask(kworld, session(2, 2, L2TP_PWTYPE_ETH), 0);
	assert_int_equal(world_status(kworld->world).tunnels, 0);
}

static void taken_names_and_ids(void **state)
{
	struct kernel_world *kworld = *state;

	DO(kworld->world, TUNNEL("kernel-1", "1"));
	ask(kworld, udp_tunnel(1, 5000), 0);
	assert_int_equal(world_tunnel(kworld->world, "kernel-1-2").origin, SERVICE_ORIGIN_KERNEL);
	ask(kworld, by_id(L2TP_CMD_TUNNEL_DELETE, 1), 0);
	assert_true(world_has(kworld->world, "tunnel show tunnel_name=kernel-1"));
}

static void what_an_administrator_deletes_is_gone(void **state)
{
	struct kernel_world *kworld = *state;

	ask(kworld, udp_tunnel(1, 5000), 0);
	ask(kworld, session(1, 11, L2TP_PWTYPE_ETH), 0);
	ask(kworld, udp_tunnel(2, 5002), 0);
	DO(kworld->world, "tunnel delete tunnel_name=kernel-1");
	ask(kworld, by_ids(L2TP_CMD_SESSION_GET, 1, 11), ENODEV);
	ask(kworld, by_id(L2TP_CMD_TUNNEL_GET, 1), ENODEV);
	ask(kworld, udp_tunnel(1, 5000), 0);
	DO(kworld->world, "tunnel delete tunnel_name=kernel-1\ntunnel delete tunnel_name=kernel-2");
	ask(kworld, by_id(L2TP_CMD_TUNNEL_DELETE, 2), ENODEV);
	ask(kworld, by_id(L2TP_CMD_TUNNEL_DELETE, 1), ENODEV);
}

static void the_services_refusals(void **state)
{
	struct kernel_world *kworld = *state;
	const struct error busy = { .code = ERROR_EXISTS, .parameter = "our_udp_port", .text = "x" };
	const struct error absent = { .code = ERROR_VALUE, .parameter = "src_ipaddr", .text = "x" };

	datapath_null_fail(kworld->world->dp, DATAPATH_NULL_TUNNEL_ADD, 0, &busy);
	ask(kworld, udp_tunnel(1, 5000), EADDRINUSE);
	datapath_null_fail(kworld->world->dp, DATAPATH_NULL_TUNNEL_ADD, 0, &absent);
	ask(kworld, udp_tunnel(1, 5000), EADDRNOTAVAIL);
	DO(kworld->world, "system modify max_tunnels=1");
	ask(kworld, udp_tunnel(1, 5000), 0);
	ask(kworld, udp_tunnel(2, 5002), ENOMEM);
	ask(kworld, by_id(L2TP_CMD_TUNNEL_GET, 2), ENODEV);
}

/* --- sockets of the program's own --- */

static struct octets with_socket(uint32_t id, uint32_t fd)
{
	struct octets message = new_tunnel(id, L2TP_ENCAPTYPE_UDP);

	put32(&message, L2TP_ATTR_FD, fd);
	return message;
}

static void bad_descriptors(void **state)
{
	static const int errors[] = { EBADF, ENOTSOCK, EINVAL, EPROTONOSUPPORT, EBUSY };
	struct kernel_world *kworld = *state;
	struct octets message = with_socket(1, 3);

	for (unsigned int i = 0; i < ARRAY_SIZE(errors); i++) {
		kworld->take_errno = errors[i];
		ask(kworld, message, errors[i]);
	}
	put16(&message, L2TP_ATTR_ENCAP_TYPE, 2);
	ask(kworld, message, EINVAL);
	ask(kworld, udp_tunnel(1, 5000), 0);
	ask(kworld, with_socket(1, 3), EEXIST);
	assert_int_equal(kworld->dropped, 0);
}

static void a_programs_own_socket(void **state)
{
	struct kernel_world *kworld = *state;
	struct octets record = reply();

	kworld->socket = (struct kernel_socket){ .cookie = 99, .udp_checksum = true, .local.port = 1701 };
	address_parse("192.0.2.9", &kworld->socket.local.address);
	kworld->socket.peer.address.family = AF_INET;
	ask(kworld, with_socket(1, 3), 0);
	put_tunnel_record(&record, 1, 0);
	put8(&record, L2TP_ATTR_UDP_CSUM, 1);
	put_ports(&record, 1701, 0);
	put_ip(&record, L2TP_ATTR_IP_SADDR, "192.0.2.9");
	put_ip(&record, L2TP_ATTR_IP_DADDR, "0.0.0.0");
	expect_tunnel(kworld, 1, &record);
	/* deleted, it has still been a tunnel's */
	ask(kworld, by_id(L2TP_CMD_TUNNEL_DELETE, 1), 0);
	assert_int_equal(kworld->dropped, 0);
}

/* So that it can be tried again. */
static void a_socket_of_which_no_tunnel_came(void **state)
{
	struct kernel_world *kworld = *state;
	const struct error refused = { .code = ERROR_SYSTEM, .text = "x" };

	kworld->socket = (struct kernel_socket){ .cookie = 99, .local.port = 5000, .peer.port = 6000 };
	address_parse("192.0.2.9", &kworld->socket.local.address);
	address_parse("192.0.2.10", &kworld->socket.peer.address);
	datapath_null_fail(kworld->world->dp, DATAPATH_NULL_TUNNEL_ADD, 0, &refused);
	ask(kworld, with_socket(1, 3), ENOMEM);
	assert_int_equal(kworld->dropped, 99);
	ask(kworld, with_socket(1, 3), 0);
}

static void a_closed_socket_ends_the_tunnel(void **state)
{
	struct kernel_world *kworld = *state;

	join_group(kworld, 1);
	kworld->socket = (struct kernel_socket){ .cookie = 99, .local.address.family = AF_INET,
						 .peer.address.family = AF_INET };
	ask(kworld, with_socket(1, 3), 0);
	assert_true(receive(kworld, 1).length);
	kernel_socket_closed(kworld->kernel, 98, 0);	/* another's */
	ask(kworld, by_id(L2TP_CMD_TUNNEL_MODIFY, 1), 0);
	assert_true(receive(kworld, 1).length);
	kernel_socket_closed(kworld->kernel, 99, 0);
	ask(kworld, by_id(L2TP_CMD_TUNNEL_GET, 1), ENODEV);
	expect_nothing(kworld, 1);
	assert_int_equal(kworld->dropped, 0);
}

static struct octets session_of(uint8_t command, uint32_t tunnel_id, uint32_t id)
{
	struct octets message = request(command, 0);

	put32(&message, L2TP_ATTR_CONN_ID, tunnel_id);
	put32(&message, L2TP_ATTR_SESSION_ID, id);
	put32(&message, L2TP_ATTR_PEER_SESSION_ID, id + 1);
	put16(&message, L2TP_ATTR_PW_TYPE, L2TP_PWTYPE_ETH);
	return message;
}

/* What a program's connected socket shall not get, since the service's tunnel does. */
static void sessions_are_kept_from_the_socket(void **state)
{
	struct kernel_world *kworld = *state;

	kworld->socket = (struct kernel_socket){ .cookie = 99, .local.port = 5000, .peer.port = 6000 };
	address_parse("192.0.2.9", &kworld->socket.local.address);
	address_parse("192.0.2.10", &kworld->socket.peer.address);
	ask(kworld, with_socket(1, 3), 0);
	ask(kworld, session_of(L2TP_CMD_SESSION_CREATE, 1, 10), 0);
	assert_int_equal(kworld->claims, 1);
	assert_int_equal(kworld->claimed, 10);
	ask(kworld, session_of(L2TP_CMD_SESSION_CREATE, 1, 10), EEXIST);
	ask(kworld, session_of(L2TP_CMD_SESSION_CREATE, 1, 11), 0);
	ask(kworld, session_of(L2TP_CMD_SESSION_DELETE, 1, 10), 0);
	assert_int_equal(kworld->claims, 1);
	assert_int_equal(kworld->claimed, 10);
	ask(kworld, by_id(L2TP_CMD_TUNNEL_DELETE, 1), 0);
	assert_int_equal(kworld->claims, 0);
	assert_int_equal(kworld->dropped, 0);
}

/* Nothing is carried for it, so nothing is kept from it. */
static void a_socket_that_is_not_connected(void **state)
{
	struct kernel_world *kworld = *state;

	kworld->socket = (struct kernel_socket){ .cookie = 99, .local.address.family = AF_INET,
						 .peer.address.family = AF_INET };
	ask(kworld, with_socket(1, 3), 0);
	ask(kworld, session_of(L2TP_CMD_SESSION_CREATE, 1, 10), 0);
	assert_int_equal(kworld->claims, 1);
	kworld->socket.local = (struct endpoint){ .address.family = AF_INET, .address.bytes = { 192, 0, 2, 1 },
						  .port = 5000 };
	kworld->socket.peer = (struct endpoint){ .address.family = AF_INET, .address.bytes = { 192, 0, 2, 2 },
						 .port = 5001 };
	kworld->socket.is_connected = true;
	kernel_socket_moved(kworld->kernel, 98, &kworld->socket);	/* another's */
	assert_string_equal(world_tunnel(kworld->world, "kernel-1").config.dest_ipaddr, "0.0.0.0");
	kernel_socket_moved(kworld->kernel, 99, &kworld->socket);
	assert_string_equal(world_tunnel(kworld->world, "kernel-1").config.dest_ipaddr, "192.0.2.2");
}

/* Any negative number is no descriptor, and asks for no addresses either. */
static void negative_descriptors(void **state)
{
	struct kernel_world *kworld = *state;
	struct octets record = reply();

	kworld->take_errno = EBADF;
	kworld->chooses = true;
	ask(kworld, with_socket(1, 0xffffffff), 0);
	assert_int_equal(kworld->wanted.local.address.family, AF_INET);
	put_tunnel_record(&record, 1, 0);
	put8(&record, L2TP_ATTR_UDP_CSUM, 0);
	put_ports(&record, 40000, 0);
	put_ip(&record, L2TP_ATTR_IP_SADDR, "192.0.2.77");
	put_ip(&record, L2TP_ATTR_IP_DADDR, "0.0.0.0");
	expect_tunnel(kworld, 1, &record);
}

/* --- notifications --- */

static void expect_notice(struct kernel_world *kworld, unsigned int client, uint8_t command, uint32_t id)
{
	struct octets notice = said(0, command, 4);	/* the port id is the requester's */

	put_udp_record(&notice, id, 5000);
	expect(kworld, client, &notice);
	expect_nothing(kworld, client);
}

static void every_namespace_hears_of_it(void **state)
{
	static const uint8_t commands[] = { L2TP_CMD_TUNNEL_MODIFY, L2TP_CMD_TUNNEL_DELETE };
	struct kernel_world *kworld = *state;

	join_group(kworld, 1);
	join_group(kworld, 2);
	ask(kworld, udp_tunnel(1, 5000), 0);
	expect_notice(kworld, 1, L2TP_CMD_TUNNEL_CREATE, 1);
	expect_notice(kworld, 2, L2TP_CMD_TUNNEL_CREATE, 1);
	for (unsigned int i = 0; i < ARRAY_SIZE(commands); i++) {
		ask(kworld, by_id(commands[i], 1), 0);
		expect_notice(kworld, 1, commands[i], 1);
		expect_notice(kworld, 2, commands[i], 1);
	}
	/* of what is refused nobody hears, nor who has left */
	ask(kworld, by_id(L2TP_CMD_TUNNEL_DELETE, 1), ENODEV);
	expect_nothing(kworld, 1);
	assert_true(kernel_client_option(kworld->clients[2], NETLINK_DROP_MEMBERSHIP, GROUP_ID));
	ask(kworld, udp_tunnel(1, 5000), 0);
	expect_nothing(kworld, 2);
}

/* Before the acknowledgement. */
static void the_requester_hears_of_it_too(void **state)
{
	struct kernel_world *kworld = *state;
	struct octets message = udp_tunnel(1, 5000), notice = said(0, L2TP_CMD_TUNNEL_CREATE, 4);

	((struct nlmsghdr *)(void *)message.octets)->nlmsg_flags |= NLM_F_ACK;
	join_group(kworld, 0);
	send_by(kworld, 0, &message);
	put_udp_record(&notice, 1, 5000);
	expect(kworld, 0, &notice);
	expect_verdict(kworld, 0, &message, 0);
}

static void a_namespace_goes_silently(void **state)
{
	struct kernel_world *kworld = *state;

	ask_of(kworld, 2, udp_tunnel(1, 5000), 0);
	ask_of(kworld, 2, udp_tunnel(2, 5002), 0);
	ask_of(kworld, 2, session(2, 1, L2TP_PWTYPE_ETH), 0);
	ask(kworld, udp_tunnel(1, 5000), 0);
	join_group(kworld, 1);
	kernel_netns_gone(kworld->kernel, "red", 5);
	kernel_netns_gone(kworld->kernel, "red", 5);
	kernel_netns_gone(kworld->kernel, "blue", 5);
	ask_of(kworld, 2, by_id(L2TP_CMD_TUNNEL_GET, 1), ENODEV);
	assert_int_equal(world_status(kworld->world).tunnels, 1);
	assert_int_equal(world_status(kworld->world).sessions, 0);
	expect_nothing(kworld, 1);
}

static void the_service_keeps_its_tunnels(void **state)
{
	struct kernel_world *kworld = *state;

	ask(kworld, udp_tunnel(1, 5000), 0);
	kernel_client_free(kworld->clients[0]);
	kernel_client_free(NULL);
	kernel_free(NULL);
	ask_of(kworld, 1, udp_tunnel(1, 5000), EEXIST);
}

static const struct CMUnitTest tests[] = {
	TEST(udp_over_ipv4),
	TEST(octet_by_octet),
	TEST(over_ip),
	TEST(ipv6),
	TEST(checksums),
	TEST(the_service_has_it),
	TEST(what_must_be_there),
	TEST(addresses_come_in_pairs),
	TEST(ids_are_the_namespaces),
	TEST(the_sockets_errors_are_told),
	TEST(ports_of_records),
	TEST(zero_is_an_id),
	TEST(any_version_goes),
	TEST(a_tunnel_may_lead_to_itself),
	TEST(what_the_system_chooses_is_told),
	TEST(no_port_of_the_peer),
	TEST(taken_names_and_ids),
	TEST(what_an_administrator_deletes_is_gone),
	TEST(the_services_refusals),
	TEST(bad_descriptors),
	TEST(a_programs_own_socket),
	TEST(a_socket_of_which_no_tunnel_came),
	TEST(a_closed_socket_ends_the_tunnel),
	TEST(sessions_are_kept_from_the_socket),
	TEST(a_socket_that_is_not_connected),
	TEST(negative_descriptors),
	TEST(every_namespace_hears_of_it),
	TEST(the_requester_hears_of_it_too),
	TEST(a_namespace_goes_silently),
	TEST(the_service_keeps_its_tunnels),
};

int main(void)
{
	return cmocka_run_group_tests(tests, NULL, NULL);
}
