/* SPDX-License-Identifier: MIT */
/* Log lines: levels, the sink, and the limit for those that a peer can cause. */
#include "base/log.h"

#include <stdio.h>
#include <string.h>

#include "test.h"

static char last_line[2048];
static enum log_level last_level;
static int lines;

static void sink(enum log_level level, const char *line)
{
	last_level = level;
	snprintf(last_line, sizeof(last_line), "%s", line);
	lines++;
}

static int begin(void **state)
{
	lines = 0;
	last_line[0] = '\0';
	log_set_sink(sink, LOG_LEVEL_INFO);
	return 0;
}

static void goes_nowhere_without_a_sink(void **state)
{
	log_set_sink(NULL, LOG_LEVEL_DEBUG);
	log_error("lost");
	assert_int_equal(lines, 0);
}

static void passes_what_is_wanted(void **state)
{
	log_warning("%d of %s", 1, "them");
	assert_string_equal(last_line, "1 of them");
	assert_int_equal(last_level, LOG_LEVEL_WARNING);
	log_debug("too much");
	assert_int_equal(lines, 1);
}

static void foreign_octets_become_printable(void **state)
{
	log_info("from %s", "\x1b]0;\a\n\xff");
	assert_string_equal(last_line, "from ?]0;???");
}

static void a_flood_is_limited_and_counted(void **state)
{
	struct log_limit limit = { 0 };

	for (int i = 0; i < 100; i++)
		log_limited(&limit, 1000, LOG_LEVEL_INFO, "line %d", i);
	assert_int_equal(lines, LOG_LIMIT_BURST);
	log_limited(&limit, 1000 + LOG_LIMIT_INTERVAL_MS, LOG_LEVEL_INFO, "next");
	assert_int_equal(lines, LOG_LIMIT_BURST + 2);
	assert_string_equal(last_line, "(95 lines like the last were dropped)");
	log_limited(&limit, 1000 + LOG_LIMIT_INTERVAL_MS, LOG_LEVEL_INFO, "one too many");
	assert_int_equal(lines, LOG_LIMIT_BURST + 2);
}

static void silence_fills_the_burst_again(void **state)
{
	struct log_limit limit = { 0 };

	for (int i = 0; i < 10; i++)
		log_limited(&limit, 0, LOG_LEVEL_INFO, "line");
	lines = 0;
	for (int i = 0; i < 10; i++)
		log_limited(&limit, 100 * LOG_LIMIT_INTERVAL_MS, LOG_LEVEL_INFO, "line");
	assert_int_equal(lines, LOG_LIMIT_BURST + 1);	/* and the count of those dropped before */
}

static void unwanted_lines_use_up_nothing(void **state)
{
	struct log_limit limit = { 0 };

	for (int i = 0; i < 100; i++)
		log_limited(&limit, 0, LOG_LEVEL_DEBUG, "line");
	log_limited(&limit, 0, LOG_LEVEL_INFO, "wanted");
	assert_string_equal(last_line, "wanted");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(goes_nowhere_without_a_sink, begin),
		cmocka_unit_test_setup(passes_what_is_wanted, begin),
		cmocka_unit_test_setup(foreign_octets_become_printable, begin),
		cmocka_unit_test_setup(a_flood_is_limited_and_counted, begin),
		cmocka_unit_test_setup(silence_fills_the_burst_again, begin),
		cmocka_unit_test_setup(unwanted_lines_use_up_nothing, begin),
	};

	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
