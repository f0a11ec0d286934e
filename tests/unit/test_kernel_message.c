/* SPDX-License-Identifier: MIT */
/* Framing, privileges, attributes as such, and how programs find the family. */
#include "kernel_world.h"

static void nothing_is_said_with_little(void **state)
{
	struct octets message = request(L2TP_CMD_NOOP, NLM_F_ACK), reply = said(0, L2TP_CMD_NOOP, 0);

	send_by(*state, 0, &message);
	expect(*state, 0, &reply);
	expect_verdict(*state, 0, &message, 0);
	expect_nothing(*state, 0);
	/* not asked for, not acknowledged */
	message = request(L2TP_CMD_NOOP, 0);
	send_by(*state, 0, &message);
	expect(*state, 0, &reply);
	expect_nothing(*state, 0);
}

/* The reply octet by octet, as a kernel's was, but for family and group. */
static void the_family_is_found_by_name(void **state)
{
	static const uint8_t head[] = {
		0x14, 0x01, 0, 0, 0x10, 0, 0, 0, SEQUENCE, 0, 0, 0, 0x92, 0x10, 0, 0, 1, 2, 0, 0,
		9, 0, 2, 0, 'l', '2', 't', 'p', 0, 0, 0, 0, 6, 0, 1, 0, 0xf0, 3, 0, 0,
		8, 0, 3, 0, 1, 0, 0, 0, 8, 0, 4, 0, 0, 0, 0, 0, 8, 0, 5, 0, 35, 0, 0, 0, 0xb8, 0, 6, 0,
		20, 0, 1, 0, 8, 0, 1, 0, 0, 0, 0, 0, 8, 0, 2, 0, 0x0a, 0, 0, 0,
		20, 0, 2, 0, 8, 0, 1, 0, 1, 0, 0, 0, 8, 0, 2, 0, 0x1a, 0, 0, 0,
		20, 0, 3, 0, 8, 0, 1, 0, 2, 0, 0, 0, 8, 0, 2, 0, 0x1a, 0, 0, 0,
		20, 0, 4, 0, 8, 0, 1, 0, 3, 0, 0, 0, 8, 0, 2, 0, 0x1a, 0, 0, 0,
		20, 0, 5, 0, 8, 0, 1, 0, 4, 0, 0, 0, 8, 0, 2, 0, 0x1e, 0, 0, 0,
		20, 0, 6, 0, 8, 0, 1, 0, 5, 0, 0, 0, 8, 0, 2, 0, 0x1a, 0, 0, 0,
		20, 0, 7, 0, 8, 0, 1, 0, 6, 0, 0, 0, 8, 0, 2, 0, 0x1a, 0, 0, 0,
		20, 0, 8, 0, 8, 0, 1, 0, 7, 0, 0, 0, 8, 0, 2, 0, 0x1a, 0, 0, 0,
		20, 0, 9, 0, 8, 0, 1, 0, 8, 0, 0, 0, 8, 0, 2, 0, 0x1e, 0, 0, 0,
		0x1c, 0, 7, 0, 0x18, 0, 1, 0, 8, 0, 2, 0, GROUP_ID, 0, 0, 0, 9, 0, 1, 0, 'l', '2', 't', 'p', 0, 0, 0, 0,
	};
	struct octets message = begin(GENL_ID_CTRL, NLM_F_REQUEST, 0, CTRL_CMD_GETFAMILY, 1), received;
	struct kernel_world *kworld = *state;

	kworld->caller.admin = false;
	put_text(&message, CTRL_ATTR_FAMILY_NAME, "l2tp");
	send_by(kworld, 0, &message);
	received = receive(kworld, 0);
	assert_int_equal(received.length, 0x114);
	assert_int_equal(sizeof(head), 0x114);
	assert_memory_equal(received.octets, head, sizeof(head));
	expect_nothing(kworld, 0);
}

static void the_family_is_found_by_number(void **state)
{
	struct octets message = begin(GENL_ID_CTRL, NLM_F_REQUEST | NLM_F_ACK, 0, CTRL_CMD_GETFAMILY, 1), received;
	struct kernel_world *kworld = *state;

	put16(&message, CTRL_ATTR_FAMILY_ID, FAMILY_ID);
	send_by(kworld, 0, &message);
	received = receive(kworld, 0);
	assert_memory_equal(received.octets + 24, "l2tp", 5);
	expect_verdict(kworld, 0, &message, 0);
	/* the name counts where there are both */
	put_text(&message, CTRL_ATTR_FAMILY_NAME, "taskstats");
	send_by(kworld, 0, &message);
	expect_nothing(kworld, 0);
	assert_int_equal(kworld->forwarded.length, message.length);
}

