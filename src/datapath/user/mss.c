/* SPDX-License-Identifier: MIT */
/*
 * TCP MSS clamping.
 */
#include "datapath/user/mss.h"

#include <netinet/in.h>

#include "datapath/user/checksum.h"

enum { OPTION_END = 0, OPTION_NOP = 1, OPTION_MSS = 2 };	/* RFC 9293 3.2 */
#define OPTION_MSS_LENGTH 4

/* A 16-bit word in memory order as it counts in the checksum: at an odd offset its octets change places. */
static uint16_t as_summed(uint16_t word, uint32_t offset)
{
	return offset & 1 ? (uint16_t)(word << 8 | word >> 8) : word;
}

/* Put value at offset of the TCP header and keep the checksum as right or wrong as it was (RFC 1624). */
static void replace(uint8_t *tcp, uint32_t offset, uint16_t value, bool partial_checksum)
{
	uint16_t before = as_summed(octets_u16(tcp + offset), offset);
	uint16_t checksum = octets_u16(tcp + TCP_CHECKSUM);
	uint16_t after;

	octets_put_be16(tcp + offset, value);
	after = as_summed(octets_u16(tcp + offset), offset);
	if (!partial_checksum)
		octets_put_u16(tcp + TCP_CHECKSUM,
			       checksum_finish((uint64_t)(uint16_t)~checksum + (uint16_t)~before + after));
}

static void clamp_options(uint8_t *tcp, uint32_t end, uint16_t most, bool partial_checksum)
{
	uint32_t at = TCP_HEADER;

	while (at + 1 < end && tcp[at] != OPTION_END) {
		if (tcp[at] == OPTION_NOP) {
			at++;
			continue;
		}
		if (tcp[at + 1] < 2 || at + tcp[at + 1] > end)
			return;
		if (tcp[at] == OPTION_MSS && tcp[at + 1] == OPTION_MSS_LENGTH && octets_be16(tcp + at + 2) > most)
			replace(tcp, at + 2, most, partial_checksum);
		at += tcp[at + 1];
	}
}

void mss_clamp(uint8_t *frame, size_t length, enum frame_layer layer, uint32_t mtu, bool partial_checksum)
{
	struct inner inner;
	uint32_t headers;
	uint8_t *tcp;

	if (!inner_parse(frame, length, layer, &inner) || inner.protocol != IPPROTO_TCP)
		return;
	tcp = frame + inner.l4_offset;
	headers = (inner.ipv6 ? IPV6_HEADER : IPV4_HEADER) + TCP_HEADER;
	if (!(tcp[TCP_FLAGS] & TCP_SYN) || mtu <= headers || mtu - headers > UINT16_MAX)
		return;
	clamp_options(tcp, inner.payload_offset - inner.l4_offset, (uint16_t)(mtu - headers), partial_checksum);
}
