/* SPDX-License-Identifier: MIT */
/*
 * Which packets on the wire are a tunnel's?  A classic BPF program for a packet socket whose packets begin with the IP
 * header: those between its two ends, either way, by their addresses, protocol and ports; of those in fragments the
 * first.
 */
#include <netinet/in.h>

#include "base/octets.h"
#include "datapath/kernel/internal.h"
#include "os/cbpf.h"

#define PASS 0xffff
#define FRAGMENT_HEADER 8

static void put_version(struct cbpf_block *block, uint32_t version)
{
	cbpf_put(block->program, BPF_LD | BPF_B | BPF_ABS, 0);
	cbpf_equal(block, BPF_ALU | BPF_RSH | BPF_K, 4, version);
}

static void put_address(struct cbpf_block *block, uint32_t at, const struct address *address)
{
	cbpf_within(block, at, &(struct prefix){ *address, address->family == AF_INET6 ? 128 : 32 });
}

/* How far its header is there: in X for IPv4. */
static void put_ports(struct cbpf_block *block, uint16_t mode, uint32_t at, uint16_t from, uint16_t to)
{
	cbpf_equal(block, BPF_LD | BPF_H | mode, at, from);
	cbpf_equal(block, BPF_LD | BPF_H | mode, at + 2, to);
}

static void put_v4(struct cbpf *program, bool udp, const struct endpoint *from, const struct endpoint *to)
{
	struct cbpf_block block = { .program = program };

	put_version(&block, 4);
	cbpf_equal(&block, BPF_LD | BPF_B | BPF_ABS, 9, udp ? IPPROTO_UDP : L2TP_IP_PROTOCOL);
	put_address(&block, 12, &from->address);
	put_address(&block, 16, &to->address);
	cbpf_put(program, BPF_LD | BPF_H | BPF_ABS, 6);
	cbpf_equal(&block, BPF_ALU | BPF_AND | BPF_K, 0x1fff, 0);	/* the first fragment, or whole */
	cbpf_put(program, BPF_LDX | BPF_B | BPF_MSH, 0);
	if (udp)
		put_ports(&block, BPF_IND, 0, from->port, to->port);
	cbpf_end(&block, PASS);
}

static void put_v6(struct cbpf *program, bool udp, const struct endpoint *from, const struct endpoint *to,
		   bool fragment)
{
	struct cbpf_block block = { .program = program };
	uint32_t protocol_at = fragment ? 40 : 6, upper_at = fragment ? 40 + FRAGMENT_HEADER : 40;

	put_version(&block, 6);
	if (fragment)
		cbpf_equal(&block, BPF_LD | BPF_B | BPF_ABS, 6, IPPROTO_FRAGMENT);
	cbpf_equal(&block, BPF_LD | BPF_B | BPF_ABS, protocol_at, udp ? IPPROTO_UDP : L2TP_IP_PROTOCOL);
	put_address(&block, 8, &from->address);
	put_address(&block, 24, &to->address);
	if (fragment) {
		cbpf_put(program, BPF_LD | BPF_H | BPF_ABS, 40 + 2);
		cbpf_equal(&block, BPF_ALU | BPF_AND | BPF_K, 0xfff8, 0);
	}
	if (udp)
		put_ports(&block, BPF_ABS, upper_at, from->port, to->port);
	cbpf_end(&block, PASS);
}

unsigned int native_tap_filter(enum l2tp_encap encap, const struct endpoint *local, const struct endpoint *peer,
			       struct sock_filter *code)
{
	struct cbpf program = { .code = code, .room = NATIVE_TAP_FILTER_MAX };
	bool udp = encap == L2TP_ENCAP_UDP;

	for (int i = 0; i < 2; i++) {
		const struct endpoint *from = i ? local : peer, *to = i ? peer : local;

		if (peer->address.family == AF_INET) {
			put_v4(&program, udp, from, to);
		} else {
			put_v6(&program, udp, from, to, false);
			put_v6(&program, udp, from, to, true);
		}
	}
	cbpf_return(&program, 0);
	return program.length;
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
	*whole = udp ? octets_be16(octets + at + 4) : length - at;
	if (udp && *whole < 8)
		return false;
	*whole -= udp ? 8 : 0;
	return true;
}
