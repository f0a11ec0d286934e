/* SPDX-License-Identifier: MIT */
/*
 * An octet (bit 0: the frame begins with IP, bit 1: its checksum is partial), an MTU of 16 bits, a frame. A
 * checksum that was right stays right, and nothing but TCP checksum and options changes.
 */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "datapath/user/checksum.h"
#include "datapath/user/mss.h"
#include "fuzz.h"

static void check(bool right)
{
	if (!right)
		abort();
}

static bool is_right(const uint8_t *frame, const struct inner *inner)
{
	uint32_t length = inner->end - inner->l4_offset;

	return checksum_fold(inner_pseudo_sum(frame, inner, length) +
			     checksum_sum(frame + inner->l4_offset, length)) == 0xffff;
}

static void compare(const uint8_t *before, const uint8_t *after, size_t length, enum frame_layer layer, bool partial)
{
	struct inner inner;
	uint32_t options;

	if (!inner_parse(before, length, layer, &inner) || inner.protocol != IPPROTO_TCP) {
		check(memcmp(before, after, length) == 0);
		return;
	}
	options = inner.l4_offset + TCP_HEADER;
	check(memcmp(before, after, inner.l4_offset + TCP_CHECKSUM) == 0);
	check(memcmp(before + inner.payload_offset, after + inner.payload_offset, length - inner.payload_offset) == 0);
	if (partial)
		check(octets_u16(before + options - 4) == octets_u16(after + options - 4));
	else
		check(is_right(before, &inner) == is_right(after, &inner));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum frame_layer layer;
	uint8_t *frame;
	size_t length;

	if (size < 3)
		return 0;
	length = size - 3;
	layer = data[0] & 1 ? FRAME_IP : FRAME_ETHERNET;
	frame = malloc(length ? length : 1);
	check(frame);
	memcpy(frame, data + 3, length);
	mss_clamp(frame, length, layer, octets_be16(data + 1), data[0] & 2);
	compare(data + 3, frame, length, layer, data[0] & 2);
	free(frame);
	return 0;
}
