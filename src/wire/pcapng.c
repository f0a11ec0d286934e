/* SPDX-License-Identifier: MIT */
/* See pcapng.h. */
#include "wire/pcapng.h"

#include <string.h>

#include "base/cursor.h"
#include "base/packet.h"

#define BLOCK_SECTION 0x0a0d0d0au
#define BLOCK_INTERFACE 1u
#define BLOCK_PACKET 6u			/* Enhanced Packet Block */
#define BYTE_ORDER_MAGIC 0x1a2b3c4du
#define LINKTYPE_RAW 101		/* begins with an IPv4 or IPv6 header */
#define OPTION_END 0
#define OPTION_COMMENT 1
#define OPTION_SECTION_PROGRAM 4	/* shb_userappl */
#define OPTION_INTERFACE_NAME 2
#define OPTION_INTERFACE_RESOLUTION 9
#define OPTION_PACKET_FLAGS 2
#define OPTION_PACKET_LOST 4
#define RESOLUTION_NS 9			/* 10^-9 s */
#define FLAG_INBOUND 1u
#define FLAG_OUTBOUND 2u
#define TEXT_MAX 100
#define TTL 64
#define PROTOCOL_UDP 17

/* --- blocks and options --- */

static void put_u64(struct cursor *c, uint64_t value)
{
	cursor_put_u32(c, (uint32_t)(value >> 32));
	cursor_put_u32(c, (uint32_t)value);
}

/* Octets, and zeros up to a multiple of four. */
static void put_padded(struct cursor *c, const void *octets, size_t length)
{
	static const uint8_t zeros[3];

	cursor_put(c, octets, length);
	cursor_put(c, zeros, -length & 3);
}

static void put_option(struct cursor *c, uint16_t code, const void *value, size_t length)
{
	cursor_put_u16(c, code);
	cursor_put_u16(c, (uint16_t)length);
	put_padded(c, value, length);
}

/* A text that is cut off does not end in half a character. */
static void put_text(struct cursor *c, uint16_t code, const char *text, size_t max)
{
	size_t length = strlen(text);

	if (length > max) {
		length = max;
		while (length && ((uint8_t)text[length] & 0xc0) == 0x80)
			length--;
	}
	if (length)
		put_option(c, code, text, length);
}

/* A block begins with its type and length, which end_block() writes, and ends with its length. */
static uint8_t *begin_block(struct cursor *c)
{
	return cursor_take(c, 8);
}

static void end_block(struct cursor *c, uint8_t *start, uint32_t type)
{
	struct cursor head;
	uint32_t whole;

	if (!start || !cursor_ok(c))
		return;
	whole = (uint32_t)(c->position - start) + 4;
	head = cursor_over(start, 8);
	cursor_put_u32(&head, type);
	cursor_put_u32(&head, whole);
	cursor_put_u32(c, whole);
}

size_t pcapng_begin(const char *interface, const char *program, uint8_t *out)
{
	static const uint8_t resolution = RESOLUTION_NS;
	struct cursor c = cursor_over(out, PCAPNG_BEGIN_MAX);
	uint8_t *block = begin_block(&c);

	cursor_put_u32(&c, BYTE_ORDER_MAGIC);
	cursor_put_u16(&c, 1);		/* version 1.0 */
	cursor_put_u16(&c, 0);
	put_u64(&c, UINT64_MAX);	/* the section's length is not known */
	put_text(&c, OPTION_SECTION_PROGRAM, program, TEXT_MAX);
	put_option(&c, OPTION_END, NULL, 0);
	end_block(&c, block, BLOCK_SECTION);

	block = begin_block(&c);
	cursor_put_u16(&c, LINKTYPE_RAW);
	cursor_put_u16(&c, 0);
	cursor_put_u32(&c, 0);		/* no limit on captured octets */
	put_text(&c, OPTION_INTERFACE_NAME, interface, TEXT_MAX);
	put_option(&c, OPTION_INTERFACE_RESOLUTION, &resolution, 1);
	put_option(&c, OPTION_END, NULL, 0);
	end_block(&c, block, BLOCK_INTERFACE);
	return (size_t)(c.position - out);
}

/* --- IP and UDP --- */

/* Sum of 16-bit words in network order, as of RFC 1071; an odd octet counts as if a zero followed. */
static uint32_t sum_words(uint32_t sum, const uint8_t *octets, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		sum += (uint32_t)octets[i] << (i & 1 ? 0 : 8);
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return sum;
}

static uint16_t fold(uint32_t sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~((sum & 0xffff) + (sum >> 16));
}

static void put_address(struct cursor *c, const struct address *address, sa_family_t family)
{
	static const struct address none = { .family = AF_UNSPEC };
	const struct address *given = address->family == family ? address : &none;

	cursor_put(c, given->bytes, family == AF_INET6 ? 16 : 4);
}

