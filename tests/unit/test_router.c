/* SPDX-License-Identifier: MIT */
/* What is the router's: solicitations and DHCPv6 for us, and nothing else. */
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <string.h>

#include "base/octets.h"
#include "datapath/user/ppp.h"

#include "test.h"

static struct network network;
static uint8_t packet[100];

static void build(uint8_t protocol, const char *to)
{
	struct address destination;

	assert_true(address_parse(to, &destination));
	memset(packet, 0, sizeof(packet));
	packet[0] = 0x60;
	packet[IPV6_NEXT] = protocol;
	packet[IPV6_HOPS] = 255;
	memcpy(packet + IPV6_ADDRESSES + 16, destination.bytes, 16);
	memset(&network, 0, sizeof(network));
	network.ppp.punt_router = true;
	network.ppp.local_identifier[0] = 9;
}

static bool concerns(void)
{
	return router_concerns(&network, packet, sizeof(packet));
}

static void solicitations(void **state)
{
	build(IPPROTO_ICMPV6, "ff02::2");
	packet[IPV6_HEADER] = ND_ROUTER_SOLICIT;
	assert_true(concerns());
	packet[IPV6_HOPS] = 254;
	assert_false(concerns());
	build(IPPROTO_ICMPV6, "ff02::2");
	packet[IPV6_HEADER] = ND_NEIGHBOR_SOLICIT;
	assert_false(concerns());
	packet[IPV6_HEADER] = ND_ROUTER_SOLICIT;
	network.ppp.punt_router = false;
	assert_false(concerns());
}

static void dhcp(void **state)
{
	static const char *const ours[] = { "ff02::1:2", "fe80::900:0:0:0" };
	static const char *const others[] = { "ff02::1:3", "fe80::1", "fe80::800:0:0:0", "2001:db8::1" };

	for (unsigned int i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
		build(IPPROTO_UDP, ours[i]);
		octets_put_be16(packet + IPV6_HEADER + 2, 547);
		assert_true(concerns());
		octets_put_be16(packet + IPV6_HEADER + 2, 546);
		assert_false(concerns());
	}
	for (unsigned int i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		build(IPPROTO_UDP, others[i]);
		octets_put_be16(packet + IPV6_HEADER + 2, 547);
		assert_false(concerns());
	}
	build(IPPROTO_UDP, "fe80::1");	/* the address of shared devices */
	octets_put_be16(packet + IPV6_HEADER + 2, 547);
	network.shared = (struct shared_device *)(void *)packet;
	assert_true(concerns());
	build(IPPROTO_TCP, "ff02::1:2");
	octets_put_be16(packet + IPV6_HEADER + 2, 547);
	assert_false(concerns());
}

/* They are for whoever is at the other end, and for us only when we want to hear them. */
static void advertisements(void **state)
{
	build(IPPROTO_ICMPV6, "ff02::1");
	packet[IPV6_HEADER] = ND_ROUTER_ADVERT;
	assert_false(concerns());
	assert_false(router_is_heard(&network, packet, sizeof(packet)));
	network.ppp.hear_router = true;
	assert_true(router_is_heard(&network, packet, sizeof(packet)));
	assert_false(router_is_heard(&network, packet, IPV6_HEADER));
	packet[IPV6_HOPS] = 254;
	assert_false(router_is_heard(&network, packet, sizeof(packet)));
	packet[IPV6_HOPS] = 255;
	packet[IPV6_HEADER] = ND_ROUTER_SOLICIT;
	assert_false(router_is_heard(&network, packet, sizeof(packet)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(solicitations),
		cmocka_unit_test(dhcp),
		cmocka_unit_test(advertisements),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
