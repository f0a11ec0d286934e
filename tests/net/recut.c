/* SPDX-License-Identifier: MIT */
/*
 * The kernel as judge of the coalescer: `recut TAP DEVICE` writes streams of frames, joined into super-packets, to a
 * TAP device.  What leads from there to DEVICE (a bridge and a veth without offloads, see recut.sh) makes the
 * kernel cut them again; what then arrives must be, octet by octet and in each flow's order, what there was before.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../unit/streams.h"
#include "datapath/user/coalesce.h"

#define FLOWS 12
#define BATCH 200		/* frames joined before a flush */
#define ROUNDS 400
#define RECEIVE_BUFFER (64 << 20)
#define PATIENCE_MS 2000	/* for frames that should have arrived by now */

static int tap, capture;
static unsigned int sent, arrived, super_packets;
static struct coalescer coalescer;

/* What is on its way, by flow. */
struct frame {
	struct frame *next;
	size_t length;
	uint8_t octets[];
};
static struct frame *on_way[FLOWS], **last[FLOWS];
static unsigned int on_way_count;

static void fail(const char *why)
{
	printf("FAIL recut: %s, after %u frames in %u super-packets\n", why, sent, super_packets);
	exit(1);
}

static void fail_errno(const char *what)
{
	printf("FAIL recut: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void write_out(void *context, void *target, const struct virtio_net_hdr *header, const struct iovec *frame,
		      int count, size_t length)
{
	if (writev(tap, frame, count) < 0)
		fail_errno("the TAP device refuses a frame");
	super_packets += count > 2;
}

static void open_tap(const char *name)
{
	struct ifreq request = { .ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR };

	strncpy(request.ifr_name, name, IF_NAMESIZE - 1);
	tap = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	if (tap < 0 || ioctl(tap, TUNSETIFF, &request) < 0)
		fail_errno(name);
}

static void open_capture(const char *name)
{
	struct sockaddr_ll address = { .sll_family = AF_PACKET, .sll_protocol = htobe16(ETH_P_ALL) };
	int on = 1, size = RECEIVE_BUFFER;

	address.sll_ifindex = (int)if_nametoindex(name);
	capture = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htobe16(ETH_P_ALL));
	if (capture < 0 || bind(capture, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    setsockopt(capture, SOL_PACKET, PACKET_AUXDATA, &on, sizeof(on)) < 0 ||
	    setsockopt(capture, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		fail_errno(name);
}

/* The kernel keeps the outer tag beside the frame: put it back. Returns the frame, which begins four octets earlier. */
static uint8_t *put_tag_back(struct msghdr *message, uint8_t *frame, size_t *length)
{
	struct tpacket_auxdata data = { 0 };

	for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c))
		if (c->cmsg_level == SOL_PACKET && c->cmsg_type == PACKET_AUXDATA)
			memcpy(&data, CMSG_DATA(c), sizeof(data));
	if (data.tp_status & TP_STATUS_CSUMNOTREADY)
		fail("a checksum that nobody finished");
	if (!(data.tp_status & TP_STATUS_VLAN_VALID))
		return frame;
	memmove(frame - 4, frame, 12);
	put16(frame + 8, data.tp_status & TP_STATUS_VLAN_TPID_VALID ? data.tp_vlan_tpid : ETHERTYPE_VLAN);
	put16(frame + 10, data.tp_vlan_tci);
	*length += 4;
	return frame - 4;
}

/* The flow's number is the last octet of its source address; -1: not ours. */
static int flow_of(const uint8_t *frame)
{
	size_t l3 = 12;

	if (memcmp(frame, "\x02\x00\x00", 3) != 0)
		return -1;
	while (get16(frame + l3) == 0x8100 || get16(frame + l3) == 0x88a8)
		l3 += 4;
	l3 += 2;
	return frame[l3 + (frame[l3] >> 4 == 6 ? 8 + 15 : 12 + 3)];
}

static void compare(const uint8_t *octets, size_t length)
{
	int flow = flow_of(octets);
	struct frame *frame;

	if (flow < 0)
		return;
	frame = flow < FLOWS ? on_way[flow] : NULL;
	if (!frame)
		fail("a frame too many");
	if (frame->length != length || memcmp(frame->octets, octets, length) != 0)
		fail("a frame that is not the one that was sent");
	on_way[flow] = frame->next;
	if (!frame->next)
		last[flow] = &on_way[flow];
	free(frame);
	on_way_count--;
	arrived++;
}

static bool receive(int patience_ms)
{
	static uint8_t buffer[FRAME_MAX + 4], control[256];
	struct iovec iov = { buffer + 4, FRAME_MAX };
	struct msghdr message = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
				  .msg_controllen = sizeof(control) };
	struct pollfd ready = { .fd = capture, .events = POLLIN };
	ssize_t received;
	size_t length;
	uint8_t *frame;

	if (poll(&ready, 1, patience_ms) <= 0)
		return false;
	received = recvmsg(capture, &message, 0);
	if (received < ETH_HLEN)
		fail_errno("recvmsg");
	length = (size_t)received;
	frame = put_tag_back(&message, buffer + 4, &length);
	compare(frame, length);
	return true;
}

static void send_frame(struct frame_spec *spec, uint64_t *seed, uint8_t *octets)
{
	size_t length = stream_next(spec, seed, octets);
	struct frame *frame = malloc(sizeof(*frame) + length);

	if (!frame)
		fail("no memory");
	memcpy(frame->octets, octets, length);
	frame->length = length;
	frame->next = NULL;
	*last[spec->host] = frame;
	last[spec->host] = &frame->next;
	on_way_count++;
	sent++;
	coalesce_frame(&coalescer, &tap, FRAME_ETHERNET, octets, length);
}

static void run_round(struct frame_spec *flows, uint64_t *seed)
{
	static uint8_t octets[BATCH][2048];
	struct frame_spec *flow = flows;

	for (int i = 0; i < BATCH; i++) {
		if (!test_random_below(seed, 6))
			flow = &flows[test_random_below(seed, FLOWS)];
		send_frame(flow, seed, octets[i]);
	}
	coalesce_flush(&coalescer);
	while (on_way_count)
		if (!receive(PATIENCE_MS))
			fail("a frame that does not arrive");
}

int main(int argc, char **argv)
{
	struct frame_spec flows[FLOWS];
	uint64_t seed = 2026;

	if (argc != 3)
		return 2;
	open_tap(argv[1]);
	open_capture(argv[2]);
	coalescer_init(&coalescer, write_out, NULL, true);
	for (int i = 0; i < FLOWS; i++)
		last[i] = &on_way[i];
	for (int round = 0; round < ROUNDS; round++) {
		for (uint8_t i = 0; round % 5 == 0 && i < FLOWS; i++) {
			flows[i] = stream_random(&seed, i);
			flows[i].ethernet = true;
		}
		run_round(flows, &seed);
	}
	if (super_packets < sent / 20)
		fail("too few were joined");
	printf("ok the kernel cuts what we joined: %u frames, %u super-packets\n", sent, super_packets);
	return 0;
}
