/* SPDX-License-Identifier: MIT */
/* See call.h. */
#include "l2tprun/call.h"

#include <asm/unistd.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <linux/if_pppox.h>	/* it wants the one before it */
#include <sys/socket.h>

#define PPP_COMMANDS ('t' << 8)		/* all ioctls of PPP have this letter ... */
#define PPP_COMMANDS_MASK 0xff00	/* ... there */


/* Numbers of other conventions than the compiler's own are in no header that it reads.  The older calls for what is
 * known of a file are left alone in those of 32 bits: what they tell has another form there. */
#ifdef __NR_open
#define NATIVE_OLD                                                                                          \
	[CALL_OPEN] = __NR_open, [CALL_ACCESS] = __NR_access, [CALL_STAT] = __NR_stat, [CALL_LSTAT] = __NR_lstat,
#else
#define NATIVE_OLD
#endif
#define NATIVE(arch)                                                                                        \
	{ (arch), { [CALL_SOCKET] = __NR_socket, [CALL_BIND] = __NR_bind, [CALL_CONNECT] = __NR_connect,   \
		    [CALL_GETSOCKNAME] = __NR_getsockname, [CALL_SETSOCKOPT] = __NR_setsockopt,             \
		    [CALL_GETSOCKOPT] = __NR_getsockopt, [CALL_IOCTL] = __NR_ioctl,                              \
		    [CALL_OPENAT] = __NR_openat,                       \
		    [CALL_OPENAT2] = __NR_openat2, [CALL_FACCESSAT] = __NR_faccessat,                       \
		    [CALL_FACCESSAT2] = __NR_faccessat2, [CALL_FSTATAT] = __NR_newfstatat,                  \
		    [CALL_STATX] = __NR_statx, [CALL_GETPEERNAME] = __NR_getpeername,                       \
		    [CALL_SENDTO] = __NR_sendto, [CALL_SENDMSG] = __NR_sendmsg,                           \
		    [CALL_SENDMMSG] = __NR_sendmmsg, [CALL_WRITE] = __NR_write,                             \
		    [CALL_WRITEV] = __NR_writev, [CALL_DUP] = __NR_dup,                                     \
		    [CALL_FCNTL] = __NR_fcntl, NATIVE_OLD }, 0, false }

const struct call_abi call_abis[] = {
#if defined(__x86_64__) && !defined(__ILP32__)
#define X32 0x40000000u
	NATIVE(AUDIT_ARCH_X86_64),
	{ AUDIT_ARCH_X86_64, { [CALL_SOCKET] = X32 + 41, [CALL_BIND] = X32 + 49, [CALL_CONNECT] = X32 + 42,
			       [CALL_GETSOCKNAME] = X32 + 51, [CALL_SETSOCKOPT] = X32 + 541,
			       [CALL_GETSOCKOPT] = X32 + 542, [CALL_IOCTL] = X32 + 514,
			       [CALL_OPEN] = X32 + 2, [CALL_OPENAT] = X32 + 257,
			       [CALL_OPENAT2] = X32 + 437, [CALL_ACCESS] = X32 + 21, [CALL_FACCESSAT] = X32 + 269,
			       [CALL_FACCESSAT2] = X32 + 439, [CALL_STAT] = X32 + 4, [CALL_LSTAT] = X32 + 6,
			       [CALL_FSTATAT] = X32 + 262, [CALL_STATX] = X32 + 332,
			       [CALL_GETPEERNAME] = X32 + 52, [CALL_SENDTO] = X32 + 44,
			       [CALL_SENDMSG] = X32 + 518, [CALL_SENDMMSG] = X32 + 538, [CALL_WRITE] = X32 + 1,
			       [CALL_WRITEV] = X32 + 516, [CALL_DUP] = X32 + 32, [CALL_FCNTL] = X32 + 72 }, 0, true },
	{ AUDIT_ARCH_I386, { [CALL_SOCKET] = 359, [CALL_BIND] = 361, [CALL_CONNECT] = 362, [CALL_GETSOCKNAME] = 367,
			     [CALL_SETSOCKOPT] = 366, [CALL_GETSOCKOPT] = 365, [CALL_IOCTL] = 54,
			     [CALL_OPEN] = 5, [CALL_OPENAT] = 295,
			     [CALL_OPENAT2] = 437, [CALL_ACCESS] = 33, [CALL_FACCESSAT] = 307,
			     [CALL_FACCESSAT2] = 439, [CALL_STATX] = 383, [CALL_GETPEERNAME] = 368,
			     [CALL_SENDTO] = 369, [CALL_SENDMSG] = 370, [CALL_SENDMMSG] = 345, [CALL_WRITE] = 4,
			     [CALL_WRITEV] = 146, [CALL_DUP] = 41, [CALL_FCNTL] = 55,
			     [CALL_FCNTL64] = 221 }, 102, true },
#elif defined(__aarch64__)
	NATIVE(AUDIT_ARCH_AARCH64),
	{ AUDIT_ARCH_ARM, { [CALL_SOCKET] = 281, [CALL_BIND] = 282, [CALL_CONNECT] = 283, [CALL_GETSOCKNAME] = 286,
			    [CALL_SETSOCKOPT] = 294, [CALL_GETSOCKOPT] = 295, [CALL_IOCTL] = 54,
			    [CALL_OPEN] = 5, [CALL_OPENAT] = 322,
			    [CALL_OPENAT2] = 437, [CALL_ACCESS] = 33, [CALL_FACCESSAT] = 334,
			    [CALL_FACCESSAT2] = 439, [CALL_STATX] = 397, [CALL_GETPEERNAME] = 287,
			    [CALL_SENDTO] = 290, [CALL_SENDMSG] = 296, [CALL_SENDMMSG] = 374, [CALL_WRITE] = 4,
			    [CALL_WRITEV] = 146, [CALL_DUP] = 41, [CALL_FCNTL] = 55, [CALL_FCNTL64] = 221 }, 0, true },
#else
#error "l2tprun knows the system calls of x86-64 and aarch64: add those of this machine here"
#endif
};
const size_t call_abi_count = sizeof(call_abis) / sizeof(call_abis[0]);

