/* SPDX-License-Identifier: MIT */
/* Whom a peer may pretend to be: the filter of the kernel's PPP devices, run by the kernel on a socket. */
#include <string.h>

#include "datapath/kernel/internal.h"
#include "packet_filter.h"

#define INWARDS 0
#define OUTWARDS 1

static struct sock_filter instructions[NATIVE_FILTER_MAX];

/* The program there, of that length. */
static bool accepts(unsigned int count, const uint8_t *packet, size_t length)
{
	return lets_pass(instructions, count, NATIVE_FILTER_MAX, packet, length);
}

static struct prefix prefix_of(const char *text)
{
	struct prefix prefix;

	assert_true(prefix_parse(text, &prefix));
	return prefix;
}

static bool enciphered;			/* so it has to be */

/* Does a packet from this address pass, as PPP gives it to filters? */
static bool passes(const struct datapath_ppp *ppp, uint8_t direction, const char *source)
{
	uint8_t packet[4 + 40] = { direction, 0, 0, 0x57 };
	struct address address;

	assert_true(address_parse(source, &address));
	packet[3] = address.family == AF_INET6 ? 0x57 : 0x21;
	if (address.family == AF_INET6)
		memcpy(packet + 4 + 8, address.bytes, 16);
	else
		memcpy(packet + 4 + 12, address.bytes, 4);
	return accepts(native_filter(ppp, enciphered, instructions), packet, sizeof(packet));
}

static void only_what_is_the_peers_passes(void **state)
{
	struct datapath_prefix prefixes[] = {
		{ .prefix = prefix_of("192.168.128.0/17") }, { .prefix = prefix_of("2001:db8:5:80::/57") },
		{ .prefix = prefix_of("2001:db8:7::9/128") },
	};
	struct datapath_ppp ppp = { .ipv4 = true, .ipv6 = true, .check_source = true, .prefixes = prefixes,
				    .prefix_count = 3, .peer_identifier = { 1, 2, 3, 4, 5, 6, 7, 8 } };

	assert_true(address_parse("10.9.0.10", &ppp.peer4));
	assert_true(passes(&ppp, INWARDS, "10.9.0.10"));
	assert_false(passes(&ppp, INWARDS, "10.9.0.11"));
	assert_true(passes(&ppp, OUTWARDS, "10.9.0.11"));
	assert_true(passes(&ppp, INWARDS, "192.168.128.0"));
	assert_true(passes(&ppp, INWARDS, "192.168.255.255"));
	assert_false(passes(&ppp, INWARDS, "192.168.127.255"));
	assert_true(passes(&ppp, INWARDS, "fe80::102:304:506:708"));
	assert_false(passes(&ppp, INWARDS, "fe80::102:304:506:709"));
	assert_true(passes(&ppp, INWARDS, "2001:db8:5:80::1"));
	assert_true(passes(&ppp, INWARDS, "2001:db8:5:ff:ffff::"));
	assert_false(passes(&ppp, INWARDS, "2001:db8:5:100::1"));
	assert_true(passes(&ppp, INWARDS, "2001:db8:7::9"));
	assert_false(passes(&ppp, INWARDS, "2001:db8:7::8"));
	assert_false(passes(&ppp, INWARDS, "::"));
	assert_true(passes(&ppp, OUTWARDS, "2001:db8:7::8"));
}

static void who_has_nothing_sends_nothing(void **state)
{
	struct datapath_ppp ppp = { .ipv4 = true, .check_source = true };

	assert_false(passes(&ppp, INWARDS, "10.9.0.10"));
	assert_false(passes(&ppp, INWARDS, "fe80::"));
}

/* So many that jumps over all of them are longer than a conditional one can be. */
static void many_prefixes(void **state)
{
	struct datapath_prefix prefixes[DATAPATH_PREFIXES_MAX];
	struct datapath_ppp ppp = { .check_source = true, .prefixes = prefixes,
				    .prefix_count = DATAPATH_PREFIXES_MAX };

	for (int family = 4; family <= 6; family += 2) {
		for (uint8_t i = 0; i < DATAPATH_PREFIXES_MAX; i++) {
			prefixes[i].prefix = prefix_of(family == 4 ? "10.0.0.0/24" : "2001:db8::/48");
			prefixes[i].prefix.address.bytes[family == 4 ? 2 : 5] = i;
		}
		assert_true(passes(&ppp, INWARDS, family == 4 ? "10.0.31.1" : "2001:db8:1f::1"));
		assert_false(passes(&ppp, INWARDS, family == 4 ? "10.0.32.1" : "2001:db8:20::1"));
		assert_false(passes(&ppp, INWARDS, family == 6 ? "10.0.31.1" : "2001:db8:1f::1"));
	}
}

static void nothing_to_check(void **state)
{
	struct datapath_ppp ppp = { .ipv4 = true };

	assert_int_equal(native_filter(&ppp, false, instructions), 0);
	ppp.check_source = ppp.default_route = true;
	assert_int_equal(native_filter(&ppp, false, instructions), 0);
}

