/* SPDX-License-Identifier: MIT */
/*
 * The header of an L2TPv2 data message (RFC 2661 section 3.1), octets <-> values, and its 16 bit sequence numbers
 * (section 5.4).  data_header.h tells messages of either version apart.
 *
 *	flags and version 16 | [Length] | Tunnel ID | Session ID | [Ns | Nr] | [Offset Size | pad] | PPP frame
 */
#ifndef L2TPD_WIRE_DATA_HEADER_V2_H
#define L2TPD_WIRE_DATA_HEADER_V2_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DATA_HEADER_V2_MAX 10		/* of what we send */

enum data_v2_check {
	DATA_V2_OK,
	DATA_V2_SHORT,			/* ends before the ids, which are not valid */
	DATA_V2_INVALID,		/* the ids are valid; the rest contradicts itself, or there is no frame */
};

struct data_header_v2 {
	uint16_t tunnel_id, session_id;	/* the receiver's */
	bool numbered;			/* S */
	bool priority;			/* P */
	uint16_t ns;			/* when numbered */
	uint32_t offset, length;	/* of the frame, in the message; length is at least 1 */
};

/* L, S, O and P as they come, reserved bits and Nr ignored. octets: the UDP payload, DATA_KIND_V2 by
 * data_header_demux(). What lies behind the Length, when there is one, does not belong to the message. */
enum data_v2_check data_header_v2_read(const uint8_t *octets, size_t length, struct data_header_v2 *header);

/* Octets of what data_header_v2_write() writes. */
static inline size_t data_header_v2_length(bool numbered)
{
	return numbered ? DATA_HEADER_V2_MAX : DATA_HEADER_V2_MAX - 4;
}

/* ids, numbered, ns and priority; never L and O. out: at least DATA_HEADER_V2_MAX. Returns the length. */
size_t data_header_v2_write(const struct data_header_v2 *header, uint8_t *out);

/* What a 16 bit Ns means in the 24 bits that data_sequence_distance() compares: the nearest such number to the one
 * that is expected, so that up to 32,767 ahead is newer and all else is old. */
uint32_t data_v2_sequence(uint16_t ns, uint32_t expected);

#endif
