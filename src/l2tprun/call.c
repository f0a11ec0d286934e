/* SPDX-License-Identifier: MIT */
/* See call.h. */
#include "l2tprun/call.h"

#include <asm/unistd.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <sys/socket.h>

/* Numbers of other conventions than the compiler's own are in no header that it reads. */
#define NATIVE(arch)                                                                                        \
	{ (arch), { [CALL_SOCKET] = __NR_socket, [CALL_BIND] = __NR_bind, [CALL_CONNECT] = __NR_connect,   \
		    [CALL_GETSOCKNAME] = __NR_getsockname, [CALL_SETSOCKOPT] = __NR_setsockopt,             \
		    [CALL_GETSOCKOPT] = __NR_getsockopt }, 0 }

const struct call_abi call_abis[] = {
#if defined(__x86_64__) && !defined(__ILP32__)
#define X32 0x40000000u
	NATIVE(AUDIT_ARCH_X86_64),
	{ AUDIT_ARCH_X86_64, { [CALL_SOCKET] = X32 + 41, [CALL_BIND] = X32 + 49, [CALL_CONNECT] = X32 + 42,
			       [CALL_GETSOCKNAME] = X32 + 51, [CALL_SETSOCKOPT] = X32 + 541,
			       [CALL_GETSOCKOPT] = X32 + 542 }, 0 },
	{ AUDIT_ARCH_I386, { [CALL_SOCKET] = 359, [CALL_BIND] = 361, [CALL_CONNECT] = 362, [CALL_GETSOCKNAME] = 367,
			     [CALL_SETSOCKOPT] = 366, [CALL_GETSOCKOPT] = 365 }, 102 },
#elif defined(__aarch64__)
	NATIVE(AUDIT_ARCH_AARCH64),
	{ AUDIT_ARCH_ARM, { [CALL_SOCKET] = 281, [CALL_BIND] = 282, [CALL_CONNECT] = 283, [CALL_GETSOCKNAME] = 286,
			    [CALL_SETSOCKOPT] = 294, [CALL_GETSOCKOPT] = 295 }, 0 },
#else
#error "l2tprun knows the system calls of x86-64 and aarch64: add those of this machine here"
#endif
};
const size_t call_abi_count = sizeof(call_abis) / sizeof(call_abis[0]);

const struct call_trap call_traps[] = {
	{ CALL_SOCKET, 2, { { 0, AF_NETLINK }, { 2, NETLINK_GENERIC } } },
	{ CALL_BIND, 1, { { 2, CALL_ADDRESS_LENGTH } } },
	{ CALL_CONNECT, 1, { { 2, CALL_ADDRESS_LENGTH } } },
	{ CALL_GETSOCKNAME, 0, { { 0, 0 } } },
	{ CALL_SETSOCKOPT, 1, { { 1, SOL_NETLINK } } },
	{ CALL_GETSOCKOPT, 1, { { 1, SOL_NETLINK } } },
	{ CALL_GETSOCKOPT, 2, { { 1, SOL_SOCKET }, { 2, SO_DOMAIN } } },
	{ CALL_GETSOCKOPT, 2, { { 1, SOL_SOCKET }, { 2, SO_PROTOCOL } } },
	{ CALL_GETSOCKOPT, 2, { { 1, SOL_SOCKET }, { 2, SO_TYPE } } },
};
const size_t call_trap_count = sizeof(call_traps) / sizeof(call_traps[0]);

static const struct {
	uint32_t multiplexed;
	unsigned int arguments;
} about[CALL_COUNT] = {
	[CALL_SOCKET] = { 1, 3 }, [CALL_BIND] = { 2, 3 }, [CALL_CONNECT] = { 3, 3 }, [CALL_GETSOCKNAME] = { 6, 3 },
	[CALL_SETSOCKOPT] = { 14, 5 }, [CALL_GETSOCKOPT] = { 15, 5 },
};

uint32_t call_multiplexed(enum call_kind kind)
{
	return about[kind].multiplexed;
}

/* socketcall(number, array of the call's own arguments), of 32 bits each */
static bool decode_multiplexed(const struct seccomp_data *data, call_read_fn *read, void *context, struct call *call)
{
	uint32_t arguments[CALL_ARGUMENTS];

	for (int kind = 0; kind < CALL_COUNT; kind++) {
		if ((uint32_t)data->args[0] != about[kind].multiplexed)
			continue;
		if (!read(context, (uint32_t)data->args[1], arguments, about[kind].arguments * sizeof(arguments[0])))
			return false;
		*call = (struct call){ .kind = kind };
		for (unsigned int i = 0; i < about[kind].arguments; i++)
			call->arguments[i] = arguments[i];
		return true;
	}
	return false;
}

static bool decode_direct(const struct seccomp_data *data, const struct call_abi *abi, struct call *call)
{
	for (int kind = 0; kind < CALL_COUNT; kind++) {
		if ((uint32_t)data->nr != abi->numbers[kind])
			continue;
		call->kind = kind;
		for (unsigned int i = 0; i < CALL_ARGUMENTS; i++)
			call->arguments[i] = data->args[i];
		return true;
	}
	return false;
}

bool call_decode(const struct seccomp_data *data, call_read_fn *read, void *context, struct call *call)
{
	for (size_t i = 0; i < call_abi_count; i++) {
		const struct call_abi *abi = &call_abis[i];

		if (data->arch != abi->architecture)
			continue;
		if (abi->multiplexer && (uint32_t)data->nr == abi->multiplexer)
			return decode_multiplexed(data, read, context, call);
		if (decode_direct(data, abi, call))
			return true;
	}
	return false;
}
