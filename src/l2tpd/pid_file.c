/* SPDX-License-Identifier: MIT */
/*
 * Written anew in the place of an old one, never through a link that somebody laid there.
 */
#include "l2tpd/pid_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"

void pid_file_write(const char *path)
{
	int fd;

	if (!path)
		return;
	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0 || dprintf(fd, "%d\n", (int)getpid()) < 0)
		log_error("cannot write the pid file %s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
}

void pid_file_remove(const char *path)
{
	if (path)
		unlink(path);
}
