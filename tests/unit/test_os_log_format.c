/* SPDX-License-Identifier: MIT */
/* Log records as octets: what each kind of log gets, and that foreign values stay values. */
#include "os/log_format.h"

#include <string.h>
#include <syslog.h>

#include "test.h"

static char out[LOG_FORMAT_MAX + 1];

static void ended(size_t length)
{
	assert_in_range(length, 0, LOG_FORMAT_MAX);
	out[length] = '\0';
}

static const char *text(const struct log_about *about, uint32_t dropped)
{
	const struct log_record record = { LOG_LEVEL_INFO, "it is so", about, dropped };

	memset(out, '!', sizeof(out));
	ended(log_format_text(&record, "t: ", out, LOG_FORMAT_MAX));
	return out;
}

static void text_has_a_field_for_each_thing(void **state)
{
	const struct log_about about = { .tunnel = "lon", .tunnel_id = 1, .session = "office", .session_id = 22,
					 .peer = "192.0.2.2", .interface = "l2tpeth0", .event = "device_gone",
					 .category = "fsm" };

	assert_string_equal(text(&(struct log_about){ 0 }, 0), "t: it is so\n");
	assert_string_equal(text(&(struct log_about){ .tunnel = "lon", .session = "" }, 7),
			    "t: it is so tunnel=lon dropped=7\n");
	assert_string_equal(text(&about, 0),
			    "t: it is so tunnel=lon tunnel_id=1 session=office session_id=22 peer=192.0.2.2 "
			    "interface=l2tpeth0 event=device_gone category=fsm\n");
}

static void a_value_cannot_pretend(void **state)
{
	assert_string_equal(text(&(struct log_about){ .tunnel = "a session=b" }, 0),
			    "t: it is so tunnel=\"a session=b\"\n");
	assert_string_equal(text(&(struct log_about){ .tunnel = "a\"\\b" }, 0), "t: it is so tunnel=\"a\\\"\\\\b\"\n");
	assert_string_equal(text(&(struct log_about){ .tunnel = "a\n\x1b[2J\xff" }, 0),
			    "t: it is so tunnel=\"a\\x0a\\x1b[2J\\xff\"\n");
	assert_string_equal(text(&(struct log_about){ .tunnel = "Zürich" }, 0), "t: it is so tunnel=Zürich\n");
}

static void syslog_has_a_head(void **state)
{
	const struct tm when = { .tm_mon = 10, .tm_mday = 2, .tm_hour = 8, .tm_min = 1, .tm_sec = 9 };
	const struct log_about about = { .tunnel = "lon" };
	const struct log_record record = { LOG_LEVEL_WARNING, "it is so", &about, 0 };

	ended(log_format_syslog(&record, "l2tpd", 123, LOG_LOCAL3, &when, out, LOG_FORMAT_MAX));
	assert_string_equal(out, "<156>Nov  2 08:01:09 l2tpd[123]: it is so tunnel=lon");
}

static void journal_has_fields(void **state)
{
	const struct log_about about = { .tunnel = "l\non", .tunnel_id = 1, .category = "fsm" };
	const struct log_record record = { LOG_LEVEL_ERROR, "it is so", &about, 9 };

	ended(log_format_journal(&record, "l2tpd", LOG_DAEMON, out, LOG_FORMAT_MAX));
	assert_string_equal(out, "MESSAGE=it is so\nPRIORITY=3\nSYSLOG_IDENTIFIER=l2tpd\nSYSLOG_FACILITY=3\n"
				 "L2TPD_TUNNEL=l\\x0aon\nL2TPD_TUNNEL_ID=1\nL2TPD_CATEGORY=fsm\nL2TPD_DROPPED=9\n");
}

/* Whatever the size, the end is where a field ends. */
static void too_small(void **state)
{
	const struct log_about about = { .tunnel = "lon", .session = "office", .peer = "192.0.2.2" };
	const struct log_record record = { LOG_LEVEL_INFO, "it is so", &about, 1 };
	static const char whole[] = "it is so tunnel=lon session=office peer=192.0.2.2 dropped=1";
	size_t length;

	for (size_t size = 1; size < 100; size++) {
		memset(out, '!', sizeof(out));
		length = log_format_text(&record, "", out, size);
		assert_in_range(length, 1, size);
		assert_int_equal(out[length - 1], '\n');
		assert_int_equal(out[size], '!');
		if (size > sizeof(whole))
			assert_memory_equal(out, whole, sizeof(whole) - 1);
		else if (length > 1)
			assert_true(out[length - 2] != ' ' && out[length - 2] != '=');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_has_a_field_for_each_thing),
		cmocka_unit_test(a_value_cannot_pretend),
		cmocka_unit_test(syslog_has_a_head),
		cmocka_unit_test(journal_has_fields),
		cmocka_unit_test(too_small),
	};

	return cmocka_run_group_tests_name("log_format", tests, NULL, NULL);
}
