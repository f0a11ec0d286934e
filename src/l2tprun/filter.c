/* SPDX-License-Identifier: MIT */
/*
 * Every row asks for the call's number first and for arguments then, so that the kernel sees that
 * other calls are always allowed, and does not even run the filter for them.
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

#define OFFSET(member) ((uint32_t)offsetof(struct seccomp_data, member))
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define ARGUMENT(i) (OFFSET(args) + 8 * (i) + 4)
#else
#define ARGUMENT(i) (OFFSET(args) + 8 * (i))
#endif

static struct sock_filter *add(struct filter *filter, uint16_t code, uint32_t value)
{
	struct sock_filter *instruction = &filter->code[filter->length++];

	assert(filter->length <= FILTER_MAX);
	*instruction = (struct sock_filter){ .code = code, .k = value };
	return instruction;
}

static void load(struct filter *filter, uint32_t offset)
{
	add(filter, BPF_LD | BPF_W | BPF_ABS, offset);
}

static void answer(struct filter *filter, uint32_t action)
{
	add(filter, BPF_RET | BPF_K, action);
}

/* Where it is not this value go to what has yet to be built: land() says where. */
static size_t unless_equal(struct filter *filter, uint32_t value)
{
	add(filter, BPF_JMP | BPF_JEQ | BPF_K, value);
	return filter->length - 1;
}

static void land(struct filter *filter, size_t jump)
{
	size_t distance = filter->length - jump - 1;

	assert(distance <= UINT8_MAX);
	filter->code[jump].jf = (uint8_t)distance;
}

static void add_row(struct filter *filter, uint32_t number, const struct call_trap *trap)
{
	size_t jumps[1 + CALL_CONDITIONS_MAX], count = 0;

	load(filter, OFFSET(nr));
	jumps[count++] = unless_equal(filter, number);
	for (unsigned int i = 0; i < trap->conditions; i++) {
		load(filter, ARGUMENT(trap->condition[i].argument));
		if (trap->condition[i].mask)
			add(filter, BPF_ALU | BPF_AND | BPF_K, trap->condition[i].mask);
		jumps[count++] = unless_equal(filter, trap->condition[i].value);
	}
	answer(filter, SECCOMP_RET_USER_NOTIF);
	while (count)
		land(filter, jumps[--count]);
}

static void add_abi(struct filter *filter, const struct call_abi *abi)
{
	for (size_t i = 0; i < call_trap_count; i++)
		if (abi->numbers[call_traps[i].kind])
			add_row(filter, abi->numbers[call_traps[i].kind], &call_traps[i]);
	/* the call's own arguments are out of sight there: which call it is has to do */
	for (int kind = 0; abi->multiplexer && kind < CALL_COUNT; kind++) {
		struct call_trap trap = { kind, 1, { { 0, call_multiplexed(kind), 0 } } };

		if (trap.condition[0].value)
			add_row(filter, abi->multiplexer, &trap);
	}
}

/* Those of an architecture may be more than a conditional jump leads over. */
static size_t unless_architecture(struct filter *filter, uint32_t architecture)
{
	load(filter, OFFSET(arch));
	add(filter, BPF_JMP | BPF_JEQ | BPF_K, architecture)->jt = 1;
	add(filter, BPF_JMP | BPF_JA, 0);
	return filter->length - 1;
}

void filter_build(struct filter *filter)
{
	size_t jump;

	filter->length = 0;
	for (size_t i = 0; i < call_abi_count;) {
		uint32_t architecture = call_abis[i].architecture;

		jump = unless_architecture(filter, architecture);
		for (; i < call_abi_count && call_abis[i].architecture == architecture; i++)
			add_abi(filter, &call_abis[i]);
		answer(filter, SECCOMP_RET_ALLOW);
		filter->code[jump].k = (uint32_t)(filter->length - jump - 1);
	}
	answer(filter, SECCOMP_RET_ERRNO | ENOSYS);
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
