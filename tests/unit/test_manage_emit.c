/* SPDX-License-Identifier: MIT */
/* What is written is JSON, as jansson reads it: structure, strings, numbers, configs, state, secrets. */
#include "manage/emit.h"

#include <string.h>

#include "manage/json.h"
#include "service/service.h"
#include "test.h"

/* What was written, read again; begins anew. */
static json_t *read(struct emit *emit)
{
	json_error_t error;
	json_t *json = json_loadb(emit->text, emit->length, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &error);

	assert_false(emit->failed);
	if (!json)
		fail_msg("%s: %.*s", error.text, (int)emit->length, emit->text);
	emit_free(emit);
	return json;
}

static void assert_text(struct emit *emit, const char *wanted)
{
	assert_int_equal(emit->length, strlen(wanted));
	assert_memory_equal(emit->text, wanted, emit->length);
	emit_free(emit);
}

static void commas_stand_where_they_must(void **state)
{
	struct emit emit = { .text = NULL };

	emit_open(&emit, '{');
	emit_open_member(&emit, "a", '[');
	emit_close(&emit, ']');
	emit_open_member(&emit, "b", '[');
	emit_unsigned(&emit, 0);
	emit_string(&emit, ",");
	emit_string(&emit, "{");
	emit_open(&emit, '{');
	emit_close(&emit, '}');
	emit_bool(&emit, true);
	emit_json(&emit, NULL);
	emit_close(&emit, ']');
	emit_bool_member(&emit, "c", false);
	emit_string_member(&emit, "none", NULL);
	emit_string_member(&emit, "d", "x");
	emit_unsigned_member(&emit, "e", 5);
	emit_close(&emit, '}');
	assert_text(&emit, "{\"a\":[],\"b\":[0,\",\",\"{\",{},true,null],\"c\":false,\"d\":\"x\",\"e\":5}");
}

static void strings_survive(void **state)
{
	static const char *const texts[] = {
		"", "plain", "a\"b\\c", "two\nlines\tand a tab", "\x01\x1f\x1b[2J",
		"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80",
		"ends in a backslash\\",
	};
	struct emit emit = { .text = NULL };

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		json_t *json;

		emit_string(&emit, texts[i]);
		json = read(&emit);
		assert_string_equal(json_string_value(json), texts[i]);
		json_decref(json);
	}
	/* what JSON cannot carry, and what moves a terminal's cursor although JSON could */
	emit_string(&emit, "a\xff" "b\xc3" "c\x7f\xc2\x9b");
	assert_text(&emit, "\"a?b?c???\"");
	emit_string_n(&emit, "longer", 4);
	assert_text(&emit, "\"long\"");
}

static void numbers_of_every_size(void **state)
{
	struct emit emit = { .text = NULL };

	emit_open(&emit, '[');
	emit_unsigned(&emit, 0);
	emit_unsigned(&emit, 10);
	emit_unsigned(&emit, UINT64_MAX);
	emit_integer(&emit, -1);
	emit_integer(&emit, INT64_MIN);
	emit_integer(&emit, INT64_MAX);
	emit_close(&emit, ']');
	assert_text(&emit, "[0,10,18446744073709551615,-1,-9223372036854775808,9223372036854775807]");
}

static void it_grows_and_goes_back(void **state)
{
	struct emit emit = { .text = NULL };
	json_t *json;

	emit_open(&emit, '[');
	for (unsigned int i = 0; i < 100000; i++)
		emit_unsigned(&emit, i);
	emit_close(&emit, ']');
	json = read(&emit);
	assert_int_equal(json_array_size(json), 100000);
	assert_int_equal(json_integer_value(json_array_get(json, 99999)), 99999);
	json_decref(json);
	emit_raw(&emit, "12345");
	emit_rewind(&emit, 9);
	emit_rewind(&emit, 3);
	assert_text(&emit, "123");
}

