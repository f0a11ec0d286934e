/* SPDX-License-Identifier: MIT */
/* Programs beside the daemon: what they are given, how their time ends, and which are not run. */
#include "os/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "test.h"

struct world {
	struct event_base *loop;
	char folder[64], program[96], output[96];
	int fd, status;
	bool done, out_of_time;
};

static int begin(void **state)
{
	struct world *world = calloc(1, sizeof(*world));

	assert_non_null(world);
	strcpy(world->folder, "/tmp/test_os_child.XXXXXX");
	assert_non_null(mkdtemp(world->folder));
	snprintf(world->program, sizeof(world->program), "%s/program", world->folder);
	snprintf(world->output, sizeof(world->output), "%s/output", world->folder);
	world->loop = event_base_new();
	assert_non_null(world->loop);
	*state = world;
	alarm(20);
	return 0;
}

static int end(void **state)
{
	struct world *world = *state;

	alarm(0);
	unlink(world->program);
	unlink(world->output);
	rmdir(world->folder);
	event_base_free(world->loop);
	free(world);
	return 0;
}

static void write_program(struct world *world, const char *script)
{
	FILE *file = fopen(world->program, "w");

	assert_non_null(file);
	fprintf(file, "#!/bin/sh\n%s\n", script);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(world->program, 0755), 0);
}

