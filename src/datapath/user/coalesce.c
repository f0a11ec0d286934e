/* SPDX-License-Identifier: MIT */
/*
 * Joining frames into super-packets (the reverse of segment.c).  The order of the questions is the
 * order of their cost: where are the headers, is a flow of these addresses and ports open, do the
 * headers continue it, and only then, are the checksums right.
 */
#include "datapath/user/coalesce.h"

#include <netinet/in.h>

#include "datapath/user/checksum.h"
#include "datapath/user/unfinished.h"

#define TCP_NEVER_JOINED (TCP_SYN | TCP_RST | TCP_URG)
#define TCP_LAST_ONLY (TCP_FIN | TCP_PSH)	/* a cut leaves them on its last packet alone */
#define IOV_HEADER 0
#define IOV_FIRST 1

/* A frame that just arrived. */
struct arrival {
	void *target;
	uint8_t *frame;
	uint32_t length;
	uint32_t payload;		/* octets behind the TCP or UDP header */
	struct inner inner;
};

enum join { JOIN_DONE, JOIN_APART, JOIN_BROKEN };

void coalescer_init(struct coalescer *coalescer, coalesce_emit_fn *emit, void *context, bool udp_offload)
{
	coalescer->emit = emit;
	coalescer->context = context;
	coalescer->udp_offload = udp_offload;
	coalescer->open = 0;
	for (uint8_t i = 0; i < COALESCE_FLOWS; i++)
		coalescer->order[i] = i;
}

static bool is_udp(const struct inner *inner)
{
	return inner->protocol == IPPROTO_UDP;
}

static uint8_t tcp_flags(const uint8_t *frame, const struct inner *inner)
{
	return frame[inner->l4_offset + TCP_FLAGS];
}

/* ---- leaving ---- */

/* inner: of a frame with a TCP or UDP header; NULL: it has none. */
static void emit_alone(const struct coalescer *coalescer, void *target, uint8_t *frame, size_t length,
		       const struct inner *inner)
{
	struct virtio_net_hdr header = { .gso_type = VIRTIO_NET_HDR_GSO_NONE };
	const struct iovec iov[2] = { { &header, sizeof(header) }, { frame, length } };

	if (inner && unfinished_is(frame, inner))
		(void)unfinished_describe(frame, inner, 0, &header);
	coalescer->emit(coalescer->context, target, &header, iov, 2, length);
}

static void finish_ip(const struct coalesce_flow *flow)
{
	uint8_t *ip = flow->first + flow->inner.l3_offset;
	uint32_t length = flow->length - flow->inner.l3_offset;

	if (flow->inner.ipv6) {
		octets_put_be16(ip + IPV6_LENGTH, (uint16_t)(length - IPV6_HEADER));
		return;
	}
	octets_put_be16(ip + IPV4_LENGTH, (uint16_t)length);
	octets_put_u16(ip + IPV4_CHECKSUM, 0);
	octets_put_u16(ip + IPV4_CHECKSUM, checksum_finish(checksum_sum_header(ip, IPV4_HEADER)));
}

/* Leaves the pseudo-header's sum in the checksum field, as NEEDS_CSUM wants it. Returns the field's offset. */
static uint16_t finish_transport(const struct coalesce_flow *flow)
{
	const struct inner *inner = &flow->inner;
	uint32_t length = flow->length - inner->l4_offset;
	uint8_t *l4 = flow->first + inner->l4_offset;
	uint16_t field = TCP_CHECKSUM;

	if (is_udp(inner)) {
		octets_put_be16(l4 + UDP_LENGTH, (uint16_t)length);
		field = UDP_CHECKSUM;
	} else {
		l4[TCP_FLAGS] |= flow->last_flags;
	}
	octets_put_u16(l4 + field, checksum_fold(inner_pseudo_sum(flow->first, inner, length)));
	return field;
}

