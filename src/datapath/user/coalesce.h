/* SPDX-License-Identifier: MIT */
/*
 * Inwards: frames of one TCP flow (or equal-sized UDP datagrams of one flow) that arrive
 * together are joined into one super-packet with a virtio header, so that the device and the stack
 * above it are visited once.  Only what would be cut again into the very same octets is joined,
 * and only after the inner checksums were verified, since NEEDS_CSUM asks the stack to trust them.
 *
 * Frames are not copied: they must stay in place until the coalescer is flushed.  What leaves,
 * leaves through the emit function, in order within a flow.  One coalescer per worker; target is
 * the session's device, flows of different targets are never joined.
 */
#ifndef L2TPD_DATAPATH_USER_COALESCE_H
#define L2TPD_DATAPATH_USER_COALESCE_H

#include <sys/uio.h>

#include "datapath/user/segment.h"

#define COALESCE_FLOWS 8		/* open at once; the oldest leaves when a ninth begins */
#define COALESCE_SEGMENTS 64		/* of one super-packet */

/* iov[0] is room for the caller's use (its base is set to the virtio header); frame octets begin at iov[1]. */
typedef void coalesce_emit_fn(void *context, void *target, const struct virtio_net_hdr *header,
			      const struct iovec *frame, int count, size_t length);

struct coalesce_flow {
	void *target;			/* NULL: free */
	uint8_t *first;			/* the frame whose headers the super-packet takes */
	uint32_t first_length;
	uint16_t l3_offset, l4_offset, header_length;
	uint16_t gso_size;
	bool ipv6, udp, verified, closed;
	uint32_t next_sequence;		/* TCP */
	uint16_t next_ip_id;
	uint32_t length;		/* of the super-packet so far */
	unsigned int segments;
	uint64_t order;
	struct iovec iov[COALESCE_SEGMENTS + 1];
};

struct coalescer {
	coalesce_emit_fn *emit;
	void *context;
	bool udp_offload;		/* the devices take USO super-packets (Linux 6.2) */
	unsigned int open;
	uint64_t next_order;
	struct coalesce_flow flows[COALESCE_FLOWS];
};

void coalescer_init(struct coalescer *coalescer, coalesce_emit_fn *emit, void *context, bool udp_offload);
/* Take a frame: it is held, joined, or emitted at once. The frame's headers may be rewritten. */
void coalesce_frame(struct coalescer *coalescer, void *target, enum frame_layer layer, uint8_t *frame, size_t length);
/* Emit all that is held. */
void coalesce_flush(struct coalescer *coalescer);

#endif
