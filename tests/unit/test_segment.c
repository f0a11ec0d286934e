/* SPDX-License-Identifier: MIT */
/*
 * Cutting super-packets: each packet is compared, octet by octet, with one built on its own from the same
 * description; and headers that lie are refused.
 */
#include "datapath/user/segment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "frames.h"

#define GSO_ECN VIRTIO_NET_HDR_GSO_ECN
#define NEEDS_CSUM VIRTIO_NET_HDR_F_NEEDS_CSUM

static const struct frame_spec base = {
	.ethernet = true, .source_port = 1000, .dest_port = 2000, .ttl = 64, .flags = 0x10, .payload = 4000,
	.ip_id = 0xfffe, .fragment = 0x4000, .sequence = 0xfffffc00, .ack = 99, .window = 500, .vlan_id = 7, .host = 1,
	.tcp_options = 12,
};

static uint8_t super[FRAME_MAX], expected[FRAME_MAX], packet[FRAME_MAX];

static enum frame_layer layer_of(const struct frame_spec *spec)
{
	return spec->ethernet ? FRAME_ETHERNET : FRAME_IP;
}

/* The virtio header that a device would put before it. */
static struct virtio_net_hdr header_for(const struct frame_spec *spec, const struct frame_parts *parts,
					uint16_t gso_size)
{
	struct virtio_net_hdr header = { .flags = NEEDS_CSUM, .gso_size = gso_size };

	header.hdr_len = (uint16_t)parts->payload;
	header.csum_start = (uint16_t)parts->l4;
	header.csum_offset = spec->udp ? 6 : 16;
	if (spec->udp)
		header.gso_type = VIRTIO_NET_HDR_GSO_UDP_L4;
	else
		header.gso_type = spec->ipv6 ? VIRTIO_NET_HDR_GSO_TCPV6 : VIRTIO_NET_HDR_GSO_TCPV4;
	if (!spec->udp && spec->flags & 0x80)
		header.gso_type |= GSO_ECN;
	return header;
}

/* A plan for a copy of exactly that length, so that ASan sees what goes beyond it. Free plan->frame. */
static bool plan_copy(const struct virtio_net_hdr *header, const uint8_t *frame, size_t length, enum frame_layer layer,
		      struct segment_plan *plan)
{
	uint8_t *copy = malloc(length ? length : 1);

	assert_non_null(copy);
	memcpy(copy, frame, length);
	if (segment_plan(header, copy, length, layer, plan)) {
		assert_ptr_equal(plan->frame, copy);
		return true;
	}
	free(copy);
	return false;
}

static size_t join_packet(const struct segment_plan *plan, unsigned int index)
{
	uint32_t length;
	const uint8_t *payload = segment_payload(plan, index, &length);

	assert_true(plan->header_length <= SEGMENT_HEADER_MAX);
	segment_header(plan, index, packet);
	memcpy(packet + plan->header_length, payload, length);
	return plan->header_length + length;
}

/* What packet index of a cut has to be. */
static struct frame_spec spec_of_packet(const struct frame_spec *spec, unsigned int index, uint32_t gso_size)
{
	size_t start = (size_t)index * gso_size;
	struct frame_spec cut = *spec;

	cut.payload = spec->payload - start < gso_size ? spec->payload - start : gso_size;
	cut.fill = (uint8_t)(spec->fill + start * 7);
	cut.sequence += (uint32_t)start;
	cut.ip_id = (uint16_t)(cut.ip_id + index);
	if (index > 0)
		cut.flags &= 0x7f;
	if (start + gso_size < spec->payload)
		cut.flags &= 0xf6;
	return cut;
}

