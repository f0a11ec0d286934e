/* SPDX-License-Identifier: MIT */
/* Whole files: of every size around the buffer's, pipes, limits, what cannot be read; found by pattern; replaced. */
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

/* --- patterns --- */

static int note(void *sink, const char *name, char *text, size_t length, struct error *error)
{
	char *names = sink;

	assert_int_equal(strlen(text), length);
	strcat(names, strrchr(name, '/') + 1);
	strcat(names, text);
	free(text);
	return strcmp(strrchr(name, '/'), "/stop") == 0 ? -1 : 0;
}

static void touch(const char *directory, const char *name)
{
	char path_of[64];
	FILE *file;

	snprintf(path_of, sizeof(path_of), "%s/%s", directory, name);
	file = fopen(path_of, "w");
	fputc('!', file);
	fclose(file);
}

static int match(const char *directory, const char *pattern, char names[64])
{
	struct error error;
	char full[64];

	names[0] = '\0';
	snprintf(full, sizeof(full), "%s/%s", directory, pattern);
	return os_file_read_all(full, false, 3, note, names, &error);
}

static void names_by_pattern(void **state)
{
	char directory[] = "/tmp/l2tpd-test.XXXXXX", names[64], command[64];

	assert_non_null(mkdtemp(directory));
	touch(directory, "b.conf");
	touch(directory, "a.conf");
	touch(directory, "c.other");
	touch(directory, ".d.conf");
	assert_int_equal(match(directory, "*.conf", names), 0);
	assert_string_equal(names, "a.conf!b.conf!");
	touch(directory, "[d].e");
	assert_int_equal(match(directory, "[d].e", names), 0);
	assert_string_equal(names, "[d].e!");
	assert_int_equal(match(directory, "nothing*", names), 0);
	assert_string_equal(names, "");
	assert_int_equal(match(directory, "missing", names), -1);
	assert_int_equal(match(directory, "c.other", names), 0);
	assert_string_equal(names, "c.other!");
	touch(directory, "stop");
	assert_int_equal(match(directory, "[cst]*", names), -1);
	assert_string_equal(names, "c.other!stop!");
	/* more than 3 octets: the limit is for all of them */
	assert_int_equal(match(directory, "[!d[]*", names), -1);
	assert_string_equal(names, "a.conf!b.conf!c.other!");
	snprintf(command, sizeof(command), "rm -r %s", directory);
	assert_int_equal(system(command), 0);
}

/* --- writing --- */

static void expect_content(const char *expected)
{
	struct error error;
	size_t length;
	char *text;

	assert_int_equal(os_file_read(path, 1000, &text, &length, &error), 0);
	assert_string_equal(text, expected);
	free(text);
}

static unsigned int mode_of(const char *name)
{
	struct stat status;

	assert_int_equal(stat(name, &status), 0);
	return status.st_mode & 07777;
}

static void a_file_is_replaced_as_a_whole(void **state)
{
	struct os_file_writer writer;
	struct error error;
	char temporary[64];

	fill(3);
	assert_int_equal(chmod(path, 0604), 0);
	assert_int_equal(os_file_write_begin(&writer, path, 0640, true, &error), 0);
	snprintf(temporary, sizeof(temporary), "%s", writer.temporary);
	fputs("new", writer.out);
	fflush(writer.out);
	expect_content("abc");
	assert_int_equal(os_file_write_end(&writer, &error), 0);
	expect_content("new");
	assert_int_equal(mode_of(path), 0604);
	assert_int_equal(access(temporary, F_OK), -1);
	/* or not at all */
	assert_int_equal(os_file_write_begin(&writer, path, 0600, false, &error), 0);
	fputs("other", writer.out);
	os_file_write_abort(&writer);
	expect_content("new");
	/* with permissions of its own */
	assert_int_equal(os_file_write_begin(&writer, path, 0600, false, &error), 0);
	assert_int_equal(mode_of(writer.temporary), 0600);
	assert_int_equal(os_file_write_end(&writer, &error), 0);
	assert_int_equal(mode_of(path), 0600);
	os_file_write_abort(&writer);
}

static void a_link_stays_a_link(void **state)
{
	struct os_file_writer writer;
	struct error error;
	struct stat status;
	char name[64];

	snprintf(name, sizeof(name), "%s.link", path);
	assert_int_equal(symlink(path, name), 0);
	assert_int_equal(os_file_write_begin(&writer, name, 0640, true, &error), 0);
	fputs("through", writer.out);
	assert_int_equal(os_file_write_end(&writer, &error), 0);
	assert_int_equal(lstat(name, &status), 0);
	assert_true(S_ISLNK(status.st_mode));
	expect_content("through");
	unlink(name);
}

static void what_cannot_be_written(void **state)
{
	struct os_file_writer writer;
	struct error error;

	assert_int_equal(os_file_write_begin(&writer, "/nonexistent/file", 0640, true, &error), -1);
	assert_non_null(strstr(error.text, "/nonexistent/file: No such file"));
	assert_int_equal(os_file_write_begin(&writer, "/tmp", 0640, true, &error), -1);
	assert_non_null(strstr(error.text, "/tmp: it is a folder"));
	assert_int_equal(os_file_write_begin(&writer, "/dev/null", 0640, false, &error), -1);
	assert_non_null(strstr(error.text, "/dev/null: it is a device"));
	assert_int_equal(os_file_write_begin(&writer, path, 0640, true, &error), 0);
	unlink(writer.temporary);
	assert_int_equal(os_file_write_end(&writer, &error), -1);
	assert_non_null(strstr(error.text, "cannot write"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(any_size, setup, teardown),
		cmocka_unit_test_setup_teardown(the_limit, setup, teardown),
		cmocka_unit_test(what_cannot_be_read),
		cmocka_unit_test(a_pipe),
		cmocka_unit_test(names_by_pattern),
		cmocka_unit_test_setup_teardown(a_file_is_replaced_as_a_whole, setup, teardown),
		cmocka_unit_test_setup_teardown(a_link_stays_a_link, setup, teardown),
		cmocka_unit_test_setup_teardown(what_cannot_be_written, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
