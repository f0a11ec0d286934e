/* SPDX-License-Identifier: MIT */
/*
 * Joining frames: whatever arrives, what leaves is, once cut again, the same octets in the same order for each
 * flow; and the rules one by one: what has to be joined is, what must not be is not.
 */
#include "datapath/user/coalesce.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "frames.h"
#include "streams.h"

#define FLOWS_MAX 16
#define HELD_MAX 200		/* frames between two flushes */

/* --- a device that cuts again what it is given --- */

struct expectation {
	struct expectation *next;
	size_t length;
	uint8_t octets[];
};

struct device {
	struct coalescer coalescer;
	struct expectation *expected[FLOWS_MAX], **last[FLOWS_MAX];
	uint8_t *held[HELD_MAX];
	unsigned int held_count;
	/* what left */
	unsigned int emitted, joined, frames;
	struct virtio_net_hdr header;
	size_t length;
	int iov_count;
	void *target;
};

static uint8_t joined[FRAME_MAX], packet[FRAME_MAX];

static size_t find_l3(const uint8_t *frame, enum frame_layer layer)
{
	size_t l3 = 12;

	if (layer == FRAME_IP)
		return 0;
	while (get16(frame + l3) == 0x8100 || get16(frame + l3) == 0x88a8)
		l3 += 4;
	return l3 + 2;
}

/* The flow's number is the last octet of its source address. */
static unsigned int flow_of(const uint8_t *frame, enum frame_layer layer)
{
	size_t l3 = find_l3(frame, layer);

	return frame[l3 + (frame[l3] >> 4 == 6 ? 8 + 15 : 12 + 3)];
}

static void left(struct device *device, const uint8_t *frame, size_t length, enum frame_layer layer)
{
	unsigned int flow = flow_of(frame, layer);
	struct expectation *expectation;

	assert_in_range(flow, 0, FLOWS_MAX - 1);
	expectation = device->expected[flow];
	assert_non_null(expectation);
	assert_int_equal(expectation->length, length);
	assert_memory_equal(expectation->octets, frame, length);
	device->expected[flow] = expectation->next;
	if (!expectation->next)
		device->last[flow] = &device->expected[flow];
	free(expectation);
	device->frames++;
}

static void cut_again(struct device *device, const struct virtio_net_hdr *header, size_t length, enum frame_layer layer)
{
	struct segment_plan plan;

	assert_true(segment_plan(header, joined, length, layer, &plan));
	assert_int_equal(plan.count, device->iov_count - 1);
	assert_in_range(plan.count, 2, COALESCE_SEGMENTS);
	assert_int_equal(plan.length, length);
	assert_int_equal(plan.header_length, header->hdr_len);
	for (unsigned int i = 0; i < plan.count; i++) {
		uint32_t payload_length;
		const uint8_t *payload = segment_payload(&plan, i, &payload_length);

		segment_header(&plan, i, packet);
		memcpy(packet + plan.header_length, payload, payload_length);
		left(device, packet, plan.header_length + payload_length, layer);
	}
	device->joined++;
}

/* target: its address is one of these */
static const enum frame_layer targets[] = { FRAME_ETHERNET, FRAME_IP, FRAME_ETHERNET };

static void emit(void *context, void *target, const struct virtio_net_hdr *header, const struct iovec *iov, int count,
		 size_t length)
{
	const struct virtio_net_hdr empty = { 0 };
	enum frame_layer layer = *(const enum frame_layer *)target;
	struct device *device = context;
	size_t filled = 0;

	assert_ptr_equal(iov[0].iov_base, header);
	assert_int_equal(iov[0].iov_len, sizeof(*header));
	for (int i = 1; i < count; i++) {
		memcpy(joined + filled, iov[i].iov_base, iov[i].iov_len);
		filled += iov[i].iov_len;
	}
	assert_int_equal(filled, length);
	device->emitted++;
	device->header = *header;
	device->length = length;
	device->iov_count = count;
	device->target = target;
	if (count > 2) {
		assert_true(length - find_l3(joined, layer) <= 65535);
		cut_again(device, header, length, layer);
		return;
	}
	assert_memory_equal(header, &empty, sizeof(empty));
	left(device, joined, length, layer);
}

