/* SPDX-License-Identifier: MIT */
/* UDP headers of our own making: what is put is what is taken off, and nothing else is taken for it. */
#include "datapath/user/shadow.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "datapath/user/checksum.h"

#define PAYLOAD 45

/* A packet from the peer, as a raw socket gives it behind the IP header. */
struct arrived {
	struct socket_group group;
	struct sockaddr_storage name;
	uint8_t octets[SHADOW_HEADER + PAYLOAD + 1];	/* and one that is not UDP's */
	size_t length;
};

/* Cut into three, at odd places. */
static void put(const struct path *path, uint8_t *octets)
{
	const struct iovec parts[] = {
		{ octets + SHADOW_HEADER, 7 }, { octets + SHADOW_HEADER + 7, 11 },
		{ octets + SHADOW_HEADER + 18, PAYLOAD - 18 },
	};

	shadow_put_header(path, octets, parts, 3);
}

static struct arrived arrive(const char *from, const char *to, bool zero_checksum)
{
	struct arrived arrived = { .length = SHADOW_HEADER + PAYLOAD };
	struct path path = { .local.port = 6000, .peer.port = 5000, .zero_checksum = zero_checksum };
	struct endpoint name;

	assert_true(address_parse(from, &path.local.address) && address_parse(to, &path.peer.address));
	arrived.group = (struct socket_group){ .local = path.peer, .peer = path.local };
	name = (struct endpoint){ .address = path.local.address };
	endpoint_to_sockaddr(&name, &arrived.name);
	for (int i = 0; i < PAYLOAD; i++)
		arrived.octets[SHADOW_HEADER + i] = (uint8_t)(i * 37 + 1);
	put(&path, arrived.octets);
	return arrived;
}

static bool strip(struct arrived *arrived)
{
	uint8_t *octets = arrived->octets;
	size_t length = arrived->length;

	if (!shadow_strip(&arrived->group, &arrived->name, &octets, &length))
		return false;
	assert_ptr_equal(octets, arrived->octets + SHADOW_HEADER);
	assert_int_equal(length, PAYLOAD);
	return true;
}

static struct arrived arrive_of(bool ipv6, bool zero_checksum)
{
	return ipv6 ? arrive("2001:db8::2", "2001:db8::1", zero_checksum) :
		      arrive("192.0.2.2", "192.0.2.1", zero_checksum);
}

static void what_is_put_is_taken_off(void **state)
{
	for (int ipv6 = 0; ipv6 < 2; ipv6++) {
		struct arrived arrived = arrive_of(ipv6, false);

		assert_memory_equal(arrived.octets, "\x17\x70\x13\x88\x00\x35", 6);
		assert_true(strip(&arrived));
		arrived.length++;	/* padding behind it */
		assert_true(strip(&arrived));
	}
}

/* Of a checksum that was computed elsewhere: RFC 768 over 192.0.2.2, 192.0.2.1 and eight octets. */
static void a_known_checksum(void **state)
{
	uint8_t octets[] = { 0, 3, 0, 0, 0, 0, 0, 11 }, header[SHADOW_HEADER];
	const struct iovec part = { octets, sizeof(octets) };
	struct path path = { .local.port = 6000, .peer.port = 5000 };

	address_parse("192.0.2.2", &path.local.address);
	address_parse("192.0.2.1", &path.peer.address);
	shadow_put_header(&path, header, &part, 1);
	assert_memory_equal(header, "\x17\x70\x13\x88\x00\x10\x50\xc4", 8);
}

static void any_octet_matters(void **state)
{
	for (int ipv6 = 0; ipv6 < 2; ipv6++) {
		struct arrived arrived = arrive_of(ipv6, false);

		for (size_t i = 0; i < SHADOW_HEADER + PAYLOAD; i++) {
			arrived.octets[i] ^= 0x10;
			assert_false(strip(&arrived));
			arrived.octets[i] ^= 0x10;
		}
		assert_true(strip(&arrived));
	}
}

static void no_checksum(void **state)
{
	struct arrived ipv4 = arrive_of(false, true), ipv6 = arrive_of(true, true);

	assert_memory_equal(ipv4.octets + 6, "\0\0", 2);
	assert_true(strip(&ipv4));
	assert_false(strip(&ipv6));
	ipv6.group.zero_checksum_users = 1;
	assert_true(strip(&ipv6));
}

/* As of a packet that never left the machine. */
static void an_unfinished_checksum(void **state)
{
	struct arrived arrived = arrive_of(false, false);
	const uint8_t pseudo[] = { 192, 0, 2, 2, 192, 0, 2, 1, 0, 17, 0, SHADOW_HEADER + PAYLOAD };
	uint16_t sum = checksum_fold(checksum_sum(pseudo, sizeof(pseudo)));

	memcpy(arrived.octets + 6, &sum, sizeof(sum));
	assert_true(strip(&arrived));
}

static void what_is_of_others(void **state)
{
	struct arrived arrived = arrive_of(false, false), other = arrive("192.0.2.3", "192.0.2.1", false);

	other.group = arrived.group;
	assert_false(strip(&other));
	arrived.group.peer.port++;
	assert_false(strip(&arrived));
	arrived = arrive_of(false, false);
	arrived.group.local.port++;
	assert_false(strip(&arrived));
}

static void what_is_cut_off(void **state)
{
	struct arrived arrived = arrive_of(true, false);

	for (size_t length = 0; length < SHADOW_HEADER + PAYLOAD; length++) {
		arrived.length = length;
		assert_false(strip(&arrived));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_put_is_taken_off),
		cmocka_unit_test(a_known_checksum),
		cmocka_unit_test(any_octet_matters),
		cmocka_unit_test(no_checksum),
		cmocka_unit_test(an_unfinished_checksum),
		cmocka_unit_test(what_is_of_others),
		cmocka_unit_test(what_is_cut_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