static void check_packets(const struct frame_spec *spec, const struct segment_plan *plan, uint16_t gso_size)
{
	assert_int_equal(plan->count, (spec->payload + gso_size - 1) / gso_size);
	for (unsigned int i = 0; i < plan->count; i++) {
		struct frame_spec cut = spec_of_packet(spec, i, gso_size);
		struct frame_parts parts;
		size_t length = frame_build(&cut, expected, &parts);

		assert_int_equal(join_packet(plan, i), length);
		assert_memory_equal(packet, expected, length);
		assert_true(frame_verifies(spec, packet, parts.l3, parts.l4, length));
	}
}

static void check_cut(const struct frame_spec *spec, uint16_t gso_size, uint16_t hdr_len, bool partial)
{
	struct virtio_net_hdr header;
	struct frame_parts parts;
	struct segment_plan plan;
	size_t length = frame_build(spec, super, &parts);

	header = header_for(spec, &parts, gso_size);
	header.hdr_len = hdr_len;
	header.flags = partial ? NEEDS_CSUM : VIRTIO_NET_HDR_F_DATA_VALID;
	if (partial)
		frame_make_partial(spec, super, &parts);
	assert_true(plan_copy(&header, super, length, layer_of(spec), &plan));
	assert_true(plan.count > 1);
	check_packets(spec, &plan, gso_size);
	free(plan.frame);
}

static struct frame_spec random_spec(uint64_t *seed)
{
	struct frame_spec spec = base;

	spec.ethernet = test_random_below(seed, 4);
	spec.tags = spec.ethernet ? (int)test_random_below(seed, 3) : 0;
	spec.ipv6 = test_random(seed) & 1;
	spec.udp = test_random(seed) & 1;
	spec.ip_options = test_random_below(seed, 4) ? 0 : 8 * (1 + (int)test_random_below(seed, 4));
	spec.tcp_options = 4 * (int)test_random_below(seed, 11);
	spec.flags = 0x10 | (test_random(seed) & 0xc9);
	spec.tos = (uint8_t)test_random(seed);
	spec.ttl = (uint8_t)test_random(seed);
	spec.flow_label = test_random(seed);
	spec.ip_id = (uint16_t)test_random(seed);
	spec.fragment = test_random(seed) & 1 ? 0x4000 : 0;
	spec.sequence = test_random(seed);
	spec.ack = test_random(seed);
	spec.window = (uint16_t)test_random(seed);
	spec.urgent = test_random_below(seed, 4) ? 0 : (uint16_t)test_random(seed);
	spec.fill = (uint8_t)test_random(seed);
	spec.payload = 2 + test_random_below(seed, test_random(seed) & 1 ? 3000 : 65000);
	return spec;
}

static void test_random_super_packets(void **state)
{
	uint64_t seed = 1;

	for (int i = 0; i < 3000; i++) {
		struct frame_spec spec = random_spec(&seed);
		uint32_t smallest = (uint32_t)(spec.payload + SEGMENT_COUNT_MAX - 1) / SEGMENT_COUNT_MAX;
		uint32_t gso_size = smallest + test_random_below(&seed, 3000);

		if (gso_size >= spec.payload)
			gso_size = (uint32_t)spec.payload - 1;
		check_cut(&spec, (uint16_t)gso_size, (uint16_t)test_random(&seed), test_random_below(&seed, 4));
	}
}

/* The end of a long transfer: PSH and FIN; the sequence number and the IP id wrap. */
static void test_flags_and_wraps(void **state)
{
	struct frame_spec spec = base;

	spec.flags = 0x10 | 0x08 | 0x01 | 0x80;
	check_cut(&spec, 1000, 66, true);
	spec.tags = 2;
	check_cut(&spec, 1448, 0, true);
}

/* A super-packet's Ethernet padding, if it ever had any, belongs to no packet. */
static void test_trailing_octets_are_not_payload(void **state)
{
	struct frame_spec spec = base;
	struct frame_parts parts;
	struct segment_plan plan;
	struct virtio_net_hdr header;
	size_t length = frame_build(&spec, super, &parts);

	frame_make_partial(&spec, super, &parts);
	header = header_for(&spec, &parts, 1000);
	assert_true(plan_copy(&header, super, length + 700, FRAME_ETHERNET, &plan));
	check_packets(&spec, &plan, 1000);
	free(plan.frame);
}

