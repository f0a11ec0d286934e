/* SPDX-License-Identifier: MIT */
/* JSON <-> tables: every type there and back, wrong types and unknown names, secrets, state. */
#include "manage/json.h"

#include <string.h>

#include "service/service.h"
#include "test.h"

static int read(enum config_object object, const char *text, union any_config *config, struct param_set *set,
		struct error *error)
{
	json_t *json = json_loads(text, 0, NULL);
	int ret;

	assert_non_null(json);
	memset(config, 0, sizeof(*config));
	memset(set, 0, sizeof(*set));
	memset(error, 0, sizeof(*error));
	ret = json_to_config(config_tables[object], json, config, set, error);
	json_decref(json);
	return ret;
}

static void there_and_back(void **state)
{
	static const char session[] =
		"{\"tunnel_name\":\"lon\",\"session_id\":11,\"pw_type\":\"vlan\",\"cookie\":\"00112233\",\"vlan_id\":7,"
		"\"mac_address\":\"02:00:00:00:00:01\",\"mtu\":\"1400\",\"lns_mode\":true,\"reorder_timeout\":20}";
	json_t *wanted = json_loads(session, 0, NULL), *got;
	const char *name;
	json_t *value;
	union any_config config;
	struct param_set set;
	struct error error;

	assert_int_equal(read(CONFIG_SESSION, session, &config, &set, &error), 0);
	assert_string_equal(config.session.tunnel_name, "lon");
	assert_int_equal(config.session.pw_type, CONFIG_PW_VLAN);
	assert_int_equal(config.session.cookie.length, 4);
	assert_int_equal(config.session.mtu, 1400);
	assert_true(config.session.lns_mode);
	got = json_from_config(config_tables[CONFIG_SESSION], &config);
	json_object_foreach(wanted, name, value)
		assert_true(json_equal(json_object_get(got, name), value));
	json_decref(got);
	got = json_from_set(config_tables[CONFIG_SESSION], &set);
	assert_int_equal(json_array_size(got), json_object_size(wanted));
	json_decref(got);
	json_decref(wanted);
}

static void null_is_absent(void **state)
{
	union any_config config;
	struct param_set set;
	struct error error;

	assert_int_equal(read(CONFIG_TUNNEL, "{\"tunnel_id\":null}", &config, &set, &error), 0);
	assert_false(param_set_has(&set, config_row(CONFIG_TUNNEL, "tunnel_id")));
}

static void refuses_what_is_wrong(void **state)
{
	static const struct {
		const char *text, *parameter;
		enum error_code code;
	} cases[] = {
		{ "{\"tunnel_id\":\"1\"}", "tunnel_id", ERROR_VALUE },	/* a number is no string */
		{ "{\"tunnel_id\":1.5}", "tunnel_id", ERROR_VALUE },
		{ "{\"tunnel_id\":-1}", "tunnel_id", ERROR_VALUE },
		{ "{\"tunnel_id\":4294967296}", "tunnel_id", ERROR_VALUE },
		{ "{\"tunnel_id\":true}", "tunnel_id", ERROR_VALUE },
		{ "{\"tunnel_name\":5}", "tunnel_name", ERROR_VALUE },
		{ "{\"tunnel_name\":\"\"}", "tunnel_name", ERROR_VALUE },
		{ "{\"tunnel_name\":\"\\u001b[2J\"}", "tunnel_name", ERROR_VALUE },
		{ "{\"udp_zero_csum6_tx\":\"yes\"}", "udp_zero_csum6_tx", ERROR_VALUE },
		{ "{\"udp_zero_csum6_tx\":1}", "udp_zero_csum6_tx", ERROR_VALUE },
		{ "{\"encap\":\"gre\"}", "encap", ERROR_VALUE },
		{ "{\"encap\":{}}", "encap", ERROR_VALUE },
		{ "{\"src_ipaddr\":[\"192.0.2.1\"]}", "src_ipaddr", ERROR_VALUE },
		{ "{\"hello_timeout\":5}", "hello_timeout", ERROR_UNSUPPORTED },
		{ "{\"hello_timeout\":\"5\"}", "hello_timeout", ERROR_UNSUPPORTED },
		{ "[]", "", ERROR_VALUE },
	};
	union any_config config;
	struct param_set set;
	struct error error;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		print_message("%s\n", cases[i].text);
		assert_int_equal(read(CONFIG_TUNNEL, cases[i].text, &config, &set, &error), -1);
		assert_int_equal(error.code, cases[i].code);
		assert_string_equal(error.parameter, cases[i].parameter);
		assert_true(error.text[0]);
	}
	/* whole names only: a program that abbreviates breaks when a parameter is added */
	assert_int_equal(read(CONFIG_TUNNEL, "{\"tunnel_n\":\"lon\"}", &config, &set, &error), -1);
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
	struct secretive config = { 0 };
	struct param_set set = { 0 };
	json_t *json = json_pack("{s:s, s:s}", "name", "lon", "secret", "hunter2"), *set_json;
	char *text;

	assert_int_equal(json_to_config(&secretive_table, json, &config, &set, NULL), 0);
	assert_string_equal(config.secret, "hunter2");
	json_decref(json);
	json = json_from_config(&secretive_table, &config);
	text = json_dumps(json, 0);
	assert_non_null(strstr(text, "lon"));
	assert_null(strstr(text, "secret"));
	assert_null(strstr(text, "hunter2"));
	free(text);
	json_decref(json);
	set_json = json_from_set(&secretive_table, &set);	/* that there is one may be known */
	assert_string_equal(json_string_value(json_array_get(set_json, 1)), "secret");
	json_decref(set_json);
}

static void state_by_type(void **state)
{
	struct service_tunnel_view view = { .state = SERVICE_TUNNEL_DOWN, .reason = "no route", .created = 1000,
					    .sessions = 3 };
	json_t *json;

	address_parse("2001:db8::1", &view.peer);
	view.info.local = (struct endpoint){ .port = 1701 };
	address_parse("192.0.2.1", &view.info.local.address);
	json = json_from_state(&state_tunnel, &view, 63999);
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
	json_t *json;
	void *each;

	memset(&stats, 0x11, sizeof(stats));
	stats.rx_invalid = 7;
	json = json_from_state(&state_statistics, &stats, 0);
	assert_int_equal(json_object_size(json), sizeof(stats) / sizeof(uint64_t));
	for (each = json_object_iter(json); each; each = json_object_iter_next(json, each))
		assert_int_equal(json_integer_value(json_object_iter_value(each)),
				 strcmp(json_object_iter_key(each), "rx_invalid") ? 0x1111111111111111 : 7);
	json_decref(json);
}

static void foreign_text_becomes_printable(void **state)
{
	json_t *json = json_from_text("a\xff" "b");

	assert_string_equal(json_string_value(json), "a?b");
	json_decref(json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_and_back),
		cmocka_unit_test(null_is_absent),
		cmocka_unit_test(refuses_what_is_wrong),
		cmocka_unit_test(secrets_stay_inside),
		cmocka_unit_test(state_by_type),
		cmocka_unit_test(every_row_has_a_member_of_its_own),
		cmocka_unit_test(foreign_text_becomes_printable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
