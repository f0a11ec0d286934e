/* SPDX-License-Identifier: MIT */
/*
 * The tables themselves: every row of every object is sound.
 */
#include "config/objects.h"

#include <string.h>
#include <strings.h>

#include "config/value.h"
#include "test.h"

typedef void row_test(const struct param_table *table, const struct param *param);

static void for_each_row(row_test *test)
{
	for (int object = 0; object < CONFIG_OBJECT_COUNT; object++) {
		const struct param_table *table = config_tables[object];

		assert_true(table->count > 0 && table->count <= PARAM_SET_MAX);
		for (unsigned int row = 0; row < table->count; row++) {
			print_message("# %s %s\n", table->object, table->params[row].name);
			test(table, &table->params[row]);
		}
	}
}

static void row_is_explained(const struct param_table *table, const struct param *param)
{
	size_t length = strlen(param->name);

	assert_true(length > 0 && length < ERROR_PARAMETER_MAX);
	assert_int_equal(strspn(param->name, "abcdefghijklmnopqrstuvwxyz0123456789_"), length);
	assert_non_null(param->help);
	assert_true(strlen(param->help) > 10);
	assert_int_not_equal(param->help[strlen(param->help) - 1], '.');
}

static void every_row_is_explained(void **state)
{
	for_each_row(row_is_explained);
}

static void name_is_unique(const struct param_table *table, const struct param *param)
{
	for (const struct param *other = table->params; other < param; other++)
		assert_int_not_equal(strcasecmp(other->name, param->name), 0);
	assert_int_equal(param_find(table, param->name, false, NULL), param - table->params);
	assert_int_equal(param_find(table, param->name, true, NULL), param - table->params);
}

static void every_name_is_unique(void **state)
{
	for_each_row(name_is_unique);
}

static void member_fits_type(const struct param_table *table, const struct param *param)
{
	static const size_t sizes[] = {
		[PARAM_BOOL] = sizeof(bool), [PARAM_U16] = sizeof(uint16_t), [PARAM_U32] = sizeof(uint32_t),
		[PARAM_ENUM] = sizeof(int), [PARAM_U32_OR_WORD] = sizeof(int64_t),
		[PARAM_ADDRESS] = sizeof(struct address), [PARAM_OCTETS] = sizeof(struct param_octets), [PARAM_MAC] = 6,
		[PARAM_FLAGS] = sizeof(uint32_t), [PARAM_PREFIX] = sizeof(struct prefix),
		[PARAM_SPEED] = sizeof(struct param_speed), [PARAM_UNSUPPORTED] = 0,
	};

	assert_true(param->offset + param->size <= table->size);
	assert_true(param->size <= VALUE_SIZE_MAX && param->size <= PARAM_TEXT_MAX);
	if (param->type == PARAM_STRING || param->type == PARAM_HOST || param->type == PARAM_PATH)
		assert_true(param->size > 1 && (size_t)param->min < param->size);
	else if (param->type == PARAM_NAMES || param->type == PARAM_RANGES)
		assert_true(param->size > CONFIG_NAME_MAX);
	else if (param->type == PARAM_OCTETS && param->size != sizeof(struct param_octets))
		assert_int_equal(param->size, sizeof(struct param_long_octets));
	else
		assert_int_equal(param->size, sizes[param->type]);
}

static void every_member_fits_its_type(void **state)
{
	for_each_row(member_fits_type);
}

static void member_is_nobody_elses(const struct param_table *table, const struct param *param)
{
	for (const struct param *other = table->params; other < param; other++)
		assert_true(other->offset + other->size <= param->offset ||
			    param->offset + param->size <= other->offset);
}

static void no_two_rows_share_a_member(void **state)
{
	for_each_row(member_is_nobody_elses);
}

