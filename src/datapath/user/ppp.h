/* SPDX-License-Identifier: MIT */
/*
 * PPP sessions on the packet path: what arrives is carried, when it is an IP packet and the engine said so, or punted
 * to the engine; what leaves gets the headers of PPP and L2TP.
 */
#ifndef L2TPD_DATAPATH_USER_PPP_H
#define L2TPD_DATAPATH_USER_PPP_H

#include "datapath/user/worker.h"

#define PPP_CONTROL_FIRST 0x8000	/* protocols of link and network control begin here (RFC 1661 section 2) */

/* Where a frame's protocol field begins: address and control fields may be missing. */
static inline size_t ppp_skip_address(const uint8_t *frame, size_t length)
{
	return length >= 2 && frame[0] == 0xff && frame[1] == 0x03 ? 2 : 0;
}

/* With or without address and control fields, and with a protocol field of either length. */
static inline bool ppp_is_control(const uint8_t *frame, size_t length)
{
	size_t begin = ppp_skip_address(frame, length);

	return length >= begin + 2 && !(frame[begin] & 1) &&
	       (frame[begin] << 8 | frame[begin + 1]) >= PPP_CONTROL_FIRST;
}

/* --- header.c --- */
/* Write the L2TP header of a frame, numbered if the session numbers its own, so that it ends at `end`; control: with
 * the P bit, if wanted. Returns its length, DATA_HEADER_MAX at most. If it numbers, only the session's worker may. */
size_t header_put(struct session *session, bool control, uint8_t *end);

/* --- ppp.c: the worker at which the session's packets arrive --- */
/* A frame without a frame socket. It stays in place until deliver_flush(). */
void ppp_deliver(struct worker *worker, struct session *session, uint8_t *frame, size_t length);

#endif
