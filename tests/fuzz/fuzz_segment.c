/* SPDX-License-Identifier: MIT */
/*
 * A virtio header, an octet (bit 0: the frame begins with IP) and a frame. Whatever they say: refused, or cut into
 * packets whose payloads are the frame's, one behind the other.
 */
#include <stdlib.h>
#include <string.h>

#include "datapath/user/segment.h"
#include "fuzz.h"

static void check(bool right)
{
	if (!right)
		abort();
}

static void cut(const struct segment_plan *plan, size_t frame_length)
{
	uint8_t *out = malloc(plan->header_length);	/* exactly, so that ASan sees what goes beyond it */
	const uint8_t *next = plan->frame + plan->header_length;

	check(out && plan->count <= SEGMENT_COUNT_MAX && plan->header_length <= SEGMENT_HEADER_MAX);
	for (unsigned int i = 0; i < plan->count; i++) {
		uint32_t length;

		check(segment_payload(plan, i, &length) == next);
		check(length && length <= plan->gso_size && (i + 1 == plan->count || length == plan->gso_size));
		segment_header(plan, i, out);
		next += length;
	}
	check(next == plan->frame + plan->length && plan->length <= frame_length);
	free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct virtio_net_hdr header;
	struct segment_plan plan;
	uint8_t *frame;
	size_t length;

	if (size < sizeof(header) + 1)
		return 0;
	length = size - sizeof(header) - 1;
	memcpy(&header, data, sizeof(header));
	frame = malloc(length ? length : 1);
	check(frame);
	memcpy(frame, data + size - length, length);
	if (segment_plan(&header, frame, length, data[sizeof(header)] & 1 ? FRAME_IP : FRAME_ETHERNET, &plan)) {
		check(plan.count > 0 && plan.frame == frame);
		if (plan.count > 1)
			cut(&plan, length);
		else
			check(plan.length == length);
	}
	free(frame);
	return 0;
}