static void range_is_sound(const struct param_table *table, const struct param *param)
{
	int64_t most = param->type == PARAM_U16 ? UINT16_MAX : UINT32_MAX;
	bool number = param->type == PARAM_U16 || param->type == PARAM_U32 || param->type == PARAM_U32_OR_WORD;
	bool words = param->type == PARAM_ENUM || param->type == PARAM_U32_OR_WORD || param->type == PARAM_FLAGS ||
		     (param->type == PARAM_BOOL && param->words);	/* those of which one is not there yet */

	if (number)
		assert_true(param->min >= 0 && param->min < param->max && param->max <= most);
	assert_int_equal(words, param->words != NULL);
	for (const struct param_word *word = param->words; word && word->name; word++) {
		if (number)	/* a number and a word never mean the same */
			assert_true(word->value < param->min || word->value > param->max);
		assert_true(param->type == PARAM_BOOL || strspn(word->name, "0123456789") < strlen(word->name));
	}
}

static void every_range_is_sound(void **state)
{
	for_each_row(range_is_sound);
}

static void default_parses_and_prints_alike(const struct param_table *table, const struct param *param)
{
	unsigned int row = (unsigned int)(param - table->params);
	union any_config config;
	char out[PARAM_TEXT_MAX];
	struct error error = { 0 };

	memset(&config, 0xff, sizeof(config));
	if (param->default_text) {
		assert_int_equal(param_parse(table, row, param->default_text, &config, &error), 0);
		if (!(param->flags & PARAM_HEX))
			assert_string_equal(param_format(table, row, &config, out), param->default_text);
	}
	/* what has no value is printed as nothing, what has always has a default */
	memset(&config, 0, sizeof(config));
	param_format(table, row, &config, out);
	assert_true(!out[0] || param->default_text);
}

static void every_default_is_a_value(void **state)
{
	for_each_row(default_parses_and_prints_alike);
}

static void only_the_unsupported_lack_a_member(const struct param_table *table, const struct param *param)
{
	struct error error = { 0 };

	if (param->type != PARAM_UNSUPPORTED) {
		assert_null(param->feature);
		return;
	}
	assert_int_equal(param->flags, 0);
	assert_null(param->default_text);
	assert_int_equal(param_parse(table, (unsigned int)(param - table->params), "1", NULL, &error), -1);
	assert_int_equal(error.code, ERROR_UNSUPPORTED);
	assert_string_equal(error.parameter, param->name);
	assert_non_null(strstr(error.text, param->feature ? param->feature : param->help));
}

static void the_unsupported_are_refused_by_name(void **state)
{
	for_each_row(only_the_unsupported_lack_a_member);
}

static void help_fits_an_error(const struct param_table *table, const struct param *param)
{
	char allowed[PARAM_TEXT_MAX];
	struct error error;

	/* name, what is allowed, and the longest value that is repeated */
	error_set(&error, ERROR_VALUE, NULL, "%s must be %s: got '%60s...'", param->name, param_allowed(param, allowed),
		  "");
	assert_true(strlen(error.text) + 1 < ERROR_TEXT_MAX);
}

static void what_is_allowed_fits_an_error(void **state)
{
	for_each_row(help_fits_an_error);
}

