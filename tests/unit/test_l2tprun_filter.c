/* SPDX-License-Identifier: MIT */
/* The filter as the kernel would run it: what is taken from a program, by each way to call, and nothing else. */
#include "l2tprun/filter.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "l2tprun/call.h"
#include "test.h"

#ifdef __x86_64__
#define OTHER_ARCH AUDIT_ARCH_I386
#else
#define OTHER_ARCH AUDIT_ARCH_ARM
#endif

static struct filter filter;

static int build(void **state)
{
	filter_build(&filter);
	return 0;
}

static uint32_t load_word(const struct seccomp_data *data, uint32_t offset)
{
	uint32_t word;

	assert_true(offset % 4 == 0 && offset + 4 <= sizeof(*data));
	memcpy(&word, (const char *)data + offset, sizeof(word));
	return word;
}

static uint32_t run(const struct seccomp_data *data)
{
	uint32_t accumulator = 0;

	for (size_t at = 0; at < filter.length; at++) {
		const struct sock_filter *instruction = &filter.code[at];

		switch (instruction->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			accumulator = load_word(data, instruction->k);
			break;
		case BPF_JMP | BPF_JEQ | BPF_K:
			at += accumulator == instruction->k ? instruction->jt : instruction->jf;
			break;
		case BPF_JMP | BPF_JA:
			at += instruction->k;
			break;
		case BPF_ALU | BPF_AND | BPF_K:
			accumulator &= instruction->k;
			break;
		case BPF_RET | BPF_K:
			return instruction->k;
		default:
			fail_msg("instruction %zu has code 0x%x", at, instruction->code);
		}
	}
	fail_msg("ran off its end");
	return 0;
}

static uint32_t ask4(const struct call_abi *abi, enum call_kind kind, uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
	struct seccomp_data data = { .arch = abi->architecture, .nr = (int)abi->numbers[kind], .args = { a, b, c, d } };

	return run(&data);
}

static uint32_t ask(const struct call_abi *abi, enum call_kind kind, uint64_t a, uint64_t b, uint64_t c)
{
	return ask4(abi, kind, a, b, c, 0);
}

#define TAKEN SECCOMP_RET_USER_NOTIF
#define LEFT SECCOMP_RET_ALLOW

static void calls(void **state)
{
	for (size_t i = 0; i < call_abi_count; i++) {
		const struct call_abi *abi = &call_abis[i];

		assert_int_equal(ask(abi, CALL_SOCKET, AF_NETLINK, SOCK_RAW, NETLINK_GENERIC), TAKEN);
		assert_int_equal(ask(abi, CALL_SOCKET, AF_NETLINK, ~0u, NETLINK_GENERIC), TAKEN);
		assert_int_equal(ask(abi, CALL_SOCKET, AF_NETLINK, SOCK_RAW, NETLINK_ROUTE), LEFT);
		assert_int_equal(ask(abi, CALL_SOCKET, AF_INET, SOCK_RAW, NETLINK_GENERIC), LEFT);
		assert_int_equal(ask(abi, CALL_BIND, 3, 0x1000, 12), TAKEN);
		assert_int_equal(ask(abi, CALL_BIND, 3, 0x1000, 16), TAKEN);
		assert_int_equal(ask(abi, CALL_CONNECT, 3, 0x1000, 12), TAKEN);
		assert_int_equal(ask(abi, CALL_CONNECT, 3, 0x1000, 28), TAKEN);
		assert_int_equal(ask(abi, CALL_GETPEERNAME, 3, 0x1000, 0x2000), TAKEN);
		assert_int_equal(ask(abi, CALL_GETSOCKNAME, 3, 0x1000, 0x2000), TAKEN);
		assert_int_equal(ask(abi, CALL_SOCKET, AF_INET, SOCK_DGRAM, L2TP_PROTOCOL), TAKEN);
		assert_int_equal(ask(abi, CALL_SOCKET, AF_INET6, SOCK_DGRAM, L2TP_PROTOCOL), TAKEN);
		assert_int_equal(ask(abi, CALL_SOCKET, AF_INET6, SOCK_DGRAM, IPPROTO_UDP), LEFT);
		assert_int_equal(ask(abi, CALL_SETSOCKOPT, 3, SOL_SOCKET, SO_MARK), TAKEN);
		assert_int_equal(ask(abi, CALL_SETSOCKOPT, 3, SOL_SOCKET, SO_REUSEADDR), LEFT);
		assert_int_equal(ask(abi, CALL_SETSOCKOPT, 3, SOL_NETLINK, 1), TAKEN);
		assert_int_equal(ask(abi, CALL_SETSOCKOPT, 3, SOL_SOCKET, SO_DOMAIN), LEFT);
		assert_int_equal(ask(abi, CALL_GETSOCKOPT, 3, SOL_NETLINK, 1), TAKEN);
		assert_int_equal(ask(abi, CALL_GETSOCKOPT, 3, SOL_SOCKET, SO_DOMAIN), TAKEN);
		assert_int_equal(ask(abi, CALL_GETSOCKOPT, 3, SOL_SOCKET, SO_ERROR), LEFT);
	}
}

