/* SPDX-License-Identifier: MIT */
/*
 * The name is kept by the api (a copy): it outlives the line that it was typed in.
 */
#include "l2tpctl/server.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "l2tpctl/remote.h"

static void show(const struct api *api, bool json)
{
	json_t *object;

	if (json) {
		object = json_pack("{s:s, s:s}", "name", api->host ? api->host : "localhost", "socket",
				   api_path(api));
		json_dumpf(object, stdout, JSON_INDENT(2));
		putchar('\n');
		json_decref(object);
	} else if (api->host) {
		printf("server %s, over ssh%s%s\n", api->host, api->path ? ", socket " : "",
		       api->path ? api->path : "");
	} else {
		printf("server localhost, socket %s\n", api_path(api));
	}
}

static bool is_here(const char *name)
{
	return !name[0] || strcasecmp(name, "localhost") == 0 || strcasecmp(name, "local") == 0;
}

enum status server_run(struct run *run, const struct command *command, struct error *error)
{
	const char *name = command->config.server.name;

	if (command->verb == CONFIG_SHOW)
		show(&run->api, run->json);
	else if (is_here(name))
		api_use_host(&run->api, NULL);
	else if (remote_host_allowed(name, error))
		api_use_host(&run->api, name);
	else
		return STATUS_USAGE;
	return STATUS_OK;
}
