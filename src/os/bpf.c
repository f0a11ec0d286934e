/* SPDX-License-Identifier: MIT */
/* See bpf.h. */
#include "os/bpf.h"

#include <errno.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LICENSE "MIT"

int os_bpf(int command, union bpf_attr *attributes)
{
	return (int)syscall(SYS_bpf, command, attributes, sizeof(*attributes));
}

int os_bpf_attach(int socket, const struct bpf_insn *code, size_t count)
{
	union bpf_attr attributes = {
		.prog_type = BPF_PROG_TYPE_SOCKET_FILTER, .insns = (uint64_t)(uintptr_t)code,
		.insn_cnt = (uint32_t)count, .license = (uint64_t)(uintptr_t)LICENSE,
	};
	int program = os_bpf(BPF_PROG_LOAD, &attributes), failed = 0;

	if (program < 0)
		return errno;
	if (setsockopt(socket, SOL_SOCKET, SO_ATTACH_BPF, &program, sizeof(program)) < 0)
		failed = errno;
	close(program);
	return failed;
}
