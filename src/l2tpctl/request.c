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

const char *request_method(const struct command *command, char out[REQUEST_METHOD_MAX])
{
	const char *object = config_object_name(command->object), *verb = config_verb_name(command->verb);

	if (command->verb == CONFIG_RELOAD)
		object = "";
	snprintf(out, REQUEST_METHOD_MAX, "%s%s", object, verb);
	out[0] = (char)toupper((unsigned char)out[0]);
	if (object[0])
		out[strlen(object)] = (char)toupper((unsigned char)verb[0]);
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

json_t *request_parameters(const struct command *command)
{
	const struct param_table *table = config_tables[command->object];
	bool bare = command->object == CONFIG_SYSTEM && command->verb != CONFIG_MODIFY;
	json_t *config = json_object();
	char text[PARAM_TEXT_MAX];

	for (unsigned int row = 0; row < table->count; row++)
		if (param_set_has(&command->set, row))
			json_object_set_new(config, table->params[row].name,
					    value_json(&table->params[row],
						       param_format(table, row, &command->config, text)));
	if (bare) {
		json_decref(config);
		return json_object();
	}
	return json_pack("{s:o}", command->verb == CONFIG_LIST ? "filter" : "config", config);
}
