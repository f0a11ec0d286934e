/* SPDX-License-Identifier: MIT */
/*
 * Classic BPF programs for PPP's devices.  May the peer have sent this packet, and was it enciphered where it has to
 * be?  That is for PPPIOCSPASS, which has a header of four octets before it: 0 inwards, 1 outwards; one unused; the
 * protocol.  And is it one that the engine wants to see?  That is for a socket (router.c), whose packets begin with
 * IPv6's header.
 */
#include <linux/filter.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <string.h>

#include "datapath/kernel/internal.h"
#include "wire/ppp.h"

#define PROTOCOL_AT 2
#define PACKET_AT 4
#define SOURCE_AT_V4 (PACKET_AT + 12)
#define SOURCE_AT_V6 (PACKET_AT + 8)
#define PASS 0xffff
#define RULE_LENGTH_V4 4		/* load, mask, compare, return */
#define RULE_LENGTH_V6 (4 * 3 + 1)
#define AROUND_RULES 52			/* instructions that are there once, and some */
#define NEXT_HEADER_AT 6		/* in an IPv6 packet */
#define HOPS_AT 7
#define DESTINATION_AT 24
#define UPPER_AT 40
#define UDP_DESTINATION_AT (UPPER_AT + 2)
#define DHCPV6_SERVER_PORT 547
#define NEIGHBOUR_HOPS 255		/* nobody else can have sent it (RFC 4861 section 6.1.1) */

_Static_assert((DATAPATH_PREFIXES_MAX + 2) * RULE_LENGTH_V6 + AROUND_RULES <= NATIVE_FILTER_MAX, "the longest fits");

struct writer {
	struct sock_filter *program;
	unsigned int length;
};

static void put(struct writer *writer, uint16_t code, uint32_t k, uint8_t jump_true, uint8_t jump_false)
{
	writer->program[writer->length++] = (struct sock_filter){ code, jump_true, jump_false, k };
}

static uint32_t word_of(const uint8_t *octets)
{
	return (uint32_t)octets[0] << 24 | (uint32_t)octets[1] << 16 | (uint32_t)octets[2] << 8 | octets[3];
}

static uint32_t mask_of(unsigned int length, unsigned int word)
{
	unsigned int bits = length > word * 32 ? length - word * 32 : 0;

	return bits >= 32 ? UINT32_MAX : bits ? ~(UINT32_MAX >> bits) : 0;
}

/* Pass if the source is in it, else go on behind. */
static void put_rule(struct writer *writer, uint32_t source_at, const struct prefix *prefix)
{
	unsigned int words = prefix->address.family == AF_INET6 ? 4 : 1;
	unsigned int end = writer->length + words * 3;

	for (unsigned int i = 0; i < words; i++) {
		uint32_t mask = mask_of(prefix->length, i);

		put(writer, BPF_LD | BPF_W | BPF_ABS, source_at + i * 4, 0, 0);
		put(writer, BPF_ALU | BPF_AND | BPF_K, mask, 0, 0);
		put(writer, BPF_JMP | BPF_JEQ | BPF_K, word_of(prefix->address.bytes + i * 4) & mask, 0,
		    (uint8_t)(end - writer->length));
	}
	put(writer, BPF_RET | BPF_K, PASS, 0, 0);
}

/* Of a packet: so many octets there say this. */
struct match {
	uint16_t size;				/* BPF_B, BPF_H or BPF_W */
	uint32_t at, value;
};

/* Pass if all of it is so, else go on behind. */
static void put_matches(struct writer *writer, uint32_t packet_at, const struct match *matches, unsigned int count)
{
	unsigned int end = writer->length + count * 2;

	for (unsigned int i = 0; i < count; i++) {
		put(writer, BPF_LD | BPF_ABS | matches[i].size, packet_at + matches[i].at, 0, 0);
		put(writer, BPF_JMP | BPF_JEQ | BPF_K, matches[i].value, 0, (uint8_t)(end - writer->length));
	}
	put(writer, BPF_RET | BPF_K, PASS, 0, 0);
}

static void put_neighbour(struct writer *writer, uint32_t packet_at, uint8_t type)
{
	const struct match matches[] = {
		{ BPF_B, NEXT_HEADER_AT, IPPROTO_ICMPV6 },
		{ BPF_B, HOPS_AT, NEIGHBOUR_HOPS },
		{ BPF_B, UPPER_AT, type },
	};

	put_matches(writer, packet_at, matches, sizeof(matches) / sizeof(matches[0]));
}

static void put_dhcpv6(struct writer *writer, uint32_t packet_at, const uint8_t destination[16])
{
	const struct match matches[] = {
		{ BPF_B, NEXT_HEADER_AT, IPPROTO_UDP },
		{ BPF_H, UDP_DESTINATION_AT, DHCPV6_SERVER_PORT },
		{ BPF_W, DESTINATION_AT, word_of(destination) },
		{ BPF_W, DESTINATION_AT + 4, word_of(destination + 4) },
		{ BPF_W, DESTINATION_AT + 8, word_of(destination + 8) },
		{ BPF_W, DESTINATION_AT + 12, word_of(destination + 12) },
	};

	put_matches(writer, packet_at, matches, sizeof(matches) / sizeof(matches[0]));
}