static void *target(unsigned int i)
{
	return (void *)(uintptr_t)&targets[i];
}

static struct device *device_new(bool udp_offload)
{
	struct device *device = calloc(1, sizeof(*device));

	assert_non_null(device);
	coalescer_init(&device->coalescer, emit, device, udp_offload);
	for (int i = 0; i < FLOWS_MAX; i++)
		device->last[i] = &device->expected[i];
	return device;
}

static void flush(struct device *device)
{
	coalesce_flush(&device->coalescer);
	assert_false(coalesce_holds(&device->coalescer));
	while (device->held_count)
		free(device->held[--device->held_count]);
}

static void device_free(struct device *device)
{
	flush(device);
	for (int i = 0; i < FLOWS_MAX; i++)
		assert_null(device->expected[i]);
	free(device);
}

/* A frame arrives in memory of exactly its length, and stays there until the flush. */
static void arrive_octets(struct device *device, void *to, const uint8_t *octets, size_t length)
{
	enum frame_layer layer = *(const enum frame_layer *)to;
	struct expectation *expectation = malloc(sizeof(*expectation) + length);
	unsigned int flow = flow_of(octets, layer);
	uint8_t *frame = malloc(length);

	assert_true(frame && expectation && flow < FLOWS_MAX);
	memcpy(frame, octets, length);
	memcpy(expectation->octets, octets, length);
	expectation->length = length;
	expectation->next = NULL;
	*device->last[flow] = expectation;
	device->last[flow] = &expectation->next;
	assert_true(device->held_count < HELD_MAX);
	device->held[device->held_count++] = frame;
	coalesce_frame(&device->coalescer, to, layer, frame, length);
}

static void arrive(struct device *device, const struct frame_spec *spec)
{
	static uint8_t frame[FRAME_MAX];

	arrive_octets(device, target(spec->ethernet ? 0 : 1), frame, frame_build(spec, frame, NULL));
}

/* --- rules --- */

static void arrive_many(struct device *device, struct frame_spec *spec, unsigned int count)
{
	for (; count > 0; count--, stream_advance(spec))
		arrive(device, spec);
}

static void test_joined_headers(void **state)
{
	for (int i = 0; i < 16; i++) {
		struct device *device = device_new(true);
		struct frame_spec spec = stream_base;
		size_t l4;

		spec.ipv6 = i & 1;
		spec.udp = i & 2;
		spec.ethernet = i & 12;
		spec.tags = i / 4 % 3;
		if (!spec.ethernet)
			spec.tags = 0;
		l4 = (spec.ethernet ? 14 + 4 * (size_t)spec.tags : 0) + (spec.ipv6 ? 40 : 20);
		arrive_many(device, &spec, 5);
		assert_int_equal(device->emitted, 0);
		flush(device);
		assert_int_equal(device->emitted, 1);
		assert_int_equal(device->header.flags, VIRTIO_NET_HDR_F_NEEDS_CSUM);
		assert_int_equal(device->header.gso_type, spec.udp ? 5 : spec.ipv6 ? 4 : 1);
		assert_int_equal(device->header.gso_size, 1000);
		assert_int_equal(device->header.csum_start, l4);
		assert_int_equal(device->header.csum_offset, spec.udp ? 6 : 16);
		assert_int_equal(device->header.hdr_len, l4 + (spec.udp ? 8 : 32));
		assert_int_equal(device->length, device->header.hdr_len + 5000);
		device_free(device);
	}
}

