/* SPDX-License-Identifier: MIT */
/*
 * Secrets in files of their own.
 */
#ifndef L2TPD_OS_SECRET_FILE_H
#define L2TPD_OS_SECRET_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

#define OS_SECRET_FILE_MAX 4096			/* octets of a file with one secret: no key or password is longer */
#define OS_SECRET_KEYS_MAX (1u << 20)		/* octets of a file with many */

/* key NULL: the first line of the file.  Else what follows KEY and blanks on the line that begins with it.
 * Line ends are not part of it.  "credential:NAME" instead of a path is the systemd credential of that name
 * (systemd.exec(5), LoadCredential=).  *exposed: users other than the owner and the group may read the file.
 * Errors never quote what is in it. */
int os_secret_read(const char *path, const char *key, char *out, size_t size, bool *exposed, struct error *error);

#endif
