/* SPDX-License-Identifier: MIT */
/*
 * Includes.  Nearly all files have none, so a text is only read word by word when one of its lines could be
 * one.
 */
#include "config/source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is being loaded: the file, and the files that include it. */
struct load {
	struct source_list *list;
	source_read_fn *read;
	void *context;
	unsigned int depth;
	unsigned int chain[SOURCE_DEPTH_MAX];	/* indices of files; its first is the one that is not included */
};

static int out_of_memory(struct error *error)
{
	return error_set(error, ERROR_SYSTEM, NULL, "out of memory");
}

bool source_has_wildcard(const char *path)
{
	return strpbrk(path, "*?[");
}

int source_add_file(struct source_list *list, const char *name, char *text, size_t length, struct error *error)
{
	struct source_file *files = realloc(list->files, (list->file_count + 1) * sizeof(*files));
	char *copy = strdup(name);

	if (files)
		list->files = files;
	if (!files || !copy) {
		free(copy);
		free(text);
		return out_of_memory(error);
	}
	files += list->file_count++;
	files->name = copy;
	files->text = text;
	files->length = length;
	list->octets += length;
	if (list->file_count > SOURCE_FILES_MAX)
		return error_set(error, ERROR_LIMIT, NULL, "a configuration may have %d files", SOURCE_FILES_MAX);
	if (list->octets > SOURCE_OCTETS_MAX)
		return error_set(error, ERROR_LIMIT, NULL, "a configuration may have %u MiB in all its files",
				 SOURCE_OCTETS_MAX >> 20);
	return 0;
}

static struct source *add_piece(struct source_list *list, const char *name, struct config_place place)
{
	struct source *items = realloc(list->items, (list->count + 1) * sizeof(*items));

	if (!items)
		return NULL;
	list->items = items;
	items[list->count] = (struct source){ .name = name, .first_line = place.line, .first_column = place.column };
	return &items[list->count++];
}

int source_add_text(struct source_list *list, const char *name, unsigned int first_line, char *text, size_t length,
		    struct error *error)
{
	struct source *piece;

	if (source_add_file(list, name, text, length, error) < 0)
		return -1;
	piece = add_piece(list, list->files[list->file_count - 1].name, (struct config_place){ first_line, 1 });
	if (!piece)
		return out_of_memory(error);
	piece->text = text;
	piece->length = length;
	return 0;
}

/* What is wrong with the include at this place. */
static int add_fault(struct source_list *list, const char *name, struct config_place place, const struct error *fault,
		     struct error *error)
{
	struct source *piece = add_piece(list, name, place);

	if (!piece)
		return out_of_memory(error);
	piece->fault = malloc(sizeof(*fault));
	if (!piece->fault)
		return out_of_memory(error);
	*piece->fault = *fault;
	return 0;
}

/* --- which files --- */

/* The path as the including file means it: from its own folder. False when it is too long. */
static bool resolve(const char *file, const char *path, char out[CONFIG_FILE_MAX])
{
	const char *slash = strrchr(file, '/');
	int folder = *path == '/' || !slash ? 0 : (int)(slash - file) + 1;

	return snprintf(out, CONFIG_FILE_MAX, "%.*s%s", folder, file, path) < CONFIG_FILE_MAX;
}

/* "a includes b includes a" */
static int refuse_circle(const struct load *load, unsigned int from, const char *name, struct error *error)
{
	char chain[ERROR_TEXT_MAX / 2] = "";
	size_t used = 0;

	for (unsigned int i = from; i < load->depth && used < sizeof(chain); i++)
		used += (size_t)snprintf(chain + used, sizeof(chain) - used, "%s includes ",
					 load->list->files[load->chain[i]].name);
	return error_set(error, ERROR_VALUE, "file", "a file may not include itself: %s%s", chain, name);
}

static int refuse_again(const struct load *load, const char *name, struct error *error)
{
	for (unsigned int i = 0; i < load->depth; i++) {
		if (!strcmp(load->list->files[load->chain[i]].name, name))
			return refuse_circle(load, i, name, error);
	}
	if (load->depth == SOURCE_DEPTH_MAX)
		return error_set(error, ERROR_LIMIT, "file", "files may include each other %d deep: %s is one too many",
				 SOURCE_DEPTH_MAX, name);
	return 0;
}

static int load_file(struct load *load, unsigned int index, struct error *error);

/* The files of one include. *fault is what is wrong with it, if anything; -1: out of memory. */
static int load_included(struct load *load, const char *path, struct error *fault, struct error *error)
{
	unsigned int first = load->list->file_count, end;
	char resolved[CONFIG_FILE_MAX];

	if (!resolve(load->list->files[load->chain[load->depth - 1]].name, path, resolved)) {
		error_set(fault, ERROR_VALUE, "file", "a path may have %d octets, with the including file's folder",
			  CONFIG_FILE_MAX - 1);
		return 0;
	}
	if (load->read(load->context, resolved, load->list, fault) < 0)
		return 0;
	end = load->list->file_count;
	if (first == end && !source_has_wildcard(resolved))
		error_set(fault, ERROR_VALUE, "file", "there is no file %s", resolved);
	for (unsigned int i = first; i < end && fault->code == ERROR_NONE; i++) {
		if (refuse_again(load, load->list->files[i].name, fault) == 0 && load_file(load, i, error) < 0)
			return -1;
	}
	return 0;
}

