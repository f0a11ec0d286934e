/* SPDX-License-Identifier: MIT */
/*
 * Writes the interface description: types from the parameter tables (config/) and the state
 * rows (state.c), methods from their table (methods.c).
 */
#include "manage/interface.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "manage/json.h"
#include "manage/methods.h"
#include "manage/state.h"

/* Help texts of many lines become comments of many lines. */
static void write_comment(FILE *out, const char *indent, const char *text)
{
	while (*text) {
		size_t length = strcspn(text, "\n");

		fprintf(out, "%s# %.*s\n", indent, (int)length, text);
		text += length + (text[length] == '\n');
	}
}

/* The names of an enumeration; one name more than once in a row is an alias and stays. */
static void write_words(FILE *out, const struct param_word *words)
{
	for (const char *separator = "?("; words->name; words++, separator = ", ")
		fprintf(out, "%s%s", separator, words->name);
	fputc(')', out);
}

static void write_param_type(FILE *out, const struct param *param)
{
	static const char *const types[] = { "?bool", "?int", "?string" };

	if (param->type == PARAM_ENUM)
		write_words(out, param->words);
	else
		fputs(types[json_shape_of(param->type)], out);
}

static void write_param(FILE *out, const struct param *param)
{
	char allowed[PARAM_TEXT_MAX];

	fprintf(out, "  # %s\n  # %s%s%s", param->help, param_allowed(param, allowed), param->unit ? " " : "",
		param->unit ? param->unit : "");
	if (param->default_text)
		fprintf(out, "; default: %s", param->default_text);
	if (param->flags & PARAM_LIVE)
		fputs("; can be modified", out);
	if (param->flags & PARAM_IN_FILES)
		fputs("; in configuration files only", out);
	if (param->flags & PARAM_NAME)
		fputs("; can be modified with the id", out);
	fprintf(out, "\n  %s: ", param->name);
	write_param_type(out, param);
}

/* "peer profile" -> "PeerProfile" */
static void write_capitalised(FILE *out, const char *words)
{
	for (bool first = true; *words; words++) {
		if (*words != ' ')
			fputc(first ? toupper((unsigned char)*words) : *words, out);
		first = *words == ' ';
	}
}

static void write_config(FILE *out, const struct param_table *table)
{
	const char *separator = "";

	fprintf(out, "\n# Parameters of a %s. Answers leave out those that have no value.\ntype ", table->object);
	write_capitalised(out, table->object);
	fputs("Config (\n", out);
	for (unsigned int row = 0; row < table->count; row++) {
		if (table->params[row].type == PARAM_UNSUPPORTED)
			continue;
		fputs(separator, out);
		write_param(out, &table->params[row]);
		separator = ",\n";
	}
	fputs("\n)\n", out);
}

static const char *state_type_text(enum state_type type)
{
	switch (type) {
	case STATE_BOOL:
		return "?bool";
	case STATE_U16:
	case STATE_U32:
	case STATE_U64:
	case STATE_SINCE:
	case STATE_UNTIL:
		return "?int";
	default:
		return "?string";
	}
}

static void write_state_row(FILE *out, const struct state_row *row)
{
	fprintf(out, "  # %s%s%s%s\n  %s: ", row->help, row->unit ? " (" : "", row->unit ? row->unit : "",
		row->unit ? ")" : "", row->name);
	if (row->type != STATE_WORD) {
		fputs(state_type_text(row->type), out);
		return;
	}
	for (unsigned int i = 0; row->words[i]; i++)
		fprintf(out, "%s%s", i ? ", " : "?(", row->words[i]);
	fputc(')', out);
}

static void write_state(FILE *out, const struct state_table *table)
{
	fprintf(out, "\n# %s\ntype %s (\n", table->help, table->type);
	for (unsigned int i = 0; i < table->count; i++) {
		write_state_row(out, &table->rows[i]);
		fputs(i + 1 < table->count ? ",\n" : "\n)\n", out);
	}
}

static void write_methods(FILE *out, const struct method *methods)
{
	for (; methods->name; methods++) {
		fputc('\n', out);
		write_comment(out, "", methods->help);
		if (methods->role == ROLE_CHANGE)
			fputs("# It takes the right to change.\n", out);
		fprintf(out, "method %s%s -> %s\n", methods->name, methods->parameters, methods->result);
	}
}

static void write_codes(FILE *out)
{
	fputs("\n# Why something failed.\ntype Code (", out);
	for (int code = ERROR_SYNTAX; code <= ERROR_SYSTEM; code++)
		fprintf(out, "%s%s", code == ERROR_SYNTAX ? "" : ", ", error_code_name((enum error_code)code));
	fputs(")\n", out);
}

/* Some objects share a table, and its type. */
static bool is_first_with_table(int object)
{
	for (int before = 0; before < object; before++)
		if (config_tables[before] == config_tables[object])
			return false;
	return config_tables[object] != NULL;
}

static void write_l2tpd(FILE *out)
{
	fputs("# The management of l2tpd: tunnels, sessions and the daemon itself.\n"
	      "# Written from the daemon's tables of parameters, state and methods.\n"
	      "interface " INTERFACE_NAME "\n", out);
	for (int object = 0; object < CONFIG_OBJECT_COUNT; object++)
		if (is_first_with_table(object))
			write_config(out, config_tables[object]);
	for (int i = 0; state_tables[i]; i++)
		write_state(out, state_tables[i]);
	fputs("\n# A tunnel; explicit names the parameters that were given, the others are defaults.\n"
	      "# A list that was asked for `fields` has these only.\n"
	      "type Tunnel (\n  config: ?TunnelConfig,\n  explicit: ?[]string,\n  state: ?TunnelState,\n"
	      "  statistics: ?Statistics,\n  transport: ?Transport\n)\n"
	      "\n# A session, likewise.\n"
	      "type Session (\n  config: ?SessionConfig,\n  explicit: ?[]string,\n  state: ?SessionState,\n"
	      "  statistics: ?Statistics\n)\n", out);
	write_codes(out);
	for (int i = 0; methods_tables[i]; i++) {
		if (methods_tables[i]->types)
			fprintf(out, "\n%s", methods_tables[i]->types);
		if (methods_tables[i]->write_types)
			methods_tables[i]->write_types(out);
		write_methods(out, methods_tables[i]->methods);
	}
	fputs("\n# The command was not carried out. message is for people, object what it is about (\"tunnel lon\"),\n"
	      "# parameter the one to blame.\n"
	      "error Failed(code: Code, object: ?string, parameter: ?string, message: string)\n"
	      "\n# Who calls may not do this: it takes another role, or any.\n"
	      "error PermissionDenied(message: string)\n", out);
}

static void write_service(FILE *out)
{
	fputs("# What every Varlink service answers.\ninterface " INTERFACE_SERVICE "\n", out);
	write_methods(out, methods_service);
	fputs("\nerror InterfaceNotFound(interface: string)\n"
	      "error MethodNotFound(method: string)\n"
	      "error MethodNotImplemented(method: string)\n"
	      "error InvalidParameter(parameter: string)\n"
	      "error ExpectedMore()\n", out);
}

char *interface_description(const char *interface)
{
	char *text = NULL;
	size_t length;
	FILE *out;

	if (strcmp(interface, INTERFACE_NAME) && strcmp(interface, INTERFACE_SERVICE))
		return NULL;
	out = open_memstream(&text, &length);
	if (!out)
		return NULL;
	if (strcmp(interface, INTERFACE_NAME) == 0)
		write_l2tpd(out);
	else
		write_service(out);
	if (fclose(out) != 0) {
		free(text);
		return NULL;
	}
	return text;
}
