/* SPDX-License-Identifier: MIT */
/*
 * Deflate as a compression of PPP (RFC 1979): each packet goes on with the dictionary of those before it, and one that
 * does not become shorter goes as it is, but is remembered by both ends.
 *
 *	PPP protocol 00fd | sequence 16 | what zlib made of protocol and payload
 *
 * A frame begins with its protocol field, of two octets. One struct ppp_deflate is one direction of one unit.
 */
#ifndef L2TPD_KERNEL_PPP_DEFLATE_H
#define L2TPD_KERNEL_PPP_DEFLATE_H

#include <linux/ppp_defs.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ppp_deflate;

/* As an option of CCP says it. NULL: it says nothing that Deflate has, or there is no memory. */
struct ppp_deflate *ppp_deflate_new(const uint8_t *option, size_t length, bool transmit);
void ppp_deflate_free(struct ppp_deflate *deflate);	/* NULL is legal */
/* It was agreed on with this option: begin anew. mru: octets of a payload. False: that is another one. */
bool ppp_deflate_begin(struct ppp_deflate *deflate, const uint8_t *option, size_t length, uint32_t mru);
/* Both ends begin anew. */
void ppp_deflate_reset(struct ppp_deflate *deflate);
const struct compstat *ppp_deflate_stats(const struct ppp_deflate *deflate);

/* --- sending --- */
#define PPP_DEFLATE_MORE 1024		/* octets that packing may add to a frame of 65536, until it is found out */
/* What is sent in place of this frame comes to out, which has room for PPP_DEFLATE_MORE octets more. Returns the
 * length; 0: nothing, the frame goes as it is. */
size_t ppp_deflate_pack(struct ppp_deflate *deflate, const uint8_t *frame, size_t length, uint8_t *out);

/* --- receiving --- */
enum ppp_deflate_result {
	PPP_DEFLATE_FRAME,
	PPP_DEFLATE_LOST,		/* a reset helps */
	PPP_DEFLATE_BROKEN,		/* nothing does */
};
/* A compressed frame has arrived: out, which has room for one octet more than the longest frame, gets the one that it
 * was. What inflates beyond that, or beyond the MRU, is broken. */
enum ppp_deflate_result ppp_deflate_unpack(struct ppp_deflate *deflate, const uint8_t *frame, size_t length,
					   uint8_t *out, size_t longest, size_t *out_length);
/* One that is not compressed has arrived. */
void ppp_deflate_see(struct ppp_deflate *deflate, const uint8_t *frame, size_t length);

#endif
