/* SPDX-License-Identifier: MIT */
/*
 * PPP in HDLC-like framing on an asynchronous line (RFC 1662): what xl2tpd speaks with its pppd over a pty.  Only
 * stand_in.c needs it: L2TP itself carries frames without flags, escapes and check sequence.
 */
#ifndef L2TPD_PEERS_HDLC_H
#define L2TPD_PEERS_HDLC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HDLC_FRAME_MAX 2048	/* octets between two flags, unescaped, with the check sequence */
#define HDLC_ENCODED_MAX(length) (2 * ((length) + 2) + 2)	/* every octet escaped, and two flags */
#define HDLC_ACCM_ALL 0xffffffffU

/* Zero: between frames. */
struct hdlc_decoder {
	uint8_t frame[HDLC_FRAME_MAX];
	size_t length;		/* of the frame, when one is complete: without the check sequence */
	bool complete, escaped, spoilt;
};

/* Whether this octet has completed a good frame, which is there until the next call. Bad ones are not told of. */
bool hdlc_decode(struct hdlc_decoder *decoder, uint8_t octet);

/* A frame, from its address or protocol field on, as it goes over the line; escaped is what accm says, bit n for
 * octet n. to: room for HDLC_ENCODED_MAX(length). Returns the octets. */
size_t hdlc_encode(const uint8_t *frame, size_t length, uint32_t accm, uint8_t *to);

/* The check sequence of RFC 1662, not complemented, to be continued; begin with HDLC_FCS_START. */
#define HDLC_FCS_START 0xffff
#define HDLC_FCS_GOOD 0xf0b8	/* of a good frame and its check sequence */
uint16_t hdlc_fcs(uint16_t fcs, const uint8_t *octets, size_t length);

#endif
