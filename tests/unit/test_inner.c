/* SPDX-License-Identifier: MIT */
/*
 * Finding inner headers: every layering, every truncation, every lie about a length.
 */
#include "datapath/user/inner.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "datapath/user/checksum.h"
#include "frames.h"

static const struct frame_spec base = {
	.ethernet = true, .source_port = 1000, .dest_port = 2000, .ttl = 64, .flags = 0x10, .payload = 33, .vlan_id = 7,
	.host = 1,
};

static uint8_t frame[FRAME_MAX];

static enum frame_layer layer_of(const struct frame_spec *spec)
{
	return spec->ethernet ? FRAME_ETHERNET : FRAME_IP;
}

/* Parses a copy of exactly that length, so that ASan sees a read beyond it. */
static bool parse_exact(const uint8_t *octets, size_t length, enum frame_layer layer, struct inner *inner)
{
	uint8_t *copy = malloc(length ? length : 1);
	bool found;

	assert_non_null(copy);
	memcpy(copy, octets, length);
	found = inner_parse(copy, length, layer, inner);
	free(copy);
	return found;
}

static void check_spec(const struct frame_spec *spec)
{
	struct frame_parts parts;
	struct inner inner;
	size_t length = frame_build(spec, frame, &parts);

	assert_true(parse_exact(frame, length, layer_of(spec), &inner));
	assert_int_equal(inner.l3_offset, parts.l3);
	assert_int_equal(inner.l4_offset, parts.l4);
	assert_int_equal(inner.payload_offset, parts.payload);
	assert_int_equal(inner.end, length);
	assert_int_equal(inner.protocol, spec->udp ? 17 : 6);
	assert_int_equal(inner.ipv6, spec->ipv6);
	assert_int_equal(inner.plain, spec->ip_options == 0);
	assert_false(inner.fragment);
	assert_false(inner.routed);
	assert_int_equal(be16toh(checksum_fold(inner_pseudo_sum(frame, &inner, 70000))),
			 plain_pseudo(frame + parts.l3, spec->ipv6, inner.protocol, 70000) % 0xffff);
	for (size_t shorter = 0; shorter < length; shorter++)
		assert_false(parse_exact(frame, shorter, layer_of(spec), &inner));
	/* Ethernet padding is not the packet's */
	memset(frame + length, 0, 9);
	assert_true(parse_exact(frame, length + 9, layer_of(spec), &inner));
	assert_int_equal(inner.end, length);
}

static void test_every_layering(void **state)
{
	for (int i = 0; i < 8 * 2 * 2 * 2; i++) {
		struct frame_spec spec = base;

		spec.ethernet = i & 7;
		spec.tags = (i & 7) > 1 ? (i & 7) % 4 : 0;
		spec.ipv6 = i & 8;
		spec.udp = i & 16;
		spec.ip_options = (i & 32) ? 8 : 0;
		spec.tcp_options = (i & 32) ? 12 : 0;
		check_spec(&spec);
	}
}

static bool parse_ip(const uint8_t *octets, size_t length, struct inner *inner)
{
	return parse_exact(octets, length, FRAME_IP, inner);
}

static void test_lengths_that_lie(void **state)
{
	struct frame_spec spec = base;
	struct inner inner;
	size_t length;

	spec.ethernet = false;
	length = frame_build(&spec, frame, NULL);
	put16(frame + 2, (uint32_t)length + 1);
	assert_false(parse_ip(frame, length, &inner));
	put16(frame + 2, 19);
	assert_false(parse_ip(frame, length, &inner));
	put16(frame + 2, 39);		/* TCP header cut */
	assert_false(parse_ip(frame, length, &inner));
	put16(frame + 2, (uint32_t)length);
	frame[0] = 0x44;		/* header of 16 octets */
	assert_false(parse_ip(frame, length, &inner));
	frame[0] = 0x4f;		/* header of 60, TCP behind the end */
	put16(frame + 2, 60);
	assert_false(parse_ip(frame, length, &inner));
	frame[0] = 0x55;
	assert_false(parse_ip(frame, length, &inner));
	frame_build(&spec, frame, NULL);
	frame[20 + 12] = 0x40;		/* TCP header of 16 octets */
	assert_false(parse_ip(frame, length, &inner));
	frame[20 + 12] = 0xf0;		/* of 60, beyond the end */
	assert_false(parse_ip(frame, length, &inner));
}