#define IS(argument, value) { (argument), (value), 0 }
#define LACKS(argument, bits) { (argument), 0, (bits) }
#define ADDRESSED { 0, CALL_ADDRESSED_FIRST, ~(CALL_ADDRESSED_COUNT - 1u) }

const struct call_trap call_traps[] = {
	{ CALL_SOCKET, 2, { IS(0, AF_NETLINK), IS(2, NETLINK_GENERIC) } },
	{ CALL_SOCKET, 1, { IS(0, AF_PPPOX) } },
	{ CALL_SOCKET, 2, { IS(0, AF_INET), IS(2, L2TP_PROTOCOL) } },
	{ CALL_SOCKET, 2, { IS(0, AF_INET6), IS(2, L2TP_PROTOCOL) } },
	{ CALL_BIND, 0, { IS(0, 0) } },
	{ CALL_CONNECT, 0, { IS(0, 0) } },
	{ CALL_GETSOCKNAME, 0, { IS(0, 0) } },
	{ CALL_GETPEERNAME, 0, { IS(0, 0) } },
	{ CALL_SENDTO, 1, { ADDRESSED } },
	{ CALL_SENDMSG, 1, { ADDRESSED } },
	{ CALL_SENDMMSG, 1, { ADDRESSED } },
	{ CALL_WRITE, 1, { ADDRESSED } },
	{ CALL_WRITEV, 1, { ADDRESSED } },
	{ CALL_DUP, 1, { ADDRESSED } },
	{ CALL_FCNTL, 2, { ADDRESSED, IS(1, F_DUPFD) } },
	{ CALL_FCNTL, 2, { ADDRESSED, IS(1, F_DUPFD_CLOEXEC) } },
	{ CALL_FCNTL64, 2, { ADDRESSED, IS(1, F_DUPFD) } },
	{ CALL_FCNTL64, 2, { ADDRESSED, IS(1, F_DUPFD_CLOEXEC) } },
	{ CALL_SETSOCKOPT, 1, { IS(1, SOL_NETLINK) } },
	{ CALL_SETSOCKOPT, 1, { IS(1, SOL_PPPOL2TP) } },
	{ CALL_GETSOCKOPT, 1, { IS(1, SOL_NETLINK) } },
	{ CALL_GETSOCKOPT, 1, { IS(1, SOL_PPPOL2TP) } },
	{ CALL_GETSOCKOPT, 2, { IS(1, SOL_SOCKET), IS(2, SO_DOMAIN) } },
	{ CALL_GETSOCKOPT, 2, { IS(1, SOL_SOCKET), IS(2, SO_PROTOCOL) } },
	{ CALL_GETSOCKOPT, 2, { IS(1, SOL_SOCKET), IS(2, SO_TYPE) } },
	{ CALL_SETSOCKOPT, 2, { IS(1, SOL_SOCKET), IS(2, SO_BINDTODEVICE) } },
	{ CALL_SETSOCKOPT, 2, { IS(1, SOL_SOCKET), IS(2, SO_BINDTOIFINDEX) } },
	{ CALL_SETSOCKOPT, 2, { IS(1, SOL_SOCKET), IS(2, SO_MARK) } },
	{ CALL_SETSOCKOPT, 2, { IS(1, IPPROTO_IP), IS(2, IP_TTL) } },
	{ CALL_SETSOCKOPT, 2, { IS(1, IPPROTO_IP), IS(2, IP_TOS) } },
	{ CALL_SETSOCKOPT, 2, { IS(1, IPPROTO_IPV6), IS(2, IPV6_UNICAST_HOPS) } },
	{ CALL_SETSOCKOPT, 2, { IS(1, IPPROTO_IPV6), IS(2, IPV6_TCLASS) } },
	{ CALL_GETSOCKOPT, 2, { IS(1, SOL_SOCKET), IS(2, SO_BINDTODEVICE) } },
	{ CALL_GETSOCKOPT, 2, { IS(1, SOL_SOCKET), IS(2, SO_BINDTOIFINDEX) } },
	{ CALL_SETSOCKOPT, 2, { ADDRESSED, IS(1, SOL_SOCKET) } },
	{ CALL_SETSOCKOPT, 2, { ADDRESSED, IS(1, IPPROTO_IP) } },
	{ CALL_SETSOCKOPT, 2, { ADDRESSED, IS(1, IPPROTO_IPV6) } },
	{ CALL_GETSOCKOPT, 2, { ADDRESSED, IS(1, IPPROTO_IP) } },
	{ CALL_GETSOCKOPT, 2, { ADDRESSED, IS(1, IPPROTO_IPV6) } },
	{ CALL_IOCTL, 2, { ADDRESSED, { 1, CALL_OF_SOCKETS, CALL_OF_SOCKETS_MASK } } },
	{ CALL_IOCTL, 1, { { 1, PPP_COMMANDS, PPP_COMMANDS_MASK } } },
	{ CALL_IOCTL, 1, { { 1, CALL_PPP_DEVICE, CALL_PPP_DEVICE_MASK } } },
	/* paths cannot be seen here; what is open already is none of ours */
	{ CALL_OPEN, 0, { IS(0, 0) } },
	{ CALL_OPENAT, 0, { IS(0, 0) } },
	{ CALL_OPENAT2, 0, { IS(0, 0) } },
	{ CALL_ACCESS, 0, { IS(0, 0) } },
	{ CALL_FACCESSAT, 0, { IS(0, 0) } },
	{ CALL_FACCESSAT2, 1, { LACKS(3, AT_EMPTY_PATH) } },
	{ CALL_STAT, 0, { IS(0, 0) } },
	{ CALL_LSTAT, 0, { IS(0, 0) } },
	{ CALL_FSTATAT, 1, { LACKS(3, AT_EMPTY_PATH) } },
	{ CALL_STATX, 1, { LACKS(2, AT_EMPTY_PATH) } },
};
const size_t call_trap_count = sizeof(call_traps) / sizeof(call_traps[0]);