static void emit_flow(const struct coalescer *coalescer, struct coalesce_flow *flow)
{
	struct virtio_net_hdr header = { .flags = VIRTIO_NET_HDR_F_NEEDS_CSUM };

	if (flow->segments == 1) {
		emit_alone(coalescer, flow->target, flow->first, flow->length, &flow->inner);
		return;
	}
	finish_ip(flow);
	header.csum_offset = finish_transport(flow);
	header.csum_start = flow->inner.l4_offset;
	header.hdr_len = flow->inner.payload_offset;
	header.gso_type = segment_gso_type(flow->first, &flow->inner);
	header.gso_size = flow->gso_size;
	flow->iov[IOV_HEADER] = (struct iovec){ &header, sizeof(header) };
	coalescer->emit(coalescer->context, flow->target, &header, flow->iov, IOV_FIRST + flow->segments, flow->length);
}

/* The flow at this place of the order leaves and its place becomes the first free one. */
static void leave(struct coalescer *coalescer, unsigned int place)
{
	uint8_t index = coalescer->order[place];
	unsigned int behind = --coalescer->open - place;

	emit_flow(coalescer, &coalescer->flows[index]);
	memmove(coalescer->order + place, coalescer->order + place + 1, behind * sizeof(coalescer->order[0]));
	memmove(coalescer->keys + place, coalescer->keys + place + 1, behind * sizeof(coalescer->keys[0]));
	coalescer->order[coalescer->open] = index;
}

void coalesce_flush(struct coalescer *coalescer)
{
	for (unsigned int i = 0; i < coalescer->open; i++)
		emit_flow(coalescer, &coalescer->flows[coalescer->order[i]]);
	coalescer->open = 0;
}

/* ---- finding the flow ---- */

static uint32_t flow_key(const struct arrival *arrival)
{
	const uint8_t *ip = arrival->frame + arrival->inner.l3_offset;
	uint64_t key = octets_u32(arrival->frame + arrival->inner.l4_offset) ^ (uint64_t)arrival->inner.protocol << 32;

	if (arrival->inner.ipv6) {
		ip += IPV6_ADDRESSES;
		key ^= octets_u64(ip) + octets_u64(ip + 8) * 3 + octets_u64(ip + 16) * 5 + octets_u64(ip + 24) * 7;
	} else {
		key ^= octets_u64(ip + IPV4_ADDRESSES);
	}
	return (uint32_t)(key * 0x9e3779b97f4a7c15u >> 32);
}

static bool same_addresses(const struct coalesce_flow *flow, const struct arrival *arrival)
{
	const uint8_t *a = flow->first + flow->inner.l3_offset;
	const uint8_t *b = arrival->frame + arrival->inner.l3_offset;

	if (flow->target != arrival->target || flow->inner.ipv6 != arrival->inner.ipv6 ||
	    flow->inner.protocol != arrival->inner.protocol)
		return false;
	if (flow->inner.ipv6)
		return octets_same(a + IPV6_ADDRESSES, b + IPV6_ADDRESSES, 32);
	return octets_same(a + IPV4_ADDRESSES, b + IPV4_ADDRESSES, 8);
}

static bool same_ports(const struct coalesce_flow *flow, const struct arrival *arrival)
{
	return octets_u32(flow->first + flow->inner.l4_offset) == octets_u32(arrival->frame + arrival->inner.l4_offset);
}

/* Its place in the order; coalescer->open when there is none. */
static unsigned int find_flow(const struct coalescer *coalescer, const struct arrival *arrival, uint32_t key)
{
	unsigned int place;

	for (place = 0; place < coalescer->open; place++) {
		const struct coalesce_flow *flow = &coalescer->flows[coalescer->order[place]];

		if (coalescer->keys[place] == key && same_addresses(flow, arrival) && same_ports(flow, arrival))
			break;
	}
	return place;
}

/* A fragment does not tell its ports: whatever could be its flow leaves first. */
static void leave_before_fragment(struct coalescer *coalescer, const struct arrival *arrival)
{
	for (unsigned int place = 0; place < coalescer->open;) {
		if (same_addresses(&coalescer->flows[coalescer->order[place]], arrival))
			leave(coalescer, place);
		else
			place++;
	}
}

/* ---- joining ---- */

