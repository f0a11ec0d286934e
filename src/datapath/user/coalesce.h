/* SPDX-License-Identifier: MIT */
/*
 * Inwards: frames of one TCP flow (or equal-sized UDP datagrams of one flow) that arrive
 * together are joined into one super-packet with a virtio header, so that the device and the stack
 * above it are visited once.  Only what would be cut again (segment.c, or the kernel) into the very
 * same octets is joined, and only after the inner checksums were verified, since NEEDS_CSUM asks
 * the stack to trust them.  A frame that stays alone is not verified and leaves as it came, with an
 * empty virtio header: the stack verifies.
 *
 * Frames are not copied: they must stay in place until the coalescer is flushed.  What leaves,
 * leaves through the emit function, in order within a flow: a frame of a held flow that cannot
 * join makes that flow leave first.  One coalescer per worker; target is the session's device, flows
 * of different targets are never joined.
 */
#ifndef L2TPD_DATAPATH_USER_COALESCE_H
#define L2TPD_DATAPATH_USER_COALESCE_H

#include <sys/uio.h>

#include "datapath/user/segment.h"

#define COALESCE_FLOWS 8		/* open at once; the oldest leaves when a ninth begins */
#define COALESCE_SEGMENTS 64		/* of one super-packet: as many as UDP_GRO hands us at once */
#define COALESCE_LENGTH_MAX 65535	/* octets of its IP packet */

/* iov[0] is the virtio header (its base is header; the caller may put its own in its place),
 * frame octets begin at iov[1]; count: of all of them; length: octets of the frame alone. The
 * octets may be used until the emit function returns. It must not call back into the coalescer. */
typedef void coalesce_emit_fn(void *context, void *target, const struct virtio_net_hdr *header,
			      const struct iovec *frame, int count, size_t length);

struct coalesce_flow {
	void *target;
	uint8_t *first;			/* the frame whose headers the super-packet takes */
	struct inner inner;		/* of that frame */
	uint32_t length;		/* of the super-packet so far */
	uint32_t next_sequence;		/* TCP */
	uint16_t next_ip_id;		/* IPv4 */
	uint16_t gso_size;		/* the first frame's payload */
	uint8_t segments;
	uint8_t last_flags;		/* TCP: PSH and FIN of the last frame */
	bool verified;			/* the first frame's checksums were found right */
	struct iovec iov[COALESCE_SEGMENTS + 1];
};

struct coalescer {
	coalesce_emit_fn *emit;
	void *context;
	bool udp_offload;		/* the devices take USO super-packets (Linux 6.2) */
	unsigned int open;
	uint8_t order[COALESCE_FLOWS];	/* places in flows[], the oldest first; behind the open ones the free ones */
	uint32_t keys[COALESCE_FLOWS];	/* hash of addresses and ports, by the same order */
	struct coalesce_flow flows[COALESCE_FLOWS];
};

void coalescer_init(struct coalescer *coalescer, coalesce_emit_fn *emit, void *context, bool udp_offload);
/* Take a frame: it is held, joined, or emitted at once. The frame's headers may be rewritten. */
void coalesce_frame(struct coalescer *coalescer, void *target, enum frame_layer layer, uint8_t *frame, size_t length);
/* Emit all that is held. */
void coalesce_flush(struct coalescer *coalescer);
/* Anything held? */
static inline bool coalesce_holds(const struct coalescer *coalescer)
{
	return coalescer->open > 0;
}

#endif