static void defaults_are_filled_in(void **state)
{
	struct tunnel_config tunnel;
	struct session_config session;
	struct system_config system;
	struct peer_profile_config peer;

	param_defaults(config_tables[CONFIG_TUNNEL], &tunnel);
	assert_int_equal(tunnel.version, 2);
	assert_int_equal(tunnel.encap, CONFIG_ENCAP_UDP);
	assert_int_equal(tunnel.our_udp_port, 1701);
	assert_int_equal(tunnel.peer_udp_port, 1701);
	assert_true(tunnel.use_udp_checksums && !tunnel.udp_zero_csum6_tx && !tunnel.udp_zero_csum6_rx);
	assert_int_equal(tunnel.ttl, CONFIG_TTL_DEFAULT);
	assert_int_equal(tunnel.dscp, 0);
	assert_int_equal(tunnel.src_ipaddr.family, AF_UNSPEC);
	assert_int_equal(tunnel.framing_caps, 3);
	assert_int_equal(tunnel.bearer_caps, 3);
	assert_int_equal(tunnel.auth_mode, CONFIG_AUTH_NONE);
	assert_true(!tunnel.use_tiebreaker && !tunnel.hide_avps && !tunnel.persist && !tunnel.config_id);
	assert_true(!tunnel.host_name[0] && !tunnel.secret[0] && !tunnel.secret_file[0] && !tunnel.reason[0]);
	assert_int_equal(tunnel.rx_window_size, 10);
	assert_int_equal(tunnel.tx_window_size, 10);
	assert_int_equal(tunnel.hello_timeout, 60);
	assert_int_equal(tunnel.max_retries, 5);
	assert_int_equal(tunnel.retry_timeout, 1);
	assert_int_equal(tunnel.idle_timeout, 0);
	assert_int_equal(tunnel.max_sessions, 0);
	param_defaults(config_tables[CONFIG_SESSION], &session);
	assert_int_equal(session.pw_type, CONFIG_PW_ETH);
	assert_int_equal(session.l2spec_type, CONFIG_L2SPEC_DEFAULT);
	assert_int_equal(session.mtu, CONFIG_MTU_AUTO);
	assert_true(session.interface_up && !session.lns_mode && !session.mss_clamp);
	assert_int_equal(session.session_type, CONFIG_SESSION_TYPE_AUTO);
	assert_int_equal(session.framing_type, 3);
	assert_int_equal(session.bearer_type, 3);
	assert_int_equal(session.connect_speed.rx, 0);
	assert_int_equal(session.connect_speed.tx, 1000000);
	assert_true(!session.minimum_bps && !session.maximum_bps && !session.frame_socket[0]);
	param_defaults(config_tables[CONFIG_SYSTEM], &system);
	assert_int_equal(system.max_tunnels, 0);
	assert_true(!system.deny_remote_tunnel_creates && !system.drain_tunnels && !system.reset_statistics);
	assert_int_equal(system.tunnel_establish_timeout, 120);
	assert_int_equal(system.session_establish_timeout, 120);
	assert_int_equal(system.tunnel_persist_pend_timeout, 300);
	assert_int_equal(system.session_persist_pend_timeout, 60);
	assert_int_equal(system.udp_port, 1701);
	param_defaults(config_tables[CONFIG_PEER_PROFILE], &peer);
	assert_int_equal(peer.lac_lns, CONFIG_PEER_LAC | CONFIG_PEER_LNS);
	assert_int_equal(peer.max_tunnels, 0);
}

/* What modify may change, as documented. */
static void live_parameters(void **state)
{
	static const char *const tunnel[] = { "use_udp_checksums", "fwmark", "ttl", "dscp", "resolve_interval",
					      "peer_profile_name", "session_profile_name", "ppp_profile_name",
					      "trace_flags", "persist", "hello_timeout", "max_retries",
					      "retry_timeout", "idle_timeout", "max_sessions", "mtu" };
	static const char *const session[] = { "mtu", "use_sequence_numbers", "sequencing_required", "lns_mode",
					       "reorder_timeout", "mss_clamp", "carrier_timeout", "trace_flags" };
	const struct param_table *tables[] = { config_tables[CONFIG_TUNNEL], config_tables[CONFIG_SESSION] };
	unsigned int live[2] = { 0 };

	for (int i = 0; i < 2; i++) {
		for (unsigned int row = 0; row < tables[i]->count; row++)
			live[i] += tables[i]->params[row].type != PARAM_UNSUPPORTED &&
				   (tables[i]->params[row].flags & PARAM_LIVE) != 0;
	}
	assert_true(tables[0]->params[config_row(CONFIG_TUNNEL, "tunnel_name")].flags & PARAM_NAME);
	assert_true(tables[1]->params[config_row(CONFIG_SESSION, "session_name")].flags & PARAM_NAME);
	assert_false(tables[1]->params[config_row(CONFIG_SESSION, "tunnel_name")].flags & PARAM_NAME);
	assert_int_equal(live[0], ARRAY_SIZE(tunnel));
	assert_int_equal(live[1], ARRAY_SIZE(session));
	for (size_t i = 0; i < ARRAY_SIZE(tunnel); i++)
		assert_true(tables[0]->params[config_row(CONFIG_TUNNEL, tunnel[i])].flags & PARAM_LIVE);
	for (size_t i = 0; i < ARRAY_SIZE(session); i++)
		assert_true(tables[1]->params[config_row(CONFIG_SESSION, session[i])].flags & PARAM_LIVE);
}

