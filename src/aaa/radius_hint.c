/* SPDX-License-Identifier: MIT */
/* See radius_hint.h. */
#include "aaa/radius_hint.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define LINE_MAX_LENGTH 1024
#define TIMEOUT_DEFAULT 10		/* s; these three are radiusclient's own defaults */
#define TRIES_DEFAULT 3
#define DEAD_TIME_DEFAULT 0
#define SECONDS_MAX 86400
#define TRIES_MAX 100

struct reader {
	struct radius_hint *hint;
	const char *position, *end;
	unsigned int line;
	struct error *error;
	char words[LINE_MAX_LENGTH];
};

static int complain(const struct reader *reader, const char *keyword, const char *what)
{
	return error_set(reader->error, ERROR_VALUE, keyword, "line %u: %s %s", reader->line, keyword, what);
}

/* The next line that says something: its first word and the rest. 1: there is none, -1: one is too long. */
static int next_line(struct reader *reader, char **keyword, char **value)
{
	while (reader->position < reader->end) {
		const char *newline = memchr(reader->position, '\n', (size_t)(reader->end - reader->position));
		size_t length = (size_t)((newline ? newline : reader->end) - reader->position);
		const char *line = reader->position;

		reader->line++;
		reader->position = newline ? newline + 1 : reader->end;
		if (length >= sizeof(reader->words))
			return complain(reader, "this line", "is too long");
		memcpy(reader->words, line, length);
		reader->words[length] = '\0';
		*keyword = strtok_r(reader->words, " \t\r", value);
		if (!*keyword || (*keyword)[0] == '#')
			continue;
		*value += strspn(*value, " \t\r");
		(*value)[strcspn(*value, " \t\r")] = '\0';
		return 0;
	}
	return 1;
}

/* --- servers --- */

static struct radius_hint_server *server_of(struct radius_hint *hint, const char *host)
{
	for (unsigned int i = 0; i < hint->count; i++)
		if (!strcasecmp(hint->servers[i].host, host))
			return &hint->servers[i];
	if (hint->count == RADIUS_HINT_SERVERS_MAX)
		return NULL;
	snprintf(hint->servers[hint->count].host, sizeof(hint->servers->host), "%s", host);
	return &hint->servers[hint->count++];
}

/* Cuts "HOST:PORT:SECRET" into its parts; an IPv6 address with a port is in brackets. Parts that are not there: NULL */
static bool cut(char *word, char **host, char **port, char **secret)
{
	char *colon;

	*host = word;
	*port = *secret = NULL;
	if (*word == '[') {
		*host = word + 1;
		colon = strchr(word, ']');
		if (!colon)
			return false;
		*colon++ = '\0';
		if (*colon && *colon != ':')
			return false;
	} else {
		colon = strchr(word, ':');
		if (colon && strchr(colon + 1, ':')) {	/* an address alone, or three parts */
			struct address address;

			if (address_parse(word, &address))
				return true;
		}
	}
	if (!colon || !*colon)
		return **host;
	*colon++ = '\0';
	*port = colon;
	colon = strchr(colon, ':');
	if (colon) {
		*colon++ = '\0';
		*secret = colon;
	}
	return **host;
}

static int read_server(struct reader *reader, const char *keyword, char *word, bool auth)
{
	uint64_t number = auth ? RADIUS_AUTH_PORT : RADIUS_ACCT_PORT;
	struct radius_hint_server *server;
	char *host, *port, *secret;

	if (!cut(word, &host, &port, &secret) || strlen(host) >= RADIUS_HINT_HOST_MAX ||
	    (secret && strlen(secret) > RADIUS_SECRET_MAX))
		return complain(reader, keyword, "wants HOST[:PORT[:SECRET]], IPv6 addresses in brackets");
	if (port && *port && (!text_to_u64(port, &number) || !number || number > UINT16_MAX))
		return complain(reader, keyword, "wants a port of 1 to 65535");
	server = server_of(reader->hint, host);
	if (!server)
		return complain(reader, keyword, "is one server too many");
	*(auth ? &server->auth_port : &server->acct_port) = (uint16_t)number;
	if (secret)
		snprintf(server->secret, sizeof(server->secret), "%s", secret);
	return 0;
}

static int read_servers(struct reader *reader, const char *keyword, char *value, bool auth)
{
	char *rest, *word;

	if (!*value)
		return complain(reader, keyword, "wants a server");
	for (word = strtok_r(value, ",", &rest); word; word = strtok_r(NULL, ",", &rest))
		if (read_server(reader, keyword, word, auth) < 0)
			return -1;
	return 0;
}

/* --- lines --- */

static int read_number(struct reader *reader, const char *keyword, const char *value, uint32_t least, uint32_t most,
		       uint32_t *number)
{
	uint64_t found;

	if (!text_to_u64(value, &found) || found < least || found > most)
		return complain(reader, keyword, "wants another number");
	*number = (uint32_t)found;
	return 0;
}

