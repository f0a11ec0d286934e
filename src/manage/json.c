/* SPDX-License-Identifier: MIT */
/*
 * From JSON to configs.  A value goes through the same text that a user would write, so that
 * param_parse() is the only judge of what is allowed.
 */
#include "manage/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum json_shape json_shape_of(enum param_type type)
{
	switch (type) {
	case PARAM_BOOL:
		return JSON_SHAPE_BOOL;
	case PARAM_U16:
	case PARAM_U32:
		return JSON_SHAPE_INT;
	default:
		return JSON_SHAPE_STRING;	/* "auto" and "1400" alike: a Varlink member has one type */
	}
}

json_t *json_from_text(const char *text)
{
	char printable[1024];

	if (text_printable_length(text) == strlen(text))
		return json_string(text);
	snprintf(printable, sizeof(printable), "%s", text);
	text_make_printable(printable);
	return json_string(printable);
}

#define VALUE_SHOWN_MAX 40	/* octets of a value that is none */

static int wrong_shape(const struct param *param, const json_t *value, struct error *error)
{
	static const char *const shapes[] = { "true or false", "an integer", "a string" };
	char *given = param->flags & PARAM_SECRET ? NULL :
		      json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_ENSURE_ASCII);
	char allowed[PARAM_TEXT_MAX];

	error_set(error, ERROR_VALUE, param->name, "%s is %s here (%s)%s%.*s", param->name,
		  shapes[json_shape_of(param->type)], param_allowed(param, allowed), given ? ": got " : "",
		  VALUE_SHOWN_MAX, given ? given : "");
	free(given);
	return -1;
}

/* The value as a user would write it; NULL when its JSON type is not the parameter's. */
static const char *value_text(const struct param *param, const json_t *value, char number[32])
{
	switch (json_shape_of(param->type)) {
	case JSON_SHAPE_BOOL:
		return json_is_boolean(value) ? (json_is_true(value) ? "yes" : "no") : NULL;
	case JSON_SHAPE_INT:
		if (!json_is_integer(value))
			return NULL;
		snprintf(number, 32, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
		return number;
	case JSON_SHAPE_STRING:
	default:
		return json_string_value(value);
	}
}

int json_to_config(const struct param_table *table, const json_t *object, void *config, struct param_set *set,
		   struct error *error)
{
	const char *name, *text;
	json_t *value;
	char number[32];

	if (object && !json_is_object(object))
		return error_set(error, ERROR_VALUE, NULL, "the parameters of a %s are a JSON object", table->object);
	json_object_foreach((json_t *)object, name, value) {	/* jansson's iterator is not const */
		int row = param_find(table, name, true, error);

		if (row < 0)
			return -1;
		if (json_is_null(value))
			continue;
		text = value_text(&table->params[row], value, number);
		if (!text && table->params[row].type != PARAM_UNSUPPORTED)
			return wrong_shape(&table->params[row], value, error);
		if (param_parse(table, (unsigned int)row, text ? text : "", config, error) < 0)
			return -1;
		param_set_add(set, (unsigned int)row);
	}
	return 0;
}
