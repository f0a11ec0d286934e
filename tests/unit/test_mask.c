/* SPDX-License-Identifier: MIT */
/* What is masked and what is left: byte for byte, messages written out here. */
#include "wire/mask.h"

#include <stdio.h>
#include <string.h>

#include "hex.h"
#include "test.h"

static void expect(enum l2tp_encap encap, size_t cookie_length, const char *before, const char *after,
		   unsigned int masked)
{
	uint8_t octets[512], wanted[512];
	size_t length = hex_octets(before, octets, sizeof(octets));

	assert_int_equal(hex_octets(after, wanted, sizeof(wanted)), length);
	assert_int_equal(mask_message(encap, octets, length, cookie_length), masked);
	assert_memory_equal(octets, wanted, length);
}

static void cookies(void **state)
{
	expect(L2TP_ENCAP_UDP, 8, "00030000 0000000b a0a1a2a3a4a5a6a7 40000001 ffff",
	       "00030000 0000000b 0000000000000000 40000001 ffff", MASK_COOKIE);
	expect(L2TP_ENCAP_UDP, 4, "00030000 0000000b a0a1a2a3 40000001 ffff",
	       "00030000 0000000b 00000000 40000001 ffff", MASK_COOKIE);
	expect(L2TP_ENCAP_IP, 8, "0000000b a0a1a2a3a4a5a6a7 ffff", "0000000b 0000000000000000 ffff", MASK_COOKIE);
	/* none, one of zeros, one of which only a part was captured */
	expect(L2TP_ENCAP_UDP, 0, "00030000 0000000b a0a1a2a3", "00030000 0000000b a0a1a2a3", 0);
	expect(L2TP_ENCAP_UDP, 4, "00030000 0000000b 00000000 ff", "00030000 0000000b 00000000 ff", 0);
	expect(L2TP_ENCAP_UDP, 8, "00030000 0000000b a0a1a2", "00030000 0000000b 000000", MASK_COOKIE);
	expect(L2TP_ENCAP_UDP, 8, "00030000 0000000b", "00030000 0000000b", 0);
}

/* ICRQ of version 3: message type, an assigned cookie, and one AVP behind it. */
static void assigned_cookies(void **state)
{
	expect(L2TP_ENCAP_UDP, 8,
	       "c803 0030 00000001 0000 0000 8008 0000 0000 000a 800e 0000 0041 1122334455667788 800a 0000 003f 0000000b",
	       "c803 0030 00000001 0000 0000 8008 0000 0000 000a 800e 0000 0041 0000000000000000 800a 0000 003f 0000000b",
	       MASK_AVP);
	expect(L2TP_ENCAP_IP, 8, "00000000 c803 001a 00000001 0000 0000 800e 0000 0041 1122334455667788",
	       "00000000 c803 001a 00000001 0000 0000 800e 0000 0041 0000000000000000", MASK_AVP);
	/* Cisco's own, from before the RFC */
	expect(L2TP_ENCAP_UDP, 8, "c803 0016 00000001 0000 0000 800a 0009 0005 11223344",
	       "c803 0016 00000001 0000 0000 800a 0009 0005 00000000", MASK_AVP);
	/* another vendor's 65 is something else, and so is its 5; so is the 5 of no vendor */
	expect(L2TP_ENCAP_UDP, 8, "c803 0016 00000001 0000 0000 800a 0008 0005 11223344",
	       "c803 0016 00000001 0000 0000 800a 0008 0005 11223344", 0);
	expect(L2TP_ENCAP_UDP, 8, "c803 0020 00000001 0000 0000 800a 0008 0041 11223344 800a 0000 0005 11223344",
	       "c803 0020 00000001 0000 0000 800a 0008 0041 11223344 800a 0000 0005 11223344", 0);
}

static void proxied_passwords(void **state)
{
	/* SCCCN of version 2: the answer to a challenge */
	expect(L2TP_ENCAP_UDP, 0, "c802 0022 0001 0000 0001 0001 8016 0000 000d 000102030405060708090a0b0c0d0e0f",
	       "c802 0022 0001 0000 0001 0001 8016 0000 000d 00000000000000000000000000000000", MASK_AVP);
	/* ICCN of version 2: proxy authen name stays, response goes */
	expect(L2TP_ENCAP_UDP, 0,
	       "c802 002a 0001 0002 0000 0000 8008 0000 0000 000c 8009 0000 001e 626f62 8009 0000 0021 736563",
	       "c802 002a 0001 0002 0000 0000 8008 0000 0000 000c 8009 0000 001e 626f62 8009 0000 0021 000000",
	       MASK_AVP);
	/* an AVP that claims more than there is, and one that claims less than its own header */
	expect(L2TP_ENCAP_UDP, 0, "c802 0015 0001 0002 0000 0000 80ff 0000 0021 736563",
	       "c802 0015 0001 0002 0000 0000 80ff 0000 0021 000000", MASK_AVP);
	expect(L2TP_ENCAP_UDP, 0, "c802 0015 0001 0002 0000 0000 8005 0000 0021 736563",
	       "c802 0015 0001 0002 0000 0000 8005 0000 0021 736563", 0);
}

static void ppp_authentication(void **state)
{
	/* PAP: name bob, password sec; with and without length, sequence numbers, offset, address and control */
	expect(L2TP_ENCAP_UDP, 0, "0002 0001 0002 ff03 c023 01 01 000c 03 626f62 03 736563",
	       "0002 0001 0002 ff03 c023 01 01 000c 03 626f62 03 000000", MASK_PPP);
	expect(L2TP_ENCAP_UDP, 0, "4a02 0020 0001 0002 0005 0006 0002 aaaa c023 01 01 000c 03 626f62 03 736563",
	       "4a02 0020 0001 0002 0005 0006 0002 aaaa c023 01 01 000c 03 626f62 03 000000", MASK_PPP);
	/* its answer has no secret */
	expect(L2TP_ENCAP_UDP, 0, "0002 0001 0002 ff03 c023 02 01 0009 04 676f6f64",
	       "0002 0001 0002 ff03 c023 02 01 0009 04 676f6f64", 0);
	/* CHAP: the response's value, not the challenge's and not the name */
	expect(L2TP_ENCAP_UDP, 0, "0002 0001 0002 c223 02 01 000c 04 01020304 626f62",
	       "0002 0001 0002 c223 02 01 000c 04 00000000 626f62", MASK_PPP);
	expect(L2TP_ENCAP_UDP, 0, "0002 0001 0002 c223 01 01 000c 04 01020304 626f62",
	       "0002 0001 0002 c223 01 01 000c 04 01020304 626f62", 0);
	/* an IP packet, a password of which not all was captured */
	expect(L2TP_ENCAP_UDP, 0, "0002 0001 0002 0021 45000014", "0002 0001 0002 0021 45000014", 0);
	expect(L2TP_ENCAP_UDP, 0, "0002 0001 0002 ff03 c023 01 01 000c 03 626f62 03 7365",
	       "0002 0001 0002 ff03 c023 01 01 000c 03 626f62 03 0000", MASK_PPP);
}

static void what_is_no_l2tp_stays(void **state)
{
	expect(L2TP_ENCAP_UDP, 8, "0001 00000000", "0001 00000000", 0);
	expect(L2TP_ENCAP_UDP, 8, "00", "00", 0);
	expect(L2TP_ENCAP_UDP, 8, "", "", 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cookies),
		cmocka_unit_test(assigned_cookies),
		cmocka_unit_test(proxied_passwords),
		cmocka_unit_test(ppp_authentication),
		cmocka_unit_test(what_is_no_l2tp_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