/* Could this frame be part of any super-packet? */
static bool is_joinable(const struct coalescer *coalescer, const struct arrival *arrival)
{
	const uint8_t *l4 = arrival->frame + arrival->inner.l4_offset;
	const uint8_t *ip = arrival->frame + arrival->inner.l3_offset;

	/* a cut would not give the padding back, nor the reserved bit */
	if (!arrival->inner.plain || arrival->inner.end != arrival->length || arrival->payload == 0)
		return false;
	if (!arrival->inner.ipv6 && octets_be16(ip + IPV4_FRAGMENT) & ~IPV4_DONT_FRAGMENT)
		return false;
	if (is_udp(&arrival->inner))
		return coalescer->udp_offload && octets_be16(l4 + UDP_LENGTH) == UDP_HEADER + arrival->payload &&
		       octets_u16(l4 + UDP_CHECKSUM) != 0;
	return (l4[TCP_FLAGS] & (TCP_NEVER_JOINED | TCP_ACKNOWLEDGE)) == TCP_ACKNOWLEDGE;
}

/* Are the checksums right, and in the form that a cut computes them? 0 and 0xffff both verify; what is
 * computed over octets that are not all zero is 0, and for UDP 0xffff. */
static bool checksums_right(const uint8_t *frame, const struct inner *inner)
{
	const uint8_t *ip = frame + inner->l3_offset;
	const uint8_t *l4 = frame + inner->l4_offset;
	uint32_t length = inner->end - inner->l4_offset;

	if (!inner->ipv6 &&
	    (checksum_fold(checksum_sum_header(ip, IPV4_HEADER)) != 0xffff || octets_u16(ip + IPV4_CHECKSUM) == 0xffff))
		return false;
	if (!is_udp(inner) && octets_u16(l4 + TCP_CHECKSUM) == 0xffff)
		return false;
	return checksum_fold(inner_pseudo_sum(frame, inner, length) + checksum_sum(l4, length)) == 0xffff;
}

/* Does the network header continue the flow's?  Only lengths, id (by one) and checksum may differ. */
static bool ip_continues(const struct coalesce_flow *flow, const struct arrival *arrival)
{
	const uint8_t *a = flow->first + flow->inner.l3_offset;
	const uint8_t *b = arrival->frame + arrival->inner.l3_offset;

	if (flow->inner.ipv6)		/* version, class and flow label; hop limit */
		return octets_u32(a) == octets_u32(b) && a[IPV6_HOPS] == b[IPV6_HOPS];
	return octets_be16(b + IPV4_ID) == flow->next_ip_id && a[IPV4_TOS] == b[IPV4_TOS] &&
	       octets_u16(a + IPV4_FRAGMENT) == octets_u16(b + IPV4_FRAGMENT) && a[IPV4_TTL] == b[IPV4_TTL];
}

static bool tcp_continues(const struct coalesce_flow *flow, const struct arrival *arrival)
{
	const uint8_t *a = flow->first + flow->inner.l4_offset;
	const uint8_t *b = arrival->frame + arrival->inner.l4_offset;
	uint32_t options = flow->inner.payload_offset - flow->inner.l4_offset - TCP_HEADER;

	if (octets_be32(b + TCP_SEQUENCE) != flow->next_sequence || b[TCP_FLAGS] & TCP_CWR)
		return false;
	if ((a[TCP_FLAGS] ^ b[TCP_FLAGS]) & ~(TCP_LAST_ONLY | TCP_CWR) || a[TCP_OFFSET] != b[TCP_OFFSET])
		return false;
	return octets_u32(a + TCP_ACK) == octets_u32(b + TCP_ACK) &&
	       octets_u16(a + TCP_WINDOW) == octets_u16(b + TCP_WINDOW) &&
	       octets_u16(a + TCP_URGENT) == octets_u16(b + TCP_URGENT) &&
	       octets_same(a + TCP_HEADER, b + TCP_HEADER, options);
}

static bool continues(const struct coalesce_flow *flow, const struct arrival *arrival)
{
	if (arrival->inner.l3_offset != flow->inner.l3_offset || arrival->payload > flow->gso_size ||
	    flow->length - flow->inner.l3_offset + arrival->payload > COALESCE_LENGTH_MAX)
		return false;
	if (!octets_same(flow->first, arrival->frame, flow->inner.l3_offset) || !ip_continues(flow, arrival))
		return false;
	return is_udp(&flow->inner) || tcp_continues(flow, arrival);
}

