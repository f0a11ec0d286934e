/* SPDX-License-Identifier: MIT */
/* Which file a program means by a path, whatever folder it is in. */
#include "l2tprun/path.h"

#include <string.h>

#include "test.h"

static void expect(const char *folder, const char *path, const char *expected)
{
	char whole[PATH_TEXT_MAX];

	assert_true(path_absolute(folder, path, whole));
	assert_string_equal(whole, expected);
}

static void absolute(void **state)
{
	expect("/proc", "net/pppol2tp", "/proc/net/pppol2tp");
	expect("/proc/1/net", "pppol2tp", "/proc/1/net/pppol2tp");
	expect("/proc/1/net", "/dev/ppp", "/dev/ppp");
	expect("/", "dev/ppp", "/dev/ppp");
	expect("/dev", "ppp/", "/dev/ppp");
	expect("/dev", "", "/dev");
	expect("/", "", "/");
}

static void detours(void **state)
{
	expect("/proc/1/net", "../net/./pppol2tp", "/proc/1/net/pppol2tp");
	expect("/", "//dev//ppp", "/dev/ppp");
	expect("/a", "../../../dev/ppp", "/dev/ppp");
	expect("/a", "/..", "/");
	expect("/a", ".", "/a");
	expect("/a", "..b/...", "/a/..b/...");
	expect("/a", ".b", "/a/.b");
}

static void length(void **state)
{
	char longest[PATH_TEXT_MAX], whole[PATH_TEXT_MAX];

	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_false(path_absolute("/", longest, whole));
	longest[sizeof(longest) - 2] = '\0';
	assert_true(path_absolute("/", longest, whole));
	assert_int_equal(strlen(whole), sizeof(whole) - 1);
	assert_false(path_absolute("/a", longest, whole));
	assert_true(path_absolute("/a", "/b", whole));
}

static void expect_below(const char *path, const char *root, const char *expected)
{
	char whole[PATH_TEXT_MAX];

	strcpy(whole, path);
	assert_int_equal(path_below(whole, root), expected != NULL);
	if (expected)
		assert_string_equal(whole, expected);
}

static void roots(void **state)
{
	expect_below("/dev", "/", "/dev");
	expect_below("/jail/dev", "/jail", "/dev");
	expect_below("/jail", "/jail", "/");
	expect_below("/jailed/dev", "/jail", NULL);
	expect_below("/dev", "/jail", NULL);
}

static void names(void **state)
{
	assert_string_equal(path_name("/dev/ppp"), "ppp");
	assert_string_equal(path_name("ppp"), "ppp");
	assert_string_equal(path_name("/dev/"), "");
	assert_string_equal(path_name(""), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(absolute), cmocka_unit_test(detours), cmocka_unit_test(length),
		cmocka_unit_test(roots),    cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
