/* SPDX-License-Identifier: MIT */
/*
 * TCP/IP headers that are compressed as Van Jacobson said it (RFC 1144), for PPP (RFC 1332 section 4).
 *
 * Both ends remember the last headers of some connections, each in a slot.  A packet is then one of three:
 *
 *	plain		as it is (PPP protocol 0021)
 *	uncompressed	whole, but that its protocol field names the slot in which it is to be remembered (002f)
 *	compressed	what has changed since the last one of its slot, and its payload (002d)
 *
 * What a sender does is, octet by octet, what Linux does: which slot is taken, and which packets are not
 * compressed.  One struct vj is both directions of one link.
 */
#ifndef L2TPD_WIRE_VJ_H
#define L2TPD_WIRE_VJ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VJ_HEADERS_MAX 120		/* octets of the two headers with all their options */
#define VJ_SLOTS_MAX 255

struct vj;

struct vj_counters {
	uint32_t sent_compressed, sent_uncompressed;
	uint32_t searches;		/* slots that were not the right one */
	uint32_t misses;		/* connections without a slot */
	uint32_t received_compressed, received_uncompressed;
	uint32_t errors;		/* received */
	uint32_t tossed;		/* received while it was not known of which slot */
};

/* Slots: 1..VJ_SLOTS_MAX each. NULL: out of memory. */
struct vj *vj_new(unsigned int receive_slots, unsigned int send_slots);
void vj_free(struct vj *vj);		/* NULL is legal */
const struct vj_counters *vj_counters(const struct vj *vj);

enum vj_kind { VJ_PLAIN, VJ_UNCOMPRESSED, VJ_COMPRESSED };

/* An IPv4 packet; what is to be sent in its place comes to out, which has room for *length octets. drop_slot: a slot
 * that is the last one's need not be named. */
enum vj_kind vj_compress(struct vj *vj, const uint8_t *packet, size_t *length, bool drop_slot, uint8_t *out);
/* An uncompressed one has arrived, which becomes the IPv4 packet that it was. False: it is of no use. */
bool vj_remember(struct vj *vj, uint8_t *packet, size_t length);
/* A compressed one has arrived: out has room for VJ_HEADERS_MAX octets more. Returns the length of the IPv4 packet; 0:
 * it is of no use. */
size_t vj_expand(struct vj *vj, const uint8_t *octets, size_t length, uint8_t *out);
/* Something was lost: what does not name its slot cannot be used. */
void vj_toss(struct vj *vj);

#endif
