/* SPDX-License-Identifier: MIT */
/* DHCPv6 messages: octets of another implementation, both ways, and what is no message. */
#include "wire/dhcpv6.h"

#include <string.h>

#include "hex.h"
#include "test.h"

static bool decode(const char *hex, struct dhcpv6_message *message)
{
	static uint8_t octets[1500];

	return dhcpv6_decode(octets, hex_octets(hex, octets, sizeof(octets)), message);
}

/* As scapy 2.5.0 writes them. */
#define CLIENT "0001000a00030001020304050607"
#define SERVER "00020014000400112233445566778899aabbccddeeff0001"
#define SOLICIT "01123456" CLIENT "0006000400170018" "00080002000a" "000e0000" \
	"0019000c0000000700000e1000001518" "0003002800000009000000000000000000050018" \
	"20010db8000000000000000000000005" "0000000000000000"
#define REPLY "07123456" CLIENT SERVER \
	"0019002900000007000007080000" "0b40001a0019" "00000e1000001c20" "38" "20010db8000001000000000000000000" \
	"00030018" "00000009" "0000000000000000" "000d0008" "0002" "6e6f6e652121" \
	"00170020" "20010db8000000000000000000000053" "20010db8000000000000000000000054" "00200004" "00001c20"

static void a_solicit_is_read(void **state)
{
	struct dhcpv6_message message;
	char text[PREFIX_TEXT_MAX];

	assert_true(decode(SOLICIT, &message));
	assert_int_equal(message.type, DHCPV6_SOLICIT);
	assert_int_equal(message.transaction, 0x123456);
	assert_int_equal(message.client.length, 10);
	assert_int_equal(message.client.octets[9], 7);
	assert_int_equal(message.server.length, 0);
	assert_true(message.has_requests && message.requests_dns && message.rapid_commit);
	assert_int_equal(message.ia_count, 2);
	assert_int_equal(message.ias[0].kind, DHCPV6_IA_PD);
	assert_int_equal(message.ias[0].id, 7);
	assert_int_equal(message.ias[0].t1, 3600);
	assert_int_equal(message.ias[0].t2, 5400);
	assert_int_equal(message.ias[0].lease_count, 0);
	assert_int_equal(message.ias[1].kind, DHCPV6_IA_NA);
	assert_int_equal(message.ias[1].lease_count, 1);
	assert_string_equal(prefix_format(&message.ias[1].leases[0].prefix, text, sizeof(text)), "2001:db8::5");
}

static void a_reply_both_ways(void **state)
{
	struct dhcpv6_message message;
	uint8_t octets[1500], expected[1500], again[1500];
	size_t length = hex_octets(REPLY, octets, sizeof(octets));
	char text[PREFIX_TEXT_MAX];

	assert_true(dhcpv6_decode(octets, length, &message));
	assert_int_equal(message.type, DHCPV6_REPLY);
	assert_int_equal(message.server.length, 20);
	assert_int_equal(message.ia_count, 2);
	assert_string_equal(prefix_format(&message.ias[0].leases[0].prefix, text, sizeof(text)), "2001:db8:0:100::/56");
	assert_int_equal(message.ias[0].leases[0].preferred, 3600);
	assert_int_equal(message.ias[0].leases[0].valid, 7200);
	assert_true(message.ias[1].has_status);
	assert_int_equal(message.ias[1].status, DHCPV6_NO_ADDRESSES);
	assert_int_equal(message.dns_count, 2);
	assert_int_equal(message.refresh, 7200);
	/* but for the words beside the status it is the same */
	message.ias[1].has_status = false;
	length = dhcpv6_encode(&message, again, sizeof(again));
	hex_octets("07123456" CLIENT SERVER
		  "0019002900000007000007080000" "0b40001a0019" "00000e1000001c20"
		  "38" "20010db8000001000000000000000000" "0003000c" "00000009" "0000000000000000"
		  "00170020" "20010db8000000000000000000000053" "20010db8000000000000000000000054"
		  "00200004" "00001c20",
		  expected, sizeof(expected));
	assert_int_equal(length, 147);
	assert_memory_equal(again, expected, length);
	for (size_t size = 0; size < length; size++)
		assert_int_equal(dhcpv6_encode(&message, again, size), 0);
}

static void what_is_no_message(void **state)
{
	static const char *const bad[] = {
		"", "01", "011234", "00123456", "0c123456", "ff123456",		/* relays' have another header */
		"0112345600", "01123456000100", "011234560001000a0003", "0112345600010000",
		"01123456" "0019000b" "0000000700000e10000015",			/* an IA too short */
		"01123456" "00190010" "0000000700000e1000001518" "001a0019",	/* what is in it does not fit */
		"01123456" "00190011" "0000000700000e1000001518" "0005000100",
		"01123456" "00060003" "001700",					/* half a code */
		"01123456" "0017000f" "20010db80000000000000000000000",		/* half an address */
		"01123456" "000d0001" "00", "01123456" "00070000", "01123456" "00200003" "000000",
	};
	struct dhcpv6_message message;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		print_message("# %s\n", bad[i]);
		assert_false(decode(bad[i], &message));
	}
}

#define PREFIX "001a0019" "00000e1000001c20" "38" "20010db8000001000000000000000000"

/* More leases than are read are left out, more IAs are too many; a length of 129 is none of a prefix. */
static void limits(void **state)
{
	struct dhcpv6_message message;
	char hex[2000];

	strcpy(hex, "01123456");
	for (int i = 0; i < DHCPV6_IAS_MAX; i++)
		strcat(hex, "0019000c" "0000000700000e1000001518");
	assert_true(decode(hex, &message));
	assert_int_equal(message.ia_count, DHCPV6_IAS_MAX);
	strcat(hex, "0019000c" "0000000700000e1000001518");
	assert_false(decode(hex, &message));
	strcpy(hex, "01123456" "00190111" "0000000700000e1000001518");
	for (int i = 0; i < DHCPV6_LEASES_MAX + 1; i++)
		strcat(hex, PREFIX);
	assert_true(decode(hex, &message));
	assert_int_equal(message.ias[0].lease_count, DHCPV6_LEASES_MAX);
	assert_true(decode("01123456" "00190029" "0000000700000e1000001518"
			   "001a0019" "00000e1000001c20" "81" "20010db8000001000000000000000000", &message));
	assert_int_equal(message.ias[0].lease_count, 0);
	/* a prefix among addresses, an address among prefixes */
	assert_true(decode("01123456" "00030029" "0000000700000e1000001518" PREFIX, &message));
	assert_int_equal(message.ias[0].lease_count, 0);
}

/* Bits behind the length are not the prefix's. */
static void prefixes_are_clean(void **state)
{
	struct dhcpv6_message message;
	char text[PREFIX_TEXT_MAX];

	assert_true(decode("01123456" "00190029" "0000000700000e1000001518"
			   "001a0019" "00000e1000001c20" "38" "20010db8000001ffffffffffffffffff", &message));
	assert_string_equal(prefix_format(&message.ias[0].leases[0].prefix, text, sizeof(text)), "2001:db8:0:100::/56");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_solicit_is_read),
		cmocka_unit_test(a_reply_both_ways),
		cmocka_unit_test(what_is_no_message),
		cmocka_unit_test(limits),
		cmocka_unit_test(prefixes_are_clean),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
