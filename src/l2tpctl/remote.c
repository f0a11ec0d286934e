/* SPDX-License-Identifier: MIT */
/*
 * ssh as a transport.  It has our standard error, so that what it or the other side says is seen, and its own
 * way to ask for a password (the terminal).
 */
#include "l2tpctl/remote.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "l2tpctl/exit.h"

#define COMMAND_MAX 1024	/* octets of what the other side's shell is to run */
#define STATUS_NO_SSH 255	/* ssh's own failures */
#define STATUS_NO_PROGRAM 127	/* a shell found no l2tpctl */

extern char **environ;

bool remote_host_allowed(const char *host, struct error *error)
{
	if (host[0] && host[0] != '-')
		return true;
	error_set(error, ERROR_SYNTAX, NULL, "'%s' is no host: -H takes what ssh takes, [user@]host", host);
	return false;
}

/* The other side's shell reads it: quoted, so that no octet of a path means anything to it. */
static bool quote(const char *path, char *out, size_t size)
{
	size_t used = 0;

	for (; *path && used + 6 < size; path++) {
		if (*path == '\'')
			used += (size_t)snprintf(out + used, size - used, "'\\''");
		else
			out[used++] = *path;
	}
	out[used] = '\0';
	return !*path;
}

static bool bridge_command(const char *path, char out[COMMAND_MAX])
{
	char quoted[COMMAND_MAX - 64];

	snprintf(out, COMMAND_MAX, "l2tpctl --bridge");
	if (!path)
		return true;
	if (!quote(path, quoted, sizeof(quoted)))
		return false;
	snprintf(out, COMMAND_MAX, "l2tpctl --bridge -s '%s'", quoted);
	return true;
}

static int spawn(const char *host, const char *command, int fd, pid_t *pid)
{
	const char *given = getenv(REMOTE_PROGRAM_VARIABLE), *program = given && given[0] ? given : "ssh";
	const char *const words[] = { program, "-T", "--", host, command, NULL };
	posix_spawn_file_actions_t actions;
	int result;

	if (posix_spawn_file_actions_init(&actions) != 0)
		return ENOMEM;
	posix_spawn_file_actions_adddup2(&actions, fd, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, fd, STDOUT_FILENO);
	result = posix_spawnp(pid, program, &actions, NULL, (char *const *)words, environ);
	posix_spawn_file_actions_destroy(&actions);
	return result;
}

int remote_open(const char *host, const char *path, pid_t *pid, struct error *error)
{
	char command[COMMAND_MAX];
	int pair[2], result;

	if (!remote_host_allowed(host, error))
		return -1;
	if (!bridge_command(path, command))
		return error_set(error, ERROR_SYNTAX, NULL, "the path of the socket is too long");
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return error_system(error, errno, NULL, "cannot connect to %s", host);
	result = spawn(host, command, pair[1], pid);
	close(pair[1]);
	if (result == 0)
		return pair[0];
	close(pair[0]);
	return error_system(error, result, NULL, "-H needs ssh, which cannot be run");
}

int remote_wait(pid_t pid, bool end)
{
	int status;

	if (end)
		kill(pid, SIGTERM);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void remote_explain(const char *host, int exit_status, struct error *error)
{
	if (exit_status == STATUS_NO_SSH)
		error_set(error, ERROR_SYSTEM, NULL,
			  "no connection to %s: ssh has said why; `ssh %s true` tries it alone", host, host);
	else if (exit_status == STATUS_NO_PROGRAM)
		error_set(error, ERROR_SYSTEM, NULL,
			  "%s has no l2tpctl in the PATH of who logs in there: install l2tpd", host);
	else if (exit_status == STATUS_UNREACHABLE || exit_status == STATUS_DENIED)
		error_set(error, ERROR_SYSTEM, NULL, "%s is reached, but not its l2tpd: the line above says why",
			  host);
	else
		error_set(error, ERROR_SYSTEM, NULL, "%s closed the connection before it had answered", host);
}