static void what_is_for_others_is_forwarded(void **state)
{
	struct octets message = begin(GENL_ID_CTRL, NLM_F_REQUEST | NLM_F_ACK, 0, CTRL_CMD_GETFAMILY, 1), two = { 0 };
	struct kernel_world *kworld = *state;

	put_text(&message, CTRL_ATTR_FAMILY_NAME, "nlctrl");
	finish(&message);
	put(&two, message.octets, message.length);
	message = request(L2TP_CMD_NOOP, NLM_F_ACK);
	finish(&message);
	put(&two, message.octets, message.length);
	kernel_client_request(kworld->clients[0], &kworld->caller, two.octets, two.length, 0);
	assert_int_equal(kworld->forwarded.length, two.length - message.length);
	assert_memory_equal(kworld->forwarded.octets, two.octets, kworld->forwarded.length);
	/* and the second of the two is answered */
	assert_int_equal(receive(kworld, 0).length, 20);
	expect_verdict(kworld, 0, &message, 0);
	/* what comes back goes to the program as it is */
	kernel_client_forwarded(kworld->clients[0], two.octets, 40);
	assert_int_equal(receive(kworld, 0).length, 40);
}

static void the_family_is_in_the_list_of_all(void **state)
{
	struct octets message = begin(GENL_ID_CTRL, NLM_F_REQUEST | NLM_F_DUMP, 0, CTRL_CMD_GETFAMILY, 1), received;
	struct octets other = begin(GENL_ID_CTRL, NLM_F_MULTI, PORT_ID, CTRL_CMD_NEWFAMILY, 2);
	struct octets done = begin(NLMSG_DONE, NLM_F_MULTI, PORT_ID, 0, 0);
	struct kernel_world *kworld = *state;
	struct nlmsghdr header;

	finish(&done);
	kernel_client_forwarded(kworld->clients[0], done.octets, done.length);	/* of something else */
	expect(kworld, 0, &done);
	send_by(kworld, 0, &message);
	assert_int_equal(kworld->forwarded.length, message.length);
	finish(&other);
	kernel_client_forwarded(kworld->clients[0], other.octets, other.length);
	expect(kworld, 0, &other);
	kernel_client_forwarded(kworld->clients[0], done.octets, done.length);
	received = receive(kworld, 0);
	memcpy(&header, received.octets, sizeof(header));
	assert_int_equal(header.nlmsg_flags, NLM_F_MULTI);
	assert_int_equal(header.nlmsg_seq, SEQUENCE);
	assert_memory_equal(received.octets + 24, "l2tp", 5);
	expect(kworld, 0, &done);
	/* once */
	kernel_client_forwarded(kworld->clients[0], done.octets, done.length);
	expect(kworld, 0, &done);
	expect_nothing(kworld, 0);
}

static void errors_have_the_request(void **state)
{
	struct octets message = by_id(L2TP_CMD_TUNNEL_GET, 7), expected;
	struct kernel_world *kworld = *state;

	send_by(kworld, 0, &message);
	expect_verdict(kworld, 0, &message, ENODEV);
	/* unless the program wants it shorter; the proxy socket is told, too */
	assert_false(kernel_client_option(kworld->clients[0], NETLINK_CAP_ACK, 1));
	send_by(kworld, 0, &message);
	expected = verdict(0, &message, ENODEV, true);
	expect(kworld, 0, &expected);
	expect_nothing(kworld, 0);
}