static void test_whole_frames(void **state)
{
	struct frame_spec spec = base;
	struct virtio_net_hdr header = { 0 };
	struct frame_parts parts;
	struct segment_plan plan;
	size_t length;

	for (int i = 0; i < 16; i++) {
		spec.ipv6 = i & 1;
		spec.udp = i & 2;
		spec.payload = i & 4 ? 1001 : 20;
		length = frame_build(&spec, expected, &parts);
		memcpy(super, expected, length);
		frame_make_partial(&spec, super, &parts);
		header = header_for(&spec, &parts, 1001);
		if (i & 8)
			header.gso_type = VIRTIO_NET_HDR_GSO_NONE;
		assert_true(plan_copy(&header, super, length, FRAME_ETHERNET, &plan));
		assert_int_equal(plan.count, 1);
		assert_int_equal(plan.length, length);
		assert_memory_equal(plan.frame, expected, length);
		free(plan.frame);
	}
	/* nothing asked, nothing done; whatever it is */
	header = (struct virtio_net_hdr){ .flags = VIRTIO_NET_HDR_F_DATA_VALID, .csum_start = 60000, .gso_size = 1 };
	for (length = 0; length < 40; length++) {
		assert_true(plan_copy(&header, expected, length, FRAME_IP, &plan));
		assert_int_equal(plan.count, 1);
		assert_memory_equal(plan.frame, expected, length);
		free(plan.frame);
	}
}

/* UDP's checksum 0 means none: what sums up to 0 is sent as 0xffff. */
static void test_zero_checksums(void **state)
{
	struct frame_spec spec = base;
	struct frame_parts parts;
	struct segment_plan plan;
	struct virtio_net_hdr header;
	size_t length;
	int found = 0;

	spec.udp = true;
	spec.payload = 4;
	for (uint32_t port = 0; port < 65536; port++) {
		spec.source_port = (uint16_t)port;
		length = frame_build(&spec, super, &parts);
		if (get16(super + parts.l4 + 6) != 0xffff)
			continue;
		found++;
		memcpy(expected, super, length);
		frame_make_partial(&spec, super, &parts);
		header = header_for(&spec, &parts, 1001);
		assert_true(plan_copy(&header, super, length, FRAME_ETHERNET, &plan));
		assert_memory_equal(plan.frame, expected, length);
		free(plan.frame);
	}
	assert_true(found > 0);
	/* a super-packet that never had a checksum: its packets have none */
	spec.payload = 3000;
	length = frame_build(&spec, super, &parts);
	put16(super + parts.l4 + 6, 0);
	header = header_for(&spec, &parts, 1000);
	header.flags = 0;
	assert_true(plan_copy(&header, super, length, FRAME_ETHERNET, &plan));
	join_packet(&plan, 1);
	assert_int_equal(get16(packet + parts.l4 + 6), 0);
	free(plan.frame);
}

/* Every packet of a cut of all ports and sizes there are: TCP's 0 and UDP's 0xffff turn up. */
static void test_zero_checksums_in_cuts(void **state)
{
	struct frame_spec spec = base;

	spec.payload = 5;
	spec.tcp_options = 0;
	for (uint32_t i = 0; i < 2 * 65536; i += 3) {
		spec.udp = i & 1;
		spec.source_port = (uint16_t)(i / 2);
		check_cut(&spec, 4, 54, true);
	}
}

/* As many packets, and as long headers, as there may be. */
static void test_limits(void **state)
{
	struct frame_spec spec = base;

	spec.payload = 20 * SEGMENT_COUNT_MAX;
	check_cut(&spec, 20, 66, true);
	spec = base;
	spec.ipv6 = true;
	spec.ethernet = false;
	spec.ip_options = SEGMENT_HEADER_MAX - 40 - 20 - 12;
	spec.tcp_options = 12;
	check_cut(&spec, 1000, 0, true);
}