/* --- where they are included --- */

/* The path of the command that was read, when it is an include: "" when it lacks one, NULL when it is something else,
 * or whoever reads the commands will tell what is wrong with it. */
static const char *included_path(const struct command_reader *reader, struct command *command)
{
	if (!reader->word_count || !strchr("iIcC", reader->words[0][0]))
		return NULL;
	if (command_parse(reader->words, reader->word_count, command, NULL, NULL, NULL) < 0 ||
	    command->object != CONFIG_CONFIG || command->verb != CONFIG_INCLUDE)
		return NULL;
	return command->config.file.file;
}

static int include(struct load *load, const char *path, const char *name, struct config_place place,
		   struct error *error)
{
	struct error fault = { 0 };

	if (!*path)
		error_set(&fault, ERROR_MISSING, "file", "include which file? Write include FILE");
	else if (load_included(load, path, &fault, error) < 0)
		return -1;
	return fault.code == ERROR_NONE ? 0 : add_fault(load->list, name, place, &fault, error);
}

static int add_text(struct source_list *list, const char *name, const char *text, const char *end,
		    struct config_place place, struct error *error)
{
	struct source *piece;

	if (text == end)
		return 0;
	piece = add_piece(list, name, place);
	if (!piece)
		return out_of_memory(error);
	piece->text = text;
	piece->length = (size_t)(end - text);
	return 0;
}

/* Could a command begin here with include, or config include?  One that goes on here with interface_name, say,
 * does no harm. */
static bool could_include(const char *text, const char *end)
{
	while (text < end && (*text == ' ' || *text == '\t' || *text == '"'))
		text++;
	return text < end && (*text == 'i' || *text == 'I' || *text == 'c' || *text == 'C');
}

static bool has_include(const char *text, size_t length)
{
	const char *end = text + length;

	if (could_include(text, end) || (length >= 3 && could_include(text + 3, end)))	/* behind a byte order mark */
		return true;
	for (const char *at = text; at < end; at++) {
		if ((*at == ';' || *at == '\n') && could_include(at + 1, end))
			return true;
	}
	return false;
}

/* Cut the file where it includes others. */
static int cut(struct load *load, const struct source_file *file, struct command_reader *reader, struct error *error)
{
	struct config_place begin = reader->place, place;
	const char *text = file->text, *path;	/* with its byte order mark, as of a file that includes nothing */
	struct command command;
	int found;

	while ((found = command_reader_words(reader, &place, NULL)) != 0) {
		path = found > 0 ? included_path(reader, &command) : NULL;
		if (!path)
			continue;
		if (add_text(load->list, file->name, text, reader->begin, begin, error) < 0 ||
		    include(load, path, file->name, place, error) < 0)
			return -1;
		text = reader->position;
		begin = reader->place;
	}
	return add_text(load->list, file->name, text, reader->end, begin, error);
}

static int load_file(struct load *load, unsigned int index, struct error *error)
{
	const struct source_file file = load->list->files[index];	/* the list may move */
	const struct config_place first = { 1, 1 };
	struct command_reader reader;
	int ret;

	if (!has_include(file.text, file.length))
		return add_text(load->list, file.name, file.text, file.text + file.length, first, error);
	if (command_reader_begin(&reader, file.text, file.length) < 0)
		return out_of_memory(error);
	load->chain[load->depth++] = index;
	ret = cut(load, &file, &reader, error);
	load->depth--;
	command_reader_end(&reader);
	return ret;
}

/* --- for others --- */

int source_load(struct source_list *list, const char *path, source_read_fn *read, void *context, struct error *error)
{
	struct load load = { .list = list, .read = read, .context = context };
	unsigned int first = list->file_count;

	if (read(context, path, list, error) < 0)
		return -1;
	if (list->file_count == first)
		return error_set(error, ERROR_UNKNOWN, "file", "there is no file %s", path);
	return load_file(&load, first, error);
}

void source_free(struct source_list *list)
{
	for (unsigned int i = 0; i < list->count; i++)
		free(list->items[i].fault);
	for (unsigned int i = 0; i < list->file_count; i++) {
		free(list->files[i].name);
		free(list->files[i].text);
	}
	free(list->items);
	free(list->files);
	memset(list, 0, sizeof(*list));
}

int source_reader_begin(struct command_reader *reader, const struct source *source)
{
	if (command_reader_begin(reader, source->text, source->length) < 0)
		return -1;
	/* a piece within a file begins with what ends a command, so it has no byte order mark */
	reader->place = (struct config_place){ source->first_line, source->first_column };
	return 0;
}
