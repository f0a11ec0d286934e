/* SPDX-License-Identifier: MIT */
/* Tables: aligned by the widest cell, in characters; empty ones print nothing; nothing steers the terminal. */
#include "l2tpctl/table.h"

#include <stdlib.h>
#include <string.h>

#include "test.h"

static char *print(const char *const *cells, unsigned int count)
{
	static const char *const headings[] = { "Id", "Name", "State" };
	struct table table;
	size_t length;
	char *text;
	FILE *out = open_memstream(&text, &length);

	table_begin(&table, 3, headings);
	for (unsigned int i = 0; i < count; i++)
		table_add(&table, cells[i]);
	table_end(&table, out);
	fclose(out);
	return text;
}

static void columns_are_aligned(void **state)
{
	static const char *const cells[] = { "1", "k\xc3\xb6ln", "up", "4294967295", "x", "down" };
	char *text = print(cells, 6);

	assert_string_equal(text, "Id          Name  State\n"
				  "1           k\xc3\xb6ln  up\n"
				  "4294967295  x     down\n");
	free(text);
}

static void no_blanks_at_the_end(void **state)
{
	static const char *const cells[] = { "1", "", "", "2", "b", "", "3", "", "up" };
	char *text = print(cells, 9);

	assert_string_equal(text, "Id  Name  State\n"
				  "1\n"
				  "2   b\n"
				  "3         up\n");
	free(text);
}

static void nothing_is_nothing(void **state)
{
	char *text = print(NULL, 0);

	assert_string_equal(text, "");
	free(text);
}

static void cells_are_made_printable(void **state)
{
	static const char *const cells[] = { "1", "a\x1b[2Jb", "up" };
	char *text = print(cells, 3);

	assert_null(strchr(text, '\x1b'));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_are_aligned),
		cmocka_unit_test(no_blanks_at_the_end),
		cmocka_unit_test(nothing_is_nothing),
		cmocka_unit_test(cells_are_made_printable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
