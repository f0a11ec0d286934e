/* SPDX-License-Identifier: MIT */
/*
 * What the engine receives and sends: control messages that come to the sockets of tunnels of version 2; frames of
 * PPP, which the kernel gives by /dev/ppp: all that it does not carry itself; and copies of some packets that it does
 * (router.c).  Frames are read without address and control field, and written so: the kernel puts them before each.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/octets.h"
#include "datapath/kernel/internal.h"
#include "os/socket.h"
#include "wire/data_header_v2.h"
#include "wire/ppp.h"

#define ARENA (512 << 10)		/* octets of all that one receive() gives; room for one more is behind */
#define LARGEST 65536			/* of one message */
#define READY_AT_ONCE 32
#define FRAMES ((handle)1 << 63)	/* in what epoll tells: a session's, not a tunnel's */
#define PROTOCOL_LENGTH 2
#define KERNEL_LEAST 14			/* octets of a data message that it takes: its longest header's */

/* --- watching --- */

static int watch(const struct native_datapath *dp, int fd, handle what, struct error *error)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = what };

	if (epoll_ctl(dp->message_fd, EPOLL_CTL_ADD, fd, &event) == 0)
		return 0;
	return error_system(error, errno, NULL, "cannot watch for messages");
}

int native_watch_tunnel(const struct native_datapath *dp, const struct native_tunnel *tunnel, struct error *error)
{
	return watch(dp, tunnel->fd, tunnel->self, error);
}

int native_watch_frames(const struct native_datapath *dp, const struct native_session *session, int fd,
			struct error *error)
{
	return watch(dp, fd, session->self | FRAMES, error);
}

/* --- in --- */

struct batch {
	struct datapath_message *messages;
	int count, max;
	size_t used;			/* of the arena */
};

static uint8_t *room(const struct native_datapath *dp, const struct batch *batch)
{
	return batch->count < batch->max && batch->used + LARGEST <= ARENA ? dp->arena + batch->used : NULL;
}

static struct datapath_message *take(struct batch *batch, uint8_t *octets, size_t length)
{
	struct datapath_message *message = &batch->messages[batch->count++];

	*message = (struct datapath_message){ .octets = octets, .length = (uint32_t)length };
	batch->used += length;
	return message;
}

/* Whose data message it is; NULL: nobody's. */
static struct native_session *session_of(const struct native_tunnel *tunnel, const uint8_t *octets, size_t length,
					 struct data_header_v2 *header)
{
	uint32_t session_id;
	size_t offset;

	if (data_header_demux(L2TP_ENCAP_UDP, octets, length, &session_id, &offset) != DATA_KIND_V2 ||
	    data_header_v2_read(octets, length, header) != DATA_V2_OK || header->tunnel_id != tunnel->tunnel_id)
		return NULL;
	return native_session_find(tunnel, header->session_id);
}

/* The kernel leaves data to us that are shorter than the longest header, whatever is in them: such frames, of protocols
 * that negotiate nothing, are delivered here. */
static bool take_short(const struct native_tunnel *tunnel, uint8_t *octets, size_t length, struct batch *batch)
{
	struct native_session *session = NULL;
	struct data_header_v2 header;
	struct datapath_message *message;

	if (length < KERNEL_LEAST)
		session = session_of(tunnel, octets, length, &header);
	if (!session || !session->ppp)
		return false;
	if (session->ppp->frames) {
		native_frames_give(session, octets + header.offset, header.length);
		return true;
	}
	message = take(batch, octets, length);
	message->session = session->self;
	message->octets += header.offset;
	message->length = header.length;
	return true;
}

/* That which is of no session of the kernel's comes here, too. */
static void take_control(struct native_datapath *dp, const struct native_tunnel *tunnel, struct batch *batch)
{
	uint8_t *octets;
	ssize_t length;

	while ((octets = room(dp, batch)) && ((length = recv(tunnel->fd, octets, LARGEST, 0)) >= 0 || errno == EINTR ||
					      errno == ECONNREFUSED || errno == EHOSTUNREACH)) {
		struct datapath_message *message;

		if (length < 0 || take_short(tunnel, octets, (size_t)length, batch) ||
		    !native_is_control(dp, octets, (size_t)length))
			continue;
		message = take(batch, octets, (size_t)length);
		message->tunnel = tunnel->self;
		message->peer = tunnel->config.peer;
		(void)os_socket_local(tunnel->fd, &message->local);
	}
}

static void hung_up(const struct native_datapath *dp, struct native_session *session, int fd)
{
	(void)epoll_ctl(dp->message_fd, EPOLL_CTL_DEL, fd, NULL);
	native_session_gone(dp, session);
}

/* While nothing is carried packets come with the frames: nobody wants them. */
static bool is_for_engine(struct native_datapath *dp, struct native_session *session, const uint8_t *frame,
			  size_t length)
{
	size_t information_length;
	const uint8_t *information;
	uint16_t protocol;

	return ppp_frame_read(frame, length, &protocol, &information, &information_length) &&
	       protocol != PPP_IPV4 && protocol != PPP_IPV6 &&
	       !native_mppe_take(dp, session, protocol, information, information_length);
}

