/* SPDX-License-Identifier: MIT */
/*
 * PPP sessions on the packet path: what arrives is carried, when it is an IP packet and the engine said so, or punted
 * to the engine; what leaves gets the headers of PPP and L2TP, and is enciphered where that was agreed on.
 */
#ifndef L2TPD_DATAPATH_USER_PPP_H
#define L2TPD_DATAPATH_USER_PPP_H

#include "base/octets.h"
#include "datapath/user/bucket.h"
#include "datapath/user/segment.h"
#include "datapath/user/train.h"
#include "datapath/user/worker.h"
#include "wire/mppe.h"
#include "wire/ppp.h"

#define PPP_CONTROL_FIRST 0x8000	/* protocols of link and network control begin here (RFC 1661 section 2) */
#define PPP_IPV4 0x0021
#define PPP_IPV6 0x0057
#define PPP_COMPRESSED 0x00fd		/* MPPE's packets (RFC 3078 section 3) */
#define PPP_COMPRESSED_LINK 0x00fb	/* from here on nothing is enciphered again */
#define PPP_HEADER_MAX 4		/* address, control and protocol */

struct shared_device;

/* What a session carries. Immutable, replaced as a whole (RCU); control keeps in it what it must undo. */
struct network {
	struct datapath_ppp ppp;	/* its prefixes are those below */
	struct shared_device *shared;	/* NULL: a device of its own */
	int output;			/* the device to which what arrives is written */
	bool guarded;			/* a default route: our own packets to the peer could come back to us */
	uint32_t proxy_ifindex;		/* control: where peer4 is answered for; 0: nowhere */
	struct datapath_prefix prefixes[];
};

/* MPPE both ways; NULL: not this one. Replaced as a whole (RCU). */
struct cipher {
	struct mppe *send;		/* tx's */
	struct mppe *receive;		/* rx's */
	bool flush;			/* control sets, tx clears: start anew */
	uint64_t told;			/* rx's, ms: when it said that track was lost; 0: it is not */
};

/* Replaced as a whole (RCU). */
struct limits {
	struct bucket send;		/* tx's */
	struct bucket receive;		/* rx's */
};

/* With or without address and control fields, and with a protocol field of either length. */
static inline bool ppp_is_control(const uint8_t *frame, size_t length)
{
	size_t begin = ppp_skip_address(frame, length);

	return length >= begin + 2 && !(frame[begin] & 1) && octets_be16(frame + begin) >= PPP_CONTROL_FIRST;
}

/* As the kernel's, each worker its own way. */
static inline void ppp_count(struct carried_way *way, const struct worker *worker, size_t length)
{
	counter_add(way->packets, 1);
	counter_add(way->bytes, length);
	shared_set(way->time, worker->now);
}

/* --- ppp_header.c --- */
/* Write the L2TP header of a frame, numbered if the session numbers its own, so that it ends at `end`; control: with
 * the P bit, if wanted. Returns its length, DATA_HEADER_MAX at most. If it numbers, only the session's worker may. */
size_t header_put(struct session *session, bool control, uint8_t *end);
/* Likewise the PPP header. Returns its length, PPP_HEADER_MAX at most. */
size_t header_put_ppp(const struct network *network, uint16_t protocol, uint8_t *end);
size_t header_length_ppp(const struct datapath_ppp *ppp);

/* --- ppp.c: the worker at which the session's packets arrive --- */
/* A frame without a frame socket. It stays in place until deliver_flush(). */
void ppp_deliver(struct worker *worker, struct session *session, uint8_t *frame, size_t length);

/* --- ppp_transmit.c: the session's worker --- */
/* Does the session carry this packet, which begins with its IP header? */
bool ppp_carries(const struct session *session, const struct path *path, const uint8_t *packet, size_t length);
/* The packets of this plan, whose frame has FRAME_ROOM octets before it. */
void ppp_transmit(struct worker *worker, struct session *session, const struct path *path,
		  const struct segment_plan *plan, struct train_marking marking);
/* A frame of the engine's, in the session's turn: numbered, and enciphered when all such are. */
void ppp_transmit_frame(struct worker *worker, struct session *session, const struct path *path,
			const struct datapath_message *frame);

/* --- router.c --- */
/* Is this IPv6 packet for the router's end of the link, which is the engine: a router solicitation, or DHCPv6? */
bool router_concerns(const struct network *network, const uint8_t *packet, size_t length);
/* Is it an advertisement that the engine wants to know of, too? */
bool router_is_heard(const struct network *network, const uint8_t *packet, size_t length);

#endif
