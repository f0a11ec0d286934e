/* SPDX-License-Identifier: MIT */
/*
 * struct command to a call, by the parameter tables: what this program does not know about a
 * parameter is nothing.
 */
#include "l2tpctl/request.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* "tunnel profile" becomes "TunnelProfile". */
static size_t put_words(const char *words, char *out, size_t size)
{
	bool begins = true;
	size_t used = 0;

	for (; *words && used + 1 < size; words++) {
		if (*words != ' ')
			out[used++] = begins ? (char)toupper((unsigned char)*words) : *words;
		begins = *words == ' ';
	}
	out[used] = '\0';
	return used;
}

const char *request_method(const struct command *command, char out[REQUEST_METHOD_MAX])
{
	bool alone = command->verb == CONFIG_RELOAD || command->verb == CONFIG_STATUS;
	size_t used = alone ? 0 : put_words(config_object_name(command->object), out, REQUEST_METHOD_MAX);

	put_words(config_verb_name(command->verb), out + used, REQUEST_METHOD_MAX - used);
	return out;
}

/* Numbers and truths as such, everything else as text: as the interface file says. */
static json_t *value_json(const struct param *param, const char *text)
{
	bool truth = false;

	switch (param->type) {
	case PARAM_BOOL:
		text_to_bool(text, &truth);
		return json_boolean(truth);
	case PARAM_U16:
	case PARAM_U32:
		return json_integer(strtoll(text, NULL, 0));
	default:
		return json_string(text);
	}
}

static json_t *config_json(const struct command *command)
{
	const struct param_table *table = config_tables[command->object];
	json_t *config = json_object();
	char text[PARAM_TEXT_MAX];

	for (unsigned int row = 0; row < table->count; row++)
		if (param_set_has(&command->set, row))
			json_object_set_new(config, table->params[row].name,
					    value_json(&table->params[row],
						       param_format(table, row, &command->config, text)));
	return config;
}

/* The names of the rows that are taken out. */
static json_t *unset_json(const struct command *command)
{
	const struct param_table *table = config_tables[command->object];
	const char *key = table->params[config_profile_row(command->object)].name;
	json_t *names = json_array(), *name = NULL;
	char text[PARAM_TEXT_MAX];

	for (unsigned int row = 0; row < table->count; row++) {
		if (!param_set_has(&command->set, row))
			continue;
		if (table->params[row].flags & PARAM_PROFILE_KEY)
			name = json_string(param_format(table, row, &command->config, text));
		else
			json_array_append_new(names, json_string(table->params[row].name));
	}
	return json_pack("{s:o*, s:o}", key, name, "parameters", names);
}

json_t *request_parameters(const struct command *command)
{
	if (command->verb == CONFIG_UNSET)
		return unset_json(command);
	if (command->object == CONFIG_SYSTEM && command->verb != CONFIG_MODIFY)
		return json_object();
	if (command->options & CONFIG_OPTION_APP)
		return json_pack("{s:o, s:b}", "config", config_json(command), "app", 1);
	return json_pack("{s:o}", "config", config_json(command));
}

/* --- lists --- */

static json_t *where_json(const struct command_extra *extra)
{
	json_t *where = json_array();

	for (unsigned int i = 0; i < extra->where_count; i++) {
		const struct list_condition *condition = &extra->where[i];

		json_array_append_new(where, json_sprintf("%s%s%s", condition->column->name,
							  condition->op == '!' ? "!=" : (char[]){ condition->op, 0 },
							  condition->value));
	}
	return where;
}

/* What a table shows, or only what names an object, and what it is sorted by. */
static json_t *fields_json(const struct command *command, const struct command_extra *extra)
{
	static const char *const names[CONFIG_OBJECT_COUNT][3] = {
		[CONFIG_TUNNEL] = { "config.tunnel_name", "config.tunnel_id" },
		[CONFIG_SESSION] = { "config.session_name", "config.session_id" },
		[CONFIG_USER] = { "state.user_name" },
	};
	json_t *fields = json_array();

	if (command->options & CONFIG_OPTION_NAMES)
		for (const char *const *name = names[command->object]; *name; name++)
			json_array_append_new(fields, json_string(*name));
	else
		for (const struct column *column = config_columns; column->name; column++)
			if (column->object == command->object && column->shown)
				json_array_append_new(fields, json_string(column->path));
	if (extra->sort)
		json_array_append_new(fields, json_string(extra->sort->path));
	return fields;
}

json_t *request_list_parameters(const struct command *command, const struct command_extra *extra, bool whole)
{
	json_t *parameters = json_object();

	if (command->object != CONFIG_TUNNEL && command->object != CONFIG_SESSION && command->object != CONFIG_USER)
		return parameters;	/* names and the like: there is little to choose */
	json_object_set_new(parameters, "filter", config_json(command));
	if (extra->where_count)
		json_object_set_new(parameters, "where", where_json(extra));
	if (!whole)
		json_object_set_new(parameters, "fields", fields_json(command, extra));
	return parameters;
}
