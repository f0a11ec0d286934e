/* SPDX-License-Identifier: MIT */
/*
 * What is wrong, or odd, on the wire, and what becomes of it: nothing but what the RFC says.  Each packet comes to an
 * engine with an established tunnel, 0x1111, in which a session, 0x0a0a, waits to be connected.
 */
#include <stdlib.h>

#include "control_world.h"

#define TUNNEL_ID 0x1111
#define SESSION_ID 0x0a0a

enum outcome {
	DROPPED,	/* as if it had not come */
	ACCEPTED,	/* a request like others */
	REFUSED,	/* a request: StopCCN with result and error */
	UNTOLD,		/* refused, and the sender's id cannot be read */
	UNREADABLE,	/* hidden: the owner is asked for the secret, which does not fit */
	STOPPED,	/* the tunnel goes, with result and error */
	IGNORED,	/* acknowledged, and that is all */
	CALL_UP,
};

static const struct packet {
	const char *name, *octets;
	enum outcome outcome;
	uint16_t result, error;
} packets[] = {
	{ "empty_datagram", "", DROPPED, 0, 0 },
	{ "one_octet", "c8", DROPPED, 0, 0 },
	{ "ver_1_l2f",
	  "c8010035000000000000000080080000000000018008000000020100800a000000030000000380070000000768800800"
	  "0000090001", DROPPED, 0, 0 },
	{ "ver_0",
	  "c8000035000000000000000080080000000000018008000000020100800a000000030000000380070000000768800800"
	  "0000090001", DROPPED, 0, 0 },
	{ "ver_15",
	  "c80f0035000000000000000080080000000000018008000000020100800a000000030000000380070000000768800800"
	  "0000090001", DROPPED, 0, 0 },
	{ "control_without_L",
	  "88020035000000000000000080080000000000018008000000020100800a000000030000000380070000000768800800"
	  "0000090001", DROPPED, 0, 0 },
	{ "control_without_S",
	  "c0020035000000000000000080080000000000018008000000020100800a000000030000000380070000000768800800"
	  "0000090001", DROPPED, 0, 0 },
	{ "control_with_O",
	  "ca020035000000000000000080080000000000018008000000020100800a000000030000000380070000000768800800"
	  "0000090001", DROPPED, 0, 0 },
	{ "control_reserved_bits_set",
	  "f8320035000000000000000080080000000000018008000000020100800a000000030000000380070000000768800800"
	  "0000090001", ACCEPTED, 0, 0 },
	{ "length_gt_datagram",
	  "c8020036000000000000000080080000000000018008000000020100800a000000030000000380070000000768800800"
	  "0000090001", DROPPED, 0, 0 },
	{ "length_lt_datagram_trailing_junk",
	  "c8020035000000000000000080080000000000018008000000020100800a000000030000000380070000000768800800"
	  "00000900014a554e4b", ACCEPTED, 0, 0 },
	{ "length_8",
	  "c8020008000000000000000080080000000000018008000000020100800a000000030000000380070000000768800800"
	  "0000090001", DROPPED, 0, 0 },
	{ "avp_len_5", "c802001a00000000000000008008000000000001800500000007", DROPPED, 0, 0 },
	{ "avp_len_0", "c802001a00000000000000008008000000000001800000000007", DROPPED, 0, 0 },
	{ "avp_overruns_message", "c802001a0000000000000000800800000000000183ff00000007", DROPPED, 0, 0 },
	{ "avp_header_truncated", "c802001700000000000000008008000000000001800800", DROPPED, 0, 0 },
	{ "first_avp_not_message_type", "c802001b0000000000000000800700000007688008000000000001", DROPPED, 0, 0 },
	{ "message_type_hidden",
	  "c802002a0000000000000000801600000024101112131415161718191a1b1c1d1e1fc008000000000001", DROPPED, 0, 0 },
	{ "message_type_len_9", "c80200150000000000000000800900000000000100", DROPPED, 0, 0 },
	{ "unknown_message_99_M1", "c802001411110000000000008008000000000063", STOPPED, 2, 8 },
	{ "unknown_message_99_M0", "c802001411110000000000000008000000000063", IGNORED, 0, 0 },
	{ "sccrq_unknown_avp_M0",
	  "c802003c000000000000000080080000000000018008000000020100800a000000030000000380070000000768800800"
	  "00000900010007000003e778", ACCEPTED, 0, 0 },
	{ "sccrq_unknown_avp_M1",
	  "c802003c000000000000000080080000000000018008000000020100800a000000030000000380070000000768800800"
	  "00000900018007000003e778", REFUSED, 2, 8 },
	{ "sccrq_vendor9_avp_M1",
	  "c802003c000000000000000080080000000000018008000000020100800a000000030000000380070000000768800800"
	  "000009000180070009000178", REFUSED, 2, 8 },
	{ "sccrq_reserved_avp_bit_M0",
	  "c802003d000000000000000080080000000000018008000000020100800a000000030000000380070000000768800800"
	  "00000900012008000000060001", ACCEPTED, 0, 0 },
	{ "sccrq_tunnel_id_zero",
	  "c8020035000000000000000080080000000000018008000000020100800a000000030000000380070000000768800800"
	  "0000090000", UNTOLD, 0, 0 },
	{ "sccrq_window_zero",
	  "c802003d000000000000000080080000000000018008000000020100800a000000030000000380070000000768800800"
	  "000009000180080000000a0000", REFUSED, 2, 3 },
	{ "sccrq_missing_host_name",
	  "c802002e000000000000000080080000000000018008000000020100800a0000"
	  "0003000000038008000000090001", REFUSED, 2, 3 },
	{ "sccrq_empty_host_name",
	  "c8020034000000000000000080080000000000018008000000020100800a000000030000000380060000000780080000"
	  "00090001", REFUSED, 2, 2 },
	{ "sccrq_empty_challenge",
	  "c802003b000000000000000080080000000000018008000000020100800a000000030000000380070000000768800800"
	  "000009000180060000000b", REFUSED, 2, 2 },
	{ "hidden_without_random_vector",
	  "c8020037000000000000000080080000000000018008000000020100800a000000030000000380070000000768c00a00"
	  "00000973bbdc99", UNTOLD, 0, 0 },
	{ "hidden_random_vector_after",
	  "c802004d000000000000000080080000000000018008000000020100800a000000030000000380070000000768c00a00"
	  "00000973bbdc99801600000024101112131415161718191a1b1c1d1e1f", UNTOLD, 0, 0 },
	{ "hidden_inner_length_too_big",
	  "c802004d000000000000000080080000000000018008000000020100800a000000030000000380070000000768801600"
	  "000024101112131415161718191a1b1c1d1e1fc00a000000098c46dc99", UNREADABLE, 0, 0 },
	{ "hidden_value_one_octet",
	  "c802004a000000000000000080080000000000018008000000020100800a000000030000000380070000000768801600"
	  "000024101112131415161718191a1b1c1d1e1fc0070000000900", UNREADABLE, 0, 0 },
	{ "rx_speed_len_8_M0_in_iccn",
	  "c802003011110a0a00030002800800000000000c800a0000001800000001800a"
	  "00000013000000010008000000260001", CALL_UP, 0, 0 },
	{ "data_S_truncated", "080211110a0a0000", DROPPED, 0, 0 },
	{ "data_offset_overrun", "020211110a0a0fff", DROPPED, 0, 0 },
	{ "data_empty_payload", "000211110a0a", DROPPED, 0, 0 },
	{ "data_session_zero", "000211110000ff03c021", DROPPED, 0, 0 },
	{ "ip115_v3_short", "000000", DROPPED, 0, 0 },
	{ "ip115_v3_control_zero_only", "00000000", DROPPED, 0, 0 },
	{ "ip115_v3_ver2",
	  "00000000c8020035000000000000000080080000000000018008000000020100800a0000000300000003800700000007"
	  "688008000000090001", DROPPED, 0, 0 },
	{ "udp_v3_data_short", "000300000000", DROPPED, 0, 0 },
	{ "udp_v3_ccid_zero_hello", "c803001400000000000000008008000000000006", DROPPED, 0, 0 },
	{ "udp_v3_zlb", "c803000c1122334400010001", DROPPED, 0, 0 },
	{ "udp_v3_digest_wrong_type_7",
	  "c803002b1122334400010001800800000000000680170000003b0700000000000000000000000000000000", DROPPED, 0, 0 },
	{ "udp_v3_digest_not_second",
	  "c8030032000000000000000080080000000000018007000000076880170000003b000000000000000000000000000000"
	  "0000", DROPPED, 0, 0 },
	/* The different datagrams of tcpdump's l2tp-avp-overflow.pcap, which crashed it: no S bit, and a Length beyond
	 * their end.  Then the same with an S bit, and with a Length that is right, too. */
	{ "captured_overflow_0", "f00202020230080808080000ee230530", DROPPED, 0, 0 },
	{ "captured_overflow_1", "f0020202023008080808000000303030", DROPPED, 0, 0 },
	{ "captured_overflow_2", "f0020202023008080808000000230530", DROPPED, 0, 0 },
	{ "captured_overflow_5", "302b000030111f517f0000e57f008001", DROPPED, 0, 0 },
	{ "captured_overflow_18", "f0020202023008080808000100230530", DROPPED, 0, 0 },
	{ "captured_overflow_19", "f0020202023008080808008006a519e8", DROPPED, 0, 0 },
	{ "overflow_with_numbers", "f8020202023008080808000000230530", DROPPED, 0, 0 },
	{ "overflow_that_fits", "f8020010000008080000000000230530", DROPPED, 0, 0 },
	{ "overflow_in_the_tunnel", "f8020010111108080002000300230530", DROPPED, 0, 0 },
};

