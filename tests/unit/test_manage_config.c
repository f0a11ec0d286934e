/* SPDX-License-Identifier: MIT */
/* The configuration as a whole over the API: saving in batches, and texts that come in parts. */
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "manage_world.h"

struct fixture {
	struct manage_world world;
	/* what the last restore was given */
	unsigned int restores;
	bool check_only;
	char texts[1024];
};

/* Keeps what came; a text with "wrong" in it is. */
static int restore(void *context, struct manage_restore *restore)
{
	struct fixture *fixture = context;
	size_t used = 0;

	fixture->restores++;
	fixture->check_only = restore->check_only;
	fixture->texts[0] = '\0';
	for (unsigned int i = 0; i < restore->sources.count; i++) {
		const struct source *piece = &restore->sources.items[i];

		used += (size_t)snprintf(fixture->texts + used, sizeof(fixture->texts) - used, "%s:%u:%.*s|",
					 piece->name, piece->first_line, (int)piece->length,
					 piece->text ? piece->text : "");
	}
	restore->tunnels = 3;
	restore->sessions = 4;
	if (!strstr(fixture->texts, "wrong"))
		return 0;
	restore->mistakes[restore->mistake_count++] = strdup("a:1:1: wrong");
	return -1;
}

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	manage_world_begin(&fixture->world, (struct manage_host){ .context = fixture, .restore = restore });
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

/* One step of a call, the first of which begins it. */
static json_t *step(struct fixture *fixture, struct call *call, const char *method, const char *parameters,
		    enum call_step *outcome)
{
	char message[2048];
	json_t *reply;

	snprintf(message, sizeof(message), "{\"method\":\"org.l2tpd.%s\",\"parameters\":%s,\"more\":true}", method,
		 parameters);
	if (!call->method && !call->refusal)
		assert_true(manage_world_call(&fixture->world, call, message));
	*outcome = manage_world_next(call, &reply);
	assert_non_null(reply);
	return reply;
}

static json_t *call(struct fixture *fixture, const char *method, const char *parameters)
{
	struct call call = { .method = NULL };
	enum call_step outcome;
	json_t *reply = step(fixture, &call, method, parameters, &outcome);

	assert_int_equal(outcome, CALL_LAST);
	return reply;
}

/* The member of the reply's parameters; the reply must be no error. */
static json_int_t number(json_t *reply, const char *name)
{
	json_int_t value = json_integer_value(json_object_get(json_object_get(reply, "parameters"), name));

	if (json_object_get(reply, "error"))
		fail_msg("%s", json_dumps(reply, 0));
	json_decref(reply);
	return value;
}

static void refused(json_t *reply, const char *error)
{
	assert_string_equal(json_string_value(json_object_get(reply, "error")), error);
	json_decref(reply);
}

static void part(struct fixture *fixture, json_int_t restore, const char *name, unsigned int line, const char *text)
{
	char parameters[512];

	snprintf(parameters, sizeof(parameters), "{\"restore\":%d,\"name\":\"%s\",\"first_line\":%u,\"text\":\"%s\"}",
		 (int)restore, name, line, text);
	number(call(fixture, "ConfigRestorePart", parameters), "");
}

static json_t *commit(struct fixture *fixture, json_int_t restore, const char *more)
{
	char parameters[128];

	snprintf(parameters, sizeof(parameters), "{\"restore\":%d%s}", (int)restore, more);
	return call(fixture, "ConfigRestoreCommit", parameters);
}

static json_int_t begin(struct fixture *fixture)
{
	return number(call(fixture, "ConfigRestoreBegin", "{}"), "restore");
}

/* --- restoring --- */

static void parts_that_follow_each_other_are_one(void **state)
{
	struct fixture *fixture = *state;
	json_int_t restore = begin(fixture);

	part(fixture, restore, "a", 1, "one \\\\\\ntwo\\n");
	part(fixture, restore, "a", 3, "three\\n");
	part(fixture, restore, "a", 7, "seven");
	part(fixture, restore, "b", 7, "");
	part(fixture, restore, "b", 7, "eight");
	assert_int_equal(number(commit(fixture, restore, ""), "tunnels"), 3);
	assert_string_equal(fixture->texts, "a:1:one \\\ntwo\nthree\n|a:7:seven|b:7:eight|");
	assert_int_equal(fixture->restores, 1);
	assert_false(fixture->check_only);
	/* it is over */
	refused(commit(fixture, restore, ""), "org.l2tpd.Failed");
	assert_int_equal(fixture->restores, 1);
}

static void nothing_is_a_configuration_too(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(number(commit(fixture, begin(fixture), ",\"check_only\":true"), "sessions"), 4);
	assert_string_equal(fixture->texts, "");
	assert_true(fixture->check_only);
}

