/* SPDX-License-Identifier: MIT */
/*
 * A pidfd (Linux 5.3) tells of the end, so that SIGCHLD, which would be everybody's, need not be handled.
 * Until the process has been waited for its number is its own, so it can be killed by it safely.
 */
#include "os/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/close.h"

struct os_child {
	pid_t pid;			/* and that of its process group */
	int fd;				/* pidfd */
	struct event *ended, *limit;
	bool out_of_time;
	os_child_done_fn *done;
	void *context;
};

/* NULL: the file is one that may be run. */
static const char *distrust(const struct stat *st)
{
	if (!S_ISREG(st->st_mode))
		return "it is no regular file";
	if (st->st_uid != 0 && st->st_uid != geteuid())
		return "it belongs to somebody else: chown it to root";
	if (st->st_mode & (S_IWGRP | S_IWOTH))
		return "others may write to it: chmod go-w";
	if (!(st->st_mode & S_IXUSR))
		return "it is not executable: chmod +x";
	return NULL;
}

int os_child_program(const char *path, struct error *error)
{
	const char *why;
	struct stat st;

	if (stat(path, &st) < 0) {
		if (errno == ENOENT || errno == ENOTDIR)
			return 0;
		return error_system(error, errno, NULL, "cannot look at %s", path);
	}
	why = distrust(&st);
	if (!why)
		return 1;
	return error_set(error, ERROR_SYSTEM, NULL, "%s is not run: %s", path, why);
}

/* Its handlers and mask are the system's, its descriptors 0 to 2 and no more. */
static int spawn(const char *path, char *const arguments[], char *const environment[], int input, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t all, none;
	int failed;

	sigfillset(&all);
	sigemptyset(&none);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
	posix_spawnattr_setpgroup(&attributes, 0);
	posix_spawnattr_setsigdefault(&attributes, &all);
	posix_spawnattr_setsigmask(&attributes, &none);
	failed = posix_spawn_file_actions_init(&actions);
	if (!failed) {
		if (input >= 0)
			failed = posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
		else
			failed = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
		failed = failed ? failed :
			 posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
		failed = failed ? failed : posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
		failed = failed ? failed : posix_spawn(pid, path, &actions, &attributes, arguments, environment);
		posix_spawn_file_actions_destroy(&actions);
	}
	posix_spawnattr_destroy(&attributes);
	return failed;
}

/* It was there a moment ago, and of the formats that the kernel knows one is not told by its name. */
static void explain_failed(const char *path, int errno_value, struct error *error)
{
	if (errno_value == ENOENT && access(path, F_OK) == 0)
		error_set(error, ERROR_SYSTEM, NULL, "cannot run %s: there is no such interpreter as its first line "
			  "names", path);
	else if (errno_value == ENOEXEC)
		error_set(error, ERROR_SYSTEM, NULL, "cannot run %s: it is no program of this system, and no script "
			  "whose first line names its interpreter, such as #!/bin/sh", path);
	else
		error_system(error, errno_value, NULL, "cannot run %s", path);
}

static void child_free(struct os_child *child)
{
	if (child->ended)
		event_free(child->ended);
	if (child->limit)
		event_free(child->limit);
	os_close(&child->fd);
	free(child);
}

/* The group may outlive its leader, whose number is not given to others as long as the group exists:
 * so first the group, then the leader, who is still a zombie. */
static int reap(struct os_child *child)
{
	int status = 0;

	kill(-child->pid, SIGKILL);
	while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

static void ended(evutil_socket_t fd, short what, void *context)
{
	struct os_child *child = context;
	os_child_done_fn *done = child->done;
	bool out_of_time = child->out_of_time;
	int status = reap(child);

	context = child->context;
	child_free(child);
	done(context, status, out_of_time);
}

static void set_limit(struct os_child *child, unsigned int ms)
{
	const struct timeval delay = { ms / 1000, ms % 1000 * 1000 };

	event_add(child->limit, &delay);
}

static void limit_reached(evutil_socket_t fd, short what, void *context)
{
	struct os_child *child = context;

	kill(-child->pid, child->out_of_time ? SIGKILL : SIGTERM);
	if (!child->out_of_time)
		set_limit(child, OS_CHILD_GRACE_MS);
	child->out_of_time = true;
}

/* The process runs already: what fails here is its end. */
static int watch(struct os_child *child, struct event_base *loop, unsigned int limit_ms, struct error *error)
{
	child->fd = (int)syscall(SYS_pidfd_open, child->pid, 0);
	if (child->fd < 0)
		return error_system(error, errno, NULL, "cannot watch a program (pidfd_open needs Linux 5.3)");
	child->ended = event_new(loop, child->fd, EV_READ, ended, child);
	child->limit = event_new(loop, -1, 0, limit_reached, child);
	if (!child->ended || !child->limit || event_add(child->ended, NULL) < 0)
		return error_set(error, ERROR_SYSTEM, NULL, "out of memory");
	set_limit(child, limit_ms);
	return 0;
}

/* The reading end of a pipe in which all of it is; -1 with errno. */
static int pipe_with(const char *input)
{
	size_t length = strlen(input);
	int ends[2], failed = EINVAL;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	if (length <= OS_CHILD_INPUT_MAX && write(ends[1], input, length) == (ssize_t)length)
		failed = 0;
	close(ends[1]);
	if (!failed)
		return ends[0];
	close(ends[0]);
	errno = failed;
	return -1;
}

static int spawn_with(const char *path, char *const arguments[], char *const environment[], const char *input,
		      pid_t *pid)
{
	int fd = input ? pipe_with(input) : -1, failed;

	if (input && fd < 0)
		return errno;
	failed = spawn(path, arguments, environment, fd, pid);
	os_close(&fd);
	return failed;
}

struct os_child *os_child_run(struct event_base *loop, const char *path, char *const environment[],
			      unsigned int limit_ms, os_child_done_fn *done, void *context, struct error *error)
{
	char *const arguments[] = { (char *)(uintptr_t)path, NULL };

	return os_child_run_with(loop, path, arguments, environment, NULL, limit_ms, done, context, error);
}

struct os_child *os_child_run_with(struct event_base *loop, const char *path, char *const arguments[],
				   char *const environment[], const char *input, unsigned int limit_ms,
				   os_child_done_fn *done, void *context, struct error *error)
{
	struct os_child *child = calloc(1, sizeof(*child));
	int failed;

	if (!child) {
		error_set(error, ERROR_SYSTEM, NULL, "out of memory");
		return NULL;
	}
	*child = (struct os_child){ .fd = -1, .done = done, .context = context };
	failed = spawn_with(path, arguments, environment, input, &child->pid);
	if (failed) {
		explain_failed(path, failed, error);
		child_free(child);
		return NULL;
	}
	if (watch(child, loop, limit_ms, error) == 0)
		return child;
	os_child_kill(child);
	return NULL;
}

void os_child_kill(struct os_child *child)
{
	if (!child)
		return;
	kill(-child->pid, SIGKILL);
	reap(child);
	child_free(child);
}
