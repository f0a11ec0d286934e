/* SPDX-License-Identifier: MIT */
/* See joined.h. Filters of raw IPv4 sockets see the IP header, those of IPv6 begin behind it. */
#include "datapath/user/joined.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/packet.h"
#include "os/bpf.h"
#include "os/close.h"

#define HEADS_MAX 128			/* more than packets are read at once */
#define COLLECTED_AT_ONCE (8 * HEADS_MAX)
#define HEAD_OCTETS 96			/* that are compared: headers of UDP and L2TP, and of what is inside */
#define IPV4_HEADER_MAX 60
#define DO OS_BPF

/* The first part of a packet. */
struct head {
	size_t length;			/* from the UDP header on */
	size_t kept;			/* of its octets */
	uint8_t octets[HEAD_OCTETS];
};

struct joined {
	int fd;
	sa_family_t family;
	unsigned int count;
	struct head heads[HEADS_MAX];	/* in the order in which they came */
};

static int attach_filter(int fd, sa_family_t family, uint16_t local_port, uint16_t peer_port)
{
	const struct bpf_insn v4[] = {
		DO(BPF_LD | BPF_ABS | BPF_B, 0, 0, 0, 0),
		DO(BPF_ALU | BPF_AND | BPF_K, BPF_REG_0, 0, 0, 0xf),
		DO(BPF_ALU | BPF_LSH | BPF_K, BPF_REG_0, 0, 0, 2),
	};
	const struct bpf_insn v6[] = {
		DO(BPF_ALU | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, 0), DO(BPF_JMP | BPF_JA, 0, 0, 0, 0),
		DO(BPF_JMP | BPF_JA, 0, 0, 0, 0),
	};
	const struct bpf_insn *begin = family == AF_INET ? v4 : v6;
	const struct bpf_insn code[] = {
		DO(BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_6, BPF_REG_1, 0, 0),
		/* 1: where the UDP header begins */
		begin[0], begin[1], begin[2],
		DO(BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_7, BPF_REG_0, 0, 0),
		/* 5: is it joined? What a guest sends as one datagram, to be cut into fragments, tells of no parts */
		DO(BPF_LDX | BPF_MEM | BPF_W, BPF_REG_8, BPF_REG_6, offsetof(struct __sk_buff, gso_segs), 0),
		DO(BPF_JMP | BPF_JEQ | BPF_K, BPF_REG_8, 0, 9, 0),
		DO(BPF_LDX | BPF_MEM | BPF_W, BPF_REG_8, BPF_REG_6, offsetof(struct __sk_buff, gso_size), 0),
		DO(BPF_JMP | BPF_JEQ | BPF_K, BPF_REG_8, 0, 7, 0),
		/* 9: between these ports? */
		DO(BPF_LD | BPF_IND | BPF_W, 0, BPF_REG_7, 0, 0),
		DO(BPF_ALU | BPF_AND | BPF_K, BPF_REG_0, 0, 0, peer_port ? -1 : 0xffff),
		DO(BPF_JMP32 | BPF_JNE | BPF_K, BPF_REG_0, 0, 4, (int32_t)((uint32_t)peer_port << 16 | local_port)),
		/* 12: as far as the first part goes */
		DO(BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_0, BPF_REG_7, 0, 0),
		DO(BPF_ALU64 | BPF_ADD | BPF_X, BPF_REG_0, BPF_REG_8, 0, 0),
		DO(BPF_ALU64 | BPF_ADD | BPF_K, BPF_REG_0, 0, 0, UDP_HEADER),
		DO(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
		/* 16: not for us */
		DO(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, 0),
		DO(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
	};

	return os_bpf_attach(fd, code, sizeof(code) / sizeof(code[0]));
}

struct joined *joined_new(int fd, sa_family_t family, uint16_t local_port, uint16_t peer_port)
{
	struct joined *joined = calloc(1, sizeof(*joined));

	if (joined && fd >= 0 && attach_filter(fd, family, local_port, peer_port) == 0) {
		joined->fd = fd;
		joined->family = family;
		return joined;
	}
	os_close(&fd);
	free(joined);
	return NULL;
}

void joined_free(struct joined *joined)
{
	if (joined)
		close(joined->fd);
	free(joined);
}

static void forget(struct joined *joined, unsigned int count)
{
	joined->count -= count;
	memmove(joined->heads, joined->heads + count, joined->count * sizeof(joined->heads[0]));
}

/* False: there is none. */
static bool collect_one(struct joined *joined)
{
	uint8_t octets[IPV4_HEADER_MAX + HEAD_OCTETS];
	ssize_t length = recv(joined->fd, octets, sizeof(octets), MSG_DONTWAIT | MSG_TRUNC);
	struct head *head = &joined->heads[joined->count];
	size_t skip = joined->family == AF_INET ? (size_t)(octets[0] & 0xf) * 4 : 0;

	if (length < 0)
		return false;
	if ((size_t)length <= skip + UDP_HEADER)
		return true;
	head->length = (size_t)length - skip;
	head->kept = head->length < HEAD_OCTETS ? head->length : HEAD_OCTETS;
	memcpy(head->octets, octets + skip, head->kept);
	joined->count++;
	return true;
}

/* What is still there when there is no room any more belongs to packets that were lost. A sender on this host may be
 * faster than we are: then the rest is for the next time. */
void joined_collect(struct joined *joined)
{
	for (int i = 0; joined && i < COLLECTED_AT_ONCE; i++) {
		if (joined->count == HEADS_MAX)
			forget(joined, HEADS_MAX / 2);
		if (!collect_one(joined))
			return;
	}
}

/* Packets come in the same order: what was before belongs to none. */
size_t joined_size(struct joined *joined, const uint8_t *udp, size_t length)
{
	for (unsigned int i = 0; joined && i < joined->count; i++) {
		const struct head *head = &joined->heads[i];
		size_t size = head->length - UDP_HEADER;

		if (head->length >= length || memcmp(head->octets, udp, head->kept) != 0)
			continue;
		forget(joined, i + 1);
		return size;
	}
	return 0;
}
