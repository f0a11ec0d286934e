/* SPDX-License-Identifier: MIT */
/* See party.h. */
#include "party.h"

#include <errno.h>
#include <netinet/udp.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "random.h"

#define BATCH 64
#define DATAGRAM_MAX 65536
#define DATAGRAM_ROOM (DATAGRAM_MAX + 192)	/* no power of two: else all would meet in one set of the caches */
#define SOCKET_BUFFER (4 << 20)	/* octets: answers to thousands of requests at once */
#define CONTROL_FLAG 0x80

uint64_t party_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static int udp_socket(const struct endpoint *local)
{
	struct sockaddr_storage address;
	socklen_t length = endpoint_to_sockaddr(local, &address);
	int fd = socket(local->address.family, SOCK_DGRAM | SOCK_CLOEXEC, 0), buffer = SOCKET_BUFFER;

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof(buffer));
	setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &buffer, sizeof(buffer));
	if (bind(fd, (struct sockaddr *)&address, length) == 0)
		return fd;
	close(fd);
	return -1;
}

int party_begin(struct party *party, const struct endpoint *local,
		void (*act)(struct party *party, const struct control_event *event))
{
	const struct control_limits limits = { .half_open = 4096, .source_half_open = 4096,
					       .requests_per_second = 100000 };

	*party = (struct party){ .fd = udp_socket(local), .act = act };
	if (party->fd < 0)
		return -1;
	party->control = control_new(&limits, bench_random);
	if (party->control)
		return 0;
	party_end(party);
	errno = ENOMEM;
	return -1;
}

void party_use_trains(struct party *party)
{
	const int on = 1;

	party->trains = true;
	setsockopt(party->fd, IPPROTO_UDP, UDP_GRO, &on, sizeof(on));
}

void party_end(struct party *party)
{
	control_free(party->control);
	if (party->fd >= 0)
		close(party->fd);
	*party = (struct party){ .fd = -1 };
}

/* --- out --- */

#define SEND_CONTROL_MAX (CMSG_SPACE(sizeof(struct in_pktinfo)) + CMSG_SPACE(sizeof(uint16_t)))

struct outgoing {
	struct party *party;
	unsigned int count, datagrams;
	struct mmsghdr messages[BATCH];
	struct iovec octets[BATCH];
	struct sockaddr_storage addresses[BATCH];
	struct control_path paths[BATCH];	/* of messages */
	uint8_t control[BATCH][SEND_CONTROL_MAX] __attribute__((aligned(8)));
};

static bool paths_equal(const struct control_path *a, const struct control_path *b)
{
	return a->peer.port == b->peer.port && address_equal(&a->peer.address, &b->peer.address) &&
	       address_equal(&a->local.address, &b->local.address);
}

/* All of a train are as long as its first, but for its last, which may be shorter. */
static bool joins_train(const struct outgoing *out, const struct control_datagram *datagram)
{
	const struct msghdr *train = &out->messages[out->count - 1].msg_hdr;
	size_t first = train->msg_iov[0].iov_len, last = train->msg_iov[train->msg_iovlen - 1].iov_len;

	return last == first && datagram->length <= first && paths_equal(&out->paths[out->count - 1], &datagram->path);
}

static void add_control(struct msghdr *message, int level, int type, const void *value, size_t length)
{
	struct cmsghdr *header = (void *)((uint8_t *)message->msg_control + message->msg_controllen);

	header->cmsg_level = level;
	header->cmsg_type = type;
	header->cmsg_len = CMSG_LEN(length);
	memcpy(CMSG_DATA(header), value, length);
	message->msg_controllen += CMSG_SPACE(length);
}

