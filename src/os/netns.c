/* SPDX-License-Identifier: MIT */
/* See netns.h. The descriptor that is kept is that of the namespace we came from. */
#include "os/netns.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
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

uint64_t netns_identity(const char *name)
{
	char path[128] = "/proc/thread-self/ns/net";
	struct stat stat_buffer;

	if (*name)
		snprintf(path, sizeof(path), "/run/netns/%s", name);
	return stat(path, &stat_buffer) == 0 ? stat_buffer.st_ino : 0;
}

int netns_enter_fd(int target, struct error *error)
{
	int saved = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);

	if (saved < 0) {
		error_system(error, errno, "netns", "cannot open /proc/thread-self/ns/net");
	} else if (setns(target, CLONE_NEWNET) < 0) {
		error_system(error, errno, "netns", "cannot enter the network namespace (needs CAP_SYS_ADMIN)");
		close(saved);
		saved = -1;
	}
	close(target);
	return saved;
}

int netns_enter(const char *name, struct error *error)
{
	int target = open_target(name, error);

	return target < 0 ? -1 : netns_enter_fd(target, error);
}

void netns_leave(int saved)
{
	/* To stay in a foreign namespace would put every later socket in the wrong place. */
	if (setns(saved, CLONE_NEWNET) < 0)
		abort();
	close(saved);
}
