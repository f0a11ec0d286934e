/* SPDX-License-Identifier: MIT */
/*
 * Messages on Unix sockets with descriptors beside them.
 */
#ifndef L2TPD_OS_PASS_H
#define L2TPD_OS_PASS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define OS_PASS_MAX 4			/* descriptors with one message */

struct os_passed {
	int fds[OS_PASS_MAX];		/* -1 behind the last */
	size_t count;
	bool cut;			/* there were more, or we may have no more: those are closed */
};

/* As send(), with so many descriptors, OS_PASS_MAX at the most. */
ssize_t os_pass_send(int socket, const void *octets, size_t length, const int *fds, size_t count, int flags);
/* As recv(); the descriptors that came are the caller's. */
ssize_t os_pass_receive(int socket, void *octets, size_t length, struct os_passed *passed, int flags);
/* Close those that nobody has made -1. */
void os_pass_close(struct os_passed *passed);

#endif
