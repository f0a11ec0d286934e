/* SPDX-License-Identifier: MIT */
/*
 * The files of a configuration: what config/ leaves to its caller.
 */
#ifndef L2TPD_L2TPD_FILES_H
#define L2TPD_L2TPD_FILES_H

#include "config/secret.h"
#include "config/source.h"

/* A source_read_fn. context is a bool: read only regular files, for none of which one may have to wait. */
int files_read(void *context, const char *path, struct source_list *list, struct error *error);

/* A secret_read_fn. Warns in the log of a secret that everybody may read. context is not used. */
int files_read_secret(void *context, const struct secret_place *place, const char *parameter, char *out,
		      size_t *length, struct error *error);

#endif
