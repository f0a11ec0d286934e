/* SPDX-License-Identifier: MIT */
/*
 * From a text with secrets to the one that is meant.
 */
#include "config/secret.h"

#include <stdlib.h>
#include <string.h>

#include "config/check.h"

static const char credential[] = "credential:";

bool secret_place_parse(const char *text, struct secret_place *place)
{
	size_t prefix = sizeof(credential) - 1;
	const char *key;

	memset(place, 0, sizeof(*place));
	if (!*text || strlen(text) >= sizeof(place->name) || !check_secret_file(text))
		return false;
	place->kind = SECRET_FILE;
	if (!strcmp(text, "-")) {
		place->kind = SECRET_STANDARD;
	} else if (!strncmp(text, credential, prefix)) {
		place->kind = SECRET_CREDENTIAL;
		strcpy(place->name, text + prefix);
	} else {
		key = strrchr(text, '#');
		memcpy(place->name, text, key ? (size_t)(key - text) : strlen(text));
		strcpy(place->key, key ? key + 1 : "");
	}
	return place->name[0] || place->kind == SECRET_STANDARD;
}

/* The line, without its end, that begins at *text; *text is then behind it. */
static size_t next_line(const char **text, const char *end)
{
	const char *begin = *text, *newline = memchr(begin, '\n', (size_t)(end - begin));
	size_t length = (size_t)((newline ? newline : end) - begin);

	*text = newline ? newline + 1 : end;
	return length && begin[length - 1] == '\r' ? length - 1 : length;
}

/* What is behind KEY and blanks. False when the line has another key. */
static bool behind_key(const char *key, const char **line, size_t *length)
{
	size_t skip = strlen(key);

	if (*length <= skip || memcmp(*line, key, skip) != 0 || ((*line)[skip] != ' ' && (*line)[skip] != '\t'))
		return false;
	while (skip < *length && ((*line)[skip] == ' ' || (*line)[skip] == '\t'))
		skip++;
	*line += skip;
	*length -= skip;
	return true;
}

/* The value, NUL-terminated in the text itself; NULL: it is not there. */
static char *pick(char *text, size_t length, const char *key)
{
	const char *at = text, *end = text + length;

	while (at < end) {
		const char *line = at;
		size_t size = next_line(&at, end);

		if (*key && !behind_key(key, &line, &size))
			continue;
		text[line - text + (ptrdiff_t)size] = '\0';
		return text + (line - text);
	}
	return NULL;
}

/* Find the secret in the text of its place, and set it. */
static int set_secret(struct command *command, unsigned int file_row, const struct secret_place *place, char *text,
		      size_t length, struct error *error)
{
	const struct param_table *table = config_tables[command->object];
	const char *parameter = table->params[file_row].name;
	char *value;

	if (memchr(text, '\0', length))
		return error_set(error, ERROR_VALUE, parameter, "what %s names is no text", parameter);
	value = pick(text, length, place->key);
	if (!value && place->key[0])
		return error_set(error, ERROR_VALUE, parameter, "%s has no line that begins with %s and a blank",
				 place->name, place->key);
	if (!value || !*value)
		return error_set(error, ERROR_VALUE, parameter, "what %s names has nothing in the line that counts",
				 parameter);
	if (param_parse(table, secret_row(file_row), value, &command->config, error) < 0)
		return -1;
	param_set_add(&command->set, secret_row(file_row));
	return 0;
}

static int fill(struct command *command, unsigned int file_row, secret_read_fn *read, void *context,
		struct error *error)
{
	const struct param_table *table = config_tables[command->object];
	const struct param *param = &table->params[file_row];
	char where[PARAM_TEXT_MAX], *text;
	struct secret_place place;
	size_t length = 0;
	int ret = -1;

	param_format(table, file_row, &command->config, where);
	if (!secret_place_parse(where, &place))
		return error_set(error, ERROR_VALUE, param->name, "%s must be %s", param->name,
				 CHECK_SECRET_FILE_ALLOWED);
	text = calloc(1, SECRET_FILE_MAX + 1);
	if (!text)
		return error_set(error, ERROR_SYSTEM, NULL, "out of memory");
	if (read(context, &place, param->name, text, &length, error) == 0)
		ret = set_secret(command, file_row, &place, text, length, error);
	explicit_bzero(text, SECRET_FILE_MAX);
	free(text);
	return ret;
}

/* Is a file named? An empty name takes one away. */
static bool names_file(const struct command *command, unsigned int file_row)
{
	const struct param *param = &config_tables[command->object]->params[file_row];

	return param_set_has(&command->set, file_row) && *((const char *)&command->config + param->offset);
}

static bool is_file_row(const struct param_table *table, unsigned int row)
{
	return table->params[row].flags & PARAM_READ_FILE && table->params[row].type != PARAM_UNSUPPORTED;
}

int secret_fill(struct command *command, secret_read_fn *read, void *context, struct error *error)
{
	const struct param_table *table = config_tables[command->object];

	if (command->verb != CONFIG_CREATE && command->verb != CONFIG_MODIFY)
		return 0;
	for (unsigned int row = 0; row < table->count; row++) {
		bool literal = row && param_set_has(&command->set, secret_row(row));
		const char *name = table->params[row].name;

		if (!is_file_row(table, row))
			continue;
		if (names_file(command, row) && literal)
			return error_set(error, ERROR_VALUE, name, "give %s or %s, not both",
					 table->params[secret_row(row)].name, name);
		if (names_file(command, row) && fill(command, row, read, context, error) < 0)
			return -1;
		if (literal)
			param_set_add(&command->set, row);	/* its member is empty */
	}
	return 0;
}

int secret_literal(const struct command *command)
{
	const struct param_table *table = config_tables[command->object];

	for (unsigned int row = param_set_next(&command->set, 0); row < PARAM_SET_MAX;
	     row = param_set_next(&command->set, row + 1)) {
		if (table->params[row].flags & PARAM_SECRET &&
		    *((const char *)&command->config + table->params[row].offset))
			return (int)row;
	}
	return -1;
}