static enum join join(struct coalesce_flow *flow, const struct arrival *arrival)
{
	if (!continues(flow, arrival))
		return JOIN_APART;
	if (!flow->verified && !checksums_right(flow->first, &flow->inner))
		return JOIN_APART;
	flow->verified = true;
	if (!checksums_right(arrival->frame, &arrival->inner))
		return JOIN_BROKEN;
	flow->segments++;
	flow->iov[flow->segments] = (struct iovec){ arrival->frame + arrival->inner.payload_offset, arrival->payload };
	flow->length += arrival->payload;
	flow->next_sequence += arrival->payload;
	flow->next_ip_id++;
	if (!is_udp(&flow->inner))
		flow->last_flags = tcp_flags(arrival->frame, &arrival->inner) & TCP_LAST_ONLY;
	return JOIN_DONE;
}

/* Can nothing follow that came last? */
static bool is_complete(const struct coalesce_flow *flow, uint32_t last_payload)
{
	return last_payload < flow->gso_size || flow->last_flags || flow->segments == COALESCE_SEGMENTS ||
	       flow->length - flow->inner.l3_offset + flow->gso_size > COALESCE_LENGTH_MAX;
}

static void hold(struct coalescer *coalescer, const struct arrival *arrival, uint32_t key)
{
	const uint8_t *ip = arrival->frame + arrival->inner.l3_offset;
	const uint8_t *l4 = arrival->frame + arrival->inner.l4_offset;
	struct coalesce_flow *flow;

	if (coalescer->open == COALESCE_FLOWS)
		leave(coalescer, 0);
	flow = &coalescer->flows[coalescer->order[coalescer->open]];
	coalescer->keys[coalescer->open++] = key;
	flow->target = arrival->target;
	flow->first = arrival->frame;
	flow->inner = arrival->inner;
	flow->length = arrival->length;
	flow->gso_size = (uint16_t)arrival->payload;
	flow->segments = 1;
	flow->last_flags = 0;
	flow->verified = false;
	flow->next_ip_id = (uint16_t)(octets_be16(ip + IPV4_ID) + 1);
	flow->next_sequence = octets_be32(l4 + TCP_SEQUENCE) + arrival->payload;
	flow->iov[IOV_FIRST] = (struct iovec){ arrival->frame, arrival->length };
}

/* A TCP or UDP frame. */
static void coalesce_transport(struct coalescer *coalescer, const struct arrival *arrival)
{
	uint32_t key = flow_key(arrival);
	unsigned int place = find_flow(coalescer, arrival, key);
	bool joinable = is_joinable(coalescer, arrival);

	if (place < coalescer->open) {
		struct coalesce_flow *flow = &coalescer->flows[coalescer->order[place]];
		enum join verdict = joinable ? join(flow, arrival) : JOIN_APART;

		if (verdict != JOIN_DONE || is_complete(flow, arrival->payload))
			leave(coalescer, place);
		if (verdict == JOIN_DONE)
			return;
		joinable = joinable && verdict != JOIN_BROKEN;
	}
	/* nothing may follow a frame with PSH or FIN */
	if (joinable && (is_udp(&arrival->inner) || !(tcp_flags(arrival->frame, &arrival->inner) & TCP_LAST_ONLY)))
		hold(coalescer, arrival, key);
	else
		emit_alone(coalescer, arrival->target, arrival->frame, arrival->length, &arrival->inner);
}

void coalesce_frame(struct coalescer *coalescer, void *target, enum frame_layer layer, uint8_t *frame, size_t length)
{
	struct arrival arrival = { .target = target, .frame = frame, .length = (uint32_t)length };
	bool is_ip = length <= UINT16_MAX && inner_find_ip(frame, length, layer, &arrival.inner);

	if (is_ip && inner_find_transport(frame, &arrival.inner)) {
		arrival.payload = arrival.inner.end - arrival.inner.payload_offset;
		coalesce_transport(coalescer, &arrival);
		return;
	}
	if (is_ip && arrival.inner.fragment)
		leave_before_fragment(coalescer, &arrival);
	emit_alone(coalescer, target, frame, length, NULL);
}
