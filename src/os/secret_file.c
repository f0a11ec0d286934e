/* SPDX-License-Identifier: MIT */
/*
 * See secret_file.h.
 */
#include "os/secret_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define CREDENTIALS_DIRECTORY "CREDENTIALS_DIRECTORY"	/* in the environment, from systemd */

int os_credential_path(const char *name, char *out, size_t size, struct error *error)
{
	const char *directory = getenv(CREDENTIALS_DIRECTORY);

	if (!directory || !directory[0])
		return error_set(error, ERROR_SYSTEM, NULL,
				 "there is no credential %s: systemd gives one to a service whose unit has "
				 "LoadCredential=%s:/PATH", name, name);
	if ((size_t)snprintf(out, size, "%s/%s", directory, name) >= size)
		return error_set(error, ERROR_VALUE, NULL, "the path of credential %s is too long", name);
	return 0;
}

/* Not a device or a pipe, which might never end. */
static int open_file(const char *path, size_t limit, bool *exposed, struct error *error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat status;

	if (fd < 0)
		return error_system(error, errno, NULL, "cannot read the secret in %s", path);
	if (fstat(fd, &status) < 0) {
		error_system(error, errno, NULL, "cannot read the secret in %s", path);
	} else if (!S_ISREG(status.st_mode)) {
		error_set(error, ERROR_VALUE, NULL, "%s holds no secret: it is no regular file", path);
	} else if ((size_t)status.st_size > limit) {
		error_set(error, ERROR_LIMIT, NULL, "%s is larger than the %zu octets that a file of secrets may have",
			  path, limit);
	} else {
		*exposed = status.st_mode & S_IROTH;
		return fd;
	}
	close(fd);
	return -1;
}

int os_secret_read(const char *path, char *out, size_t size, size_t *length, bool *exposed, struct error *error)
{
	int fd = open_file(path, size, exposed, error);
	ssize_t got = 1;

	if (fd < 0)
		return -1;
	for (*length = 0; *length < size && got > 0; *length += (size_t)got) {
		do
			got = read(fd, out + *length, size - *length);
		while (got < 0 && errno == EINTR);
		if (got < 0) {
			error_system(error, errno, NULL, "cannot read the secret in %s", path);
			break;
		}
	}
	close(fd);
	return got < 0 ? -1 : 0;
}
