/* SPDX-License-Identifier: MIT */
/* Calls of the API on a service with the null datapath: envelope, commands, show, lists in batches. */
#include "manage/methods.h"

#include <string.h>

#include "manage_world.h"

struct fixture {
	struct manage_world world;
	unsigned int changes, reloads;
};

static int reload(void *context, struct error *error)
{
	struct fixture *fixture = context;

	return ++fixture->reloads == 1 ? 0 : error_set(error, ERROR_VALUE, NULL, "file:1:1: no");
}

static void changed(void *context)
{
	struct fixture *fixture = context;

	fixture->changes++;
}

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	manage_world_begin(&fixture->world, (struct manage_host){ .context = fixture, .reload = reload,
								  .changed = changed });
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	manage_world_end(&fixture->world);
	free(fixture);
	return 0;
}

static bool begin(struct fixture *fixture, struct call *call, const char *message)
{
	return manage_world_call(&fixture->world, call, message);
}

/* The only reply of a call. */
static json_t *call(struct fixture *fixture, const char *method, const char *parameters)
{
	char message[4096];
	struct call call;
	json_t *reply;

	snprintf(message, sizeof(message), "{\"method\":\"%s\",\"parameters\":%s}", method, parameters);
	assert_true(begin(fixture, &call, message));
	assert_int_equal(manage_world_next(&call, &reply), CALL_LAST);
	assert_non_null(reply);
	assert_null(json_object_get(reply, "continues"));
	return reply;
}

/* The reply is this error, perhaps with this parameter. Frees it. */
static void assert_error(json_t *reply, const char *error, const char *name, const char *value)
{
	assert_string_equal(json_string_value(json_object_get(reply, "error")), error);
	if (name)
		assert_string_equal(json_string_value(json_object_get(json_object_get(reply, "parameters"), name)),
				    value);
	json_decref(reply);
}

static void assert_member(const json_t *object, const char *part, const char *name, const char *value)
{
	assert_string_equal(json_string_value(json_object_get(json_object_get(object, part), name)), value);
}

static void assert_done(json_t *reply)
{
	assert_null(json_object_get(reply, "error"));
	assert_non_null(json_object_get(reply, "parameters"));
	json_decref(reply);
}

static void create_tunnel(struct fixture *fixture, unsigned int id)
{
	char parameters[512];

	snprintf(parameters, sizeof(parameters), "{\"config\":{\"tunnel_id\":%u,\"peer_tunnel_id\":1,\"version\":3,"
		 "\"dest_ipaddr\":\"192.0.2.2\"}}", id);
	assert_done(call(fixture, "org.l2tpd.TunnelCreate", parameters));
}

static void create_session(struct fixture *fixture, unsigned int tunnel, unsigned int id, const char *more)
{
	char parameters[512];

	snprintf(parameters, sizeof(parameters),
		 "{\"config\":{\"tunnel_id\":%u,\"session_id\":%u,\"peer_session_id\":%u%s}}", tunnel, id, id, more);
	assert_done(call(fixture, "org.l2tpd.SessionCreate", parameters));
}

static void cuts_off_what_is_no_call(void **state)
{
	static const char *const messages[] = {
		"", " ", "x", "{", "null", "5", "[]", "{}", "{\"method\":5}", "{\"method\":\"a.b\",\"more\":1}",
		"{\"method\":\"a.b\",\"parameters\":[]}", "{\"method\":\"a.b\"}x",
		"{\"method\":\"a.b\",\"method\":\"a.c\"}",
		"{\"method\":\"a\\u0000.b\"}", "GET / HTTP/1.1\r\n\r\n",
	};
	struct call call;

	for (size_t i = 0; i < ARRAY_SIZE(messages); i++) {
		print_message("%s\n", messages[i]);
		assert_false(begin(*state, &call, messages[i]));
		call_end(&call);
	}
}

static void names_what_it_does_not_know(void **state)
{
	struct fixture *fixture = *state;

	assert_error(call(fixture, "org.l2tpd.Nonsense", "{}"), "org.varlink.service.MethodNotFound", "method",
		     "org.l2tpd.Nonsense");
	assert_error(call(fixture, "com.example.Nonsense", "{}"), "org.varlink.service.InterfaceNotFound", "interface",
		     "com.example");
	assert_error(call(fixture, "nonsense", "{}"), "org.varlink.service.InterfaceNotFound", "interface", "nonsense");
	assert_error(call(fixture, "org.l2tpd.TunnelShow", "{\"confg\":{}}"), "org.varlink.service.InvalidParameter",
		     "parameter", "confg");
	assert_error(call(fixture, "org.l2tpd.TunnelList", "{}"), "org.varlink.service.ExpectedMore", NULL, NULL);
	assert_error(call(fixture, "org.varlink.service.GetInterfaceDescription", "{\"interface\":\"x.y\"}"),
		     "org.varlink.service.InterfaceNotFound", "interface", "x.y");
}

