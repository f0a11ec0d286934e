/* SPDX-License-Identifier: MIT */
/* Shared devices -> wire: whose a packet is, and whether it is too large for him. See shared.h. */
#include <errno.h>
#include <sys/uio.h>

#include "datapath/user/checksum.h"
#include "datapath/user/mss.h"
#include "datapath/user/shared.h"
#include "datapath/user/transmit.h"

#define ANSWERS_MAX 100			/* of a device for each second: more than that only a flood asks for */

/* Whose it is by its destination; NULL: nobody's. */
static struct session *owner_of(const struct shared_device *shared, const struct transmit_frame *frame)
{
	const uint8_t *ip = frame->octets;

	if (frame->length >= IPV4_HEADER && ip[0] >> 4 == 4)
		return lookup_find(shared->owners, ip + IPV4_ADDRESSES + 4, false);
	if (frame->length >= IPV6_HEADER && ip[0] >> 4 == 6)
		return lookup_find(shared->owners, ip + IPV6_ADDRESSES + 16, true);
	return NULL;
}

/* --- packets that are too large --- */

/* Octets of the largest packet that this frame becomes. */
static uint32_t packet_length(const struct transmit_frame *frame)
{
	struct inner inner;

	if (frame->virtio.gso_type == VIRTIO_NET_HDR_GSO_NONE ||
	    !inner_parse(frame->octets, frame->length, FRAME_IP, &inner))
		return frame->length;
	return inner.payload_offset + frame->virtio.gso_size;
}

/* May it be in parts? Then the system makes them of the outer packet. */
static bool may_be_fragmented(const uint8_t *ip)
{
	return ip[0] >> 4 == 4 && !(octets_be16(ip + IPV4_FRAGMENT) & IPV4_DONT_FRAGMENT);
}

static bool may_answer(struct worker *worker, struct shared_device *shared)
{
	if (worker->now - shared->answers_time >= 1000) {
		shared->answers_time = worker->now;
		shared->answers_left = ANSWERS_MAX;
	}
	return shared->answers_left && shared->answers_left--;
}

static void answer_too_big(struct worker *worker, struct shared_device *shared, const struct transmit_frame *frame,
			   uint32_t mtu)
{
	struct virtio_net_hdr header = { .gso_type = VIRTIO_NET_HDR_GSO_NONE };
	uint8_t answer[TOO_BIG_MAX];
	struct iovec iov[2] = { { &header, sizeof(header) }, { answer, 0 } };

	if (!may_answer(worker, shared))
		return;
	iov[1].iov_len = too_big_answer(frame->octets, frame->length, mtu, answer);
	/* One that does not get through is asked for again. */
	if (iov[1].iov_len && writev(shared->device->fd, iov, 2) < 0)
		return;
}

/* --- a round --- */

/* Somebody removed it: the control thread finds out whose it was. */
static void device_gone(struct worker *worker, struct shared_device *shared)
{
	struct datapath_event event = { .kind = DATAPATH_EVENT_DEVICE_GONE };

	worker_unwatch(worker, shared->device->fd);
	shared_set(shared->gone, true);
	notice_post(worker, &event);
}

static void send_on(struct worker *worker, struct shared_device *shared, struct transmit_frame *frame)
{
	struct session *session = owner_of(shared, frame);
	const struct path *path = session ? rcu_dereference(session->tunnel->path) : NULL;
	uint32_t mtu;

	if (!session)
		return;		/* as on any network where nobody has that address */
	if (!path || !ppp_carries(session, path, frame->octets, frame->length)) {
		counter_add(session->tx.errors, 1);
		return;
	}
	mtu = shared_get(session->mtu);
	if (packet_length(frame) > mtu && !may_be_fragmented(frame->octets)) {
		counter_add(session->tx.errors, 1);
		answer_too_big(worker, shared, frame, mtu);
		return;
	}
	transmit_frame(worker, session, path, frame);
	transmit_keep(worker, frame);
}

void shared_ready(struct worker *worker, struct source *source, uint32_t events)
{
	struct shared_device *shared = caa_container_of(source, struct shared_device, source);
	struct transmit_frame frame;

	for (int i = 0; i < FRAMES_PER_ROUND; i++) {
		if (transmit_read(worker, shared->device->fd, &frame) < 0) {
			if (errno == EBADFD)
				device_gone(worker, shared);
			return;
		}
		send_on(worker, shared, &frame);
	}
	worker->backlog = true;
}