/* Files, and folders; not what is open already. */
static void paths(void **state)
{
	const uint64_t here = (uint32_t)AT_FDCWD, path = 0x1000, room = 0x2000;

	for (size_t i = 0; i < call_abi_count; i++) {
		const struct call_abi *abi = &call_abis[i];

		assert_int_equal(ask(abi, CALL_OPENAT, here, path, O_RDWR | O_CLOEXEC), TAKEN);
		assert_int_equal(ask(abi, CALL_OPENAT, here, path, O_RDONLY | O_DIRECTORY), TAKEN);
		assert_int_equal(ask(abi, CALL_OPENAT2, here, path, room), TAKEN);
		assert_int_equal(ask(abi, CALL_FACCESSAT, here, path, R_OK), TAKEN);
		assert_int_equal(ask4(abi, CALL_FACCESSAT2, here, path, R_OK, AT_EACCESS), TAKEN);
		assert_int_equal(ask4(abi, CALL_FACCESSAT2, 3, path, R_OK, AT_EMPTY_PATH), LEFT);
		assert_int_equal(ask(abi, CALL_STATX, here, path, AT_SYMLINK_NOFOLLOW), TAKEN);
		assert_int_equal(ask(abi, CALL_STATX, 3, path, AT_EMPTY_PATH), LEFT);
	}
	assert_int_equal(ask4(&call_abis[0], CALL_FSTATAT, here, path, room, AT_SYMLINK_NOFOLLOW), TAKEN);
	assert_int_equal(ask4(&call_abis[0], CALL_FSTATAT, 3, path, room, AT_EMPTY_PATH), LEFT);
#ifdef __x86_64__
	assert_int_equal(ask(&call_abis[0], CALL_OPEN, path, O_RDONLY, 0), TAKEN);
	assert_int_equal(ask(&call_abis[0], CALL_OPEN, path, O_RDONLY | O_DIRECTORY, 0), TAKEN);
	assert_int_equal(ask(&call_abis[0], CALL_ACCESS, path, R_OK, 0), TAKEN);
	assert_int_equal(ask(&call_abis[0], CALL_STAT, path, room, 0), TAKEN);
	assert_int_equal(ask(&call_abis[0], CALL_LSTAT, path, room, 0), TAKEN);
#endif
}

/* What sends is looked at by the number of its descriptor alone: others lose no time. */
static void sending(void **state)
{
	const struct call_abi *abi = &call_abis[0];

	for (int fd = -1; fd < 1100; fd++) {
		bool inside = fd >= CALL_ADDRESSED_FIRST && fd < CALL_ADDRESSED_FIRST + CALL_ADDRESSED_COUNT;

		assert_int_equal(ask(abi, CALL_SENDTO, (uint64_t)fd, 0x1000, 9), inside ? TAKEN : LEFT);
		assert_int_equal(ask(abi, CALL_SENDMSG, (uint64_t)fd, 0x1000, 0), inside ? TAKEN : LEFT);
		assert_int_equal(ask(abi, CALL_SENDMMSG, (uint64_t)fd, 0x1000, 2), inside ? TAKEN : LEFT);
		assert_int_equal(ask(abi, CALL_WRITE, (uint64_t)fd, 0x1000, 2), inside ? TAKEN : LEFT);
		assert_int_equal(ask(abi, CALL_WRITEV, (uint64_t)fd, 0x1000, 2), inside ? TAKEN : LEFT);
		assert_int_equal(ask(abi, CALL_DUP, (uint64_t)fd, 0, 0), inside ? TAKEN : LEFT);
		assert_int_equal(ask(abi, CALL_FCNTL, (uint64_t)fd, F_DUPFD_CLOEXEC, 0), inside ? TAKEN : LEFT);
		assert_int_equal(ask(abi, CALL_FCNTL, (uint64_t)fd, F_GETFL, 0), LEFT);
		assert_int_equal(ask(abi, CALL_IOCTL, (uint64_t)fd, SIOCGIFINDEX, 0), inside ? TAKEN : LEFT);
		assert_int_equal(ask(abi, CALL_SETSOCKOPT, (uint64_t)fd, IPPROTO_IP, IP_MTU), inside ? TAKEN : LEFT);
	}
}

