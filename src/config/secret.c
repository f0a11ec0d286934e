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

/* What is behind KEY and one blank: others are the secret's. False when the line has another key. */
static bool behind_key(const char *key, const char **line, size_t *length)
{
	size_t skip = strlen(key);

	if (*length <= skip || memcmp(*line, key, skip) != 0 || ((*line)[skip] != ' ' && (*line)[skip] != '\t'))
		return false;
	*line += skip + 1;
	*length -= skip + 1;
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

/* What is being filled. */
struct fill {
	const struct param_table *table;
	void *config;
	struct param_set *set;
	secret_read_fn *read;
	void *context;
};

/* Find the secret in the text of its place, and set it. */
static int set_secret(const struct fill *fill, unsigned int file_row, const struct secret_place *place, char *text,
		      size_t length, struct error *error)
{
	const char *parameter = fill->table->params[file_row].name;
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
	if (param_parse(fill->table, secret_row(file_row), value, fill->config, error) < 0)
		return -1;
	param_set_add(fill->set, secret_row(file_row));
	return 0;
}

static int read_secret(const struct fill *fill, unsigned int file_row, struct error *error)
{
	const char *parameter = fill->table->params[file_row].name;
	char where[PARAM_TEXT_MAX], *text;
	struct secret_place place;
	size_t length = 0;
	int ret = -1;

	param_format(fill->table, file_row, fill->config, where);
	if (!secret_place_parse(where, &place))
		return error_set(error, ERROR_VALUE, parameter, "%s must be %s", parameter, CHECK_SECRET_FILE_ALLOWED);
	text = calloc(1, SECRET_FILE_MAX + 1);
	if (!text)
		return error_set(error, ERROR_SYSTEM, NULL, "out of memory");
	if (fill->read(fill->context, &place, parameter, text, &length, error) == 0)
		ret = set_secret(fill, file_row, &place, text, length, error);
	explicit_bzero(text, SECRET_FILE_MAX);
	free(text);
	return ret;
}

static int fill_row(const struct fill *fill, unsigned int file_row, struct error *error)
{
	const struct param *param = &fill->table->params[file_row];
	bool literal = param_set_has(fill->set, secret_row(file_row));
	/* an empty name takes one away */
	bool named = param_set_has(fill->set, file_row) && *((const char *)fill->config + param->offset);

	if (named && literal)
		return error_set(error, ERROR_VALUE, param->name, "give %s or %s, not both",
				 fill->table->params[secret_row(file_row)].name, param->name);
	if (literal)
		param_set_add(fill->set, file_row);	/* its member is empty */
	return named ? read_secret(fill, file_row, error) : 0;
}

int secret_fill_rows(const struct param_table *table, void *config, struct param_set *set, secret_read_fn *read,
		     void *context, struct error *error)
{
	const struct fill fill = { table, config, set, read, context };

	for (unsigned int row = 1; row < table->count; row++) {
		const struct param *param = &table->params[row];

		if (param->flags & PARAM_READ_FILE && param->type != PARAM_UNSUPPORTED &&
		    fill_row(&fill, row, error) < 0)
			return -1;
	}
	return 0;
}

int secret_fill(struct command *command, secret_read_fn *read, void *context, struct error *error)
{
	if (command->verb != CONFIG_CREATE && command->verb != CONFIG_MODIFY)
		return 0;
	return secret_fill_rows(config_tables[command->object], &command->config, &command->set, read, context, error);
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
