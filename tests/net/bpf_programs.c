/* SPDX-License-Identifier: MIT */
/*
 * What the program at the wire does with wrong packets: the kernel runs it on them (BPF_PROG_TEST_RUN), and all but
 * those that are right must go on as if there were no program.  Prints a line for each test.
 */
#include <accelerate.skel.h>
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/pkt_cls.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "datapath/bpf/maps.h"

#define OUTER 14			/* where things are in the packet: the outer IP header, */
#define UDP (OUTER + 20)
#define L2TP (UDP + 8)
#define COOKIE (L2TP + 8)
#define INNER (COOKIE + 8)
#define INNER_IP (INNER + 14)
#define TCP (INNER_IP + 20)
#define PACKET (TCP + 20 + 4)

static struct accelerate_bpf *programs;
static int failures;

/* From 192.0.2.1 to 127.0.0.1, session 0x0a0b0c0d, and in it TCP over loopback; the ports are put in. */
static const uint8_t right[PACKET] = {
	0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0x08, 0x00,
	0x45, 0, 0, PACKET - OUTER, 0, 0, 0x40, 0, 64, 17, 0, 0, 192, 0, 2, 1, 127, 0, 0, 1,
	0x06, 0xa5, 0x06, 0xa5, 0, PACKET - UDP, 0, 0,
	0, 3, 0, 0, 0x0a, 0x0b, 0x0c, 0x0d,
	1, 2, 3, 4, 5, 6, 7, 8,
	2, 0, 0, 0, 0, 3, 2, 0, 0, 0, 0, 4, 0x08, 0x00,
	0x45, 0, 0, PACKET - INNER_IP, 0, 0, 0x40, 0, 64, 6, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1,
	0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0x50, 0x10, 1, 0, 0, 0, 0, 0,
	'd', 'a', 't', 'a',
};

static void report(const char *name, bool is_right, const char *why, size_t where)
{
	if (is_right)
		printf("ok %s\n", name);
	else
		printf("FAIL %s: %s %zu\n", name, why, where);
	failures += !is_right;
}

/* ports: of who connects, and of who listens, at all addresses. */
static int connect_somewhere(uint8_t ports[4])
{
	int listening = socket(AF_INET, SOCK_STREAM, 0), connecting = socket(AF_INET, SOCK_STREAM, 0);
	struct sockaddr_in name = { .sin_family = AF_INET };
	socklen_t length = sizeof(name);

	if (bind(listening, (struct sockaddr *)&name, length) < 0 || listen(listening, 1) < 0 ||
	    getsockname(listening, (struct sockaddr *)&name, &length) < 0)
		return -1;
	memcpy(ports + 2, &name.sin_port, sizeof(name.sin_port));
	name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (connect(connecting, (struct sockaddr *)&name, length) < 0 ||
	    getsockname(connecting, (struct sockaddr *)&name, &length) < 0)
		return -1;
	memcpy(ports, &name.sin_port, sizeof(name.sin_port));
	return 0;
}

static int know_session(void)
{
	struct maps_incoming_key key = { .peer = { [10] = 0xff, 0xff, 192, 0, 2, 1 },
					 .local = { [10] = 0xff, 0xff, 127, 0, 0, 1 },
					 .peer_port = htons(1701), .local_port = htons(1701),
					 .session_id = htonl(0x0a0b0c0d) };
	struct maps_incoming in = { .device = if_nametoindex("lo"), .cookie_length = 8,
				    .cookie = { 1, 2, 3, 4, 5, 6, 7, 8 } };
	struct maps_counters *zero = calloc((size_t)libbpf_num_possible_cpus(), sizeof(*zero));
	uint32_t device = in.device;

	if (!zero || bpf_map_update_elem(bpf_map__fd(programs->maps.incoming), &key, &in, BPF_ANY) < 0 ||
	    bpf_map_update_elem(bpf_map__fd(programs->maps.counters), &device, zero, BPF_ANY) < 0)
		return -1;
	free(zero);
	return 0;
}

