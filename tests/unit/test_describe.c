/* SPDX-License-Identifier: MIT */
/* AVPs as text: every kind of value, what must not be seen, and what is malformed. */
#include "wire/describe.h"

#include <stdio.h>
#include <string.h>

#include "hex.h"
#include "test.h"

/* One AVP: its name, its value in words, its octets. */
static void expect(const char *hex, const char *name, const char *value, const char *octets)
{
	char text[DESCRIBE_VALUE_MAX], label[DESCRIBE_NAME_MAX];
	uint8_t message[256];
	struct cursor cursor = cursor_over(message, hex_octets(hex, message, sizeof(message)));
	struct described_avp avp;

	print_message("# %s\n", name);
	assert_true(describe_next(&cursor, &avp));
	assert_string_equal(describe_name(&avp, label), name);
	assert_string_equal(describe_value(&avp, text), value);
	assert_string_equal(describe_octets(&avp, text), octets);
	assert_false(describe_next(&cursor, &avp));
}

static void values(void **state)
{
	expect("8008 0000 0009 1111", "Assigned Tunnel ID", "4369", "1111");
	expect("800a 0000 0018 000f4240", "Tx Connect Speed", "1000000", "000f4240");
	expect("000e 0000 0005 0102030405060708", "Tie Breaker", "0x0102030405060708", "0102030405060708");
	expect("8008 0000 0002 0100", "Protocol Version", "1.0", "0100");
	expect("8009 0000 0007 6c6163", "Host Name", "\"lac\"", "6c6163");
	expect("8009 0000 0007 6122ff", "Host Name", "\"a??\"", "6122ff");
	expect("8008 0000 0001 0001", "Result Code", "1", "0001");
	expect("800d 0000 0001 0002 0004 62 79 65", "Result Code", "2, error 4, \"bye\"", "00020004627965");
	expect("8009 0000 000c 0011 45", "Q.931 Cause Code", "17, message 69", "001145");
	expect("000d 0000 002e 0010 c023 01 6e 6f", "PPP Disconnect Cause", "16, protocol 0xc023, direction 1, \"no\"",
	       "0010c023016e6f");
	expect("8010 0000 0023 0000 00000001 000a0000", "ACCM", "send 0x00000001, receive 0x000a0000",
	       "000000000001000a0000");
	expect("8020 0000 0022 0000 00000001 00000002 00000003 00000004 00000005 00000006", "Call Errors",
	       "crc 1, framing 2, hardware overruns 3, buffer overruns 4, timeouts 5, alignment 6",
	       "0000000000010000000200000003000000040000000500000006");
	expect("8006 0000 0027", "Sequencing Required", "", "");
	expect("0009 0000 001a 0104 05", "Initial Received LCP CONFREQ", "010405", "010405");
}

static void what_must_not_be_seen(void **state)
{
	expect("800a 0000 000b 01020304", "Challenge", "(4 octets)", "(4 octets)");
	expect("8016 0000 000d 000102030405060708090a0b0c0d0e0f", "Challenge Response", "(16 octets)", "(16 octets)");
	expect("8009 0000 0021 617062", "Proxy Authen Response", "(3 octets)", "(3 octets)");
	expect("8009 0000 001f 617062", "Proxy Authen Challenge", "(3 octets)", "(3 octets)");
	expect("c009 0000 0009 617062", "Assigned Tunnel ID", "(hidden, 3 octets)", "(hidden, 3 octets)");
	expect("800a 0009 0005 11223344", "AVP 5 of vendor 9", "(4 octets)", "(4 octets)");
}

static void odd_ones(void **state)
{
	uint8_t message[64];
	struct described_avp avp;
	struct cursor cursor;

	expect("0007 0000 004d ab", "AVP 77", "ab", "ab");
	expect("8007 0000 0009 11", "Assigned Tunnel ID", "11", "11");	/* too short for what it is */
	/* an AVP that says it is longer than the message; shorter than its header; half a header */
	cursor = cursor_over(message, hex_octets("8009 0000 0009 1111", message, sizeof(message)));
	assert_false(describe_next(&cursor, &avp));
	cursor = cursor_over(message, hex_octets("8005 0000 0009 1111", message, sizeof(message)));
	assert_false(describe_next(&cursor, &avp));
	cursor = cursor_over(message, hex_octets("8008 0000", message, sizeof(message)));
	assert_false(describe_next(&cursor, &avp));
}

static const char *type_of(const char *hex)
{
	uint8_t message[64];

	return describe_type(message, hex_octets(hex, message, sizeof(message)));
}

static void types(void **state)
{
	assert_string_equal(type_of("8008 0000 0000 000a"), "ICRQ");
	assert_null(type_of("8008 0000 0000 0063"));
	assert_null(type_of("8008 0000 0009 000a"));
	assert_null(type_of(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values),
		cmocka_unit_test(what_must_not_be_seen),
		cmocka_unit_test(odd_ones),
		cmocka_unit_test(types),
	};

	return cmocka_run_group_tests_name("describe", tests, NULL, NULL);
}
