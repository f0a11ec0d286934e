/* SPDX-License-Identifier: MIT */
/* Session -> device: what the pseudowire does to a frame, then the coalescer, then the device; or its frame socket. */
#include <errno.h>
#include <string.h>
#include <sys/uio.h>

#include "base/packet.h"
#include "datapath/user/frames.h"
#include "datapath/user/mss.h"
#include "datapath/user/ppp.h"
#include "datapath/user/unfinished.h"
#include "datapath/user/worker.h"

#define MAC_ADDRESSES 12

/* Take the outermost tag off, whatever its VLAN ID: the pseudowire is the VLAN. */
static bool pop_vlan(uint8_t **frame, size_t *length)
{
	const uint8_t *type = *frame + MAC_ADDRESSES;

	if (*length < ETHERNET_HEADER + VLAN_TAG ||
	    !((type[0] == 0x81 && type[1] == 0x00) || (type[0] == 0x88 && type[1] == 0xa8)))
		return false;
	memmove(*frame + VLAN_TAG, *frame, MAC_ADDRESSES);
	*frame += VLAN_TAG;
	*length -= VLAN_TAG;
	return true;
}

/* As a bridge port would: the MTU, a header and one tag. */
static size_t frame_limit(const struct session *session)
{
	size_t mtu = shared_get(session->mtu);

	return session->layer == FRAME_IP ? mtu : mtu + ETHERNET_HEADER + VLAN_TAG;
}

/* To the kernel a packet is received before the session's device has a say; what that refuses the device counts. */
static void count_refused(struct session *session)
{
	if (!session->as_kernel)
		counter_add(session->rx.errors, 1);
}

void deliver_refuse(struct worker *worker, struct session *session, enum datapath_drop drop)
{
	worker->verdict = (int)drop;
	count_refused(session);
	notice_drop(worker, drop, session, session->session_id, NULL);
}

/* It was counted as one. What it stands for, its sender and the device count, each packet with headers of its own. */
static void count_uncut(struct session *session, const struct inner *inner, uint16_t gso_size)
{
	uint32_t more = (inner->end - inner->payload_offset - 1) / gso_size;

	counter_add(session->rx.packets, more);
	counter_add(session->rx.bytes, more * (session->receive_overhead + inner->payload_offset));
}

/* A frame that the device could not have sent, but what is to be cut. */
static bool deliver_uncut(struct worker *worker, struct session *session, uint8_t *frame, size_t length)
{
	struct virtio_net_hdr header;
	const struct iovec iov[2] = { { &header, sizeof(header) }, { frame, length } };
	struct inner inner;

	if (!inner_parse(frame, length, session->layer, &inner) || !unfinished_is(frame, &inner) ||
	    !unfinished_describe(frame, &inner, shared_get(session->mtu), &header))
		return false;
	if (header.gso_size)
		count_uncut(session, &inner, header.gso_size);
	coalesce_flush(&worker->coalescer);	/* something of its connection may be held */
	deliver_emit(worker, session, &header, iov, 2, length);
	return true;
}

void deliver_frame(struct worker *worker, struct session *session, uint8_t *frame, size_t length)
{
	if (session->pw_type == L2TP_PW_PPP) {
		if (!session->frames)
			ppp_deliver(worker, session, frame, length);
		else if (!frames_deliver(worker, session, frame, length))
			deliver_refuse(worker, session, DATAPATH_DROP_UNATTACHED);
		return;
	}
	if ((session->pw_type == L2TP_PW_ETH_VLAN && !pop_vlan(&frame, &length)) || !length ||
	    (session->layer == FRAME_ETHERNET && length < ETHERNET_HEADER)) {
		deliver_refuse(worker, session, DATAPATH_DROP_INVALID);
		return;
	}
	if (length > frame_limit(session)) {
		if (deliver_uncut(worker, session, frame, length))
			return;
		counter_add(worker->totals.rx_oversize, 1);
		deliver_refuse(worker, session, DATAPATH_DROP_OVERSIZE);
		return;
	}
	if (shared_get(session->mss_clamp))
		mss_clamp(frame, length, session->layer, shared_get(session->mtu), false);
	coalesce_frame(&worker->coalescer, session, session->layer, frame, length);
}

void deliver_flush(struct worker *worker)
{
	coalesce_flush(&worker->coalescer);
	frames_flush(worker);
}

void deliver_emit(void *context, void *target, const struct virtio_net_hdr *header, const struct iovec *frame,
		  int count, size_t length)
{
	struct session *session = target;
	const struct network *network = rcu_dereference(session->network);

	/* EIO: the device is down, which is its owner's wish. */
	if (writev(network ? network->output : session->device, frame, count) < 0 && errno != EIO)
		count_refused(session);
}