/* What the stack sees of a super-packet before anybody cuts it. */
static void test_joined_octets(void **state)
{
	for (int i = 0; i < 4; i++) {
		struct device *device = device_new(true);
		struct frame_spec spec = stream_base, whole;
		static uint8_t expected[FRAME_MAX];
		struct frame_parts parts;
		size_t length;

		spec.ipv6 = i & 1;
		spec.udp = i & 2;
		whole = spec;
		whole.payload = 2500;
		for (int k = 0; k < 3; k++) {
			spec.payload = k < 2 ? 1000 : 500;
			spec.flags = k < 2 ? 0x10 : 0x19;
			arrive(device, &spec);
			spec.sequence += 1000;
			spec.ip_id++;
			spec.fill = (uint8_t)(spec.fill + 1000 * 7);
		}
		whole.flags = 0x19;
		length = frame_build(&whole, expected, &parts);
		frame_make_partial(&whole, expected, &parts);
		assert_int_equal(device->emitted, 1);	/* the shorter one was the last */
		assert_int_equal(device->length, length);
		assert_memory_equal(joined, expected, length);
		device_free(device);
	}
}

static void test_alone_is_not_touched(void **state)
{
	struct device *device = device_new(true);
	static uint8_t frame[FRAME_MAX];
	size_t length = frame_build(&stream_base, frame, NULL);

	frame[length - 1] ^= 1;			/* nobody verifies what stays alone */
	arrive_octets(device, target(0), frame, length);
	assert_int_equal(device->emitted, 0);
	flush(device);
	assert_int_equal(device->emitted, 1);
	device_free(device);
}

/* Two frames, one changed, two that follow it: the changed one does not join the first two. */
static void try_change(struct frame_spec spec, enum change change)
{
	static uint8_t frame[FRAME_MAX];
	struct device *device = device_new(true);
	struct frame_parts parts;

	arrive_many(device, &spec, 2);
	change_spec(&spec, change);
	frame_build(&spec, frame, &parts);
	arrive_octets(device, target(0), frame, change_octets(frame, &parts, change));
	if (device->emitted < 1 || device->joined != 1 || device->frames > 3)
		fail_msg("joined in spite of %s (udp %d, ipv6 %d)", change_name(change), spec.udp, spec.ipv6);
	stream_advance(&spec);
	spec.flags = 0x10;
	arrive_many(device, &spec, 2);
	device_free(device);
}

static void test_changes(void **state)
{
	for (enum change change = NOTHING + 1; change < CHANGES; change++) {
		for (int i = 0; i < 4; i++) {
			struct frame_spec spec = stream_base;

			spec.tags = 1;
			spec.ipv6 = i & 1;
			spec.udp = i & 2;
			if (applies(change, &spec))
				try_change(spec, change);
		}
	}
}

/* The same, but the first of a flow is what is wrong: it leaves alone, the rest is joined. */
static void test_first_corrupt(void **state)
{
	static uint8_t frame[FRAME_MAX];
	struct device *device = device_new(true);
	struct frame_spec spec = stream_base;
	size_t length = frame_build(&spec, frame, NULL);

	frame[length - 1] ^= 0x40;
	arrive_octets(device, target(0), frame, length);
	stream_advance(&spec);
	arrive(device, &spec);
	assert_int_equal(device->emitted, 1);
	assert_int_equal(device->joined, 0);
	stream_advance(&spec);
	arrive_many(device, &spec, 5);
	flush(device);
	assert_int_equal(device->emitted, 2);
	assert_int_equal(device->joined, 1);
	device_free(device);
}

/* TCP's checksum 0xffff verifies where 0 is meant, but no cut writes it; nor the IP header's. */
static void test_other_zero(void **state)
{
	static uint8_t frame[FRAME_MAX];
	struct device *device = device_new(true);
	struct frame_spec spec = stream_base;
	struct frame_parts parts;
	size_t length;
	unsigned int found = 0;

	spec.payload = 20;
	for (uint32_t port = 0; port < 65536; port++) {
		spec.source_port = (uint16_t)port;
		length = frame_build(&spec, frame, &parts);
		if (get16(frame + parts.l4 + 16) != 0)
			continue;
		for (int i = 0; i < 2; i++) {
			put16(frame + parts.l4 + 16, i ? 0xffff : 0);
			spec.sequence -= 20;	/* a frame to join, before it */
			spec.ip_id--;
			arrive(device, &spec);
			spec.sequence += 20;
			spec.ip_id++;
			arrive_octets(device, target(0), frame, length);
			flush(device);
			assert_int_equal(device->joined, i ? found : found + 1);
			found += !i;
		}
	}
	assert_true(found > 0);
	device_free(device);
}

