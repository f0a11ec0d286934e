/* SPDX-License-Identifier: MIT */
/* The history's file: where it is, what of it is read, and what never gets into it. */
#include "l2tpctl/history.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"

static char folder[] = "/tmp/l2tpd-history-XXXXXX", file[64];

static int make_folder(void **state)
{
	if (!mkdtemp(folder))
		return -1;
	snprintf(file, sizeof(file), "%s/history", folder);
	return 0;
}

static int remove_folder(void **state)
{
	unlink(file);
	return rmdir(folder);
}

static void take(void *context, const char *line)
{
	char *all = context;

	snprintf(all + strlen(all), 256 - strlen(all), "%s|", line);
}

static const char *loaded(unsigned int keep, char all[256])
{
	all[0] = '\0';
	history_load(file, keep, take, all);
	return all;
}

static void the_environment_says_where(void **state)
{
	char path[HISTORY_PATH_MAX];

	unsetenv("L2TP_HISTFILE");
	setenv("HOME", "/somewhere", 1);
	assert_true(history_path(path));
	assert_string_equal(path, "/somewhere/.l2tp_history");
	setenv("L2TP_HISTFILE", "/else/where", 1);
	assert_true(history_path(path));
	assert_string_equal(path, "/else/where");
	setenv("L2TP_HISTFILE", "", 1);
	assert_false(history_path(path));
	unsetenv("L2TP_HISTFILE");
	unsetenv("HOME");
	assert_false(history_path(path));
}

static void the_environment_says_how_many(void **state)
{
	unsetenv("L2TP_HISTFILESIZE");
	assert_int_equal(history_size(), HISTORY_LINES);
	setenv("L2TP_HISTFILESIZE", "7", 1);
	assert_int_equal(history_size(), 7);
	setenv("L2TP_HISTFILESIZE", "0", 1);
	assert_int_equal(history_size(), 0);
	setenv("L2TP_HISTFILESIZE", "many", 1);
	assert_int_equal(history_size(), HISTORY_LINES);
	setenv("L2TP_HISTFILESIZE", "99999999999", 1);
	assert_int_equal(history_size(), HISTORY_LINES_MAX);
}

static void lines_are_appended_and_read(void **state)
{
	struct stat status;
	char all[256];

	unlink(file);
	assert_string_equal(loaded(10, all), "");
	history_append(file, "tunnel list\n");
	history_append(file, "session list");
	assert_string_equal(loaded(10, all), "tunnel list|session list|");
	assert_string_equal(loaded(1, all), "session list|");
	assert_string_equal(loaded(0, all), "");
	assert_int_equal(stat(file, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
}

static unsigned int lines_in_file(void)
{
	char text[512];
	unsigned int lines = 0;
	FILE *in = fopen(file, "r");

	while (fgets(text, sizeof(text), in))
		lines++;
	fclose(in);
	return lines;
}

static void a_long_file_is_cut(void **state)
{
	struct stat status;
	char all[256], line[16];

	unlink(file);
	for (int i = 0; i < 20; i++) {
		snprintf(line, sizeof(line), "%d", i);
		history_append(file, line);
	}
	assert_string_equal(loaded(11, all), "9|10|11|12|13|14|15|16|17|18|19|");
	assert_int_equal(lines_in_file(), 20);
	assert_string_equal(loaded(3, all), "17|18|19|");
	assert_int_equal(lines_in_file(), 3);
	assert_int_equal(stat(file, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
}

static void what_cannot_be_used_is_no_history(void **state)
{
	char all[256] = "";

	history_append("/nowhere/at/all", "x");
	history_load("/nowhere/at/all", 5, take, all);
	history_load(folder, 5, take, all);
	assert_string_equal(all, "");
}

static void secrets_are_not_kept(void **state)
{
	static const char *const kept[] = {
		"tunnel list", "tunnel create tunnel_name=secret", "session create cookie=00112233", "", "=x",
		"secret", "tunnel modify secret=", "tunnel modify secret= ttl=4", "tunnel create secret_file=/etc/x",
	};
	static const char *const dropped[] = {
		"tunnel create secret=x", "tunnel modify SECR=x",
		"tunnel list; tunnel modify tunnel_id=1 secret=\"a b\"", "session create user_password=x",
		"tunnel modify ttl=5 sec=x",
	};

	for (size_t i = 0; i < ARRAY_SIZE(kept); i++)
		if (!history_may_keep(kept[i]))
			fail_msg("'%s' is not kept", kept[i]);
	for (size_t i = 0; i < ARRAY_SIZE(dropped); i++)
		if (history_may_keep(dropped[i]))
			fail_msg("'%s' is kept", dropped[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_environment_says_where),
		cmocka_unit_test(the_environment_says_how_many),
		cmocka_unit_test(lines_are_appended_and_read),
		cmocka_unit_test(a_long_file_is_cut),
		cmocka_unit_test(what_cannot_be_used_is_no_history),
		cmocka_unit_test(secrets_are_not_kept),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