static struct world world;

static void begin(void)
{
	world_begin(&world);
	assert_int_equal(control_open(world.control, &world.path, TUNNEL_ID, &world.settings, NULL, &world.tunnel,
				      world.now, NULL), 0);
	world_take(&world);
	world_say(&world, 0, MESSAGE_SCCRP);
	world.undecided = true;
	world_say(&world, 0, MESSAGE_ICRQ);
	world.undecided = false;
	assert_int_equal(control_call_accept(world.control, world.call, SESSION_ID, &world.call_settings, NULL,
					     world.now, NULL), 0);
	world_take(&world);
	world_forget(&world);
}

/* Hexadecimal digits; what is for the tunnel has the numbers of the moment. */
static size_t read_packet(const struct packet *packet, uint8_t *octets)
{
	size_t length = strlen(packet->octets) / 2;

	for (size_t i = 0; i < length; i++) {
		unsigned int octet;

		assert_int_equal(sscanf(packet->octets + 2 * i, "%2x", &octet), 1);
		octets[i] = (uint8_t)octet;
	}
	if (length >= CONTROL_HEADER_LENGTH && octets[0] == 0xc8 && octets[1] == 2 && octets[4]) {
		octets[8] = (uint8_t)(world.ns >> 8);
		octets[9] = (uint8_t)world.ns;
		octets[10] = (uint8_t)(world.nr >> 8);
		octets[11] = (uint8_t)world.nr;
	}
	return length;
}

