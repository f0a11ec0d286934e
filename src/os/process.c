/* SPDX-License-Identifier: MIT */
/*
 * A process that was killed is there until the last of its descriptors is closed, which takes
 * seconds when they are many network interfaces.  Its /proc/PID/stat tells of that (proc(5)).
 */
#include "os/process.h"

#include <fcntl.h>
#include <inttypes.h>
#include <linux/capability.h>
#include <linux/nsfs.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define STAT_MAX_OCTETS 1024
#define FLAG_EXITING 0x4u			/* PF_EXITING: it has begun to end */
#define SIGNAL_KILL (1ul << (SIGKILL - 1))	/* it will, before it runs on */

/* All of /proc/PID/NAME that fits; -1 when there is no such process. */
static ssize_t read_proc(pid_t pid, const char *name, char *text, size_t size)
{
	char path[64];
	ssize_t length;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	length = read(fd, text, size - 1);
	close(fd);
	text[length > 0 ? length : 0] = '\0';
	return length;
}

bool os_process_is_ending(pid_t pid)
{
	char text[STAT_MAX_OCTETS];
	unsigned long pending = 0;
	unsigned int flags = 0;
	const char *rest;

	if (pid <= 0 || read_proc(pid, "stat", text, sizeof(text)) < 0)
		return false;
	rest = strrchr(text, ')');	/* the name before it may have any character */
	/* fields 9 and 31 */
	if (!rest || sscanf(rest, ") %*c %*s %*s %*s %*s %*s %u %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s"
			    " %*s %*s %*s %*s %*s %*s %*s %*s %lu", &flags, &pending) != 2)
		return false;
	return flags & FLAG_EXITING || pending & SIGNAL_KILL;
}

/* In /proc/PID/status: before it any number of groups may stand. */
static bool read_effective(pid_t pid, uint64_t *capabilities)
{
	char path[64], *line = NULL;
	bool found = false;
	size_t size = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	file = fopen(path, "re");
	while (file && !found && getline(&line, &size, file) > 0)
		found = sscanf(line, "CapEff: %" SCNx64, capabilities) == 1;
	free(line);
	if (file)
		fclose(file);
	return found;
}

/* Is it in the user namespace that owns this one of the network? Who is in one above it, with the capability there, may
 * as well; that is only root of this machine, who is asked for by his user namespace being ours. */
static enum os_process_right in_owner(pid_t pid, int netns)
{
	struct stat owner, ours, theirs;
	int fd = ioctl(netns, NS_GET_USERNS);
	char path[64];
	bool known;

	if (fd < 0)
		return OS_PROCESS_MAY_NOT;
	known = fstat(fd, &owner) == 0 && stat("/proc/self/ns/user", &ours) == 0;
	close(fd);
	snprintf(path, sizeof(path), "/proc/%d/ns/user", (int)pid);
	if (!known)
		return OS_PROCESS_MAY_NOT;
	if (stat(path, &theirs) < 0)
		return OS_PROCESS_UNSEEN;
	return theirs.st_ino == owner.st_ino || theirs.st_ino == ours.st_ino ? OS_PROCESS_MAY : OS_PROCESS_MAY_NOT;
}

enum os_process_right os_process_administers(pid_t pid, int netns)
{
	uint64_t capabilities;

	if (!read_effective(pid, &capabilities))
		return OS_PROCESS_UNSEEN;
	return capabilities & 1ull << CAP_NET_ADMIN ? in_owner(pid, netns) : OS_PROCESS_MAY_NOT;
}

bool os_process_capabilities(pid_t pid, uint64_t *capabilities)
{
	struct stat ours, theirs;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/user", (int)pid);
	if (!read_effective(pid, capabilities) || stat("/proc/self/ns/user", &ours) < 0 || stat(path, &theirs) < 0)
		return false;
	if (ours.st_ino != theirs.st_ino)
		*capabilities = 0;
	return true;
}
