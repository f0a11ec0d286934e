/* SPDX-License-Identifier: MIT */
/* What can be seen of tunnels and sessions, by name and as text; every column of lists is such a thing. */
#include "manage/field.h"

#include <string.h>

#include "config/column.h"
#include "test.h"

static struct field find(enum config_object object, const char *name)
{
	struct field field = { FIELD_PARTS, -2 };
	struct error error = { 0 };

	if (field_find(object, name, &field, &error) < 0)
		fail_msg("%s: %s", name, error.text);
	return field;
}

static void every_column_is_there(void **state)
{
	unsigned int count = 0;

	for (const struct column *column = config_columns; column->name; column++, count++) {
		struct field field;

		if (column->object != CONFIG_TUNNEL && column->object != CONFIG_SESSION)
			continue;	/* a list of others is not filtered */
		field = find(column->object, column->path);
		print_message("%s\n", column->path);
		assert_true(field.row >= 0);
		assert_true(strchr(column->path, '.') != NULL);
	}
	assert_in_range(count, 30, 1000);
}

static void names_and_parts(void **state)
{
	assert_int_equal(find(CONFIG_SESSION, "config.mtu").part, FIELD_CONFIG);
	assert_int_equal(find(CONFIG_SESSION, "state.mtu").part, FIELD_STATE);
	assert_int_equal(find(CONFIG_SESSION, "mtu").part, FIELD_STATE);	/* what is in effect */
	assert_int_equal(find(CONFIG_SESSION, "rx_bytes").part, FIELD_STATISTICS);
	assert_int_equal(find(CONFIG_TUNNEL, "encap").part, FIELD_CONFIG);
	assert_int_equal(find(CONFIG_TUNNEL, "explicit").part, FIELD_EXPLICIT);
	assert_int_equal(find(CONFIG_TUNNEL, "state").row, -1);
}

static void refuses_what_is_not_shown(void **state)
{
	static const char *const names[] = {
		"", ".", "nonsense", "config.", "config.nonsense", "state.encap", "statistics.mtu", "explicit.mtu",
		"interface_name", "config.interface_name", "config.secret", "secret", "statistics.rx_bytes.x", "stat",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct error error = { 0 };
		struct field field;

		print_message("%s\n", names[i]);
		assert_int_equal(field_find(CONFIG_TUNNEL, names[i], &field, &error), -1);
		assert_int_equal(error.code, ERROR_SYNTAX);
	}
}

static void assert_text(const struct field_view *view, const char *name, const char *wanted)
{
	struct field field = find(view->object, name);
	char out[PARAM_TEXT_MAX];
	const char *text = field_text(view, &field, 63999, out);

	if (wanted)
		assert_string_equal(text, wanted);
	else
		assert_null(text);
}

static void values_as_text(void **state)
{
	struct field_view view = { .object = CONFIG_TUNNEL };

	view.tunnel.config.tunnel_id = 7;
	view.tunnel.config.encap = CONFIG_ENCAP_IP;
	view.tunnel.state = SERVICE_TUNNEL_UP;
	view.tunnel.created = 1000;
	view.tunnel.info.stats.rx_bytes = 12345678901;
	address_parse("192.0.2.1", &view.tunnel.peer);
	address_parse("2001:db8::1", &view.tunnel.info.local.address);
	view.tunnel.info.local.port = 1701;
	assert_text(&view, "tunnel_id", "7");
	assert_text(&view, "encap", "ip");
	assert_text(&view, "state.state", "up");
	assert_text(&view, "age", "62");
	assert_text(&view, "rx_bytes", "12345678901");
	assert_text(&view, "state.peer", "192.0.2.1");
	assert_text(&view, "local", "[2001:db8::1]:1701");
	assert_text(&view, "reason", NULL);
	assert_text(&view, "src_ipaddr", NULL);
	assert_text(&view, "state", NULL);
	view = (struct field_view){ .object = CONFIG_SESSION };
	view.session.info.carrier = true;
	memcpy(view.session.info.ifname, "l2tpeth0", 9);
	view.session.info.stats.tx_errors = 3;
	assert_text(&view, "carrier", "yes");
	assert_text(&view, "state.send_seq", "no");
	assert_text(&view, "state.interface_name", "l2tpeth0");
	assert_text(&view, "tx_errors", "3");
}

static void choices(void **state)
{
	struct fields fields = { .part = { false } };
	struct field rx = find(CONFIG_TUNNEL, "rx_bytes"), tx = find(CONFIG_TUNNEL, "tx_bytes");

	assert_int_equal(fields_add(&fields, CONFIG_TUNNEL, "rx_bytes", NULL), 0);
	assert_int_equal(fields_add(&fields, CONFIG_TUNNEL, "state", NULL), 0);
	assert_int_equal(fields_add(&fields, CONFIG_TUNNEL, "nonsense", NULL), -1);
	assert_true(fields_want(&fields, FIELD_STATISTICS));
	assert_true(fields_want(&fields, FIELD_STATE));
	assert_false(fields_want(&fields, FIELD_CONFIG));
	assert_true(param_set_has(fields_rows(&fields, FIELD_STATISTICS), (unsigned int)rx.row));
	assert_false(param_set_has(fields_rows(&fields, FIELD_STATISTICS), (unsigned int)tx.row));
	for (unsigned int row = 0; row < state_tunnel.count; row++)
		assert_true(param_set_has(fields_rows(&fields, FIELD_STATE), row));
	assert_true(fields_want(NULL, FIELD_CONFIG));
	assert_null(fields_rows(NULL, FIELD_CONFIG));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_column_is_there),
		cmocka_unit_test(names_and_parts),
		cmocka_unit_test(refuses_what_is_not_shown),
		cmocka_unit_test(values_as_text),
		cmocka_unit_test(choices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
