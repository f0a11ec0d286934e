/* SPDX-License-Identifier: MIT */
/*
 * Whole files, read at once.
 */
#ifndef L2TPD_OS_FILE_H
#define L2TPD_OS_FILE_H

#include <stddef.h>

#include "base/error.h"

/* Read all of a file (or pipe; "-" is standard input) of at most limit octets. *text is malloc'd,
 * the caller's to free, and has a NUL after its *length octets. */
int os_file_read(const char *path, size_t limit, char **text, size_t *length, struct error *error);

#endif
