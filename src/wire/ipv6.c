/* SPDX-License-Identifier: MIT */
/*
 * Sums are of 16-bit words in one's complement, over addresses, length, next header and payload (RFC 8200 8.1).
 */
#include "wire/ipv6.h"

#include "base/cursor.h"
#include "base/octets.h"

#define VERSION 6u
#define UDP_CHECKSUM_AT 6

static uint64_t add_words(uint64_t sum, const uint8_t *octets, size_t length)
{
	for (size_t i = 0; i + 1 < length; i += 2)
		sum += octets_be16(octets + i);
	return length % 2 ? sum + ((uint64_t)octets[length - 1] << 8) : sum;
}

/* 0 when a checksum that is in the payload is right. */
static uint16_t checksum(const struct ipv6_packet *packet)
{
	uint64_t sum = packet->payload_length + packet->next_header;

	sum = add_words(sum, packet->source.bytes, 16);
	sum = add_words(sum, packet->destination.bytes, 16);
	sum = add_words(sum, packet->payload, packet->payload_length);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static void get_address(struct cursor *c, struct address *address)
{
	const uint8_t *octets = cursor_take(c, 16);

	memset(address, 0, sizeof(*address));
	address->family = AF_INET6;
	if (octets)
		memcpy(address->bytes, octets, 16);
}

bool ipv6_decode(const uint8_t *octets, size_t length, struct ipv6_packet *packet)
{
	struct cursor c = cursor_over((void *)octets, length);
	uint32_t first = cursor_get_u32(&c);
	uint16_t hops;

	packet->payload_length = cursor_get_u16(&c);
	hops = cursor_get_u16(&c);
	packet->next_header = (uint8_t)(hops >> 8);
	packet->hop_limit = (uint8_t)hops;
	get_address(&c, &packet->source);
	get_address(&c, &packet->destination);
	packet->payload = cursor_take(&c, packet->payload_length);
	return cursor_ok(&c) && first >> 28 == VERSION;
}

bool ipv6_checksum_holds(const struct ipv6_packet *packet)
{
	return checksum(packet) == 0;
}

bool ipv6_decode_udp(const struct ipv6_packet *packet, struct ipv6_udp *udp)
{
	struct cursor c = cursor_over((void *)packet->payload, packet->payload_length);
	uint16_t length, sum;

	udp->source = cursor_get_u16(&c);
	udp->destination = cursor_get_u16(&c);
	length = cursor_get_u16(&c);
	sum = cursor_get_u16(&c);
	udp->payload = c.position;
	udp->payload_length = cursor_left(&c);
	return cursor_ok(&c) && packet->next_header == IPV6_NEXT_UDP && length == packet->payload_length && sum &&
	       ipv6_checksum_holds(packet);
}

uint8_t *ipv6_payload(uint8_t *out, size_t size, size_t payload_length)
{
	return size >= IPV6_HEADER && payload_length <= size - IPV6_HEADER ? out + IPV6_HEADER : NULL;
}

size_t ipv6_finish(uint8_t *out, const struct ipv6_packet *packet, size_t checksum_at)
{
	uint8_t *payload = out + IPV6_HEADER;
	struct ipv6_packet written = *packet;
	uint16_t sum;

	octets_put_be16(out, VERSION << 12);
	octets_put_be16(out + 2, 0);
	octets_put_be16(out + 4, (uint16_t)packet->payload_length);
	out[6] = packet->next_header;
	out[7] = packet->hop_limit;
	memcpy(out + 8, packet->source.bytes, 16);
	memcpy(out + 24, packet->destination.bytes, 16);
	written.payload = payload;
	octets_put_be16(payload + checksum_at, 0);
	sum = checksum(&written);
	/* of UDP 0 would be none */
	octets_put_be16(payload + checksum_at, sum || packet->next_header != IPV6_NEXT_UDP ? sum : 0xffff);
	return IPV6_HEADER + packet->payload_length;
}

size_t ipv6_finish_udp(uint8_t *out, const struct address *source, const struct address *destination,
		       const struct ipv6_udp *udp)
{
	struct ipv6_packet packet = {
		.source = *source, .destination = *destination, .next_header = IPV6_NEXT_UDP, .hop_limit = 64,
		.payload_length = UDP_HEADER + udp->payload_length,
	};

	octets_put_be16(out + IPV6_HEADER, udp->source);
	octets_put_be16(out + IPV6_HEADER + 2, udp->destination);
	octets_put_be16(out + IPV6_HEADER + 4, (uint16_t)packet.payload_length);
	return ipv6_finish(out, &packet, UDP_CHECKSUM_AT);
}