/* Reasons go behind the request; these are a kernel's octets. */
static void reasons_are_told_who_wants_them(void **state)
{
	static const uint8_t too_short[] = {
		0x84, 0, 0, 0, 2, 0, 0, 2, SEQUENCE, 0, 0, 0, 0x92, 0x10, 0, 0, 0xde, 0xff, 0xff, 0xff,
		0x1c, 0, 0, 0, 0xf0, 3, 1, 0, SEQUENCE, 0, 0, 0, 0, 0, 0, 0, 4, 1, 0, 0, 5, 0, 9, 0, 1, 0, 0, 0,
		0x27, 0, 1, 0, 'A', 't', 't', 'r', 'i', 'b', 'u', 't', 'e', ' ', 'f', 'a', 'i', 'l', 'e', 'd', ' ',
		'p', 'o', 'l', 'i', 'c', 'y', ' ', 'v', 'a', 'l', 'i', 'd', 'a', 't', 'i', 'o', 'n', 0, 0,
		8, 0, 2, 0, 20, 0, 0, 0, 0x24, 0, 4, 0x80, 12, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		12, 0, 5, 0, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 8, 0, 1, 0, 4, 0, 0, 0,
	};
	struct octets message = request(L2TP_CMD_TUNNEL_GET, 0), received;
	struct kernel_world *kworld = *state;

	assert_false(kernel_client_option(kworld->clients[0], NETLINK_EXT_ACK, 1));
	put8(&message, L2TP_ATTR_CONN_ID, 1);
	send_by(kworld, 0, &message);
	received = receive(kworld, 0);
	assert_int_equal(received.length, sizeof(too_short));
	assert_memory_equal(received.octets, too_short, sizeof(too_short));
	/* with less of the request, the same */
	assert_false(kernel_client_option(kworld->clients[0], NETLINK_CAP_ACK, 1));
	send_by(kworld, 0, &message);
	received = receive(kworld, 0);
	assert_int_equal(received.length, sizeof(too_short) - 12);
	assert_int_equal(received.octets[7], 3);
	assert_memory_equal(received.octets + 36, too_short + 48, sizeof(too_short) - 48);
	/* there are none where only the errno is known */
	message = by_id(L2TP_CMD_TUNNEL_GET, 1);
	send_by(kworld, 0, &message);
	assert_int_equal(receive(kworld, 0).length, 36);
}

/* It is a reason, and no error. */
static void a_tail_is_told_of(void **state)
{
	static const char text[] = "bytes leftover after parsing attributes";
	struct octets message = request(L2TP_CMD_NOOP, NLM_F_ACK), received;
	struct kernel_world *kworld = *state;

	assert_false(kernel_client_option(kworld->clients[0], NETLINK_EXT_ACK, 1));
	put(&message, "\x07\0\x09", 3);
	send_by(kworld, 0, &message);
	assert_int_equal(receive(kworld, 0).length, 20);
	received = receive(kworld, 0);
	assert_int_equal(received.length, 36 + 4 + sizeof(text));
	assert_memory_equal(received.octets + 40, text, sizeof(text));
}

static void strictness_has_a_reason(void **state)
{
	struct octets message = request(9, NLM_F_EXCL), received;
	struct kernel_world *kworld = *state;

	assert_false(kernel_client_option(kworld->clients[0], NETLINK_EXT_ACK, 1));
	send_by(kworld, 0, &message);
	received = receive(kworld, 0);
	assert_string_equal((const char *)received.octets + 44, "ambiguous or reserved bits set in nlmsg_flags");
	message = request(9, 0);
	message.octets[18] = 1;
	send_by(kworld, 0, &message);
	received = receive(kworld, 0);
	assert_string_equal((const char *)received.octets + 44, "genlmsghdr.reserved field is not 0");
}

static void what_is_no_request_is_skipped(void **state)
{
	struct octets message = begin(FAMILY_ID, NLM_F_ACK, 0, L2TP_CMD_TUNNEL_GET, 1);
	struct kernel_world *kworld = *state;

	send_by(kworld, 0, &message);
	expect_verdict(kworld, 0, &message, 0);
	message = begin(NLMSG_NOOP, NLM_F_REQUEST | NLM_F_ACK, 0, 0, 0);
	send_by(kworld, 0, &message);
	expect_verdict(kworld, 0, &message, 0);
	message = begin(FAMILY_ID, 0, 0, L2TP_CMD_TUNNEL_GET, 1);
	send_by(kworld, 0, &message);
	expect_nothing(kworld, 0);
}