static void the_service_describes_itself(void **state)
{
	json_t *reply = call(*state, "org.varlink.service.GetInfo", "{}");

	assert_int_equal(json_array_size(json_object_get(json_object_get(reply, "parameters"), "interfaces")), 2);
	json_decref(reply);
	assert_done(call(*state, "org.varlink.service.GetInterfaceDescription", "{\"interface\":\"org.l2tpd\"}"));
}

static void commands_reach_the_service(void **state)
{
	struct fixture *fixture = *state;
	json_t *reply, *session;

	create_tunnel(fixture, 1);
	create_session(fixture, 1, 11, ",\"cookie\":\"00112233\"");
	assert_int_equal(fixture->changes, 2);
	reply = call(fixture, "org.l2tpd.SessionShow", "{\"config\":{\"tunnel_id\":1,\"session_id\":11}}");
	session = json_object_get(json_object_get(reply, "parameters"), "session");
	assert_member(session, "config", "cookie", "00112233");
	assert_member(session, "state", "origin", "admin");
	assert_member(session, "state", "interface_name", "l2tpeth0");
	json_decref(reply);
	assert_done(call(fixture, "org.l2tpd.SessionModify",
			 "{\"config\":{\"tunnel_id\":1,\"session_id\":11,\"lns_mode\":true}}"));
	assert_done(call(fixture, "org.l2tpd.TunnelDelete", "{\"config\":{\"tunnel_id\":1}}"));
	assert_error(call(fixture, "org.l2tpd.TunnelShow", "{\"config\":{\"tunnel_id\":1}}"), "org.l2tpd.Failed",
		     "code", "unknown");
	assert_int_equal(datapath_null_sessions(fixture->world.dp), 0);
}

static void failures_say_code_and_parameter(void **state)
{
	struct fixture *fixture = *state;

	create_tunnel(fixture, 1);
	assert_error(call(fixture, "org.l2tpd.TunnelCreate", "{\"config\":{\"tunnel_id\":1,\"peer_tunnel_id\":1,"
			  "\"version\":3,\"dest_ipaddr\":\"192.0.2.2\"}}"), "org.l2tpd.Failed", "code", "exists");
	assert_error(call(fixture, "org.l2tpd.TunnelCreate", "{\"config\":{\"tunnel_id\":0}}"), "org.l2tpd.Failed",
		     "parameter", "tunnel_id");
	assert_error(call(fixture, "org.l2tpd.TunnelModify", "{\"config\":{\"tunnel_id\":1,\"our_udp_port\":5}}"),
		     "org.l2tpd.Failed", "code", "immutable");
	assert_error(call(fixture, "org.l2tpd.SessionCreate", "{\"config\":{}}"), "org.l2tpd.Failed", "code",
		     "missing");
	assert_error(call(fixture, "org.l2tpd.SessionCreate", "{}"), "org.varlink.service.InvalidParameter",
		     "parameter", "config");
	/* nothing is accepted and then ignored */
	assert_error(call(fixture, "org.l2tpd.TunnelShow", "{\"config\":{\"tunnel_id\":1,\"ttl\":\"9\"}}"),
		     "org.l2tpd.Failed", "parameter", "ttl");
	assert_error(call(fixture, "org.l2tpd.TunnelDelete", "{\"config\":{\"tunnel_id\":1,\"fwmark\":9}}"),
		     "org.l2tpd.Failed", "parameter", "fwmark");
	assert_done(call(fixture, "org.l2tpd.TunnelShow", "{\"config\":{\"tunnel_id\":1}}"));
	assert_error(call(fixture, "org.l2tpd.SessionCreate", "{\"config\":null}"),
		     "org.varlink.service.InvalidParameter", "parameter", "config");
}

static void system_and_reload(void **state)
{
	struct fixture *fixture = *state;
	json_t *reply;

	assert_done(call(fixture, "org.l2tpd.SystemModify", "{\"config\":{\"max_tunnels\":7}}"));
	reply = call(fixture, "org.l2tpd.SystemShow", "{}");
	assert_int_equal(json_integer_value(json_object_get(json_object_get(json_object_get(reply, "parameters"),
									    "config"), "max_tunnels")), 7);
	json_decref(reply);
	assert_done(call(fixture, "org.l2tpd.Reload", "{}"));
	assert_error(call(fixture, "org.l2tpd.Reload", "{}"), "org.l2tpd.Failed", "message", "file:1:1: no");
}

