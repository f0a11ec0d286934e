/* SPDX-License-Identifier: MIT */
/*
 * The thread that sends: who asks goes on while it waits; the order is kept, and each is told.
 */
#include "os/sender.h"

#include <poll.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#include "test.h"

#define PATIENCE_MS 20000		/* of a busy machine */

static struct os_sender *sender;
static int ends[2];
static char numbers[100];		/* owners */

static int begin(void **state)
{
	sender = os_sender_new();
	return sender ? socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends) : -1;
}

static int end(void **state)
{
	os_sender_free(sender);
	close(ends[0]);
	close(ends[1]);
	return 0;
}

static bool is_told(int wait_ms)
{
	struct pollfd fd = { .fd = os_sender_fd(sender), .events = POLLIN };

	return poll(&fd, 1, wait_ms) == 1;
}

static void *wait_for_one(void)
{
	void *owner;

	while (!(owner = os_sender_take(sender)))
		assert_true(is_told(PATIENCE_MS));
	return owner;
}

static void expect_number(int wanted)
{
	int number = -1;

	assert_int_equal(recv(ends[1], &number, sizeof(number), 0), sizeof(number));
	assert_int_equal(number, wanted);
}

/* What the other end takes no more of without waiting. */
static int fill(void)
{
	int count = 0;

	while (send(ends[0], &count, sizeof(count), MSG_DONTWAIT) == sizeof(count))
		count++;
	return count;
}

static void each_is_sent_and_told_in_order(void **state)
{
	for (int i = 0; i < 100; i++)
		assert_int_equal(os_sender_send(sender, ends[0], &i, sizeof(i), 0, &numbers[i]), 0);
	for (int i = 0; i < 100; i++) {
		expect_number(i);
		assert_ptr_equal(wait_for_one(), &numbers[i]);
	}
	assert_null(os_sender_take(sender));
	assert_false(is_told(0));
}

/* As with a netlink family that takes its time. */
static void who_asks_does_not_wait_for_the_other_end(void **state)
{
	int before = fill(), one = 1;

	assert_int_equal(os_sender_send(sender, ends[0], &one, sizeof(one), 0, &numbers[0]), 0);
	assert_int_equal(os_sender_send(sender, ends[0], &one, sizeof(one), 0, &numbers[1]), 0);
	assert_false(is_told(50));
	assert_null(os_sender_take(sender));
	for (int i = 0; i < before; i++)
		expect_number(i);
	expect_number(1);
	expect_number(1);
	assert_ptr_equal(wait_for_one(), &numbers[0]);
	assert_ptr_equal(wait_for_one(), &numbers[1]);
}

static void what_cannot_be_sent_is_told_too(void **state)
{
	assert_int_equal(os_sender_send(sender, -1, "", 1, 0, &numbers[0]), 0);
	assert_ptr_equal(wait_for_one(), &numbers[0]);
}

static void all_is_sent_in_the_end(void **state)
{
	for (int i = 0; i < 5; i++)
		assert_int_equal(os_sender_send(sender, ends[0], &i, sizeof(i), 0, &numbers[i]), 0);
	os_sender_finish(sender);
	for (int i = 0; i < 5; i++)
		assert_ptr_equal(os_sender_take(sender), &numbers[i]);
	assert_null(os_sender_take(sender));
}

static void what_nobody_takes_is_dropped(void **state)
{
	assert_int_equal(os_sender_send(sender, ends[0], "a", 1, 0, &numbers[0]), 0);
	os_sender_finish(sender);
	assert_int_equal(os_sender_send(sender, ends[0], "b", 1, 0, &numbers[0]), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_is_sent_and_told_in_order, begin, end),
		cmocka_unit_test_setup_teardown(who_asks_does_not_wait_for_the_other_end, begin, end),
		cmocka_unit_test_setup_teardown(what_cannot_be_sent_is_told_too, begin, end),
		cmocka_unit_test_setup_teardown(all_is_sent_in_the_end, begin, end),
		cmocka_unit_test_setup_teardown(what_nobody_takes_is_dropped, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
