/* SPDX-License-Identifier: MIT */
/*
 * Frames for the tests of the packet functions: built from a description, and judged by rules that share no
 * code with what they test.  All randomness comes from a seed, so what fails once fails always.
 */
#ifndef L2TPD_TESTS_FRAMES_H
#define L2TPD_TESTS_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define FRAME_MAX 66000

struct frame_spec {
	bool ethernet, ipv6, udp;
	int tags;			/* VLAN, 0..2; Ethernet only */
	uint16_t vlan_id;
	uint8_t host;			/* last octet of the source address */
	uint16_t source_port, dest_port;
	uint8_t tos, ttl;		/* IPv6: traffic class, hop limit */
	uint32_t flow_label;
	uint16_t ip_id, fragment;	/* IPv4 */
	int ip_options;			/* octets of IPv4 options, a multiple of 4; of IPv6 extension headers, of 8 */
	uint32_t sequence, ack;
	uint8_t flags;
	uint16_t window, urgent;
	int tcp_options;		/* octets, a multiple of 4: timestamps in them */
	uint32_t timestamp;
	size_t payload;
	uint8_t fill;			/* the payload counts up from here */
};

/* Where the parts of a built frame are. */
struct frame_parts {
	size_t l3, l4, payload, length;
};

static inline uint32_t test_random(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*state >> 33);
}

static inline uint32_t test_random_below(uint64_t *state, uint32_t limit)
{
	return test_random(state) % limit;
}

static inline void put16(uint8_t *p, uint32_t value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
}

static inline void put32(uint8_t *p, uint32_t value)
{
	put16(p, value >> 16);
	put16(p + 2, value);
}

static inline uint32_t get16(const uint8_t *p)
{
	return (uint32_t)p[0] << 8 | p[1];
}

static inline uint32_t get32(const uint8_t *p)
{
	return get16(p) << 16 | get16(p + 2);
}

/* Octet by octet: slow and plain. */
static inline uint32_t plain_sum(uint32_t sum, const uint8_t *octets, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		sum += i & 1 ? octets[i] : (uint32_t)octets[i] << 8;
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return sum;
}

static inline uint32_t plain_pseudo(const uint8_t *ip, bool ipv6, uint8_t protocol, uint32_t length)
{
	uint32_t sum = protocol + (length & 0xffff) + (length >> 16);

	return ipv6 ? plain_sum(sum, ip + 8, 32) : plain_sum(sum, ip + 12, 8);
}

static inline size_t put_ethernet(const struct frame_spec *spec, uint8_t *out)
{
	size_t at = 12;

	if (!spec->ethernet)
		return 0;
	memcpy(out, "\x02\x00\x00\x00\x00\x01\x02\x00\x00\x00\x00\x02", 12);
	for (int i = spec->tags; i > 0; i--, at += 4) {
		put16(out + at, i == 2 ? 0x88a8 : 0x8100);
		put16(out + at + 2, spec->vlan_id + (uint32_t)i);
	}
	put16(out + at, spec->ipv6 ? 0x86dd : 0x0800);
	return at + 2;
}

static inline size_t put_ipv4(const struct frame_spec *spec, uint8_t *ip, size_t upper)
{
	size_t header = 20 + (size_t)spec->ip_options;

	memset(ip, 1, header);		/* options: NOP */
	ip[0] = (uint8_t)(0x40 | header / 4);
	ip[1] = spec->tos;
	put16(ip + 2, (uint32_t)(header + upper));
	put16(ip + 4, spec->ip_id);
	put16(ip + 6, spec->fragment);
	ip[8] = spec->ttl;
	ip[9] = spec->udp ? 17 : 6;
	put16(ip + 10, 0);
	put32(ip + 12, 0x0a000000u | spec->host);
	put32(ip + 16, 0x0a000102u);
	put16(ip + 10, ~plain_sum(0, ip, header));
	return header;
}

