/* SPDX-License-Identifier: MIT */
/* ICMP messages that tell who sent a packet how large it may be. Pure. */
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <string.h>

#include "datapath/user/checksum.h"
#include "datapath/user/shared.h"

#define ICMP_HEADER 8
#define QUOTED_V4 548			/* octets: the answer has 576 at most (RFC 1812 section 4.3.2.3) */
#define HOPS 64

/* Of neither an error message itself, nor of what is for many, must an error be told (RFC 1122 section 3.2.2). */
static bool may_answer_v4(const uint8_t *packet, size_t length)
{
	size_t header = (packet[0] & 0xf) * 4u;
	const uint8_t *to = packet + IPV4_ADDRESSES + 4;

	if (header < IPV4_HEADER || length < header + ICMP_HEADER || to[0] >= 224 ||
	    octets_be16(packet + IPV4_FRAGMENT) & 0x1fff)
		return false;
	return packet[IPV4_PROTOCOL] != IPPROTO_ICMP || packet[header] == ICMP_ECHO || packet[header] == ICMP_ECHOREPLY;
}

static size_t answer_v4(const uint8_t *packet, size_t length, uint32_t mtu, uint8_t *out)
{
	size_t quoted = length < QUOTED_V4 ? length : QUOTED_V4, whole = IPV4_HEADER + ICMP_HEADER + quoted;
	uint8_t *icmp = out + IPV4_HEADER;

	if (!may_answer_v4(packet, length))
		return 0;
	memset(out, 0, IPV4_HEADER + ICMP_HEADER);
	out[0] = 0x45;
	octets_put_be16(out + IPV4_LENGTH, (uint16_t)whole);
	out[IPV4_TTL] = HOPS;
	out[IPV4_PROTOCOL] = IPPROTO_ICMP;
	memcpy(out + IPV4_ADDRESSES, packet + IPV4_ADDRESSES + 4, 4);
	memcpy(out + IPV4_ADDRESSES + 4, packet + IPV4_ADDRESSES, 4);
	octets_put_u16(out + IPV4_CHECKSUM, checksum_finish(checksum_sum(out, IPV4_HEADER)));
	icmp[0] = ICMP_DEST_UNREACH;
	icmp[1] = ICMP_FRAG_NEEDED;
	octets_put_be16(icmp + 6, (uint16_t)mtu);
	memcpy(icmp + ICMP_HEADER, packet, quoted);
	octets_put_u16(icmp + 2, checksum_finish(checksum_sum(icmp, ICMP_HEADER + quoted)));
	return whole;
}

static bool may_answer_v6(const uint8_t *packet, size_t length)
{
	if (length < IPV6_HEADER + ICMP_HEADER || packet[IPV6_ADDRESSES] == 0xff)
		return false;
	/* Errors are below 128 (RFC 4443 section 2.1). */
	return packet[IPV6_NEXT] != IPPROTO_ICMPV6 || packet[IPV6_HEADER] & ICMP6_INFOMSG_MASK;
}

static size_t answer_v6(const uint8_t *packet, size_t length, uint32_t mtu, uint8_t *out)
{
	size_t quoted = TOO_BIG_MAX - IPV6_HEADER - ICMP_HEADER, upper;
	uint8_t *icmp = out + IPV6_HEADER;
	uint64_t sum;

	if (!may_answer_v6(packet, length))
		return 0;
	if (length < quoted)
		quoted = length;
	upper = ICMP_HEADER + quoted;
	memset(out, 0, IPV6_HEADER + ICMP_HEADER);
	out[0] = 0x60;
	octets_put_be16(out + IPV6_LENGTH, (uint16_t)upper);
	out[IPV6_NEXT] = IPPROTO_ICMPV6;
	out[IPV6_HOPS] = HOPS;
	memcpy(out + IPV6_ADDRESSES, packet + IPV6_ADDRESSES + 16, 16);
	memcpy(out + IPV6_ADDRESSES + 16, packet + IPV6_ADDRESSES, 16);
	icmp[0] = ICMP6_PACKET_TOO_BIG;
	octets_put_be32(icmp + 4, mtu);
	memcpy(icmp + ICMP_HEADER, packet, quoted);
	sum = checksum_sum_header(out + IPV6_ADDRESSES, 32) + htobe32((uint32_t)upper) + htobe16(IPPROTO_ICMPV6);
	octets_put_u16(icmp + 2, checksum_finish(sum + checksum_sum(icmp, upper)));
	return IPV6_HEADER + upper;
}

size_t too_big_answer(const uint8_t *packet, size_t length, uint32_t mtu, uint8_t answer[TOO_BIG_MAX])
{
	if (length >= IPV4_HEADER && packet[0] >> 4 == 4)
		return answer_v4(packet, length, mtu, answer);
	if (length >= IPV6_HEADER && packet[0] >> 4 == 6)
		return answer_v6(packet, length, mtu, answer);
	return 0;
}
