/* SPDX-License-Identifier: MIT */
/*
 * Cutting super-packets (the reverse of coalesce.c).  What is equal in all packets is summed once
 * by the plan; a packet then costs a copy of the headers, a handful of stores and the sum of its
 * own payload.
 */
#include "datapath/user/segment.h"

#include <netinet/in.h>

#include "datapath/user/checksum.h"

#define FLAGS_KNOWN (VIRTIO_NET_HDR_F_NEEDS_CSUM | VIRTIO_NET_HDR_F_DATA_VALID)
#define TCP_LAST_ONLY (TCP_FIN | TCP_PSH)	/* flags that only the last packet of a cut carries */

/* The sender summed the pseudo-header into the checksum field; the rest from csum_start on is left
 * to us.  Only to UDP does 0 say "no checksum": there it becomes 0xffff. */
static bool finish_checksum(const struct virtio_net_hdr *header, uint8_t *frame, size_t length)
{
	size_t field = (size_t)header->csum_start + header->csum_offset;
	uint64_t sum;

	if (!(header->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM))
		return true;
	if (field + 2 > length)
		return false;
	sum = checksum_sum(frame + header->csum_start, length - header->csum_start);
	octets_put_u16(frame + field,
		       header->csum_offset == UDP_CHECKSUM ? checksum_finish_udp(sum) : checksum_finish(sum));
	return true;
}

/* Does the header name the packet that is really there? */
static bool gso_fits(const struct virtio_net_hdr *header, const struct inner *inner)
{
	uint8_t protocol = IPPROTO_TCP;
	uint16_t csum_offset = TCP_CHECKSUM;

	switch (header->gso_type & ~VIRTIO_NET_HDR_GSO_ECN) {
	case VIRTIO_NET_HDR_GSO_TCPV4:
		if (inner->ipv6)
			return false;
		break;
	case VIRTIO_NET_HDR_GSO_TCPV6:
		if (!inner->ipv6)
			return false;
		break;
	case VIRTIO_NET_HDR_GSO_UDP_L4:
		if (header->gso_type & VIRTIO_NET_HDR_GSO_ECN)
			return false;
		protocol = IPPROTO_UDP;
		csum_offset = UDP_CHECKSUM;
		break;
	default:
		return false;
	}
	if (inner->protocol != protocol || !header->gso_size || inner->payload_offset > SEGMENT_HEADER_MAX)
		return false;
	if (!(header->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM))
		return !inner->routed;		/* else whose address is in the pseudo-header? */
	return header->csum_start == inner->l4_offset && header->csum_offset == csum_offset;
}

/* Sum of the IPv4 header, or 0, without what differs: length, id, checksum. */
static uint64_t plan_l3_sum(const uint8_t *ip, const struct inner *inner)
{
	uint32_t length = inner->l4_offset - inner->l3_offset;

	if (inner->ipv6)
		return 0;
	return octets_u16(ip) + octets_u32(ip + IPV4_FRAGMENT) + checksum_sum_header(ip + IPV4_ADDRESSES, length - 12);
}

/* Sum of pseudo-header and upper header without what differs: lengths, sequence number, TCP offset
 * and flags, checksum.  With NEEDS_CSUM the field's pseudo-header sum is taken, which knows the last
 * destination of a routing header, and freed of the super-packet's length. */
static uint64_t plan_l4_sum(const uint8_t *frame, const struct inner *inner, bool partial)
{
	const uint8_t *l4 = frame + inner->l4_offset;
	bool udp = inner->protocol == IPPROTO_UDP;
	uint32_t length = inner->end - inner->l4_offset;
	uint64_t sum;

	if (partial)
		sum = octets_u16(l4 + (udp ? UDP_CHECKSUM : TCP_CHECKSUM)) +
		      (uint64_t)(uint16_t)~htobe16((uint16_t)length);
	else
		sum = inner_pseudo_sum(frame, inner, 0);
	sum += octets_u32(l4);				/* ports */
	if (udp)
		return sum;
	sum += octets_u32(l4 + TCP_ACK) + (uint64_t)octets_u16(l4 + TCP_WINDOW) + octets_u16(l4 + TCP_URGENT);
	return sum + checksum_sum_header(l4 + TCP_HEADER, inner->payload_offset - inner->l4_offset - TCP_HEADER);
}

