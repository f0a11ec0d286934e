/* SPDX-License-Identifier: MIT */
/*
 * What the packet functions of the user datapath cost, one by one: no socket, no device, all in cache.
 * `build/tests/bench/packet_bench [MILLISECONDS]` runs each for that long (100), several times, and prints the best.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "../unit/frames.h"
#include "datapath/user/checksum.h"
#include "datapath/user/coalesce.h"
#include "datapath/user/mss.h"
#include "datapath/user/segment.h"

#define REPEATS 5
#define FRAMES 64
#define FRAME_ROOM 2048

static uint8_t arena[FRAMES * FRAME_ROOM], pristine[FRAMES * FRAME_ROOM], super[FRAME_MAX];
static uint64_t sink;			/* so that nothing is optimised away */

/* What is measured: does its work once and says how many packets, or octets, that were. */
struct work {
	const char *name;
	uint64_t (*once)(const struct work *work);
	struct frame_spec spec;
	size_t size;			/* checksum: octets; cut: gso_size; coalesce: frames of a batch */
	struct virtio_net_hdr header;
	size_t length;
};

static double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* ns for each of what once() counts: the best of some runs, as others use the machine too */
static double measure(const struct work *work, double run_ns)
{
	double best = 1e9;

	for (int i = 0; i < REPEATS; i++) {
		double start = now_ns(), taken;
		uint64_t count = 0;

		do {
			for (int k = 0; k < 100; k++)
				count += work->once(work);
			taken = now_ns() - start;
		} while (taken < run_ns / REPEATS);
		if (taken / (double)count < best)
			best = taken / (double)count;
	}
	return best;
}

static uint64_t sum_once(const struct work *work)
{
	sink += checksum_fold(checksum_sum(super + 54, work->size));
	return work->size;
}

static uint64_t cut_once(const struct work *work)
{
	uint8_t out[SEGMENT_HEADER_MAX];
	struct segment_plan plan;

	if (!segment_plan(&work->header, super, work->length, FRAME_ETHERNET, &plan))
		abort();
	for (unsigned int i = 0; i < plan.count; i++)
		segment_header(&plan, i, out);
	sink += out[sizeof(out) / 8];
	return plan.count;
}

static void count_emitted(void *context, void *target, const struct virtio_net_hdr *header, const struct iovec *frame,
			  int count, size_t length)
{
	sink += length + (size_t)count;
}

static uint64_t coalesce_once(const struct work *work)
{
	static struct coalescer coalescer;

	coalescer_init(&coalescer, count_emitted, NULL, true);
	memcpy(arena, pristine, 128);	/* the first one's headers were rewritten */
	for (size_t i = 0; i < work->size; i++)
		coalesce_frame(&coalescer, &coalescer, FRAME_ETHERNET, arena + i * FRAME_ROOM, work->length);
	coalesce_flush(&coalescer);
	return work->size;
}

static uint64_t mss_once(const struct work *work)
{
	mss_clamp(arena, work->length, FRAME_ETHERNET, 1400, false);
	return 1;
}

static void prepare_cut(struct work *work)
{
	struct frame_parts parts;

	work->length = frame_build(&work->spec, super, &parts);
	frame_make_partial(&work->spec, super, &parts);
	work->header = (struct virtio_net_hdr){
		.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM, .gso_size = (uint16_t)work->size,
		.gso_type = work->spec.udp ? VIRTIO_NET_HDR_GSO_UDP_L4 :
			    work->spec.ipv6 ? VIRTIO_NET_HDR_GSO_TCPV6 : VIRTIO_NET_HDR_GSO_TCPV4,
		.csum_start = (uint16_t)parts.l4, .csum_offset = work->spec.udp ? 6 : 16,
	};
}

/* spec.host 0: frames of one stream; else each of a flow of its own */
static void prepare_frames(struct work *work)
{
	struct frame_spec spec = work->spec;

	for (int i = 0; i < FRAMES; i++) {
		work->length = frame_build(&spec, pristine + i * FRAME_ROOM, NULL);
		spec.sequence += (uint32_t)spec.payload;
		spec.ip_id++;
		if (work->spec.host)
			spec.source_port++;
	}
	memcpy(arena, pristine, sizeof(arena));
}

#define TCP4(octets) .spec = { .ethernet = true, .tcp_options = 12, .flags = 0x10, .ttl = 64, .payload = (octets) }
#define TCP6(octets) .spec = { .ethernet = true, .ipv6 = true, .tcp_options = 12, .flags = 0x10, .payload = (octets) }
#define UDP4(octets) .spec = { .ethernet = true, .udp = true, .ttl = 64, .payload = (octets) }
#define APART(octets) .spec = { .ethernet = true, .tcp_options = 12, .flags = 0x10, .payload = (octets), .host = 1 }
#define SYN .spec = { .ethernet = true, .tcp_options = 12, .flags = 0x02 }

int main(int argc, char **argv)
{
	double run_ns = (argc > 1 ? atof(argv[1]) : 100) * 1e6;
	struct work works[] = {
		{ "checksum of 64 octets", sum_once, .size = 64 },
		{ "checksum of 1,448 octets", sum_once, .size = 1448 },
		{ "checksum of 65,000 octets", sum_once, .size = 65000 },
		{ "cut, TCP/IPv4, 45 of 1,448", cut_once, TCP4(45 * 1448), .size = 1448 },
		{ "cut, TCP/IPv6, 45 of 1,428", cut_once, TCP6(45 * 1428), .size = 1428 },
		{ "cut, UDP/IPv4, 64 of 64", cut_once, UDP4(64 * 64), .size = 64 },
		{ "join, TCP/IPv4, 45 of 1,448", coalesce_once, TCP4(1448), .size = 45 },
		{ "join, TCP/IPv6, 45 of 1,428", coalesce_once, TCP6(1428), .size = 45 },
		{ "join, UDP/IPv4, 64 of 64", coalesce_once, UDP4(64), .size = 64 },
		{ "not joined, 64 flows of TCP", coalesce_once, APART(1448), .size = 64 },
		{ "not joined, one frame a time", coalesce_once, TCP4(1448), .size = 1 },
		{ "not joined, pure ACKs", coalesce_once, TCP4(0), .size = 64 },
		{ "MSS of a SYN without one", mss_once, SYN },
	};

	for (size_t i = 0; i < sizeof(works) / sizeof(works[0]); i++) {
		struct work *work = &works[i];
		double ns;

		if (work->once == cut_once)
			prepare_cut(work);
		else if (work->once != sum_once)
			prepare_frames(work);
		ns = measure(work, run_ns);
		if (work->once == sum_once)
			printf("%-32s %8.1f GB/s\n", work->name, 1 / ns);
		else
			printf("%-32s %8.1f ns a packet\n", work->name, ns);
	}
	return sink == 1;
}
