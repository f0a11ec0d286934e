/* SPDX-License-Identifier: MIT */
/*
 * The octets of PPP: frames as they are in L2TP (RFC 1661 section 2; no flags, no stuffing, no FCS), the packets of
 * control protocols (section 5) and their lists of options (section 6).
 *
 *	[Address ff, Control 03] | Protocol 8 or 16 | information
 *	Code 8 | Identifier 8 | Length 16 | data
 *	Type 8 | Length 8 | value
 */
#ifndef L2TPD_WIRE_PPP_H
#define L2TPD_WIRE_PPP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"

enum ppp_protocol {
	PPP_IPV4 = 0x0021,
	PPP_TCP_COMPRESSED = 0x002d,	/* headers (vj.h) ... */
	PPP_TCP_WHOLE = 0x002f,		/* ... to be compressed in the next packets */
	PPP_VJ_COMPRESSED = 0x002d,
	PPP_VJ_UNCOMPRESSED = 0x002f,
	PPP_MULTILINK = 0x003d,
	PPP_IPV6 = 0x0057,
	PPP_COMPRESSED = 0x00fd,	/* MPPE's, too */
	PPP_IPCP = 0x8021,
	PPP_ECP = 0x8053,
	PPP_IPV6CP = 0x8057,
	PPP_CCP = 0x80fd,
	PPP_LCP = 0xc021,
	PPP_PAP_PROTOCOL = 0xc023,
	PPP_LQR = 0xc025,
	PPP_CHAP_PROTOCOL = 0xc223,
	PPP_EAP_PROTOCOL = 0xc227,
};

#define PPP_HEADER_LENGTH 4		/* address, control, protocol */
#define PPP_PACKET_LENGTH 4		/* code, identifier, length */
#define PPP_OPTION_LENGTH 2		/* type, length */
#define PPP_OPTION_VALUE_MAX (255 - PPP_OPTION_LENGTH)

/* "LCP", "IPCP", ...; "" when it has no name here. */
const char *ppp_protocol_name(uint16_t protocol);

/* With or without address and control, with one or two octets of protocol.  False: too short, or no protocol's number
 * (section 2: the last octet is odd, the first of two is even). */
bool ppp_frame_read(const uint8_t *frame, size_t length, uint16_t *protocol, const uint8_t **information,
		    size_t *information_length);
/* Where a frame's protocol field begins: address and control fields may be missing. */
static inline size_t ppp_skip_address(const uint8_t *frame, size_t length)
{
	return length >= 2 && frame[0] == 0xff && frame[1] == 0x03 ? 2 : 0;
}
/* Nothing left out. */
void ppp_header_write(uint16_t protocol, uint8_t out[PPP_HEADER_LENGTH]);

/* What LCP, NCPs, PAP, CHAP and EAP have in common. */
struct ppp_packet {
	uint8_t code, identifier;
	const uint8_t *data;
	size_t length;			/* of data */
};

/* Of LCP's and NCPs' packets; those of PAP, CHAP and EAP have codes of their own. */
enum ppp_code {
	PPP_CONFIGURE_REQUEST = 1, PPP_CONFIGURE_ACK, PPP_CONFIGURE_NAK, PPP_CONFIGURE_REJECT,
	PPP_TERMINATE_REQUEST, PPP_TERMINATE_ACK, PPP_CODE_REJECT,
	/* LCP */
	PPP_PROTOCOL_REJECT = 8, PPP_ECHO_REQUEST, PPP_ECHO_REPLY, PPP_DISCARD_REQUEST, PPP_IDENTIFICATION,
	PPP_TIME_REMAINING,
	/* CCP */
	PPP_RESET_REQUEST = 14, PPP_RESET_ACK,
};

/* False: it is shorter than it says, or than its header. What lies behind Length is padding. */
bool ppp_packet_read(const uint8_t *octets, size_t length, struct ppp_packet *packet);
/* The header of a packet with that many octets of data. */
void ppp_packet_write(uint8_t code, uint8_t identifier, size_t length, uint8_t out[PPP_PACKET_LENGTH]);

struct ppp_option {
	uint8_t type;
	uint8_t length;			/* of value */
	const uint8_t *value;
};

/* Each option has a length of two at least, and the last one ends where the list ends. */
bool ppp_options_are_whole(const uint8_t *octets, size_t length);
/* The option at *position (0: the first), of a list that is whole; false at the end. */
bool ppp_option_next(const uint8_t *octets, size_t length, size_t *position, struct ppp_option *option);
/* length: at most PPP_OPTION_VALUE_MAX. */
void ppp_option_put(struct cursor *cursor, uint8_t type, const void *value, size_t length);
void ppp_option_put_u16(struct cursor *cursor, uint8_t type, uint16_t value);
void ppp_option_put_u32(struct cursor *cursor, uint8_t type, uint32_t value);
/* The value of an option of 2 or 4 octets. */
uint16_t ppp_option_u16(const struct ppp_option *option);
uint32_t ppp_option_u32(const struct ppp_option *option);

#endif
