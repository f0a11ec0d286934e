/* SPDX-License-Identifier: MIT */
/* Which object a command is about, as errors name it. */
#include <stdio.h>
#include <string.h>

#include "config/command.h"
#include "test.h"

static void objects_are_named_by_their_keys(void **state)
{
	static const struct {
		const char *words[6], *object;
	} rows[] = {
		{ { "tunnel", "create", "tunnel_name=lon", "tunnel_id=5" }, "tunnel lon" },
		{ { "tunnel", "delete", "tunnel_id=5" }, "tunnel 5" },
		{ { "tunnel", "create" }, "tunnel" },
		{ { "session", "create", "tunnel_name=lon", "session_name=office" }, "session office of tunnel lon" },
		{ { "session", "show", "tunnel_id=5", "session_id=11" }, "session 11 of tunnel 5" },
		{ { "session", "create", "tunnel_name=lon" }, "session of tunnel lon" },
		{ { "session", "show", "session_id=11" }, "session 11" },
		{ { "system", "modify", "max_tunnels=5" }, "system" },
		{ { "include", "/x" }, "config" },
	};
	char out[ERROR_OBJECT_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct command command;
		unsigned int count = 0;

		while (rows[i].words[count])
			count++;
		assert_int_equal(command_parse(rows[i].words, count, &command, NULL, NULL, NULL), 0);
		assert_string_equal(command_object(&command, out), rows[i].object);
	}
}

static void the_longest_names_fit(void **state)
{
	struct command command = { .object = CONFIG_SESSION, .verb = CONFIG_CREATE };
	char out[ERROR_OBJECT_MAX], *of;

	memset(command.config.session.session_name, 's', CONFIG_NAME_MAX - 1);
	memset(command.config.session.tunnel_name, 't', CONFIG_NAME_MAX - 1);
	param_set_add(&command.set, ROW_SESSION_NAME);
	param_set_add(&command.set, ROW_SESSION_TUNNEL_NAME);
	command_object(&command, out);
	of = strstr(out, " of tunnel ");
	assert_non_null(of);
	assert_int_equal(strlen(of), strlen(" of tunnel ") + CONFIG_NAME_MAX - 1);
}

static void profiles(void **state)
{
	struct command command = { .object = CONFIG_TUNNEL_PROFILE, .config.tunnel.profile_name = "dsl" };
	char out[ERROR_OBJECT_MAX];

	command_object(&command, out);
	assert_string_equal(out, "tunnel profile");
	command.object = CONFIG_PPP_PROFILE;
	strcpy(command.config.ppp_profile.profile_name, "isp");
	param_set_add(&command.set, ROW_PPP_PROFILE_NAME);
	assert_string_equal(command_object(&command, out), "ppp profile isp");
}

static void errors_keep_the_first_object(void **state)
{
	struct error error;

	error_set(&error, ERROR_VALUE, NULL, "no");
	assert_string_equal(error.object, "");
	error_name_object(&error, "tunnel \x1b[lon");
	assert_string_equal(error.object, "tunnel ?[lon");
	error_name_object(&error, "session");
	assert_string_equal(error.object, "tunnel ?[lon");
	error_set(&error, ERROR_VALUE, NULL, "no");
	assert_string_equal(error.object, "");
	error_name_object(NULL, "session");
}

/* Also by what stands behind the mistake. */
static void errors_name_it(void **state)
{
	static const char *const words[] = { "session", "create", "colour=red", "tunnel_name=lon", "ttl=5",
					     "session_id=7" };
	struct command command;
	struct error error;

	assert_int_equal(command_parse(words, 6, &command, NULL, NULL, &error), -1);
	assert_string_equal(error.object, "session 7 of tunnel lon");
	assert_string_equal(error.parameter, "colour");
	assert_int_equal(command_parse(words + 2, 4, &command, NULL, NULL, &error), -1);
	assert_string_equal(error.object, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(objects_are_named_by_their_keys),
		cmocka_unit_test(the_longest_names_fit),
		cmocka_unit_test(profiles),
		cmocka_unit_test(errors_name_it),
		cmocka_unit_test(errors_keep_the_first_object),
	};

	return cmocka_run_group_tests_name("about", tests, NULL, NULL);
}
