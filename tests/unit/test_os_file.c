/* SPDX-License-Identifier: MIT */
/* Whole files: of every size around the buffer's, pipes, limits, what cannot be read. */
#include "os/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"

static char path[] = "/tmp/l2tpd-test.XXXXXX";

static int setup(void **state)
{
	strcpy(path, "/tmp/l2tpd-test.XXXXXX");
	return close(mkstemp(path));
}

static int teardown(void **state)
{
	return unlink(path);
}

static void fill(size_t length)
{
	FILE *file = fopen(path, "w");

	for (size_t i = 0; i < length; i++)
		fputc('a' + (int)(i % 26), file);
	fclose(file);
}

static void any_size(void **state)
{
	static const size_t sizes[] = { 0, 1, 16382, 16383, 16384, 16385, 32767, 32768, 100000 };
	struct error error;
	size_t length;
	char *text;

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		fill(sizes[i]);
		assert_int_equal(os_file_read(path, 1 << 20, &text, &length, &error), 0);
		assert_int_equal(length, sizes[i]);
		assert_int_equal(text[length], '\0');
		assert_int_equal(strlen(text), length);
		for (size_t j = 0; j < length; j++)
			assert_int_equal(text[j], 'a' + (int)(j % 26));
		free(text);
	}
}

static void the_limit(void **state)
{
	struct error error;
	size_t length;
	char *text;

	fill(1000);
	assert_int_equal(os_file_read(path, 1000, &text, &length, &error), 0);
	free(text);
	assert_int_equal(os_file_read(path, 999, &text, &length, &error), -1);
	assert_int_equal(error.code, ERROR_LIMIT);
	assert_null(text);
	assert_int_equal(os_file_read("/dev/zero", 1 << 20, &text, &length, &error), -1);
	assert_int_equal(error.code, ERROR_LIMIT);
}

static void what_cannot_be_read(void **state)
{
	struct error error;
	size_t length;
	char *text;

	assert_int_equal(os_file_read("/nonexistent", 10, &text, &length, &error), -1);
	assert_non_null(strstr(error.text, "/nonexistent"));
	assert_int_equal(os_file_read("/tmp", 10, &text, &length, &error), -1);
	assert_non_null(strstr(error.text, "directory"));
	assert_null(text);
}

static void a_pipe(void **state)
{
	struct error error;
	int ends[2], standard_input = dup(STDIN_FILENO);
	size_t length;
	char *text;

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "tunnel list", 11), 11);
	close(ends[1]);
	dup2(ends[0], STDIN_FILENO);
	close(ends[0]);
	assert_int_equal(os_file_read("-", 100, &text, &length, &error), 0);
	dup2(standard_input, STDIN_FILENO);
	close(standard_input);
	assert_string_equal(text, "tunnel list");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(any_size, setup, teardown),
		cmocka_unit_test_setup_teardown(the_limit, setup, teardown),
		cmocka_unit_test(what_cannot_be_read),
		cmocka_unit_test(a_pipe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
