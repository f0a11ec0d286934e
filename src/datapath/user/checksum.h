/* SPDX-License-Identifier: MIT */
/*
 * The Internet checksum (RFC 1071).  Sums are of 16-bit words as they lie in memory, whatever the
 * machine's byte order, and not folded, so that parts can be summed one by one and added: a part
 * must begin at an even distance from the start of what is summed.  A value that is not in
 * memory enters a sum as htobe16() or htobe32() of it.
 */
#ifndef L2TPD_DATAPATH_USER_CHECKSUM_H
#define L2TPD_DATAPATH_USER_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

#include "base/octets.h"

/* Sum of length octets; an odd last one is padded with zero. For lengths up to 16 MiB the result
 * is below 2^56: a hundred of them may be added. */
uint64_t checksum_sum(const uint8_t *octets, size_t length);

/* The same for a header of up to some 60 octets; length: a multiple of 4. */
static inline uint64_t checksum_sum_header(const uint8_t *octets, size_t length)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < length; i += 4)
		sum += octets_u32(octets + i);
	return sum;
}

/* To 16 bits with end-around carry: 0 only if every octet was 0, 0xffff if the checksum is right. */
static inline uint16_t checksum_fold(uint64_t sum)
{
	sum = (sum >> 32) + (sum & 0xffffffff);
	sum = (sum >> 32) + (sum & 0xffffffff);
	sum = (sum >> 16) + (sum & 0xffff);
	sum = (sum >> 16) + (sum & 0xffff);
	return (uint16_t)sum;
}

/* What goes into a header's checksum field, in memory order, to make the sum right. */
static inline uint16_t checksum_finish(uint64_t sum)
{
	return (uint16_t)~checksum_fold(sum);
}

/* The same for UDP, where 0 in the field would say "no checksum" (RFC 768). */
static inline uint16_t checksum_finish_udp(uint64_t sum)
{
	uint16_t checksum = checksum_finish(sum);

	return checksum ? checksum : 0xffff;
}

#endif
