/* SPDX-License-Identifier: MIT */
/* See netns.h. The descriptor that is kept is that of the namespace we came from. */
#include "os/netns.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int open_target(const char *name, struct error *error)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return error_set(error, ERROR_UNKNOWN, "netns",
				 "there is no network namespace %s: make it with `ip netns add %s`", name, name);
	if (fd < 0)
		return error_system(error, errno, "netns",
			     "cannot open the network namespace %s", name);
	return fd;
}

int netns_enter(const char *name, struct error *error)
{
	int saved = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC), target;

	if (saved < 0)
		return error_system(error, errno, "netns",
			     "cannot open /proc/thread-self/ns/net");
	if (!*name)
		return saved;
	target = open_target(name, error);
	if (target < 0)
		goto fail;
	if (setns(target, CLONE_NEWNET) < 0) {
		error_system(error, errno, "netns",
			     "cannot enter the network namespace %s (needs CAP_SYS_ADMIN)", name);
		close(target);
		goto fail;
	}
	close(target);
	return saved;
fail:
	close(saved);
	return -1;
}

void netns_leave(int saved)
{
	/* To stay in a foreign namespace would put every later socket in the wrong place. */
	if (setns(saved, CLONE_NEWNET) < 0)
		abort();
	close(saved);
}
