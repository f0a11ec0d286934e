/* SPDX-License-Identifier: MIT */
/* Text to values and back, and all the text that must not become a value. */
#include "base/text.h"

#include <string.h>

#include "test.h"

static void numbers(void **state)
{
	static const struct {
		const char *text;
		uint64_t value;
	} rows[] = {
		{ "0", 0 }, { "1", 1 }, { "4294967296", 4294967296u }, { "18446744073709551615", UINT64_MAX },
		{ "0x10", 16 }, { "0XfF", 255 }, { "0xffffffffffffffff", UINT64_MAX }, { "010", 8 }, { "00", 0 },
		{ "01777777777777777777777", UINT64_MAX },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t value = 77;

		assert_true(text_to_u64(rows[i].text, &value));
		assert_true(value == rows[i].value);
	}
}

static void not_numbers(void **state)
{
	static const char *const texts[] = { "", " 1", "1 ", "-1", "+1", "0x", "08", "1a", "0xg", "1.0", "1e3", "a",
					     "18446744073709551616", "99999999999999999999999999",
					     "0x10000000000000000",
					     "02000000000000000000000", "1\n" };

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		uint64_t value = 77;

		assert_false(text_to_u64(texts[i], &value));
		assert_int_equal(value, 77);
	}
}

static void truths(void **state)
{
	static const char *const yes[] = { "yes", "YES", "enable", "true", "On", "1" };
	static const char *const no[] = { "no", "disable", "FALSE", "off", "0" };
	bool value;

	for (size_t i = 0; i < ARRAY_SIZE(yes); i++)
		assert_true(text_to_bool(yes[i], &value) && value);
	for (size_t i = 0; i < ARRAY_SIZE(no); i++)
		assert_true(text_to_bool(no[i], &value) && !value);
	assert_false(text_to_bool("", &value));
	assert_false(text_to_bool("2", &value));
	assert_false(text_to_bool("yes ", &value));
}

static void octets_are_read(void **state)
{
	static const char *const texts[] = { "00ff1A", "0x00ff1a", "00:ff:1a", "00ff:1a" };
	uint8_t octets[3];
	size_t length;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		assert_true(text_to_octets(texts[i], octets, sizeof(octets), &length));
		assert_int_equal(length, 3);
		assert_memory_equal(octets, "\x00\xff\x1a", 3);
	}
	assert_true(text_to_octets("", octets, sizeof(octets), &length));
	assert_int_equal(length, 0);
	assert_true(text_to_octets("0x", octets, 0, &length));
	assert_int_equal(length, 0);
}

static void not_octets(void **state)
{
	static const char *const texts[] = { "0", "0g", "00f", ":00", "00:", "00::ff", "00 ff", "01020304", "0x0x" };
	uint8_t octets[3];
	size_t length = 9;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		assert_false(text_to_octets(texts[i], octets, sizeof(octets), &length));
	assert_int_equal(length, 9);
}

static void octets_are_bounded(void **state)
{
	uint8_t octets[2 * TEXT_OCTETS_MAX];
	char text[4 * TEXT_OCTETS_MAX + 1];
	size_t length;

	memset(text, 'a', sizeof(text));
	text[2 * TEXT_OCTETS_MAX] = '\0';
	assert_true(text_to_octets(text, octets, sizeof(octets), &length));
	assert_int_equal(length, TEXT_OCTETS_MAX);
	text[2 * TEXT_OCTETS_MAX] = 'a';
	text[sizeof(text) - 1] = '\0';
	assert_false(text_to_octets(text, octets, sizeof(octets), &length));
}

static void items_of_lists(void **state)
{
	const char *rest = "a,,bc";
	char item[3];

	assert_true(text_next_item(&rest, item, sizeof(item)));
	assert_string_equal(item, "a");
	assert_true(text_next_item(&rest, item, sizeof(item)));
	assert_string_equal(item, "");
	assert_true(text_next_item(&rest, item, sizeof(item)));
	assert_string_equal(item, "bc");
	assert_null(rest);
	rest = "";
	assert_true(text_next_item(&rest, item, sizeof(item)));
	assert_string_equal(item, "");
	assert_null(rest);
	rest = "abc,d";
	assert_false(text_next_item(&rest, item, sizeof(item)));
}