static void test_push_and_fin_close(void **state)
{
	for (int flag = 1; flag <= 8; flag += 7) {
		struct device *device = device_new(true);
		struct frame_spec spec = stream_base;

		arrive_many(device, &spec, 3);
		spec.flags |= (uint8_t)flag;
		arrive_many(device, &spec, 1);
		assert_int_equal(device->emitted, 1);
		assert_int_equal(device->joined, 1);
		arrive_many(device, &spec, 1);	/* alone: nothing may follow it */
		assert_int_equal(device->emitted, 2);
		spec.flags = 0x10;
		arrive_many(device, &spec, 3);
		assert_int_equal(device->emitted, 2);
		device_free(device);
	}
}

/* CWR is on the first or nowhere; the super-packet then says ECN. ECE may be on all. */
static void test_ecn(void **state)
{
	struct device *device = device_new(true);
	struct frame_spec spec = stream_base;

	spec.flags = 0xd0;
	arrive_many(device, &spec, 1);
	spec.flags = 0x50;
	arrive_many(device, &spec, 3);
	flush(device);
	assert_int_equal(device->joined, 1);
	assert_int_equal(device->emitted, 1);
	assert_int_equal(device->header.gso_type, VIRTIO_NET_HDR_GSO_TCPV4 | VIRTIO_NET_HDR_GSO_ECN);
	device_free(device);
}

static void test_limits(void **state)
{
	struct device *device = device_new(true);
	struct frame_spec spec = stream_base;

	spec.payload = 64;
	arrive_many(device, &spec, 65);
	assert_int_equal(device->emitted, 1);
	assert_int_equal(device->iov_count, 65);
	flush(device);
	assert_int_equal(device->emitted, 2);
	spec.payload = 1448;			/* 45 of them are an IP packet of 65212 octets */
	arrive_many(device, &spec, 45);
	assert_int_equal(device->emitted, 3);
	assert_int_equal(device->length, 14 + 20 + 32 + 45 * 1448);
	spec.payload = 32000;			/* two, and one that would have to be shorter is not waited for */
	arrive_many(device, &spec, 2);
	assert_int_equal(device->emitted, 4);
	spec.payload = 40000;
	arrive_many(device, &spec, 1);
	spec.payload = 30000;
	arrive_many(device, &spec, 1);
	assert_int_equal(device->joined, 3);
	device_free(device);
}

/* Five of them fill an IP packet to its last octet. */
static void test_longest(void **state)
{
	struct device *device = device_new(true);
	struct frame_spec spec = stream_base;

	spec.tcp_options = 0;
	spec.payload = (65535 - 40) / 5;
	arrive_many(device, &spec, 4);
	assert_int_equal(device->emitted, 0);
	arrive_many(device, &spec, 1);
	assert_int_equal(device->emitted, 1);
	assert_int_equal(device->length, 14 + 65535);
	device_free(device);
}

/* A flow's place keeps nothing of the flow before. */
static void test_place_used_again(void **state)
{
	struct device *device = device_new(true);
	struct frame_spec spec = stream_base;

	arrive_many(device, &spec, 2);
	spec.flags = 0x18;
	arrive_many(device, &spec, 1);
	assert_int_equal(device->emitted, 1);
	spec.udp = true;
	arrive_many(device, &spec, 5);
	assert_int_equal(device->emitted, 1);
	device_free(device);
}

static void test_ninth_flow(void **state)
{
	struct device *device = device_new(true);
	struct frame_spec spec[9];

	for (int i = 0; i < 9; i++) {
		spec[i] = stream_base;
		spec[i].host = (uint8_t)(i + 1);
		arrive_many(device, &spec[i], 2);
		assert_int_equal(device->emitted, i == 8);
	}
	arrive_many(device, &spec[1], 2);
	assert_int_equal(device->emitted, 1);
	spec[3].flags = 0x18;			/* a place in the middle becomes free, and is used */
	arrive_many(device, &spec[3], 1);
	assert_int_equal(device->emitted, 2);
	arrive_many(device, &spec[0], 2);
	assert_int_equal(device->emitted, 2);
	spec[3].flags = 0x10;
	arrive_many(device, &spec[3], 1);	/* now the second flow is the oldest */
	assert_int_equal(device->emitted, 3);
	assert_int_equal(device->iov_count, 1 + 4);
	device_free(device);
}