static void mistakes_are_told(void **state)
{
	struct fixture *fixture = *state;
	json_int_t restore = begin(fixture);
	json_t *reply, *mistakes;

	part(fixture, restore, "a", 1, "wrong");
	reply = commit(fixture, restore, "");
	mistakes = json_object_get(json_object_get(reply, "parameters"), "mistakes");
	assert_int_equal(json_array_size(mistakes), 1);
	assert_string_equal(json_string_value(json_array_get(mistakes, 0)), "a:1:1: wrong");
	assert_int_equal(number(reply, "mistake_count"), 1);
}

static void one_at_a_time(void **state)
{
	struct fixture *fixture = *state;
	json_int_t first = begin(fixture), second;

	part(fixture, first, "a", 1, "first");
	second = begin(fixture);
	assert_int_not_equal(first, second);
	refused(call(fixture, "ConfigRestorePart", "{\"restore\":1,\"text\":\"x\"}"), "org.l2tpd.Failed");
	refused(commit(fixture, first, ""), "org.l2tpd.Failed");
	part(fixture, second, "b", 1, "second");
	number(commit(fixture, second, ""), "");
	assert_string_equal(fixture->texts, "b:1:second|");
	refused(call(fixture, "ConfigRestorePart", "{\"restore\":0,\"text\":\"x\"}"), "org.l2tpd.Failed");
}

static void who_may_only_read_restores_nothing(void **state)
{
	struct fixture *fixture = *state;

	fixture->world.caller.role = ROLE_READ;
	refused(call(fixture, "ConfigRestoreBegin", "{}"), "org.l2tpd.PermissionDenied");
	refused(commit(fixture, 1, ""), "org.l2tpd.PermissionDenied");
	assert_int_equal(fixture->restores, 0);
}

/* --- saving --- */

static void a_save_comes_in_batches(void **state)
{
	struct fixture *fixture = *state;
	struct call call = { .method = NULL };
	enum call_step outcome = CALL_REPLY;
	unsigned int commands = 0, replies = 0;
	char text[128];

	for (unsigned int id = 1; id <= 200; id++) {
		snprintf(text, sizeof(text),
			 "tunnel create version=3 dest_ipaddr=192.0.2.2 tunnel_id=%u peer_tunnel_id=1", id);
		manage_world_execute(&fixture->world, text);
	}
	for (; outcome == CALL_REPLY; replies++) {
		json_t *reply = step(fixture, &call, "ConfigSave", "{}", &outcome);

		const json_t *parameters = json_object_get(reply, "parameters");

		commands += (unsigned int)json_array_size(json_object_get(parameters, "commands"));
		assert_int_equal(json_is_true(json_object_get(reply, "continues")), outcome == CALL_REPLY);
		json_decref(reply);
	}
	assert_int_equal(commands, 200);
	assert_in_range(replies, 4, 10);
	/* one that is left half way leaves nothing behind */
	json_decref(step(fixture, &call, "ConfigSave", "{}", &outcome));
	call_end(&call);
}

static void secrets_are_told_to_who_may_change(void **state)
{
	struct fixture *fixture = *state;
	json_t *reply, *command, *secret;

	manage_world_execute(&fixture->world, "system modify metrics_token=s3cret max_tunnels=2");
	reply = call(fixture, "ConfigSave", "{\"secrets\":true}");
	command = json_array_get(json_object_get(json_object_get(reply, "parameters"), "commands"), 0);
	assert_string_equal(json_string_value(json_object_get(command, "text")), "system modify max_tunnels=2");
	secret = json_array_get(json_object_get(command, "secrets"), 0);
	assert_string_equal(json_string_value(json_object_get(secret, "parameter")), "metrics_token");
	assert_string_equal(json_string_value(json_object_get(secret, "value")), "s3cret");
	json_decref(reply);
	fixture->world.caller.role = ROLE_READ;
	refused(call(fixture, "ConfigSave", "{\"secrets\":true}"), "org.l2tpd.PermissionDenied");
	reply = call(fixture, "ConfigSave", "{}");
	command = json_array_get(json_object_get(json_object_get(reply, "parameters"), "commands"), 0);
	secret = json_array_get(json_object_get(command, "secrets"), 0);
	assert_string_equal(json_string_value(json_object_get(secret, "parameter")), "metrics_token");
	assert_null(json_object_get(secret, "value"));
	json_decref(reply);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(parts_that_follow_each_other_are_one, setup, teardown),
		cmocka_unit_test_setup_teardown(nothing_is_a_configuration_too, setup, teardown),
		cmocka_unit_test_setup_teardown(mistakes_are_told, setup, teardown),
		cmocka_unit_test_setup_teardown(one_at_a_time, setup, teardown),
		cmocka_unit_test_setup_teardown(who_may_only_read_restores_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(a_save_comes_in_batches, setup, teardown),
		cmocka_unit_test_setup_teardown(secrets_are_told_to_who_may_change, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