static void assert_untouched(void)
{
	struct control_tunnel_info info;

	assert_sends_nothing(&world);
	assert_told_nothing(&world);
	assert_int_equal(control_tunnel_info(world.control, world.tunnel, &info), 0);
	assert_int_equal(info.state, CONTROL_TUNNEL_ESTABLISHED);
	assert_int_equal(info.nr, world.ns);
	assert_int_equal(info.calls, 1);
	assert_int_equal(world_counters(&world).half_open, 0);
}

static void assert_outcome(const struct packet *packet)
{
	switch (packet->outcome) {
	case DROPPED:
		assert_int_equal(world_counters(&world).malformed + world_counters(&world).wrong_version +
				 world_counters(&world).unknown_tunnel, 1);
		assert_int_equal(world.sent_count, 0);
		break;
	case ACCEPTED:
		assert_told(&world, CONTROL_EVENT_REQUEST);
		assert_sends(&world, MESSAGE_SCCRP);
		return;
	case REFUSED:
		assert_sends_result(&world, MESSAGE_STOPCCN, packet->result, packet->error);
		break;
	case UNTOLD:
		assert_int_equal(world_counters(&world).messages_bad[MESSAGE_SCCRQ], 1);
		break;
	case UNREADABLE:
		assert_told(&world, CONTROL_EVENT_REQUEST);
		assert_told(&world, CONTROL_EVENT_REQUEST_DOWN);
		break;
	case STOPPED:
		assert_sends_result(&world, MESSAGE_STOPCCN, packet->result, packet->error);
		assert_told(&world, CONTROL_EVENT_TUNNEL_DOWN);
		return;
	case IGNORED:
		world.ns++;
		assert_int_equal(world.sent_count, 1);
		break;
	case CALL_UP:
		assert_told(&world, CONTROL_EVENT_CALL_UP);
		assert_int_equal(world_counters(&world).ignored_avps, 1);
		world.ns++;
		break;
	}
	assert_untouched();
}

