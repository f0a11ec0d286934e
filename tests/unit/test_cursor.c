/* SPDX-License-Identifier: MIT */
/* The cursor: network order, and that an error sticks. */
#include "base/cursor.h"

#include "test.h"

static void reads_network_order(void **state)
{
	uint8_t octets[] = { 1, 2, 3, 4, 5, 6, 7 };
	struct cursor cursor = cursor_over(octets, sizeof(octets));

	assert_int_equal(cursor_get_u16(&cursor), 0x0102);
	assert_int_equal(cursor_get_u32(&cursor), 0x03040506);
	assert_int_equal(cursor_left(&cursor), 1);
	assert_true(cursor_ok(&cursor));
}

static void reading_too_far_sticks(void **state)
{
	uint8_t octets[] = { 1, 2, 3 };
	struct cursor cursor = cursor_over(octets, sizeof(octets));

	assert_int_equal(cursor_get_u32(&cursor), 0);
	assert_false(cursor_ok(&cursor));
	assert_int_equal(cursor_left(&cursor), 0);
	assert_int_equal(cursor_get_u16(&cursor), 0);
	assert_null(cursor_take(&cursor, 0));
}

static void writes_network_order(void **state)
{
	static const uint8_t expected[] = { 0xde, 0xad, 0xbe, 0xef, 0x12, 0x34, 'a', 'b' };
	uint8_t out[8];
	struct cursor cursor = cursor_over(out, sizeof(out));

	cursor_put_u32(&cursor, 0xdeadbeef);
	cursor_put_u16(&cursor, 0x1234);
	cursor_put(&cursor, "ab", 2);
	cursor_put(&cursor, NULL, 0);
	assert_true(cursor_ok(&cursor));
	assert_memory_equal(out, expected, sizeof(expected));
}

static void writing_too_far_goes_nowhere(void **state)
{
	uint8_t out[4] = { 0 };
	struct cursor cursor = cursor_over(out, 3);

	cursor_put(&cursor, "abcd", 4);
	assert_false(cursor_ok(&cursor));
	cursor_put_u16(&cursor, 0xffff);
	assert_memory_equal(out, "\0\0\0\0", 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_network_order),
		cmocka_unit_test(reading_too_far_sticks),
		cmocka_unit_test(writes_network_order),
		cmocka_unit_test(writing_too_far_goes_nowhere),
	};

	return cmocka_run_group_tests_name("cursor", tests, NULL, NULL);
}