static const struct {
	uint32_t multiplexed;
	unsigned int arguments;
} about[CALL_COUNT] = {
	[CALL_SOCKET] = { 1, 3 }, [CALL_BIND] = { 2, 3 }, [CALL_CONNECT] = { 3, 3 }, [CALL_GETSOCKNAME] = { 6, 3 },
	[CALL_SETSOCKOPT] = { 14, 5 }, [CALL_GETSOCKOPT] = { 15, 5 }, [CALL_GETPEERNAME] = { 7, 3 },
	[CALL_SENDTO] = { 11, 6 }, [CALL_SENDMSG] = { 16, 3 }, [CALL_SENDMMSG] = { 20, 4 },
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
		if (!about[kind].multiplexed || (uint32_t)data->args[0] != about[kind].multiplexed)
			continue;
		if (!read(context, (uint32_t)data->args[1], arguments, about[kind].arguments * sizeof(arguments[0])))
			return false;
		*call = (struct call){ .kind = kind, .is_narrow = true };
		for (unsigned int i = 0; i < about[kind].arguments; i++)
			call->arguments[i] = arguments[i];
		return true;
	}
	return false;
}

static bool decode_direct(const struct seccomp_data *data, const struct call_abi *abi, struct call *call)
{
	for (int kind = 0; kind < CALL_COUNT; kind++) {
		if (!abi->numbers[kind] || (uint32_t)data->nr != abi->numbers[kind])
			continue;
		call->kind = kind;
		call->is_narrow = abi->is_narrow;
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