static void test_targets_apart(void **state)
{
	struct device *device = device_new(true);
	struct frame_spec spec = stream_base;
	static uint8_t frame[FRAME_MAX];

	arrive_octets(device, target(0), frame, frame_build(&spec, frame, NULL));
	stream_advance(&spec);
	spec.host = 2;		/* the test's own order is by host: so two streams that differ in it too, ... */
	arrive_octets(device, target(2), frame, frame_build(&spec, frame, NULL));
	spec.host = 1;		/* ... and one that differs in the target alone */
	arrive_octets(device, target(2), frame, frame_build(&spec, frame, NULL));
	coalesce_flush(&device->coalescer);
	assert_int_equal(device->emitted, 3);
	device_free(device);
}

static void test_without_udp_offload(void **state)
{
	struct device *device = device_new(false);
	struct frame_spec spec = stream_base;

	spec.udp = true;
	arrive_many(device, &spec, 5);
	assert_int_equal(device->emitted, 5);
	spec.udp = false;
	arrive_many(device, &spec, 5);
	assert_int_equal(device->emitted, 5);
	device_free(device);
}

static void test_others_leave_at_once(void **state)
{
	static uint8_t frame[FRAME_MAX];
	struct device *device = device_new(true);
	struct frame_spec spec = stream_base;
	size_t length;

	arrive_many(device, &spec, 2);
	spec.host = 2;
	length = frame_build(&spec, frame, NULL);
	frame[14 + 9] = 1;		/* ICMP */
	arrive_octets(device, target(0), frame, length);
	assert_int_equal(device->emitted, 1);
	spec.payload = 0;		/* a pure ACK of another flow */
	arrive(device, &spec);
	assert_int_equal(device->emitted, 2);
	assert_int_equal(device->frames, 2);
	device_free(device);
}

/* --- random streams --- */

static void test_random_streams(void **state)
{
	struct device *device = device_new(true);
	static uint8_t frame[FRAME_MAX];
	struct frame_spec flows[12];
	unsigned int sent = 0;
	uint64_t seed = 5;

	for (int round = 0; round < 400; round++) {
		for (uint8_t i = 0; i < 12; i++)
			if (round % 10 == 0)
				flows[i] = stream_random(&seed, i);
		for (uint32_t bursts = test_random_below(&seed, 20); bursts > 0; bursts--) {
			struct frame_spec *flow = &flows[test_random_below(&seed, 12)];

			for (uint32_t n = test_random_below(&seed, 10); n > 0; n--, sent++)
				arrive_octets(device, target(flow->ethernet ? 0 : 1), frame,
					      stream_next(flow, &seed, frame));
		}
		flush(device);
		for (int i = 0; i < FLOWS_MAX; i++)
			assert_null(device->expected[i]);
	}
	assert_int_equal(device->frames, sent);
	assert_true(sent > 10000);
	assert_true(device->joined > 1000);
	assert_true(device->emitted < sent * 2 / 3);	/* else nothing was tested */
	device_free(device);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_joined_headers),
		cmocka_unit_test(test_joined_octets),
		cmocka_unit_test(test_alone_is_not_touched),
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_first_corrupt),
		cmocka_unit_test(test_other_zero),
		cmocka_unit_test(test_push_and_fin_close),
		cmocka_unit_test(test_ecn),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_longest),
		cmocka_unit_test(test_place_used_again),
		cmocka_unit_test(test_ninth_flow),
		cmocka_unit_test(test_targets_apart),
		cmocka_unit_test(test_without_udp_offload),
		cmocka_unit_test(test_others_leave_at_once),
		cmocka_unit_test(test_random_streams),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
