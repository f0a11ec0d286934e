/* SPDX-License-Identifier: MIT */
/*
 * Frames whose checksum nobody has finished are told from all others, and described so that the kernel finishes them.
 */
#include "datapath/user/unfinished.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "frames.h"

static uint8_t frame[FRAME_MAX];

static const struct frame_spec specs[] = {
	{ .ethernet = true, .host = 1, .source_port = 1, .dest_port = 2, .ttl = 64, .flags = TCP_ACKNOWLEDGE,
	  .payload = 4000 },
	{ .ethernet = true, .ipv6 = true, .host = 1, .ttl = 64, .flags = TCP_ACKNOWLEDGE | TCP_CWR, .tcp_options = 12,
	  .payload = 4000 },
	{ .ipv6 = true, .host = 1, .ttl = 64, .flags = TCP_ACKNOWLEDGE },
	{ .ethernet = true, .tags = 2, .host = 1, .ttl = 64, .flags = TCP_ACKNOWLEDGE, .payload = 1 },
};

static struct inner build(const struct frame_spec *spec, struct frame_parts *parts)
{
	size_t length = frame_build(spec, frame, parts);
	struct inner inner;

	assert_true(inner_parse(frame, length, spec->ethernet ? FRAME_ETHERNET : FRAME_IP, &inner));
	return inner;
}

static void test_told_apart(void **state)
{
	struct frame_parts parts;

	for (size_t i = 0; i < sizeof(specs) / sizeof(specs[0]); i++) {
		struct inner inner = build(&specs[i], &parts);

		assert_false(unfinished_is(frame, &inner));
		frame_make_partial(&specs[i], frame, &parts);
		assert_true(unfinished_is(frame, &inner));
		frame[inner.l4_offset + TCP_CHECKSUM] ^= 1;
		assert_false(unfinished_is(frame, &inner));
	}
}

/* Nobody leaves UDP to us: it has ways of its own. */
static void test_udp_never(void **state)
{
	const struct frame_spec spec = { .ethernet = true, .udp = true, .host = 1, .ttl = 64, .payload = 10 };
	struct frame_parts parts;
	struct inner inner = build(&spec, &parts);

	frame_make_partial(&spec, frame, &parts);
	assert_false(unfinished_is(frame, &inner));
}

static void test_described(void **state)
{
	struct virtio_net_hdr header;
	struct frame_parts parts;
	struct inner inner = build(&specs[0], &parts);

	assert_true(unfinished_describe(frame, &inner, 0, &header));
	assert_int_equal(header.flags, VIRTIO_NET_HDR_F_NEEDS_CSUM);
	assert_int_equal(header.csum_start, parts.l4);
	assert_int_equal(header.csum_offset, 16);
	assert_int_equal(header.gso_type, VIRTIO_NET_HDR_GSO_NONE);
	assert_true(unfinished_describe(frame, &inner, 1442, &header));
	assert_int_equal(header.gso_type, VIRTIO_NET_HDR_GSO_TCPV4);
	assert_int_equal(header.gso_size, 1402);
	assert_int_equal(header.hdr_len, parts.payload);
	assert_true(unfinished_describe(frame, &inner, 4040, &header));	/* just long enough */
	assert_int_equal(header.gso_type, VIRTIO_NET_HDR_GSO_NONE);
	inner = build(&specs[1], &parts);
	assert_true(unfinished_describe(frame, &inner, 1442, &header));
	assert_int_equal(header.gso_type, VIRTIO_NET_HDR_GSO_TCPV6 | VIRTIO_NET_HDR_GSO_ECN);
	assert_int_equal(header.gso_size, 1442 - 40 - 32);
	assert_false(unfinished_describe(frame, &inner, 40 + 32, &header));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_told_apart),
		cmocka_unit_test(test_udp_never),
		cmocka_unit_test(test_described),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
