/* SPDX-License-Identifier: MIT */
/*
 * Whole files, for configuration files and scripts.  When one is read nothing is taken from its size: it
 * may grow meanwhile, and a pipe has none.  One is replaced by renaming: the old or the new one is there,
 * also after a crash.
 */
#include "os/file.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/close.h"

#define FIRST_CHUNK 16384

static int read_fd(int fd, const char *path, size_t limit, char **text, size_t *length, struct error *error)
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

/* Read all of it, and close it unless it is standard input. */
static int read_open(int fd, const char *path, size_t limit, char **text, size_t *length, struct error *error)
{
	int ret;

	*text = NULL;
	*length = 0;
	if (fd < 0)
		return error_system(error, errno, NULL, "cannot open %s", path);
	ret = read_fd(fd, path, limit, text, length, error);
	if (ret < 0) {
		free(*text);
		*text = NULL;
	}
	if (fd != STDIN_FILENO)
		close(fd);
	return ret;
}

int os_file_read(const char *path, size_t limit, char **text, size_t *length, struct error *error)
{
	bool standard_input = strcmp(path, "-") == 0;
	int fd = standard_input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	return read_open(fd, path, limit, text, length, error);
}

/* The open() of a pipe waits for who writes into it, and so does its read(). */
static int read_regular(const char *path, size_t limit, char **text, size_t *length, struct error *error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat status;

	if (fd < 0 || (fstat(fd, &status) == 0 && (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode))))
		return read_open(fd, path, limit, text, length, error);
	close(fd);
	return error_set(error, ERROR_UNSUPPORTED, NULL, "%s is no regular file, and only these can be read again",
			 path);
}

/* One of several: *limit is what is left for the others. */
static int read_one(const char *path, bool regular, size_t *limit, os_file_found_fn *found, void *sink,
		    struct error *error)
{
	size_t length;
	char *text;

	if ((regular ? read_regular : os_file_read)(path, *limit, &text, &length, error) < 0)
		return -1;
	*limit -= length;
	return found(sink, path, text, length, error);
}

/* In a folder that is not there nothing matches. */
static int except_missing(const char *path, int errno_value)
{
	(void)path;
	errno = errno_value;
	return errno_value != ENOENT;
}

int os_file_read_all(const char *pattern, bool regular, size_t limit, os_file_found_fn *found, void *sink,
		     struct error *error)
{
	glob_t names;
	int ret = 0;

	if (!strpbrk(pattern, "*?[") || access(pattern, F_OK) == 0)
		return read_one(pattern, regular, &limit, found, sink, error);
	switch (glob(pattern, 0, except_missing, &names)) {
	case 0:
		break;
	case GLOB_NOMATCH:
		return 0;
	default:
		return error_system(error, errno, NULL, "cannot look for %s", pattern);
	}
	for (size_t i = 0; i < names.gl_pathc && ret == 0; i++)
		ret = read_one(names.gl_pathv[i], regular, &limit, found, sink, error);
	globfree(&names);
	return ret;
}

/* --- writing --- */

static void forget(struct os_file_writer *writer)
{
	if (writer->out)
		fclose(writer->out);
	free(writer->path);
	free(writer->temporary);
	*writer = (struct os_file_writer){ .out = NULL };
}

void os_file_write_abort(struct os_file_writer *writer)
{
	if (writer->temporary)
		unlink(writer->temporary);
	forget(writer);
}

static int refuse_write(struct os_file_writer *writer, int errno_value, struct error *error)
{
	error_system(error, errno_value, NULL, "cannot write %s", writer->path ? writer->path : "a file");
	os_file_write_abort(writer);
	return -1;
}

/* What is no regular file is not replaced by one: a device, say. */
static int check_target(const char *path, struct error *error)
{
	struct stat before;

	if (stat(path, &before) < 0 || S_ISREG(before.st_mode))
		return 0;
	return error_set(error, ERROR_SYSTEM, NULL, "cannot write %s: it is a %s, name a file", path,
			 S_ISDIR(before.st_mode) ? "folder" : "device or pipe");
}

/* Owner and permissions of the file that goes are those of the one that comes. */
static int take_over(int fd, const char *path)
{
	struct stat before;

	if (stat(path, &before) < 0)
		return errno == ENOENT ? 0 : -1;
	if (fchown(fd, before.st_uid, before.st_gid) < 0 && errno != EPERM)
		return -1;
	return fchmod(fd, before.st_mode & 07777);
}

int os_file_write_begin(struct os_file_writer *writer, const char *path, unsigned int mode, bool keep,
			struct error *error)
{
	int fd;

	*writer = (struct os_file_writer){ .path = NULL };
	if (check_target(path, error) < 0)
		return -1;
	writer->path = realpath(path, NULL);
	if (!writer->path)
		writer->path = strdup(path);
	if (!writer->path || asprintf(&writer->temporary, "%s.XXXXXX", writer->path) < 0) {
		writer->temporary = NULL;
		return refuse_write(writer, ENOMEM, error);
	}
	fd = mkostemp(writer->temporary, O_CLOEXEC);	/* 0600: until it is done it is nobody's business */
	if (fd < 0) {
		int errno_value = errno;

		free(writer->temporary);
		writer->temporary = NULL;
		return refuse_write(writer, errno_value, error);
	}
	writer->out = fdopen(fd, "w");
	if (!writer->out) {
		close(fd);
		return refuse_write(writer, ENOMEM, error);
	}
	if (fchmod(fd, mode) < 0 || (keep && take_over(fd, writer->path) < 0))
		return refuse_write(writer, errno, error);
	return 0;
}

/* The new name is safe only when its directory is. */
static int sync_directory(const char *path)
{
	char *copy = strdup(path);
	int fd = copy ? open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	int ret = fd < 0 ? -1 : fsync(fd);

	os_close(&fd);
	free(copy);
	return ret;
}

int os_file_write_end(struct os_file_writer *writer, struct error *error)
{
	if (fflush(writer->out) == EOF || ferror(writer->out))
		return refuse_write(writer, errno ? errno : EIO, error);
	if (fsync(fileno(writer->out)) < 0 || rename(writer->temporary, writer->path) < 0)
		return refuse_write(writer, errno, error);
	(void)sync_directory(writer->path);	/* where directories cannot be synced there is no more to do */
	forget(writer);
	return 0;
}
