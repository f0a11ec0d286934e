/* SPDX-License-Identifier: MIT */
/*
 * Configurations by the rows of their tables: laying what was given over what is there, which rows
 * may change, and which fields of the datapath carry them.
 */
#include "service/internal.h"

void rows_overlay(const struct param_table *table, void *config, const void *from, const struct param_set *set)
{
	for (unsigned int row = param_set_next(set, 0); row < table->count; row = param_set_next(set, row + 1)) {
		if (param_is_kept(&table->params[row]))
			param_copy(table, row, config, from);
	}
}

void rows_keep_own(const struct param_table *table, void *config, const void *from)
{
	for (unsigned int row = 0; row < table->count; row++) {
		const struct param *param = &table->params[row];

		if (!(param->flags & (PARAM_PROFILE | PARAM_PROFILE_KEY)) && param->type != PARAM_UNSUPPORTED)
			param_copy(table, row, config, from);
	}
}

void rows_join(struct param_set *set, const struct param_set *more)
{
	for (unsigned int i = 0; i < PARAM_SET_MAX / 64; i++)
		set->bits[i] |= more->bits[i];
}

static bool same(const struct param_table *table, unsigned int row, const void *a, const void *b)
{
	return table->params[row].type == PARAM_UNSUPPORTED || param_equal(table, row, a, b);
}

int rows_refuse_immutable(const struct param_table *table, const void *now, const void *wanted,
			  const struct param_set *set, struct error *error)
{
	for (unsigned int row = 0; row < table->count; row++) {
		const struct param *param = &table->params[row];

		if (!param_set_has(set, row) || param->flags & (PARAM_KEY | PARAM_LIVE))
			continue;
		if (!same(table, row, now, wanted))
			return error_set(error, ERROR_IMMUTABLE, param->name,
					 "%s cannot be changed while the %s exists: delete it and create it anew",
					 param->name, table->object);
	}
	return 0;
}

static unsigned int field_of(const struct rows_field *map, unsigned int map_count, size_t offset)
{
	for (unsigned int i = 0; i < map_count; i++) {
		if (map[i].offset == offset)
			return map[i].field;
	}
	return ROWS_FIELD_NONE;
}

unsigned int rows_fields(const struct param_table *table, const struct rows_field *map, unsigned int map_count,
			 const void *now, const void *wanted, bool *differ)
{
	unsigned int fields = 0;

	*differ = false;
	for (unsigned int row = 0; row < table->count; row++) {
		const struct param *param = &table->params[row];

		if (!(param->flags & PARAM_LIVE) || same(table, row, now, wanted))
			continue;
		*differ = true;
		fields |= field_of(map, map_count, param->offset);
	}
	return fields;
}
