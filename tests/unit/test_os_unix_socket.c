/* SPDX-License-Identifier: MIT */
/* The API's socket: mode, living and dead owners, strangers in the way. */
#include "os/unix_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"

static char folder[32], path[64];

static int setup(void **state)
{
	strcpy(folder, "/tmp/l2tpd-test.XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/in/socket", folder);
	return 0;
}

static int teardown(void **state)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -r %s", folder);
	return system(command);
}

static void listens_and_goes(void **state)
{
	struct os_listener listener;
	struct error error;
	struct stat st;
	int fd;

	assert_int_equal(os_listen(path, SOCK_STREAM, 0600, &listener, &error), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	fd = os_unix_connect(path, SOCK_STREAM, NULL, &error);
	assert_true(fd >= 0);
	close(fd);
	os_listen_close(&listener);
	os_listen_close(&listener);
	assert_int_equal(stat(path, &st), -1);
}

static void a_living_owner_is_left_alone(void **state)
{
	struct os_listener first, second;
	struct error error;
	int fd;

	assert_int_equal(os_listen(path, SOCK_STREAM, 0600, &first, &error), 0);
	assert_int_equal(os_listen(path, SOCK_STREAM, 0600, &second, &error), -1);
	assert_int_equal(error.code, ERROR_EXISTS);
	assert_non_null(strstr(error.text, "another l2tpd answers"));
	os_listen_close(&second);	/* of one that did not open: harmless */
	fd = os_unix_connect(path, SOCK_STREAM, NULL, &error);
	assert_true(fd >= 0);
	close(fd);
	os_listen_close(&first);
	assert_int_equal(os_listen(path, SOCK_STREAM, 0600, &second, &error), 0);
	os_listen_close(&second);
}

/* Somebody removed the socket of a daemon that runs: what that has is still its own. */
static void a_living_owner_needs_no_socket(void **state)
{
	struct os_listener listener;
	struct error error;
	int done[2], status;
	char octet;
	pid_t pid;

	assert_int_equal(pipe(done), 0);
	pid = fork();
	if (pid == 0) {
		if (os_listen(path, SOCK_STREAM, 0600, &listener, &error) == 0 && unlink(path) == 0 &&
		    write(done[1], "x", 1) == 1)
			pause();
		_exit(1);
	}
	close(done[1]);
	assert_int_equal(read(done[0], &octet, 1), 1);
	close(done[0]);
	assert_int_equal(os_listen(path, SOCK_STREAM, 0600, &listener, &error), -1);
	assert_int_equal(error.code, ERROR_EXISTS);
	kill(pid, SIGKILL);	/* and at once, while it may still be ending */
	assert_int_equal(os_listen(path, SOCK_STREAM, 0600, &listener, &error), 0);
	os_listen_close(&listener);
	assert_int_equal(waitpid(pid, &status, 0), pid);
}

static void a_dead_owner_is_removed(void **state)
{
	struct os_listener listener;
	struct error error;
	int status;
	pid_t pid = fork();

	if (pid == 0)	/* ends without a farewell, as by kill -9 */
		_exit(os_listen(path, SOCK_STREAM, 0600, &listener, &error) < 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(access(path, F_OK), 0);
	assert_int_equal(os_listen(path, SOCK_STREAM, 0600, &listener, &error), 0);
	os_listen_close(&listener);
}

static void a_stranger_is_left_alone(void **state)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	struct os_listener listener;
	struct error error;

	snprintf(path, sizeof(path), "%s/socket", folder);
	snprintf(name.sun_path, sizeof(name.sun_path), "%s", path);
	assert_int_equal(bind(fd, (struct sockaddr *)&name, sizeof(name)), 0);
	assert_int_equal(listen(fd, 1), 0);
	/* it holds no lock, but it answers */
	assert_int_equal(os_listen(path, SOCK_STREAM, 0600, &listener, &error), -1);
	assert_int_equal(error.code, ERROR_EXISTS);
	close(fd);
	assert_int_equal(os_listen(path, SOCK_STREAM, 0600, &listener, &error), 0);
	os_listen_close(&listener);

	fd = open(path, O_CREAT | O_WRONLY, 0600);
	assert_int_equal(write(fd, "precious", 8), 8);
	close(fd);
	assert_int_equal(os_listen(path, SOCK_STREAM, 0600, &listener, &error), -1);
	assert_non_null(strstr(error.text, "not a socket"));
	assert_int_equal(access(path, F_OK), 0);
}

static void bad_paths(void **state)
{
	struct os_listener listener;
	struct error error;
	char longest[200];
	int errno_value;

	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(os_listen(longest, SOCK_STREAM, 0600, &listener, &error), -1);
	assert_int_equal(error.code, ERROR_VALUE);
	assert_int_equal(os_listen("", SOCK_STREAM, 0600, &listener, &error), -1);
	assert_int_equal(os_unix_connect("/nonexistent/socket", SOCK_STREAM, &errno_value, &error), -1);
	assert_int_equal(errno_value, ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(listens_and_goes, setup, teardown),
		cmocka_unit_test_setup_teardown(a_living_owner_is_left_alone, setup, teardown),
		cmocka_unit_test_setup_teardown(a_living_owner_needs_no_socket, setup, teardown),
		cmocka_unit_test_setup_teardown(a_dead_owner_is_removed, setup, teardown),
		cmocka_unit_test_setup_teardown(a_stranger_is_left_alone, setup, teardown),
		cmocka_unit_test_setup_teardown(bad_paths, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
