/* SPDX-License-Identifier: MIT */
/* The MTU of what a PPP session carries, and the headers that make it up. */
#include "datapath/user/network.h"

#include <string.h>

#include "test.h"

static void the_smallest_counts(void **state)
{
	struct datapath_ppp ppp = { .ipv4 = true, .mtu = 1400 };

	assert_int_equal(network_mtu(&ppp, false, 1462, 0), 1400);
	assert_int_equal(network_mtu(&ppp, true, 1462, 0), 1396);
	assert_int_equal(network_mtu(&ppp, false, 1300, 0), 1296);
	assert_int_equal(network_mtu(&ppp, true, 1300, 0), 1292);
	ppp.send_pfc = ppp.send_acfc = true;
	assert_int_equal(network_mtu(&ppp, false, 1300, 0), 1299);
	ppp.mtu = 0;
	assert_int_equal(network_mtu(&ppp, false, 1462, 0), 1461);
}

static void a_wish_overrides_the_path_but_not_the_peer(void **state)
{
	struct datapath_ppp ppp = { .ipv4 = true, .mtu = 1400 };

	assert_int_equal(network_mtu(&ppp, false, 1000, 1200), 1200);
	assert_int_equal(network_mtu(&ppp, false, 1000, 1500), 1400);
	assert_int_equal(network_mtu(&ppp, true, 1000, 1500), 1396);
	assert_int_equal(network_mtu(&ppp, true, 1000, 1200), 1200);
}

static void ipv6_has_its_least(void **state)
{
	struct datapath_ppp ppp = { .ipv4 = true, .ipv6 = true, .mtu = 1000 };

	assert_int_equal(network_mtu(&ppp, false, 1462, 0), 1280);
	ppp.ipv6 = false;
	assert_int_equal(network_mtu(&ppp, false, 1462, 0), 1000);
}

static void expect_header(bool pfc, bool acfc, uint16_t protocol, const char *wanted, size_t length)
{
	struct network network = { .ppp = { .send_pfc = pfc, .send_acfc = acfc } };
	uint8_t octets[PPP_HEADER_MAX];

	assert_int_equal(header_put_ppp(&network, protocol, octets + sizeof(octets)), length);
	assert_memory_equal(octets + sizeof(octets) - length, wanted, length);
	if (protocol <= 0xff)
		assert_int_equal(header_length_ppp(&network.ppp), length);
}

static void headers(void **state)
{
	expect_header(false, false, PPP_IPV4, "\xff\x03\x00\x21", 4);
	expect_header(true, false, PPP_IPV4, "\xff\x03\x21", 3);
	expect_header(false, true, PPP_IPV6, "\x00\x57", 2);
	expect_header(true, true, PPP_COMPRESSED, "\xfd", 1);
	expect_header(true, true, 0xc021, "\xc0\x21", 2);
}

static void control_frames(void **state)
{
	static const struct {
		const char *octets;
		size_t length;
		bool control;
	} frames[] = {
		{ "\xff\x03\xc0\x21", 4, true }, { "\xc0\x21", 2, true }, { "\x80\x21", 2, true },
		{ "\x00\x21", 2, false }, { "\x21\xc0", 2, false }, { "\xff\x03\x21\x80", 4, false },
		{ "\xff\x03\xc0", 3, false }, { "\xc0", 1, false }, { "", 0, false },
	};

	for (unsigned int i = 0; i < sizeof(frames) / sizeof(frames[0]); i++)
		assert_int_equal(ppp_is_control((const uint8_t *)frames[i].octets, frames[i].length),
				 frames[i].control);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_smallest_counts),
		cmocka_unit_test(a_wish_overrides_the_path_but_not_the_peer),
		cmocka_unit_test(ipv6_has_its_least),
		cmocka_unit_test(headers),
		cmocka_unit_test(control_frames),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
