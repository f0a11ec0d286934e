/* SPDX-License-Identifier: MIT */
/* See cbpf.h. */
#include "os/cbpf.h"

#include <assert.h>
#include <sys/socket.h>

#include "base/cursor.h"

struct sock_filter cbpf_raw_header(sa_family_t family)
{
	return family == AF_INET6 ? CBPF(BPF_LDX | BPF_W | BPF_IMM, 0) : CBPF(BPF_LDX | BPF_B | BPF_MSH, 0);
}

int cbpf_attach(int socket, int option, const struct sock_filter *code, size_t count)
{
	struct sock_fprog program = { .len = (unsigned short)count, .filter = (struct sock_filter *)(uintptr_t)code };

	return setsockopt(socket, SOL_SOCKET, option, &program, sizeof(program));
}

struct sock_filter *cbpf_put(struct cbpf *program, uint16_t code, uint32_t k)
{
	struct sock_filter *instruction = &program->code[program->length++];

	assert(program->length <= program->room);
	*instruction = CBPF(code, k);
	return instruction;
}

void cbpf_return(struct cbpf *program, uint32_t verdict)
{
	cbpf_put(program, BPF_RET | BPF_K, verdict);
}

void cbpf_require(struct cbpf *program, uint32_t value, uint32_t verdict)
{
	cbpf_put(program, BPF_JMP | BPF_JEQ | BPF_K, value)->jt = 1;
	cbpf_return(program, verdict);
}

/* A conditional jump has eight bits for how far: it leads over one that has more. */
unsigned int cbpf_unless(struct cbpf *program, uint32_t value)
{
	cbpf_put(program, BPF_JMP | BPF_JEQ | BPF_K, value)->jt = 1;
	cbpf_put(program, BPF_JMP | BPF_JA, 0);
	return program->length - 1;
}

unsigned int cbpf_when(struct cbpf *program, uint32_t value)
{
	cbpf_put(program, BPF_JMP | BPF_JEQ | BPF_K, value)->jf = 1;
	cbpf_put(program, BPF_JMP | BPF_JA, 0);
	return program->length - 1;
}

void cbpf_land(struct cbpf *program, unsigned int jump)
{
	program->code[jump].k = program->length - jump - 1;
}

/* --- blocks --- */

void cbpf_equal(struct cbpf_block *block, uint16_t code, uint32_t k, uint32_t value)
{
	struct cbpf *program = block->program;

	assert(block->count < CBPF_CONDITIONS_MAX);
	cbpf_put(program, code, k);
	block->conditions[block->count++] = program->length;
	cbpf_put(program, BPF_JMP | BPF_JEQ | BPF_K, value);
}

/* Of this word of an address. */
static uint32_t mask_of(unsigned int length, unsigned int word)
{
	unsigned int bits = length > word * 32 ? length - word * 32 : 0;

	return bits >= 32 ? UINT32_MAX : bits ? ~(UINT32_MAX >> bits) : 0;
}

void cbpf_within(struct cbpf_block *block, uint32_t at, const struct prefix *prefix)
{
	unsigned int count = prefix->address.family == AF_INET6 ? 4 : 1;
	struct address address = prefix->address;
	struct cursor words = cursor_over(address.bytes, sizeof(address.bytes));

	for (unsigned int i = 0; i < count; i++) {
		uint32_t mask = mask_of(prefix->length, i), word = cursor_get_u32(&words);

		if (mask == UINT32_MAX) {
			cbpf_equal(block, BPF_LD | BPF_W | BPF_ABS, at + i * 4, word);
			continue;
		}
		cbpf_put(block->program, BPF_LD | BPF_W | BPF_ABS, at + i * 4);
		cbpf_equal(block, BPF_ALU | BPF_AND | BPF_K, mask, word & mask);
	}
}

void cbpf_end(struct cbpf_block *block, uint32_t verdict)
{
	struct cbpf *program = block->program;

	cbpf_return(program, verdict);
	for (unsigned int i = 0; i < block->count; i++) {
		unsigned int distance = program->length - block->conditions[i] - 1;

		assert(distance <= UINT8_MAX);
		program->code[block->conditions[i]].jf = (uint8_t)distance;
	}
}
