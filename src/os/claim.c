/* SPDX-License-Identifier: MIT */
/* See claim.h. */
#include "os/claim.h"

#include <errno.h>
#include <linux/filter.h>
#include <stddef.h>
#include <sys/socket.h>

#include "base/packet.h"
#include "os/bpf.h"

#define CLAIMS_MAX 65536		/* sessions of one tunnel */
#define DATA_MIN 14			/* octets: the kernel takes no shorter one for a data packet */
#define KEY_VERSION (-8)		/* struct os_claim, as the filter writes it below its frame pointer */
#define KEY_ID (-4)
#define DO OS_BPF

_Static_assert(sizeof(struct os_claim) == 8 && offsetof(struct os_claim, id) == KEY_ID - KEY_VERSION,
	       "the filter makes the same");

int os_claims_new(void)
{
	union bpf_attr attributes = {
		.map_type = BPF_MAP_TYPE_HASH, .key_size = sizeof(struct os_claim), .value_size = sizeof(uint8_t),
		.max_entries = CLAIMS_MAX, .map_flags = BPF_F_NO_PREALLOC,
	};

	return os_bpf(BPF_MAP_CREATE, &attributes);
}

/* What a socket filter of UDP sees begins with the UDP header. */
int os_claims_attach(int claims, int socket)
{
	const struct bpf_insn code[] = {
		DO(BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_6, BPF_REG_1, 0, 0),
		DO(BPF_LDX | BPF_MEM | BPF_W, BPF_REG_0, BPF_REG_6, offsetof(struct __sk_buff, len), 0),
		DO(BPF_JMP | BPF_JLT | BPF_K, BPF_REG_0, 0, 22, UDP_HEADER + DATA_MIN),
		/* T is set: control */
		DO(BPF_LD | BPF_ABS | BPF_H, 0, 0, 0, UDP_HEADER),
		DO(BPF_JMP | BPF_JSET | BPF_K, BPF_REG_0, 0, 20, 0x8000),
		DO(BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_7, BPF_REG_0, 0, 0),
		DO(BPF_ALU | BPF_AND | BPF_K, BPF_REG_0, 0, 0, 0xf),
		DO(BPF_JMP | BPF_JEQ | BPF_K, BPF_REG_0, 0, 3, 2),
		DO(BPF_ST | BPF_MEM | BPF_W, BPF_REG_10, 0, KEY_VERSION, 3),
		DO(BPF_LD | BPF_ABS | BPF_W, 0, 0, 0, UDP_HEADER + 4),
		DO(BPF_JMP | BPF_JA, 0, 0, 5, 0),
		/* 11: version 2, whose ids stand behind the length where L says that there is one */
		DO(BPF_ST | BPF_MEM | BPF_W, BPF_REG_10, 0, KEY_VERSION, 2),
		DO(BPF_JMP | BPF_JSET | BPF_K, BPF_REG_7, 0, 2, 0x4000),
		DO(BPF_LD | BPF_ABS | BPF_W, 0, 0, 0, UDP_HEADER + 2),
		DO(BPF_JMP | BPF_JA, 0, 0, 1, 0),
		DO(BPF_LD | BPF_ABS | BPF_W, 0, 0, 0, UDP_HEADER + 4),
		/* 16: is it in the table? */
		DO(BPF_STX | BPF_MEM | BPF_W, BPF_REG_10, BPF_REG_0, KEY_ID, 0),
		DO(BPF_LD | BPF_IMM | BPF_DW, BPF_REG_1, BPF_PSEUDO_MAP_FD, 0, claims),
		DO(0, 0, 0, 0, 0),
		DO(BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_2, BPF_REG_10, 0, 0),
		DO(BPF_ALU64 | BPF_ADD | BPF_K, BPF_REG_2, 0, 0, KEY_VERSION),
		DO(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_map_lookup_elem),
		DO(BPF_JMP | BPF_JEQ | BPF_K, BPF_REG_0, 0, 2, 0),
		/* 23: it is ours */
		DO(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, 0),
		DO(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
		/* 25: the whole is the program's */
		DO(BPF_ALU | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, -1),
		DO(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
	};

	return os_bpf_attach(socket, code, sizeof(code) / sizeof(code[0]));
}

int os_claims_set(int claims, struct os_claim claim, bool claimed)
{
	uint8_t value = 1;
	union bpf_attr attributes = {
		.map_fd = (uint32_t)claims, .key = (uint64_t)(uintptr_t)&claim,
		.value = claimed ? (uint64_t)(uintptr_t)&value : 0,
	};

	if (os_bpf(claimed ? BPF_MAP_UPDATE_ELEM : BPF_MAP_DELETE_ELEM, &attributes) < 0)
		return errno;
	return 0;
}

enum os_filter os_filter_of(int socket)
{
	socklen_t count = 0;	/* of instructions, of the classic kind */

	/* cppcheck-suppress nullPointer ; only how many are asked for */
	if (getsockopt(socket, SOL_SOCKET, SO_GET_FILTER, NULL, &count) < 0)
		return errno == EACCES ? OS_FILTER_EXTENDED : OS_FILTER_NONE;
	return count ? OS_FILTER_CLASSIC : OS_FILTER_NONE;
}
