/* SPDX-License-Identifier: MIT */
/*
 * Finding the headers of an inner frame within its bounds.
 */
#include "datapath/user/inner.h"

#include <net/ethernet.h>
#include <netinet/in.h>

#include "base/packet.h"
#include "datapath/user/checksum.h"

#define ETHERTYPE_QINQ 0x88a8		/* IEEE 802.1ad service tag */
#define ETHERNET_TYPE 12		/* offset of the type field */
#define VLAN_TAGS_MAX 3			/* two of the user's, and one that a VLAN pseudowire pushes */

/* Where the network header begins, and its type; 0 when the frame is too short or has more tags. */
static uint16_t skip_ethernet(const uint8_t *frame, size_t length, uint16_t *type)
{
	uint16_t offset = ETHERNET_TYPE;

	for (int tags = 0; tags <= VLAN_TAGS_MAX; tags++, offset += VLAN_TAG) {
		if (length < offset + 2u)
			return 0;
		*type = octets_be16(frame + offset);
		if (*type != ETHERTYPE_VLAN && *type != ETHERTYPE_QINQ)
			return offset + 2;
	}
	return 0;
}

static bool find_ipv4(const uint8_t *ip, size_t left, struct inner *inner)
{
	uint16_t total;

	if (left < IPV4_HEADER)
		return false;
	total = octets_be16(ip + IPV4_LENGTH);
	if (total < IPV4_HEADER || total > left)
		return false;
	inner->ipv6 = false;
	inner->end = inner->l3_offset + total;
	return true;
}

static bool find_ipv6(const uint8_t *ip, size_t left, struct inner *inner)
{
	uint32_t total;

	if (left < IPV6_HEADER)
		return false;
	total = IPV6_HEADER + (uint32_t)octets_be16(ip + IPV6_LENGTH);
	if (total > left)
		return false;
	inner->ipv6 = true;
	inner->end = inner->l3_offset + total;
	return true;
}

bool inner_find_ip(const uint8_t *frame, size_t length, enum frame_layer layer, struct inner *inner)
{
	uint16_t type = 0;
	unsigned int version;

	inner->l3_offset = layer == FRAME_ETHERNET ? skip_ethernet(frame, length, &type) : 0;
	if (length <= inner->l3_offset || (layer == FRAME_ETHERNET && !inner->l3_offset))
		return false;
	version = frame[inner->l3_offset] >> 4;
	if (version == 4 && (layer == FRAME_IP || type == ETHERTYPE_IP))
		return find_ipv4(frame + inner->l3_offset, length - inner->l3_offset, inner);
	if (version == 6 && (layer == FRAME_IP || type == ETHERTYPE_IPV6))
		return find_ipv6(frame + inner->l3_offset, length - inner->l3_offset, inner);
	return false;
}

/* Step over the extension headers; false when they do not fit or hide the transport. */
static bool skip_extensions(const uint8_t *frame, struct inner *inner, uint32_t *offset)
{
	uint8_t next = frame[inner->l3_offset + IPV6_NEXT];
	uint32_t at = inner->l3_offset + IPV6_HEADER;

	for (int i = 0; i <= INNER_EXTENSIONS_MAX; i++) {
		inner->protocol = next;
		inner->fragment = next == IPPROTO_FRAGMENT;
		if (next != IPPROTO_HOPOPTS && next != IPPROTO_ROUTING && next != IPPROTO_DSTOPTS && !inner->fragment) {
			*offset = at;
			return true;
		}
		if (at + 8 > inner->end)
			return false;
		next = frame[at];
		if (inner->fragment) {
			inner->protocol = next;
			return false;
		}
		inner->plain = false;
		inner->routed |= inner->protocol == IPPROTO_ROUTING;
		at += 8 + 8u * frame[at + 1];
	}
	return false;
}

static bool find_upper(const uint8_t *frame, struct inner *inner, uint32_t *offset)
{
	const uint8_t *ip = frame + inner->l3_offset;
	uint8_t header;

	inner->plain = true;
	inner->routed = false;
	if (inner->ipv6)
		return skip_extensions(frame, inner, offset);
	header = (ip[0] & 0x0f) * 4;
	inner->protocol = ip[IPV4_PROTOCOL];
	inner->fragment = octets_be16(ip + IPV4_FRAGMENT) & IPV4_OFFSET_AND_MORE;
	inner->plain = header == IPV4_HEADER;
	*offset = inner->l3_offset + header;
	return header >= IPV4_HEADER && !inner->fragment;
}

bool inner_find_transport(const uint8_t *frame, struct inner *inner)
{
	uint32_t header, offset;

	if (!find_upper(frame, inner, &offset))
		return false;
	if (inner->protocol == IPPROTO_UDP) {
		header = UDP_HEADER;
	} else if (inner->protocol == IPPROTO_TCP && offset + TCP_HEADER <= inner->end) {
		header = (frame[offset + TCP_OFFSET] >> 4) * 4u;
		if (header < TCP_HEADER)
			return false;
	} else {
		return false;
	}
	/* extension headers may be longer than an offset can say; nobody needs such a frame cut */
	if (offset + header > inner->end || offset + header > UINT16_MAX)
		return false;
	inner->l4_offset = (uint16_t)offset;
	inner->payload_offset = (uint16_t)(offset + header);
	return true;
}

uint64_t inner_pseudo_sum(const uint8_t *frame, const struct inner *inner, uint32_t length)
{
	const uint8_t *ip = frame + inner->l3_offset;
	uint64_t sum = (uint64_t)htobe32(length) + htobe16(inner->protocol);

	if (inner->ipv6)
		return sum + checksum_sum_header(ip + IPV6_ADDRESSES, 32);
	return sum + checksum_sum_header(ip + IPV4_ADDRESSES, 8);
}
