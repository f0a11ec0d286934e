/* SPDX-License-Identifier: MIT */
/*
 * An octet of options (bit 0: the devices take USO; bit 1: repair every checksum, so that frames get as far
 * as being joined), then frames, each behind an octet (bit 0: flush first; bit 1: the other target; bit 2: it
 * begins with IP) and its length in 16 bits.  What leaves is cut again and must be what arrived.
 */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "datapath/user/checksum.h"
#include "datapath/user/coalesce.h"
#include "fuzz.h"

#define FRAMES_MAX 256
#define FRAME_MAX 66000

/* What arrived and did not leave yet. */
struct arrived {
	uint8_t *frame;			/* the coalescer's */
	uint8_t *copy;
	size_t length;
	int target;
	bool gone;
};

static struct arrived arrived[FRAMES_MAX];
static unsigned int arrived_count;
static const enum frame_layer targets[4] = { FRAME_ETHERNET, FRAME_ETHERNET, FRAME_IP, FRAME_IP };
static uint8_t joined[FRAME_MAX], packet[FRAME_MAX];

static void check(bool right)
{
	if (!right)
		abort();
}

static void leave(const uint8_t *frame, size_t length, int target)
{
	for (unsigned int i = 0; i < arrived_count; i++) {
		struct arrived *a = &arrived[i];

		if (a->gone || a->target != target || a->length != length || memcmp(a->copy, frame, length) != 0)
			continue;
		a->gone = true;
		return;
	}
	abort();
}

static void emit(void *context, void *target, const struct virtio_net_hdr *header, const struct iovec *iov, int count,
		 size_t length)
{
	const enum frame_layer *layer = target;
	int index = (int)(layer - targets);
	struct segment_plan plan;
	size_t filled = 0;

	check(count >= 2 && count <= COALESCE_SEGMENTS + 1 && length <= FRAME_MAX);
	for (int i = 1; i < count; i++) {
		check(filled + iov[i].iov_len <= length);
		memcpy(joined + filled, iov[i].iov_base, iov[i].iov_len);
		filled += iov[i].iov_len;
	}
	check(filled == length);
	if (count == 2) {	/* alone: as it came, whatever the kernel is to finish (unfinished.h) */
		check(header->gso_type == VIRTIO_NET_HDR_GSO_NONE);
		leave(joined, length, index);
		return;
	}
	check(segment_plan(header, joined, length, *layer, &plan) && plan.count == (unsigned int)count - 1);
	for (unsigned int i = 0; i < plan.count; i++) {
		uint32_t payload_length;
		const uint8_t *payload = segment_payload(&plan, i, &payload_length);

		segment_header(&plan, i, packet);
		memcpy(packet + plan.header_length, payload, payload_length);
		leave(packet, plan.header_length + payload_length, index);
	}
}

static void flush(struct coalescer *coalescer)
{
	coalesce_flush(coalescer);
	while (arrived_count) {
		struct arrived *a = &arrived[--arrived_count];

		check(a->gone);
		free(a->frame);
		free(a->copy);
	}
}

static void repair(uint8_t *frame, size_t length, enum frame_layer layer)
{
	struct inner inner;
	uint32_t upper;
	uint8_t *field;

	if (!inner_parse(frame, length, layer, &inner) || !inner.plain)
		return;
	upper = inner.end - inner.l4_offset;
	field = frame + inner.l4_offset + (inner.protocol == IPPROTO_UDP ? UDP_CHECKSUM : TCP_CHECKSUM);
	octets_put_u16(field, checksum_fold(inner_pseudo_sum(frame, &inner, upper)));
	octets_put_u16(field, checksum_finish(checksum_sum(frame + inner.l4_offset, upper)));
	if (inner.ipv6)
		return;
	field = frame + inner.l3_offset + IPV4_CHECKSUM;
	octets_put_u16(field, 0);
	octets_put_u16(field, checksum_finish(checksum_sum_header(frame + inner.l3_offset, IPV4_HEADER)));
}

static void arrive(struct coalescer *coalescer, const uint8_t *octets, size_t length, int target, bool repaired)
{
	struct arrived *a = &arrived[arrived_count++];

	*a = (struct arrived){ malloc(length ? length : 1), malloc(length ? length : 1), length, target, false };
	check(a->frame && a->copy);
	memcpy(a->frame, octets, length);
	if (repaired)
		repair(a->frame, length, targets[target]);
	memcpy(a->copy, a->frame, length);
	coalesce_frame(coalescer, (void *)(uintptr_t)&targets[target], targets[target], a->frame, length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct coalescer coalescer;
	uint8_t options;

	if (size < 1)
		return 0;
	options = *data++;
	size--;
	coalescer_init(&coalescer, emit, NULL, options & 1);
	while (size >= 3) {
		size_t length = octets_be16(data + 1);
		uint8_t how = data[0];

		data += 3;
		size -= 3;
		if (length > size)
			length = size;
		if (how & 1 || arrived_count == FRAMES_MAX)
			flush(&coalescer);
		arrive(&coalescer, data, length, how >> 1 & 3, options & 2);
		data += length;
		size -= length;
	}
	flush(&coalescer);
	return 0;
}
