/* SPDX-License-Identifier: MIT */
/*
 * The name is kept by the api (a copy): it outlives the line that it was typed in.
 */
#include "l2tpctl/server.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "l2tpctl/remote.h"

#define SHORTEST 3	/* "ser": less could be a session or the system */

static bool begins(const char *whole, const char *word, size_t shortest)
{
	size_t length = strlen(word);

	return length >= shortest && strncasecmp(whole, word, length) == 0;
}

bool server_is_meant(const char *const *words, unsigned int count)
{
	return count && begins("server", words[0], SHORTEST);
}

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

static enum status modify(struct api *api, const char *const *words, unsigned int count, struct error *error)
{
	const char *equals = count == 1 ? strchr(words[0], '=') : NULL;

	if (!equals || equals == words[0] || strncasecmp("name", words[0], (size_t)(equals - words[0])) != 0) {
		error_set(error, ERROR_SYNTAX, NULL, "server modify takes name=HOST, and nothing else");
		return STATUS_USAGE;
	}
	if (is_here(equals + 1))
		api_use_host(api, NULL);
	else if (remote_host_allowed(equals + 1, error))
		api_use_host(api, equals + 1);
	else
		return STATUS_USAGE;
	return STATUS_OK;
}

enum status server_run(struct api *api, const char *const *words, unsigned int count, bool json, struct error *error)
{
	if (count == 2 && begins("show", words[1], 1)) {
		show(api, json);
		return STATUS_OK;
	}
	if (count >= 2 && begins("modify", words[1], 1))
		return modify(api, words + 2, count - 2, error);
	error_set(error, ERROR_SYNTAX, NULL, "the verbs of server are modify (name=HOST) and show");
	return STATUS_USAGE;
}