static void begin_message(struct outgoing *out, const struct control_path *path, struct iovec *octets)
{
	struct in_pktinfo from = { .ipi_spec_dst = path->local.address.v4 };
	struct msghdr *message = &out->messages[out->count].msg_hdr;

	*message = (struct msghdr){ .msg_name = &out->addresses[out->count], .msg_iov = octets, .msg_iovlen = 1,
				    .msg_control = out->control[out->count] };
	message->msg_namelen = endpoint_to_sockaddr(&path->peer, &out->addresses[out->count]);
	if (path->local.address.family == AF_INET)
		add_control(message, IPPROTO_IP, IP_PKTINFO, &from, sizeof(from));
	out->paths[out->count++] = *path;
}

static unsigned int collect(struct outgoing *out)
{
	struct control_datagram datagram;
	uint64_t now = party_now();

	out->count = out->datagrams = 0;
	while (out->datagrams < BATCH && control_next_datagram(out->party->control, &datagram, now)) {
		struct iovec *octets = &out->octets[out->datagrams++];

		*octets = (struct iovec){ datagram.octets, datagram.length };
		if (out->party->trains && out->count && joins_train(out, &datagram))
			out->messages[out->count - 1].msg_hdr.msg_iovlen++;
		else
			begin_message(out, &datagram.path, octets);
	}
	for (unsigned int i = 0; i < out->count; i++) {
		struct msghdr *message = &out->messages[i].msg_hdr;
		uint16_t size = (uint16_t)message->msg_iov[0].iov_len;

		if (message->msg_iovlen > 1)
			add_control(message, IPPROTO_UDP, UDP_SEGMENT, &size, sizeof(size));
	}
	return out->count;
}

/* One that cannot be sent is lost, as on a network. */
static void send_messages(struct party *party, struct outgoing *out)
{
	for (unsigned int first = 0; first < out->count;) {
		int sent = sendmmsg(party->fd, out->messages + first, out->count - first, 0);

		first += sent > 0 ? (unsigned int)sent : 1;
	}
}

static void transmit(struct party *party)
{
	static struct outgoing out;

	out.party = party;
	while (collect(&out)) {
		send_messages(party, &out);
		party->sent += out.datagrams;
	}
}

static void drain(struct party *party)
{
	struct control_event event;

	while (control_next_event(party->control, &event, party_now()))
		party->act(party, &event);
}

void party_settle(struct party *party)
{
	drain(party);
	while (control_expire(party->control, party_now()))
		drain(party);
	if (party->acted)
		party->acted(party);
	transmit(party);
}

void party_send_data(struct party *party, const struct control_path *path, uint16_t tunnel_id, uint16_t session_id,
		     const uint8_t *frame, size_t length)
{
	uint8_t header[6] = { 0, 2, (uint8_t)(tunnel_id >> 8), (uint8_t)tunnel_id, (uint8_t)(session_id >> 8),
			      (uint8_t)session_id };
	struct sockaddr_storage address;
	struct iovec parts[] = { { header, sizeof(header) }, { (void *)(uintptr_t)frame, length } };
	struct msghdr message = { .msg_name = &address, .msg_iov = parts, .msg_iovlen = 2 };

	message.msg_namelen = endpoint_to_sockaddr(&path->peer, &address);
	(void)sendmsg(party->fd, &message, 0);
}

#define DATA_HEADER 6
#define FRAME_ROOM (DATA_HEADER + 1600)

static size_t write_data(uint8_t *to, const struct party_frame *frame)
{
	const uint8_t header[DATA_HEADER] = {
		0, 2, (uint8_t)(frame->tunnel_id >> 8), (uint8_t)frame->tunnel_id,
		(uint8_t)(frame->session_id >> 8), (uint8_t)frame->session_id,
	};

	memcpy(to, header, DATA_HEADER);
	memcpy(to + DATA_HEADER, frame->octets, frame->length);
	return DATA_HEADER + frame->length;
}

/* The last message is a train from its second datagram on. */
static void lengthen(struct outgoing *out, size_t length)
{
	struct iovec *octets = &out->octets[out->count - 1];
	uint16_t size = (uint16_t)length;

	octets->iov_len += length;
	if (octets->iov_len == 2 * length)
		add_control(&out->messages[out->count - 1].msg_hdr, IPPROTO_UDP, UDP_SEGMENT, &size, sizeof(size));
}

