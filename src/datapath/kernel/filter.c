/* SPDX-License-Identifier: MIT */
/*
 * Classic BPF programs for PPP's devices.  May the peer have sent this packet, and was it enciphered where it has to
 * be?  That is for PPPIOCSPASS, which has a header of four octets before it: 0 inwards, 1 outwards; one unused; the
 * protocol.  And is it one that the engine wants to see?  That is for a socket (router.c), whose packets begin with
 * IPv6's header.
 */
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <string.h>

#include "datapath/kernel/internal.h"
#include "os/cbpf.h"
#include "wire/ppp.h"

#define DIRECTION_AT 0
#define INWARDS 0
#define PROTOCOL_AT 2
#define PACKET_AT 4
#define SOURCE_AT_V4 (PACKET_AT + 12)
#define SOURCE_AT_V6 (PACKET_AT + 8)
#define PASS 0xffff
#define DROP 0
#define RULE_LENGTH_V6 (4 * 3 + 1)	/* load, mask and compare each word, return */
#define AROUND_RULES 52			/* instructions that are there once, and some */
#define NEXT_HEADER_AT 6		/* in an IPv6 packet */
#define HOPS_AT 7
#define DESTINATION_AT 24
#define UPPER_AT 40
#define UDP_DESTINATION_AT (UPPER_AT + 2)
#define DHCPV6_SERVER_PORT 547
#define NEIGHBOUR_HOPS 255		/* nobody else can have sent it (RFC 4861 section 6.1.1) */

_Static_assert((DATAPATH_PREFIXES_MAX + 2) * RULE_LENGTH_V6 + AROUND_RULES <= NATIVE_FILTER_MAX, "the longest fits");

/* Pass if the source is in it, else go on behind. */
static void put_rule(struct cbpf *program, uint32_t source_at, const struct prefix *prefix)
{
	struct cbpf_block block = { .program = program };

	cbpf_within(&block, source_at, prefix);
	cbpf_end(&block, PASS);
}

static void put_neighbour(struct cbpf *program, uint32_t packet_at, uint8_t type)
{
	struct cbpf_block block = { .program = program };

	cbpf_equal(&block, BPF_LD | BPF_B | BPF_ABS, packet_at + NEXT_HEADER_AT, IPPROTO_ICMPV6);
	cbpf_equal(&block, BPF_LD | BPF_B | BPF_ABS, packet_at + HOPS_AT, NEIGHBOUR_HOPS);
	cbpf_equal(&block, BPF_LD | BPF_B | BPF_ABS, packet_at + UPPER_AT, type);
	cbpf_end(&block, PASS);
}

static void put_dhcpv6(struct cbpf *program, uint32_t packet_at, const struct prefix *destination)
{
	struct cbpf_block block = { .program = program };

	cbpf_equal(&block, BPF_LD | BPF_B | BPF_ABS, packet_at + NEXT_HEADER_AT, IPPROTO_UDP);
	cbpf_equal(&block, BPF_LD | BPF_H | BPF_ABS, packet_at + UDP_DESTINATION_AT, DHCPV6_SERVER_PORT);
	cbpf_within(&block, packet_at + DESTINATION_AT, destination);
	cbpf_end(&block, PASS);
}

static struct prefix link_local(const uint8_t identifier[8])
{
	struct prefix prefix = { .address = { .family = AF_INET6, .bytes = { 0xfe, 0x80 } }, .length = 128 };

	memcpy(prefix.address.bytes + 8, identifier, 8);
	return prefix;
}

/* What a subscriber asks of its router, from whatever address: neither has a reason for extension headers. */
static void put_router(struct cbpf *program, const struct datapath_ppp *ppp, uint32_t packet_at)
{
	static const struct prefix all_dhcp = {		/* ff02::1:2 */
		.address = { .family = AF_INET6, .bytes = { 0xff, 0x02, [13] = 1, [15] = 2 } }, .length = 128,
	};
	struct prefix ours = link_local(ppp->local_identifier);

	if (!ppp->punt_router)
		return;
	put_neighbour(program, packet_at, ND_ROUTER_SOLICIT);
	put_dhcpv6(program, packet_at, &all_dhcp);
	put_dhcpv6(program, packet_at, &ours);
}

static void put_prefixes(struct cbpf *program, const struct datapath_ppp *ppp, sa_family_t family)
{
	for (unsigned int i = 0; i < ppp->prefix_count && i < DATAPATH_PREFIXES_MAX; i++)
		if (ppp->prefixes[i].prefix.address.family == family)
			put_rule(program, family == AF_INET6 ? SOURCE_AT_V6 : SOURCE_AT_V4, &ppp->prefixes[i].prefix);
	cbpf_return(program, DROP);
}

static void put_v4(struct cbpf *program, const struct datapath_ppp *ppp)
{
	if (ppp->peer4.family == AF_INET)
		put_rule(program, SOURCE_AT_V4, &(struct prefix){ ppp->peer4, 32 });
	put_prefixes(program, ppp, AF_INET);
}

static void put_v6(struct cbpf *program, const struct datapath_ppp *ppp)
{
	static const uint8_t nobody[sizeof(ppp->peer_identifier)];
	struct prefix its = link_local(ppp->peer_identifier);

	put_router(program, ppp, PACKET_AT);
	if (memcmp(ppp->peer_identifier, nobody, sizeof(nobody)) != 0)
		put_rule(program, SOURCE_AT_V6, &its);
	put_prefixes(program, ppp, AF_INET6);
}

/* A packet that was deciphered has not come from anywhere: its buffer is new, and no link layer has noted its protocol
 * there, which is noted in that of every packet as it arrived. */
static void put_deciphered(struct cbpf *program)
{
	cbpf_put(program, BPF_LD | BPF_W | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_PROTOCOL));
	cbpf_require(program, 0, DROP);
}

static void put_sources(struct cbpf *program, const struct datapath_ppp *ppp)
{
	unsigned int others;

	cbpf_put(program, BPF_LD | BPF_H | BPF_ABS, PROTOCOL_AT);
	others = cbpf_unless(program, PPP_IPV4);
	put_v4(program, ppp);
	cbpf_land(program, others);
	cbpf_require(program, PPP_IPV6, PASS);
	put_v6(program, ppp);
}

unsigned int native_filter(const struct datapath_ppp *ppp, bool enciphered, struct sock_filter *code)
{
	struct cbpf program = { .code = code, .room = NATIVE_FILTER_MAX };
	bool check_source = ppp->check_source && !ppp->default_route;

	if (!check_source && !enciphered)
		return 0;
	cbpf_put(&program, BPF_LD | BPF_B | BPF_ABS, DIRECTION_AT);
	cbpf_require(&program, INWARDS, PASS);
	if (enciphered)
		put_deciphered(&program);
	if (check_source)
		put_sources(&program, ppp);
	else
		cbpf_return(&program, PASS);
	return program.length;
}

unsigned int native_filter_router(const struct datapath_ppp *ppp, struct sock_filter *code)
{
	struct cbpf program = { .code = code, .room = NATIVE_FILTER_MAX };

	if (!ppp->ipv6 || (!ppp->punt_router && !ppp->hear_router))
		return 0;
	put_router(&program, ppp, 0);
	if (ppp->hear_router)
		put_neighbour(&program, 0, ND_ROUTER_ADVERT);
	cbpf_return(&program, DROP);
	return program.length;
}
