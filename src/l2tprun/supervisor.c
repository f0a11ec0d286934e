/* SPDX-License-Identifier: MIT */
/* See supervisor.h. */
#include "l2tprun/supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "l2tprun/dispatch.h"
#include "l2tprun/files.h"
#include "l2tprun/notification.h"
#include "l2tprun/pending.h"
#include "l2tprun/stopped.h"
#include "l2tprun/tunnel_socket.h"
#include "os/clock.h"

int supervisor_init(struct supervisor *supervisor, const char *path, pid_t program, struct error *error)
{
	_Static_assert(KERNEL_VIEWS == 2, "none is there yet");
	*supervisor = (struct supervisor){ .listener = -1, .views = { -1, -1 }, .folder = -1,
					      .daemon = { .path = path, .fd = -1 },
					      .l2tpips.watched = -1 };
	os_random(&supervisor->last_name, sizeof(supervisor->last_name));
	supervisor->proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (supervisor->proc < 0)
		return error_system(error, errno, NULL, "cannot open /proc, in which programs are looked at");
	supervisor->program = (int)syscall(SYS_pidfd_open, program, 0);
	if (supervisor->program < 0)
		return error_system(error, errno, NULL, "cannot watch the program");
	return 0;
}

void supervisor_tell(struct supervisor *supervisor, const char *why)
{
	struct pollfd out = { .fd = STDERR_FILENO, .events = POLLOUT };
	char line[512];
	int length;

	if (supervisor->told || supervisor->program < 0)
		return;
	supervisor->told = true;
	length = snprintf(line, sizeof(line), "l2tprun: %s: programs find a kernel without L2TP\n", why);
	/* who does not read it must not stop the programs; a pipe that can be written to takes all of a line */
	if (length > 0 && poll(&out, 1, 0) == 1 && write(STDERR_FILENO, line, (size_t)length) < 0)
		supervisor->told = false;
}

void supervisor_continue(struct supervisor *supervisor, uint64_t id)
{
	notification_continue(supervisor->listener, id);
}

void supervisor_answer(struct supervisor *supervisor, uint64_t id, int error)
{
	notification_answer(supervisor->listener, id, error);
}

void supervisor_sweep(struct supervisor *supervisor)
{
	FILE *list;
	int fd;

	if (!clients_want_sweep(&supervisor->clients))
		return;
	fd = openat(supervisor->proc, "self/net/unix", O_RDONLY | O_CLOEXEC);
	list = fd < 0 ? NULL : fdopen(fd, "r");
	if (list) {
		clients_sweep(&supervisor->clients, list);
		fclose(list);
	} else if (fd >= 0) {
		close(fd);
	}
}

static bool read_memory(void *context, uint64_t address, void *octets, size_t length)
{
	return caller_read(context, address, octets, length);
}

/* The call's descriptor is looked at once, whatever other threads put in its place meanwhile; what is closed then is
 * not to be another socket when the kernel looks. False: it is not open. */
static bool find_socket(const struct supervisor *supervisor, struct trapped *trapped)
{
	bool is_open;

	if (trapped->call.kind == CALL_SOCKET || call_has_path(trapped->call.kind) ||
	    (!HASH_COUNT(supervisor->clients.by_inode) && !HASH_COUNT(supervisor->l2tpips.by_inode) &&
	     !HASH_COUNT(supervisor->tunnel_sockets)))
		return true;
	is_open = caller_socket(&trapped->caller, (int)trapped->call.arguments[0], &trapped->socket);
	if (!notification_waits(supervisor->listener, trapped->id))
		trapped->socket = 0;
	return is_open;
}

int trapped_borrow(const struct trapped *trapped)
{
	int fd = caller_borrow(&trapped->caller, (int)trapped->call.arguments[0]);
	struct stat about;

	if (fd < 0 || (fstat(fd, &about) == 0 && about.st_ino == trapped->socket))
		return fd;
	close(fd);
	errno = EBADF;
	return -1;
}

/* A thread outside our pid namespace has no number here (0): it is not ours to look at. */
static void take_call(struct supervisor *supervisor)
{
	struct trapped trapped = { .caller = { .proc = supervisor->proc, .memory = -1 } };
	struct seccomp_notif notification;

	if (!notification_receive(supervisor->listener, &notification))
		return;
	trapped.id = notification.id;
	trapped.caller.tid = (pid_t)notification.pid;
	if (!notification.pid || !call_decode(&notification.data, read_memory, &trapped.caller, &trapped.call))
		supervisor_continue(supervisor, trapped.id);
	else if (!find_socket(supervisor, &trapped))
		supervisor_answer(supervisor, trapped.id, EBADF);
	else if (call_has_path(trapped.call.kind))
		files_call(supervisor, &trapped);
	else if (!l2tpip_call(supervisor, &trapped))
		dispatch_call(supervisor, &trapped);
	caller_close(&trapped.caller);
}

/* It was its terminal, and somebody may wait for the end of what it printed. */
static void program_ended(struct supervisor *supervisor)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	close(supervisor->program);
	supervisor->program = -1;
	if (null >= 0) {
		dup2(null, STDERR_FILENO);
		close(null);
	}
}

static int next_timeout(const struct supervisor *supervisor)
{
	int pending = pending_timeout(supervisor), stopped = stopped_timeout(supervisor);

	return pending < 0 || (stopped >= 0 && stopped < pending) ? stopped : pending;
}

void supervisor_run(struct supervisor *supervisor)
{
	enum { LISTENER, DAEMON, PROGRAM, L2TPIPS, WATCHED };

	for (;;) {
		struct pollfd watched[WATCHED] = {
			[LISTENER] = { .fd = supervisor->listener, .events = POLLIN },
			[DAEMON] = { .fd = supervisor->daemon.fd, .events = POLLIN },
			[PROGRAM] = { .fd = supervisor->program, .events = POLLIN },
			[L2TPIPS] = { .fd = supervisor->l2tpips.watched, .events = POLLIN },
		};

		if (pending_unsent(supervisor))
			watched[DAEMON].events |= POLLOUT;
		if (poll(watched, WATCHED, next_timeout(supervisor)) < 0)
			continue;
		if (watched[DAEMON].revents)
			pending_receive(supervisor);
		if (watched[DAEMON].revents & POLLOUT && supervisor->daemon.fd >= 0)
			pending_flush(supervisor);
		pending_expire(supervisor);
		stopped_look(supervisor);
		if (watched[PROGRAM].revents)
			program_ended(supervisor);
		if (watched[L2TPIPS].revents)
			l2tpip_ready(supervisor);
		if (watched[LISTENER].revents & POLLIN)
			take_call(supervisor);
		else if (watched[LISTENER].revents)
			return;	/* nobody is left */
	}
}
