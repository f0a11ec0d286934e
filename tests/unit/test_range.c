/* SPDX-License-Identifier: MIT */
/* Ranges: text both ways, what they contain and overlap. */
#include "base/range.h"

#include <string.h>

#include "test.h"

static struct range range_of(const char *text)
{
	struct range range;

	print_message("# %s\n", text);
	assert_true(range_parse(text, &range));
	return range;
}

static void text_both_ways(void **state)
{
	static const struct {
		const char *text, *printed, *first, *last;
	} rows[] = {
		{ "192.0.2.10-192.0.2.250", "192.0.2.10-192.0.2.250", "192.0.2.10", "192.0.2.250" },
		{ "192.0.2.0/24", "192.0.2.0/24", "192.0.2.0", "192.0.2.255" },
		{ "192.0.2.7", "192.0.2.7", "192.0.2.7", "192.0.2.7" },
		{ "192.0.2.7-192.0.2.7", "192.0.2.7-192.0.2.7", "192.0.2.7", "192.0.2.7" },
		{ "0.0.0.0/0", "0.0.0.0/0", "0.0.0.0", "255.255.255.255" },
		{ "10.0.0.128/26", "10.0.0.128/26", "10.0.0.128", "10.0.0.191" },
		{ "2001:DB8::/33", "2001:db8::/33", "2001:db8::", "2001:db8:7fff:ffff:ffff:ffff:ffff:ffff" },
		{ "2001:db8::1-2001:db8::ff", "2001:db8::1-2001:db8::ff", "2001:db8::1", "2001:db8::ff" },
	};
	char text[RANGE_TEXT_MAX], address[ADDRESS_TEXT_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct range range = range_of(rows[i].text);

		assert_string_equal(range_format(&range, text, sizeof(text)), rows[i].printed);
		assert_string_equal(address_format(&range.first, address, sizeof(address)), rows[i].first);
		assert_string_equal(address_format(&range.last, address, sizeof(address)), rows[i].last);
	}
}

static void what_is_none(void **state)
{
	static const char *const bad[] = {
		"", "-", "192.0.2.1-", "-192.0.2.1", "192.0.2.2-192.0.2.1", "192.0.2.1-2001:db8::1", "192.0.2.1/24",
		"192.0.2.1-192.0.2.9-192.0.2.11", "192.0.2.0/24-192.0.3.0/24", "192.0.2.1-9", "a-b",
		"2001:db8::2-2001:db8::1",
		"1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb-::1", "192.0.2.1 -192.0.2.2",
	};
	static const struct range zero;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct range range;

		print_message("# %s\n", bad[i]);
		memset(&range, 0xff, sizeof(range));
		assert_false(range_parse(bad[i], &range));
		assert_memory_equal(&range, &zero, sizeof(range));
	}
}

static bool contains(const char *text, const char *member)
{
	struct range range = range_of(text), one = range_of(member);

	bool overlaps = range_overlaps(&range, &one);

	assert_int_equal(range_overlaps(&one, &range), overlaps);
	return overlaps;
}

static void containing(void **state)
{
	struct range none = { .length = 0 };

	assert_true(contains("192.0.2.10-192.0.3.5", "192.0.2.10"));
	assert_true(contains("192.0.2.10-192.0.3.5", "192.0.3.5"));
	assert_true(contains("192.0.2.10-192.0.3.5", "192.0.2.255"));
	assert_false(contains("192.0.2.10-192.0.3.5", "192.0.2.9"));
	assert_false(contains("192.0.2.10-192.0.3.5", "192.0.3.6"));
	assert_false(contains("0.0.0.0/0", "::"));
	assert_true(contains("2001:db8::/32", "2001:db8:ffff::1"));
	assert_false(contains("2001:db8::/32", "2001:db9::"));
	assert_false(range_overlaps(&none, &none));
}

static void overlapping(void **state)
{
	struct range a = range_of("192.0.2.10-192.0.2.20"), b = range_of("192.0.2.20-192.0.2.30");
	struct range inside = range_of("192.0.2.12"), apart = range_of("192.0.2.21-192.0.2.22");
	struct range v6 = range_of("::/0");

	assert_true(range_overlaps(&a, &b) && range_overlaps(&b, &a));
	assert_true(range_overlaps(&a, &inside) && range_overlaps(&inside, &a));
	assert_false(range_overlaps(&a, &apart) || range_overlaps(&apart, &a));
	assert_false(range_overlaps(&a, &v6) || range_overlaps(&v6, &a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_both_ways),
		cmocka_unit_test(what_is_none),
		cmocka_unit_test(containing),
		cmocka_unit_test(overlapping),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