/* An int is half of what a register holds: the kernel does not look at the other half, so it must not hide anything. */
static void upper_halves(void **state)
{
	uint64_t upper = 0xdeadbeefull << 32;

	assert_int_equal(ask(&call_abis[0], CALL_SOCKET, upper | AF_NETLINK, SOCK_RAW, upper | NETLINK_GENERIC), TAKEN);
	assert_int_equal(ask(&call_abis[0], CALL_BIND, 3, 0x1000, upper | 12), TAKEN);
	assert_int_equal(ask(&call_abis[0], CALL_SETSOCKOPT, 3, upper | SOL_NETLINK, 1), TAKEN);
}

static void every_other_call(void **state)
{
	for (int number = 0; number < 600; number++) {
		struct seccomp_data data = { .arch = call_abis[0].architecture, .nr = number, .args = { 1, 1, 1 } };
		bool is_ours = number == (int)call_abis[0].numbers[CALL_GETPEERNAME];

		for (enum call_kind kind = CALL_BIND; kind <= CALL_GETSOCKNAME; kind++)
			is_ours |= number == (int)call_abis[0].numbers[kind];
		for (enum call_kind kind = CALL_OPEN; kind <= CALL_STATX; kind++)
			if (number && number == (int)call_abis[0].numbers[kind])
				is_ours = true;
		assert_int_equal(run(&data), is_ours ? TAKEN : LEFT);
	}
}

static void unknown_architectures(void **state)
{
	struct seccomp_data data = { .arch = AUDIT_ARCH_PPC64LE, .nr = 1 };

	assert_int_equal(run(&data), SECCOMP_RET_ERRNO | ENOSYS);
	data.arch = OTHER_ARCH;
	data.nr = 4;
	assert_int_equal(run(&data), LEFT);
}

struct memory {
	uint64_t address;
	uint32_t words[CALL_ARGUMENTS];
	size_t length;
};

static bool read_memory(void *context, uint64_t address, void *octets, size_t length)
{
	const struct memory *memory = context;

	if (address != memory->address || length > memory->length)
		return false;
	memcpy(octets, memory->words, length);
	return true;
}

static void multiplexed(void **state)
{
#ifdef __x86_64__
	struct memory memory = { 0xf0001000, { AF_NETLINK, SOCK_RAW, NETLINK_GENERIC }, 12 };
	struct seccomp_data data = { .arch = AUDIT_ARCH_I386, .nr = 102, .args = { 1, 0xdeadull << 32 | 0xf0001000 } };
	struct call call;

	assert_int_equal(run(&data), TAKEN);
	assert_true(call_decode(&data, read_memory, &memory, &call));
	assert_int_equal(call.kind, CALL_SOCKET);
	assert_int_equal(call.arguments[2], NETLINK_GENERIC);
	memory.length = 8;
	assert_false(call_decode(&data, read_memory, &memory, &call));
	data.args[0] = 14;
	memory = (struct memory){ 0xf0001000, { 3, SOL_NETLINK, 11, 0xf0002000, 4 }, 20 };
	assert_int_equal(run(&data), TAKEN);
	assert_true(call_decode(&data, read_memory, &memory, &call));
	assert_int_equal(call.kind, CALL_SETSOCKOPT);
	assert_int_equal(call.arguments[4], 4);
	for (unsigned int other = 0; other < 25; other++) {
		data.args[0] = other;
		if (!memchr("\1\2\3\6\7\13\16\17\20\24", (int)other, 10)) {	/* octal */
			assert_int_equal(run(&data), LEFT);
			assert_false(call_decode(&data, read_memory, &memory, &call));
		}
	}
#endif
}

/* What the filter takes is understood, as what it was. */
static void decoded(void **state)
{
	for (size_t i = 0; i < call_abi_count; i++) {
		for (int kind = 0; kind < CALL_COUNT; kind++) {
			struct seccomp_data data = { .arch = call_abis[i].architecture,
						     .nr = (int)call_abis[i].numbers[kind],
						     .args = { 1, 2, 3, 4, 5, 6 } };
			struct call call = { .kind = CALL_COUNT };

			if (!data.nr)
				continue;
			assert_true(call_decode(&data, NULL, NULL, &call));
			assert_int_equal(call.kind, kind);
			assert_int_equal(call.arguments[4], 5);
			data.arch = AUDIT_ARCH_PPC64LE;
			assert_false(call_decode(&data, NULL, NULL, &call));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls),	   cmocka_unit_test(paths),
		cmocka_unit_test(upper_halves),
		cmocka_unit_test(every_other_call), cmocka_unit_test(unknown_architectures),
		cmocka_unit_test(multiplexed),	   cmocka_unit_test(decoded),
		cmocka_unit_test(sending),
	};

	return cmocka_run_group_tests(tests, build, NULL);
}
