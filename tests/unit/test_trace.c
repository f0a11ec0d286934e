/* SPDX-License-Identifier: MIT */
/* Trace: masks and their names, and that what is not traced is not even evaluated. */
#include "base/trace.h"

#include <stdio.h>
#include <string.h>

#include "test.h"

static char last_line[LOG_TEXT_MAX], last_category[32], last_tunnel[32];
static int lines, evaluated;

static void sink(const struct log_record *record)
{
	snprintf(last_line, sizeof(last_line), "%s", record->text);
	snprintf(last_category, sizeof(last_category), "%s", record->about->category);
	snprintf(last_tunnel, sizeof(last_tunnel), "%s", record->about->tunnel ? record->about->tunnel : "");
	lines++;
}

static int begin(void **state)
{
	lines = 0;
	evaluated = 0;
	log_set_sink(sink, LOG_LEVEL_ERROR);
	return 0;
}

static int costly(void)
{
	return ++evaluated;
}

static const struct log_about *costly_about(void)
{
	static const struct log_about about = { .tunnel = "lon" };

	evaluated++;
	return &about;
}

static void what_is_not_traced_costs_nothing(void **state)
{
	trace(TRACE_ALL & ~TRACE_FSM, TRACE_FSM, costly_about(), "%d", costly());
	assert_int_equal(evaluated, 0);
	assert_int_equal(lines, 0);
}

/* Also where only errors are wanted: somebody asked for it. */
static void what_is_traced_has_its_category(void **state)
{
	trace(TRACE_FSM, TRACE_FSM, costly_about(), "%s %d", "up", costly());
	assert_int_equal(evaluated, 2);
	assert_int_equal(lines, 1);
	assert_string_equal(last_category, "fsm");
	assert_string_equal(last_tunnel, "lon");
	trace(TRACE_API | TRACE_FSM, TRACE_API, NULL, "a call");
	assert_string_equal(last_category, "api");
	assert_string_equal(last_line, "a call");
}

static void nobody_listens(void **state)
{
	log_set_sink(NULL, LOG_LEVEL_DEBUG);
	trace(TRACE_FSM, TRACE_FSM, NULL, "lost");
	assert_int_equal(lines, 0);
}

/* OpenL2TP's numbers and names. */
static void numbers_and_names(void **state)
{
	static const struct {
		const char *name;
		uint32_t category;
	} known[] = {
		{ "protocol", 1 }, { "fsm", 2 }, { "api", 4 }, { "avp_info", 8 }, { "avp_hide", 16 },
		{ "avp_data", 32 }, { "func", 64 }, { "transport", 128 }, { "data", 256 }, { "system", 512 },
		{ "ppp_control", 1024 },
	};
	uint32_t all = 0;

	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		assert_string_equal(trace_name(known[i].category), known[i].name);
		all |= known[i].category;
	}
	assert_int_equal(all, TRACE_ALL);
	assert_string_equal(trace_name(3), "");
}

static void masks_as_text(void **state)
{
	char text[TRACE_TEXT_MAX];

	assert_string_equal(trace_format(0, text), "none");
	assert_string_equal(trace_format(TRACE_DATA | TRACE_PROTOCOL, text), "protocol,data");
	assert_string_equal(trace_format(TRACE_ALL, text), "all");
	assert_string_equal(trace_format(TRACE_ALL, text), "all");
	/* the longest that is not all */
	assert_true(strlen(trace_format(TRACE_ALL & ~TRACE_DATA, text)) < TRACE_TEXT_MAX - 1);
	assert_non_null(strstr(text, ",ppp_control"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(what_is_not_traced_costs_nothing, begin),
		cmocka_unit_test_setup(what_is_traced_has_its_category, begin),
		cmocka_unit_test_setup(nobody_listens, begin),
		cmocka_unit_test(numbers_and_names),
		cmocka_unit_test(masks_as_text),
	};

	return cmocka_run_group_tests_name("trace", tests, NULL, NULL);
}
