/* SPDX-License-Identifier: MIT */
/*
 * Which object a command is about, for errors: by the keys that it gives.
 */
#include <stdio.h>
#include <string.h>

#include "config/command.h"

/* " lon": the first of these rows that is set; "" when none is. Returns its length. */
static size_t put_key(const struct command *command, const char *const *names, char *out, size_t size)
{
	const struct param_table *table = config_tables[command->object];
	char text[PARAM_TEXT_MAX];

	out[0] = '\0';
	for (; *names; names++) {
		int row = param_find(table, *names, true, NULL);

		if (row < 0 || table->params[row].type == PARAM_UNSUPPORTED ||
		    !param_set_has(&command->set, (unsigned int)row))
			continue;
		param_format(table, (unsigned int)row, &command->config, text);
		snprintf(out, size, " %.*s", CONFIG_NAME_MAX, text);
		break;
	}
	return strlen(out);
}

const char *command_object(const struct command *command, char out[ERROR_OBJECT_MAX])
{
	static const char *const tunnel[] = { "tunnel_name", "tunnel_id", NULL };
	static const char *const session[] = { "session_name", "session_id", NULL };
	const char *const profile[] = {
		config_is_profile(command->object) ?
		config_tables[command->object]->params[config_profile_row(command->object)].name : NULL, NULL,
	};
	static const char *const peer[] = { "peer_ipaddr", NULL };
	static const char *const none[] = { NULL };
	const char *const *keys = config_is_profile(command->object) ? profile :
				  command->object == CONFIG_TUNNEL ? tunnel :
				  command->object == CONFIG_SESSION ? session :
				  command->object == CONFIG_PEER ? peer : none;
	int used = snprintf(out, ERROR_OBJECT_MAX, "%s", config_object_name(command->object));
	char of_tunnel[CONFIG_NAME_MAX + 2];

	used += (int)put_key(command, keys, out + used, ERROR_OBJECT_MAX - (size_t)used);
	if (command->object == CONFIG_SESSION && put_key(command, tunnel, of_tunnel, sizeof(of_tunnel)))
		snprintf(out + used, ERROR_OBJECT_MAX - (size_t)used, " of tunnel%s", of_tunnel);
	return out;
}
