/* SPDX-License-Identifier: MIT */
/*
 * Which packets are for us, and who gets the answer.
 */
#include "aaa/ipv6_link.h"

#include <string.h>

#include "aaa/dhcpv6.h"
#include "wire/icmpv6.h"

#define HOP_LIMIT 64

static const struct address all_nodes = { .family = AF_INET6, .bytes = { 0xff, 2, [15] = 1 } };
static const struct address all_routers = { .family = AF_INET6, .bytes = { 0xff, 2, [15] = 2 } };
static const struct address all_servers = { .family = AF_INET6, .bytes = { 0xff, 2, [13] = 1, [15] = 2 } };

static bool is_link_local(const struct address *address)
{
	return address->bytes[0] == 0xfe && (address->bytes[1] & 0xc0) == 0x80;
}

static size_t advertise(const struct ipv6_link *link, const struct address *to, uint8_t *out)
{
	struct icmpv6_advertisement advertisement = {
		.hop_limit = HOP_LIMIT,
		.managed = link->duid_length && link->address.family == AF_INET6,
		.other = link->duid_length,
		.lifetime = link->router_lifetime,
		.prefix = link->prefix,
		.on_link = true, .autonomous = true,
		.valid = link->valid, .preferred = link->preferred,
		.mtu = link->mtu,
		.dns_lifetime = link->router_lifetime,
	};

	for (unsigned int i = 0; i < 2; i++)
		if (link->dns[i].family == AF_INET6)
			advertisement.dns[advertisement.dns_count++] = link->dns[i];
	return icmpv6_encode_advertisement(&advertisement, &link->local, to, out, IPV6_LINK_ANSWER_MAX);
}

size_t ipv6_link_advertise(const struct ipv6_link *link, uint8_t packet[IPV6_LINK_ANSWER_MAX])
{
	return advertise(link, &all_nodes, packet);
}

static size_t answer_icmpv6(const struct ipv6_link *link, const struct ipv6_packet *packet, uint8_t *out)
{
	bool is_for_us = address_equal(&packet->destination, &all_routers) ||
			 address_equal(&packet->destination, &all_nodes) ||
			 address_equal(&packet->destination, &link->local);

	if (!is_for_us || !icmpv6_is_solicitation(packet))
		return 0;
	if (address_is_any(&packet->source))
		return advertise(link, &all_nodes, out);
	return is_link_local(&packet->source) ? advertise(link, &packet->source, out) : 0;
}

static size_t answer_dhcpv6(const struct ipv6_link *link, const struct ipv6_packet *packet, uint8_t *out)
{
	bool multicast = address_equal(&packet->destination, &all_servers);
	uint8_t *payload = out + IPV6_HEADER + UDP_HEADER;
	size_t room = IPV6_LINK_ANSWER_MAX - IPV6_HEADER - UDP_HEADER;
	struct dhcpv6_message message, answer;
	struct ipv6_udp udp;

	if ((!multicast && !address_equal(&packet->destination, &link->local)) || !is_link_local(&packet->source) ||
	    !ipv6_decode_udp(packet, &udp) || udp.destination != DHCPV6_SERVER_PORT ||
	    !dhcpv6_decode(udp.payload, udp.payload_length, &message) ||
	    !dhcpv6_answer(link, &message, multicast, &answer))
		return 0;
	udp.payload_length = dhcpv6_encode(&answer, payload, room);
	if (!udp.payload_length)
		return 0;
	udp.source = DHCPV6_SERVER_PORT;
	udp.destination = DHCPV6_CLIENT_PORT;
	return ipv6_finish_udp(out, &link->local, &packet->source, &udp);
}

size_t ipv6_link_answer(const struct ipv6_link *link, const uint8_t *packet, size_t length,
			uint8_t answer[IPV6_LINK_ANSWER_MAX])
{
	struct ipv6_packet decoded;

	if (!ipv6_decode(packet, length, &decoded))
		return 0;
	if (decoded.next_header == IPV6_NEXT_ICMPV6)
		return answer_icmpv6(link, &decoded, answer);
	return decoded.next_header == IPV6_NEXT_UDP ? answer_dhcpv6(link, &decoded, answer) : 0;
}
