/* SPDX-License-Identifier: MIT */
/*
 * The listening end of a session's frame socket (an AF_UNIX SOCK_SEQPACKET), on which another program is the PPP end
 * of a call.
 */
#ifndef L2TPD_OS_FRAME_SOCKET_H
#define L2TPD_OS_FRAME_SOCKET_H

#include "base/error.h"

/* Non-blocking, for nobody but us.  A socket on which nobody answers is removed from there; one that somebody has, and
 * any other file, is an error.  -1 with *error filled. */
int frame_socket_listen(const char *path, struct error *error);
/* The next client, non-blocking, with room for what waits for it. -1: there is none. */
int frame_socket_accept(int listener);
/* It is removed from the file system, too. -1 is legal. */
void frame_socket_close(int listener);

#endif