static void octets_are_written(void **state)
{
	static const uint8_t octets[] = { 0x00, 0x9f, 0xa0 };
	char out[7];

	assert_string_equal(text_from_octets(octets, 3, out), "009fa0");
	assert_string_equal(text_from_octets(octets, 0, out), "");
}

static void macs(void **state)
{
	static const char *const bad[] = { "", "02:00:00:00:00", "02:00:00:00:00:0", "02:00:00:00:00:001",
					   "2:0:0:0:0:1",
					   "02-00-00-00-00-01", "020000000001", "02:00:00:00:00:0g",
					   "02:00:00:00:00:01:" };
	uint8_t mac[6];
	char out[18];

	assert_true(text_to_mac("02:aB:00:00:00:ff", mac));
	assert_string_equal(text_from_mac(mac, out), "02:ab:00:00:00:ff");
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_false(text_to_mac(bad[i], mac));
	assert_string_equal(text_from_mac(mac, out), "02:ab:00:00:00:ff");
}

static void printable_texts(void **state)
{
	static const char *const texts[] = {
		"", " ~", "\xc2\xa0", "\xc3\xa4\xdf\xbf", "\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80",
		"\xf0\x90\x80\x80\xf4\x8f\xbf\xbf",
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		assert_int_equal(text_printable_length(texts[i]), strlen(texts[i]));
}

/* Each begins with one printable octet and goes wrong behind it. */
static void unprintable_texts(void **state)
{
	static const char *const texts[] = {
		"a\n", "a\t", "a\x1b", "a\x7f",			/* control characters */
		"a\xc2\x80", "a\xc2\x9f",			/* and those of ISO 6429 */
		"a\x80", "a\xbf", "a\xff", "a\xf8\x88\x80\x80\x80",	/* not the beginning of a character */
		"a\xc3", "a\xe2\x82", "a\xf0\x9f\x98", "a\xc3" "b",	/* cut off */
		"a\xc0\xaf", "a\xe0\x9f\xbf", "a\xf0\x8f\xbf\xbf",	/* longer than need be */
		"a\xd8\x9c", "a\xe2\x80\x8e", "a\xe2\x80\xae", "a\xe2\x81\xa9",	/* turn what follows around */
		"a\xe2\x80\xa8",				/* another line */
		"a\xed\xa0\x80", "a\xed\xbf\xbf", "a\xf4\x90\x80\x80",	/* surrogates, beyond the end */
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		assert_int_equal(text_printable_length(texts[i]), 1);
}

static void makes_printable(void **state)
{
	char text[] = "a\x1b[1m\xc3\xa4\xc3(\xff\xe2\x82";

	text_make_printable(text);
	assert_string_equal(text, "a?[1m\xc3\xa4?(???");
}

static void escapes_for_a_log(void **state)
{
	char out[32];

	assert_int_equal(text_escape("a\x1b\xff\xc3\xa9 \"\\", "", out, sizeof(out)), 14);
	assert_string_equal(out, "a\\x1b\\xff\xc3\xa9 \"\\");
	text_escape("\"a\\\n", "\"\\", out, sizeof(out));
	assert_string_equal(out, "\\\"a\\\\\\x0a");
	assert_int_equal(text_escape("", "", out, 1), 0);
}

/* What is cut off is cut off between characters. */
static void escapes_what_fits(void **state)
{
	char out[16];

	for (size_t size = 1; size <= 8; size++) {
		memset(out, '!', sizeof(out));
		assert_int_equal(text_escape("\x1b\x1b", "", out, size), size < 5 ? 0 : 4);
		assert_int_equal(out[size], '!');
	}
	assert_int_equal(text_escape("a\xf0\x9f\x98\x80", "", out, 5), 1);
	assert_int_equal(text_escape("a\xf0\x9f\x98\x80", "", out, 6), 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(not_numbers),
		cmocka_unit_test(truths),
		cmocka_unit_test(octets_are_read),
		cmocka_unit_test(items_of_lists),
		cmocka_unit_test(not_octets),
		cmocka_unit_test(octets_are_bounded),
		cmocka_unit_test(octets_are_written),
		cmocka_unit_test(macs),
		cmocka_unit_test(printable_texts),
		cmocka_unit_test(unprintable_texts),
		cmocka_unit_test(makes_printable),
		cmocka_unit_test(escapes_for_a_log),
		cmocka_unit_test(escapes_what_fits),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
