/* SPDX-License-Identifier: MIT */
/*
 * The texts that a configuration is made of: a file, cut into pieces where it includes others, and these
 * in their places.  Reading is the caller's: this room opens no files.
 */
#ifndef L2TPD_CONFIG_SOURCE_H
#define L2TPD_CONFIG_SOURCE_H

#include "config/command.h"

#define SOURCE_DEPTH_MAX 8		/* files that include each other */
#define SOURCE_FILES_MAX 1000
#define SOURCE_OCTETS_MAX (64u << 20)	/* of all files: more than any configuration */

struct source_file {
	char *name, *text;
	size_t length;
};

/* A piece, to be read in the order of the list. */
struct source {
	const char *name;			/* of the file, for messages */
	unsigned int first_line, first_column;	/* where the piece begins in it */
	const char *text;			/* not NUL-terminated; NULL: there is a fault instead */
	size_t length;
	struct error *fault;			/* what is wrong with an include, which stands there */
};

struct source_list {		/* zero-initialised */
	struct source *items;
	unsigned int count;
	struct source_file *files;
	unsigned int file_count;
	size_t octets;
};

/* Add the files that this path means to the list with source_add_file(), in the order of their names: one, or when
 * it has a wildcard (source_has_wildcard()) any number.  -1 with *error: one cannot be read. */
typedef int source_read_fn(void *context, const char *path, struct source_list *list, struct error *error);

/* The text is the list's from now on, also on failure; name is copied. -1: out of memory, or too much. */
int source_add_file(struct source_list *list, const char *name, char *text, size_t length, struct error *error);
/* A text without includes, which begins at this line of the file of this name, as the last piece. */
int source_add_text(struct source_list *list, const char *name, unsigned int first_line, char *text, size_t length,
		    struct error *error);
bool source_has_wildcard(const char *path);

/* Read this file and all that it includes. -1 with *error: out of memory, or the file itself cannot be read;
 * what is wrong with includes is told by the pieces. */
int source_load(struct source_list *list, const char *path, source_read_fn *read, void *context, struct error *error);
void source_free(struct source_list *list);

/* As command_reader_begin(); places are those in the file. */
int source_reader_begin(struct command_reader *reader, const struct source *source);

#endif
