/* SPDX-License-Identifier: MIT */
/*
 * printf() only fills a buffer; whether the disk is full is known when that is written, often not
 * before the program ends.
 */
#include "os/standard.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <unistd.h>

void os_standard_open(void)
{
	/* open() takes the lowest free number. Standard output is not writable: that it is lost shall show. */
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == STDERR_FILENO ? O_WRONLY : O_RDONLY) != fd)
			abort();
}

int os_standard_flush(struct error *error)
{
	bool failed_before = ferror(stdout);

	errno = 0;
	if (fflush(stdout) == 0 && !failed_before)
		return 0;
	__fpurge(stdout);
	clearerr(stdout);
	if (errno)
		return error_system(error, errno, NULL, "cannot write to standard output, some of it is lost");
	return error_set(error, ERROR_SYSTEM, NULL, "cannot write to standard output, some of it is lost");
}

int os_standard_close(const char *program, int status)
{
	struct error error = { 0 };
	int result = os_standard_flush(&error);

	/* a network file system may tell only now */
	if (fclose(stdout) != 0 && result == 0)
		result = error_system(&error, errno, NULL, "cannot write to standard output, some of it is lost");
	if (result == 0)
		return status;
	fprintf(stderr, "%s: %s\n", program, error.text);
	return status == EXIT_SUCCESS ? EXIT_FAILURE : status;
}