/* --- lies --- */

struct lie {
	const char *name;
	struct frame_spec spec;
	struct virtio_net_hdr change;	/* what is not 0 replaces the true value */
	uint8_t flags_cleared;
	int length_change;
};

static void expect_refused(const struct lie *lie)
{
	struct frame_spec spec = lie->spec.ttl ? lie->spec : base;
	struct virtio_net_hdr header;
	struct frame_parts parts;
	struct segment_plan plan;
	size_t length = frame_build(&spec, super, &parts);

	header = header_for(&spec, &parts, 1000);
	frame_make_partial(&spec, super, &parts);
	if (lie->change.gso_type)
		header.gso_type = lie->change.gso_type;
	if (lie->change.gso_size)
		header.gso_size = lie->change.gso_size == 0xfffe ? 0 : lie->change.gso_size;
	if (lie->change.csum_start)
		header.csum_start = lie->change.csum_start;
	if (lie->change.csum_offset)
		header.csum_offset = lie->change.csum_offset;
	header.flags = (uint8_t)((header.flags | lie->change.flags) & ~lie->flags_cleared);
	if (plan_copy(&header, super, length + (size_t)lie->length_change, layer_of(&spec), &plan))
		fail_msg("not refused: %s", lie->name);
}

static struct frame_spec changed(bool ipv6, bool udp, int ip_options, uint16_t fragment)
{
	struct frame_spec spec = base;

	spec.ipv6 = ipv6;
	spec.udp = udp;
	spec.ip_options = ip_options;
	spec.fragment = fragment;
	return spec;
}

static void test_lies(void **state)
{
	const struct frame_spec udp = changed(false, true, 0, 0), tcp6 = changed(true, false, 0, 0);
	const struct lie lies[] = {
		{ "gso_size 0", .change.gso_size = 0xfffe },
		{ "more packets than we cut", .change.gso_size = 3 },
		{ "UFO", .spec = udp, .change.gso_type = VIRTIO_NET_HDR_GSO_UDP },
		{ "USO of TCP", .change.gso_type = VIRTIO_NET_HDR_GSO_UDP_L4 },
		{ "TSO of UDP", .spec = udp, .change.gso_type = VIRTIO_NET_HDR_GSO_TCPV4 },
		{ "TSO6 of IPv4", .change.gso_type = VIRTIO_NET_HDR_GSO_TCPV6 },
		{ "TSO4 of IPv6", .spec = tcp6, .change.gso_type = VIRTIO_NET_HDR_GSO_TCPV4 },
		{ "USO with ECN", .spec = udp, .change.gso_type = VIRTIO_NET_HDR_GSO_UDP_L4 | GSO_ECN },
		{ "ECN of nothing", .change.gso_type = GSO_ECN },
		{ "an unknown type", .change.gso_type = 0x21 },
		{ "another unknown type", .change.gso_type = 2 },
		{ "an unknown flag", .change.flags = 8 },
		{ "a flag of the other direction", .change.flags = VIRTIO_NET_HDR_F_RSC_INFO },
		{ "csum_start beyond the end", .change.csum_start = 60000 },
		{ "csum_start beside the header", .change.csum_start = 35 },
		{ "csum_offset of UDP", .change.csum_offset = 6 },
		{ "csum_offset far off", .change.csum_offset = 0xffff },
		{ "a frame cut short", .length_change = -1 },
		{ "only its headers", .length_change = -4000 },
		{ "a fragment", .spec = changed(false, false, 0, 0x2000) },
		{ "headers longer than we copy", .spec = changed(true, false, 160, 0) },
	};

	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++)
		expect_refused(&lies[i]);
}

