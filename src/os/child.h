/* SPDX-License-Identifier: MIT */
/*
 * Programs that are run for a moment beside the daemon: started without waiting, ended when their
 * time is over, with nothing of ours but what they are told.
 */
#ifndef L2TPD_OS_CHILD_H
#define L2TPD_OS_CHILD_H

#include <event2/event.h>
#include <stdbool.h>

#include "base/error.h"

#define OS_CHILD_GRACE_MS 1000	/* between SIGTERM and SIGKILL of one whose time is over */

struct os_child;

/* How it ended: status is that of waitpid(). Called once from the event loop. */
typedef void os_child_done_fn(void *context, int status, bool out_of_time);

/* 1: there is a program at path that we may run: a regular executable file that belongs to root or to
 * us, and that nobody else may write to.  0: there is none.  -1: there is one, but it must not be run. */
int os_child_program(const char *path, struct error *error);

/* Run path without arguments, with this environment and no other (NULL ends it), in a process group of
 * its own.  Its standard input and output are /dev/null, its standard error is ours.  After limit_ms
 * the group gets SIGTERM, and SIGKILL OS_CHILD_GRACE_MS later.  What the program leaves behind in its
 * group when it ends is killed, too.  NULL with *error filled when it could not be started. */
struct os_child *os_child_run(struct event_base *loop, const char *path, char *const environment[],
			      unsigned int limit_ms, os_child_done_fn *done, void *context, struct error *error);
/* Likewise with arguments (the first is its name, NULL ends them), and with this text as its standard input, of at
 * most OS_CHILD_INPUT_MAX octets; NULL: /dev/null. */
#define OS_CHILD_INPUT_MAX 4096		/* no pipe holds less (pipe(7)): nobody has to wait */
struct os_child *os_child_run_with(struct event_base *loop, const char *path, char *const arguments[],
				   char *const environment[], const char *input, unsigned int limit_ms,
				   os_child_done_fn *done, void *context, struct error *error);
/* Kill it at once; done is not called any more. NULL is legal. */
void os_child_kill(struct os_child *child);

#endif