static void oneway_has_no_reply(void **state)
{
	struct fixture *fixture = *state;
	struct call call;
	json_t *reply;

	assert_true(begin(fixture, &call, "{\"method\":\"org.l2tpd.SystemModify\",\"oneway\":true,"
					  "\"parameters\":{\"config\":{\"max_tunnels\":7}}}"));
	assert_int_equal(manage_world_next(&call, &reply), CALL_LAST);
	assert_null(reply);
	assert_int_equal(fixture->changes, 1);
}

/* Take the next reply's objects: their ids go behind those in ids. Returns the step. */
static enum call_step take_batch(struct call *call, const char *member, const char *id, unsigned int *ids,
				 unsigned int *count)
{
	enum call_step step;
	json_t *reply, *objects;

	step = manage_world_next(call, &reply);
	if (step == CALL_AGAIN)
		return step;
	assert_int_equal(json_is_true(json_object_get(reply, "continues")), step == CALL_REPLY);
	objects = json_object_get(json_object_get(reply, "parameters"), member);
	assert_true(json_is_array(objects));
	assert_true(json_array_size(objects) <= CALL_BATCH_MAX);
	for (size_t i = 0; i < json_array_size(objects); i++)
		ids[(*count)++] = (unsigned int)json_integer_value(
			json_object_get(json_object_get(json_array_get(objects, i), "config"), id));
	json_decref(reply);
	return step;
}

static void an_empty_list_is_one_reply(void **state)
{
	unsigned int ids[1], count = 0;
	struct call call;

	assert_true(begin(*state, &call, "{\"method\":\"org.l2tpd.TunnelList\",\"more\":true}"));
	assert_int_equal(take_batch(&call, "tunnels", "tunnel_id", ids, &count), CALL_LAST);
	assert_int_equal(count, 0);
}

static void delete_tunnel(struct fixture *fixture, unsigned int id)
{
	char parameters[64];

	snprintf(parameters, sizeof(parameters), "{\"config\":{\"tunnel_id\":%u}}", id);
	assert_done(call(fixture, "org.l2tpd.TunnelDelete", parameters));
}

static void lists_survive_changes(void **state)
{
	unsigned int ids[400], count = 0, first;
	struct call list;

	for (unsigned int id = 10; id <= 2000; id += 10)
		create_tunnel(*state, id);
	assert_true(begin(*state, &list, "{\"method\":\"org.l2tpd.TunnelList\",\"more\":true}"));
	assert_int_equal(take_batch(&list, "tunnels", "tunnel_id", ids, &count), CALL_REPLY);
	first = count;
	assert_in_range(first, 2, CALL_BATCH_MAX);
	/* the last one listed and the next go; one comes before, one behind */
	delete_tunnel(*state, first * 10);
	delete_tunnel(*state, first * 10 + 10);
	create_tunnel(*state, 5);
	create_tunnel(*state, first * 10 + 15);
	while (take_batch(&list, "tunnels", "tunnel_id", ids, &count) == CALL_REPLY)
		;
	assert_int_equal(count, 200);	/* of 200 one fewer, and one more */
	assert_int_equal(ids[first], first * 10 + 15);
	for (unsigned int i = 1; i < count; i++)
		assert_true(ids[i] > ids[i - 1]);
	assert_int_equal(ids[count - 1], 2000);
}

static void sessions_of_many_tunnels(void **state)
{
	unsigned int ids[700], count = 0;
	enum call_step step;
	struct call call;

	for (unsigned int tunnel = 1; tunnel <= 30; tunnel++) {
		create_tunnel(*state, tunnel);
		for (unsigned int session = 1; session <= 20 && tunnel % 3; session++)	/* every third is empty */
			create_session(*state, tunnel, tunnel * 100 + session, "");
	}
	assert_true(begin(*state, &call, "{\"method\":\"org.l2tpd.SessionList\",\"more\":true}"));
	while ((step = take_batch(&call, "sessions", "session_id", ids, &count)) != CALL_LAST)
		assert_int_equal(step, CALL_REPLY);
	assert_int_equal(count, 400);
	for (unsigned int i = 1; i < count; i++)
		assert_true(ids[i] > ids[i - 1]);
	count = 0;
	assert_true(begin(*state, &call, "{\"method\":\"org.l2tpd.SessionList\",\"more\":true,\"parameters\":"
					 "{\"after_tunnel_id\":28,\"after_session_id\":2815}}"));
	while (take_batch(&call, "sessions", "session_id", ids, &count) != CALL_LAST)
		;
	assert_int_equal(count, 25);
	assert_int_equal(ids[0], 2816);
	assert_int_equal(ids[5], 2901);
}