/* Without NEEDS_CSUM the pseudo-header is summed here: not when a routing header hides the last address. */
static void test_routing_header(void **state)
{
	struct frame_spec spec = changed(true, false, 24, 0);
	struct virtio_net_hdr header;
	struct frame_parts parts;
	struct segment_plan plan;
	size_t length = frame_build(&spec, super, &parts);

	super[14 + 6] = 43;
	header = header_for(&spec, &parts, 1000);
	frame_make_partial(&spec, super, &parts);
	assert_true(plan_copy(&header, super, length, FRAME_ETHERNET, &plan));
	free(plan.frame);
	header.flags = 0;
	assert_false(plan_copy(&header, super, length, FRAME_ETHERNET, &plan));
}

static void test_checksum_out_of_bounds(void **state)
{
	struct virtio_net_hdr header = { .flags = NEEDS_CSUM };
	const uint16_t refused[][2] = { { 99, 0 }, { 98, 1 }, { 0, 99 }, { 100, 0 }, { 0xffff, 0xffff }, { 0, 0xffff },
					{ 0xffff, 1 }, { 50, 49 } };
	const uint16_t taken[][2] = { { 98, 0 }, { 0, 98 }, { 50, 48 }, { 0, 0 }, { 97, 1 } };
	struct segment_plan plan;
	uint8_t frame[100] = { 0 };

	for (size_t i = 0; i < 8; i++) {
		header.csum_start = refused[i][0];
		header.csum_offset = refused[i][1];
		assert_false(plan_copy(&header, frame, 100, FRAME_IP, &plan));
	}
	for (size_t i = 0; i < 5; i++) {
		header.csum_start = taken[i][0];
		header.csum_offset = taken[i][1];
		assert_true(plan_copy(&header, frame, 100, FRAME_IP, &plan));
		assert_int_equal(plan.count, 1);
		free(plan.frame);
	}
}

static void flip_bit(uint8_t *octets, uint32_t length, uint64_t *seed)
{
	octets[test_random_below(seed, length)] ^= (uint8_t)(1u << (test_random(seed) & 7));
}

/* Any header before any damaged frame: refused, or cut within bounds. ASan judges. */
static void test_random_lies(void **state)
{
	uint64_t seed = 77;
	unsigned int cut = 0, refused = 0;

	for (int i = 0; i < 30000; i++) {
		struct frame_spec spec = random_spec(&seed);
		struct virtio_net_hdr header;
		struct frame_parts parts;
		struct segment_plan plan;
		size_t length;

		spec.payload %= 2000;
		length = frame_build(&spec, super, &parts);
		header = header_for(&spec, &parts, (uint16_t)(1 + test_random_below(&seed, 600)));
		for (uint32_t damage = test_random_below(&seed, 3); damage > 0; damage--) {
			flip_bit(super, (uint32_t)parts.payload, &seed);
			flip_bit((uint8_t *)&header, sizeof(header), &seed);
		}
		if (!test_random_below(&seed, 4))
			length = test_random_below(&seed, (uint32_t)length);
		if (!plan_copy(&header, super, length, layer_of(&spec), &plan)) {
			refused++;
			continue;
		}
		assert_true(plan.count >= 1 && plan.count <= SEGMENT_COUNT_MAX);
		for (unsigned int k = 0; plan.count > 1 && k < plan.count; k++)
			join_packet(&plan, k);
		cut += plan.count > 1;
		free(plan.frame);
	}
	assert_true(cut > 5000 && refused > 5000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_super_packets),
		cmocka_unit_test(test_flags_and_wraps),
		cmocka_unit_test(test_trailing_octets_are_not_payload),
		cmocka_unit_test(test_whole_frames),
		cmocka_unit_test(test_zero_checksums),
		cmocka_unit_test(test_zero_checksums_in_cuts),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_lies),
		cmocka_unit_test(test_routing_header),
		cmocka_unit_test(test_checksum_out_of_bounds),
		cmocka_unit_test(test_random_lies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