static void test_fragments(void **state)
{
	const uint16_t fragments[] = { 0x2000, 0x0001, 0x1fff, 0x6000 };
	struct frame_spec spec = base;
	struct inner inner;
	size_t length;

	for (size_t i = 0; i < 4; i++) {
		spec.fragment = fragments[i];
		assert_false(parse_exact(frame, frame_build(&spec, frame, NULL), FRAME_ETHERNET, &inner));
		assert_true(inner.fragment);
		assert_int_equal(inner.protocol, 6);
	}
	spec.ipv6 = true;
	spec.ip_options = 8;
	length = frame_build(&spec, frame, NULL);
	frame[14 + 6] = 44;
	assert_false(parse_exact(frame, length, FRAME_ETHERNET, &inner));
	assert_true(inner.fragment);
	assert_int_equal(inner.protocol, 6);
}

static void test_extension_headers(void **state)
{
	struct frame_spec spec = base;
	struct inner inner;
	size_t length;

	spec.ipv6 = true;
	spec.ethernet = false;
	spec.ip_options = 8 * (INNER_EXTENSIONS_MAX + 1);
	length = frame_build(&spec, frame, NULL);
	for (int i = 0; i <= INNER_EXTENSIONS_MAX; i++) {	/* one header of 72 octets becomes nine of 8 */
		frame[40 + 8 * i] = i < INNER_EXTENSIONS_MAX ? 60 : 6;
		frame[40 + 8 * i + 1] = 0;
	}
	assert_false(parse_ip(frame, length, &inner));
	frame[40 + 8 * INNER_EXTENSIONS_MAX - 8] = 6;		/* the last but one says: TCP */
	frame[40 + 8 * INNER_EXTENSIONS_MAX + 12] = 0x50;
	assert_true(parse_ip(frame, length, &inner));
	assert_int_equal(inner.l4_offset, 40 + 8 * INNER_EXTENSIONS_MAX);
	frame[40 + 8] = 43;					/* what was there is now a routing header */
	frame[40] = 43;
	assert_true(parse_ip(frame, length, &inner));
	assert_true(inner.routed);
	frame[41] = 255;					/* longer than the packet */
	assert_false(parse_ip(frame, length, &inner));
}

static void test_not_ip(void **state)
{
	struct frame_spec spec = base;
	struct inner inner;
	size_t length = frame_build(&spec, frame, NULL);

	put16(frame + 12, 0x0806);
	assert_false(inner_find_ip(frame, length, FRAME_ETHERNET, &inner));
	put16(frame + 12, 0x86dd);	/* says IPv6, is IPv4 */
	assert_false(inner_find_ip(frame, length, FRAME_ETHERNET, &inner));
	spec.tags = 3;
	length = frame_build(&spec, frame, NULL);
	memmove(frame + 16, frame + 12, length - 12);	/* a fourth tag */
	assert_false(inner_find_ip(frame, length + 4, FRAME_ETHERNET, &inner));
	assert_false(inner_find_ip(frame, 0, FRAME_IP, &inner));
	spec = base;
	length = frame_build(&spec, frame, NULL);
	frame[14 + 9] = 1;		/* ICMP: IP, but no transport */
	assert_true(inner_find_ip(frame, length, FRAME_ETHERNET, &inner));
	assert_false(inner_find_transport(frame, &inner));
}

/* Nothing but an IP header is IP. */
static void test_headers_alone(void **state)
{
	uint8_t ipv4[20] = { 0x45, 0, 0, 20 }, ipv6[40] = { 0x60 };
	struct inner inner;

	assert_true(inner_find_ip(ipv4, sizeof(ipv4), FRAME_IP, &inner));
	assert_int_equal(inner.end, 20);
	assert_false(inner_find_transport(ipv4, &inner));
	assert_true(inner_find_ip(ipv6, sizeof(ipv6), FRAME_IP, &inner));
	assert_int_equal(inner.end, 40);
	assert_false(inner_find_transport(ipv6, &inner));
	assert_false(inner_find_ip(ipv4, 19, FRAME_IP, &inner));
	assert_false(inner_find_ip(ipv6, 39, FRAME_IP, &inner));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_layering),
		cmocka_unit_test(test_lengths_that_lie),
		cmocka_unit_test(test_fragments),
		cmocka_unit_test(test_extension_headers),
		cmocka_unit_test(test_not_ip),
		cmocka_unit_test(test_headers_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
