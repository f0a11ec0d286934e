/* SPDX-License-Identifier: MIT */
/* Columns of lists: found, compared, and asked for with conditions. */
#include "config/column.h"

#include <string.h>
#include <strings.h>

#include "config/command.h"
#include "test.h"

static void every_column_is_sound(void **state)
{
	for (const struct column *column = config_columns; column->name; column++) {
		/* users are seen as their sessions */
		enum config_object seen = column->object == CONFIG_USER ? CONFIG_SESSION : column->object;

		print_message("# %s\n", column->name);
		assert_true(config_verb_allowed(column->object, CONFIG_LIST));
		assert_true(strlen(column->name) < ERROR_PARAMETER_MAX);
		assert_int_equal(column->shown, column->heading != NULL);
		assert_true((column->object != CONFIG_TUNNEL && column->object != CONFIG_SESSION) ||
			    !strncmp(column->path, "config.", 7) ||
			    !strncmp(column->path, "state.", 6) || !strncmp(column->path, "statistics.", 11) ||
			    !strncmp(column->path, "transport.", 10));
		assert_ptr_equal(column_find(column->object, column->name, true, NULL), column);
		if (!strncmp(column->path, "config.", 7))
			assert_true(param_find(config_tables[seen], column->path + 7, true, NULL) >= 0);
	}
}

static const char *error_of(const char *text)
{
	static struct error error;
	struct list_condition condition;

	memset(&error, 0, sizeof(error));
	return condition_parse(CONFIG_SESSION, text, &condition, &error) < 0 ? error.text : "";
}

