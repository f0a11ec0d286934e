/* SPDX-License-Identifier: MIT */
/*
 * The connection to l2tpd (kernel/attach.h). Nothing here waits.
 */
#ifndef L2TPD_L2TPRUN_DAEMON_H
#define L2TPD_L2TPRUN_DAEMON_H

#include <sys/types.h>

#include "base/error.h"
#include "kernel/attach.h"

struct daemon {
	const char *path;
	int fd;			/* -1: there is no connection */
};

/* See to it that there is a connection. */
int daemon_connect(struct daemon *daemon, struct error *error);
/* Whose connection it is, as we number it; 0: it has no number here. */
pid_t daemon_process(const struct daemon *daemon);
void daemon_close(struct daemon *daemon);

enum daemon_result {
	DAEMON_DONE,
	DAEMON_LATER,		/* it has no time now: poll() says when */
	DAEMON_LOST,		/* there is no connection any more, errno says why: 0, because it was closed */
};

/* fds: KERNEL_ATTACH_FDS_MAX of them, of which those from the first -1 on are none; or NULL. They stay the caller's. */
enum daemon_result daemon_send(struct daemon *daemon, const struct kernel_attach *attach, const int *fds);
enum daemon_result daemon_receive(struct daemon *daemon, struct kernel_attached *attached);

#endif
