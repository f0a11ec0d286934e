/* SPDX-License-Identifier: MIT */
/*
 * Secrets in files of their own.
 */
#ifndef L2TPD_OS_SECRET_FILE_H
#define L2TPD_OS_SECRET_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* All of a file with secrets, of at most size octets, without a NUL at its end.  *exposed: users other than the
 * owner and the group may read it. Errors never quote what is in it. */
int os_secret_read(const char *path, char *out, size_t size, size_t *length, bool *exposed, struct error *error);

/* Where the systemd credential of this name is (systemd.exec(5), LoadCredential=). */
int os_credential_path(const char *name, char *out, size_t size, struct error *error);

#endif
