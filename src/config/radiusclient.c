/* SPDX-License-Identifier: MIT */
/*
 * Both files have lines of words, and comments that begin with #.
 */
#include "config/radiusclient.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define WORD_MAX 256
#define BLANKS " \t\r"

struct lines {
	const char *at, *end;
	unsigned int number;			/* of the line at hand, from 1 */
	char name[WORD_MAX], value[WORD_MAX];	/* its first two words, cut off; "": there is none */
};

/* The next word of the line that ends at end. */
static void take_word(const char **at, const char *end, char out[WORD_MAX])
{
	size_t length = 0;

	while (*at < end && strchr(BLANKS, **at))
		++*at;
	for (; *at < end && !strchr(BLANKS, **at); ++*at) {
		if (length < WORD_MAX - 1)
			out[length++] = **at;
	}
	out[length] = '\0';
}

/* The next line that has a word; false behind the last. */
static bool next_line(struct lines *lines)
{
	while (lines->at < lines->end) {
		const char *newline = memchr(lines->at, '\n', (size_t)(lines->end - lines->at));
		const char *end = newline ? newline : lines->end, *at = lines->at;

		lines->number++;
		lines->at = newline ? newline + 1 : lines->end;
		take_word(&at, end, lines->name);
		take_word(&at, end, lines->value);
		if (lines->name[0] && lines->name[0] != '#')
			return true;
	}
	return false;
}

/* --- servers --- */

/* "192.0.2.1", "192.0.2.1:1812", "[2001:db8::1]:1812", "localhost": port 0 when it is not said. */
static bool parse_server(const char *text, struct address *address, uint16_t *port)
{
	const char *end = *text == '[' ? strchr(text, ']') : NULL;
	const char *colon = end ? (end[1] == ':' ? end + 1 : NULL) : strchr(text, ':');
	char host[WORD_MAX];
	uint64_t number = 0;

	if (!end && colon && strchr(colon + 1, ':'))
		colon = NULL;			/* an IPv6 address alone */
	if (colon && (!text_to_u64(colon + 1, &number) || number < 1 || number > UINT16_MAX))
		return false;
	snprintf(host, sizeof(host), "%.*s", (int)(end ? end - text - 1 : colon ? colon - text : WORD_MAX - 1),
		 text + (end != NULL));
	*port = (uint16_t)number;
	return address_parse(strcmp(host, "localhost") == 0 ? "127.0.0.1" : host, address) &&
	       address_is_unicast(address);
}

static struct radius_profile_config *server_of(struct radiusclient *client, const struct address *address)
{
	struct radius_profile_config *server = client->servers;
	char text[ADDRESS_TEXT_MAX];

	for (; server < client->servers + client->count; server++) {
		if (address_equal(&server->address, address))
			return server;
	}
	if (client->count == RADIUSCLIENT_SERVERS_MAX)
		return NULL;
	client->count++;
	server->address = *address;
	snprintf(server->radius_name, sizeof(server->radius_name), "radiusclient-%s",
		 address_format(address, text, sizeof(text)));
	return server;
}

static int add_servers(struct radiusclient *client, const struct lines *lines, bool accounting, struct error *error)
{
	const char *rest = lines->value;
	struct radius_profile_config *server;
	struct address address;
	char item[WORD_MAX];
	uint16_t port;

	while (rest) {
		if (!text_next_item(&rest, item, sizeof(item)) || !parse_server(item, &address, &port))
			return error_set(error, ERROR_VALUE, "radius_hint",
					 "line %u: %s must be the address of a server, with or without a port",
					 lines->number, lines->name);
		server = server_of(client, &address);
		if (!server)
			return error_set(error, ERROR_LIMIT, "radius_hint", "line %u: more than %d servers",
					 lines->number, RADIUSCLIENT_SERVERS_MAX);
		if (accounting)
			server->acct_port = port ? port : 1813;
		else
			server->auth_port = port ? port : 1812;
	}
	return 0;
}

static void set_number(uint32_t *number, const char *value)
{
	uint64_t parsed;

	if (text_to_u64(value, &parsed) && parsed < RADIUSCLIENT_UNSAID)
		*number = (uint32_t)parsed;
}

static int take_line(struct radiusclient *client, const struct lines *lines, struct error *error)
{
	if (strcmp(lines->name, "authserver") == 0)
		return add_servers(client, lines, false, error);
	if (strcmp(lines->name, "acctserver") == 0)
		return add_servers(client, lines, true, error);
	if (strcmp(lines->name, "servers") == 0)
		snprintf(client->servers_file, sizeof(client->servers_file), "%.*s", CONFIG_PATH_MAX - 1, lines->value);
	else if (strcmp(lines->name, "radius_timeout") == 0)
		set_number(&client->timeout, lines->value);
	else if (strcmp(lines->name, "radius_retries") == 0)
		set_number(&client->retries, lines->value);
	else if (strcmp(lines->name, "radius_deadtime") == 0)
		set_number(&client->dead_time, lines->value);
	return 0;
}

int radiusclient_read(const char *text, size_t length, struct radiusclient *client, struct error *error)
{
	struct lines lines = { .at = text, .end = text + length };

	*client = (struct radiusclient){
		.timeout = RADIUSCLIENT_UNSAID, .retries = RADIUSCLIENT_UNSAID, .dead_time = RADIUSCLIENT_UNSAID,
	};
	while (next_line(&lines)) {
		if (take_line(client, &lines, error) < 0)
			return -1;
	}
	if (!client->count)
		return error_set(error, ERROR_MISSING, "radius_hint", "it names no server: authserver ADDRESS");
	if (client->servers_file[0] != '/')
		return error_set(error, ERROR_MISSING, "radius_hint",
				 "it does not say where secrets are: servers /PATH");
	return 0;
}

/* --- secrets --- */

/* A server's line begins with it, or with "HOST/PEER". */
static bool is_server(const struct radius_profile_config *server, const char *name)
{
	char host[WORD_MAX];
	struct address address;
	uint16_t port;

	snprintf(host, sizeof(host), "%.*s", (int)strcspn(name, "/"), name);
	return parse_server(host, &address, &port) && address_equal(&address, &server->address);
}

int radiusclient_read_secrets(const char *text, size_t length, struct radiusclient *client, struct error *error)
{
	struct lines lines = { .at = text, .end = text + length };
	int ret = 0;

	while (next_line(&lines) && ret == 0) {
		for (unsigned int i = 0; i < client->count && ret == 0; i++) {
			struct radius_profile_config *server = &client->servers[i];

			if (server->secret[0] || !is_server(server, lines.name))
				continue;
			if (strlen(lines.value) >= sizeof(server->secret) ||
			    text_printable_length(lines.value) < strlen(lines.value))
				ret = error_set(error, ERROR_VALUE, "radius_hint",
						"line %u: its secret is too long, or no text", lines.number);
			else
				memcpy(server->secret, lines.value, strlen(lines.value));
		}
	}
	explicit_bzero(&lines, sizeof(lines));
	for (unsigned int i = 0; i < client->count && ret == 0; i++) {
		if (!client->servers[i].secret[0])
			ret = error_set(error, ERROR_MISSING, "radius_hint", "there is no secret of %s",
					client->servers[i].radius_name + strlen("radiusclient-"));
	}
	return ret;
}
