/* SPDX-License-Identifier: MIT */
/* Headers of the annex: what is written is read, and what is not whole is not. */
#include "l2tprun/annex_packet.h"

#include <string.h>

#include "test.h"

#define PAYLOAD 20

static const struct address here4 = { .family = AF_INET, .bytes = { 192, 0, 2, 1 } };
static const struct address here6 = { .family = AF_INET6, .bytes = { 0x20, 1, 0xd, 0xb8, [15] = 1 } };

/* A packet from there, turned round: what annex_packet_head() writes has port 0 at the other end. */
static size_t make(uint8_t *packet, const struct address *address, uint16_t port, size_t length)
{
	struct annex_arrival arrival = { .from = *address, .hops = 9, .service = 0xb8, .length = length };
	struct endpoint to = { .address = *address, .port = port };
	size_t head = annex_packet_head(packet, &arrival, &to), udp = head - 8;

	assert_true(head);
	memset(packet + head, 0xc8, length);
	memcpy(packet + udp, packet + udp + 2, 2);
	return head + length;
}

static void both_families(void **state)
{
	const struct address *const addresses[] = { &here4, &here6 };

	for (int i = 0; i < 2; i++) {
		uint8_t packet[256];
		struct annex_packet read;
		size_t length = make(packet, addresses[i], 1234, PAYLOAD);

		assert_true(annex_packet_read(packet, length, &read));
		assert_int_equal(read.port, 1234);
		assert_true(address_equal(&read.to, addresses[i]));
		assert_int_equal(i ? (packet[0] & 0xf) << 4 | packet[1] >> 4 : packet[1], 0xb8);
		assert_int_equal(i ? packet[7] : packet[8], 9);
		assert_int_equal(read.length, PAYLOAD);
		assert_ptr_equal(read.octets, packet + length - PAYLOAD);
		for (size_t shorter = 0; shorter < length; shorter++)
			assert_false(annex_packet_read(packet, shorter, &read));
		assert_true(annex_packet_read(packet, length + 1, &read));	/* what is behind it is nobody's */
		assert_int_equal(read.length, PAYLOAD);
	}
}

/* Each octet of the headers with each value: nothing is read that is not there. */
static void any_header(void **state)
{
	const struct address *const addresses[] = { &here4, &here6 };

	for (int i = 0; i < 2; i++) {
		uint8_t packet[256];
		size_t length = make(packet, addresses[i], 1234, PAYLOAD);

		for (size_t at = 0; at < length - PAYLOAD; at++) {
			uint8_t before = packet[at];

			for (int value = 0; value < 256; value++) {
				struct annex_packet read;

				packet[at] = (uint8_t)value;
				if (annex_packet_read(packet, length, &read))
					assert_true(read.octets + read.length <= packet + length);
			}
			packet[at] = before;
		}
	}
}

static void others(void **state)
{
	uint8_t packet[256];
	struct annex_packet read;
	size_t length = make(packet, &here4, 1, PAYLOAD);

	packet[9] = 6;
	assert_false(annex_packet_read(packet, length, &read));
	packet[9] = 17;
	packet[7] = 1;	/* of a fragment */
	assert_false(annex_packet_read(packet, length, &read));
	packet[7] = 0;
	assert_true(annex_packet_read(packet, length, &read));
	packet[0] = 0x50;
	assert_false(annex_packet_read(packet, length, &read));
}

static size_t head_length(uint8_t *head, const struct address *from, const struct endpoint *to, size_t length)
{
	struct annex_arrival arrival = { .from = *from, .length = length };

	return annex_packet_head(head, &arrival, to);
}

static void lengths(void **state)
{
	struct endpoint to4 = { .address = here4, .port = 1 }, to6 = { .address = here6, .port = 1 };
	uint8_t head[ANNEX_HEAD_MAX];

	assert_int_equal(head_length(head, &here4, &to4, 65535 - 28), 28);
	assert_int_equal(head_length(head, &here4, &to4, 65535 - 27), 0);
	assert_int_equal(head_length(head, &here6, &to6, 65535 - 8), 48);
	assert_int_equal(head_length(head, &here6, &to6, 65535 - 7), 0);
	assert_int_equal(head_length(head, &here6, &to4, 9), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_families), cmocka_unit_test(any_header), cmocka_unit_test(others),
		cmocka_unit_test(lengths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
