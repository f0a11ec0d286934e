/* SPDX-License-Identifier: MIT */
/* Standard error that nobody reads: lines are lost and counted, nothing waits. */
#include "os/log_sink.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <syslog.h>
#include <termios.h>
#include <unistd.h>

#include "base/trace.h"

#include "test.h"

#define PATIENCE_S 10	/* a line that waits for a reader ends the program */
#define NOTICE "t: warning: "
#define LINES 40000	/* more than any of them holds */

static const struct os_log_target to_stderr = { OS_LOG_STDERR, 0 };
static int saved;

static int setup(void **state)
{
	saved = dup(STDERR_FILENO);
	alarm(PATIENCE_S);
	return saved < 0;
}

static int teardown(void **state)
{
	log_set_sink(NULL, LOG_LEVEL_ERROR);
	alarm(0);
	dup2(saved, STDERR_FILENO);
	close(saved);
	return 0;
}

/* Adds what is there to read to text. */
static void read_off(int fd, char *text, size_t size)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	size_t used = strlen(text);
	ssize_t got;

	while (poll(&ready, 1, 100) == 1 && (got = read(fd, text + used, size - 1 - used)) > 0)
		used += (size_t)got;
	text[used] = '\0';
}

/* What was logged: lines that are there, and those that notices count. */
static unsigned int lines_told(const char *text)
{
	unsigned int lines = 0, lost;
	int end;

	for (const char *at = text; (at = strchr(at, '\n')); at++)
		lines++;
	for (const char *at = text; (at = strstr(at, NOTICE)); at += strlen(NOTICE)) {
		end = 0;	/* a terminal takes a part of a line, too, which is counted as lost */
		sscanf(at, NOTICE "%u lines of the log are lost: it could not be written%n", &lost, &end);
		lines += end ? lost - 1 : 0;
	}
	return lines;
}

/* writer becomes standard error; nobody reads for a while */
static void stalls(int reader, int writer)
{
	static char text[LINES * 16];
	int flags = fcntl(writer, F_GETFL);

	dup2(writer, STDERR_FILENO);
	os_log_open("t", LOG_LEVEL_INFO, to_stderr);
	for (int i = 0; i < LINES; i++)
		log_info("line %d", i);
	assert_int_equal(fcntl(writer, F_GETFL), flags);	/* others share it */
	text[0] = '\0';
	read_off(reader, text, sizeof(text));
	assert_in_range(strlen(text), 1000, sizeof(text) / 2);
	log_info("the first of those that follow");
	log_info("the second");
	read_off(reader, text, sizeof(text));
	assert_int_equal(lines_told(text), LINES + 2);
	assert_non_null(strstr(text, "written\nt: the first of those that follow\nt: the second\n"));
	os_log_open("t", LOG_LEVEL_INFO, to_stderr);
	close(reader);
	close(writer);
}

static void a_pipe(void **state)
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	stalls(ends[0], ends[1]);
}

static void a_socket(void **state)
{
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	stalls(ends[0], ends[1]);
}

static void a_terminal(void **state)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY), terminal;
	struct termios raw;

	assert_true(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
	terminal = open(ptsname(master), O_RDWR | O_NOCTTY);
	assert_true(terminal >= 0);
	assert_int_equal(tcgetattr(terminal, &raw), 0);
	cfmakeraw(&raw);
	assert_int_equal(tcsetattr(terminal, TCSANOW, &raw), 0);
	stalls(master, terminal);
}

/* A file is written where others write to it. */
static void a_file(void **state)
{
	char path[] = "/tmp/l2tpd-test.XXXXXX", text[64] = "";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	unlink(path);
	dup2(fd, STDERR_FILENO);
	os_log_open("t", LOG_LEVEL_INFO, to_stderr);
	assert_int_equal(write(fd, "a\n", 2), 2);
	log_info("b");
	assert_int_equal(write(fd, "c\n", 2), 2);
	assert_true(pread(fd, text, sizeof(text) - 1, 0) > 0);
	assert_string_equal(text, "a\nt: b\nc\n");
	close(fd);
}

/* Each second of trace has its limit, and what it dropped is told. */
static void too_much_trace(void **state)
{
	char path[] = "/tmp/l2tpd-test.XXXXXX", text[4096];
	int fd = mkstemp(path), lines = 0;
	ssize_t got;

	assert_true(fd >= 0);
	unlink(path);
	dup2(fd, STDERR_FILENO);
	os_log_open("t", LOG_LEVEL_ERROR, to_stderr);
	for (int i = 0; i < 2000; i++)
		trace(TRACE_FSM, TRACE_FSM, NULL, "line %d", i);
	log_error("not trace");
	sleep(2);
	trace(TRACE_FSM, TRACE_FSM, NULL, "later");
	for (off_t at = 0; (got = pread(fd, text, sizeof(text) - 1, at)) > 0; at += got)
		for (ssize_t i = 0; i < got; i++)
			lines += text[i] == '\n';
	/* the first two thousand may have fallen into two seconds */
	assert_in_range(lines, 1000 + 2, 2000 + 1);
	text[pread(fd, text, sizeof(text) - 1, lseek(fd, 0, SEEK_END) - 60)] = '\0';
	assert_non_null(strstr(text, "t: error: not trace\nt: later category=fsm dropped="));
	assert_int_equal(atoi(strrchr(text, '=') + 1), 2000 + 2 - lines);
	close(fd);
}

static void targets(void **state)
{
	static const char *const wrong[] = { "", "stdout", "syslog:", "syslog:kern", "syslog:local8",
					     "journal:daemon" };
	struct os_log_target target = { OS_LOG_AUTO, 0 };

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_false(os_log_parse_target(wrong[i], &target));
	assert_true(os_log_parse_target("journal", &target));
	assert_int_equal(target.kind, OS_LOG_JOURNAL);
	assert_true(os_log_parse_target("syslog", &target));
	assert_int_equal(target.facility, LOG_DAEMON);
	assert_true(os_log_parse_target("syslog:LOCAL7", &target));
	assert_int_equal(target.kind, OS_LOG_SYSLOG);
	assert_int_equal(target.facility, LOG_LOCAL7);
	assert_true(os_log_parse_target("stderr", &target));
	assert_int_equal(target.kind, OS_LOG_STDERR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_pipe, setup, teardown),
		cmocka_unit_test_setup_teardown(a_socket, setup, teardown),
		cmocka_unit_test_setup_teardown(a_terminal, setup, teardown),
		cmocka_unit_test_setup_teardown(a_file, setup, teardown),
		cmocka_unit_test_setup_teardown(too_much_trace, setup, teardown),
		cmocka_unit_test(targets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
