/* SPDX-License-Identifier: MIT */
/* Descriptors that go with messages: as many as were sent, and none stays open that nobody knows of. */
#include "os/pass.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "test.h"

#define TOO_MANY (OS_PASS_MAX + 2)

static int ends[2], lowest;	/* the first number that is free */

static int begin(void **state)
{
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
	lowest = dup(ends[0]);
	close(lowest);
	return 0;
}

static int end(void **state)
{
	int free_now = dup(ends[0]);

	assert_int_equal(free_now, lowest);
	close(free_now);
	close(ends[0]);
	close(ends[1]);
	return 0;
}

static void as_many_as_were_sent(void **state)
{
	const int same[OS_PASS_MAX] = { ends[0], ends[0], ends[0], ends[0] };
	struct os_passed passed;
	char octets[8];

	for (size_t count = 0; count <= OS_PASS_MAX; count++) {
		assert_int_equal(os_pass_send(ends[0], "word", 4, same, count, 0), 4);
		assert_int_equal(os_pass_receive(ends[1], octets, sizeof(octets), &passed, 0), 4);
		assert_int_equal(passed.count, count);
		assert_false(passed.cut);
		for (size_t i = 0; i < OS_PASS_MAX; i++)
			assert_int_equal(fcntl(passed.fds[i], F_GETFD), i < count ? FD_CLOEXEC : -1);
		os_pass_close(&passed);
		assert_int_equal(passed.fds[0], -1);
	}
}

static void more_than_there_is_room_for(void **state)
{
	union {
		struct cmsghdr header;
		char octets[CMSG_SPACE(TOO_MANY * sizeof(int))];
	} control = { .octets = { 0 } };
	struct iovec part = { &control, 1 };
	const struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control,
					.msg_controllen = sizeof(control) };
	struct os_passed passed;
	char octet;

	control.header = (struct cmsghdr){ CMSG_LEN(TOO_MANY * sizeof(int)), SOL_SOCKET, SCM_RIGHTS };
	for (size_t i = 0; i < TOO_MANY; i++)
		memcpy(CMSG_DATA(&control.header) + i * sizeof(int), &ends[0], sizeof(int));
	assert_int_equal(sendmsg(ends[0], &message, 0), 1);
	assert_int_equal(os_pass_receive(ends[1], &octet, 1, &passed, 0), 1);
	assert_true(passed.cut);
	assert_int_equal(passed.count, OS_PASS_MAX);
	os_pass_close(&passed);
}

static void nothing_came(void **state)
{
	struct os_passed passed;
	char octet;

	assert_int_equal(os_pass_receive(ends[1], &octet, 1, &passed, MSG_DONTWAIT), -1);
	assert_int_equal(errno, EAGAIN);
	assert_int_equal(passed.count, 0);
	assert_int_equal(passed.fds[0], -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(as_many_as_were_sent, begin, end),
		cmocka_unit_test_setup_teardown(more_than_there_is_room_for, begin, end),
		cmocka_unit_test_setup_teardown(nothing_came, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
