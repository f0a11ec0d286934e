/* SPDX-License-Identifier: MIT */
/*
 * Programs of the classic BPF: filters of sockets, of PPP devices and of system calls.  Short ones are written as an
 * array, instruction by instruction; others piece by piece, by blocks of conditions.
 */
#ifndef L2TPD_OS_CBPF_H
#define L2TPD_OS_CBPF_H

#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>

#include "base/prefix.h"

/* One instruction. Jumps: how many are skipped when it is true, and when not. */
#define CBPF(code, k) ((struct sock_filter)BPF_STMT(code, k))
#define CBPF_JUMP(code, k, jump_true, jump_false) ((struct sock_filter)BPF_JUMP(code, k, jump_true, jump_false))
#define CBPF_ALL 0xffffffffu		/* what a filter returns: so many octets pass, however many there are */

/* The first instruction for a raw socket: X is how long the IP header is that goes before, which IPv6 does not show. */
struct sock_filter cbpf_raw_header(sa_family_t family);

/* option: SO_ATTACH_FILTER, or that of a reuseport group. -1 with errno. */
int cbpf_attach(int socket, int option, const struct sock_filter *code, size_t count);

/* A program while it is written: whoever writes it has made sure that there is room for the longest. */
struct cbpf {
	struct sock_filter *code;
	unsigned int length, room;
};

/* The instruction may still be changed. */
struct sock_filter *cbpf_put(struct cbpf *program, uint16_t code, uint32_t k);
void cbpf_return(struct cbpf *program, uint32_t verdict);
/* What is loaded must be this, or that is the verdict. */
void cbpf_require(struct cbpf *program, uint32_t value, uint32_t verdict);
/* Unless what is loaded is this, it goes on where cbpf_land() says, however far that is. */
unsigned int cbpf_unless(struct cbpf *program, uint32_t value);
/* If what is loaded is this, it goes on there. */
unsigned int cbpf_when(struct cbpf *program, uint32_t value);
/* jump: what one of these two returned, which leads to here. */
void cbpf_land(struct cbpf *program, unsigned int jump);

/* Conditions, the first that does not hold leads behind all of them: to what is put after cbpf_end(). */
#define CBPF_CONDITIONS_MAX 24
struct cbpf_block {
	struct cbpf *program;
	unsigned int conditions[CBPF_CONDITIONS_MAX], count;
};

/* What this instruction loads, or computes from what is loaded, is the value. */
void cbpf_equal(struct cbpf_block *block, uint16_t code, uint32_t k, uint32_t value);
/* The address so many octets from the packet's begin is one of these. */
void cbpf_within(struct cbpf_block *block, uint32_t at, const struct prefix *prefix);
/* They hold: that is the verdict. */
void cbpf_end(struct cbpf_block *block, uint32_t verdict);

#endif
