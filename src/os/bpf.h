/* SPDX-License-Identifier: MIT */
/*
 * Programs and maps of the extended BPF, as few as we have: written instruction by instruction, without a compiler.
 */
#ifndef L2TPD_OS_BPF_H
#define L2TPD_OS_BPF_H

#include <linux/bpf.h>
#include <stddef.h>

/* One instruction: operation, destination and source register, offset, constant. */
#define OS_BPF(operation, to, from, distance, constant) \
	((struct bpf_insn){ .code = (operation), .dst_reg = (to), .src_reg = (from), .off = (distance), \
			    .imm = (constant) })

/* The system call. -1 with errno. */
int os_bpf(int command, union bpf_attr *attributes);
/* This socket has this filter; one that it had is gone. 0 or an errno. */
int os_bpf_attach(int socket, const struct bpf_insn *code, size_t count);

#endif
