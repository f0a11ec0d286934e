/* SPDX-License-Identifier: MIT */
/*
 * The codec between JSON and tables.  A value goes through the same text that a user would
 * write, so that param_parse() is the only judge of what is allowed.
 */
#include "manage/json.h"

#include <inttypes.h>
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

static int wrong_shape(const struct param *param, struct error *error)
{
	static const char *const shapes[] = { "true or false", "an integer", "a string" };
	char allowed[PARAM_TEXT_MAX];

	return error_set(error, ERROR_VALUE, param->name, "%s is %s here (%s)", param->name,
			 shapes[json_shape_of(param->type)], param_allowed(param, allowed));
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
			return wrong_shape(&table->params[row], error);
		if (param_parse(table, (unsigned int)row, text ? text : "", config, error) < 0)
			return -1;
		param_set_add(set, (unsigned int)row);
	}
	return 0;
}

static json_t *value_json(const struct param *param, const char *text)
{
	bool truth = false;

	switch (json_shape_of(param->type)) {
	case JSON_SHAPE_BOOL:
		text_to_bool(text, &truth);
		return json_boolean(truth);
	case JSON_SHAPE_INT:
		return json_integer(strtoll(text, NULL, 0));
	case JSON_SHAPE_STRING:
	default:
		return json_from_text(text);
	}
}

json_t *json_from_config(const struct param_table *table, const void *config)
{
	json_t *object = json_object();
	char text[PARAM_TEXT_MAX];

	for (unsigned int row = 0; row < table->count; row++) {
		const struct param *param = &table->params[row];

		if (param->type == PARAM_UNSUPPORTED || param->flags & PARAM_SECRET)
			continue;
		param_format(table, row, config, text);
		if (text[0])
			json_object_set_new_nocheck(object, param->name, value_json(param, text));
	}
	return object;
}

json_t *json_from_set(const struct param_table *table, const struct param_set *set)
{
	json_t *names = json_array();

	for (unsigned int row = 0; row < table->count; row++)
		if (param_set_has(set, row))
			json_array_append_new(names, json_string_nocheck(table->params[row].name));
	return names;
}

static json_t *endpoint_json(const struct endpoint *endpoint)
{
	char text[ENDPOINT_TEXT_MAX];

	if (endpoint->address.family == AF_UNSPEC && !endpoint->port)
		return NULL;
	return json_string_nocheck(endpoint_format(endpoint, text, sizeof(text)));
}

static json_t *address_json(const struct address *address)
{
	char text[ADDRESS_TEXT_MAX];

	if (address->family == AF_UNSPEC)
		return NULL;
	return json_string_nocheck(address_format(address, text, sizeof(text)));
}

static json_t *text_json(const char *text)
{
	return text && *text ? json_from_text(text) : NULL;
}

static json_t *since_json(uint64_t then, uint64_t now)
{
	return then ? json_integer((json_int_t)((now > then ? now - then : 0) / 1000)) : NULL;
}

/* NULL: there is nothing to tell. */
static json_t *state_json(const struct state_row *row, const void *base, uint64_t now)
{
	const void *member = (const char *)base + row->offset;

	switch (row->type) {
	case STATE_BOOL:
		return json_boolean(*(const bool *)member);
	case STATE_U32:
		return json_integer(*(const uint32_t *)member);
	case STATE_U64:
		return json_integer((json_int_t)*(const uint64_t *)member);
	case STATE_WORD:
		return json_string_nocheck(row->words[*(const unsigned int *)member]);
	case STATE_TEXT:
		return text_json(member);
	case STATE_TEXT_POINTER:
		return text_json(*(const char *const *)member);
	case STATE_ADDRESS:
		return address_json(member);
	case STATE_ENDPOINT:
		return endpoint_json(member);
	case STATE_SINCE:
		return since_json(*(const uint64_t *)member, now);
	}
	return NULL;
}

json_t *json_from_state(const struct state_table *table, const void *base, uint64_t now)
{
	json_t *object = json_object();

	for (unsigned int i = 0; i < table->count; i++) {
		json_t *value = state_json(&table->rows[i], base, now);

		if (value)
			json_object_set_new_nocheck(object, table->rows[i].name, value);
	}
	return object;
}