static void plan_headers(struct segment_plan *plan, const struct inner *inner, bool partial)
{
	const uint8_t *ip = plan->frame + inner->l3_offset;
	const uint8_t *l4 = plan->frame + inner->l4_offset;

	plan->length = inner->end;
	plan->header_length = inner->payload_offset;
	plan->l3_offset = inner->l3_offset;
	plan->l4_offset = inner->l4_offset;
	plan->ipv6 = inner->ipv6;
	plan->udp = inner->protocol == IPPROTO_UDP;
	plan->no_checksum = plan->udp && !partial && octets_u16(l4 + UDP_CHECKSUM) == 0;
	plan->ip_id = octets_be16(ip + IPV4_ID);
	plan->sequence = octets_be32(l4 + TCP_SEQUENCE);
	plan->l3_sum = plan_l3_sum(ip, inner);
	plan->l4_sum = plan_l4_sum(plan->frame, inner, partial);
}

bool segment_plan(const struct virtio_net_hdr *header, uint8_t *frame, size_t length, enum frame_layer layer,
		  struct segment_plan *plan)
{
	struct inner inner;
	uint32_t payload;

	plan->frame = frame;
	plan->length = (uint32_t)length;
	plan->count = 1;
	if (header->flags & ~FLAGS_KNOWN || length > UINT32_MAX)
		return false;
	if (header->gso_type == VIRTIO_NET_HDR_GSO_NONE)
		return finish_checksum(header, frame, length);
	if (!inner_parse(frame, length, layer, &inner) || !gso_fits(header, &inner))
		return false;
	payload = inner.end - inner.payload_offset;
	if (payload <= header->gso_size)
		return finish_checksum(header, frame, length);
	plan->gso_size = header->gso_size;
	plan->count = (payload + plan->gso_size - 1) / plan->gso_size;
	if (plan->count > SEGMENT_COUNT_MAX)
		return false;
	plan_headers(plan, &inner, header->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM);
	return true;
}

static void write_ip(const struct segment_plan *plan, unsigned int index, uint32_t length, uint8_t *ip)
{
	uint16_t total = htobe16((uint16_t)(length - plan->l3_offset));
	uint16_t id;

	if (plan->ipv6) {
		octets_put_be16(ip + IPV6_LENGTH, (uint16_t)(length - plan->l3_offset - IPV6_HEADER));
		return;
	}
	id = htobe16((uint16_t)(plan->ip_id + index));
	octets_put_u16(ip + IPV4_LENGTH, total);
	octets_put_u16(ip + IPV4_ID, id);
	octets_put_u16(ip + IPV4_CHECKSUM, checksum_finish(plan->l3_sum + total + id));
}

/* sum: of pseudo-header with length, of payload, and of the constant parts of the header */
static void write_tcp(const struct segment_plan *plan, unsigned int index, uint64_t sum, uint8_t *tcp)
{
	if (index > 0)
		tcp[TCP_FLAGS] &= (uint8_t)~TCP_CWR;	/* the reduction is told once (RFC 3168 6.1.2) */
	if (index + 1 < plan->count)
		tcp[TCP_FLAGS] &= (uint8_t)~TCP_LAST_ONLY;
	octets_put_be32(tcp + TCP_SEQUENCE, plan->sequence + index * plan->gso_size);
	sum += (uint64_t)octets_u32(tcp + TCP_SEQUENCE) + octets_u16(tcp + TCP_OFFSET);
	octets_put_u16(tcp + TCP_CHECKSUM, checksum_finish(sum));
}

static void write_udp(const struct segment_plan *plan, uint16_t length, uint64_t sum, uint8_t *udp)
{
	octets_put_u16(udp + UDP_LENGTH, length);
	octets_put_u16(udp + UDP_CHECKSUM, plan->no_checksum ? 0 : checksum_finish_udp(sum + length));
}

void segment_header(const struct segment_plan *plan, unsigned int index, uint8_t *out)
{
	uint32_t payload_length;
	const uint8_t *payload = segment_payload(plan, index, &payload_length);
	uint32_t length = plan->header_length + payload_length;
	uint16_t l4_length = htobe16((uint16_t)(length - plan->l4_offset));
	uint64_t sum = plan->l4_sum + l4_length + checksum_sum(payload, payload_length);

	memcpy(out, plan->frame, plan->header_length);
	write_ip(plan, index, length, out + plan->l3_offset);
	if (plan->udp)
		write_udp(plan, l4_length, sum, out + plan->l4_offset);
	else
		write_tcp(plan, index, sum, out + plan->l4_offset);
}

uint8_t segment_gso_type(const uint8_t *frame, const struct inner *inner)
{
	uint8_t type = inner->ipv6 ? VIRTIO_NET_HDR_GSO_TCPV6 : VIRTIO_NET_HDR_GSO_TCPV4;

	if (inner->protocol == IPPROTO_UDP)
		return VIRTIO_NET_HDR_GSO_UDP_L4;
	return frame[inner->l4_offset + TCP_FLAGS] & TCP_CWR ? type | VIRTIO_NET_HDR_GSO_ECN : type;
}