/* Each text is read as a config; what is written of it must be the text again. */
static void configs_survive(void **state)
{
	static const char *const texts[] = {
		"{\"tunnel_name\":\"lon\",\"session_id\":11,\"pw_type\":\"vlan\",\"cookie\":\"00112233\",\"vlan_id\":7,"
		"\"mac_address\":\"02:00:00:00:00:01\",\"mtu\":\"1400\",\"lns_mode\":true,\"reorder_timeout\":20}",
		"{\"session_name\":\"a \\\"b\\\"\",\"mtu\":\"follow\",\"interface_up\":true}",
	};
	const struct param_table *table = config_tables[CONFIG_SESSION];

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		json_t *wanted = json_loads(texts[i], 0, NULL), *got;
		struct session_config config = { 0 };
		struct emit emit = { .text = NULL };
		struct param_set set = { { 0 } };

		assert_int_equal(json_to_config(table, wanted, &config, &set, NULL), 0);
		emit_config(&emit, table, &config, &set);
		got = read(&emit);
		assert_true(json_equal(got, wanted));
		json_decref(got);
		emit_config(&emit, table, &config, NULL);	/* all rows: those not given have a value as well */
		got = read(&emit);
		assert_true(json_object_size(got) > json_object_size(wanted));
		if (!config.vlan_id)	/* nobody gave one */
			assert_null(json_object_get(got, "vlan_id"));
		json_decref(got);
		json_decref(wanted);
	}
}

struct secretive {
	char name[16], secret[16];
};

static const struct param secretive_params[] = {
	{ .name = "name", .type = PARAM_STRING, .offset = offsetof(struct secretive, name), .size = 16, .help = "" },
	{ .name = "secret", .type = PARAM_STRING, .flags = PARAM_SECRET, .offset = offsetof(struct secretive, secret),
	  .size = 16, .help = "" },
};

static const struct param_table secretive_table = {
	.object = "secretive", .params = secretive_params, .count = 2, .size = sizeof(struct secretive),
};

static void secrets_stay_inside(void **state)
{
	struct secretive config = { "lon", "hunter2" };
	struct param_set set = { { 3 } };
	struct emit emit = { .text = NULL };

	emit_config(&emit, &secretive_table, &config, NULL);
	assert_text(&emit, "{\"name\":\"lon\"}");
	emit_set(&emit, &secretive_table, &set);	/* that there is one may be known */
	assert_text(&emit, "[\"name\",\"secret\"]");
}

static void state_by_type(void **state)
{
	struct service_tunnel_view view = { .state = SERVICE_TUNNEL_DOWN, .reason = "no route", .created = 1000,
					    .sessions = 3 };
	struct emit emit = { .text = NULL };
	json_t *json;

	address_parse("2001:db8::1", &view.peer);
	view.info.local = (struct endpoint){ .port = 1701 };
	address_parse("192.0.2.1", &view.info.local.address);
	emit_state(&emit, &state_tunnel, &view, 63999, NULL);
	json = read(&emit);
	assert_string_equal(json_string_value(json_object_get(json, "state")), "down");
	assert_string_equal(json_string_value(json_object_get(json, "reason")), "no route");
	assert_string_equal(json_string_value(json_object_get(json, "peer")), "2001:db8::1");
	assert_string_equal(json_string_value(json_object_get(json, "local")), "192.0.2.1:1701");
	assert_int_equal(json_integer_value(json_object_get(json, "age")), 62);
	assert_int_equal(json_integer_value(json_object_get(json, "sessions")), 3);
	assert_null(json_object_get(json, "reason_age"));	/* nothing happened yet */
	json_decref(json);
}

static void every_row_has_a_member_of_its_own(void **state)
{
	struct datapath_stats stats;
	struct emit emit = { .text = NULL };
	json_t *json;
	void *each;

	memset(&stats, 0x11, sizeof(stats));
	stats.rx_invalid = 7;
	emit_state(&emit, &state_statistics, &stats, 0, NULL);
	json = read(&emit);
	assert_int_equal(json_object_size(json), sizeof(stats) / sizeof(uint64_t));
	for (each = json_object_iter(json); each; each = json_object_iter_next(json, each))
		assert_int_equal(json_integer_value(json_object_iter_value(each)),
				 strcmp(json_object_iter_key(each), "rx_invalid") ? 0x1111111111111111 : 7);
	json_decref(json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commas_stand_where_they_must),
		cmocka_unit_test(strings_survive),
		cmocka_unit_test(numbers_of_every_size),
		cmocka_unit_test(it_grows_and_goes_back),
		cmocka_unit_test(configs_survive),
		cmocka_unit_test(secrets_stay_inside),
		cmocka_unit_test(state_by_type),
		cmocka_unit_test(every_row_has_a_member_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
