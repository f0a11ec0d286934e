/* SPDX-License-Identifier: MIT */
/* Dumps by the kernel's API: in order, in pieces, whatever happens between them. */
#include "kernel_world.h"

static void expect_done(struct kernel_world *kworld, unsigned int client)
{
	struct octets done = begin(NLMSG_DONE, NLM_F_MULTI, PORT_ID + client, 0, 0);	/* four zeros: int 0 */

	expect(kworld, client, &done);
	expect_nothing(kworld, client);
}

/* What this attribute says in each message of a datagram; returns how many messages there are. */
static unsigned int ids_of(const struct octets *datagram, uint16_t type, uint32_t *ids)
{
	unsigned int count = 0;
	struct nlmsghdr header;
	uint16_t attribute[2];

	for (size_t at = 0; at < datagram->length; at += header.nlmsg_len) {
		memcpy(&header, datagram->octets + at, sizeof(header));
		assert_int_equal(header.nlmsg_flags, NLM_F_MULTI);
		assert_int_equal(header.nlmsg_seq, SEQUENCE);
		for (size_t place = at + 20; place < at + header.nlmsg_len; place += (attribute[0] + 3u) & ~3u) {
			memcpy(attribute, datagram->octets + place, sizeof(attribute));
			if (attribute[1] == type)
				memcpy(&ids[count], datagram->octets + place + 4, sizeof(*ids));
		}
		count++;
	}
	return count;
}

static void nothing_there(void **state)
{
	struct octets message = request(L2TP_CMD_TUNNEL_GET, NLM_F_DUMP | NLM_F_ACK);

	send_by(*state, 0, &message);
	expect_done(*state, 0);		/* and no acknowledgement */
	message = request(L2TP_CMD_SESSION_GET, NLM_F_DUMP);
	send_by(*state, 0, &message);
	expect_done(*state, 0);
}

static void tunnels_by_their_ids(void **state)
{
	struct octets message = request(L2TP_CMD_TUNNEL_GET, NLM_F_DUMP);
	struct octets expected = said(0, L2TP_CMD_TUNNEL_GET, NLM_F_MULTI);
	struct octets second = said(0, L2TP_CMD_TUNNEL_GET, NLM_F_MULTI), received;
	struct kernel_world *kworld = *state;

	ask(kworld, udp_tunnel(300, 5300), 0);
	ask(kworld, udp_tunnel(2, 5002), 0);
	ask_of(kworld, 2, udp_tunnel(1, 5001), 0);
	put32(&message, L2TP_ATTR_CONN_ID, 300);	/* filters are ignored, and so is what is wrong with them */
	put_attribute(&message, L2TP_ATTR_PEER_CONN_ID, "", 0);
	send_by(kworld, 0, &message);
	put_udp_record(&expected, 2, 5002);
	finish(&expected);
	put_udp_record(&second, 300, 5300);
	finish(&second);
	put(&expected, second.octets, second.length);
	received = receive(kworld, 0);
	assert_int_equal(received.length, expected.length);
	assert_memory_equal(received.octets, expected.octets, expected.length);
	expect_done(kworld, 0);
}

static void sessions_tunnel_by_tunnel(void **state)
{
	static const uint32_t expected[] = { 5, 70, 6, 9 };
	struct octets message = request(L2TP_CMD_SESSION_GET, NLM_F_DUMP), received;
	struct kernel_world *kworld = *state;
	uint32_t ids[16];

	ask(kworld, udp_tunnel(3, 5003), 0);
	ask(kworld, udp_tunnel(2, 5002), 0);
	ask(kworld, udp_tunnel(1, 5001), 0);
	ask(kworld, session(3, 9, L2TP_PWTYPE_ETH), 0);
	ask(kworld, session(1, 70, L2TP_PWTYPE_ETH), 0);
	ask(kworld, session(1, 5, L2TP_PWTYPE_ETH), 0);
	ask(kworld, session(3, 6, L2TP_PWTYPE_ETH), 0);
	send_by(kworld, 0, &message);
	received = receive(kworld, 0);
	assert_int_equal(ids_of(&received, L2TP_ATTR_SESSION_ID, ids), 4);
	assert_memory_equal(ids, expected, sizeof(expected));
	expect_done(kworld, 0);
}