static void take_frames(struct native_datapath *dp, struct native_session *session, int fd, struct batch *batch)
{
	uint8_t *octets;
	ssize_t length;

	while (fd >= 0 && (octets = room(dp, batch))) {
		length = read(fd, octets, LARGEST);
		if (length < 0 && errno == EINTR)
			continue;
		if (length == 0 || (length < 0 && errno == ENXIO))
			hung_up(dp, session, fd);
		if (length <= 0)
			return;
		if (fd == session->ppp->unit)
			session->ppp->others++;
		if (is_for_engine(dp, session, octets, (size_t)length))
			take(batch, octets, (size_t)length)->session = session->self;
	}
}

/* Packets, which become frames. */
static void take_packets(const struct native_datapath *dp, const struct native_session *session, struct batch *batch)
{
	struct native_ppp *ppp = session->ppp;
	uint8_t *octets;
	ssize_t length;

	while (ppp->router >= 0 && (octets = room(dp, batch))) {
		length = recv(ppp->router, octets + PROTOCOL_LENGTH, LARGEST - PROTOCOL_LENGTH, 0);
		if (length < 0 && (errno == EINTR || errno == ENETDOWN))
			continue;
		if (length < 0)
			return;
		octets_put_be16(octets, PPP_IPV6);
		take(batch, octets, (size_t)length + PROTOCOL_LENGTH)->session = session->self;
		ppp->others++;
	}
}

static void take_ready(struct native_datapath *dp, handle what, struct batch *batch)
{
	struct native_session *session = what & FRAMES ? handle_get(&dp->sessions, what & ~FRAMES) : NULL;
	const struct native_tunnel *tunnel = what & FRAMES ? NULL : handle_get(&dp->tunnels, what);

	if (tunnel)
		take_control(dp, tunnel, batch);
	if (!session || !session->ppp)
		return;
	if (session->ppp->frames) {
		native_frames_hand_on(dp, session, dp->arena + batch->used);
		return;
	}
	take_frames(dp, session, session->ppp->channel, batch);
	take_frames(dp, session, session->ppp->unit, batch);
	take_packets(dp, session, batch);
}

int native_receive(struct datapath *base, struct datapath_message *messages, int max)
{
	struct native_datapath *dp = native_of(base);
	struct batch batch = { .messages = messages, .max = max };
	struct epoll_event ready[READY_AT_ONCE];
	int wanted = max < READY_AT_ONCE ? max : READY_AT_ONCE;
	int found = wanted > 0 ? epoll_wait(dp->message_fd, ready, wanted, 0) : 0;

	if (found > 0 && !dp->arena)
		dp->arena = malloc(ARENA + LARGEST);
	for (int i = 0; dp->arena && i < found; i++)
		take_ready(dp, ready[i].data.u64, &batch);
	return batch.count;
}

/* --- out --- */

/* Packets of the engine's go the way of all packets: by the unit. */
static int way_out(const struct native_ppp *ppp, uint16_t protocol)
{
	return ppp->unit < 0 || (protocol != PPP_IPV4 && protocol != PPP_IPV6) ? ppp->channel : ppp->unit;
}

/* Where the kernel has no room for it, it is lost, as on the way. */
static void put_frame(struct native_datapath *dp, const struct native_session *session, int fd, const uint8_t *out,
		      size_t length)
{
	if (write(fd, out, length) < 0)
		dp->totals.tx_unsent++;
	else if (fd == session->ppp->unit)
		session->ppp->others++;
}

static void send_frame(struct native_datapath *dp, struct native_session *session, const uint8_t *frame, size_t length)
{
	size_t information_length;
	const uint8_t *information;
	uint16_t protocol;
	uint8_t *out;

	if (!ppp_frame_read(frame, length, &protocol, &information, &information_length))
		return;
	out = malloc(PROTOCOL_LENGTH + information_length);
	if (!out)
		return;
	octets_put_be16(out, protocol);
	memcpy(out + PROTOCOL_LENGTH, information, information_length);
	if (native_mppe_has_way(session, protocol)) {
		native_mppe_before(session, information, information_length);
		put_frame(dp, session, session->ppp->unit, out, PROTOCOL_LENGTH + information_length);
		native_mppe_after(session);
	} else {
		put_frame(dp, session, way_out(session->ppp, protocol), out, PROTOCOL_LENGTH + information_length);
	}
	free(out);
}

void native_send(struct datapath *base, const struct datapath_message *messages, int count)
{
	struct native_datapath *dp = native_of(base);

	for (int i = 0; i < count; i++) {
		struct native_session *session = handle_get(&dp->sessions, messages[i].session);

		if (session && session->ppp)
			send_frame(dp, session, messages[i].octets, messages[i].length);
	}
}