static inline size_t put_ipv6(const struct frame_spec *spec, uint8_t *ip, size_t upper)
{
	size_t options = (size_t)spec->ip_options;

	put32(ip, 6u << 28 | (uint32_t)spec->tos << 20 | (spec->flow_label & 0xfffff));
	put16(ip + 4, (uint32_t)(options + upper));
	ip[6] = options ? 60 : spec->udp ? 17 : 6;
	ip[7] = spec->ttl;
	memcpy(ip + 8, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1", 16);
	ip[8 + 15] = spec->host;
	memcpy(ip + 24, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\2", 16);
	if (options) {			/* one destination options header of padding */
		memset(ip + 40, 0, options);
		ip[40] = spec->udp ? 17 : 6;
		ip[41] = (uint8_t)(options / 8 - 1);
		ip[42] = 1;
		ip[43] = (uint8_t)(options - 4);
	}
	return 40 + options;
}

static inline void put_upper(const struct frame_spec *spec, uint8_t *l4, size_t length)
{
	put16(l4, spec->source_port);
	put16(l4 + 2, spec->dest_port);
	if (spec->udp) {
		put16(l4 + 4, (uint32_t)length);
		put16(l4 + 6, 0);
		return;
	}
	put32(l4 + 4, spec->sequence);
	put32(l4 + 8, spec->ack);
	l4[12] = (uint8_t)((20 + spec->tcp_options) / 4 << 4);
	l4[13] = spec->flags;
	put16(l4 + 14, spec->window);
	put16(l4 + 16, 0);
	put16(l4 + 18, spec->urgent);
	memset(l4 + 20, 1, (size_t)spec->tcp_options);
	if (spec->tcp_options >= 12) {
		memcpy(l4 + 22, "\x08\x0a", 2);
		put32(l4 + 24, spec->timestamp);
		put32(l4 + 28, 77);
	}
}

/* The frame with all its checksums right; parts may be NULL. Returns its length. */
static inline size_t frame_build(const struct frame_spec *spec, uint8_t *out, struct frame_parts *parts)
{
	size_t upper_header = spec->udp ? 8 : 20 + (size_t)spec->tcp_options;
	size_t upper = upper_header + spec->payload;
	size_t l3 = put_ethernet(spec, out);
	size_t l4 = l3 + (spec->ipv6 ? put_ipv6 : put_ipv4)(spec, out + l3, upper);
	uint32_t sum;

	put_upper(spec, out + l4, upper);
	for (size_t i = 0; i < spec->payload; i++)
		out[l4 + upper_header + i] = (uint8_t)(spec->fill + i * 7);
	sum = plain_pseudo(out + l3, spec->ipv6, spec->udp ? 17 : 6, (uint32_t)upper);
	sum = ~plain_sum(sum, out + l4, upper) & 0xffff;
	put16(out + l4 + (spec->udp ? 6 : 16), spec->udp && !sum ? 0xffff : sum);
	if (parts)
		*parts = (struct frame_parts){ l3, l4, l4 + upper_header, l4 + upper };
	return l4 + upper;
}

/* Make of a frame what a device hands out as a super-packet: only the pseudo-header summed. */
static inline void frame_make_partial(const struct frame_spec *spec, uint8_t *frame, const struct frame_parts *parts)
{
	uint32_t sum = plain_pseudo(frame + parts->l3, spec->ipv6, spec->udp ? 17 : 6,
				    (uint32_t)(parts->length - parts->l4));

	put16(frame + parts->l4 + (spec->udp ? 6 : 16), sum);
}

/* Are IPv4 header checksum, lengths and TCP or UDP checksum of a frame like *parts right? */
static inline bool frame_verifies(const struct frame_spec *spec, const uint8_t *frame, size_t l3, size_t l4,
				  size_t length)
{
	const uint8_t *ip = frame + l3;
	uint32_t upper = (uint32_t)(length - l4);

	if (spec->ipv6 ? get16(ip + 4) + 40 != length - l3 : get16(ip + 2) != length - l3)
		return false;
	if (!spec->ipv6 && plain_sum(0, ip, l4 - l3) != 0xffff)
		return false;
	if (spec->udp && (get16(frame + l4 + 4) != upper || get16(frame + l4 + 6) == 0))
		return false;
	return plain_sum(plain_pseudo(ip, spec->ipv6, spec->udp ? 17 : 6, upper), frame + l4, upper) == 0xffff;
}

#endif
