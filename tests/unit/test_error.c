/* SPDX-License-Identifier: MIT */
/* Error texts: their codes, their parameter, cut and made printable. */
#include "base/error.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "test.h"

static void fills_all_members(void **state)
{
	struct error error;

	assert_int_equal(error_set(&error, ERROR_VALUE, "mtu", "mtu must be %d", 5), -1);
	assert_int_equal(error.code, ERROR_VALUE);
	assert_string_equal(error.parameter, "mtu");
	assert_string_equal(error.text, "mtu must be 5");
	error_set(&error, ERROR_LIMIT, NULL, "x");
	assert_string_equal(error.parameter, "");
}

static void needs_no_error(void **state)
{
	assert_int_equal(error_set(NULL, ERROR_VALUE, NULL, "x"), -1);
	assert_int_equal(error_system(NULL, ENOENT, NULL, "x"), -1);
}

static void system_errors_say_why(void **state)
{
	struct error error;

	assert_int_equal(error_system(&error, ENOENT, "netns", "cannot open %s", "it"), -1);
	assert_int_equal(error.code, ERROR_SYSTEM);
	assert_string_equal(error.text, "cannot open it: No such file or directory");
}

static void foreign_octets_become_printable(void **state)
{
	struct error error;

	error_set(&error, ERROR_VALUE, "a\nb", "got '%s'", "\x1b[2J\xff\xc3\xa4");
	assert_string_equal(error.parameter, "a?b");
	assert_string_equal(error.text, "got '?[2J?\xc3\xa4'");
}

static void long_texts_are_cut_between_characters(void **state)
{
	char text[2 * ERROR_TEXT_MAX + 1];
	struct error error;

	for (size_t i = 0; i < ERROR_TEXT_MAX; i++)
		memcpy(text + 2 * i, "\xc3\xa4", 3);
	error_set(&error, ERROR_VALUE, text, "%s", text);
	assert_int_equal(strlen(error.text), ERROR_TEXT_MAX - 1);
	assert_int_equal(text_printable_length(error.text), ERROR_TEXT_MAX - 1);
	assert_int_equal(text_printable_length(error.parameter), ERROR_PARAMETER_MAX - 1);
	error_system(&error, ENOENT, NULL, "%s", text);
	assert_int_equal(text_printable_length(error.text), ERROR_TEXT_MAX - 1);
}

static void every_code_has_a_name(void **state)
{
	for (int code = ERROR_NONE; code < ERROR_SYSTEM; code++) {
		for (int other = code + 1; other <= ERROR_SYSTEM; other++)
			assert_string_not_equal(error_code_name(code), error_code_name(other));
	}
	assert_string_equal(error_code_name(ERROR_SYSTEM), "system");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fills_all_members),
		cmocka_unit_test(needs_no_error),
		cmocka_unit_test(system_errors_say_why),
		cmocka_unit_test(foreign_octets_become_printable),
		cmocka_unit_test(long_texts_are_cut_between_characters),
		cmocka_unit_test(every_code_has_a_name),
	};

	return cmocka_run_group_tests_name("error", tests, NULL, NULL);
}