/* Behind each other in one buffer, so that a train is one piece of it. */
void party_send_frames(struct party *party, const struct party_frame *frames, unsigned int count)
{
	static struct outgoing out;
	static uint8_t room[PARTY_FRAMES_MAX * FRAME_ROOM];
	const struct control_path *last = NULL;
	size_t step = 0;
	uint8_t *to = room;

	out.count = 0;
	for (unsigned int i = 0; i < count && i < PARTY_FRAMES_MAX; i++) {
		size_t length = write_data(to, &frames[i]);

		if (!party->trains || frames[i].path != last || length != step) {
			out.octets[out.count] = (struct iovec){ to, 0 };
			begin_message(&out, frames[i].path, &out.octets[out.count]);
		}
		lengthen(&out, length);
		last = frames[i].path;
		step = length;
		to += length;
	}
	send_messages(party, &out);
}

/* --- in --- */

static void take(struct party *party, uint8_t *octets, size_t length, const struct sockaddr_storage *from)
{
	struct control_datagram datagram = { .path.port = 1, .octets = octets, .length = length };

	if (!length || !(octets[0] & CONTROL_FLAG) || !endpoint_from_sockaddr(from, &datagram.path.peer)) {
		party->data_frames++;
		if (party->data && length)
			party->data(party, octets, length);
		return;
	}
	party->received++;
	control_receive(party->control, &datagram, party_now());
	drain(party);
}

/* The datagrams of which the kernel made one (UDP GRO): their length, which the last may fall short of. */
static size_t step_of(struct msghdr *message, size_t length)
{
	int step = 0;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c))
		if (c->cmsg_level == IPPROTO_UDP && c->cmsg_type == UDP_GRO)
			memcpy(&step, CMSG_DATA(c), sizeof(step));
	return step > 0 ? (size_t)step : length;
}

static void take_train(struct party *party, struct mmsghdr *message)
{
	uint8_t *octets = message->msg_hdr.msg_iov->iov_base;
	size_t left = message->msg_len, step = step_of(&message->msg_hdr, left), part;

	do {
		part = left < step ? left : step;
		take(party, octets, part, message->msg_hdr.msg_name);
		octets += part;
		left -= part;
	} while (left);
}

static void receive(struct party *party)
{
	static uint8_t octets[BATCH][DATAGRAM_ROOM];
	static uint8_t control[BATCH][CMSG_SPACE(sizeof(int))] __attribute__((aligned(8)));
	struct sockaddr_storage addresses[BATCH];
	struct mmsghdr messages[BATCH];
	struct iovec vectors[BATCH];
	int count;

	for (unsigned int i = 0; i < BATCH; i++) {
		vectors[i] = (struct iovec){ octets[i], DATAGRAM_MAX };
		messages[i] = (struct mmsghdr){ .msg_hdr = {
			.msg_name = &addresses[i], .msg_namelen = sizeof(addresses[i]),
			.msg_iov = &vectors[i], .msg_iovlen = 1,
			.msg_control = control[i], .msg_controllen = sizeof(control[i]),
		} };
	}
	count = recvmmsg(party->fd, messages, BATCH, MSG_DONTWAIT, NULL);
	for (int i = 0; i < count; i++)
		take_train(party, &messages[i]);
}

void party_turn(struct party *party, struct pollfd *other, uint64_t most_ms)
{
	struct pollfd fds[2] = { { .fd = party->fd, .events = POLLIN }, { .fd = -1 } };
	uint64_t now = party_now(), due = control_deadline(party->control);
	uint64_t wait = due <= now ? 0 : due - now < most_ms ? due - now : most_ms;

	if (other)
		fds[1] = *other;
	if (poll(fds, 2, (int)wait) < 0)
		fds[0].revents = fds[1].revents = 0;
	if (other)
		other->revents = fds[1].revents;
	if (fds[0].revents)
		receive(party);
	party_settle(party);
}
