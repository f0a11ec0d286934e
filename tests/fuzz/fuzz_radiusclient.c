/* SPDX-License-Identifier: MIT */
/*
 * The files of pppd's RADIUS client: the first, and behind a NUL that of secrets.  What is understood is servers with
 * addresses, each once, and a secret each that stands in the text.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "config/radiusclient.h"
#include "fuzz.h"

static void check_servers(const struct radiusclient *client)
{
	must(client->count > 0 && client->count <= RADIUSCLIENT_SERVERS_MAX && client->servers_file[0] == '/');
	for (unsigned int i = 0; i < client->count; i++) {
		const struct radius_profile_config *server = &client->servers[i];

		must(address_is_unicast(&server->address) && (server->auth_port || server->acct_port));
		must(strlen(server->radius_name) < sizeof(server->radius_name));
		for (unsigned int j = 0; j < i; j++)
			must(!address_equal(&server->address, &client->servers[j].address));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
	const uint8_t *nul = length ? memchr(data, '\0', length) : NULL;
	size_t first = nul ? (size_t)(nul - data) : length, second = nul ? length - first - 1 : 0;
	const char *secrets = nul ? (const char *)nul + 1 : "";
	static struct radiusclient client;
	struct error error = { 0 };

	if (radiusclient_read((const char *)data, first, &client, &error) < 0) {
		must(error.text[0]);
		return 0;
	}
	check_servers(&client);
	if (radiusclient_read_secrets(secrets, second, &client, &error) < 0) {
		must(error.text[0]);
		return 0;
	}
	for (unsigned int i = 0; i < client.count; i++)
		must(client.servers[i].secret[0] &&
		     memmem(secrets, second, client.servers[i].secret, strlen(client.servers[i].secret)));
	return 0;
}