static void filters(void **state)
{
	unsigned int ids[700], count = 0;
	struct call list;

	for (unsigned int tunnel = 1; tunnel <= 3; tunnel++) {
		create_tunnel(*state, tunnel);
		create_session(*state, tunnel, tunnel * 10 + 1, ",\"lns_mode\":true");
		create_session(*state, tunnel, tunnel * 10 + 2, "");
	}
	assert_true(begin(*state, &list, "{\"method\":\"org.l2tpd.SessionList\",\"more\":true,"
					 "\"parameters\":{\"filter\":{\"lns_mode\":true}}}"));
	assert_int_equal(take_batch(&list, "sessions", "session_id", ids, &count), CALL_LAST);
	assert_int_equal(count, 3);
	assert_int_equal(ids[1], 21);
	count = 0;
	assert_true(begin(*state, &list, "{\"method\":\"org.l2tpd.SessionList\",\"more\":true,"
					 "\"parameters\":{\"filter\":{\"tunnel_id\":2,\"lns_mode\":false}}}"));
	assert_int_equal(take_batch(&list, "sessions", "session_id", ids, &count), CALL_LAST);
	assert_int_equal(count, 1);
	assert_int_equal(ids[0], 22);
	assert_true(begin(*state, &list, "{\"method\":\"org.l2tpd.SessionList\",\"more\":true,"
					 "\"parameters\":{\"filter\":{\"tunnel_id\":9}}}"));
	{
		json_t *reply;

		assert_int_equal(manage_world_next(&list, &reply), CALL_LAST);
		assert_error(reply, "org.l2tpd.Failed", "code", "unknown");
	}
}

/* The ids of the sessions for which these conditions hold, in one batch. */
static unsigned int list_where(struct fixture *fixture, const char *where, unsigned int *ids)
{
	unsigned int count = 0;
	char message[512];
	struct call list;

	snprintf(message, sizeof(message), "{\"method\":\"org.l2tpd.SessionList\",\"more\":true,"
		 "\"parameters\":{\"where\":%s}}", where);
	assert_true(begin(fixture, &list, message));
	assert_int_equal(take_batch(&list, "sessions", "session_id", ids, &count), CALL_LAST);
	return count;
}

static void conditions(void **state)
{
	unsigned int ids[16];

	create_tunnel(*state, 1);
	for (unsigned int id = 1; id <= 9; id++)
		create_session(*state, 1, id, id != 3 ? "" :
			       ",\"session_name\":\"Third\",\"vlan_id\":5,\"pw_type\":\"vlan\"");
	assert_int_equal(list_where(*state, "null", ids), 9);
	assert_int_equal(list_where(*state, "[]", ids), 9);
	assert_int_equal(list_where(*state, "[\"session_id>7\"]", ids), 2);
	assert_int_equal(ids[0], 8);
	assert_int_equal(list_where(*state, "[\"session_id>2\",\"session_id<5\"]", ids), 2);
	assert_int_equal(list_where(*state, "[\"session_name~thi\"]", ids), 1);
	assert_int_equal(ids[0], 3);
	assert_int_equal(list_where(*state, "[\"pw_type!=vlan\"]", ids), 8);
	assert_int_equal(list_where(*state, "[\"rx_bytes>0\"]", ids), 0);
	assert_int_equal(list_where(*state, "[\"interface_name=l2tpeth4\"]", ids), 1);
	assert_int_equal(ids[0], 5);
}

static void refuse_list(struct fixture *fixture, const char *parameters, const char *error, const char *name,
			const char *value)
{
	char message[1024];
	struct call list;
	json_t *reply;

	snprintf(message, sizeof(message),
		 "{\"method\":\"org.l2tpd.TunnelList\",\"more\":true,\"parameters\":%s}", parameters);
	assert_true(begin(fixture, &list, message));
	assert_int_equal(manage_world_next(&list, &reply), CALL_LAST);
	assert_error(reply, error, name, value);
}

