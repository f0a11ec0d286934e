/* SPDX-License-Identifier: MIT */
/*
 * Taking the secrets out of an L2TP message that is to be kept or shown to others: cookies, which are all that
 * protects a static session from forged packets; in control messages assigned cookies, answers to challenges
 * and proxied authentication; in PPP frames passwords and answers to challenges.  They become zeros; lengths stay.
 */
#ifndef L2TPD_WIRE_MASK_H
#define L2TPD_WIRE_MASK_H

#include <stddef.h>
#include <stdint.h>

#include "wire/data_header.h"

enum mask_secret {
	MASK_COOKIE = 1 << 0,
	MASK_AVP = 1 << 1,		/* an attribute of a control message */
	MASK_PPP = 1 << 2,		/* an authentication in a PPP frame */
};

/* Mask all secrets in a message, of which only the first length octets may be there.  cookie_length: of the session's
 * packets in this direction; L2TP_COOKIE_MAX when it is not known.  Returns what was masked, of enum mask_secret:
 * only what was not zero counts. */
unsigned int mask_message(enum l2tp_encap encap, uint8_t *octets, size_t length, size_t cookie_length);

#endif
