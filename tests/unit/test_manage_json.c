/* SPDX-License-Identifier: MIT */
/* JSON to configs: every type, wrong types and unknown names. The other direction: test_manage_emit.c. */
#include "manage/json.h"

#include <string.h>

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

static void every_type(void **state)
{
	static const char session[] =
		"{\"tunnel_name\":\"lon\",\"session_id\":11,\"pw_type\":\"vlan\",\"cookie\":\"00112233\",\"vlan_id\":7,"
		"\"mac_address\":\"02:00:00:00:00:01\",\"mtu\":\"1400\",\"lns_mode\":true,\"reorder_timeout\":20}";
	union any_config config;
	struct param_set set;
	struct error error;
	unsigned int count = 0;

	assert_int_equal(read(CONFIG_SESSION, session, &config, &set, &error), 0);
	assert_string_equal(config.session.tunnel_name, "lon");
	assert_int_equal(config.session.pw_type, CONFIG_PW_VLAN);
	assert_int_equal(config.session.cookie.length, 4);
	assert_int_equal(config.session.mac_address[5], 1);
	assert_int_equal(config.session.mtu, 1400);
	assert_true(config.session.lns_mode);
	assert_int_equal(config.session.reorder_timeout, 20);
	for (unsigned int row = 0; row < config_tables[CONFIG_SESSION]->count; row++)
		count += param_set_has(&set, row);
	assert_int_equal(count, 9);
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
		{ "{\"interface_name\":5}", "interface_name", ERROR_UNSUPPORTED },
		{ "{\"interface_name\":\"5\"}", "interface_name", ERROR_UNSUPPORTED },
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

static void the_value_is_told_unless_it_is_a_secret(void **state)
{
	union any_config config;
	struct param_set set;
	struct error error;

	assert_int_equal(read(CONFIG_TUNNEL, "{\"tunnel_id\":\"\u00e4b\"}", &config, &set, &error), -1);
	assert_non_null(strstr(error.text, ": got \"\\u00E4b\""));
	assert_int_equal(read(CONFIG_TUNNEL, "{\"tunnel_name\":[\"0123456789012345678901234567890123456789\"]}",
			      &config, &set, &error), -1);
	assert_non_null(strstr(error.text, "6789"));
	assert_null(strstr(error.text, "]"));		/* as much of it as is of use */
	assert_int_equal(read(CONFIG_SYSTEM, "{\"metrics_token\":4711}", &config, &set, &error), -1);
	assert_null(strstr(error.text, "4711"));
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
		cmocka_unit_test(every_type),
		cmocka_unit_test(null_is_absent),
		cmocka_unit_test(refuses_what_is_wrong),
		cmocka_unit_test(the_value_is_told_unless_it_is_a_secret),
		cmocka_unit_test(foreign_text_becomes_printable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
