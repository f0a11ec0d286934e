/* SPDX-License-Identifier: MIT */
/*
 * Each line is found out by trying: the filter in a child that ends at once, the daemon by a
 * connection that says nothing.
 */
#include "l2tprun/plan.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "l2tprun/daemon.h"
#include "l2tprun/filter.h"
#include "os/genl.h"

/* What a child found out. */
struct trial {
	struct error error;
	bool injects;
	bool gives_up_rights;
};

static void try_here(struct trial *trial)
{
	int listener = filter_install(&trial->error);

	trial->injects = listener >= 0 && filter_can_inject(listener);
	trial->gives_up_rights = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
}

static bool try_filter(void)
{
	/* cppcheck-suppress invalidFunctionArg ; there is no file */
	struct trial *trial = mmap(NULL, sizeof(*trial), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t child = -1;
	bool works;

	if (trial == MAP_FAILED || fflush(stdout) == EOF || (child = fork()) < 0) {
		puts("seccomp: cannot be tried, there is no memory for another process");
		return false;
	}
	if (child == 0) {
		try_here(trial);
		_exit(EXIT_SUCCESS);
	}
	waitpid(child, NULL, 0);
	works = trial->injects;
	printf("seccomp: %s\n", works ? "can take system calls of programs" :
			trial->error.code ? trial->error.text : "needs Linux 5.14");
	if (works)
		printf("rights: %s\n", trial->gives_up_rights ?
		       "setuid programs among its children get no rights, and l2tpd serves root alone: run as root" :
		       "setuid programs among its children keep theirs");
	munmap(trial, sizeof(*trial));
	return works;
}

/* Where the supervisor looks at programs. Nothing is said when all is well: it nearly always is. */
static bool try_proc(void)
{
	bool works = access("/proc/self/ns/net", F_OK) == 0;

	if (!works)
		puts("/proc: is not mounted, or hides /proc/self/ns/net: mount -t proc proc /proc");
	return works;
}

static bool try_daemon(const char *path)
{
	struct daemon daemon = { .path = path, .fd = -1 };
	struct error error = { 0 };
	bool works = daemon_connect(&daemon, &error) == 0;

	if (works)
		printf("l2tpd: answers on %s\n", path);
	else
		printf("l2tpd: %s\n", error.text);
	daemon_close(&daemon);
	return works;
}

/* As execvp() looks for it. */
static bool is_there(const char *program)
{
	const char *path = getenv("PATH"), *end;
	char candidate[PATH_MAX];

	if (strchr(program, '/') || !path)
		return access(program, X_OK) == 0;
	for (;; path = end + 1) {
		end = strchrnul(path, ':');
		snprintf(candidate, sizeof(candidate), "%.*s%s%s", (int)(end - path), path, end > path ? "/" : "",
			 program);
		if (access(candidate, X_OK) == 0)
			return true;
		if (!*end)
			return false;
	}
}

int plan_print(const struct run_options *options)
{
	const char *name = options->program[0] ? options->program[0] : "PROGRAM";
	struct error error = { 0 };
	int found = os_genl_find("l2tp", NULL, &error);
	bool works;

	if (options->program[0] && !is_there(name)) {
		printf("%s is not there, or no program: l2tprun could not run it\n", name);
		return EXIT_OWN_FAILURE;
	}
	printf("kernel: %s\n", found < 0 ? error.text : found ? "has L2TP" : "has no L2TP");
	if (found > 0 && !options->force) {
		printf("%s would run as without l2tprun (-f: with l2tpd all the same)\n", name);
		return EXIT_SUCCESS;
	}
	works = try_filter();
	works = try_proc() && works;
	works = try_daemon(options->socket) && works;
	printf(works ? "%s would run, and l2tpd answer what it asks of L2TP\n" :
		       "%s would find a kernel without L2TP, or not run at all\n", name);
	return works ? EXIT_SUCCESS : EXIT_OWN_FAILURE;
}
