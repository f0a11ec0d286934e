/* SPDX-License-Identifier: MIT */
/* Secrets in files: first lines, lines by key, credentials, and files that are none; nothing of them in errors. */
#include "os/secret_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"

static char path[] = "/tmp/l2tpd-test.XXXXXX";
static char secret[32];
static bool exposed;
static struct error error;

static int setup(void **state)
{
	strcpy(path, "/tmp/l2tpd-test.XXXXXX");
	return close(mkstemp(path));
}

static int teardown(void **state)
{
	return unlink(path);
}

static void fill(const char *text, size_t length)
{
	FILE *file = fopen(path, "w");

	assert_int_equal(fwrite(text, 1, length, file), length);
	fclose(file);
}

static int get(const char *from, const char *key)
{
	memset(secret, 'x', sizeof(secret));
	memset(&error, 0, sizeof(error));
	return os_secret_read(from, key, secret, sizeof(secret), &exposed, &error);
}

static void expect(const char *text, const char *key, const char *expected)
{
	fill(text, strlen(text));
	if (get(path, key) < 0)
		fail_msg("%s", error.text);
	assert_string_equal(secret, expected);
}

/* Refused, with these words and without what is in the file. */
static void refuse(const char *text, size_t length, const char *key, enum error_code code, const char *part)
{
	fill(text, length);
	assert_int_equal(get(path, key), -1);
	assert_int_equal(error.code, code);
	if (!strstr(error.text, part) || strstr(error.text, "hush"))
		fail_msg("%s", error.text);
}

static void the_first_line(void **state)
{
	expect("s3cret", NULL, "s3cret");
	expect("s3cret\n", NULL, "s3cret");
	expect("with blanks \r\nnext\n", NULL, "with blanks ");
	expect("\nnext\n", NULL, "");
	expect("0123456789012345678901234567890\n", NULL, "0123456789012345678901234567890");
}

static void the_line_of_a_key(void **state)
{
	expect("ab no\na yes\na later\n", "a", "yes");
	expect("a\nb \t x y\r\n", "b", "x y");
	expect("a \n", "a", "");
}

static void what_holds_no_secret(void **state)
{
	refuse("", 0, NULL, ERROR_UNKNOWN, path);
	refuse("b hush\na", 8, "a", ERROR_UNKNOWN, "a SECRET");
	refuse("a", 1, "a", ERROR_UNKNOWN, "a SECRET");
	refuse("ab hush\n", 8, "a", ERROR_UNKNOWN, "needs a line");
	refuse("hush\0hush", 9, NULL, ERROR_VALUE, "NUL");
	refuse("hush567890123456789012345678901234567890\n", 41, NULL, ERROR_LIMIT, "longer than 31");
	assert_int_equal(get("/nonexistent/secret", NULL), -1);
	assert_non_null(strstr(error.text, "/nonexistent/secret: No such file"));
	assert_int_equal(get("/tmp", NULL), -1);
	assert_int_equal(error.code, ERROR_VALUE);
	assert_int_equal(get("/dev/zero", NULL), -1);
	assert_int_equal(error.code, ERROR_VALUE);
}

static void too_large(void **state)
{
	char *text = calloc(1, OS_SECRET_KEYS_MAX + 1);

	assert_non_null(text);
	memset(text, 'h', OS_SECRET_KEYS_MAX + 1);
	refuse(text, OS_SECRET_FILE_MAX + 1, NULL, ERROR_LIMIT, "larger");
	refuse(text, OS_SECRET_KEYS_MAX + 1, "k", ERROR_LIMIT, "larger");
	memcpy(text + OS_SECRET_KEYS_MAX - 4, "\nk v", 4);
	fill(text, OS_SECRET_KEYS_MAX);
	assert_int_equal(get(path, "k"), 0);
	assert_string_equal(secret, "v");
	free(text);
}

/* One waits for nobody to write into it. */
static void a_pipe(void **state)
{
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(get(path, NULL), -1);
	assert_int_equal(error.code, ERROR_VALUE);
}

static void who_may_read_it(void **state)
{
	expect("a\n", NULL, "a");
	assert_int_equal(chmod(path, 0640), 0);
	assert_int_equal(get(path, NULL), 0);
	assert_false(exposed);
	assert_int_equal(chmod(path, 0644), 0);
	assert_int_equal(get(path, NULL), 0);
	assert_true(exposed);
}

static void a_credential(void **state)
{
	char name[64];

	snprintf(name, sizeof(name), "credential:%s", path + strlen("/tmp/"));
	fill("from systemd\n", 13);
	unsetenv("CREDENTIALS_DIRECTORY");
	assert_int_equal(get(name, NULL), -1);
	assert_non_null(strstr(error.text, "LoadCredential="));
	setenv("CREDENTIALS_DIRECTORY", "/tmp", 1);
	assert_int_equal(get(name, NULL), 0);
	assert_string_equal(secret, "from systemd");
	assert_int_equal(get("credential:../etc/passwd", NULL), -1);
	assert_int_equal(error.code, ERROR_VALUE);
	assert_int_equal(get("credential:", NULL), -1);
	assert_int_equal(get("credential:nobody-has-this", NULL), -1);
	assert_int_equal(error.code, ERROR_SYSTEM);
	unsetenv("CREDENTIALS_DIRECTORY");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_first_line, setup, teardown),
		cmocka_unit_test_setup_teardown(the_line_of_a_key, setup, teardown),
		cmocka_unit_test_setup_teardown(what_holds_no_secret, setup, teardown),
		cmocka_unit_test_setup_teardown(too_large, setup, teardown),
		cmocka_unit_test_setup_teardown(a_pipe, setup, teardown),
		cmocka_unit_test_setup_teardown(who_may_read_it, setup, teardown),
		cmocka_unit_test_setup_teardown(a_credential, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
