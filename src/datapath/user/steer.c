/* SPDX-License-Identifier: MIT */
/*
 * Which socket of a group gets a packet, as classic BPF.
 *
 * UDP: the sockets of a reuseport group are numbered in the order in which they were bound: one
 * for each worker, then the control socket, then the socket for control messages of connection id
 * 0 (SCCRQ), so that a flood of those fills only its own buffer.  Data goes by source address, so
 * that all packets of a tunnel meet the same worker.  Nothing finer would hold: the kernel's GRO
 * joins datagrams of one flow whatever their sessions, and the port cannot be found behind IP
 * options or in an IPv6 packet with a fragment header of its own (Linux sends such "atomic
 * fragments").
 *
 * IP protocol 115: every raw socket is offered every packet; each takes the session ids that are
 * its worker's (there is no GRO to respect).
 */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "datapath/user/internal.h"
#include "os/cbpf.h"

#define V4_SOURCE (SKF_NET_OFF + 12)
#define V6_SOURCE (SKF_NET_OFF + 8)
#define HASH_FACTOR 0x9e3779b1u
#define HASH_SHIFT 16

int steer_udp(int fd, sa_family_t family, unsigned int workers)
{
	int first = family == AF_INET6 ? V6_SOURCE + 4 : V4_SOURCE;
	int last = family == AF_INET6 ? V6_SOURCE + 12 : V4_SOURCE;
	const struct sock_filter code[] = {
		/* 0: less than a header, or T clear: data */
		CBPF(BPF_LD | BPF_W | BPF_LEN, 0),
		CBPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 8, 0, 9),
		CBPF(BPF_LD | BPF_H | BPF_ABS, 0),
		CBPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x8000, 0, 7),
		/* 4: control: version 3 has 32 bits of connection id at octet 4, version 2 has 16 */
		CBPF(BPF_ALU | BPF_AND | BPF_K, 0xf),
		CBPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 3, 0, 2),
		CBPF(BPF_LD | BPF_W | BPF_ABS, 4),
		CBPF_JUMP(BPF_JMP | BPF_JA, 1, 0, 0),
		CBPF(BPF_LD | BPF_H | BPF_ABS, 4),
		CBPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 9, 0),
		CBPF(BPF_RET | BPF_K, workers),
		/* 11: data: the sum of the address's second and last words
		 * (IPv6; the first is much the same everywhere) */
		CBPF(BPF_LD | BPF_W | BPF_ABS, (uint32_t)first),
		CBPF(BPF_MISC | BPF_TAX, 0),
		CBPF(BPF_LD | BPF_W | BPF_ABS, (uint32_t)last),
		CBPF(BPF_ALU | BPF_ADD | BPF_X, 0),
		CBPF(BPF_ALU | BPF_MUL | BPF_K, HASH_FACTOR),
		CBPF(BPF_ALU | BPF_RSH | BPF_K, HASH_SHIFT),
		CBPF(BPF_ALU | BPF_MOD | BPF_K, workers),
		CBPF(BPF_RET | BPF_A, 0),
		/* 19 */
		CBPF(BPF_RET | BPF_K, workers + 1),
	};

	return cbpf_attach(fd, SO_ATTACH_REUSEPORT_CBPF, code, sizeof(code) / sizeof(code[0]));
}

int steer_ip(int fd, sa_family_t family, unsigned int workers, unsigned int index)
{
	const struct sock_filter code[] = {
		cbpf_raw_header(family),
		/* too short for a session id: the first worker counts it */
		CBPF(BPF_LD | BPF_W | BPF_LEN, 0),
		CBPF(BPF_ALU | BPF_SUB | BPF_X, 0),
		CBPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 4, 2, 0),
		CBPF(BPF_LD | BPF_W | BPF_IMM, 0),
		CBPF(BPF_JMP | BPF_JA, 1),
		CBPF(BPF_LD | BPF_W | BPF_IND, 0),
		CBPF(BPF_ALU | BPF_MOD | BPF_K, workers),
		CBPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, index, 0, 1),
		CBPF(BPF_RET | BPF_K, CBPF_ALL),
		CBPF(BPF_RET | BPF_K, 0),
	};

	return cbpf_attach(fd, SO_ATTACH_FILTER, code, sizeof(code) / sizeof(code[0]));
}

unsigned int steer_worker(enum l2tp_encap encap, const struct endpoint *peer, uint32_t session_id,
			  unsigned int workers)
{
	bool ipv6 = peer->address.family == AF_INET6;
	uint32_t first, last;

	if (encap == L2TP_ENCAP_IP)
		return session_id % workers;
	memcpy(&first, peer->address.bytes + (ipv6 ? 4 : 0), sizeof(first));
	memcpy(&last, peer->address.bytes + (ipv6 ? 12 : 0), sizeof(last));
	return ((ntohl(first) + ntohl(last)) * HASH_FACTOR >> HASH_SHIFT) % workers;
}