/* What a subscriber asks of its router, from whatever address: neither has a reason for extension headers. */
static void put_router(struct writer *writer, const struct datapath_ppp *ppp, uint32_t packet_at)
{
	static const uint8_t all_dhcp[16] = { 0xff, 0x02, [13] = 1, [15] = 2 };		/* ff02::1:2 */
	uint8_t ours[16] = { 0xfe, 0x80 };

	if (!ppp->punt_router)
		return;
	memcpy(ours + 8, ppp->local_identifier, sizeof(ppp->local_identifier));
	put_neighbour(writer, packet_at, ND_ROUTER_SOLICIT);
	put_dhcpv6(writer, packet_at, all_dhcp);
	put_dhcpv6(writer, packet_at, ours);
}

static void put_prefixes(struct writer *writer, const struct datapath_ppp *ppp, sa_family_t family)
{
	for (unsigned int i = 0; i < ppp->prefix_count && i < DATAPATH_PREFIXES_MAX; i++)
		if (ppp->prefixes[i].prefix.address.family == family)
			put_rule(writer, family == AF_INET6 ? SOURCE_AT_V6 : SOURCE_AT_V4, &ppp->prefixes[i].prefix);
	put(writer, BPF_RET | BPF_K, 0, 0, 0);
}

static void put_v4(struct writer *writer, const struct datapath_ppp *ppp)
{
	if (ppp->peer4.family == AF_INET)
		put_rule(writer, SOURCE_AT_V4, &(struct prefix){ ppp->peer4, 32 });
	put_prefixes(writer, ppp, AF_INET);
}

static void put_v6(struct writer *writer, const struct datapath_ppp *ppp)
{
	static const uint8_t nobody[sizeof(ppp->peer_identifier)];
	struct prefix link_local = { .address = { .family = AF_INET6, .bytes = { 0xfe, 0x80 } }, .length = 128 };

	put_router(writer, ppp, PACKET_AT);
	memcpy(link_local.address.bytes + 8, ppp->peer_identifier, sizeof(ppp->peer_identifier));
	if (memcmp(ppp->peer_identifier, nobody, sizeof(nobody)) != 0)
		put_rule(writer, SOURCE_AT_V6, &link_local);
	put_prefixes(writer, ppp, AF_INET6);
}

/* A packet that was deciphered has not come from anywhere: its buffer is new, and no link layer has noted its protocol
 * there, which is noted in that of every packet as it arrived. */
static void put_deciphered(struct writer *writer)
{
	put(writer, BPF_LD | BPF_W | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_PROTOCOL), 0, 0);
	put(writer, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0);
	put(writer, BPF_RET | BPF_K, 0, 0, 0);
}

/* A jump of eight bits is too short to be over all rules: two instructions lead around those of IPv4. */
static void put_sources(struct writer *writer, const struct datapath_ppp *ppp)
{
	unsigned int around;

	put(writer, BPF_LD | BPF_H | BPF_ABS, PROTOCOL_AT, 0, 0);
	put(writer, BPF_JMP | BPF_JEQ | BPF_K, PPP_IPV4, 1, 0);
	around = writer->length;
	put(writer, BPF_JMP | BPF_JA, 0, 0, 0);
	put_v4(writer, ppp);
	writer->program[around].k = writer->length - around - 1;
	put(writer, BPF_JMP | BPF_JEQ | BPF_K, PPP_IPV6, 1, 0);
	put(writer, BPF_RET | BPF_K, PASS, 0, 0);
	put_v6(writer, ppp);
}

unsigned int native_filter(const struct datapath_ppp *ppp, bool enciphered, struct sock_filter *program)
{
	struct writer writer = { .program = program };
	bool check_source = ppp->check_source && !ppp->default_route;

	if (!check_source && !enciphered)
		return 0;
	put(&writer, BPF_LD | BPF_B | BPF_ABS, 0, 0, 0);
	put(&writer, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0);
	put(&writer, BPF_RET | BPF_K, PASS, 0, 0);
	if (enciphered)
		put_deciphered(&writer);
	if (check_source)
		put_sources(&writer, ppp);
	else
		put(&writer, BPF_RET | BPF_K, PASS, 0, 0);
	return writer.length;
}

unsigned int native_filter_router(const struct datapath_ppp *ppp, struct sock_filter *program)
{
	struct writer writer = { .program = program };

	if (!ppp->ipv6 || (!ppp->punt_router && !ppp->hear_router))
		return 0;
	put_router(&writer, ppp, 0);
	if (ppp->hear_router)
		put_neighbour(&writer, 0, ND_ROUTER_ADVERT);
	put(&writer, BPF_RET | BPF_K, 0, 0, 0);
	return writer.length;
}