static int read_text(struct reader *reader, const char *keyword, const char *value, char *out, size_t size)
{
	if (!*value || strlen(value) >= size)
		return complain(reader, keyword, "is empty or too long");
	memcpy(out, value, strlen(value) + 1);
	return 0;
}

static int read_source(struct reader *reader, const char *keyword, const char *value)
{
	if (strcmp(value, "*") && !address_parse(value, &reader->hint->source))
		return complain(reader, keyword, "wants an address, or *");
	return 0;
}

static int read_line(struct reader *reader, const char *keyword, char *value)
{
	struct radius_hint *hint = reader->hint;

	if (!strcmp(keyword, "authserver"))
		return read_servers(reader, keyword, value, true);
	if (!strcmp(keyword, "acctserver"))
		return read_servers(reader, keyword, value, false);
	if (!strcmp(keyword, "servers"))
		return read_text(reader, keyword, value, hint->secrets_file, sizeof(hint->secrets_file));
	if (!strcmp(keyword, "nas-identifier"))
		return read_text(reader, keyword, value, hint->nas_identifier, sizeof(hint->nas_identifier));
	if (!strcmp(keyword, "radius_timeout"))
		return read_number(reader, keyword, value, 1, SECONDS_MAX, &hint->timeout);
	if (!strcmp(keyword, "radius_retries"))
		return read_number(reader, keyword, value, 1, TRIES_MAX, &hint->retries);
	if (!strcmp(keyword, "radius_deadtime"))
		return read_number(reader, keyword, value, 0, SECONDS_MAX, &hint->dead_time);
	if (!strcmp(keyword, "bindaddr"))
		return read_source(reader, keyword, value);
	return 0;
}

int radius_hint_read(struct radius_hint *hint, const char *text, size_t length, struct error *error)
{
	struct reader reader = { .hint = hint, .position = text, .end = text + length, .error = error };
	char *keyword, *value;
	int found;

	*hint = (struct radius_hint){ .timeout = TIMEOUT_DEFAULT, .retries = TRIES_DEFAULT,
				      .dead_time = DEAD_TIME_DEFAULT };
	while ((found = next_line(&reader, &keyword, &value)) == 0)
		if (read_line(&reader, keyword, value) < 0)
			return -1;
	if (found < 0)
		return -1;
	if (!hint->count)
		return error_set(error, ERROR_MISSING, "authserver", "there is no line with authserver");
	hint->timeout *= 1000;
	hint->dead_time *= 1000;
	hint->retries--;		/* theirs counts the first, too */
	return 0;
}

/* --- secrets --- */

static void set_secret(struct radius_hint *hint, const char *host, const char *secret)
{
	for (unsigned int i = 0; i < hint->count; i++)
		if (!hint->servers[i].secret[0] && !strcasecmp(hint->servers[i].host, host))
			snprintf(hint->servers[i].secret, sizeof(hint->servers[i].secret), "%s", secret);
}

static int read_secret(struct reader *reader, char *hosts, const char *secret)
{
	char *rest, *host;

	if (!*secret || strlen(secret) > RADIUS_SECRET_MAX)
		return complain(reader, "this line", "wants HOST SECRET");
	for (host = strtok_r(hosts, "/", &rest); host; host = strtok_r(NULL, "/", &rest))
		set_secret(reader->hint, host, secret);
	return 0;
}

int radius_hint_read_secrets(struct radius_hint *hint, const char *text, size_t length, struct error *error)
{
	struct reader reader = { .hint = hint, .position = text, .end = text + length, .error = error };
	char *hosts, *secret;
	int found;

	while ((found = next_line(&reader, &hosts, &secret)) == 0)
		if ((found = read_secret(&reader, hosts, secret)) < 0)
			break;
	explicit_bzero(reader.words, sizeof(reader.words));
	for (unsigned int i = 0; found > 0 && i < hint->count; i++)
		if (!hint->servers[i].secret[0])
			return error_set(error, ERROR_MISSING, "servers", "there is no secret of %s",
					 hint->servers[i].host);
	return found < 0 ? -1 : 0;
}

void radius_hint_settings(const struct radius_hint *hint, unsigned int index, const char *name,
			  struct radius_server_settings *settings)
{
	const struct radius_hint_server *server = &hint->servers[index];
	size_t length = strnlen(server->secret, RADIUS_SECRET_MAX);

	*settings = (struct radius_server_settings){
		.source = hint->source, .auth_port = server->auth_port, .acct_port = server->acct_port,
		.secret_length = (uint16_t)length, .timeout = hint->timeout, .retries = hint->retries,
		.dead_time = hint->dead_time,
	};
	snprintf(settings->name, sizeof(settings->name), "%s", name);
	address_parse(server->host, &settings->address);
	memcpy(settings->secret, server->secret, length);
}
