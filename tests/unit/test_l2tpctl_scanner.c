/* SPDX-License-Identifier: MIT */
/* JSON as text: values end where they end, whatever is in their strings; what is cut off has no end. */
#include "l2tpctl/scanner.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"

static void assert_skips(const char *value, const char *rest)
{
	const char *end = scanner_skip(value);

	if (!end || strcmp(end, rest) != 0)
		fail_msg("%s: behind it is %s, not %s", value, end ? end : "nothing", rest);
}

static void values_end_where_they_end(void **state)
{
	assert_skips("1,2", ",2");
	assert_skips(" true}", "}");
	assert_skips("null ]", " ]");
	assert_skips("\"a\"b", "b");
	assert_skips("\"\"b", "b");
	assert_skips("\"a\\\"]}\" ,", " ,");
	assert_skips("\"\\\\\"x", "x");
	assert_skips("{\"a\":[1,{\"b\":\"}]\\\"\"}],\"c\":{}}x", "x");
	assert_skips("[]]", "]");
}

static void what_is_cut_off_does_not_end(void **state)
{
	static const char whole[] = "{\"a\":[1,{\"b\":\"}]\\\"\"}]}";

	for (size_t length = 0; length < sizeof(whole) - 1; length++) {
		char *part = strndup(whole, length);

		if (scanner_skip(part))
			fail_msg("'%s' has an end", part);
		assert_null(scanner_member(part, "nothing"));
		free(part);
	}
}

static void members_are_found(void **state)
{
	static const char object[] = " { \"ab\" : \"x\", \"a\":{\"b\":{\"a\":7}},\"list\":[1],\"last\":null}";
	char text[8];

	assert_string_equal(scanner_member(object, "last"), "null}");
	assert_true(scanner_text(scanner_path(object, "a.b.a"), text, sizeof(text)));
	assert_string_equal(text, "7");
	assert_true(scanner_text(scanner_member(object, "ab"), text, sizeof(text)));
	assert_string_equal(text, "x");
	assert_false(scanner_text(scanner_member(object, "last"), text, sizeof(text)));
	assert_null(scanner_member(object, "b"));
	assert_null(scanner_path(object, "a.c.a"));
	assert_null(scanner_path(object, "ab.c"));
	assert_null(scanner_member("[1]", "a"));
	assert_int_equal(strncmp(scanner_array(object), "[1]", 3), 0);
	assert_null(scanner_array("{\"a\":{\"b\":[]}}"));
	assert_false(scanner_text(NULL, text, sizeof(text)));
}

static void elements_are_told_one_by_one(void **state)
{
	const char *position = "[{\"a\":1} , \"b,]\",[],3 ] rest", *element;
	static const char *const wanted[] = { "{\"a\":1}", "\"b,]\"", "[]", "3" };
	size_t length;

	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++) {
		assert_true(scanner_next(&position, &element, &length));
		assert_int_equal(length, strlen(wanted[i]));
		assert_memory_equal(element, wanted[i], length);
	}
	assert_false(scanner_next(&position, &element, &length));
	position = "[]";
	assert_false(scanner_next(&position, &element, &length));
	position = "[1,{";
	assert_true(scanner_next(&position, &element, &length));
	assert_false(scanner_next(&position, &element, &length));
}

/* Of texts that jansson writes it tells the same as jansson. */
static void it_agrees_with_jansson(void **state)
{
	static const char *const strings[] = { "", "\"", "\\", "]}", "a\\\"b", "\xc3\xb6\n\t\x01", "{\"x\":[" };
	json_t *array = json_array();
	const char *position, *element;
	char *text;
	size_t length;

	for (size_t i = 0; i < 200; i++)
		json_array_append_new(array, json_pack("{s:s, s:[i, {s:s}], s:b, s:o}", "a",
						       strings[i % ARRAY_SIZE(strings)], "b", (int)i, "c",
						       strings[i / 7 % ARRAY_SIZE(strings)], "d", (int)(i & 1), "e",
						       i % 3 ? json_real((double)i / 7) : json_null()));
	text = json_dumps(array, JSON_COMPACT);
	position = text;
	for (size_t i = 0; i < 200; i++) {
		json_t *one;

		assert_true(scanner_next(&position, &element, &length));
		one = json_loadb(element, length, 0, NULL);
		assert_true(json_equal(one, json_array_get(array, i)));
		json_decref(one);
	}
	assert_false(scanner_next(&position, &element, &length));
	json_decref(array);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_end_where_they_end),
		cmocka_unit_test(what_is_cut_off_does_not_end),
		cmocka_unit_test(members_are_found),
		cmocka_unit_test(elements_are_told_one_by_one),
		cmocka_unit_test(it_agrees_with_jansson),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
