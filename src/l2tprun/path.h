/* SPDX-License-Identifier: MIT */
/*
 * Paths as text: which file a program means, without a look at any.  What names a file by a symbolic link
 * of its own is not seen through.
 */
#ifndef L2TPD_L2TPRUN_PATH_H
#define L2TPD_L2TPRUN_PATH_H

#include <stdbool.h>

#define PATH_TEXT_MAX 4096	/* with the end: the kernel takes no longer ones */

/* What follows the last slash; "": it ends with one. */
const char *path_name(const char *path);

/* The absolute path of what is called path in folder (absolute; of no meaning when path is absolute), with none of //,
 * /./ and /../ in it, and no slash at its end.  whole has room for PATH_TEXT_MAX.  False: it is too long. */
bool path_absolute(const char *folder, const char *path, char *whole);

/* As those see it whose root this folder is: shortened in place. False: it is not below that. */
bool path_below(char *path, const char *root);

#endif
