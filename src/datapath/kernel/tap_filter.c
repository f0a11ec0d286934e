/* SPDX-License-Identifier: MIT */
/*
 * Which packets on the wire are a tunnel's?  A classic BPF program for a packet socket whose packets begin with the IP
 * header: those between its two ends, either way, by their addresses, protocol and ports; of those in fragments the
 * first.
 */
#include <linux/filter.h>
#include <netinet/in.h>

#include "datapath/kernel/internal.h"

#define PASS 0xffff
#define FRAGMENT_HEADER 8

struct writer {
	struct sock_filter *program;
	unsigned int length;
};

static void put(struct writer *writer, uint16_t code, uint32_t k, uint8_t jump_true, uint8_t jump_false)
{
	writer->program[writer->length++] = (struct sock_filter){ code, jump_true, jump_false, k };
}

/* Until put_end() it is not known how far it is to there: the marks are the jumps' own place. */
struct block {
	struct writer *writer;
	unsigned int jumps[32], count;
};

/* What is loaded, or computed from that, has to be this, or the block is left. */
static void put_equal(struct block *block, uint16_t load, uint32_t at, uint32_t value)
{
	put(block->writer, load, at, 0, 0);
	block->jumps[block->count++] = block->writer->length;
	put(block->writer, BPF_JMP | BPF_JEQ | BPF_K, value, 0, 0);
}

static void put_end(struct block *block)
{
	put(block->writer, BPF_RET | BPF_K, PASS, 0, 0);
	for (unsigned int i = 0; i < block->count; i++)
		block->writer->program[block->jumps[i]].jf =
			(uint8_t)(block->writer->length - block->jumps[i] - 1);
}

static uint32_t word_of(const uint8_t *octets)
{
	return (uint32_t)octets[0] << 24 | (uint32_t)octets[1] << 16 | (uint32_t)octets[2] << 8 | octets[3];
}

static void put_version(struct block *block, uint32_t version)
{
	put(block->writer, BPF_LD | BPF_B | BPF_ABS, 0, 0, 0);
	put_equal(block, BPF_ALU | BPF_RSH | BPF_K, 4, version);
}

static void put_address(struct block *block, uint32_t at, const struct address *address)
{
	unsigned int words = address->family == AF_INET6 ? 4 : 1;

	for (unsigned int i = 0; i < words; i++)
		put_equal(block, BPF_LD | BPF_W | BPF_ABS, at + i * 4, word_of(address->bytes + i * 4));
}

/* How far its header is there: in X for IPv4. */
static void put_ports(struct block *block, uint16_t mode, uint32_t at, uint16_t from, uint16_t to)
{
	put_equal(block, BPF_LD | BPF_H | mode, at, from);
	put_equal(block, BPF_LD | BPF_H | mode, at + 2, to);
}

static void put_v4(struct writer *writer, bool udp, const struct endpoint *from, const struct endpoint *to)
{
	struct block block = { .writer = writer };

	put_version(&block, 4);
	put_equal(&block, BPF_LD | BPF_B | BPF_ABS, 9, udp ? IPPROTO_UDP : L2TP_IP_PROTOCOL);
	put_address(&block, 12, &from->address);
	put_address(&block, 16, &to->address);
	put(writer, BPF_LD | BPF_H | BPF_ABS, 6, 0, 0);
	put_equal(&block, BPF_ALU | BPF_AND | BPF_K, 0x1fff, 0);	/* the first fragment, or whole */
	put(writer, BPF_LDX | BPF_B | BPF_MSH, 0, 0, 0);
	if (udp)
		put_ports(&block, BPF_IND, 0, from->port, to->port);
	put_end(&block);
}

static void put_v6(struct writer *writer, bool udp, const struct endpoint *from, const struct endpoint *to,
		   bool fragment)
{
	struct block block = { .writer = writer };
	uint32_t protocol_at = fragment ? 40 : 6, upper_at = fragment ? 40 + FRAGMENT_HEADER : 40;

	put_version(&block, 6);
	if (fragment)
		put_equal(&block, BPF_LD | BPF_B | BPF_ABS, 6, IPPROTO_FRAGMENT);
	put_equal(&block, BPF_LD | BPF_B | BPF_ABS, protocol_at, udp ? IPPROTO_UDP : L2TP_IP_PROTOCOL);
	put_address(&block, 8, &from->address);
	put_address(&block, 24, &to->address);
	if (fragment) {
		put(writer, BPF_LD | BPF_H | BPF_ABS, 40 + 2, 0, 0);
		put_equal(&block, BPF_ALU | BPF_AND | BPF_K, 0xfff8, 0);
	}
	if (udp)
		put_ports(&block, BPF_ABS, upper_at, from->port, to->port);
	put_end(&block);
}

unsigned int native_tap_filter(enum l2tp_encap encap, const struct endpoint *local, const struct endpoint *peer,
			       struct sock_filter *program)
{
	struct writer writer = { .program = program };
	bool udp = encap == L2TP_ENCAP_UDP;

	for (int i = 0; i < 2; i++) {
		const struct endpoint *from = i ? local : peer, *to = i ? peer : local;

		if (peer->address.family == AF_INET) {
			put_v4(&writer, udp, from, to);
		} else {
			put_v6(&writer, udp, from, to, false);
			put_v6(&writer, udp, from, to, true);
		}
	}
	put(&writer, BPF_RET | BPF_K, 0, 0, 0);
	return writer.length;
}

bool native_tap_parse(const uint8_t *octets, size_t length, enum l2tp_encap encap, size_t *offset, size_t *whole)
{
	bool udp = encap == L2TP_ENCAP_UDP;
	size_t at = 0;

	if (length >= 20 && octets[0] >> 4 == 4)
		at = (octets[0] & 15u) * 4;
	else if (length >= 40 && octets[0] >> 4 == 6)
		at = octets[6] == IPPROTO_FRAGMENT ? 40 + FRAGMENT_HEADER : 40;
	*offset = at + (udp ? 8 : 0);
	if (!at || *offset > length)
		return false;
	*whole = udp ? (size_t)(octets[at + 4] << 8 | octets[at + 5]) : length - at;
	if (udp && *whole < 8)
		return false;
	*whole -= udp ? 8 : 0;
	return true;
}