static void does_what_the_rfc_says(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(packets); i++) {
		uint8_t octets[256];
		size_t length;

		print_message("%s\n", packets[i].name);
		begin();
		length = read_packet(&packets[i], octets);
		world_raw(&world, &world.path, octets, length);
		assert_outcome(&packets[i]);
		world_end(&world);
	}
}

/* Ahead of its turn as well: else it would be lost when its turn comes. */
static void what_is_broken_is_not_held(void **state)
{
	static const uint8_t broken[] = { 0x80, 8, 0, 0, 0, 0, 0, 6, 0x80, 5, 0, 0, 0, 7 };
	uint16_t next;

	begin();
	next = world.ns;
	world_send(&world, &world.path, 0, (uint16_t)(next + 1), broken, sizeof(broken));
	assert_int_equal(world_counters(&world).malformed, 1);
	world.ns = (uint16_t)(next + 1);
	world_say(&world, 0, MESSAGE_STOPCCN);
	assert_told_nothing(&world);
	world.ns = next;
	world_say(&world, 0, MESSAGE_HELLO);
	assert_told(&world, CONTROL_EVENT_TUNNEL_DOWN);
	world_end(&world);
}

/* Of any datagram cut off anywhere, or with any octet another, nothing worse comes than of these. */
static void survives_cuts_and_changes(void **state)
{
	const struct message request = world_message(MESSAGE_SCCRQ);
	uint8_t body[256], octets[300];
	size_t length = message_encode(&request, NULL, body, sizeof(body)) + CONTROL_HEADER_LENGTH;
	const struct control_header header = { .version = 2, .length = (uint16_t)length };

	control_header_write(&header, octets);
	memcpy(octets + CONTROL_HEADER_LENGTH, body, length - CONTROL_HEADER_LENGTH);
	for (size_t cut = 0; cut < length; cut++) {
		uint8_t *copy = malloc(cut + 1);	/* so that reading past the end is found */

		begin();
		memcpy(copy, octets, cut);
		world_raw(&world, &world.path, copy, cut);
		assert_untouched();
		free(copy);
		world_end(&world);
	}
	for (size_t at = 0; at < length * 8; at++) {
		uint8_t changed[300];

		begin();
		memcpy(changed, octets, length);
		changed[at / 8] ^= (uint8_t)(1 << at % 8);
		world_raw(&world, &world.path, changed, length);
		assert_int_equal(world_tunnel_state(&world), CONTROL_TUNNEL_ESTABLISHED);
		world_end(&world);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(does_what_the_rfc_says),
		cmocka_unit_test(what_is_broken_is_not_held),
		cmocka_unit_test(survives_cuts_and_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
