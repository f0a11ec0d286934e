/* SPDX-License-Identifier: MIT */
/*
 * Reading a whole file within a limit, for configuration files and scripts.  Nothing is taken
 * from its size: a file may grow while it is read, and a pipe has none.
 */
#include "os/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FIRST_CHUNK 16384

static int read_all(int fd, const char *path, size_t limit, char **text, size_t *length, struct error *error)
{
	size_t size = 0, used = 0;
	ssize_t got;

	do {
		if (used + 1 >= size) {
			size_t wanted = size ? size * 2 : FIRST_CHUNK;
			char *larger = realloc(*text, wanted);

			if (!larger)
				return error_system(error, ENOMEM, NULL, "cannot read %s", path);
			*text = larger;
			size = wanted;
		}
		got = read(fd, *text + used, size - used - 1);
		if (got < 0 && errno != EINTR)
			return error_system(error, errno, NULL, "cannot read %s", path);
		used += got > 0 ? (size_t)got : 0;
		if (used > limit)
			return error_set(error, ERROR_LIMIT, NULL, "%s is larger than %zu octets", path, limit);
	} while (got);
	(*text)[used] = '\0';
	*length = used;
	return 0;
}

int os_file_read(const char *path, size_t limit, char **text, size_t *length, struct error *error)
{
	int standard_input = strcmp(path, "-") == 0;
	int fd = standard_input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	int ret;

	*text = NULL;
	*length = 0;
	if (fd < 0)
		return error_system(error, errno, NULL, "cannot open %s", path);
	ret = read_all(fd, path, limit, text, length, error);
	if (ret < 0) {
		free(*text);
		*text = NULL;
	}
	if (!standard_input)
		close(fd);
	return ret;
}
