/* SPDX-License-Identifier: MIT */
/*
 * Outwards: one frame read from a device with a virtio header becomes the packets that a wire
 * would have carried.  A super-packet (TSO, USO) is cut at its gso_size; an unfinished checksum is
 * finished.  Pure; the frame is hostile (a guest or a user may have written it).
 *
 * Offloads to announce to the device (TUNSETOFFLOAD): CSUM, TSO4, TSO6, TSO_ECN, USO4, USO6.
 */
#ifndef L2TPD_DATAPATH_USER_SEGMENT_H
#define L2TPD_DATAPATH_USER_SEGMENT_H

#include <linux/virtio_net.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "datapath/user/inner.h"

#ifndef VIRTIO_NET_HDR_GSO_UDP_L4
#define VIRTIO_NET_HDR_GSO_UDP_L4 5	/* USO; headers older than Linux 6.2 lack it */
#endif

#define SEGMENT_HEADER_MAX 192		/* Ethernet + 2 tags + IPv6 with extensions + TCP; more: refused */
#define SEGMENT_COUNT_MAX 1024		/* of one super-packet; more: refused */

struct segment_plan {
	uint8_t *frame;
	uint32_t length;		/* of the frame; of its headers and payload, without padding, when count > 1 */
	unsigned int count;		/* packets; 1: the frame itself, its checksum finished in place */
	uint32_t header_length;		/* of each packet, when count > 1 */
	uint32_t gso_size;		/* payload octets of each packet but the last */
	/* what follows is segment_header()'s own */
	uint16_t l3_offset, l4_offset;
	bool ipv6, udp, no_checksum;
	uint16_t ip_id;			/* of the first packet */
	uint32_t sequence;
	uint64_t l3_sum, l4_sum;	/* of all that is the same in every packet */
};

/* Check the virtio header against the frame and make a plan. False: it lies about sizes or asks
 * for what was not offered; drop it.  frame is modified only to finish a checksum.  hdr_len is not
 * believed: it may cover more or less than the headers. */
bool segment_plan(const struct virtio_net_hdr *header, uint8_t *frame, size_t length, enum frame_layer layer,
		  struct segment_plan *plan);

/* Payload of packet index (0-based). Only for plans with count > 1. */
static inline const uint8_t *segment_payload(const struct segment_plan *plan, unsigned int index, uint32_t *length)
{
	uint32_t start = plan->header_length + index * plan->gso_size;

	*length = index + 1 < plan->count ? plan->gso_size : plan->length - start;
	return plan->frame + start;
}

/* Write the headers of packet index (plan->header_length octets) with lengths, IP id, sequence
 * number, flags and all checksums right for it. Only for plans with count > 1. */
void segment_header(const struct segment_plan *plan, unsigned int index, uint8_t *out);

/* The other way round: what a virtio header says of a super-packet with these headers, TCP's or UDP's. */
uint8_t segment_gso_type(const uint8_t *frame, const struct inner *inner);

#endif