static const char *read_output(struct world *world)
{
	static char text[4096];
	FILE *file = fopen(world->output, "r");

	assert_non_null(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	return text;
}

static void done(void *context, int status, bool out_of_time)
{
	struct world *world = context;

	assert_false(world->done);
	world->done = true;
	world->status = status;
	world->out_of_time = out_of_time;
	event_base_loopbreak(world->loop);
}

static struct os_child *run(struct world *world, unsigned int limit_ms)
{
	char output[128], path[] = "PATH=/usr/bin:/bin", fact[] = "FACT=one two", ours[32];
	char *environment[] = { output, path, fact, ours, NULL };
	struct error error = { 0 };
	struct os_child *child;

	snprintf(output, sizeof(output), "OUTPUT=%s", world->output);
	snprintf(ours, sizeof(ours), "OURS=%d", world->fd);
	child = os_child_run(world->loop, world->program, environment, limit_ms, done, world, &error);
	if (!child)
		fail_msg("%s", error.text);
	return child;
}

static void wait_for_it(struct world *world)
{
	event_base_dispatch(world->loop);
	assert_true(world->done);
}

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void it_has_the_environment_and_nothing_else(void **state)
{
	struct world *world = *state;
	world->fd = open("/dev/zero", O_RDONLY);	/* without O_CLOEXEC: a library's, say */
	assert_true(world->fd > 2);
	write_program(world, "exec >$OUTPUT\n"
			     "echo fact $FACT home $HOME\n"
			     "[ \"$(readlink /proc/$$/fd/$OURS)\" = /dev/zero ] && echo leaked\n"
			     "readlink /proc/$$/fd/0\n"
			     "[ $(ps -o pgid= -p $$) = $$ ] && echo group\n"
			     "exit 7");
	run(world, 10000);
	wait_for_it(world);
	close(world->fd);
	assert_true(WIFEXITED(world->status) && WEXITSTATUS(world->status) == 7);
	assert_false(world->out_of_time);
	assert_non_null(strstr(read_output(world), "fact one two home\n"));
	assert_null(strstr(read_output(world), "leaked"));
	assert_non_null(strstr(read_output(world), "/dev/null\n"));
	assert_non_null(strstr(read_output(world), "group\n"));
}

#define SIGNALS 0x7fffffffu	/* the C library has two more to itself */

static void its_signals_are_as_at_the_beginning(void **state)
{
	struct world *world = *state;
	unsigned long long blocked = SIGNALS, ignored = SIGNALS;
	sigset_t block;

	sigemptyset(&block);
	sigaddset(&block, SIGUSR1);
	sigprocmask(SIG_BLOCK, &block, NULL);
	signal(SIGPIPE, SIG_IGN);
	write_program(world, "exec >$OUTPUT; exec grep -E '^Sig(Blk|Ign)' /proc/self/status");
	run(world, 10000);
	wait_for_it(world);
	sigprocmask(SIG_UNBLOCK, &block, NULL);
	signal(SIGPIPE, SIG_DFL);
	assert_int_equal(sscanf(read_output(world), "SigBlk: %llx SigIgn: %llx", &blocked, &ignored), 2);
	assert_int_equal(blocked & SIGNALS, 0);
	assert_int_equal(ignored & SIGNALS, 0);
}

static void its_time_is_limited(void **state)
{
	struct world *world = *state;
	uint64_t before = now_ms();

	write_program(world, "sleep 100");
	run(world, 100);
	assert_true(now_ms() - before < 5000);	/* it was started, not waited for */
	wait_for_it(world);
	assert_true(world->out_of_time);
	assert_true(WIFSIGNALED(world->status) && WTERMSIG(world->status) == SIGTERM);
	assert_in_range(now_ms() - before, 95, 90000);
}

static void one_that_will_not_end_is_killed(void **state)
{
	struct world *world = *state;
	uint64_t before = now_ms();

	write_program(world, "trap '' TERM; while :; do sleep 0.05; done");
	run(world, 200);
	wait_for_it(world);
	assert_true(world->out_of_time);
	assert_true(WIFSIGNALED(world->status) && WTERMSIG(world->status) == SIGKILL);
	assert_in_range(now_ms() - before, 200 + OS_CHILD_GRACE_MS - 10, 90000);
}

static bool is_gone(pid_t pid)
{
	for (int tries = 0; tries < 500; tries++) {
		char path[64], state = 0;
		FILE *file;

		snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
		file = fopen(path, "r");
		if (!file)
			return true;
		if (fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
			state = 0;
		fclose(file);
		if (state == 'Z')	/* of whoever inherited it */
			return true;
		usleep(10000);
	}
	return false;
}

static void what_it_leaves_behind_is_killed(void **state)
{
	struct world *world = *state;

	write_program(world, "sleep 100 & echo $! >$OUTPUT");
	run(world, 10000);
	wait_for_it(world);
	assert_false(world->out_of_time);
	assert_true(is_gone((pid_t)atoi(read_output(world))));
}

static void it_can_be_killed_at_once(void **state)
{
	struct world *world = *state;
	struct os_child *child;

	write_program(world, "sleep 100");
	child = run(world, 10000);
	os_child_kill(child);
	os_child_kill(NULL);
	event_base_loop(world->loop, EVLOOP_NONBLOCK);
	assert_false(world->done);
	assert_true(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
}

static void what_cannot_be_run_is_told(void **state)
{
	struct world *world = *state;
	char *environment[] = { NULL };
	struct error error = { 0 };

	assert_null(os_child_run(world->loop, world->program, environment, 100, done, world, &error));
	assert_non_null(strstr(error.text, "cannot run /tmp/test_os_child."));
	assert_non_null(strstr(error.text, "No such file"));
}

static void why_a_script_cannot_be_run_is_told(void **state)
{
	static const struct {
		const char *text, *told;
	} scripts[] = {
		{ "#!/nonexistent/sh\n", "interpreter" }, { "echo no first line\n", "#!/bin/sh" },
	};
	struct world *world = *state;
	char *environment[] = { NULL };
	struct error error = { 0 };

	for (int i = 0; i < 2; i++) {
		FILE *file = fopen(world->program, "w");

		assert_non_null(file);
		fputs(scripts[i].text, file);
		assert_int_equal(fchmod(fileno(file), 0755), 0);
		assert_int_equal(fclose(file), 0);
		assert_null(os_child_run(world->loop, world->program, environment, 100, done, world, &error));
		assert_non_null(strstr(error.text, scripts[i].told));
	}
}

static void distrusted(struct world *world, const char *why)
{
	struct error error = { 0 };

	assert_int_equal(os_child_program(world->program, &error), -1);
	if (!strstr(error.text, why))
		fail_msg("\"%s\" does not say \"%s\"", error.text, why);
}

static void only_programs_of_ours_are_trusted(void **state)
{
	struct world *world = *state;

	assert_int_equal(os_child_program(world->program, NULL), 0);
	assert_int_equal(os_child_program("/dev/null/program", NULL), 0);
	write_program(world, "");
	assert_int_equal(os_child_program(world->program, NULL), 1);
	chmod(world->program, 0644);
	distrusted(world, "chmod +x");
	chmod(world->program, 0775);
	distrusted(world, "chmod go-w");
	chmod(world->program, 0757);
	distrusted(world, "chmod go-w");
	chmod(world->program, 0755);
	if (geteuid() == 0) {
		assert_int_equal(chown(world->program, 65534, 65534), 0);
		distrusted(world, "chown it to root");
	}
	unlink(world->program);
	assert_int_equal(mkdir(world->program, 0755), 0);
	distrusted(world, "no regular file");
	rmdir(world->program);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(it_has_the_environment_and_nothing_else, begin, end),
		cmocka_unit_test_setup_teardown(its_signals_are_as_at_the_beginning, begin, end),
		cmocka_unit_test_setup_teardown(its_time_is_limited, begin, end),
		cmocka_unit_test_setup_teardown(one_that_will_not_end_is_killed, begin, end),
		cmocka_unit_test_setup_teardown(what_it_leaves_behind_is_killed, begin, end),
		cmocka_unit_test_setup_teardown(it_can_be_killed_at_once, begin, end),
		cmocka_unit_test_setup_teardown(what_cannot_be_run_is_told, begin, end),
		cmocka_unit_test_setup_teardown(why_a_script_cannot_be_run_is_told, begin, end),
		cmocka_unit_test_setup_teardown(only_programs_of_ours_are_trusted, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
