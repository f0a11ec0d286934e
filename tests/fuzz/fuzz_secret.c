/* SPDX-License-Identifier: MIT */
/*
 * Secrets in files: the first line of the input says where one is, the rest is what stands there.  What is found
 * is one of the text's lines, or the end of one, and no error quotes any of it.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "config/secret.h"
#include "fuzz.h"

struct config {
	char token[64], token_file[CONFIG_PATH_MAX];
};

static const struct param params[] = {
	{ .name = "token", .type = PARAM_STRING, .flags = PARAM_SECRET, .offset = offsetof(struct config, token),
	  .size = 64 },
	{ .name = "token_file", .type = PARAM_PATH, .flags = PARAM_READ_FILE,
	  .offset = offsetof(struct config, token_file), .size = CONFIG_PATH_MAX },
};
static const struct param_table table = {
	.object = "test", .params = params, .count = 2, .size = sizeof(struct config),
};

struct file {
	const uint8_t *text;
	size_t length;
	struct secret_place place;
};

static int read_file(void *context, const struct secret_place *place, const char *parameter, char *out, size_t *length,
		     struct error *error)
{
	struct file *file = context;

	file->place = *place;
	if (file->length > SECRET_FILE_MAX)
		return error_set(error, ERROR_LIMIT, parameter, "too long");
	memcpy(out, file->text, file->length);
	*length = file->length;
	return 0;
}

static void check_place(const struct secret_place *place)
{
	must(strlen(place->name) < sizeof(place->name) && strlen(place->key) < sizeof(place->key));
	must(place->kind == SECRET_STANDARD || place->name[0]);
	must(place->kind == SECRET_FILE || !place->key[0]);
	must(place->kind != SECRET_CREDENTIAL || !strchr(place->name, '/'));
	must(place->kind != SECRET_FILE || place->name[0] == '/');
}

/* The secret stands in the text, at a line's end, and behind its key when it has one. */
static void check_secret(const struct file *file, const char *token)
{
	size_t size = strlen(token);
	const uint8_t *found = memmem(file->text, file->length, token, size);

	must(size > 0 && found);
	must(!memchr(token, '\n', size));
	must(!file->place.key[0] || memmem(file->text, file->length, file->place.key, strlen(file->place.key)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
	const uint8_t *newline = length ? memchr(data, '\n', length) : NULL;
	size_t size = newline ? (size_t)(newline - data) : length;
	struct file file = { .text = newline ? newline + 1 : NULL, .length = newline ? length - size - 1 : 0 };
	struct config config = { .token = "" };
	struct param_set set = { { 0 } };
	struct error error = { 0 };
	char where[CONFIG_PATH_MAX] = "";

	if (!file.length)
		file.text = data;
	memcpy(where, data, size < sizeof(where) ? size : sizeof(where) - 1);
	if (param_parse(&table, 1, where, &config, NULL) < 0)
		return 0;
	param_set_add(&set, 1);
	if (secret_fill_rows(&table, &config, &set, read_file, &file, &error) < 0) {
		must(error.text[0] && !config.token[0]);
	} else if (config.token_file[0]) {
		must(param_set_has(&set, 0));
		check_place(&file.place);
		check_secret(&file, config.token);
	}
	return 0;
}
