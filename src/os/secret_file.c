/* SPDX-License-Identifier: MIT */
/*
 * See secret_file.h.  Whatever was read is wiped from memory before it is freed.
 */
#include "os/secret_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CREDENTIAL "credential:"
#define CREDENTIALS_DIRECTORY "CREDENTIALS_DIRECTORY"	/* in the environment, from systemd */

/* Where the file is: *path itself, or the credential that it names, written to out. NULL: *error says why. */
static const char *find(const char *path, char out[PATH_MAX], struct error *error)
{
	const char *name = path + strlen(CREDENTIAL), *directory = getenv(CREDENTIALS_DIRECTORY);

	if (strncmp(path, CREDENTIAL, strlen(CREDENTIAL)) != 0)
		return path;
	if (!name[0] || strchr(name, '/')) {
		error_set(error, ERROR_VALUE, NULL, "%s: a credential has a name without '/'", path);
		return NULL;
	}
	if (!directory) {
		error_set(error, ERROR_SYSTEM, NULL, "there is no %s: systemd gave the daemon no credentials; "
			  "LoadCredential=%s:/PATH in its unit does", path, name);
		return NULL;
	}
	if (snprintf(out, PATH_MAX, "%s/%s", directory, name) >= PATH_MAX) {
		error_set(error, ERROR_VALUE, NULL, "%s: the path is too long", path);
		return NULL;
	}
	return out;
}

/* Not a device or a pipe, which might never end. */
static int open_file(const char *path, size_t limit, struct stat *status, struct error *error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0 || fstat(fd, status) < 0) {
		error_system(error, errno, NULL, "cannot read the secret in %s", path);
	} else if (!S_ISREG(status->st_mode)) {
		error_set(error, ERROR_VALUE, NULL, "%s holds no secret: it is no regular file", path);
	} else if ((size_t)status->st_size > limit) {
		error_set(error, ERROR_LIMIT, NULL, "%s is larger than the %zu octets that such a file may have", path,
			  limit);
	} else {
		return fd;
	}
	if (fd >= 0)
		close(fd);
	return -1;
}

/* Up to size octets. -1 with errno. */
static ssize_t read_all(int fd, char *text, size_t size)
{
	size_t used = 0;

	while (used < size) {
		ssize_t got = read(fd, text + used, size - used);

		if (got < 0 && errno != EINTR)
			return -1;
		if (got == 0)
			break;
		used += got > 0 ? (size_t)got : 0;
	}
	return (ssize_t)used;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The line that begins with the key, behind it; the first one where there is no key. NULL: there is none. */
static const char *find_line(const char *text, const char *end, const char *key, size_t *length)
{
	size_t key_length = key ? strlen(key) : 0;

	while (text < end) {
		const char *line_end = memchr(text, '\n', (size_t)(end - text));
		const char *value = text + key_length;

		if (!line_end)
			line_end = end;
		if (!key || (value < line_end && !strncmp(text, key, key_length) && is_blank(*value))) {
			while (key && value < line_end && is_blank(*value))
				value++;
			*length = (size_t)(line_end - value);
			return value;
		}
		text = line_end + 1;
	}
	return NULL;
}

static int take(const char *path, const char *key, const char *text, size_t length, char *out, size_t size,
		struct error *error)
{
	size_t found;
	const char *value = find_line(text, text + length, key, &found);

	if (!value)
		return error_set(error, ERROR_UNKNOWN, NULL, "%s has no secret%s%s: it needs a line %s%s", path,
				 key ? " of the name " : "", key ? key : "", key ? key : "with the secret",
				 key ? " SECRET" : "");
	if (found && value[found - 1] == '\r')
		found--;
	if (memchr(value, '\0', found))
		return error_set(error, ERROR_VALUE, NULL, "the secret in %s has a NUL in it", path);
	if (found >= size)
		return error_set(error, ERROR_LIMIT, NULL, "the secret in %s is longer than %zu octets", path,
				 size - 1);
	memcpy(out, value, found);
	out[found] = '\0';
	return 0;
}

int os_secret_read(const char *path, const char *key, char *out, size_t size, bool *exposed, struct error *error)
{
	size_t limit = key ? OS_SECRET_KEYS_MAX : OS_SECRET_FILE_MAX;
	char found[PATH_MAX], *text;
	const char *file = find(path, found, error);
	struct stat status;
	ssize_t length;
	int fd, ret = -1;

	fd = file ? open_file(file, limit, &status, error) : -1;
	if (fd < 0)
		return -1;
	*exposed = status.st_mode & S_IROTH;
	text = malloc(limit);
	length = text ? read_all(fd, text, limit) : -1;
	if (length < 0)
		error_system(error, text ? errno : ENOMEM, NULL, "cannot read the secret in %s", path);
	else
		ret = take(path, key, text, (size_t)length, out, size, error);
	if (text)
		explicit_bzero(text, limit);
	free(text);
	close(fd);
	return ret;
}