static void lengths_that_lie_end_the_reading(void **state)
{
	struct octets message = request(L2TP_CMD_NOOP, NLM_F_ACK);
	struct kernel_world *kworld = *state;

	finish(&message);
	kernel_client_request(kworld->clients[0], &kworld->caller, message.octets, message.length - 1, 0);
	kernel_client_request(kworld->clients[0], &kworld->caller, message.octets, 15, 0);
	kernel_client_request(kworld->clients[0], &kworld->caller, message.octets, 0, 0);
	message.octets[0] = 15;
	kernel_client_request(kworld->clients[0], &kworld->caller, message.octets, message.length, 0);
	expect_nothing(kworld, 0);
	/* no room for a command */
	message.length = 16;
	ask(kworld, message, EINVAL);
}

static void only_administrators_may(void **state)
{
	struct octets message = request(L2TP_CMD_NOOP, 0);
	struct kernel_world *kworld = *state;

	kworld->caller.admin = false;
	for (uint8_t command = L2TP_CMD_TUNNEL_CREATE; command <= L2TP_CMD_MAX; command++)
		ask(kworld, request(command, 0), EPERM);
	ask(kworld, request(L2TP_CMD_TUNNEL_GET, NLM_F_DUMP), EPERM);
	ask(kworld, request(L2TP_CMD_SESSION_GET, NLM_F_DUMP), EPERM);
	send_by(kworld, 0, &message);
	assert_int_equal(receive(kworld, 0).length, 20);
}

static void unknown_commands(void **state)
{
	struct octets message = request(9, 0);
	struct kernel_world *kworld = *state;

	ask(kworld, message, EOPNOTSUPP);
	message.octets[18] = 1;		/* reserved octets matter where there never was a command */
	ask(kworld, message, EINVAL);
	ask(kworld, request(9, NLM_F_EXCL), EINVAL);
	ask(kworld, request(9, NLM_F_DUMP), EOPNOTSUPP);
	/* no dump of these, before privileges are looked at */
	kworld->caller.admin = false;
	for (uint8_t command = L2TP_CMD_NOOP; command <= L2TP_CMD_MAX; command++) {
		if (command != L2TP_CMD_TUNNEL_GET && command != L2TP_CMD_SESSION_GET)
			ask(kworld, request(command, NLM_F_DUMP), EOPNOTSUPP);
	}
}

static void versions_and_reserved_octets_do_not_matter(void **state)
{
	struct octets message = by_id(L2TP_CMD_TUNNEL_GET, 1);

	message.octets[17] = 77;
	message.octets[18] = message.octets[19] = 0xff;
	ask(*state, message, ENODEV);
}

static void numbers_may_be_too_long_but_not_too_short(void **state)
{
	static const struct { uint16_t type, size; } numbers[] = {
		{ 1, 2 }, { 2, 2 }, { 3, 2 }, { 4, 1 }, { 5, 1 }, { 6, 1 }, { 7, 1 }, { 9, 4 }, { 10, 4 }, { 11, 4 },
		{ 12, 4 }, { 13, 1 }, { 14, 2 }, { 17, 4 }, { 18, 1 }, { 19, 1 }, { 20, 1 }, { 21, 1 }, { 22, 8 },
		{ 23, 4 }, { 24, 4 }, { 25, 4 }, { 26, 2 }, { 27, 2 }, { 28, 2 }, { 29, 2 },
	};
	struct octets message;

	for (unsigned int i = 0; i < ARRAY_SIZE(numbers); i++) {
		message = by_id(L2TP_CMD_TUNNEL_GET, 1);
		put_attribute(&message, numbers[i].type, "1234567", (size_t)numbers[i].size - 1);
		ask(*state, message, ERANGE);
		message = by_id(L2TP_CMD_TUNNEL_GET, 1);
		put_attribute(&message, numbers[i].type, "12345678901", (size_t)numbers[i].size + 2);
		ask(*state, message, ENODEV);
	}
}

static void octets_may_be_too_short_but_not_too_long(void **state)
{
	static const struct { uint16_t type, size; } limits[] = { { 15, 8 }, { 16, 8 }, { 31, 16 }, { 32, 16 } };
	struct octets message;

	for (unsigned int i = 0; i < ARRAY_SIZE(limits); i++) {
		message = by_id(L2TP_CMD_TUNNEL_GET, 1);
		put_attribute(&message, limits[i].type, "12345678901234567", (size_t)limits[i].size + 1);
		ask(*state, message, ERANGE);
		message = by_id(L2TP_CMD_TUNNEL_GET, 1);
		put_attribute(&message, limits[i].type, "", 0);
		ask(*state, message, ENODEV);
	}
}

