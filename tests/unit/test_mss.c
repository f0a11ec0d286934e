/* SPDX-License-Identifier: MIT */
/*
 * MSS clamping: the option is lowered, never raised, and the checksum stays as right or wrong as it was.
 */
#include "datapath/user/mss.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "frames.h"

static const struct frame_spec syn = {
	.ethernet = true, .source_port = 1000, .dest_port = 2000, .ttl = 64, .flags = 0x02, .payload = 0, .vlan_id = 7,
	.host = 1, .tcp_options = 12,
};

static uint8_t frame[FRAME_MAX], before[FRAME_MAX];

/* A SYN whose options are these 12 octets, its checksum right. */
static size_t build(const struct frame_spec *spec, const uint8_t *options, struct frame_parts *parts)
{
	size_t length = frame_build(spec, frame, parts);
	uint32_t sum;

	memcpy(frame + parts->l4 + 20, options, 12);
	put16(frame + parts->l4 + 16, 0);
	sum = plain_pseudo(frame + parts->l3, spec->ipv6, 6, (uint32_t)(length - parts->l4));
	put16(frame + parts->l4 + 16, ~plain_sum(sum, frame + parts->l4, length - parts->l4));
	memcpy(before, frame, length);
	return length;
}

/* On a copy of exactly that length. */
static void clamp(const struct frame_spec *spec, size_t length, uint32_t mtu, bool partial)
{
	uint8_t *copy = malloc(length ? length : 1);

	assert_non_null(copy);
	memcpy(copy, frame, length);
	mss_clamp(copy, length, spec->ethernet ? FRAME_ETHERNET : FRAME_IP, mtu, partial);
	memcpy(frame, copy, length);
	free(copy);
}

/* Options with an MSS at each place they can have, even and odd. */
static void put_mss(uint8_t *options, size_t at, uint16_t mss)
{
	memset(options, 1, 12);
	options[at] = 2;
	options[at + 1] = 4;
	put16(options + at + 2, mss);
}

static void test_lowered(void **state)
{
	for (int i = 0; i < 8 * 9; i++) {
		struct frame_spec spec = syn;
		struct frame_parts parts;
		size_t at = (size_t)i / 8, length;
		uint8_t options[12];
		uint16_t limit;

		spec.ipv6 = i & 1;
		spec.tags = i & 2;
		spec.ethernet = spec.tags || i & 4;
		spec.flags = i & 4 ? 0x12 : 0x02;
		limit = spec.ipv6 ? 1400 - 60 : 1400 - 40;
		for (uint32_t mss = (uint32_t)limit - 1; mss < 65536; mss = mss * 2 - limit + 2) {
			put_mss(options, at, (uint16_t)mss);
			length = build(&spec, options, &parts);
			clamp(&spec, length, 1400, false);
			assert_int_equal(get16(frame + parts.l4 + 20 + at + 2), mss < limit ? mss : limit);
			assert_true(frame_verifies(&spec, frame, parts.l3, parts.l4, length));
			if (mss <= limit)
				assert_memory_equal(frame, before, length);
		}
	}
}

static void test_partial_checksum_is_left(void **state)
{
	struct frame_parts parts;
	uint8_t options[12];
	size_t length;

	put_mss(options, 0, 1460);
	length = build(&syn, options, &parts);
	clamp(&syn, length, 1400, true);
	assert_int_equal(get16(frame + parts.l4 + 22), 1360);
	assert_memory_equal(frame, before, parts.l4 + 22);
	assert_memory_equal(frame + parts.l4 + 24, before + parts.l4 + 24, length - parts.l4 - 24);
}

static void test_wrong_checksum_stays_wrong(void **state)
{
	struct frame_parts parts;
	uint8_t options[12];
	size_t length;

	put_mss(options, 0, 1460);
	length = build(&syn, options, &parts);
	frame[parts.l4 + 16] ^= 0x11;
	clamp(&syn, length, 1400, false);
	assert_int_equal(get16(frame + parts.l4 + 22), 1360);
	assert_false(frame_verifies(&syn, frame, parts.l3, parts.l4, length));
	frame[parts.l4 + 16] ^= 0x11;	/* not in general, but without a carry: as wrong as before */
}

