/* SPDX-License-Identifier: MIT */
/*
 * The program gets a memfd, opened for reading alone, which l2tpd has written into: it reads and seeks as in any file.
 */
#include "l2tprun/views.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "l2tprun/notification.h"
#include "l2tprun/path.h"
#include "l2tprun/pending.h"
#include "os/close.h"

/* --- whose network namespace --- */

/* The program's own /proc: numbers of processes are that one's. */
static int open_its_proc(const struct trapped *trapped)
{
	struct open_how how = { .flags = O_PATH | O_DIRECTORY | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT };
	struct statfs about;
	char path[64];
	int root, proc;

	snprintf(path, sizeof(path), "%d/root", (int)trapped->caller.tid);
	root = openat(trapped->caller.proc, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return -1;
	proc = (int)syscall(SYS_openat2, root, "proc", &how, sizeof(how));
	close(root);
	if (proc >= 0 && fstatfs(proc, &about) == 0 && about.f_type == PROC_SUPER_MAGIC)
		return proc;
	os_close(&proc);
	return -1;
}

/* /proc/net is that of the process, whatever one of its threads has. */
static int open_of_process(const struct trapped *trapped, bool of_thread)
{
	struct caller its = trapped->caller;
	struct caller_rights rights;

	if (of_thread)
		return caller_netns(&its);
	if (!caller_rights(&its, &rights))
		return -1;
	its.tid = rights.process;
	return caller_netns(&its);
}

/* path: /proc/[WHOSE/]net/pppol2tp */
static int open_netns(const struct trapped *trapped, const char *path)
{
	const char *whose = path + strlen("/proc/"), *end = strstr(path, "/net/");
	char name[PATH_TEXT_MAX];
	int proc, netns;

	if (end < whose || strncmp(whose, "self/net/", 9) == 0)
		return open_of_process(trapped, false);
	if (strncmp(whose, "thread-self/", 12) == 0)
		return open_of_process(trapped, true);
	proc = open_its_proc(trapped);
	if (proc < 0)
		return -1;
	snprintf(name, sizeof(name), "%.*s/ns/net", (int)(end - whose), whose);
	netns = openat(proc, name, O_RDONLY | O_CLOEXEC);
	close(proc);
	return netns;
}

/* --- what it says --- */

static enum kernel_view view_of(const struct file *file)
{
	return file->open == view_tunnels ? KERNEL_VIEW_TUNNELS : KERNEL_VIEW_PPPOL2TP;
}

int view_next(struct supervisor *supervisor, const struct file *file)
{
	int *next = &supervisor->views[view_of(file)];

	if (*next < 0)
		*next = memfd_create(path_name(file->path), MFD_CLOEXEC);
	return *next;
}

/* The memfd is l2tpd's from now on, and the program gets it for reading. */
static int take_file(struct supervisor *supervisor, const struct file *file, struct pending *asked)
{
	int fd = view_next(supervisor, file);
	char path[64];

	if (fd < 0)
		return -1;
	supervisor->views[view_of(file)] = -1;
	asked->fds[KERNEL_ATTACH_FD_CLIENT] = fd;
	snprintf(path, sizeof(path), "self/fd/%d", fd);
	asked->end = openat(supervisor->proc, path, O_RDONLY | O_CLOEXEC);
	return asked->end < 0 ? -1 : fchmod(fd, file->mode & 0777);
}

/* Takes netns, -1: there is none. */
static void ask(struct supervisor *supervisor, const struct trapped *trapped, const struct file_opening *opening,
		enum kernel_view view, int netns)
{
	struct pending asked = { PENDING(trapped->id),
				 .close_on_exec = opening->flags & O_CLOEXEC,
				 .request = { .kind = KERNEL_ATTACH_VIEW, .option = (int32_t)view } };
	struct error error = { 0 };

	asked.fds[KERNEL_ATTACH_FD_NETNS] = netns;
	asked.request.client = ++supervisor->last_client;
	if (netns >= 0 && daemon_connect(&supervisor->daemon, &error) == 0 &&
	    take_file(supervisor, opening->file, &asked) == 0) {
		pending_ask(supervisor, &asked);
		return;
	}
	if (error.text[0])
		supervisor_tell(supervisor, error.text);
	supervisor_continue(supervisor, trapped->id);
	pending_drop(&asked);
}

/* What is written to them is wrong, in the way that it is wrong to this descriptor. */
static void give_deaf(struct supervisor *supervisor, const struct trapped *trapped, int fd, bool close_on_exec)
{
	int failed = fd < 0 ? errno : notification_inject(supervisor->listener, trapped->id, fd, close_on_exec);

	if (failed)
		supervisor_answer(supervisor, trapped->id, failed);
	os_close(&fd);
}

/* EIO, as of any file of /proc that takes nothing. */
void view_pppol2tp(struct supervisor *supervisor, const struct trapped *trapped, const struct file_opening *opening)
{
	if ((opening->flags & O_ACCMODE) == O_WRONLY)
		give_deaf(supervisor, trapped, openat(supervisor->proc, "uptime", O_WRONLY | O_CLOEXEC),
			  opening->flags & O_CLOEXEC);
	else
		ask(supervisor, trapped, opening, KERNEL_VIEW_PPPOL2TP, open_netns(trapped, opening->path));
}

/* EINVAL, as of any descriptor that knows no writing. */
void view_tunnels(struct supervisor *supervisor, const struct trapped *trapped, const struct file_opening *opening)
{
	if ((opening->flags & O_ACCMODE) == O_WRONLY)
		give_deaf(supervisor, trapped, epoll_create1(EPOLL_CLOEXEC), opening->flags & O_CLOEXEC);
	else
		ask(supervisor, trapped, opening, KERNEL_VIEW_TUNNELS, caller_netns(&trapped->caller));
}