/* The code knows keys by their places. */
static void keys_are_at_their_places(void **state)
{
	static const struct {
		enum config_object object;
		unsigned int row;
		const char *name;
	} rows[] = {
		{ CONFIG_TUNNEL, ROW_TUNNEL_NAME, "tunnel_name" }, { CONFIG_TUNNEL, ROW_TUNNEL_ID, "tunnel_id" },
		{ CONFIG_SESSION, ROW_SESSION_TUNNEL_NAME, "tunnel_name" },
		{ CONFIG_SESSION, ROW_SESSION_TUNNEL_ID, "tunnel_id" },
		{ CONFIG_SESSION, ROW_SESSION_NAME, "session_name" }, { CONFIG_SESSION, ROW_SESSION_ID, "session_id" },
		{ CONFIG_PEER_PROFILE, ROW_PEER_PROFILE_NAME, "profile_name" },
		{ CONFIG_PPP_PROFILE, ROW_PPP_PROFILE_NAME, "profile_name" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(config_row(rows[i].object, rows[i].name), rows[i].row);
		assert_true(config_is_key(rows[i].object, rows[i].row));
	}
	assert_int_equal(config_row(CONFIG_SESSION, "pw_type"), ROW_SESSION_PW_TYPE);
	assert_string_equal(config_tables[CONFIG_POOL]->params[ROW_POOL_NAME].name, "pool_name");
	assert_string_equal(config_tables[CONFIG_RADIUS]->params[ROW_RADIUS_NAME].name, "radius_name");
	for (int object = CONFIG_POOL; object <= CONFIG_RADIUS; object++) {
		assert_true(config_is_profile(object) && !config_has_default(object));
		assert_int_equal(config_profile_row(object), 0);
		assert_true(config_is_key(object, 0));
	}
	for (int object = CONFIG_PEER_PROFILE; object <= CONFIG_PPP_PROFILE; object++) {
		assert_true(config_is_profile(object) && config_has_default(object));
		assert_string_equal(config_tables[object]->params[config_profile_row(object)].name, "profile_name");
		assert_true(config_is_key(object, config_profile_row(object)));
	}
	assert_false(config_is_key(CONFIG_TUNNEL, config_row(CONFIG_TUNNEL, "profile_name")));
	assert_false(config_is_key(CONFIG_TUNNEL_PROFILE, ROW_TUNNEL_NAME));
}

/* What each tunnel and each session has for itself is in no profile; all else that works may be. */
static void what_profiles_hold(void **state)
{
	static const char *const own[2][32] = {
		{ "tunnel_name", "tunnel_id", "peer_tunnel_id", "config_id", "reason" },
		{ "tunnel_name", "tunnel_id", "session_name", "session_id", "peer_session_id", "cookie", "peer_cookie",
		  "interface_name", "mac_address", "dest_ipaddr", "calling_number", "called_number", "sub_address",
		  "user_name", "user_password", "user_password_file", "proxy_auth_type", "proxy_auth_name",
		  "proxy_auth_challenge", "proxy_auth_id", "proxy_auth_response", "proxy_auth_response_file",
		  "initial_rcvd_lcp_confreq", "last_sent_lcp_confreq", "last_rcvd_lcp_confreq", "reason" },
	};
	static const enum config_object objects[2] = { CONFIG_TUNNEL, CONFIG_SESSION };

	for (int i = 0; i < 2; i++) {
		const struct param_table *table = config_tables[objects[i]];
		unsigned int left_out = 0, count = 0;

		while (own[i][count])
			assert_false(table->params[config_row(objects[i], own[i][count++])].flags & PARAM_PROFILE);
		for (unsigned int row = 0; row < table->count; row++)
			left_out += table->params[row].type != PARAM_UNSUPPORTED &&
				    !(table->params[row].flags & (PARAM_PROFILE | PARAM_PROFILE_KEY));
		assert_int_equal(left_out, count);
	}
}

static unsigned int rows_with(enum config_object object, unsigned int flags)
{
	const struct param_table *table = config_tables[object];
	unsigned int count = 0;

	for (unsigned int row = 0; row < table->count; row++)
		count += (table->params[row].flags & flags) != 0;
	return count;
}

/* Rows of one version are no keys, which both have, and of no other; those of deletion belong to both. */
static void rows_of_one_version(void **state)
{
	static const char *const only_3[] = { "peer_session_id", "cookie", "peer_cookie", "l2spec_type", "vlan_id",
		"mac_address", "lns_mode", "carrier_timeout", "bridge", "interface_up" };

	for (int object = 0; object < CONFIG_OBJECT_COUNT; object++) {
		const struct param_table *table = config_tables[object];

		for (unsigned int row = 0; row < table->count; row++) {
			unsigned int flags = table->params[row].flags;

			assert_false(flags & PARAM_V2 && flags & PARAM_V3);
			assert_false(flags & (PARAM_V2 | PARAM_V3) && flags & (PARAM_KEY | PARAM_DELETE));
		}
	}
	assert_int_equal(rows_with(CONFIG_TUNNEL, PARAM_V2), 20);
	assert_int_equal(rows_with(CONFIG_TUNNEL, PARAM_V3), 3);
	assert_int_equal(rows_with(CONFIG_SESSION, PARAM_V2), 22);
	assert_int_equal(rows_with(CONFIG_SESSION, PARAM_V3), ARRAY_SIZE(only_3));
	for (size_t i = 0; i < ARRAY_SIZE(only_3); i++)
		assert_true(config_tables[CONFIG_SESSION]->params[config_row(CONFIG_SESSION, only_3[i])].flags &
			    PARAM_V3);
	assert_int_equal(rows_with(CONFIG_TUNNEL, PARAM_DELETE), 1);
	assert_int_equal(rows_with(CONFIG_SESSION, PARAM_DELETE), 1);
	assert_int_equal(rows_with(CONFIG_SYSTEM, PARAM_ACTION), 1);
}

/* A command must fit on the stack of a service, and 100,000 of their configs into memory. */
static void sizes(void **state)
{
	assert_true(sizeof(union any_config) < 3072);
	assert_true(sizeof(struct session_config) < 3072);	/* what sessions have in common is kept once */
}

static void debug_commands_are_masks(void **state)
{
	static const struct {
		const char *rows[4];
		bool values[4];
		uint32_t categories, on;
	} rows[] = {
		{ { NULL }, { 0 }, 0, 0 }, { { "fsm" }, { true }, 2, 2 }, { { "fsm" }, { false }, 2, 0 },
		{ { "fsm", "api" }, { true, false }, 6, 2 }, { { "all" }, { true }, 2047, 2047 },
		{ { "all", "fsm" }, { true, false }, 2047, 2045 }, { { "all", "fsm" }, { false, true }, 2047, 2 },
		{ { "protocol", "data", "system" }, { true, true, true }, 769, 769 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct param_table *table = config_tables[CONFIG_DEBUG];
		struct debug_config config = { 0 };
		struct param_set set = { { 0 } };
		uint32_t categories, on;

		for (int j = 0; j < 4 && rows[i].rows[j]; j++) {
			unsigned int row = config_row(CONFIG_DEBUG, rows[i].rows[j]);

			assert_int_equal(param_parse(table, row, rows[i].values[j] ? "yes" : "no", &config, NULL), 0);
			param_set_add(&set, row);
		}
		config_debug_flags(&config, &set, &categories, &on);
		assert_int_equal(categories, rows[i].categories);
		assert_int_equal(on, rows[i].on);
	}
}

/* Every name that OpenL2TP's users know is either a parameter or refused as not supported. */
static void openl2tp_names_are_known(void **state)
{
	static const char *const names[CONFIG_OBJECT_COUNT][50] = {
		[CONFIG_SYSTEM] = { "trace_flags", "max_tunnels", "max_sessions", "drain_tunnels",
			"tunnel_establish_timeout", "session_establish_timeout", "tunnel_persist_pend_timeout",
			"session_persist_pend_timeout", "deny_local_tunnel_creates", "deny_remote_tunnel_creates",
			"reset_statistics", "udp_port" },
		[CONFIG_TUNNEL] = { "dest_ipaddr", "config_id", "tunnel_name", "tunnel_id", "profile_name",
			"peer_profile_name", "session_profile_name", "ppp_profile_name", "src_ipaddr", "peer_udp_port",
			"our_udp_port", "use_tiebreaker", "allow_ppp_proxy", "framing_caps", "bearer_caps", "host_name",
			"secret", "auth_mode", "hide_avps", "rx_window_size", "tx_window_size", "do_pmtu_discovery",
			"trace_flags", "use_udp_checksums", "persist", "hello_timeout", "max_retries", "retry_timeout",
			"idle_timeout", "max_sessions", "mtu", "interface_name", "framing_cap", "bearer_cap" },
		[CONFIG_SESSION] = { "tunnel_id", "tunnel_name", "session_id", "session_name", "profile_name",
			"ppp_profile_name", "session_type", "priv_group_id", "interface_name", "user_name",
			"user_password", "sequencing_required", "use_sequence_numbers", "reorder_timeout", "no_ppp",
			"framing_type", "bearer_type", "minimum_bps", "maximum_bps", "connect_speed", "trace_flags",
			"use_ppp_proxy", "proxy_auth_type", "proxy_auth_name", "proxy_auth_challenge",
			"proxy_auth_response", "calling_number", "called_number", "sub_address",
			"initial_rcvd_lcp_confreq", "last_sent_lcp_confreq", "last_rcvd_lcp_confreq" },
		[CONFIG_PPP_PROFILE] = { "profile_name", "trace_flags", "asyncmap", "mtu", "mru", "sync_mode",
			"auth_pap", "auth_chap", "auth_mschapv1", "auth_mschapv2", "auth_eap", "auth_none", "auth_peer",
			"chap_interval", "chap_max_challenge", "chap_restart", "pap_max_auth_requests",
			"pap_restart_interval", "pap_timeout", "idle_timeout", "ipcp_max_config_requests",
			"ipcp_max_config_naks", "ipcp_max_terminate_requests", "ipcp_retransmit_interval",
			"lcp_echo_failure_count", "lcp_echo_interval", "lcp_max_config_requests",
			"lcp_max_config_naks", "lcp_max_terminate_requests", "lcp_retransmit_interval",
			"max_connect_time", "max_failure_count", "local_ipaddr", "remote_ipaddr", "dns_ipaddr_pri",
			"dns_ipaddr_sec", "wins_ipaddr_pri", "wins_ipaddr_sec", "ip_pool_name", "use_radius",
			"radius_hint", "default_route", "multilink", "local_name", "remote_name", "proxy_arp" },
		[CONFIG_PEER_PROFILE] = { "profile_name", "peer_ipaddr", "netmask", "peer_port", "lac_lns",
			"tunnel_profile_name", "session_profile_name", "ppp_profile_name" },
		[CONFIG_PEER] = { "peer_ipaddr", "local_ipaddr" },
		[CONFIG_DEBUG] = { "protocol", "fsm", "api", "transport", "data", "ppp_control", "avp_info", "avp_data",
			"avp_hide", "func", "system", "all", "tunnel_id", "tunnel_name", "session_id", "session_name",
			"tunnel_profile_name", "session_profile_name", "ppp_profile_name" },
		[CONFIG_CONFIG] = { "file" },
		[CONFIG_SERVER] = { "name" },
	};

	for (int object = 0; object < CONFIG_OBJECT_COUNT; object++) {
		for (int i = 0; names[object][i]; i++)
			if (param_find(config_tables[object], names[object][i], false, NULL) < 0)
				fail_msg("%s lacks %s", config_tables[object]->object, names[object][i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_is_explained),
		cmocka_unit_test(every_name_is_unique),
		cmocka_unit_test(every_member_fits_its_type),
		cmocka_unit_test(no_two_rows_share_a_member),
		cmocka_unit_test(every_range_is_sound),
		cmocka_unit_test(every_default_is_a_value),
		cmocka_unit_test(the_unsupported_are_refused_by_name),
		cmocka_unit_test(what_is_allowed_fits_an_error),
		cmocka_unit_test(defaults_are_filled_in),
		cmocka_unit_test(live_parameters),
		cmocka_unit_test(keys_are_at_their_places),
		cmocka_unit_test(what_profiles_hold),
		cmocka_unit_test(rows_of_one_version),
		cmocka_unit_test(sizes),
		cmocka_unit_test(debug_commands_are_masks),
		cmocka_unit_test(openl2tp_names_are_known),
	};

	return cmocka_run_group_tests_name("objects", tests, NULL, NULL);
}
