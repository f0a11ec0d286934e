/* SPDX-License-Identifier: MIT */
/* Rows of the tables: found, parsed, printed, compared. */
#include "config/param.h"

#include <string.h>

#include "config/objects.h"
#include "test.h"

static const struct param_table *tunnels, *sessions;

static int begin(void **state)
{
	tunnels = config_tables[CONFIG_TUNNEL];
	sessions = config_tables[CONFIG_SESSION];
	return 0;
}

static void finds_by_name_and_prefix(void **state)
{
	unsigned int row = config_row(CONFIG_TUNNEL, "dest_ipaddr");

	assert_int_equal(param_find(tunnels, "dest_ipaddr", false, NULL), row);
	assert_int_equal(param_find(tunnels, "Dest", false, NULL), row);
	assert_int_equal(param_find(tunnels, "dest", true, NULL), -1);
}

static void says_why_nothing_was_found(void **state)
{
	static const struct {
		const char *name, *text;
	} rows[] = {
		{ "tunnel", "'tunnel' is ambiguous: tunnel_name, tunnel_id" },
		{ "tunel_id", "tunnel has no parameter 'tunel_id': did you mean tunnel_id?" },
		{ "xyzzy", "tunnel has no parameter 'xyzzy': l2tpd.conf(5) lists what it has" },
		{ "", "tunnel has no parameter '': l2tpd.conf(5) lists what it has" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct error error;

		assert_int_equal(param_find(tunnels, rows[i].name, false, &error), -1);
		assert_int_equal(error.code, ERROR_SYNTAX);
		assert_string_equal(error.parameter, rows[i].name);
		assert_string_equal(error.text, rows[i].text);
	}
}

static void says_what_is_wrong_with_a_value(void **state)
{
	static const struct {
		const char *name, *value, *text;
	} rows[] = {
		{ "cookie", "001122", "cookie must be 0, 4 or 8 octets (hex digits): got 3" },
		{ "cookie", "00112233445566778899", "cookie must be 0, 4 or 8 octets (hex digits): got 10" },
		{ "cookie", "xyz", "cookie must be 0, 4 or 8 octets (hex digits): got 'xyz'" },
		{ "mtu", "67", "mtu must be 68..65535|auto|follow: got '67'" },
		{ "mtu", "", "mtu must be 68..65535|auto|follow: got nothing" },
		{ "session_name", "1234567890123456789012345678901234567890123456789012345678901234",
		  "session_name must be 1 to 63 printable characters: got 64" },
		{ "session_name", "a\x1b[2J", "session_name must be 1 to 63 printable characters: got 'a?[2J'" },
		{ "pw_type", "123456789012345678901234567890123456789012345678901234567890123",
		  "pw_type must be eth|vlan|ip|ppp: got '123456789012345678901234567890123456789012345678901234567890'..." },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct session_config config;
		struct error error;

		assert_int_equal(param_parse(sessions, config_row(CONFIG_SESSION, rows[i].name), rows[i].value, &config,
					     &error), -1);
		assert_int_equal(error.code, ERROR_VALUE);
		assert_string_equal(error.parameter, rows[i].name);
		assert_string_equal(error.text, rows[i].text);
	}
}

static void hints_at_what_was_meant(void **state)
{
	static const struct {
		const char *value, *hint;
	} rows[] = {
		{ "fe80::1%eth0", "; name the interface of a link-local address with bind_interface" },
		{ "192.0.2.0/24", "; without a prefix length" },
		{ "192.0.2.1:1701", "; without brackets and port" },
		{ "[2001:db8::1]", "; without brackets and port" },
		{ "::ffff:192.0.2.1", "; write IPv4 addresses as such" },
		{ "a..b", "got 'a..b'" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct tunnel_config config;
		struct error error;

		assert_int_equal(param_parse(tunnels, config_row(CONFIG_TUNNEL, "dest_ipaddr"), rows[i].value, &config,
					     &error), -1);
		assert_string_equal(error.text + strlen(error.text) - strlen(rows[i].hint), rows[i].hint);
	}
}

static void never_repeats_a_secret(void **state)
{
	static const struct param secret = { .name = "secret", .type = PARAM_STRING, .flags = PARAM_SECRET, .size = 8 };
	static const struct param_table table = { .object = "test", .params = &secret, .count = 1, .size = 8 };
	struct error error;
	char config[8];

	assert_int_equal(param_parse(&table, 0, "xyz\x01", config, &error), -1);
	assert_null(strstr(error.text, "xyz"));
}

static void a_refused_value_changes_nothing(void **state)
{
	unsigned int row = config_row(CONFIG_SESSION, "cookie");
	struct session_config config = { 0 }, before;

	assert_int_equal(param_parse(sessions, row, "0011223344556677", &config, NULL), 0);
	before = config;
	assert_int_equal(param_parse(sessions, row, "ffffff", &config, NULL), -1);
	assert_int_equal(param_parse(sessions, row, "fffffff", &config, NULL), -1);
	assert_memory_equal(&config, &before, sizeof(config));
}

static void a_shorter_value_leaves_nothing_of_a_longer(void **state)
{
	unsigned int row = config_row(CONFIG_SESSION, "session_name");
	struct session_config a = { 0 }, b = { 0 };

	assert_int_equal(param_parse(sessions, row, "a long name", &a, NULL), 0);
	assert_int_equal(param_parse(sessions, row, "short", &a, NULL), 0);
	assert_int_equal(param_parse(sessions, row, "short", &b, NULL), 0);
	assert_memory_equal(&a, &b, sizeof(a));
}

static void equality_and_copies(void **state)
{
	for (unsigned int row = 0; row < sessions->count; row++) {
		struct session_config defaults, other;

		if (!sessions->params[row].default_text)
			continue;
		param_defaults(sessions, &defaults);
		memset(&other, 0x01, sizeof(other));
		assert_true(param_equal(sessions, row, &defaults, &defaults));
		param_copy(sessions, row, &other, &defaults);
		assert_true(param_equal(sessions, row, &defaults, &other));
	}
}

static void inequality(void **state)
{
	static const struct {
		const char *name, *a, *b;
	} rows[] = {
		{ "session_name", "a", "b" }, { "session_id", "1", "2" }, { "pw_type", "eth", "ip" },
		{ "cookie", "00000000", "" }, { "cookie", "00000000", "0000000000000000" },
		{ "cookie", "00000001", "00000002" },
		{ "mac_address", "02:00:00:00:00:01", "02:00:00:00:00:02" }, { "mtu", "auto", "follow" },
		{ "mss_clamp", "yes", "no" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		unsigned int row = config_row(CONFIG_SESSION, rows[i].name);
		struct session_config a = { 0 }, b = { 0 };

		assert_int_equal(param_parse(sessions, row, rows[i].a, &a, NULL), 0);
		assert_int_equal(param_parse(sessions, row, rows[i].b, &b, NULL), 0);
		assert_false(param_equal(sessions, row, &a, &b));
	}
}

static void only_types_with_words_have_them(void **state)
{
	assert_string_equal(param_words(&sessions->params[config_row(CONFIG_SESSION, "pw_type")])->name, "eth");
	assert_string_equal(param_words(&sessions->params[config_row(CONFIG_SESSION, "mss_clamp")])->name, "no");
	assert_string_equal(param_words(&sessions->params[config_row(CONFIG_SESSION, "mtu")])->name, "auto");
	assert_null(param_words(&sessions->params[config_row(CONFIG_SESSION, "session_id")]));
}

static void other_names(void **state)
{
	const struct param_table *debug = config_tables[CONFIG_DEBUG];
	int row = param_find(debug, "ppp_control", true, NULL);

	assert_int_equal(param_find(debug, "ppp", false, NULL), row);
	assert_int_equal(param_find(debug, "PPP", false, NULL), row);
	assert_int_equal(param_find(debug, "ppp", true, NULL), -1);
	assert_int_equal(param_find(debug, "pp", false, NULL), -1);	/* ppp_profile_name is one, too */
}

static void words_and_networks_are_refused_with_reasons(void **state)
{
	static const struct {
		enum config_object object;
		const char *name, *value, *text;
		enum error_code code;
	} rows[] = {
		{ CONFIG_PPP_PROFILE, "multilink", "ye",
		  "multilink=yes is not supported yet: it comes with a later version", ERROR_UNSUPPORTED },
		{ CONFIG_PEER_PROFILE, "peer_ipaddr", "192.0.2.77/28", "peer_ipaddr must be an IPv4 or IPv6 address, "
		  "or a network as ADDRESS/LENGTH: got '192.0.2.77/28'; the network is 192.0.2.64/28", ERROR_VALUE },
		{ CONFIG_PEER_PROFILE, "peer_ipaddr", "fe80::%eth0/10", "peer_ipaddr must be an IPv4 or IPv6 address, "
		  "or a network as ADDRESS/LENGTH: got 'fe80::%eth0/10'; without an interface", ERROR_VALUE },
		{ CONFIG_PEER_PROFILE, "peer_ipaddr", "::ffff:192.0.2.0/120", "peer_ipaddr must be an IPv4 or IPv6 "
		  "address, or a network as ADDRESS/LENGTH: got '::ffff:192.0.2.0/120'; write IPv4 addresses as such",
		  ERROR_VALUE },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		union any_config config;
		struct error error;

		assert_int_equal(param_parse(config_tables[rows[i].object], config_row(rows[i].object, rows[i].name),
					     rows[i].value, &config, &error), -1);
		assert_string_equal(error.text, rows[i].text);
		assert_int_equal(error.code, rows[i].code);
	}
}

static void sets(void **state)
{
	static const unsigned int rows[] = { 0, 5, 63, 64, 100, 127 };
	struct param_set set = { { 0 } };
	unsigned int found = 0;

	assert_true(param_set_is_empty(&set));
	assert_int_equal(param_set_next(&set, 0), PARAM_SET_MAX);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		param_set_add(&set, rows[i]);
	for (unsigned int row = param_set_next(&set, 0); row < PARAM_SET_MAX; row = param_set_next(&set, row + 1))
		assert_int_equal(row, rows[found++]);
	assert_int_equal(found, ARRAY_SIZE(rows));
	assert_int_equal(param_set_next(&set, PARAM_SET_MAX), PARAM_SET_MAX);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		param_set_remove(&set, rows[i]);
	assert_true(param_set_is_empty(&set));
}

/* What a profile may give can be taken back with an empty value, where there is one that means nothing. */
static void none_whatever_a_profile_says(void **state)
{
	static const char *const refused[] = { "dest_ipaddr", "our_udp_port", "version", "peer_tunnel_id", "ttl" };
	struct tunnel_config tunnel = { .src_ipaddr.family = 2 };
	struct session_config session = { .vlan_id = 7 };
	char text[PARAM_TEXT_MAX];
	unsigned int row = config_row(CONFIG_TUNNEL, "src_ipaddr");

	assert_int_equal(param_parse(tunnels, row, "", &tunnel, NULL), 0);
	assert_int_equal(tunnel.src_ipaddr.family, 0);
	assert_string_equal(param_format(tunnels, row, &tunnel, text), "");
	assert_int_equal(param_parse(sessions, config_row(CONFIG_SESSION, "vlan_id"), "", &session, NULL), 0);
	assert_int_equal(session.vlan_id, 0);
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++)
		assert_int_equal(param_parse(tunnels, config_row(CONFIG_TUNNEL, refused[i]), "", &tunnel, NULL), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_by_name_and_prefix),
		cmocka_unit_test(says_why_nothing_was_found),
		cmocka_unit_test(says_what_is_wrong_with_a_value),
		cmocka_unit_test(hints_at_what_was_meant),
		cmocka_unit_test(never_repeats_a_secret),
		cmocka_unit_test(a_refused_value_changes_nothing),
		cmocka_unit_test(a_shorter_value_leaves_nothing_of_a_longer),
		cmocka_unit_test(equality_and_copies),
		cmocka_unit_test(inequality),
		cmocka_unit_test(only_types_with_words_have_them),
		cmocka_unit_test(other_names),
		cmocka_unit_test(words_and_networks_are_refused_with_reasons),
		cmocka_unit_test(sets),
		cmocka_unit_test(none_whatever_a_profile_says),
	};

	return cmocka_run_group_tests_name("param", tests, begin, NULL);
}
