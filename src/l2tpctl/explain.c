/* SPDX-License-Identifier: MIT */
/*
 * A line for each effective value: where it comes from, and what it would be if it were resolved today.
 */
#include "l2tpctl/explain.h"

#include <string.h>

#include "l2tpctl/table.h"

#define TEXT_MAX 512

static const char *text_at(const json_t *row, const char *name)
{
	const char *text = json_string_value(json_object_get(row, name));

	return text ? text : "";
}

/* "tunnel profile branch", "given with the tunnel", "built-in default" */
static const char *source_text(const json_t *row, char out[TEXT_MAX])
{
	static const struct {
		const char *source, *text;
	} known[] = {
		{ "explicit", "given" }, { "authorizer", "decided by the authorizer" },
		{ "builtin", "built-in default" }, { "chosen", "chosen by l2tpd" },
		{ "tunnel", "its tunnel" }, { "former", "a profile, as it was" },
	};
	const char *source = text_at(row, "source"), *type = text_at(row, "profile_type");

	snprintf(out, TEXT_MAX, "%s", source);
	if (text_at(row, "profile")[0])
		snprintf(out, TEXT_MAX, "%s%sprofile %s", type, type[0] ? " " : "", text_at(row, "profile"));
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(source, known[i].source) == 0)
			snprintf(out, TEXT_MAX, "%s", known[i].text);
	return out;
}

static const json_t *rows_of(const json_t *answer)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)answer, name, value)
		if (json_is_array(value))
			return value;
	return NULL;
}

/* Profiles that were edited since: what they would give now needs to be asked for. */
static void print_remark(unsigned int changed, const char *object, FILE *out)
{
	if (changed)
		fprintf(out, "(profiles were changed since: `%s profile apply` makes what differs true, where it can "
			"change live)\n", object);
}

void explain_rows(const json_t *rows, const char *object, FILE *out)
{
	static const char *const headings[] = { "Parameter", "Value", "From", "Today" };
	char source[TEXT_MAX], parameter[TEXT_MAX];
	unsigned int changed = 0;
	struct table table;
	const json_t *row;
	size_t i;

	json_array_foreach(rows, i, row)
		changed += json_object_get(row, "now") != NULL;
	table_begin(&table, changed ? 4 : 3, headings);
	json_array_foreach(rows, i, row) {
		snprintf(parameter, sizeof(parameter), "%s%s",
			 json_is_true(json_object_get(row, "of_ppp")) ? "ppp " : "", text_at(row, "parameter"));
		table_add(&table, parameter);
		table_add(&table, text_at(row, "value"));
		table_add(&table, source_text(row, source));
		if (changed)
			table_add(&table, text_at(row, "now"));
	}
	table_end(&table, out);
	print_remark(changed, object, out);
}

void explain_print(const struct command *command, const json_t *answer, FILE *out)
{
	const json_t *rows = rows_of(answer);
	const char *name;
	json_t *value;

	if (rows) {
		explain_rows(rows, config_tables[command->object]->object, out);
		return;
	}
	/* of a peer: a few facts */
	json_object_foreach((json_t *)answer, name, value) {
		if (json_is_string(value))
			fprintf(out, "%-22s %s\n", name, json_string_value(value));
		else if (json_is_integer(value))
			fprintf(out, "%-22s %" JSON_INTEGER_FORMAT "\n", name, json_integer_value(value));
	}
}
