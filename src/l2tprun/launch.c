/* SPDX-License-Identifier: MIT */
/*
 *	this process ------------------ filter --- listener --> waits --- execve ---> the program
 *	      \- a child, ends at once                 |          ^
 *	             \- its child ---------------------v--- ready -- the supervisor -- until the last has ended
 */
#include "l2tprun/launch.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "l2tprun/filter.h"
#include "l2tprun/notification.h"
#include "l2tprun/options.h"
#include "l2tprun/supervisor.h"
#include "os/pass.h"

static int send_listener(int channel, int listener)
{
	const char octet = 0;

	return os_pass_send(channel, &octet, sizeof(octet), &listener, 1, MSG_NOSIGNAL) < 0 ? -1 : 0;
}

/* -1: it could not be made, and who sends it has ended. */
static int receive_listener(int channel)
{
	struct os_passed passed;
	char octet;

	(void)os_pass_receive(channel, &octet, sizeof(octet), &passed, 0);
	return passed.fds[0];
}

/* What the program has open is not held open: others may wait for its end. *channel may get another number. */
static void close_others(int *channel)
{
	int kept = dup2(*channel, STDIN_FILENO);

	close(STDOUT_FILENO);
	syscall(SYS_close_range, STDERR_FILENO + 1, ~0u, 0);
	*channel = kept;
}

/* Signals of the terminal are the program's.  Whoever ends a service ends all of its processes at once, and the program
 * may want to remove its tunnels then: the supervisor ends after the last. */
static void detach(void)
{
	static const int ignored[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE, SIGUSR1, SIGUSR2 };
	struct rlimit files;

	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		signal(ignored[i], SIG_IGN);
	setsid();
	if (chdir("/") < 0)
		return;	/* there it would keep no file system busy */
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;	/* some for each thread of the program that waits */
		setrlimit(RLIMIT_NOFILE, &files);
	}
}

/* The supervisor's whole life. Its first word to the program is what went wrong, nothing if all is right. */
static void supervise(int channel, const char *path, pid_t program)
{
	struct supervisor supervisor;
	struct error error = { 0 };
	int listener;

	close_others(&channel);
	detach();
	listener = receive_listener(channel);
	if (listener < 0)
		return;
	if (supervisor_init(&supervisor, path, program, &error) == 0 && !filter_can_inject(listener))
		error_set(&error, ERROR_SYSTEM, NULL,
			  "this kernel cannot answer a system call with a descriptor: it needs Linux 5.14");
	supervisor.listener = listener;
	notification_hurry(listener);
	send(channel, &error, sizeof(error), MSG_NOSIGNAL);
	close(channel);
	if (error.code == ERROR_NONE)
		supervisor_run(&supervisor);
}

static int begin_supervisor(int channel, int other, const char *path, struct error *error)
{
	pid_t program = getpid(), child = fork();

	if (child < 0)
		return error_system(error, errno, NULL, "cannot begin another process");
	if (child == 0) {
		close(other);
		if (fork() == 0)
			supervise(channel, path, program);
		_exit(EXIT_SUCCESS);
	}
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
	return 0;
}

/* The path as others understand it, whose working directory is another. */
static char *absolute(const char *path)
{
	char *folder = NULL, *whole = NULL;

	if (*path == '/')
		return strdup(path);
	folder = getcwd(NULL, 0);
	if (folder && asprintf(&whole, "%s/%s", folder, path) < 0)
		whole = NULL;
	free(folder);
	return whole;
}

static int hand_over(int channel, struct error *error)
{
	int listener = filter_install(error);
	struct error told;

	if (listener < 0)
		return -1;
	if (send_listener(channel, listener) < 0 || recv(channel, &told, sizeof(told), 0) != sizeof(told))
		error_set(error, ERROR_SYSTEM, NULL, "the supervisor has ended before it began: is there memory left?");
	else
		*error = told;
	close(listener);
	return error->code == ERROR_NONE ? 0 : -1;
}

int launch_supervisor(const char *path, struct error *error)
{
	char *whole = absolute(path);
	int channel[2], result;

	if (!whole || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, channel) < 0) {
		free(whole);
		return error_system(error, errno, NULL, "cannot begin the supervisor");
	}
	result = begin_supervisor(channel[1], channel[0], whole, error);
	close(channel[1]);
	if (result == 0)
		result = hand_over(channel[0], error);
	close(channel[0]);
	free(whole);
	return result;
}

int launch_program(char **program)
{
	int failed;

	execvp(program[0], program);
	failed = errno;
	fprintf(stderr, "l2tprun: cannot run %s: %s\n", program[0], strerror(failed));
	return failed == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_RUN;
}
