/* SPDX-License-Identifier: MIT */
/*
 * Configurations of several files over arbitrary texts.  The input is a small disk: what is before the first
 * octet 0 is the file /0, the next /1, and so on, and they include each other as they like.  Each piece lies in its
 * file, in order, the places are right, and nothing but includes is left out.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/source.h"
#include "fuzz.h"

#define FILES_MAX 6

struct disk {
	const char *texts[FILES_MAX];
	size_t lengths[FILES_MAX];
	unsigned int count;
};

static int add(const struct disk *disk, unsigned int i, struct source_list *list, struct error *error)
{
	char name[8], *text = malloc(disk->lengths[i] ? disk->lengths[i] : 1);

	must(text);
	memcpy(text, disk->texts[i], disk->lengths[i]);
	snprintf(name, sizeof(name), "/%u", i);
	return source_add_file(list, name, text, disk->lengths[i], error);
}

/* A path with a wildcard means all files but the first. */
static int read_disk(void *context, const char *path, struct source_list *list, struct error *error)
{
	const struct disk *disk = context;
	bool all = source_has_wildcard(path);

	if (!all && path[0] == '/' && path[1] >= '0' && path[1] < '0' + (char)disk->count && !path[2])
		return add(disk, (unsigned int)(path[1] - '0'), list, error);
	for (unsigned int i = 1; all && i < disk->count; i++) {
		if (add(disk, i, list, error) < 0)
			return -1;
	}
	return 0;
}

static const struct source_file *file_of(const struct source_list *list, const struct source *piece)
{
	for (unsigned int i = 0; i < list->file_count; i++) {
		const struct source_file *file = &list->files[i];

		if (piece->text >= file->text && piece->text + piece->length <= file->text + file->length)
			return file;
	}
	return NULL;
}

/* The line and column where the piece begins, counted anew. */
static void check_place(const struct source *piece, const struct source_file *file)
{
	unsigned int line = 1, column = 1;
	const char *at = file->text;

	if (file->length >= 3 && !memcmp(at, "\xef\xbb\xbf", 3) && piece->text > at)
		at += 3;
	for (; at < piece->text; at++) {
		if (*at == '\n') {
			line++;
			column = 1;
		} else if ((*at & 0xc0) != 0x80) {
			column++;
		}
	}
	must(piece->first_line == line && piece->first_column == column);
}

/* No include is left in a piece, but in a form that is refused. */
static void check_piece(const struct source *piece)
{
	struct command_reader reader;
	struct config_place place;
	struct command command;
	int found;

	if (source_reader_begin(&reader, piece) < 0)
		return;
	while ((found = command_reader_next(&reader, &command, &place, NULL)) != 0) {
		must(place.line >= piece->first_line);
		must(found < 0 || command.object != CONFIG_CONFIG || command.verb != CONFIG_INCLUDE);
	}
	command_reader_end(&reader);
}

static void check(const struct source_list *list)
{
	for (unsigned int i = 0; i < list->count; i++) {
		const struct source *piece = &list->items[i];

		must(piece->name && (piece->fault != NULL) == (piece->text == NULL));
		must(!piece->fault || (piece->fault->code != ERROR_NONE && piece->fault->text[0]));
		if (!piece->text)
			continue;
		must(file_of(list, piece));
		check_place(piece, file_of(list, piece));
		check_piece(piece);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
	struct source_list list = { .items = NULL };
	struct error error = { 0 };
	struct disk disk = { .count = 0 };

	while (disk.count < FILES_MAX) {
		const uint8_t *end = length ? memchr(data, 0, length) : NULL;
		size_t size = end ? (size_t)(end - data) : length;

		disk.texts[disk.count] = (const char *)data;
		disk.lengths[disk.count++] = size;
		if (!end)
			break;
		data = end + 1;
		length -= size + 1;
	}
	if (source_load(&list, "/0", read_disk, &disk, &error) == 0)
		check(&list);
	else
		must(error.text[0]);
	source_free(&list);
	return 0;
}
