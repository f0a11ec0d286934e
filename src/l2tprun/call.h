/* SPDX-License-Identifier: MIT */
/*
 * The system calls that are taken from a program: which they are, under which numbers the processor's instruction
 * sets have them, and when one of them can concern us at all.  The filter (filter.h) is made from these tables; what
 * the filter caught is read back with them.
 *
 * One process can make calls by several conventions, whatever it was compiled for (i386's interrupt in a 64-bit
 * program); each has its row, so that none slips through.
 */
#ifndef L2TPD_L2TPRUN_CALL_H
#define L2TPD_L2TPRUN_CALL_H

#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum call_kind {
	CALL_SOCKET,
	CALL_BIND,
	CALL_CONNECT,
	CALL_GETSOCKNAME,
	CALL_GETPEERNAME,
	CALL_SETSOCKOPT,
	CALL_GETSOCKOPT,
	CALL_IOCTL,
	CALL_SENDTO,
	CALL_SENDMSG,
	CALL_SENDMMSG,
	CALL_WRITE,
	CALL_WRITEV,
	CALL_DUP,
	CALL_FCNTL,
	CALL_FCNTL64,
	CALL_OPEN,
	CALL_OPENAT,
	CALL_OPENAT2,
	CALL_ACCESS,
	CALL_FACCESSAT,
	CALL_FACCESSAT2,
	CALL_STAT,
	CALL_LSTAT,
	CALL_FSTATAT,
	CALL_STATX,
	CALL_COUNT
};

static inline bool call_has_path(enum call_kind kind)
{
	return kind >= CALL_OPEN && kind <= CALL_STATX;
}

#define CALL_ARGUMENTS 6	/* of sendto() */
#define CALL_ADDRESS_LENGTH 12	/* of struct sockaddr_nl */
#define L2TP_PROTOCOL 115		/* IPPROTO_L2TP, which not all headers have */

/* Descriptors with these numbers may be of sockets that name whom they send to in a way of their own. Other sockets do
 * not get them easily; select() knows them still. */
#define CALL_ADDRESSED_FIRST 960
#define CALL_ADDRESSED_COUNT 64	/* a power of 2, and the first a multiple of it */

/* ioctl()s on any socket that ask about devices of PPP: SIOCGPPPSTATS and those behind it. */
#define CALL_PPP_DEVICE 0x89f0
#define CALL_PPP_DEVICE_MASK 0xfffffffc
/* ... and those that ask about devices, or sockets. */
#define CALL_OF_SOCKETS 0x8900
#define CALL_OF_SOCKETS_MASK 0xff00

/* A calling convention. */
struct call_abi {
	uint32_t architecture;		/* AUDIT_ARCH_* */
	uint32_t numbers[CALL_COUNT];	/* 0: there is no such call, or it is left alone */
	uint32_t multiplexer;		/* number of socketcall(), 0: there is none */
	bool is_narrow;			/* pointers and lengths in structures have 32 bits */
};

extern const struct call_abi call_abis[];	/* those of one architecture stand together */
extern const size_t call_abi_count;

/* The number of this call in socketcall()'s own counting, 0: it is none of those. */
uint32_t call_multiplexed(enum call_kind kind);

/* A call is caught when all conditions of one of its rows hold. */
#define CALL_CONDITIONS_MAX 2
struct call_trap {
	enum call_kind kind;
	unsigned int conditions;
	struct call_condition {
		unsigned int argument;
		uint32_t value;		/* of its lower half: all of them are ints */
		uint32_t mask;		/* these bits of it, 0: all */
	} condition[CALL_CONDITIONS_MAX];
};

extern const struct call_trap call_traps[];
extern const size_t call_trap_count;

struct call {
	enum call_kind kind;
	bool is_narrow;			/* as its convention */
	uint64_t arguments[CALL_ARGUMENTS];
};

/* Reads length octets of the caller's memory; false when they are not there. */
typedef bool call_read_fn(void *context, uint64_t address, void *octets, size_t length);

/* What was caught. False: it is none of ours after all, or its arguments cannot be read. */
bool call_decode(const struct seccomp_data *data, call_read_fn *read, void *context, struct call *call);

#endif
