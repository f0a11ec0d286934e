/* SPDX-License-Identifier: MIT */
/* The interface description: it parses by Varlink's grammar and tells of every row and method. */
#include "manage/interface.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "manage/methods.h"
#include "manage/state.h"
#include "service/event.h"
#include "test.h"

/* A recogniser of Varlink's interface language, as its grammar on varlink.org says. */
static const char *at;

static void skip_blanks(void)
{
	for (;;) {
		at += strspn(at, " \t\n");
		if (*at != '#')
			return;
		at += strcspn(at, "\n");
	}
}

static void expect(const char *token)
{
	skip_blanks();
	if (strncmp(at, token, strlen(token)))
		fail_msg("'%s' expected at: %.60s", token, at);
	at += strlen(token);
}

static bool next_is(const char *token)
{
	skip_blanks();
	if (strncmp(at, token, strlen(token)))
		return false;
	at += strlen(token);
	return true;
}

/* Letters, digits and single underscores, beginning with a letter; of a type: with a capital. */
static void expect_name(bool type)
{
	skip_blanks();
	if (!isalpha((unsigned char)*at) || (type && !isupper((unsigned char)*at)))
		fail_msg("name expected at: %.60s", at);
	while (isalnum((unsigned char)*at) || (*at == '_' && !type && isalnum((unsigned char)at[1])))
		at++;
}

static void expect_type(void);

/* (name: type, ...) or (name, ...), behind the bracket */
static void expect_members(void)
{
	if (next_is(")"))
		return;
	do {
		expect_name(false);
		if (next_is(":"))
			expect_type();
	} while (next_is(","));
	expect(")");
}

static void expect_type(void)
{
	next_is("?");
	next_is("[]");
	if (next_is("("))
		expect_members();
	else if (!next_is("bool") && !next_is("int") && !next_is("string"))
		expect_name(true);
}

static void expect_interface(const char *name)
{
	expect("interface");
	expect(name);
	for (skip_blanks(); *at; skip_blanks()) {
		if (next_is("type") || next_is("error")) {
			expect_name(true);
			expect("(");
			expect_members();
		} else {
			expect("method");
			expect_name(true);
			expect("(");
			expect_members();
			expect("->");
			expect("(");
			expect_members();
		}
	}
}

static void both_parse(void **state)
{
	static const char *const names[] = { INTERFACE_NAME, INTERFACE_SERVICE };

	for (int i = 0; i < 2; i++) {
		char *text = interface_description(names[i]);

		assert_non_null(text);
		at = text;
		expect_interface(names[i]);
		free(text);
	}
	assert_null(interface_description("com.example"));
}

static void assert_contains(const char *text, const char *format, const char *name)
{
	char wanted[128];

	snprintf(wanted, sizeof(wanted), format, name);
	if (!strstr(text, wanted))
		fail_msg("it lacks '%s'", wanted);
}

static void everything_is_told(void **state)
{
	char *text = interface_description(INTERFACE_NAME);

	for (int object = 0; object < CONFIG_OBJECT_COUNT; object++)
		for (unsigned int row = 0; config_tables[object] && row < config_tables[object]->count; row++)
			if (config_tables[object]->params[row].type != PARAM_UNSUPPORTED)
				assert_contains(text, "  %s: ?", config_tables[object]->params[row].name);
	for (int i = 0; state_tables[i]; i++)
		for (unsigned int row = 0; row < state_tables[i]->count; row++)
			assert_contains(text, "  %s: ", state_tables[i]->rows[row].name);
	for (int i = 0; methods_tables[i]; i++)
		for (const struct method *method = methods_tables[i]->methods; method->name; method++)
			assert_contains(text, "\nmethod %s(", method->name);
	/* what is not supported is not offered: tunnels have no interface_name */
	assert_null(memmem(strstr(text, "\ntype TunnelConfig"), (size_t)(strstr(text, "\ntype SessionConfig") -
									strstr(text, "\ntype TunnelConfig")),
			   "interface_name", strlen("interface_name")));
	free(text);
}

/* Whoever adds a method says who may call it: nothing that only looks takes the right to change, and
 * nothing else takes less. */
static void every_method_has_its_role(void **state)
{
	static const char *const looks[] = { "Show", "List", "Status", "Explain", "Names", "Events",
					     "ConfigSave", "Kernel", NULL };

	for (int i = 0; methods_tables[i]; i++) {
		for (const struct method *method = methods_tables[i]->methods; method->name; method++) {
			bool reads = false;

			for (int j = 0; looks[j]; j++)
				reads |= strstr(method->name, looks[j]) != NULL;
			if (method->role != (reads ? ROLE_READ : ROLE_CHANGE))
				fail_msg("%s", method->name);
		}
	}
	for (const struct method *method = methods_service; method->name; method++)
		assert_int_equal(method->role, ROLE_READ);
}

static void every_kind_of_event_is_described(void **state)
{
	char *text = interface_description(INTERFACE_NAME), wanted[64];
	const char *type = strstr(text, "type EventKind (");
	const char *end = type ? strchr(type, ')') : NULL;

	assert_non_null(end);
	for (int kind = 0; kind < SERVICE_EVENT_COUNT; kind++) {
		const char *found;

		snprintf(wanted, sizeof(wanted), "%s%s", service_event_name((enum service_event_kind)kind),
			 kind + 1 < SERVICE_EVENT_COUNT ? "," : ")");
		found = strstr(type, wanted);
		if (!found || found > end)
			fail_msg("%s is not described", wanted);
	}
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_parse),
		cmocka_unit_test(everything_is_told),
		cmocka_unit_test(every_method_has_its_role),
		cmocka_unit_test(every_kind_of_event_is_described),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
