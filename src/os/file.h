/* SPDX-License-Identifier: MIT */
/*
 * Whole files: read at once, found by pattern, and written so that nobody ever sees half of one.
 */
#ifndef L2TPD_OS_FILE_H
#define L2TPD_OS_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/error.h"

/* Read all of a file (or pipe; "-" is standard input) of at most limit octets. *text is malloc'd,
 * the caller's to free, and has a NUL after its *length octets. */
int os_file_read(const char *path, size_t limit, char **text, size_t *length, struct error *error);

/* Read each of the files that a pattern of the shell means, in the order of their names, and give them to found(),
 * which takes the text over, until it returns -1.  A pattern without a wildcard is a name, and the file must be
 * there, as one with a wildcard is when a file has just that name; else it may match nothing.  regular: refuse
 * whatever else they may be, such as pipes, for which one might wait forever.  limit: octets of all of them. */
typedef int os_file_found_fn(void *sink, const char *path, char *text, size_t length, struct error *error);
int os_file_read_all(const char *pattern, bool regular, size_t limit, os_file_found_fn *found, void *sink,
		     struct error *error);

/* A file being written beside the one that it will replace. */
struct os_file_writer {
	FILE *out;		/* write here */
	char *path, *temporary;
};

/* Begin to replace path (if it is a link, what it leads to).  mode: the permissions; keep: those of the file
 * that is there, if there is one, instead. */
int os_file_write_begin(struct os_file_writer *writer, const char *path, unsigned int mode, bool keep,
			struct error *error);
/* All has been written: put it in place, safe on the disk. -1: the file is as it was. The writer is ended. */
int os_file_write_end(struct os_file_writer *writer, struct error *error);
/* Leave the file as it was. Legal after either of the above, and for a writer that is zero. */
void os_file_write_abort(struct os_file_writer *writer);

#endif
