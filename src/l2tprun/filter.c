/* SPDX-License-Identifier: MIT */
/*
 * The call's number is asked for first and its arguments then, so that the kernel sees that other calls are always
 * allowed, and does not even run the filter for them.  To see that it walks through the filter for each number there
 * is, when it is installed, which is the most of what a program waits for: so a number is asked for once, however many
 * rows its call has, and the rows stand behind.
 */
#include "l2tprun/filter.h"

#include <assert.h>
#include <errno.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "l2tprun/call.h"
#include "os/cbpf.h"

#define OFFSET(member) ((uint32_t)offsetof(struct seccomp_data, member))
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define ARGUMENT(i) (OFFSET(args) + 8 * (i) + 4)
#else
#define ARGUMENT(i) (OFFSET(args) + 8 * (i))
#endif
#define ABIS_MAX 4
#define LOAD (BPF_LD | BPF_W | BPF_ABS)

/* Where these conditions hold, the call is taken. */
static void add_row(struct cbpf *program, const struct call_trap *trap)
{
	struct cbpf_block block = { .program = program };

	_Static_assert(CALL_CONDITIONS_MAX <= CBPF_CONDITIONS_MAX, "all have room");
	for (unsigned int i = 0; i < trap->conditions; i++) {
		uint32_t at = ARGUMENT(trap->condition[i].argument), mask = trap->condition[i].mask;

		if (mask)
			cbpf_put(program, LOAD, at);
		cbpf_equal(&block, mask ? BPF_ALU | BPF_AND | BPF_K : LOAD, mask ? mask : at, trap->condition[i].value);
	}
	cbpf_end(&block, SECCOMP_RET_USER_NOTIF);
}

/* The call's own arguments are out of sight there: which call it is has to do. */
static void add_multiplexer(struct cbpf *program, uint32_t number)
{
	unsigned int others = cbpf_unless(program, number);

	for (int kind = 0; kind < CALL_COUNT; kind++) {
		struct call_trap trap = { kind, 1, { { 0, call_multiplexed(kind), 0 } } };

		if (trap.condition[0].value)
			add_row(program, &trap);
	}
	cbpf_return(program, SECCOMP_RET_ALLOW);
	cbpf_land(program, others);
}

/* Jumps to the rows of each call, which are there once for all conventions. */
struct jumps {
	unsigned int from[ABIS_MAX][CALL_COUNT];	/* 0: none */
};

/* The call's number is loaded, and stays so for what is behind. */
static void add_abi(struct cbpf *program, const struct call_abi *abi, unsigned int *from)
{
	for (int kind = 0; kind < CALL_COUNT; kind++)
		if (abi->numbers[kind])
			from[kind] = cbpf_when(program, abi->numbers[kind]);
	if (abi->multiplexer)
		add_multiplexer(program, abi->multiplexer);
}

static void add_abis(struct cbpf *program, struct jumps *jumps)
{
	for (size_t i = 0; i < call_abi_count;) {
		uint32_t architecture = call_abis[i].architecture;
		unsigned int others;

		cbpf_put(program, LOAD, OFFSET(arch));
		others = cbpf_unless(program, architecture);
		cbpf_put(program, LOAD, OFFSET(nr));
		for (; i < call_abi_count && call_abis[i].architecture == architecture; i++)
			add_abi(program, &call_abis[i], jumps->from[i]);
		cbpf_return(program, SECCOMP_RET_ALLOW);
		cbpf_land(program, others);
	}
	cbpf_return(program, SECCOMP_RET_ERRNO | ENOSYS);
}

static void add_call(struct cbpf *program, enum call_kind kind, const struct jumps *jumps)
{
	for (size_t abi = 0; abi < call_abi_count; abi++)
		if (jumps->from[abi][kind])
			cbpf_land(program, jumps->from[abi][kind]);
	for (size_t i = 0; i < call_trap_count; i++)
		if (call_traps[i].kind == kind)
			add_row(program, &call_traps[i]);
	cbpf_return(program, SECCOMP_RET_ALLOW);
}

void filter_build(struct filter *filter)
{
	struct cbpf program = { .code = filter->code, .room = FILTER_MAX };
	struct jumps jumps = { 0 };

	assert(call_abi_count <= ABIS_MAX);
	add_abis(&program, &jumps);
	for (int kind = 0; kind < CALL_COUNT; kind++)
		add_call(&program, kind, &jumps);
	filter->length = program.length;
}

static int install(const struct filter *filter, unsigned int flags)
{
	struct sock_fprog program = { .len = (unsigned short)filter->length,
				      .filter = (struct sock_filter *)filter->code };

	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER | flags, &program);
}

/* Calls that wait for the supervisor are not begun anew at each signal, where the kernel (5.19) can. */
static int install_patient(const struct filter *filter)
{
	int listener = install(filter, SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV);

	return listener < 0 && errno == EINVAL ? install(filter, 0) : listener;
}

int filter_install(struct error *error)
{
	struct filter filter;
	int listener;

	filter_build(&filter);
	listener = install_patient(&filter);
	if (listener < 0 && errno == EACCES && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
		listener = install_patient(&filter);
	if (listener >= 0)
		return listener;
	if (errno == EBUSY)
		return error_set(error, ERROR_SYSTEM, NULL,
				 "a program can have one supervisor, and this one has it: l2tprun runs in l2tprun, or in a "
				 "container whose manager does the same");
	if (errno == ENOSYS || errno == EINVAL)
		return error_set(error, ERROR_SYSTEM, NULL,
				 "this kernel lets nobody answer system calls: it needs Linux 5.14 with CONFIG_SECCOMP_FILTER");
	return error_system(error, errno, NULL, "cannot take system calls of the program");
}

bool filter_can_inject(int listener)
{
	struct seccomp_notif_addfd nothing = { .flags = SECCOMP_ADDFD_FLAG_SEND, .srcfd = (uint32_t)listener };

	return ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, &nothing) < 0 && errno == ENOENT;
}
