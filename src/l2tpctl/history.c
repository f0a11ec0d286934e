/* SPDX-License-Identifier: MIT */
/*
 * Each line is appended as it is typed: two shells at once lose nothing of each other, nor does one that is killed.
 */
#include "l2tpctl/history.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "config/objects.h"

bool history_path(char out[HISTORY_PATH_MAX])
{
	const char *given = getenv("L2TP_HISTFILE"), *home = getenv("HOME");
	int length;

	if (given)
		length = snprintf(out, HISTORY_PATH_MAX, "%s", given);
	else if (home && home[0])
		length = snprintf(out, HISTORY_PATH_MAX, "%s/.l2tp_history", home);
	else
		length = 0;
	return length > 0 && length < HISTORY_PATH_MAX;
}

unsigned int history_size(void)
{
	const char *given = getenv("L2TP_HISTFILESIZE");
	uint64_t number;

	if (!given || !text_to_u64(given, &number))
		return HISTORY_LINES;
	return number < HISTORY_LINES_MAX ? (unsigned int)number : HISTORY_LINES_MAX;
}

/* --- the last lines of a file --- */

/* A ring of lines: only those that are kept are ever in memory. */
struct lines {
	char **ring;
	unsigned int keep, count;	/* count: of all that were read */
};

static void add_line(struct lines *lines, const char *line)
{
	char **place = &lines->ring[lines->count % lines->keep];

	free(*place);
	*place = strdup(line);
	lines->count++;
}

static bool read_lines(const char *path, struct lines *lines)
{
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;

	if (!file)
		return false;
	while (getline(&line, &size, file) >= 0) {
		line[strcspn(line, "\r\n")] = '\0';
		if (line[0])
			add_line(lines, line);
	}
	free(line);
	fclose(file);
	return true;
}

static const char *line_at(const struct lines *lines, unsigned int index)
{
	unsigned int first = lines->count > lines->keep ? lines->count - lines->keep : 0;

	return first + index < lines->count ? lines->ring[(first + index) % lines->keep] : NULL;
}

/* The whole file anew, beside it and then in its place: who reads it meanwhile sees all of it or all of the new. */
static void write_lines(const char *path, const struct lines *lines)
{
	char beside[HISTORY_PATH_MAX + 8];
	const char *line;
	FILE *file;
	int fd;

	snprintf(beside, sizeof(beside), "%s.XXXXXX", path);
	fd = mkostemp(beside, O_CLOEXEC);	/* mode 0600 */
	file = fd >= 0 ? fdopen(fd, "w") : NULL;
	if (!file)
		return;
	for (unsigned int i = 0; (line = line_at(lines, i)); i++)
		fprintf(file, "%s\n", line);
	if (fclose(file) != 0 || rename(beside, path) < 0)
		unlink(beside);
}

void history_load(const char *path, unsigned int keep, history_line_fn *take, void *context)
{
	struct lines lines = { .keep = keep };
	const char *line;

	lines.ring = keep ? calloc(keep, sizeof(*lines.ring)) : NULL;
	if (!lines.ring)
		return;
	if (read_lines(path, &lines)) {
		for (unsigned int i = 0; (line = line_at(&lines, i)); i++)
			take(context, line);
		if (lines.count >= 2 * keep)
			write_lines(path, &lines);
	}
	for (unsigned int i = 0; i < keep; i++)
		free(lines.ring[i]);
	free(lines.ring);
}

void history_append(const char *path, const char *line)
{
	char text[4096];
	ssize_t written;
	int fd, length = snprintf(text, sizeof(text), "%.*s\n", (int)strcspn(line, "\r\n"), line);

	if (length >= (int)sizeof(text))
		return;
	fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return;
	do
		written = write(fd, text, (size_t)length);
	while (written < 0 && errno == EINTR);
	close(fd);
}

/* --- secrets --- */

/* Those that are not supported yet are secrets already: who types them does not know. */
static bool is_secret(const struct param *param)
{
	size_t length = strlen(param->name);

	return param->flags & PARAM_SECRET || strcmp(param->name, "secret") == 0 ||
	       (length > 8 && strcmp(param->name + length - 8, "password") == 0);
}

/* Could name, which may be cut short, be a secret of any object? */
static bool names_secret(const char *name, size_t length)
{
	for (int object = 0; object < CONFIG_OBJECT_COUNT; object++) {
		const struct param_table *table = config_tables[object];

		for (unsigned int row = 0; table && row < table->count; row++)
			if (is_secret(&table->params[row]) &&
			    strncasecmp(table->params[row].name, name, length) == 0)
				return true;
	}
	return false;
}

bool history_may_keep(const char *line)
{
	static const char between[] = " \t;\r\n\"";

	while (*(line += strspn(line, between))) {
		size_t word = strcspn(line, between), name = strcspn(line, "=");

		/* X= alone clears it, and tells nothing */
		if (name < word && name && line[name + 1] && !strchr(" \t;\r\n", line[name + 1]) &&
		    names_secret(line, name))
			return false;
		line += word;
	}
	return true;
}
