/* SPDX-License-Identifier: MIT */
/* Frames of PPP, packets of its control protocols, and lists of options. */
#include <string.h>

#include "wire/ppp.h"

#include "test.h"

static void check_frame(const char *frame, size_t length, uint16_t protocol, size_t information_length)
{
	const uint8_t *information;
	uint16_t found;
	size_t left;

	assert_true(ppp_frame_read((const uint8_t *)frame, length, &found, &information, &left));
	assert_int_equal(found, protocol);
	assert_int_equal(left, information_length);
	assert_ptr_equal(information, frame + length - left);
}

static void test_frames(void **state)
{
	check_frame("\xff\x03\xc0\x21xyz", 7, PPP_LCP, 3);
	check_frame("\xc0\x21xyz", 5, PPP_LCP, 3);		/* without address and control */
	check_frame("\xff\x03\x21xy", 5, PPP_IPV4, 2);		/* one octet of protocol */
	check_frame("\x21xy", 3, PPP_IPV4, 2);
	check_frame("\x00\x21xy", 4, PPP_IPV4, 2);
	check_frame("\x57", 1, PPP_IPV6, 0);
	check_frame("\x80\xfd", 2, PPP_CCP, 0);
}

static void test_no_frames(void **state)
{
	static const struct {
		const char *octets;
		size_t length;
	} wrong[] = {
		{ "", 0 }, { "\xff\x03", 2 }, { "\xff\x03\xc0", 3 }, { "\xc0", 1 },
		{ "\xc0\x22xx", 4 },			/* even */
		{ "\xff\x03\x00\x00", 4 },
	};
	const uint8_t *information;
	uint16_t protocol;
	size_t left;

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_false(ppp_frame_read((const uint8_t *)wrong[i].octets, wrong[i].length, &protocol,
					    &information, &left));
}

static void test_header(void **state)
{
	uint8_t header[PPP_HEADER_LENGTH];

	ppp_header_write(PPP_CHAP_PROTOCOL, header);
	assert_memory_equal(header, "\xff\x03\xc2\x23", sizeof(header));
	assert_string_equal(ppp_protocol_name(PPP_IPV6CP), "IPV6CP");
	assert_string_equal(ppp_protocol_name(0x1234), "");
}

static void test_packets(void **state)
{
	uint8_t octets[] = { 1, 7, 0, 6, 'a', 'b', 'p', 'a', 'd' }, header[PPP_PACKET_LENGTH];
	struct ppp_packet packet;

	assert_true(ppp_packet_read(octets, sizeof(octets), &packet));
	assert_int_equal(packet.code, 1);
	assert_int_equal(packet.identifier, 7);
	assert_int_equal(packet.length, 2);			/* the rest is padding */
	assert_ptr_equal(packet.data, octets + 4);
	ppp_packet_write(1, 7, 2, header);
	assert_memory_equal(header, octets, sizeof(header));
	assert_false(ppp_packet_read(octets, 5, &packet));	/* shorter than it says */
	assert_false(ppp_packet_read(octets, 3, &packet));
	octets[3] = 3;						/* shorter than its header */
	assert_false(ppp_packet_read(octets, sizeof(octets), &packet));
}

static void test_options(void **state)
{
	uint8_t list[32];
	struct cursor out = cursor_over(list, sizeof(list));
	struct ppp_option option;
	size_t position = 0, length;

	ppp_option_put_u16(&out, 1, 1460);
	ppp_option_put(&out, 7, NULL, 0);
	ppp_option_put_u32(&out, 5, 0x01020304);
	length = (size_t)(out.position - list);
	assert_int_equal(length, 12);
	assert_memory_equal(list, "\x01\x04\x05\xb4\x07\x02\x05\x06\x01\x02\x03\x04", length);
	assert_true(ppp_options_are_whole(list, length));
	assert_true(ppp_option_next(list, length, &position, &option));
	assert_int_equal(ppp_option_u16(&option), 1460);
	assert_true(ppp_option_next(list, length, &position, &option));
	assert_int_equal(option.type, 7);
	assert_int_equal(option.length, 0);
	assert_true(ppp_option_next(list, length, &position, &option));
	assert_int_equal(ppp_option_u32(&option), 0x01020304);
	assert_false(ppp_option_next(list, length, &position, &option));
}

static void test_broken_options(void **state)
{
	assert_true(ppp_options_are_whole((const uint8_t *)"", 0));
	assert_false(ppp_options_are_whole((const uint8_t *)"\x01", 1));
	assert_false(ppp_options_are_whole((const uint8_t *)"\x01\x00", 2));
	assert_false(ppp_options_are_whole((const uint8_t *)"\x01\x01", 2));
	assert_false(ppp_options_are_whole((const uint8_t *)"\x01\x04\x05", 3));
	assert_false(ppp_options_are_whole((const uint8_t *)"\x07\x02\x01\x04\x05", 5));
	assert_true(ppp_options_are_whole((const uint8_t *)"\x07\x02\x08\x02", 4));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frames), cmocka_unit_test(test_no_frames), cmocka_unit_test(test_header),
		cmocka_unit_test(test_packets), cmocka_unit_test(test_options), cmocka_unit_test(test_broken_options),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
