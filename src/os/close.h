/* SPDX-License-Identifier: MIT */
/*
 * Descriptors that may not be there.
 */
#ifndef L2TPD_OS_CLOSE_H
#define L2TPD_OS_CLOSE_H

#include <errno.h>
#include <unistd.h>

/* Close it, if it is one, and make it -1, which is none. errno stays as it is. */
static inline void os_close(int *fd)
{
	int before = errno;

	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	errno = before;
}

#endif