static void what_is_no_condition(void **state)
{
	static const struct {
		const char *text, *error;
	} rows[] = {
		{ "rx_bytes>1000", "" }, { "carrier=no", "" }, { "interface_name~l2tp", "" }, { "mtu!=1400", "" },
		{ "reason=", "" }, { "rx_b<5", "" },
		{ "rx_bytes", "'rx_bytes' is no condition: it is a column, one of = != < > ~, and a value" },
		{ ">5", "'>5' is no condition: it is a column, one of = != < > ~, and a value" },
		{ "rx_bytes!5", "'rx_bytes!5' is no condition: it is a column, one of = != < > ~, and a value" },
		{ "rx_bytes>many", "rx_bytes is compared with a number: got 'many'" },
		{ "rx_bytes>-1", "rx_bytes is compared with a number: got '-1'" },
		{ "carrier=maybe", "carrier is compared with yes or no: got 'maybe'" },
		{ "rx_>5", "'rx_' is ambiguous: rx_packets, rx_bytes, rx_errors, rx_seq_discards, rx_oos_packets, "
		  "rx_cookie_discards, rx_invalid" },
		{ "netns=0123456789012345678901234567890123456789012345678901234567890123",
		  "netns is compared with at most 63 octets" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_string_equal(error_of(rows[i].text), rows[i].error);
	assert_memory_equal(error_of("colour=red"), "a list of sessions has no column 'colour': it has tunnel_id", 58);
	assert_memory_equal(error_of("rx_byte5=7"),
			    "a list of sessions has no column 'rx_byte5', did you mean rx_bytes", 66);
}

static bool holds(enum config_object object, const char *text, const char *value)
{
	struct list_condition condition;
	struct error error;

	print_message("# %s for %s\n", text, value ? value : "nothing");
	if (condition_parse(object, text, &condition, &error) < 0)
		fail_msg("%s", error.text);
	return condition_holds(&condition, value);
}

static void conditions(void **state)
{
	static const struct {
		enum config_object object;
		const char *text, *yes, *no;
	} rows[] = {
		{ CONFIG_SESSION, "rx_bytes>999", "1000", "999" }, { CONFIG_SESSION, "rx_bytes<1000", "999", "1000" },
		{ CONFIG_SESSION, "rx_bytes=0x10", "16", "17" }, { CONFIG_SESSION, "rx_bytes!=16", "17", "16" },
		{ CONFIG_SESSION, "rx_bytes=18446744073709551615", "18446744073709551615", "0" },
		{ CONFIG_SESSION, "carrier=no", "no", "yes" }, { CONFIG_SESSION, "carrier=off", "false", "true" },
		{ CONFIG_SESSION, "session_name=a", "a", "A" }, { CONFIG_SESSION, "session_name~FF", "office", "o" },
		{ CONFIG_SESSION, "session_name~", "office", NULL }, { CONFIG_SESSION, "session_name!=a", NULL, "a" },
		{ CONFIG_SESSION, "session_name<b", "a", "b" },
		{ CONFIG_SESSION, "interface_name~eth", "l2tpeth0", "pw0" },
		{ CONFIG_SESSION, "rx_bytes~00", "1000", "10" },
		{ CONFIG_TUNNEL, "peer~2.1/", "192.0.2.1/", "192.0.2.1" },
		{ CONFIG_SESSION, "carrier~e", "yes", "no" },
		{ CONFIG_TUNNEL, "peer=192.0.2.0/24", "192.0.2.9", "192.0.3.9" },
		{ CONFIG_TUNNEL, "peer!=192.0.2.0/24", "192.0.3.9", "192.0.2.9" },
		{ CONFIG_TUNNEL, "local=192.0.2.1", "192.0.2.1:1701", "192.0.2.2:1701" },
		{ CONFIG_TUNNEL, "local=2001:db8::/32", "[2001:db8::1]:1701", "[2001:db9::1]:1701" },
		{ CONFIG_TUNNEL, "dest_ipaddr=lns.example", "lns.example", "192.0.2.1" },
		{ CONFIG_TUNNEL, "dest_ipaddr=0.0.0.0/0", "192.0.2.1", "lns.example" },
		{ CONFIG_TUNNEL, "peer<192.0.2.10", "192.0.2.9", "192.0.2.10" },
		{ CONFIG_TUNNEL, "peer=2001:0db8::0001", "2001:db8::1", "2001:db8::2" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_true(holds(rows[i].object, rows[i].text, rows[i].yes));
		assert_false(holds(rows[i].object, rows[i].text, rows[i].no));
	}
}

static void order(void **state)
{
	static const struct {
		const char *column, *less, *more;
	} rows[] = {
		{ "sessions", "9", "10" }, { "sessions", NULL, "0" }, { "tunnel_name", "10", "9" },
		{ "peer", "9.0.0.1", "10.0.0.1" }, { "peer", "10.0.0.1", "2001:db8::1" },
		{ "dest_ipaddr", "lns", "192.0.2.1" }, { "dest_ipaddr", "alpha", "beta" },
		{ "local", "192.0.2.9:1701", "192.0.2.10:1" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct column *column = column_find(CONFIG_TUNNEL, rows[i].column, true, NULL);

		print_message("# %s %s\n", rows[i].column, rows[i].more);
		assert_true(column_compare(column, rows[i].less, rows[i].more) < 0);
		assert_true(column_compare(column, rows[i].more, rows[i].less) > 0);
		assert_int_equal(column_compare(column, rows[i].more, rows[i].more), 0);
		assert_int_equal(column_compare(column, NULL, NULL), 0);
	}
}

static int parse(const char *const *words, struct command *command, struct command_extra *extra, struct error *error)
{
	unsigned int count = 0;

	while (words[count])
		count++;
	return command_parse(words, count, command, extra, NULL, error);
}

/* What is a parameter's value is a filter, all else a condition. */
static void lists_take_them(void **state)
{
	static const char *const words[] = { "session", "list", "tunnel_name=lon", "rx_b>1000", "carrier=no",
					     "mtu=1400", "mtu!=1300", "sort=-rx_bytes", "limit=10", "names", NULL };
	static const char *const network[] = { "tunnel", "list", "dest_ipaddr=192.0.2.0/24", NULL };
	struct command command;
	struct command_extra extra;
	struct error error = { 0 };

	assert_int_equal(parse(words, &command, &extra, &error), 0);
	assert_true(param_set_has(&command.set, ROW_SESSION_TUNNEL_NAME));
	assert_true(param_set_has(&command.set, config_row(CONFIG_SESSION, "mtu")));
	assert_int_equal(command.config.session.mtu, 1400);
	assert_int_equal(extra.where_count, 3);
	assert_string_equal(extra.where[0].column->name, "rx_bytes");
	assert_int_equal(extra.where[0].op, '>');
	assert_string_equal(extra.where[1].value, "no");
	assert_int_equal(extra.where[2].op, '!');
	assert_string_equal(extra.sort->name, "rx_bytes");
	assert_true(extra.descending);
	assert_int_equal(extra.limit, 10);
	assert_int_equal(parse(network, &command, &extra, &error), 0);
	assert_true(param_set_is_empty(&command.set));
	assert_int_equal(extra.where_count, 1);
	assert_int_equal(parse(network, &command, NULL, &error), -1);
	assert_string_equal(error.text, "dest_ipaddr must be the IPv4 or IPv6 address of one host, or a host name: "
			    "got '192.0.2.0/24'; without a prefix length");
}

static void lists_refuse(void **state)
{
	static const struct {
		const char *words[6], *text;
	} rows[] = {
		{ { "tunnel", "list", "sort=colour" }, "a list of tunnels has no column 'colour'" },
		{ { "tunnel", "list", "sort=age", "sort=state" }, "sort is given twice" },
		{ { "tunnel", "list", "limit=0" }, "limit must be 1..4294967295: got '0'" },
		{ { "tunnel", "list", "limit=1", "limit=2" }, "limit is given twice" },
		{ { "tunnel", "list", "colour=red" }, "tunnel has no parameter 'colour'" },
		{ { "tunnel", "show", "rx_bytes>5" }, "tunnel show does not take 'rx_bytes>5'" },
		{ { "tunnel", "show", "sort=age" }, "tunnel has no parameter 'sort'" },
		{ { "tunnel", "list", "peer=192.0.2.1/24" }, "peer is compared with a host, or a network" },
		{ { "tunnel", "list", "state>" }, "" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct command command;
		struct command_extra extra;
		struct error error = { 0 };

		print_message("# %s\n", rows[i].words[2]);
		assert_int_equal(parse(rows[i].words, &command, &extra, &error), rows[i].text[0] ? -1 : 0);
		assert_memory_equal(error.text, rows[i].text, strlen(rows[i].text));
	}
}

static void sides_are_conditions(void **state)
{
	static const char *const local[] = { "tunnel", "list", "local", "local_only", NULL };
	static const char *const remote[] = { "session", "list", "remote_only", "names", NULL };
	struct command command;
	struct command_extra extra;

	assert_int_equal(parse(local, &command, &extra, NULL), 0);
	assert_int_equal(extra.where_count, 1);
	assert_true(condition_holds(&extra.where[0], "file"));
	assert_false(condition_holds(&extra.where[0], "peer"));
	assert_int_equal(parse(remote, &command, &extra, NULL), 0);
	assert_int_equal(extra.where_count, 1);
	assert_false(condition_holds(&extra.where[0], "admin"));
	assert_true(condition_holds(&extra.where[0], "peer"));
}

static void only_so_many(void **state)
{
	const char *words[COMMAND_CONDITIONS_MAX + 4] = { "tunnel", "list" };
	struct command command;
	struct command_extra extra;
	struct error error;

	for (int i = 0; i < COMMAND_CONDITIONS_MAX; i++)
		words[i + 2] = "age>1";
	assert_int_equal(parse(words, &command, &extra, &error), 0);
	words[COMMAND_CONDITIONS_MAX + 2] = "age>1";
	assert_int_equal(parse(words, &command, &extra, &error), -1);
	assert_string_equal(error.text, "a list may have 8 conditions");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_column_is_sound),
		cmocka_unit_test(what_is_no_condition),
		cmocka_unit_test(conditions),
		cmocka_unit_test(order),
		cmocka_unit_test(lists_take_them),
		cmocka_unit_test(lists_refuse),
		cmocka_unit_test(sides_are_conditions),
		cmocka_unit_test(only_so_many),
	};

	return cmocka_run_group_tests_name("column", tests, NULL, NULL);
}
