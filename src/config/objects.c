/* SPDX-License-Identifier: MIT */
/*
 * The tables of all objects.
 */
#include "config/objects.h"

#include <stdlib.h>
#include <string.h>

#include "config/row.h"

const struct param_table *const config_tables[CONFIG_OBJECT_COUNT] = {
	[CONFIG_SYSTEM] = &config_system_table,
	[CONFIG_TUNNEL] = &config_tunnel_table,
	[CONFIG_SESSION] = &config_session_table,
};

unsigned int config_row(enum config_object object, const char *name)
{
	const struct param_table *table = config_tables[object];

	for (unsigned int row = 0; row < table->count; row++) {
		if (!strcmp(table->params[row].name, name))
			return row;
	}
	abort();	/* the code names a parameter that does not exist */
}
