/* SPDX-License-Identifier: MIT */
/*
 * Names of what can be seen, found in the tables of parameters, state and counters.
 */
#include "manage/field.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define NAME_QUOTED_MAX 60	/* octets of a bad name that an error repeats */

static const char *const part_names[FIELD_PARTS] = {
	[FIELD_STATISTICS] = "statistics", [FIELD_STATE] = "state", [FIELD_CONFIG] = "config",
	[FIELD_EXPLICIT] = "explicit", [FIELD_TRANSPORT] = "transport",
};

const void *field_config(const struct field_view *view)
{
	return view->object == CONFIG_TUNNEL ? (const void *)&view->tunnel.config : &view->session.config;
}

const struct param_set *field_explicit(const struct field_view *view)
{
	return view->object == CONFIG_TUNNEL ? &view->tunnel.set : &view->session.set;
}

const struct datapath_stats *field_statistics(const struct field_view *view)
{
	return view->object == CONFIG_TUNNEL ? &view->tunnel.info.stats : &view->session.info.stats;
}

const struct state_table *field_table(enum config_object object, enum field_part part)
{
	if (part == FIELD_STATISTICS)
		return &state_statistics;
	if (part == FIELD_TRANSPORT)
		return object == CONFIG_TUNNEL ? &state_transport : NULL;
	return object == CONFIG_TUNNEL ? &state_tunnel : &state_session;
}

/* The member that a row of these tells of. */
static const void *field_member(const struct field_view *view, const struct field *field)
{
	const struct state_row *row = &field_table(view->object, field->part)->rows[field->row];
	const void *base = field->part == FIELD_STATISTICS ? (const void *)field_statistics(view) :
			   field->part == FIELD_TRANSPORT  ? (const void *)&view->tunnel.transport :
							     &view->tunnel;

	return (const char *)base + row->offset;
}

static int find_state_row(const struct state_table *table, const char *name)
{
	for (unsigned int i = 0; table && i < table->count; i++)
		if (strcmp(table->rows[i].name, name) == 0)
			return (int)i;
	return -1;
}

/* What can be shown: no secret, nothing that is not supported. */
static int find_config_row(enum config_object object, const char *name)
{
	const struct param_table *table = config_tables[object];
	int row = param_find(table, name, true, NULL);

	if (row >= 0 && (!param_is_kept(&table->params[row]) || table->params[row].flags & PARAM_SECRET))
		return -1;
	return row;
}

static bool find_in_part(enum config_object object, enum field_part part, const char *name, struct field *field)
{
	int row = part == FIELD_EXPLICIT ? -1 :
		  part == FIELD_CONFIG ? find_config_row(object, name) :
		  find_state_row(field_table(object, part), name);

	if (row < 0)
		return false;
	*field = (struct field){ part, row };
	return true;
}

int field_find(enum config_object object, const char *name, struct field *field, struct error *error)
{
	for (int i = 0; i < FIELD_PARTS; i++) {
		enum field_part part = (enum field_part)i;
		size_t length = strlen(part_names[i]);

		if (strcmp(name, part_names[i]) == 0 && (part != FIELD_TRANSPORT || field_table(object, part))) {
			*field = (struct field){ part, -1 };
			return 0;
		}
		if (strncmp(name, part_names[i], length) == 0 && name[length] == '.' &&
		    find_in_part(object, part, name + length + 1, field))
			return 0;
		if (find_in_part(object, part, name, field))
			return 0;
	}
	return error_set(error, ERROR_SYNTAX, NULL, "a %s shows no '%.*s': `%s show` tells what it shows, and "
			 "config.NAME, state.NAME and statistics.NAME which part is meant",
			 config_tables[object]->object, NAME_QUOTED_MAX, name, config_tables[object]->object);
}

static const char *state_text(const struct state_row *row, const void *member, uint64_t now,
			      char out[PARAM_TEXT_MAX])
{
	uint64_t then;

	switch (row->type) {
	case STATE_BOOL:
		return *(const bool *)member ? "yes" : "no";
	case STATE_U16:
		snprintf(out, PARAM_TEXT_MAX, "%" PRIu16, *(const uint16_t *)member);
		break;
	case STATE_U32:
		snprintf(out, PARAM_TEXT_MAX, "%" PRIu32, *(const uint32_t *)member);
		break;
	case STATE_U64:
		snprintf(out, PARAM_TEXT_MAX, "%" PRIu64, *(const uint64_t *)member);
		break;
	case STATE_WORD:
		return row->words[*(const unsigned int *)member];
	case STATE_TEXT:
		return member;
	case STATE_TEXT_POINTER:
		return *(const char *const *)member;
	case STATE_ADDRESS:
		return address_format(member, out, PARAM_TEXT_MAX);
	case STATE_ENDPOINT:
		return endpoint_format(member, out, PARAM_TEXT_MAX);
	case STATE_SINCE:
		then = *(const uint64_t *)member;
		snprintf(out, PARAM_TEXT_MAX, "%" PRIu64, (now > then ? now - then : 0) / 1000);
		return then ? out : NULL;
	case STATE_UNTIL:
		then = *(const uint64_t *)member;
		snprintf(out, PARAM_TEXT_MAX, "%" PRIu64, (then > now ? then - now + 999 : 0) / 1000);
		return then ? out : NULL;
	}
	return out;
}

const char *field_text(const struct field_view *view, const struct field *field, uint64_t now,
		       char out[PARAM_TEXT_MAX])
{
	const char *text;

	if (field->row < 0)
		return NULL;
	if (field->part == FIELD_CONFIG)
		text = param_format(config_tables[view->object], (unsigned int)field->row, field_config(view), out);
	else if (field->part == FIELD_TRANSPORT && !view->tunnel.has_transport)
		return NULL;
	else
		text = state_text(&field_table(view->object, field->part)->rows[field->row],
				  field_member(view, field), now, out);
	return text && *text ? text : NULL;
}

int fields_add(struct fields *fields, enum config_object object, const char *name, struct error *error)
{
	struct field field;

	if (field_find(object, name, &field, error) < 0)
		return -1;
	fields->part[field.part] = true;
	if (field.row >= 0)
		param_set_add(&fields->rows[field.part], (unsigned int)field.row);
	else
		memset(&fields->rows[field.part], 0xff, sizeof(fields->rows[field.part]));
	return 0;
}

bool fields_want(const struct fields *fields, enum field_part part)
{
	return !fields || fields->part[part];
}

const struct param_set *fields_rows(const struct fields *fields, enum field_part part)
{
	return fields ? &fields->rows[part] : NULL;
}
