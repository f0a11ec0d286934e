/* SPDX-License-Identifier: MIT */
/* Compressed TCP headers: octets as Linux makes them are compared in tests/peers/ppp_packets.probes; here is what both
 * ends make of them. */
#include "wire/vj.h"

#include <string.h>

#include "test.h"

#define FLAG_PSH 0x08
#define FLAG_ACK 0x10
#define FLAG_SYN 0x02
#define FLAG_URG 0x20
#define ROOM 256

static struct vj *from, *to;

/* A packet of a connection, which is its port; the check sum of TCP is nobody's business here. */
struct packet {
	uint8_t connection, flags, ttl, protocol;
	uint16_t id, window, urgent;
	uint32_t sequence, ack;
	const char *data;
};

static size_t make(const struct packet *packet, uint8_t *octets)
{
	size_t data = packet->data ? strlen(packet->data) : 0;
	uint32_t sum = 0;

	memset(octets, 0, 40);
	octets[0] = 0x45;
	octets[3] = (uint8_t)(40 + data);
	octets[4] = (uint8_t)(packet->id >> 8);
	octets[5] = (uint8_t)packet->id;
	octets[8] = packet->ttl ? packet->ttl : 64;
	octets[9] = packet->protocol ? packet->protocol : 6;
	memcpy(octets + 12, "\x0a\x00\x00\x01\x0a\x00\x00\x02", 8);
	octets[21] = packet->connection;
	for (int i = 0; i < 4; i++) {
		octets[24 + i] = (uint8_t)(packet->sequence >> (24 - 8 * i));
		octets[28 + i] = (uint8_t)(packet->ack >> (24 - 8 * i));
	}
	octets[32] = 0x50;
	octets[33] = packet->flags ? packet->flags : FLAG_ACK;
	octets[34] = (uint8_t)(packet->window >> 8);
	octets[35] = (uint8_t)packet->window;
	octets[39] = (uint8_t)packet->urgent;
	memcpy(octets + 40, packet->data ? packet->data : "", data);
	for (int i = 0; i < 20; i += 2)
		sum += (uint32_t)(octets[i] << 8 | octets[i + 1]);
	sum = (sum & 0xffff) + (sum >> 16);
	octets[10] = (uint8_t)(~sum >> 8);
	octets[11] = (uint8_t)~sum;
	return 40 + data;
}

/* It goes, comes out as it was, and was so long meanwhile. */
static enum vj_kind pass(struct packet packet, size_t *length)
{
	uint8_t octets[ROOM], sent[ROOM], received[ROOM + VJ_HEADERS_MAX];
	size_t whole = make(&packet, octets);
	enum vj_kind kind;

	*length = whole;
	kind = vj_compress(from, octets, length, true, sent);
	if (kind == VJ_COMPRESSED) {
		assert_int_equal(vj_expand(to, sent, *length, received), whole);
		assert_memory_equal(received, octets, whole);
	} else if (kind == VJ_UNCOMPRESSED) {
		assert_true(vj_remember(to, sent, *length));
		assert_memory_equal(sent, octets, whole);
	}
	return kind;
}

static int begin(void **state)
{
	from = vj_new(4, 4);
	to = vj_new(4, 4);
	return from && to ? 0 : -1;
}

static int finish(void **state)
{
	vj_free(from);
	vj_free(to);
	vj_free(NULL);
	return 0;
}

static void what_is_not_compressed(void **state)
{
	size_t length;
	uint8_t octets[ROOM], out[ROOM];

	assert_int_equal(pass((struct packet){ .flags = FLAG_SYN }, &length), VJ_PLAIN);
	assert_int_equal(pass((struct packet){ .flags = FLAG_SYN | FLAG_ACK }, &length), VJ_PLAIN);
	assert_int_equal(pass((struct packet){ .protocol = 17 }, &length), VJ_PLAIN);
	make(&(struct packet){ .id = 1 }, octets);
	for (length = 0; length < 40; length++) {
		size_t cut = length;

		assert_int_equal(vj_compress(from, octets, &cut, true, out), VJ_PLAIN);
	}
	octets[6] = 0x20;	/* a fragment */
	length = 40;
	assert_int_equal(vj_compress(from, octets, &length, true, out), VJ_PLAIN);
}

