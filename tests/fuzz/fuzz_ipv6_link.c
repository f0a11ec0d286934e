/* SPDX-License-Identifier: MIT */
/*
 * What a subscriber sends on its link: an answer is a whole packet of ours, and no answer to an answer.  The checksum
 * is made right, so that what is behind it is reached.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "aaa/ipv6_link.h"
#include "fuzz.h"
#include "wire/dhcpv6.h"
#include "wire/icmpv6.h"

static const uint8_t server[] = { 0, 4, 's', 'e', 'r', 'v', 'e', 'r' };

static struct ipv6_link make_link(unsigned int has)
{
	struct ipv6_link link = {
		.local = { AF_INET6, .bytes = { 0xfe, 0x80, [15] = 1 } },
		.mtu = 1400, .router_lifetime = 1800, .preferred = 3600, .valid = 7200,
		.duid = server, .duid_length = sizeof(server),
	};

	if (has & 1)
		link.prefix = (struct prefix){ { AF_INET6, .bytes = { 0x20, 1, 0xd, 0xb8, 0, 1 } }, 64 };
	if (has & 2)
		link.delegated = (struct prefix){ { AF_INET6, .bytes = { 0x20, 1, 0xd, 0xb8, 0, 2 } }, 56 };
	if (has & 4)
		link.address = (struct address){ AF_INET6, .bytes = { 0x20, 1, 0xd, 0xb8, 0, 1, [15] = 7 } };
	if (has & 8)
		link.dns[0] = (struct address){ AF_INET6, .bytes = { 0x20, 1, 0xd, 0xb8, [15] = 0x53 } };
	return link;
}

static void check_answer(const struct ipv6_link *link, const uint8_t *octets, size_t length)
{
	uint8_t again[IPV6_LINK_ANSWER_MAX];
	struct dhcpv6_message message;
	struct ipv6_packet packet;
	struct ipv6_udp udp;

	must(length <= IPV6_LINK_ANSWER_MAX && ipv6_decode(octets, length, &packet));
	must(packet.payload_length == length - IPV6_HEADER && ipv6_checksum_holds(&packet));
	must(address_equal(&packet.source, &link->local));
	if (packet.next_header == IPV6_NEXT_UDP) {
		must(ipv6_decode_udp(&packet, &udp) && udp.destination == DHCPV6_CLIENT_PORT);
		must(dhcpv6_decode(udp.payload, udp.payload_length, &message));
		must(message.type == DHCPV6_ADVERTISE || message.type == DHCPV6_REPLY);
	} else {
		must(packet.payload[0] == ICMPV6_ADVERTISEMENT && packet.hop_limit == ICMPV6_HOPS);
	}
	must(ipv6_link_answer(link, octets, length, again) == 0);
}

/* As a client's end would hear it. */
static void hear(const uint8_t *octets, size_t length)
{
	struct icmpv6_advertisement advertisement;
	struct ipv6_packet packet;

	if (!ipv6_decode(octets, length, &packet) || !icmpv6_decode_advertisement(&packet, &advertisement))
		return;
	must(advertisement.dns_count <= ICMPV6_DNS_MAX);
	for (unsigned int i = 0; i < ICMPV6_DNS_MAX; i++)
		must(advertisement.dns[i].family == (i < advertisement.dns_count ? AF_INET6 : AF_UNSPEC));
}

/* The sum that the packet should have. */
static void correct(uint8_t *octets, size_t length)
{
	struct ipv6_packet packet;
	size_t at;

	if (!ipv6_decode(octets, length, &packet))
		return;
	at = packet.next_header == IPV6_NEXT_UDP ? 6 : 2;
	if (packet.payload_length >= at + 2)
		ipv6_finish(octets, &packet, at);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
	struct ipv6_link link = make_link(length ? data[0] & 15 : 0);
	uint8_t packet[2048], answer[IPV6_LINK_ANSWER_MAX];
	size_t answered;

	if (!length || length - 1 > sizeof(packet))
		return 0;
	memcpy(packet, data + 1, length - 1);
	answered = ipv6_link_answer(&link, packet, length - 1, answer);
	if (answered)
		check_answer(&link, answer, answered);
	correct(packet, length - 1);
	hear(packet, length - 1);
	answered = ipv6_link_answer(&link, packet, length - 1, answer);
	if (answered)
		check_answer(&link, answer, answered);
	return 0;
}
