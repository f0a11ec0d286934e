/* SPDX-License-Identifier: MIT */
/*
 * The header of an L2TPv3 data message (RFC 3931 section 4.1) and the default L2-specific
 * sublayer (section 4.6): octets <-> values, and the sequence number arithmetic (Appendix C).
 *
 *   over UDP:              0x0003 | 0x0000 | Session ID 32 | Cookie 0/4/8 | Sublayer 0/4 | frame
 *   over IP protocol 115:                    Session ID 32 | Cookie 0/4/8 | Sublayer 0/4 | frame
 *
 * What follows the Session ID has no length of its own: the session says it.  So reading goes in
 * two steps: data_header_demux() finds out whose packet it is, data_header_finish() the rest.
 */
#ifndef L2TPD_WIRE_DATA_HEADER_H
#define L2TPD_WIRE_DATA_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum l2tp_encap { L2TP_ENCAP_UDP = 0, L2TP_ENCAP_IP = 1 };		/* the kernel's numbers */
enum l2tp_l2spec { L2TP_L2SPEC_NONE = 0, L2TP_L2SPEC_DEFAULT = 1 };
enum l2tp_pw_type {							/* IANA; 7 and 11 as Linux uses them */
	L2TP_PW_ETH_VLAN = 4,
	L2TP_PW_ETH = 5,
	L2TP_PW_PPP = 7,
	L2TP_PW_IP = 11,
};

#define L2TP_IP_PROTOCOL 115
#define L2TP_COOKIE_MAX 8
#define DATA_HEADER_MAX (4 + 4 + L2TP_COOKIE_MAX + 4)
#define DATA_SEQUENCE_MASK 0xffffffu			/* 24 bits */

enum data_kind {
	DATA_KIND_SHORT,	/* too short to tell */
	DATA_KIND_CONTROL,	/* T bit set and version 2 or 3, or session id 0 over IP */
	DATA_KIND_V2,		/* an L2TPv2 data message */
	DATA_KIND_V3,		/* *session_id is valid */
	DATA_KIND_VERSION,	/* neither version 2 nor 3 */
};

/* Who is it for?  octets: the UDP payload or the IP payload.  On DATA_KIND_V3 *session_id is set
 * and *offset is where the cookie begins. */
enum data_kind data_header_demux(enum l2tp_encap encap, const uint8_t *octets, size_t length,
				 uint32_t *session_id, size_t *offset);

/* The connection for which a control message is: over UDP the Control Connection ID (RFC 3931 section 3.2.1), in
 * version 2 the Tunnel ID, over IP the Control Connection ID behind the zero Session ID (section 4.1.1.2); 0: none
 * yet. False when it is no control message, or too short to tell. */
bool data_header_control_id(enum l2tp_encap encap, const uint8_t *octets, size_t length, uint32_t *id);

enum data_check { DATA_CHECK_OK, DATA_CHECK_SHORT, DATA_CHECK_COOKIE };

/* The rest of the header, once the session and so the cookie it requires (cookie_length 0, 4 or 8)
 * is known.  *offset: from data_header_demux(); on DATA_CHECK_OK it moves to the frame, whose
 * length may be 0.  *sublayer: the sublayer's word, 0 when there is none. */
enum data_check data_header_finish(const uint8_t *octets, size_t length, const uint8_t *cookie,
				   size_t cookie_length, enum l2tp_l2spec l2spec, size_t *offset, uint32_t *sublayer);

/* Octets from the start of the message to the frame. cookie_length 0, 4 or 8. */
size_t data_header_length(enum l2tp_encap encap, size_t cookie_length, enum l2tp_l2spec l2spec);

/* Write everything but the sequence number: the template a session prepends to each frame.
 * out: at least DATA_HEADER_MAX. Returns the length; the sublayer, when there is one, is its last
 * four octets, zero. */
size_t data_header_template(enum l2tp_encap encap, uint32_t session_id, const uint8_t *cookie,
			    size_t cookie_length, enum l2tp_l2spec l2spec, uint8_t *out);

/* Sublayer word of a packet with sequence number (24 bits), S bit set; and of the reverse:
 * false when S is clear. */
uint32_t data_sublayer_from_sequence(uint32_t sequence);
bool data_sublayer_sequence(uint32_t sublayer, uint32_t *sequence);

/* RFC 3931 Appendix C: (sequence - expected) mod 2^24 as a signed distance, -2^23 .. 2^23-1:
 * 0 exact, positive newer, negative old. */
int32_t data_sequence_distance(uint32_t sequence, uint32_t expected);

#endif
