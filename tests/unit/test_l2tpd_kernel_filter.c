/* SPDX-License-Identifier: MIT */
/* Packet filters of programs, which the kernel runs in a socket: whose packets they judge. */
#include "l2tpd/kernel_filter.c"	/* programs are no libraries */

#include <sys/syscall.h>

#include "test.h"

static const struct sock_filter all[] = { BPF_STMT(BPF_RET | BPF_K, 0xffffffff) };
static const struct sock_filter none[] = { BPF_STMT(BPF_RET | BPF_K, 0) };
static const struct sock_filter wrong[] = { BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0) };

static int strangers;			/* datagrams that somebody sends before it is connected */

/* In place of the system's. */
int connect(int fd, const struct sockaddr *name, socklen_t length)
{
	int other = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	for (int i = 0; i < strangers; i++)
		assert_int_equal(sendto(other, "x", i % 2, 0, name, length), i % 2);
	close(other);
	return (int)syscall(SYS_connect, fd, name, length);
}

static bool passes(const struct sock_filter *code, size_t count)
{
	static const uint8_t packet[] = { 0, 0, 0, 0x21 };
	int filter = filter_new(NULL, code, (uint16_t)count);
	bool first, second;

	assert_true(filter >= 0);
	first = filter_passes(NULL, filter, packet, sizeof(packet));
	second = filter_passes(NULL, filter, packet, sizeof(packet));
	assert_int_equal(first, second);
	filter_free(NULL, filter);
	return first;
}

static void what_passes(void **state)
{
	strangers = 0;
	assert_true(passes(all, ARRAY_SIZE(all)));
	assert_false(passes(none, ARRAY_SIZE(none)));
	assert_int_equal(filter_new(NULL, wrong, ARRAY_SIZE(wrong)), -EINVAL);
}

/* The name that the system gives it can be guessed. */
static void what_strangers_send_is_not_judged(void **state)
{
	for (strangers = 1; strangers <= 4; strangers++) {
		assert_true(passes(all, ARRAY_SIZE(all)));
		assert_false(passes(none, ARRAY_SIZE(none)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_passes),
		cmocka_unit_test(what_strangers_send_is_not_judged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
