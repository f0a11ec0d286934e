/* SPDX-License-Identifier: MIT */
/*
 * IPv6 packets that we answer ourselves, and not a kernel: header, pseudo-header checksum and UDP (RFC 8200, RFC 768).
 * What is inside is icmpv6.h's and dhcpv6.h's.
 */
#ifndef L2TPD_WIRE_IPV6_H
#define L2TPD_WIRE_IPV6_H

#include "base/address.h"
#include "base/packet.h"

#define IPV6_NEXT_UDP 17
#define IPV6_NEXT_ICMPV6 58
#define IPV6_MTU_LEAST 1280		/* octets that every link carries (RFC 8200 5) */

struct ipv6_packet {
	struct address source, destination;
	uint8_t next_header, hop_limit;
	const uint8_t *payload;		/* a view */
	size_t payload_length;
};

struct ipv6_udp {
	uint16_t source, destination;	/* ports */
	const uint8_t *payload;		/* a view */
	size_t payload_length;
};

/* False: not IPv6, or cut off. What is behind the packet's own length is left out; extension headers are not followed:
 * next_header is then the first of them. */
bool ipv6_decode(const uint8_t *octets, size_t length, struct ipv6_packet *packet);
/* Is the checksum in the payload of this packet, a whole one of ICMPv6 or UDP, right? */
bool ipv6_checksum_holds(const struct ipv6_packet *packet);
/* False: not UDP, cut off, or its checksum is wrong, or missing. */
bool ipv6_decode_udp(const struct ipv6_packet *packet, struct ipv6_udp *udp);

/* Where the payload of an IPv6 packet begins that is written into out; NULL: no room for it. */
uint8_t *ipv6_payload(uint8_t *out, size_t size, size_t payload_length);
/* Write the header before a payload that is there already, and the checksum into it, which is in the two octets at
 * checksum_at. Returns the length of it all. */
size_t ipv6_finish(uint8_t *out, const struct ipv6_packet *packet, size_t checksum_at);
/* As ipv6_finish(), also with a UDP header of these ports, before payload_length octets, which are at out + IPV6_HEADER
 * + UDP_HEADER. */
size_t ipv6_finish_udp(uint8_t *out, const struct address *source, const struct address *destination,
		       const struct ipv6_udp *udp);

#endif