static void bad_conditions_and_fields(void **state)
{
	refuse_list(*state, "{\"where\":[\"frob=1\"]}", "org.l2tpd.Failed", "code", "syntax");
	refuse_list(*state, "{\"where\":[\"tunnel_id>x\"]}", "org.l2tpd.Failed", "parameter", "tunnel_id");
	refuse_list(*state, "{\"where\":\"tunnel_id>1\"}", "org.varlink.service.InvalidParameter", "parameter",
		    "where");
	refuse_list(*state, "{\"where\":[5]}", "org.varlink.service.InvalidParameter", "parameter", "where");
	refuse_list(*state, "{\"fields\":[\"frob\"]}", "org.l2tpd.Failed", "code", "syntax");
	refuse_list(*state, "{\"where\":[\"age>1\",\"age>1\",\"age>1\",\"age>1\",\"age>1\",\"age>1\",\"age>1\","
		    "\"age>1\",\"age>1\"]}", "org.l2tpd.Failed", "code", "limit");
}

static void fields_are_all_there_is(void **state)
{
	struct call list;
	json_t *reply;
	char *text;

	create_tunnel(*state, 5);
	assert_true(begin(*state, &list, "{\"method\":\"org.l2tpd.TunnelList\",\"more\":true,\"parameters\":"
					 "{\"fields\":[\"tunnel_id\",\"statistics.rx_bytes\",\"encap\"]}}"));
	assert_int_equal(manage_world_next(&list, &reply), CALL_LAST);
	text = json_dumps(reply, JSON_COMPACT | JSON_SORT_KEYS);
	assert_string_equal(text, "{\"parameters\":{\"tunnels\":[{\"config\":{\"encap\":\"udp\",\"tunnel_id\":5},"
				  "\"statistics\":{\"rx_bytes\":0}}]}}");
	free(text);
	json_decref(reply);
}

/* Who may only read is told so, and nothing happens. */
static void roles_are_kept(void **state)
{
	struct fixture *fixture = *state;

	create_tunnel(fixture, 1);
	fixture->world.caller = (struct caller){ 1, 1000, ROLE_READ };
	assert_error(call(fixture, "org.l2tpd.TunnelDelete", "{\"config\":{\"tunnel_id\":1}}"),
		     "org.l2tpd.PermissionDenied", NULL, NULL);
	assert_error(call(fixture, "org.l2tpd.Reload", "{}"), "org.l2tpd.PermissionDenied", NULL, NULL);
	assert_int_equal(fixture->reloads, 0);
	assert_done(call(fixture, "org.l2tpd.TunnelShow", "{\"config\":{\"tunnel_id\":1}}"));
	assert_done(call(fixture, "org.varlink.service.GetInfo", "{}"));
	fixture->world.caller.role = ROLE_NONE;	/* does not get as far; if one did it would be refused */
	assert_error(call(fixture, "org.l2tpd.TunnelShow", "{\"config\":{\"tunnel_id\":1}}"),
		     "org.l2tpd.PermissionDenied", NULL, NULL);
}

static void a_filter_that_rarely_agrees_yields(void **state)
{
	unsigned int ids[4], count = 0, turns = 0;
	enum call_step step;
	struct call call;

	for (unsigned int id = 1; id <= 3 * CALL_SCAN_MAX; id++)
		create_tunnel(*state, id);
	assert_true(begin(*state, &call, "{\"method\":\"org.l2tpd.TunnelList\",\"more\":true,"
					 "\"parameters\":{\"filter\":{\"tunnel_id\":3000}}}"));
	while ((step = take_batch(&call, "tunnels", "tunnel_id", ids, &count)) != CALL_LAST)
		turns++;
	assert_int_equal(count, 1);
	assert_true(turns >= 2);
}

static void a_call_can_be_given_up(void **state)
{
	unsigned int ids[CALL_BATCH_MAX], count = 0;
	struct call call;

	for (unsigned int id = 1; id <= 2 * CALL_BATCH_MAX; id++)
		create_tunnel(*state, id);
	assert_true(begin(*state, &call, "{\"method\":\"org.l2tpd.TunnelList\",\"more\":true}"));
	assert_int_equal(take_batch(&call, "tunnels", "tunnel_id", ids, &count), CALL_REPLY);
	call_end(&call);
	call_end(&call);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(cuts_off_what_is_no_call),
		TEST(names_what_it_does_not_know),
		TEST(the_service_describes_itself),
		TEST(commands_reach_the_service),
		TEST(failures_say_code_and_parameter),
		TEST(system_and_reload),
		TEST(oneway_has_no_reply),
		TEST(an_empty_list_is_one_reply),
		TEST(lists_survive_changes),
		TEST(sessions_of_many_tunnels),
		TEST(filters),
		TEST(conditions),
		TEST(bad_conditions_and_fields),
		TEST(fields_are_all_there_is),
		TEST(roles_are_kept),
		TEST(a_filter_that_rarely_agrees_yields),
		TEST(a_call_can_be_given_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
