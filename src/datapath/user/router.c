/* SPDX-License-Identifier: MIT */
/*
 * What a subscriber asks of its router by IPv6 packets, which the engine answers: router solicitations (RFC 4861
 * section 4.1) and DHCPv6 (RFC 8415); and what it is told by it.
 */
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <string.h>

#include "base/octets.h"
#include "datapath/user/ppp.h"

#define DHCPV6_SERVER_PORT 547
#define NEIGHBOUR_HOPS 255		/* nobody else can have sent it (RFC 4861 section 6.1.1) */
#define ADDRESS 16

static const uint8_t all_dhcp[ADDRESS] = { 0xff, 0x02, [13] = 1, [15] = 2 };	/* ff02::1:2 */
static const uint8_t link_local[8] = { 0xfe, 0x80 };
static const uint8_t shared_identifier[8] = { [7] = 1 };	/* of shared devices: fe80::1 */

/* To our end of the link? */
static bool is_ours(const struct network *network, const uint8_t *address)
{
	if (memcmp(address, link_local, sizeof(link_local)) != 0)
		return false;
	return memcmp(address + 8, network->ppp.local_identifier, 8) == 0 ||
	       (network->shared && memcmp(address + 8, shared_identifier, 8) == 0);
}

bool router_concerns(const struct network *network, const uint8_t *packet, size_t length)
{
	const uint8_t *to = packet + IPV6_ADDRESSES + ADDRESS, *upper = packet + IPV6_HEADER;

	/* Neither has a reason for extension headers. */
	if (!network->ppp.punt_router || length < IPV6_HEADER + UDP_HEADER)
		return false;
	if (packet[IPV6_NEXT] == IPPROTO_ICMPV6)
		return upper[0] == ND_ROUTER_SOLICIT && packet[IPV6_HOPS] == NEIGHBOUR_HOPS;
	return packet[IPV6_NEXT] == IPPROTO_UDP && octets_be16(upper + 2) == DHCPV6_SERVER_PORT &&
	       (memcmp(to, all_dhcp, ADDRESS) == 0 || is_ours(network, to));
}

bool router_is_heard(const struct network *network, const uint8_t *packet, size_t length)
{
	return network->ppp.hear_router && length > IPV6_HEADER && packet[IPV6_NEXT] == IPPROTO_ICMPV6 &&
	       packet[IPV6_HEADER] == ND_ROUTER_ADVERT && packet[IPV6_HOPS] == NEIGHBOUR_HOPS;
}
