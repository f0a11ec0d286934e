/* SPDX-License-Identifier: MIT */
/*
 * See stopped.h.  Nobody but the program has its end of a pair: so all processes that we see are looked through, which
 * takes long, and is done when nothing else goes on.
 */
#include "l2tprun/stopped.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/clock.h"
#include "os/close.h"

#define STAT_MAX 512		/* octets of /proc/PID/stat, of which the first are looked at */
#define NAME_MAX_OCTETS 32

/* A signal has stopped it, and nobody who debugs it. */
static bool is_stopped(const struct supervisor *supervisor)
{
	char path[NAME_MAX_OCTETS], text[STAT_MAX];
	const char *state;
	ssize_t length;
	int fd;

	snprintf(path, sizeof(path), "%d/stat", (int)daemon_process(&supervisor->daemon));
	fd = openat(supervisor->proc, path, O_RDONLY | O_CLOEXEC);
	length = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	os_close(&fd);
	text[length > 0 ? length : 0] = '\0';
	state = strrchr(text, ')');	/* the name before it may have any character */
	return state && strncmp(state, ") T ", 4) == 0;
}

/* --- what waits --- */

/* The other end has not read all that it was sent. */
static void give_up(const struct caller *caller, int number, uint64_t inode)
{
	int fd = caller_borrow(caller, number), unread = 0;
	struct stat about;

	if (fd >= 0 && fstat(fd, &about) == 0 && about.st_ino == inode && ioctl(fd, SIOCOUTQ, &unread) == 0 && unread)
		shutdown(fd, SHUT_RDWR);
	os_close(&fd);
}

/* The folder below /proc of this name; NULL: it is gone, or hidden from us. */
static DIR *open_folder(const struct supervisor *supervisor, const char *name)
{
	int fd = openat(supervisor->proc, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);

	if (!folder)
		os_close(&fd);
	return folder;
}

static void look_at_process(struct supervisor *supervisor, pid_t pid)
{
	const struct caller caller = { .proc = supervisor->proc, .tid = pid, .memory = -1 };
	char name[NAME_MAX_OCTETS];
	const struct dirent *entry;
	DIR *folder;

	snprintf(name, sizeof(name), "%d/fd", (int)pid);
	folder = open_folder(supervisor, name);
	while (folder && (entry = readdir(folder))) {
		int number = atoi(entry->d_name);	/* of "." and "..": 0, which is looked at twice more */
		const struct client *client;
		uint64_t inode;

		if (!caller_socket(&caller, number, &inode) || !inode)
			continue;
		client = clients_find(&supervisor->clients, inode);
		if (client && client->kind == CLIENT_NETLINK)
			give_up(&caller, number, inode);
	}
	if (folder)
		closedir(folder);
}

static void look_at_all(struct supervisor *supervisor)
{
	DIR *folder = open_folder(supervisor, ".");
	const struct dirent *entry;

	while (folder && (entry = readdir(folder)))
		if (atoi(entry->d_name) > 0)
			look_at_process(supervisor, atoi(entry->d_name));
	if (folder)
		closedir(folder);
}

/* --- when --- */

static bool may_wait(const struct supervisor *supervisor)
{
	return supervisor->daemon.fd >= 0 && HASH_COUNT(supervisor->clients.by_inode);
}

void stopped_look(struct supervisor *supervisor)
{
	uint64_t now = os_clock_ms();
	bool before = supervisor->daemon_stopped, at_once = !supervisor->look_at_daemon;

	if (!may_wait(supervisor) || now < supervisor->look_at_daemon)
		return;
	supervisor->look_at_daemon = now + KERNEL_ATTACH_WAIT_MS;
	if (at_once)		/* it has just answered */
		return;
	supervisor->daemon_stopped = is_stopped(supervisor);
	if (!before || !supervisor->daemon_stopped)
		return;
	supervisor_tell(supervisor, "l2tpd is stopped");
	look_at_all(supervisor);
}

int stopped_timeout(const struct supervisor *supervisor)
{
	uint64_t now = os_clock_ms(), next = supervisor->look_at_daemon;

	if (!may_wait(supervisor))
		return -1;
	return next <= now ? 0 : (int)(next - now);
}