static void expect_untouched(const struct frame_spec *spec, const uint8_t *options, uint32_t mtu)
{
	struct frame_parts parts;
	size_t length = build(spec, options, &parts);

	clamp(spec, length, mtu, false);
	assert_memory_equal(frame, before, length);
}

static void test_left_alone(void **state)
{
	struct frame_spec spec = syn;
	uint8_t options[12];

	put_mss(options, 0, 1460);
	expect_untouched(&spec, options, 1500);
	expect_untouched(&spec, options, 40);	/* leaves nothing */
	expect_untouched(&spec, options, 0);
	expect_untouched(&spec, options, 100000);
	spec.flags = 0x10;
	expect_untouched(&spec, options, 1400);
	spec = syn;
	spec.fragment = 0x2000;
	expect_untouched(&spec, options, 1400);
	spec = syn;
	spec.udp = true;
	spec.payload = 100;
	expect_untouched(&spec, options, 1400);
}

static void test_options_that_lie(void **state)
{
	const uint8_t lies[][12] = {
		{ 0, 2, 4, 0xff, 0xff },			/* behind the end of options */
		{ 8, 0, 2, 4, 0xff, 0xff },			/* length 0 */
		{ 8, 1, 2, 4, 0xff, 0xff },
		{ 8, 13, 2, 4, 0xff, 0xff },			/* longer than the header */
		{ 2, 3, 0xff, 2, 3, 0xff },			/* an MSS of 8 bits */
		{ 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 4, 0xff },	/* cut by the end */
		{ 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 4 },
		{ 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2 },
		{ 2, 12, 0xff, 0xff },
	};

	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++)
		expect_untouched(&syn, lies[i], 1400);
}

static void test_each_of_two(void **state)
{
	const uint8_t options[12] = { 2, 4, 0x20, 0, 1, 2, 4, 0x30, 0, 1, 1, 0 };
	struct frame_parts parts;
	size_t length = build(&syn, options, &parts);

	clamp(&syn, length, 1400, false);
	assert_int_equal(get16(frame + parts.l4 + 22), 1360);
	assert_int_equal(get16(frame + parts.l4 + 27), 1360);
	assert_true(frame_verifies(&syn, frame, parts.l3, parts.l4, length));
}

/* Behind options of other kinds, the shortest there is among them. */
static void test_behind_others(void **state)
{
	const uint8_t options[12] = { 4, 2, 3, 3, 7, 2, 4, 0x30, 0, 99, 2, 0 };
	struct frame_parts parts;
	size_t length = build(&syn, options, &parts);

	clamp(&syn, length, 1400, false);
	assert_int_equal(get16(frame + parts.l4 + 27), 1360);
	assert_true(frame_verifies(&syn, frame, parts.l3, parts.l4, length));
	put16(frame + parts.l4 + 27, 0x3000);
	put16(frame + parts.l4 + 16, get16(before + parts.l4 + 16));
	assert_memory_equal(frame, before, length);
}

static void test_truncated(void **state)
{
	struct frame_parts parts;
	uint8_t options[12];
	size_t length;

	put_mss(options, 0, 1460);
	length = build(&syn, options, &parts);
	for (size_t shorter = 0; shorter < length; shorter++) {
		clamp(&syn, shorter, 1400, false);
		assert_memory_equal(frame, before, shorter);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lowered),
		cmocka_unit_test(test_partial_checksum_is_left),
		cmocka_unit_test(test_wrong_checksum_stays_wrong),
		cmocka_unit_test(test_left_alone),
		cmocka_unit_test(test_options_that_lie),
		cmocka_unit_test(test_each_of_two),
		cmocka_unit_test(test_behind_others),
		cmocka_unit_test(test_truncated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