static void names_end_with_a_nul(void **state)
{
	static const struct { const char *octets; size_t length; int error; } names[] = {
		{ "", 0, EINVAL }, { "abc", 3, EINVAL }, { "1234567890123456", 16, EINVAL },
		{ "1234567890123456", 17, EINVAL }, { "123456789012345", 16, ENODEV }, { "a\0b", 3, ENODEV },
		{ "a\0b4567890123456", 16, ERANGE }, { "a\0b456789012345", 16, ENODEV },
		{ "a\0b4567890123456", 17, ERANGE },
	};
	struct octets message;

	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++) {
		message = by_id(L2TP_CMD_TUNNEL_GET, 1);
		put_attribute(&message, L2TP_ATTR_IFNAME, names[i].octets, names[i].length);
		ask(*state, message, names[i].error);
	}
}

static void other_attributes_do_not_matter(void **state)
{
	struct octets message = request(L2TP_CMD_TUNNEL_GET, 0);

	put_attribute(&message, 0, "", 0);
	put_attribute(&message, 36, "abc", 3);
	put_attribute(&message, 0x3fff, "abc", 3);
	put_attribute(&message, L2TP_ATTR_UDP_ZERO_CSUM6_TX, "abc", 3);
	put_attribute(&message, L2TP_ATTR_PAD, "abc", 3);
	put_attribute(&message, L2TP_ATTR_STATS, "", 0);
	ask(*state, message, EINVAL);			/* which tunnel? */
	put32(&message, L2TP_ATTR_CONN_ID | NLA_F_NESTED, 1);
	ask(*state, message, ENODEV);
	put(&message, "\x03\0\0", 4);			/* no attribute is so short: the rest is skipped */
	ask(*state, message, ENODEV);
	put_attribute(&message, L2TP_ATTR_PW_TYPE, "", 0);
	ask(*state, message, ENODEV);
	message = by_id(L2TP_CMD_TUNNEL_GET, 1);
	put_attribute(&message, L2TP_ATTR_STATS, "abc", 3);
	ask(*state, message, ERANGE);
}

static void the_last_of_several_counts(void **state)
{
	struct octets message = by_id(L2TP_CMD_TUNNEL_GET, 5);

	ask(*state, udp_tunnel(4, 5000), 0);
	ask(*state, message, ENODEV);
	put32(&message, L2TP_ATTR_CONN_ID, 4);
	send_by(*state, 0, &message);
	assert_true(receive(*state, 0).length > 100);
}

/* A request that does not end at a multiple of 4 octets. */
static void a_tail_is_no_attribute(void **state)
{
	struct octets message = by_id(L2TP_CMD_TUNNEL_GET, 1);
	struct kernel_world *kworld = *state;

	put(&message, "\x07\0\x09", 3);
	send_by(kworld, 0, &message);
	expect_verdict(kworld, 0, &message, ENODEV);
	expect_nothing(kworld, 0);
}

static void who_does_not_read_loses(void **state)
{
	struct octets message = request(L2TP_CMD_NOOP, 0);
	struct kernel_world *kworld = *state;
	unsigned int count = 0;

	for (unsigned int i = 0; i < KERNEL_QUEUE_MAX / 20 + 5; i++)
		send_by(kworld, 0, &message);
	while (receive(kworld, 0).length)
		count++;
	assert_int_equal(count, KERNEL_QUEUE_MAX / 20);
	assert_int_equal(kworld->wakes, count);
	send_by(kworld, 0, &message);
	assert_int_equal(receive(kworld, 0).length, 20);
}

static void other_groups_are_the_real_kernels(void **state)
{
	struct kernel_world *kworld = *state;

	assert_false(kernel_client_option(kworld->clients[0], NETLINK_ADD_MEMBERSHIP, GROUP_ID + 1));
	assert_true(kernel_client_option(kworld->clients[0], NETLINK_DROP_MEMBERSHIP, GROUP_ID));
}

/* --- the controller: the family's policy --- */

static struct octets policy_request(uint16_t flags)
{
	return begin(GENL_ID_CTRL, NLM_F_REQUEST | flags, 0, CTRL_CMD_GETPOLICY, 1);
}