/* Is the message so long that its length, with the headers before it, needs more than 16 bits? Not on any wire. */
static uint16_t length16(size_t length)
{
	return length <= UINT16_MAX ? (uint16_t)length : UINT16_MAX;
}

/* Returns the sum of its addresses, for the UDP checksum. */
static uint32_t put_ip(struct cursor *c, const struct pcapng_packet *packet, size_t payload)
{
	const struct address *source = packet->outgoing ? &packet->local.address : &packet->peer.address;
	const struct address *destination = packet->outgoing ? &packet->peer.address : &packet->local.address;
	uint8_t protocol = packet->encap == L2TP_ENCAP_UDP ? PROTOCOL_UDP : L2TP_IP_PROTOCOL;
	sa_family_t family = packet->peer.address.family;
	uint8_t *header = c->position;
	struct cursor checksum;

	if (family == AF_INET6) {
		cursor_put_u32(c, 6u << 28);
		cursor_put_u16(c, length16(payload));
		cursor_put_u16(c, (uint16_t)(protocol << 8 | TTL));
	} else {
		cursor_put_u16(c, 0x4500);
		cursor_put_u16(c, length16(IPV4_HEADER + payload));
		cursor_put_u32(c, 0);
		cursor_put_u16(c, (uint16_t)(TTL << 8 | protocol));
		cursor_put_u16(c, 0);
	}
	put_address(c, source, family);
	put_address(c, destination, family);
	if (!cursor_ok(c))
		return 0;
	if (family == AF_INET6)
		return sum_words(0, header + 8, 32);
	checksum = cursor_over(header + 10, 2);
	cursor_put_u16(&checksum, fold(sum_words(0, header, IPV4_HEADER)));
	return sum_words(0, header + 12, 8);
}

/* The checksum is that of the message as it is written here, in which secrets may be masked; 0, which is none, when not
 * all of it is here. */
static uint16_t udp_checksum(const struct pcapng_packet *packet, uint32_t addresses, const uint8_t *header)
{
	uint32_t sum = addresses + PROTOCOL_UDP + UDP_HEADER + packet->length;
	uint16_t checksum;

	if (packet->captured < packet->length)
		return 0;
	sum = sum_words((sum & 0xffff) + (sum >> 16), header, UDP_HEADER);
	checksum = fold(sum_words(sum, packet->octets, packet->captured));
	return checksum ? checksum : 0xffff;
}

static void put_udp(struct cursor *c, const struct pcapng_packet *packet, uint32_t addresses)
{
	uint8_t *header = c->position;
	struct cursor checksum;

	cursor_put_u16(c, packet->outgoing ? packet->local.port : packet->peer.port);
	cursor_put_u16(c, packet->outgoing ? packet->peer.port : packet->local.port);
	cursor_put_u16(c, length16(UDP_HEADER + packet->length));
	cursor_put_u16(c, 0);
	if (!cursor_ok(c))
		return;
	checksum = cursor_over(header + 6, 2);
	cursor_put_u16(&checksum, udp_checksum(packet, addresses, header));
}

/* --- a packet --- */

static void put_flags(struct cursor *c, const struct pcapng_packet *packet)
{
	uint32_t flags = packet->outgoing ? FLAG_OUTBOUND : FLAG_INBOUND;

	cursor_put_u16(c, OPTION_PACKET_FLAGS);
	cursor_put_u16(c, 4);
	cursor_put_u32(c, flags);
	if (!packet->lost)
		return;
	cursor_put_u16(c, OPTION_PACKET_LOST);
	cursor_put_u16(c, 8);
	put_u64(c, packet->lost);
}

size_t pcapng_packet(const struct pcapng_packet *packet, uint8_t *out, size_t size)
{
	size_t udp = packet->encap == L2TP_ENCAP_UDP ? UDP_HEADER : 0;
	size_t headers = (packet->peer.address.family == AF_INET6 ? IPV6_HEADER : IPV4_HEADER) + udp;
	struct cursor c = cursor_over(out, size);
	uint8_t *block = begin_block(&c);
	uint32_t addresses;

	cursor_put_u32(&c, 0);		/* the interface */
	put_u64(&c, packet->when_ns);
	cursor_put_u32(&c, (uint32_t)headers + packet->captured);
	cursor_put_u32(&c, (uint32_t)headers + packet->length);
	addresses = put_ip(&c, packet, udp + packet->length);
	if (udp)
		put_udp(&c, packet, addresses);
	put_padded(&c, packet->octets, packet->captured);	/* the headers are a multiple of four */
	put_flags(&c, packet);
	if (packet->comment)
		put_text(&c, OPTION_COMMENT, packet->comment, PCAPNG_COMMENT_MAX);
	put_option(&c, OPTION_END, NULL, 0);
	end_block(&c, block, BLOCK_PACKET);
	return cursor_ok(&c) ? (size_t)(c.position - out) : 0;
}
