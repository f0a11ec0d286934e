/* SPDX-License-Identifier: MIT */
/*
 * The Unix sockets between l2tpd and its clients: both ends' opening of them. type: SOCK_STREAM or SOCK_SEQPACKET.
 */
#ifndef L2TPD_OS_UNIX_SOCKET_H
#define L2TPD_OS_UNIX_SOCKET_H

#include "base/error.h"

#define OS_SOCKET_DEFAULT "/run/l2tpd/l2tpd.socket"		/* of the API, SOCK_STREAM */

struct os_listener {
	int fd;			/* listening, non-blocking; -1: closed */
	int lock_fd;		/* holds PATH.lock while the socket is ours; the lock is the process's */
	char path[108];		/* sun_path */
};

/* Listen on path, which gets this mode: its folder is made when it is missing.  What a daemon that died left
 * there is removed, also while the kernel is still closing what that had open; a living one, or a
 * file that is no socket, is an error and stays untouched. */
int os_listen(const char *path, int type, unsigned int mode, struct os_listener *listener, struct error *error);
/* Close, and remove the socket from the file system. Closing twice is legal. */
void os_listen_close(struct os_listener *listener);

/* Connect as a client; type may have SOCK_NONBLOCK. Returns the descriptor, or -1 with *error filled and
 * *errno_value (may be NULL) saying which failure it was: 0 when path cannot be one. */
int os_unix_connect(const char *path, int type, int *errno_value, struct error *error);

#endif
