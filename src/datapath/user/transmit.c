/* SPDX-License-Identifier: MIT */
/*
 * Device -> wire.  Frames are read one behind the other into an arena, each with room before it
 * for the L2TP header; a super-packet is cut into packets whose headers are written into a second
 * arena while their payload stays where it was read.
 */
#include "datapath/user/transmit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cursor.h"
#include "base/packet.h"
#include "datapath/user/mss.h"
#include "datapath/user/ppp.h"

#define FRAME_MAX (65536 + 64)		/* the largest super-packet with link-layer headers */
#define ARENA_SIZE (8 * FRAME_MAX)
#define HEADERS_SIZE (256 * 1024)
#define HEADER_UNIT (DATA_HEADER_MAX + SEGMENT_HEADER_MAX)
#define MAC_ADDRESSES 12
#define TPID_8021Q 0x8100

struct transmitter {
	struct train train;
	size_t frames_used, headers_used;
	uint8_t headers[HEADERS_SIZE];
	uint8_t frames[ARENA_SIZE];
};

struct transmitter *transmitter_new(void)
{
	return calloc(1, sizeof(struct transmitter));
}

void transmitter_free(struct transmitter *transmitter)
{
	free(transmitter);
}

void transmit_flush(struct worker *worker)
{
	struct transmitter *tx = worker->transmitter;

	if (tx->train.messages)
		train_flush(worker, &tx->train);
	tx->headers_used = 0;
	tx->frames_used = 0;
}

/* --- one frame --- */

/* Outer fields that are copied from the inner IP packet. */
static struct train_marking marking_of(const struct path *path, const uint8_t *frame, size_t length,
				       enum frame_layer layer)
{
	struct train_marking marking = { TRAIN_FIELD_DEFAULT, TRAIN_FIELD_DEFAULT };
	struct inner inner;
	const uint8_t *ip;
	uint8_t ttl, tos;

	if ((path->ttl >= 0 && path->dscp >= 0) || !inner_find_ip(frame, length, layer, &inner))
		return marking;
	ip = frame + inner.l3_offset;
	ttl = inner.ipv6 ? ip[IPV6_HOPS] : ip[IPV4_TTL];
	tos = inner.ipv6 ? (uint8_t)(ip[0] << 4 | ip[1] >> 4) : ip[IPV4_TOS];
	if (path->ttl == DATAPATH_HOP_COPY && ttl)
		marking.ttl = ttl;
	if (path->dscp == DATAPATH_DSCP_COPY)
		marking.tos = tos & 0xfc;	/* the ECN bits are the outer path's own */
	return marking;
}

/* Write the session's L2TP header at out, numbered if the session numbers its packets. */
static void put_header(struct session *session, uint8_t *out)
{
	memcpy(out, session->header, session->header_length);
	if (session->sublayer_length && shared_get(session->send_seq)) {
		uint32_t word = data_sublayer_from_sequence(session->next_sequence);
		struct cursor cursor = cursor_over(out + session->header_length - 4, 4);

		cursor_put_u32(&cursor, word);
		session->next_sequence = (session->next_sequence + 1) & DATA_SEQUENCE_MASK;
	}
}

static void send_whole(struct transmitter *tx, struct session *session, const struct path *path, uint8_t *frame,
		       uint32_t length, struct train_marking marking)
{
	struct train_unit unit = {
		.head = frame - session->header_length,
		.head_length = session->header_length + length,
		.marking = marking,
	};

	put_header(session, frame - session->header_length);
	train_add(&tx->train, session, path, &unit);
}

uint8_t *transmit_room(struct worker *worker, size_t octets)
{
	struct transmitter *tx = worker->transmitter;
	uint8_t *room;

	if (!train_has_room(&tx->train) || tx->headers_used + octets > HEADERS_SIZE) {
		/* The frames stay: they are not yet done with. */
		train_flush(worker, &tx->train);
		tx->headers_used = 0;
	}
	room = tx->headers + tx->headers_used;
	tx->headers_used += octets;
	return room;
}

static void send_cut(struct worker *worker, struct session *session, const struct path *path,
		     const struct segment_plan *plan, struct train_marking marking)
{
	struct transmitter *tx = worker->transmitter;
	struct train_unit unit = { .head_length = session->header_length + plan->header_length, .marking = marking };

	for (unsigned int i = 0; i < plan->count; i++) {
		uint8_t *head;

		head = transmit_room(worker, unit.head_length);
		put_header(session, head);
		segment_header(plan, i, head + session->header_length);
		unit.head = head;
		unit.payload = segment_payload(plan, i, &unit.payload_length);
		train_add(&tx->train, session, path, &unit);
	}
}

