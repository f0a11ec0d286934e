/* SPDX-License-Identifier: MIT */
/*
 * The fast checksum against one that adds octet by octet.
 */
#include "datapath/user/checksum.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "frames.h"

static void fill(uint8_t *octets, size_t length, uint64_t seed)
{
	for (size_t i = 0; i < length; i++)
		octets[i] = (uint8_t)test_random(&seed);
}

/* Exactly as long as it is summed, so that ASan sees a read beyond; at every alignment. */
static void test_every_length(void **state)
{
	for (size_t length = 0; length < 300; length++) {
		for (size_t offset = 0; offset < 8; offset++) {
			uint8_t *octets = malloc(offset + length + 1);

			assert_non_null(octets);
			octets = realloc(octets, offset + length ? offset + length : 1);
			fill(octets, offset + length, length);
			assert_int_equal(be16toh(checksum_fold(checksum_sum(octets + offset, length))),
					 plain_sum(0, octets + offset, length));
			free(octets);
		}
	}
}

static void test_large_and_extreme(void **state)
{
	static uint8_t octets[70000];

	for (int value = 0; value < 2; value++) {
		memset(octets, value ? 0xff : 0, sizeof(octets));
		assert_int_equal(checksum_fold(checksum_sum(octets, sizeof(octets))), value ? 0xffff : 0);
	}
	fill(octets, sizeof(octets), 4711);
	for (size_t length = 1400; length < sizeof(octets); length = length * 5 / 4 + 1)
		assert_int_equal(be16toh(checksum_fold(checksum_sum(octets + length % 3, length - 2))),
				 plain_sum(0, octets + length % 3, length - 2));
}

static void test_parts_add(void **state)
{
	uint8_t octets[256];

	fill(octets, sizeof(octets), 99);
	for (size_t cut = 0; cut <= 60; cut += 4)
		assert_int_equal(checksum_fold(checksum_sum_header(octets, cut) +
						checksum_sum(octets + cut, 256 - cut)),
				 checksum_fold(checksum_sum(octets, 256)));
}

/* RFC 1071 section 3 */
static void test_known_example(void **state)
{
	const uint8_t octets[] = { 0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7 };

	assert_int_equal(be16toh(checksum_fold(checksum_sum(octets, 8))), 0xddf2);
	assert_int_equal(be16toh(checksum_finish(checksum_sum(octets, 8))), 0x220d);
}

static void test_fold_carries(void **state)
{
	assert_int_equal(checksum_fold(0), 0);
	assert_int_equal(checksum_fold(UINT64_MAX), 0xffff);
	assert_int_equal(checksum_fold(0x1fffeffff0001ull), checksum_fold(0x1 + 0xfffe + 0xffff + 0x0001));
	assert_int_equal(checksum_fold(0xffffffff00000001ull), 1);
	assert_int_equal(checksum_finish_udp(0xffff), 0xffff);
	assert_int_equal(checksum_finish(0xffff), 0);
	assert_int_equal(checksum_finish_udp(1), 0xfffe);
}

static void test_same_octets(void **state)
{
	const size_t lengths[] = { 0, 4, 8, 12, 14, 18, 20, 22, 32, 40 };
	uint8_t a[40], b[40];

	fill(a, sizeof(a), 5);
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		memcpy(b, a, sizeof(b));
		for (size_t at = 0; at < sizeof(b); at++) {
			b[at] ^= 0x10;
			assert_int_equal(octets_same(a, b, lengths[i]), at >= lengths[i]);
			b[at] ^= 0x10;
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_length),
		cmocka_unit_test(test_large_and_extreme),
		cmocka_unit_test(test_parts_add),
		cmocka_unit_test(test_known_example),
		cmocka_unit_test(test_fold_carries),
		cmocka_unit_test(test_same_octets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
