/* SPDX-License-Identifier: MIT */
/* Which packets of the wire are a tunnel's, and what is in them: the filter of captures, run by the kernel. */
#include <netinet/in.h>
#include <string.h>

#include "datapath/kernel/internal.h"
#include "packet_filter.h"

#define LENGTH 100

static struct sock_filter instructions[NATIVE_TAP_FILTER_MAX];

/* The program there, of that length. */
static bool accepts(unsigned int count, const uint8_t *packet)
{
	return lets_pass(instructions, count, NATIVE_TAP_FILTER_MAX, packet, LENGTH);
}

static struct endpoint end(const char *address, uint16_t port)
{
	struct endpoint endpoint = { .port = port };

	assert_true(address_parse(address, &endpoint.address));
	return endpoint;
}

/* UDP where it has ports. fragment: octets before it, or -1 for one without fragment header. */
static void fill(uint8_t packet[LENGTH], const struct endpoint *from, const struct endpoint *to, uint8_t protocol,
		 int fragment, unsigned int options)
{
	uint8_t *upper = packet + 20 + options;

	memset(packet, 0, LENGTH);
	if (from->address.family == AF_INET) {
		packet[0] = (uint8_t)(0x45 + options / 4);
		packet[6] = fragment < 0 ? 0x40 : (uint8_t)(fragment / 8 >> 8 | 0x20);
		packet[7] = fragment < 0 ? 0 : (uint8_t)(fragment / 8);
		packet[9] = protocol;
		memcpy(packet + 12, from->address.bytes, 4);
		memcpy(packet + 16, to->address.bytes, 4);
	} else {
		upper = packet + (fragment < 0 ? 40 : 48);
		packet[0] = 0x60;
		packet[6] = fragment < 0 ? protocol : IPPROTO_FRAGMENT;
		packet[40] = protocol;
		packet[42] = (uint8_t)(fragment >> 8);
		packet[43] = (uint8_t)(fragment | 1);
		memcpy(packet + 8, from->address.bytes, 16);
		memcpy(packet + 24, to->address.bytes, 16);
	}
	if (protocol != IPPROTO_UDP)
		return;
	upper[0] = (uint8_t)(from->port >> 8);
	upper[1] = (uint8_t)from->port;
	upper[2] = (uint8_t)(to->port >> 8);
	upper[3] = (uint8_t)to->port;
	upper[5] = 50;
}

static void between(const char *ours, const char *theirs, const char *others, enum l2tp_encap encap)
{
	struct endpoint local = end(ours, 1701), peer = end(theirs, 1702), other = end(others, 1701);
	unsigned int length = native_tap_filter(encap, &local, &peer, instructions);
	bool v4 = local.address.family == AF_INET, udp = encap == L2TP_ENCAP_UDP;
	uint8_t protocol = udp ? IPPROTO_UDP : 115, packet[LENGTH];

	fill(packet, &local, &peer, protocol, -1, 0);
	assert_true(accepts(length, packet));
	fill(packet, &peer, &local, protocol, -1, v4 ? 8 : 0);
	assert_true(accepts(length, packet));
	fill(packet, &peer, &local, protocol, 0, 0);
	assert_true(accepts(length, packet));
	fill(packet, &peer, &local, protocol, 1480, 0);
	assert_false(accepts(length, packet));
	fill(packet, &peer, &local, udp ? 115 : IPPROTO_UDP, -1, 0);
	assert_false(accepts(length, packet));
	fill(packet, &other, &local, protocol, -1, 0);
	assert_false(accepts(length, packet));
	fill(packet, &local, &other, protocol, -1, 0);
	assert_false(accepts(length, packet));
	if (!udp)
		return;
	peer.port = 1703;
	fill(packet, &peer, &local, protocol, -1, 0);
	assert_false(accepts(length, packet));
	fill(packet, &local, &peer, protocol, -1, 0);
	assert_false(accepts(length, packet));
}

static void between_its_ends(void **state)
{
	for (enum l2tp_encap encap = L2TP_ENCAP_UDP; encap <= L2TP_ENCAP_IP; encap++) {
		between("192.0.2.1", "192.0.2.2", "192.0.2.3", encap);
		between("2001:db8::1", "2001:db8::2", "2001:db8::3", encap);
	}
}

static void what_is_in_it(void **state)
{
	struct endpoint a = end("192.0.2.1", 1), b = end("192.0.2.2", 2);
	struct endpoint a6 = end("2001:db8::1", 1), b6 = end("2001:db8::2", 2);
	uint8_t packet[LENGTH];
	size_t offset, whole;

	fill(packet, &a, &b, IPPROTO_UDP, -1, 8);
	assert_true(native_tap_parse(packet, LENGTH, L2TP_ENCAP_UDP, &offset, &whole));
	assert_int_equal(offset, 20 + 8 + 8);
	assert_int_equal(whole, 50 - 8);
	assert_false(native_tap_parse(packet, 35, L2TP_ENCAP_UDP, &offset, &whole));
	packet[20 + 8 + 5] = 7;
	assert_false(native_tap_parse(packet, LENGTH, L2TP_ENCAP_UDP, &offset, &whole));
	fill(packet, &a, &b, 115, -1, 0);
	assert_true(native_tap_parse(packet, LENGTH, L2TP_ENCAP_IP, &offset, &whole));
	assert_int_equal(offset, 20);
	assert_int_equal(whole, LENGTH - 20);
	fill(packet, &a6, &b6, 115, 0, 0);
	assert_true(native_tap_parse(packet, LENGTH, L2TP_ENCAP_IP, &offset, &whole));
	assert_int_equal(offset, 48);
	fill(packet, &a6, &b6, IPPROTO_UDP, -1, 0);
	assert_true(native_tap_parse(packet, LENGTH, L2TP_ENCAP_UDP, &offset, &whole));
	assert_int_equal(offset, 48);
	assert_int_equal(whole, 42);
	assert_false(native_tap_parse(packet, 0, L2TP_ENCAP_UDP, &offset, &whole));
	packet[0] = 0;
	assert_false(native_tap_parse(packet, LENGTH, L2TP_ENCAP_UDP, &offset, &whole));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(between_its_ends),
		cmocka_unit_test(what_is_in_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
