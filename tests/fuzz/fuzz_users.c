/* SPDX-License-Identifier: MIT */
/*
 * Secrets files: what is read is found by the words that it was written with, and what cannot be read says where.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "aaa/users.h"
#include "aaa/users_line.h"
#include "fuzz.h"

static int read_file(void *context, const char *path, char *out, size_t size, size_t *length, struct error *error)
{
	static const char text[] = "'from a file'";

	must(path[0] == '/' && strlen(path) < USERS_PATH_MAX && size > sizeof(text));
	memcpy(out, text, sizeof(text) - 1);
	*length = sizeof(text) - 1;
	return 0;
}

static void check_grant(const struct grant *grant)
{
	must(grant->allowed_count <= GRANT_ALLOWED_MAX);
	must((grant->address == GRANT_ADDRESS_NONE) == (grant->allowed_count == 0));
	must((grant->address == GRANT_ADDRESS_FIXED) == (grant->ipv4.family == AF_INET));
	must(grant->delegated.length < 64 && (grant->ipv6_prefix.length == 64 || !grant->ipv6_prefix.length));
}

/* Each line that counts finds a user, itself or a better one. */
static void check_line(const struct users *users, enum users_file file, const struct users_line *line)
{
	const char *client = users_line_word(line, 0), *server = users_line_word(line, 1);
	struct users_found found;
	struct grant grant;
	struct error error = { 0 };

	must(strlen(client) == line->words[0].length);
	if (users_find(users, file, (const uint8_t *)client, strlen(client), server, &found, &grant, &error) < 0) {
		must(error.code == ERROR_UNSUPPORTED && file == USERS_PAP);
		must(!found.length && !found.line);
		return;
	}
	must(found.line && found.line <= line->words[0].line && found.length < USERS_SECRET_MAX);
	check_grant(&grant);
}

static void check_lines(const struct users *users, enum users_file file, const char *octets, size_t length)
{
	struct users_text text = users_text_over("f", octets, length);
	struct users_line line;
	uint32_t count = 0;
	int result;

	while ((result = users_text_next(&text, &line, NULL)) > 0) {
		if (line.count < 3)
			continue;
		check_line(users, file, &line);
		count++;
	}
	must(result == 0 && users_count(users, file) <= count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
	enum users_file file = length && data[0] & 1 ? USERS_CHAP : USERS_PAP;
	struct users *users = users_new(read_file, NULL);
	struct error error = { 0 };

	if (!users)
		return 0;
	if (users_load(users, file, "f", (const char *)data, length, &error) < 0)
		must(!strncmp(error.text, "f:", 2) && !users_count(users, file));
	else
		check_lines(users, file, (const char *)data, length);
	users_free(users);
	return 0;
}