/* 802.1Q tag between the addresses and the type; the frame begins four octets earlier. */
static uint8_t *push_vlan(uint8_t *frame, uint16_t vlan_id, struct virtio_net_hdr *virtio)
{
	uint8_t *tagged = frame - VLAN_TAG;
	struct cursor tag;

	memmove(tagged, frame, MAC_ADDRESSES);
	tag = cursor_over(tagged + MAC_ADDRESSES, VLAN_TAG);
	cursor_put_u16(&tag, TPID_8021Q);
	cursor_put_u16(&tag, vlan_id);
	virtio->csum_start = (uint16_t)(virtio->csum_start + VLAN_TAG);
	virtio->hdr_len = (uint16_t)(virtio->hdr_len + VLAN_TAG);
	return tagged;
}

void transmit_frame(struct worker *worker, struct session *session, const struct path *path,
		    struct transmit_frame *read)
{
	struct transmitter *tx = worker->transmitter;
	uint8_t *frame = read->octets;
	uint32_t length = read->length;
	struct train_marking marking;
	struct segment_plan plan;

	if (session->pw_type == L2TP_PW_ETH_VLAN && length >= MAC_ADDRESSES) {
		frame = push_vlan(frame, session->vlan_id, &read->virtio);
		length += VLAN_TAG;
	}
	if (shared_get(session->mss_clamp))
		mss_clamp(frame, length, session->layer, shared_get(session->mtu),
			  read->virtio.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM);
	if (!segment_plan(&read->virtio, frame, length, session->layer, &plan)) {
		counter_add(session->tx.errors, 1);
		return;
	}
	marking = marking_of(path, frame, length, session->layer);
	if (session->pw_type == L2TP_PW_PPP)
		ppp_transmit(worker, session, path, &plan, marking);
	else if (plan.count > 1)
		send_cut(worker, session, path, &plan, marking);
	else
		send_whole(tx, session, path, frame, length, marking);
}

void transmit_message(struct worker *worker, struct session *session, const struct path *path, const uint8_t *octets,
		      uint32_t length)
{
	struct train_unit unit = { .head = octets, .head_length = length,
				   .marking = { TRAIN_FIELD_DEFAULT, TRAIN_FIELD_DEFAULT } };

	if (!train_has_room(&worker->transmitter->train))
		transmit_flush(worker);
	train_add(&worker->transmitter->train, session, path, &unit);
}

void transmit_unit(struct worker *worker, struct session *session, const struct path *path,
		   const struct train_unit *unit)
{
	if (!train_has_room(&worker->transmitter->train))
		train_flush(worker, &worker->transmitter->train);
	train_add(&worker->transmitter->train, session, path, unit);
}

/* --- a round --- */

static void device_gone(struct worker *worker, struct session *session)
{
	struct datapath_event event = { .kind = DATAPATH_EVENT_DEVICE_GONE, .session = session->self,
					.tunnel = session->tunnel->self };

	worker_unwatch(worker, session->device);
	shared_set(session->device_gone, true);
	notice_post(worker, &event);
}

int transmit_read(struct worker *worker, int fd, struct transmit_frame *frame)
{
	struct transmitter *tx = worker->transmitter;
	const size_t header = sizeof(frame->virtio);
	ssize_t length;

	if (tx->frames_used + FRAME_ROOM + FRAME_MAX > ARENA_SIZE || !train_has_room(&tx->train))
		transmit_flush(worker);
	frame->octets = tx->frames + tx->frames_used + FRAME_ROOM;
	length = read(fd, frame->octets - header, FRAME_MAX + header);
	if (length <= (ssize_t)header)
		return -1;
	frame->length = (uint32_t)(length - (ssize_t)header);
	memcpy(&frame->virtio, frame->octets - header, header);
	return 0;
}

void transmit_keep(struct worker *worker, const struct transmit_frame *frame)
{
	struct transmitter *tx = worker->transmitter;

	/* The next one begins on a cache line. */
	tx->frames_used = (tx->frames_used + FRAME_ROOM + frame->length + 63) & ~(size_t)63;
}

/* Read one frame and send it on. False when there is none. */
static bool transmit_next(struct worker *worker, struct session *session, const struct path *path)
{
	struct transmit_frame frame;

	if (transmit_read(worker, session->device, &frame) < 0) {
		if (errno == EBADFD)
			device_gone(worker, session);
		return false;
	}
	if (!path || (session->pw_type == L2TP_PW_PPP && !ppp_carries(session, path, frame.octets, frame.length))) {
		counter_add(session->tx.errors, 1);
		return true;
	}
	transmit_frame(worker, session, path, &frame);
	transmit_keep(worker, &frame);
	return true;
}

void transmit_ready(struct worker *worker, struct source *source, uint32_t events)
{
	struct session *session = caa_container_of(source, struct session, source);
	const struct path *path = path_out(session->tunnel);

	for (int i = 0; i < FRAMES_PER_ROUND; i++)
		if (!transmit_next(worker, session, path))
			return;
	worker->backlog = true;
}
