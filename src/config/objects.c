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
	[CONFIG_PEER_PROFILE] = &config_peer_profile_table,
	[CONFIG_TUNNEL_PROFILE] = &config_tunnel_table,
	[CONFIG_SESSION_PROFILE] = &config_session_table,
	[CONFIG_PPP_PROFILE] = &config_ppp_profile_table,
	[CONFIG_POOL] = &config_pool_table,
	[CONFIG_RADIUS] = &config_radius_table,
	[CONFIG_PEER] = &config_peer_table,
	[CONFIG_USER] = &config_user_table,
	[CONFIG_DEBUG] = &config_debug_table,
	[CONFIG_CONFIG] = &config_file_table,
	[CONFIG_CAPTURE] = &config_capture_table,
	[CONFIG_KERNEL] = &config_kernel_table,
	[CONFIG_SERVER] = &config_server_table,
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

unsigned int config_profile_row(enum config_object object)
{
	const struct param_table *table = config_tables[object];
	unsigned int row = 0;

	while (row < table->count && !(table->params[row].flags & PARAM_PROFILE_KEY))
		row++;
	return row;
}

bool config_is_key(enum config_object object, unsigned int row)
{
	return config_tables[object]->params[row].flags &
	       (config_is_profile(object) ? PARAM_PROFILE_KEY : PARAM_KEY);
}