static void many_come_in_pieces(void **state)
{
	struct octets message = request(L2TP_CMD_TUNNEL_GET, NLM_F_DUMP), received;
	struct kernel_world *kworld = *state;
	unsigned int count, datagrams = 0;
	uint32_t ids[64], next = 1;

	for (uint32_t id = 1; id <= 100; id++)
		ask(kworld, udp_tunnel(id, (uint16_t)(5000 + id)), 0);
	send_by(kworld, 0, &message);
	while (next <= 100) {
		received = receive(kworld, 0);
		assert_in_range(received.length, 1, 4096);
		count = ids_of(&received, L2TP_ATTR_CONN_ID, ids);
		for (unsigned int i = 0; i < count; i++)
			assert_int_equal(ids[i], next++);
		datagrams++;
	}
	assert_in_range(datagrams, 7, 9);
	expect_done(kworld, 0);
}

/* What goes is not told, what comes behind the place is. */
static void objects_come_and_go_meanwhile(void **state)
{
	struct octets message = request(L2TP_CMD_TUNNEL_GET, NLM_F_DUMP), received;
	struct kernel_world *kworld = *state;
	uint32_t ids[64];

	for (uint32_t id = 1; id <= 40; id++)
		ask(kworld, udp_tunnel(id, (uint16_t)(5000 + id)), 0);
	send_by(kworld, 0, &message);
	received = receive(kworld, 0);
	assert_int_equal(ids_of(&received, L2TP_ATTR_CONN_ID, ids), 16);
	for (uint32_t id = 1; id <= 39; id++)
		ask_of(kworld, 1, by_id(L2TP_CMD_TUNNEL_DELETE, id), 0);
	ask_of(kworld, 1, udp_tunnel(3, 5003), 0);
	ask_of(kworld, 1, udp_tunnel(99, 5099), 0);
	received = receive(kworld, 0);
	assert_int_equal(ids_of(&received, L2TP_ATTR_CONN_ID, ids), 2);
	assert_int_equal(ids[0], 40);
	assert_int_equal(ids[1], 99);
	expect_done(kworld, 0);
}

static void one_at_a_time(void **state)
{
	struct octets message = request(L2TP_CMD_TUNNEL_GET, NLM_F_DUMP);
	struct kernel_world *kworld = *state;

	ask(kworld, udp_tunnel(1, 5000), 0);
	send_by(kworld, 0, &message);
	send_by(kworld, 0, &message);
	assert_true(receive(kworld, 0).length > 200);
	expect_verdict(kworld, 0, &message, EBUSY);
	expect_done(kworld, 0);
	send_by(kworld, 0, &message);
	assert_true(receive(kworld, 0).length > 200);
	expect_done(kworld, 0);
}

/* An administrator took them, and the namespace has none any more. */
static void the_last_goes_meanwhile(void **state)
{
	struct octets message = request(L2TP_CMD_SESSION_GET, NLM_F_DUMP);
	struct kernel_world *kworld = *state;

	ask(kworld, udp_tunnel(1, 5000), 0);
	ask(kworld, session(1, 1, L2TP_PWTYPE_ETH), 0);
	send_by(kworld, 0, &message);
	DO(kworld->world, "tunnel delete tunnel_name=kernel-1");
	assert_true(receive(kworld, 0).length > 200);
	expect_done(kworld, 0);
	send_by(kworld, 0, &message);
	expect_done(kworld, 0);
}

static const struct CMUnitTest tests[] = {
	TEST(nothing_there),
	TEST(tunnels_by_their_ids),
	TEST(sessions_tunnel_by_tunnel),
	TEST(many_come_in_pieces),
	TEST(objects_come_and_go_meanwhile),
	TEST(one_at_a_time),
	TEST(the_last_goes_meanwhile),
};

int main(void)
{
	return cmocka_run_group_tests(tests, NULL, NULL);
}
