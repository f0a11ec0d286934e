/* SPDX-License-Identifier: MIT */
/*
 * The header of a control message: RFC 2661 section 3.1 (version 2) and RFC 3931 section 3.2.1
 * (version 3; over IP protocol 115 without the four zero octets that precede it there).
 *
 *	version 2:  T L x x S x O P x x x x Ver=2 | Length 16 | Tunnel ID 16 | Session ID 16 | Ns 16 | Nr 16
 *	version 3:  T L x x S x x x x x x x Ver=3 | Length 16 | Control Connection ID 32     | Ns 16 | Nr 16
 */
#ifndef L2TPD_WIRE_CONTROL_HEADER_H
#define L2TPD_WIRE_CONTROL_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONTROL_HEADER_LENGTH 12
#define CONTROL_MESSAGE_MAX 65535	/* what Length can say */

struct control_header {
	uint8_t version;		/* 2 or 3 */
	uint32_t connection_id;		/* the receiver's; 16 bits in version 2, where it is the tunnel id */
	uint16_t session_id;		/* version 2: the receiver's */
	uint16_t ns, nr;
	uint16_t length;		/* of the message with this header */
};

/* octets of a datagram whose T bit is set.  False: malformed (RFC 2661 section 7.1: to be discarded).  What
 * follows the message in the datagram is to be ignored. */
bool control_header_read(const uint8_t *octets, size_t length, struct control_header *header);
void control_header_write(const struct control_header *header, uint8_t out[CONTROL_HEADER_LENGTH]);

#endif
