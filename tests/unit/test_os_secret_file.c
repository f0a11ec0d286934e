/* SPDX-License-Identifier: MIT */
/* Files with secrets, those of systemd too, and what is no such file; errors say nothing of what is in them. */
#include "os/secret_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"

static char path[] = "/tmp/l2tpd-test.XXXXXX";
static char text[16];
static size_t length;
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

static void fill(const char *content)
{
	FILE *file = fopen(path, "w");

	fputs(content, file);
	fclose(file);
}

static int get(const char *from)
{
	memset(&error, 0, sizeof(error));
	return os_secret_read(from, text, sizeof(text), &length, &exposed, &error);
}

static void all_of_a_file(void **state)
{
	fill("s3cret\n");
	assert_int_equal(get(path), 0);
	assert_int_equal(length, 7);
	assert_memory_equal(text, "s3cret\n", 7);
	fill("");
	assert_int_equal(get(path), 0);
	assert_int_equal(length, 0);
	fill("0123456789abcdef");
	assert_int_equal(get(path), 0);
	assert_int_equal(length, 16);
}

static void what_is_no_file_of_secrets(void **state)
{
	fill("hush56789abcdefg0");
	assert_int_equal(get(path), -1);
	assert_int_equal(error.code, ERROR_LIMIT);
	assert_non_null(strstr(error.text, "larger than the 16 octets"));
	assert_null(strstr(error.text, "hush"));
	assert_int_equal(get("/nonexistent/secret"), -1);
	assert_non_null(strstr(error.text, "/nonexistent/secret: No such file"));
	assert_int_equal(get("/tmp"), -1);
	assert_int_equal(error.code, ERROR_VALUE);
	assert_int_equal(get("/dev/zero"), -1);
	assert_int_equal(error.code, ERROR_VALUE);
	/* a pipe: nobody waits for who might write into it */
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(get(path), -1);
	assert_int_equal(error.code, ERROR_VALUE);
}

static void who_may_read_it(void **state)
{
	fill("a");
	assert_int_equal(chmod(path, 0640), 0);
	assert_int_equal(get(path), 0);
	assert_false(exposed);
	assert_int_equal(chmod(path, 0644), 0);
	assert_int_equal(get(path), 0);
	assert_true(exposed);
}

static void a_credential(void **state)
{
	char found[16];

	unsetenv("CREDENTIALS_DIRECTORY");
	assert_int_equal(os_credential_path("token", found, sizeof(found), &error), -1);
	assert_non_null(strstr(error.text, "LoadCredential=token:"));
	setenv("CREDENTIALS_DIRECTORY", "/run/c", 1);
	assert_int_equal(os_credential_path("token", found, sizeof(found), &error), 0);
	assert_string_equal(found, "/run/c/token");
	assert_int_equal(os_credential_path("longer-to", found, sizeof(found), &error), -1);
	assert_int_equal(os_credential_path("longer-t", found, sizeof(found), &error), 0);
	unsetenv("CREDENTIALS_DIRECTORY");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(all_of_a_file, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_no_file_of_secrets, setup, teardown),
		cmocka_unit_test_setup_teardown(who_may_read_it, setup, teardown),
		cmocka_unit_test(a_credential),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