/* What the program says of this packet. */
static int run(const uint8_t *packet, size_t length)
{
	uint8_t out[PACKET + 64];
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = packet, .data_size_in = (uint32_t)length, .data_out = out,
		    .data_size_out = sizeof(out), .repeat = 1);

	if (bpf_prog_test_run_opts(bpf_program__fd(programs->progs.decapsulate), &options) < 0)
		return -errno;
	return (int)options.retval;
}

/* Nothing but what these say may be different: who sent the Ethernet frame, TOS, id, TTL and checksum of IP, which say
 * nothing of whose the packet is; inside, all that is TCP's own but its ports, offset and flags. */
static bool may_differ(size_t at)
{
	size_t outer = at - OUTER, inner = at - INNER_IP;

	if ((at >= 6 && at < 12) || (at >= INNER && at < INNER + 12))
		return true;
	if (at >= OUTER && at < UDP)
		return outer == 1 || (outer >= 4 && outer < 7) || outer == 8 || outer == 10 || outer == 11;
	if (at >= INNER_IP && at < TCP)
		return (inner >= 1 && inner < 7) || inner == 8 || inner == 10 || inner == 11;
	if (at >= TCP)
		return at - TCP >= 4;
	return false;
}

static void test_prefixes(const uint8_t *packet)
{
	for (size_t length = 14; length < PACKET; length++)
		if (run(packet, length) == TC_ACT_REDIRECT) {
			report("packets that are cut short go on", false, "taken with octets:", length);
			return;
		}
	report("packets that are cut short go on", true, NULL, 0);
}

static void test_flips(const uint8_t *packet)
{
	uint8_t wrong[PACKET];

	for (size_t bit = 0; bit < PACKET * 8; bit++) {
		memcpy(wrong, packet, PACKET);
		wrong[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (!may_differ(bit / 8) && run(wrong, PACKET) == TC_ACT_REDIRECT) {
			report("packets with a wrong bit go on", false, "taken with another bit in octet", bit / 8);
			return;
		}
	}
	report("packets with a wrong bit go on", true, NULL, 0);
}

/* name: what is wrong when this octet is that. */
static void test_octet(const char *name, const uint8_t *packet, size_t at, uint8_t octet)
{
	uint8_t wrong[PACKET];

	memcpy(wrong, packet, PACKET);
	wrong[at] = octet;
	report(name, run(wrong, PACKET) == (int)TC_ACT_UNSPEC, "said", (size_t)run(wrong, PACKET));
}

int main(void)
{
	uint8_t packet[PACKET];

	memcpy(packet, right, PACKET);
	programs = accelerate_bpf__open_and_load();
	if (!programs || know_session() < 0 || connect_somewhere(packet + TCP) < 0) {
		printf("FAIL programs: %s\n", strerror(errno));
		return 1;
	}
	report("a packet that is right is taken", run(packet, PACKET) == TC_ACT_REDIRECT, "said",
	       (size_t)run(packet, PACKET));
	test_prefixes(packet);
	test_flips(packet);
	test_octet("to another host's Ethernet address", packet, 0, 2);
	test_octet("to who only listens, perhaps at an address of others", packet, INNER_IP + 15, 2);
	test_octet("a UDP checksum", packet, UDP + 7, 1);
	test_octet("a fragment", packet, OUTER + 6, 0x20);
	test_octet("a later fragment", packet, OUTER + 7, 1);
	test_octet("options", packet, OUTER, 0x46);
	test_octet("a control message", packet, L2TP, 0x80);
	test_octet("a fragment inside", packet, INNER_IP + 6, 0x20);
	test_octet("a segment that begins a connection", packet, TCP + 13, 0x02);
	test_octet("TCP's header is too short", packet, TCP + 12, 0x40);
	test_octet("TCP's header is longer than the packet", packet, TCP + 12, 0xf0);
	accelerate_bpf__destroy(programs);
	return failures > 0;
}
