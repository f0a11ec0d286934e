/* SPDX-License-Identifier: MIT */
/* Who sent a packet that is too large is told, in a message that is right; who must not be told is not. */
#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>
#include <stdlib.h>
#include <string.h>

#include "datapath/user/checksum.h"
#include "datapath/user/shared.h"

#include "test.h"

static uint8_t packet[2000], answer[TOO_BIG_MAX];

static void build4(uint8_t protocol, const char *to, uint8_t type)
{
	struct address destination;

	assert_true(address_parse(to, &destination));
	memset(packet, 0x77, sizeof(packet));
	packet[0] = 0x45;
	octets_put_be16(packet + IPV4_LENGTH, sizeof(packet));
	octets_put_be16(packet + IPV4_FRAGMENT, IPV4_DONT_FRAGMENT);
	packet[IPV4_PROTOCOL] = protocol;
	memcpy(packet + IPV4_ADDRESSES, "\x0a\0\0\1", 4);
	memcpy(packet + IPV4_ADDRESSES + 4, destination.bytes, 4);
	packet[IPV4_HEADER] = type;
}

static void build6(uint8_t protocol, const char *from, uint8_t type)
{
	struct address source;

	assert_true(address_parse(from, &source));
	memset(packet, 0x77, sizeof(packet));
	packet[0] = 0x60;
	octets_put_be16(packet + IPV6_LENGTH, sizeof(packet) - IPV6_HEADER);
	packet[IPV6_NEXT] = protocol;
	memcpy(packet + IPV6_ADDRESSES, source.bytes, 16);
	packet[IPV6_HEADER] = type;
}

static void ipv4_is_told(void **state)
{
	const uint8_t *icmp = answer + IPV4_HEADER;
	size_t length;

	build4(IPPROTO_TCP, "192.0.2.9", 0);
	length = too_big_answer(packet, sizeof(packet), 1400, answer);
	assert_int_equal(length, 576);
	assert_int_equal(octets_be16(answer + IPV4_LENGTH), 576);
	assert_int_equal(checksum_fold(checksum_sum(answer, IPV4_HEADER)), 0xffff);
	assert_int_equal(checksum_fold(checksum_sum(icmp, length - IPV4_HEADER)), 0xffff);
	assert_memory_equal(answer + IPV4_ADDRESSES, packet + IPV4_ADDRESSES + 4, 4);
	assert_memory_equal(answer + IPV4_ADDRESSES + 4, packet + IPV4_ADDRESSES, 4);
	assert_int_equal(icmp[0], ICMP_DEST_UNREACH);
	assert_int_equal(icmp[1], ICMP_FRAG_NEEDED);
	assert_int_equal(octets_be16(icmp + 6), 1400);
	assert_memory_equal(icmp + 8, packet, 548);
}

static void ipv6_is_told(void **state)
{
	const uint8_t *icmp = answer + IPV6_HEADER;
	size_t length, upper;
	uint64_t sum;

	build6(IPPROTO_UDP, "2001:db8::1", 0);
	length = too_big_answer(packet, sizeof(packet), 1400, answer);
	assert_int_equal(length, 1280);
	upper = length - IPV6_HEADER;
	assert_int_equal(octets_be16(answer + IPV6_LENGTH), upper);
	sum = checksum_sum(answer + IPV6_ADDRESSES, 32) + htobe16((uint16_t)upper) + htobe16(IPPROTO_ICMPV6);
	assert_int_equal(checksum_fold(sum + checksum_sum(icmp, upper)), 0xffff);
	assert_memory_equal(answer + IPV6_ADDRESSES + 16, packet + IPV6_ADDRESSES, 16);
	assert_int_equal(icmp[0], ICMP6_PACKET_TOO_BIG);
	assert_int_equal(octets_be32(icmp + 4), 1400);
	assert_memory_equal(icmp + 8, packet, 1280 - 48);
}

static void some_are_not_told(void **state)
{
	build4(IPPROTO_ICMP, "192.0.2.9", ICMP_ECHO);
	assert_int_equal(too_big_answer(packet, sizeof(packet), 1400, answer), 576);
	packet[IPV4_HEADER] = ICMP_DEST_UNREACH;
	assert_int_equal(too_big_answer(packet, sizeof(packet), 1400, answer), 0);
	build4(IPPROTO_UDP, "239.0.0.1", 0);
	assert_int_equal(too_big_answer(packet, sizeof(packet), 1400, answer), 0);
	build4(IPPROTO_UDP, "192.0.2.9", 0);
	octets_put_be16(packet + IPV4_FRAGMENT, IPV4_DONT_FRAGMENT | 5);	/* not the first */
	assert_int_equal(too_big_answer(packet, sizeof(packet), 1400, answer), 0);
	build6(IPPROTO_ICMPV6, "2001:db8::1", ICMP6_ECHO_REQUEST);
	assert_int_equal(too_big_answer(packet, sizeof(packet), 1400, answer), 1280);
	packet[IPV6_HEADER] = ICMP6_PACKET_TOO_BIG;
	assert_int_equal(too_big_answer(packet, sizeof(packet), 1400, answer), 0);
	build6(IPPROTO_UDP, "ff02::1", 0);
	assert_int_equal(too_big_answer(packet, sizeof(packet), 1400, answer), 0);
	packet[0] = 0x50;
	assert_int_equal(too_big_answer(packet, sizeof(packet), 1400, answer), 0);
}

static void stumps_are_not_told(void **state)
{
	build4(IPPROTO_TCP, "192.0.2.9", 0);
	for (size_t length = 0; length < 100; length++) {
		uint8_t *copy = malloc(length ? length : 1);

		memcpy(copy, packet, length);
		assert_int_equal(too_big_answer(copy, length, 60, answer), length < 28 ? 0 : length + 28);
		free(copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ipv4_is_told),
		cmocka_unit_test(ipv6_is_told),
		cmocka_unit_test(some_are_not_told),
		cmocka_unit_test(stumps_are_not_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
