/* SPDX-License-Identifier: MIT */
/* Commands to calls: method names, values by type, filters. */
#include "l2tpctl/request.h"

#include <string.h>

#include "test.h"

static void assert_list(bool whole, const char *line, const char *method, const char *parameters)
{
	struct command_reader reader;
	struct config_place place;
	struct command_extra extra;
	struct command command;
	struct error error;
	char name[REQUEST_METHOD_MAX];
	json_t *got, *wanted = json_loads(parameters, 0, NULL);

	assert_int_equal(command_reader_begin(&reader, line, strlen(line)), 0);
	assert_int_equal(command_reader_next(&reader, &command, &place, &error), 1);
	extra = reader.extra;
	command_reader_end(&reader);
	assert_string_equal(request_method(&command, name), method);
	got = command.verb == CONFIG_LIST ? request_list_parameters(&command, &extra, whole)
					  : request_parameters(&command);
	assert_non_null(wanted);
	if (!json_equal(got, wanted))
		fail_msg("%s: %s, not %s", line, json_dumps(got, 0), parameters);
	json_decref(got);
	json_decref(wanted);
}

static void assert_request(const char *line, const char *method, const char *parameters)
{
	assert_list(true, line, method, parameters);
}

static void methods_and_values(void **state)
{
	assert_request("tunnel create tunnel_id=0x10 version=3 encap=ip src=2001:db8::1 use_udp=off ttl=copy "
		       "fwmark=0x20", "TunnelCreate",
		       "{\"config\":{\"tunnel_id\":16,\"version\":3,\"encap\":\"ip\",\"src_ipaddr\":\"2001:db8::1\","
		       "\"use_udp_checksums\":false,\"ttl\":\"copy\",\"fwmark\":32}}");
	assert_request("session modify tunnel_name=\"a b\" session_id=4294967295 mtu=1400 lns_mode=yes",
		       "SessionModify", "{\"config\":{\"tunnel_name\":\"a b\",\"session_id\":4294967295,"
		       "\"mtu\":\"1400\",\"lns_mode\":true}}");
	assert_request("session create tunnel_id=1 cookie=0x00:11:22:33 mac_address=02:00:00:00:00:0A", "SessionCreate",
		       "{\"config\":{\"tunnel_id\":1,\"cookie\":\"00112233\",\"mac_address\":\"02:00:00:00:00:0a\"}}");
	assert_request("session list tunnel_id=1 names", "SessionList", "{\"filter\":{\"tunnel_id\":1}}");
	assert_request("tunnel delete tunnel_name=lon", "TunnelDelete", "{\"config\":{\"tunnel_name\":\"lon\"}}");
	assert_request("system modify max_sessions=5", "SystemModify", "{\"config\":{\"max_sessions\":5}}");
	assert_request("system show status", "SystemShow", "{}");
	assert_request("system reload", "Reload", "{}");
}

static void lists(void **state)
{
	assert_list(true, "tunnel list", "TunnelList", "{\"filter\":{}}");
	assert_list(true, "tunnel list encap=ip sessions>3 peer!=192.0.2.0/24 state~up sort=-rx_bytes limit=5",
		    "TunnelList",
		    "{\"filter\":{\"encap\":\"ip\"},"
		    "\"where\":[\"sessions>3\",\"peer!=192.0.2.0/24\",\"state~up\"]}");
	assert_list(false, "tunnel list names sort=rx_bytes", "TunnelList",
		    "{\"filter\":{},\"fields\":[\"config.tunnel_name\",\"config.tunnel_id\",\"statistics.rx_bytes\"]}");
	assert_list(false, "session list names", "SessionList",
		    "{\"filter\":{},\"fields\":[\"config.session_name\",\"config.session_id\"]}");
	assert_list(false, "tunnel list", "TunnelList",
		    "{\"filter\":{},\"fields\":[\"config.tunnel_id\",\"state.peer_tunnel_id\",\"config.tunnel_name\","
		    "\"config.dest_ipaddr\",\"state.local\",\"config.encap\",\"state.sessions\",\"state.state\","
		    "\"state.origin\"]}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(methods_and_values),
		cmocka_unit_test(lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
