/* SPDX-License-Identifier: MIT */
/*
 * See files.h.
 */
#include "l2tpd/files.h"

#include <limits.h>

#include "base/log.h"
#include "os/file.h"
#include "os/secret_file.h"

static int found(void *sink, const char *path, char *text, size_t length, struct error *error)
{
	return source_add_file(sink, path, text, length, error);
}

int files_read(void *context, const char *path, struct source_list *list, struct error *error)
{
	const bool *regular = context;

	return os_file_read_all(path, *regular, SOURCE_OCTETS_MAX - list->octets, found, list, error);
}

int files_read_secret(void *context, const struct secret_place *place, const char *parameter, char *out,
		      size_t *length, struct error *error)
{
	char credential[PATH_MAX];
	const char *path = place->name;
	bool exposed = false;

	if (place->kind == SECRET_STANDARD)
		return error_set(error, ERROR_VALUE, parameter, "%s=- is for l2tpctl: here it must name a file",
				 parameter);
	if (place->kind == SECRET_CREDENTIAL) {
		if (os_credential_path(place->name, credential, sizeof(credential), error) < 0)
			return -1;
		path = credential;
	}
	if (os_secret_read(path, out, SECRET_FILE_MAX, length, &exposed, error) < 0)
		return -1;
	if (exposed)
		log_warning("%s: everybody may read the secret in %s: chmod 600 it", parameter, path);
	return 0;
}