/* What comes by a socket of the family Unix has no protocol noted, like what was deciphered. */
static void what_was_deciphered(void **state)
{
	struct datapath_ppp ppp = { .ipv4 = true };

	enciphered = true;
	assert_true(passes(&ppp, INWARDS, "10.9.0.11"));
	assert_true(passes(&ppp, OUTWARDS, "10.9.0.11"));
	ppp.check_source = true;
	assert_true(address_parse("10.9.0.10", &ppp.peer4));
	assert_true(passes(&ppp, INWARDS, "10.9.0.10"));
	assert_false(passes(&ppp, INWARDS, "10.9.0.11"));
	assert_false(passes(&ppp, INWARDS, "2001:db8::1"));
	assert_true(passes(&ppp, OUTWARDS, "2001:db8::1"));
	enciphered = false;
}

/* And what was not: is dropped when a protocol is noted. */
static void what_was_not(void **state)
{
	const struct datapath_ppp ppp = { .ipv4 = true };
	unsigned int length = native_filter(&ppp, true, instructions), asked = 0;

	for (unsigned int i = 0; i + 2 < length; i++) {
		if (instructions[i].k != (uint32_t)(SKF_AD_OFF + SKF_AD_PROTOCOL))
			continue;
		asked++;
		assert_int_equal(instructions[i].code, BPF_LD | BPF_W | BPF_ABS);
		assert_int_equal(instructions[i + 1].k, 0);
		assert_int_equal(instructions[i + 1].jt, 1);
		assert_int_equal(instructions[i + 1].jf, 0);
		assert_int_equal(instructions[i + 2].code, BPF_RET | BPF_K);
		assert_int_equal(instructions[i + 2].k, 0);
	}
	assert_int_equal(asked, 1);
}

/* What a subscriber asks of its router: its source need not be one of those that it may have. */
static const struct asked {
	const char *what, *destination;
	uint8_t next_header, hops;
	uint8_t upper[8];
	bool is_asked;
} asked[] = {
	{ "solicitation", "ff02::2", 58, 255, { 133 }, true },
	{ "solicitation from elsewhere", "ff02::2", 58, 254, { 133 }, false },
	{ "advertisement", "ff02::1", 58, 255, { 134 }, false },
	{ "echo", "ff02::2", 58, 255, { 128 }, false },
	{ "DHCPv6", "ff02::1:2", 17, 1, { 2, 34, 2, 35 }, true },
	{ "DHCPv6 to us", "fe80::102:304:506:708", 17, 64, { 2, 34, 2, 35 }, true },
	{ "DHCPv6 to others", "fe80::102:304:506:709", 17, 64, { 2, 34, 2, 35 }, false },
	{ "DHCPv6 to anywhere", "2001:db8::547", 17, 64, { 2, 34, 2, 35 }, false },
	{ "another port", "ff02::1:2", 17, 1, { 2, 35, 2, 34 }, false },
	{ "TCP to that port", "ff02::1:2", 6, 1, { 2, 34, 2, 35 }, false },
};

static void what_is_asked_of_a_router(void **state)
{
	struct datapath_ppp ppp = { .ipv6 = true, .check_source = true, .punt_router = true,
				    .local_identifier = { 1, 2, 3, 4, 5, 6, 7, 8 } };
	struct address destination;

	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		uint8_t packet[4 + 40 + 8] = { INWARDS, 0, 0, 0x57, [4 + 6] = asked[i].next_header, asked[i].hops };

		print_message("%s\n", asked[i].what);
		assert_true(address_parse(asked[i].destination, &destination));
		memcpy(packet + 4 + 24, destination.bytes, 16);
		memcpy(packet + 4 + 40, asked[i].upper, 8);
		assert_int_equal(accepts(native_filter(&ppp, false, instructions), packet, sizeof(packet)),
				 asked[i].is_asked);
		assert_int_equal(accepts(native_filter_router(&ppp, instructions), packet + 4, sizeof(packet) - 4),
				 asked[i].is_asked);
	}
}

static void what_a_router_says(void **state)
{
	struct datapath_ppp ppp = { .ipv6 = true };
	uint8_t packet[40 + 8] = { 0x60, [6] = 58, 255, [40] = 134 };

	assert_int_equal(native_filter_router(&ppp, instructions), 0);
	ppp.hear_router = true;
	assert_true(accepts(native_filter_router(&ppp, instructions), packet, sizeof(packet)));
	packet[40] = 133;
	assert_false(accepts(native_filter_router(&ppp, instructions), packet, sizeof(packet)));
	ppp.ipv6 = false;
	assert_int_equal(native_filter_router(&ppp, instructions), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_is_the_peers_passes),
		cmocka_unit_test(who_has_nothing_sends_nothing),
		cmocka_unit_test(many_prefixes),
		cmocka_unit_test(nothing_to_check),
		cmocka_unit_test(what_was_deciphered),
		cmocka_unit_test(what_was_not),
		cmocka_unit_test(what_is_asked_of_a_router),
		cmocka_unit_test(what_a_router_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