static void a_connection(void **state)
{
	size_t length;

	assert_int_equal(pass((struct packet){ .id = 1, .sequence = 10, .ack = 1 }, &length), VJ_UNCOMPRESSED);
	assert_int_equal(pass((struct packet){ .id = 2, .sequence = 10, .ack = 1, .data = "abc" }, &length),
			 VJ_COMPRESSED);
	assert_int_equal(length, 3 + 3);
	assert_int_equal(pass((struct packet){ .id = 3, .sequence = 13, .ack = 1, .data = "d", .flags = FLAG_ACK |
					       FLAG_PSH }, &length), VJ_COMPRESSED);
	assert_int_equal(length, 3 + 1);
	assert_int_equal(pass((struct packet){ .id = 4, .sequence = 14, .ack = 2, .data = "e" }, &length),
			 VJ_COMPRESSED);
	assert_int_equal(length, 3 + 1);	/* both by what the last one carried */
	assert_int_equal(pass((struct packet){ .id = 9, .sequence = 15, .ack = 1000, .window = 7 }, &length),
			 VJ_COMPRESSED);
	assert_int_equal(length, 3 + 1 + 3 + 1 + 1);
	assert_int_equal(pass((struct packet){ .id = 10, .sequence = 15, .ack = 1000, .window = 7 }, &length),
			 VJ_UNCOMPRESSED);	/* nothing is new: the peer missed it, perhaps */
	assert_int_equal(pass((struct packet){ .id = 11, .sequence = 15, .ack = 1000, .window = 7, .urgent = 3,
					       .flags = FLAG_ACK | FLAG_URG, .data = "x" }, &length), VJ_COMPRESSED);
	assert_int_equal(pass((struct packet){ .id = 12, .sequence = 16, .ack = 1000, .window = 7 }, &length),
			 VJ_UNCOMPRESSED);	/* the urgent pointer is another, and says nothing */
	assert_int_equal(pass((struct packet){ .id = 13, .sequence = 80000, .ack = 1000, .window = 7 }, &length),
			 VJ_UNCOMPRESSED);
	assert_int_equal(pass((struct packet){ .id = 14, .sequence = 80001, .ack = 1000, .ttl = 3 }, &length),
			 VJ_UNCOMPRESSED);
	assert_int_equal(vj_counters(from)->sent_compressed, 5);
	assert_int_equal(vj_counters(to)->received_compressed, 5);
	assert_int_equal(vj_counters(to)->received_uncompressed, 5);
}

static void connections_share_slots(void **state)
{
	size_t length;

	for (uint8_t i = 0; i < 4; i++)
		assert_int_equal(pass((struct packet){ .connection = i, .sequence = 1 }, &length), VJ_UNCOMPRESSED);
	for (uint8_t i = 0; i < 4; i++)
		assert_int_equal(pass((struct packet){ .connection = i, .sequence = 2, .id = 1 }, &length),
				 VJ_COMPRESSED);
	assert_int_equal(pass((struct packet){ .connection = 9, .sequence = 1 }, &length), VJ_UNCOMPRESSED);
	assert_int_equal(pass((struct packet){ .connection = 1, .sequence = 3, .id = 2 }, &length), VJ_COMPRESSED);
	assert_int_equal(pass((struct packet){ .connection = 0, .sequence = 3, .id = 2 }, &length), VJ_UNCOMPRESSED);
	assert_int_equal(vj_counters(from)->misses, 6);
}

static void what_is_lost(void **state)
{
	static const uint8_t no_slot[] = { 0x48, 3, 0, 0, 1 }, high_slot[] = { 0x48, 200, 0, 0, 1 };
	static const uint8_t cut[] = { 0x06, 0, 0 };
	uint8_t out[ROOM], packet[ROOM];
	size_t length;

	assert_int_equal(vj_expand(to, no_slot, sizeof(no_slot), out), 0);
	assert_int_equal(vj_expand(to, high_slot, sizeof(high_slot), out), 0);
	assert_int_equal(vj_expand(to, no_slot, 2, out), 0);
	assert_int_equal(vj_counters(to)->errors, 3);
	pass((struct packet){ .sequence = 1 }, &length);
	assert_int_equal(vj_expand(to, cut, sizeof(cut), out), 0);	/* it says more than there is */
	pass((struct packet){ .connection = 1, .sequence = 1 }, &length);
	vj_toss(to);
	assert_int_equal(vj_expand(to, (const uint8_t[]){ 0x08, 0, 0, 1 }, 4, out), 0);
	assert_int_equal(vj_counters(to)->tossed, 1);
	length = make(&(struct packet){ .connection = 1, .sequence = 1 }, packet);
	packet[9] = 99;
	packet[10]++;
	assert_false(vj_remember(to, packet, length));	/* the sum */
	assert_false(vj_remember(to, packet, 39));
	assert_false(vj_remember(to, packet, 0));
}

/* A compressed packet has more room for its payload than one of IPv4. */
static void what_is_too_long(void **state)
{
	static uint8_t sent[3 + UINT16_MAX], out[sizeof(sent) + VJ_HEADERS_MAX];
	const size_t most = 3 + UINT16_MAX - 40;
	size_t length;

	pass((struct packet){ .sequence = 1 }, &length);
	assert_int_equal(vj_expand(to, sent, most, out), UINT16_MAX);
	assert_memory_equal(out + 2, "\xff\xff", 2);
	assert_int_equal(vj_expand(to, sent, most + 1, out), 0);
	assert_int_equal(vj_counters(to)->errors, 1);
	assert_int_equal(vj_expand(to, sent, most, out), 0);	/* the next one may be another slot's */
	assert_int_equal(vj_counters(to)->tossed, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_not_compressed),
		TEST(a_connection),
		TEST(connections_share_slots),
		TEST(what_is_lost),
		TEST(what_is_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
