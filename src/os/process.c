/* SPDX-License-Identifier: MIT */
/*
 * A process that was killed is there until the last of its descriptors is closed, which takes
 * seconds when they are many network interfaces.  Its /proc/PID/stat tells of that (proc(5)).
 */
#include "os/process.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define STAT_MAX_OCTETS 1024
#define FLAG_EXITING 0x4u			/* PF_EXITING: it has begun to end */
#define SIGNAL_KILL (1ul << (SIGKILL - 1))	/* it will, before it runs on */

bool os_process_is_ending(pid_t pid)
{
	char path[sizeof("/proc//stat") + 3 * sizeof(pid)], text[STAT_MAX_OCTETS];
	unsigned long pending = 0;
	unsigned int flags = 0;
	const char *rest;
	ssize_t length;
	int fd;

	if (pid <= 0)
		return false;
	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	length = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[length > 0 ? length : 0] = '\0';
	rest = strrchr(text, ')');	/* the name before it may have any character */
	/* fields 9 and 31 */
	if (!rest || sscanf(rest, ") %*c %*s %*s %*s %*s %*s %u %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s"
			    " %*s %*s %*s %*s %*s %*s %*s %*s %lu", &flags, &pending) != 2)
		return false;
	return flags & FLAG_EXITING || pending & SIGNAL_KILL;
}