static unsigned int count_messages(const struct octets *datagram)
{
	unsigned int count = 0;
	uint32_t length;

	for (size_t at = 0; at < datagram->length; at += length, count++)
		memcpy(&length, datagram->octets + at, sizeof(length));
	return count;
}

static void policy(void **state)
{
	struct octets message = policy_request(NLM_F_DUMP), received;
	struct kernel_world *kworld = *state;
	uint16_t family;

	put16(&message, CTRL_ATTR_FAMILY_ID, FAMILY_ID);
	send_by(kworld, 0, &message);
	received = receive(kworld, 0);
	assert_int_equal(count_messages(&received), 9 + 32);	/* commands, attributes */
	memcpy(&family, received.octets + 24, sizeof(family));
	assert_int_equal(family, FAMILY_ID);
	assert_int_equal(receive(kworld, 0).length, 20);	/* done */
	message = policy_request(NLM_F_DUMP);
	put_text(&message, CTRL_ATTR_FAMILY_NAME, "l2tp");
	put32(&message, CTRL_ATTR_OP, L2TP_CMD_SESSION_CREATE);
	send_by(kworld, 0, &message);
	received = receive(kworld, 0);
	assert_int_equal(count_messages(&received), 1 + 32);
	assert_int_equal(receive(kworld, 0).length, 20);
	assert_int_equal(kworld->forwarded.length, 0);
}

static void policy_of_no_command(void **state)
{
	struct octets message = policy_request(NLM_F_DUMP);
	struct kernel_world *kworld = *state;

	put16(&message, CTRL_ATTR_FAMILY_ID, FAMILY_ID);
	put32(&message, CTRL_ATTR_OP, L2TP_CMD_MAX + 1);
	send_by(kworld, 0, &message);
	expect_verdict(kworld, 0, &message, ENOENT);
}

/* What is not this family's, or what the controller would refuse, is the controller's. */
static void policy_of_others(void **state)
{
	struct kernel_world *kworld = *state;
	struct octets messages[4] = { policy_request(0), policy_request(NLM_F_DUMP), policy_request(NLM_F_DUMP),
				      policy_request(NLM_F_DUMP) };

	put16(&messages[0], CTRL_ATTR_FAMILY_ID, FAMILY_ID);
	put_text(&messages[1], CTRL_ATTR_FAMILY_NAME, "nlctrl");
	put_text(&messages[2], CTRL_ATTR_FAMILY_NAME, "l2tp");
	put16(&messages[2], CTRL_ATTR_OP, L2TP_CMD_NOOP);
	put16(&messages[3], CTRL_ATTR_FAMILY_ID, FAMILY_ID + 1);
	put_text(&messages[3], CTRL_ATTR_FAMILY_NAME, "l2tp");
	for (size_t i = 0; i < ARRAY_SIZE(messages); i++) {
		kworld->forwarded.length = 0;
		send_by(kworld, 0, &messages[i]);
		assert_int_equal(kworld->forwarded.length, messages[i].length);
		expect_nothing(kworld, 0);
	}
}

static const struct CMUnitTest tests[] = {
	TEST(nothing_is_said_with_little),
	TEST(the_family_is_found_by_name),
	TEST(the_family_is_found_by_number),
	TEST(what_is_for_others_is_forwarded),
	TEST(the_family_is_in_the_list_of_all),
	TEST(errors_have_the_request),
	TEST(reasons_are_told_who_wants_them),
	TEST(a_tail_is_told_of),
	TEST(strictness_has_a_reason),
	TEST(what_is_no_request_is_skipped),
	TEST(lengths_that_lie_end_the_reading),
	TEST(only_administrators_may),
	TEST(unknown_commands),
	TEST(versions_and_reserved_octets_do_not_matter),
	TEST(numbers_may_be_too_long_but_not_too_short),
	TEST(octets_may_be_too_short_but_not_too_long),
	TEST(names_end_with_a_nul),
	TEST(other_attributes_do_not_matter),
	TEST(the_last_of_several_counts),
	TEST(a_tail_is_no_attribute),
	TEST(who_does_not_read_loses),
	TEST(other_groups_are_the_real_kernels),
	TEST(policy),
	TEST(policy_of_no_command),
	TEST(policy_of_others),
};

int main(void)
{
	return cmocka_run_group_tests(tests, NULL, NULL);
}
