/* SPDX-License-Identifier: MIT */
/* See unfinished.h. */
#include "datapath/user/unfinished.h"

#include <netinet/in.h>

#include "datapath/user/checksum.h"
#include "datapath/user/segment.h"

bool unfinished_is(const uint8_t *frame, const struct inner *inner)
{
	uint64_t sum;

	if (inner->protocol != IPPROTO_TCP)
		return false;
	sum = inner_pseudo_sum(frame, inner, inner->end - inner->l4_offset);
	return octets_u16(frame + inner->l4_offset + TCP_CHECKSUM) == checksum_fold(sum);
}

bool unfinished_describe(const uint8_t *frame, const struct inner *inner, uint32_t mtu, struct virtio_net_hdr *header)
{
	uint32_t headers = inner->payload_offset - inner->l3_offset;

	if (mtu && mtu <= headers)
		return false;
	*header = (struct virtio_net_hdr){ .flags = VIRTIO_NET_HDR_F_NEEDS_CSUM, .csum_start = inner->l4_offset,
					   .csum_offset = TCP_CHECKSUM };
	if (mtu && inner->end - inner->l3_offset > mtu) {
		header->gso_type = segment_gso_type(frame, inner);
		header->gso_size = (uint16_t)(mtu - headers);
		header->hdr_len = inner->payload_offset;
	}
	return true;
}
