/* SPDX-License-Identifier: MIT */
/* Log lines: levels, the sink, and the limit for those that a peer can cause. */
#include "base/log.h"

#include <stdio.h>
#include <string.h>

#include "test.h"

static char last_line[LOG_TEXT_MAX], last_tunnel[64];
static enum log_level last_level;
static uint32_t last_dropped;
static int lines;

static void sink(const struct log_record *record)
{
	last_level = record->level;
	snprintf(last_line, sizeof(last_line), "%s", record->text);
	snprintf(last_tunnel, sizeof(last_tunnel), "%s", record->about->tunnel ? record->about->tunnel : "(none)");
	last_dropped = record->dropped;
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

static void foreign_octets_are_escaped(void **state)
{
	log_info("from %s", "\x1b]0;\a\n\xff\xc3\xa9");
	assert_string_equal(last_line, "from \\x1b]0;\\x07\\x0a\\xff\xc3\xa9");
}

/* All of it foreign and four times as long: nothing is cut in half. */
static void a_long_line_is_cut_off(void **state)
{
	char foreign[4000];

	memset(foreign, '\n', sizeof(foreign) - 1);
	foreign[sizeof(foreign) - 1] = '\0';
	log_info("%s", foreign);
	assert_in_range(strlen(last_line), LOG_TEXT_MAX - 5, LOG_TEXT_MAX - 1);
	assert_int_equal(strlen(last_line) % 4, 0);
}

static void tells_what_it_is_about(void **state)
{
	const struct log_about lon = { .tunnel = "lon" };
	struct log_limit limit = { 0 };

	log_info("nothing");
	assert_string_equal(last_tunnel, "(none)");
	log_about(LOG_LEVEL_ERROR, &lon, "%d", 1);
	assert_string_equal(last_tunnel, "lon");
	log_info("nothing");
	log_limited_about(&limit, 0, LOG_LEVEL_INFO, &lon, "%d", 2);
	assert_string_equal(last_tunnel, "lon");
	assert_string_equal(last_line, "2");
}

static void a_flood_is_limited_and_counted(void **state)
{
	uint64_t before = log_limited_dropped();
	struct log_limit limit = { 0 };

	for (int i = 0; i < 100; i++)
		log_limited(&limit, 1000, LOG_LEVEL_INFO, "line %d", i);
	assert_int_equal(lines, LOG_LIMIT_BURST);
	assert_int_equal(log_limited_dropped() - before, 95);
	log_limited(&limit, 1000 + LOG_LIMIT_INTERVAL_MS, LOG_LEVEL_INFO, "next");
	assert_int_equal(lines, LOG_LIMIT_BURST + 1);
	assert_string_equal(last_line, "next");
	assert_int_equal(last_dropped, 95);
	log_limited(&limit, 1000 + LOG_LIMIT_INTERVAL_MS, LOG_LEVEL_INFO, "one too many");
	assert_int_equal(lines, LOG_LIMIT_BURST + 1);
	log_limited(&limit, 1000 + 2 * LOG_LIMIT_INTERVAL_MS, LOG_LEVEL_INFO, "next");
	assert_int_equal(last_dropped, 1);
}

static void silence_fills_the_burst_again(void **state)
{
	struct log_limit limit = { 0 };

	for (int i = 0; i < 10; i++)
		log_limited(&limit, 0, LOG_LEVEL_INFO, "line");
	lines = 0;
	for (int i = 0; i < 10; i++)
		log_limited(&limit, 100 * LOG_LIMIT_INTERVAL_MS, LOG_LEVEL_INFO, "line");
	assert_int_equal(lines, LOG_LIMIT_BURST);
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
		cmocka_unit_test_setup(foreign_octets_are_escaped, begin),
		cmocka_unit_test_setup(a_long_line_is_cut_off, begin),
		cmocka_unit_test_setup(tells_what_it_is_about, begin),
		cmocka_unit_test_setup(a_flood_is_limited_and_counted, begin),
		cmocka_unit_test_setup(silence_fills_the_burst_again, begin),
		cmocka_unit_test_setup(unwanted_lines_use_up_nothing, begin),
	};

	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
