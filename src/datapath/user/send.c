/* SPDX-License-Identifier: MIT */
/*
 * What the control thread sends: control messages, and the engine's frames of PPP sessions, which get their L2TP header
 * here.  Frames of one tunnel and one length leave as a train (UDP_SEGMENT), all of a port with one sendmmsg.  A
 * frame of a session that numbers its packets is sent by the session's worker, whose number it takes: were it sent
 * here, it might overtake packets with lower numbers, which the peer would then discard.  So is one with an IP packet
 * where those are enciphered: the cipher is the worker's; and one beside a program's socket, where there are no control
 * sockets.
 */
#include <errno.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <string.h>

#include "datapath/user/message.h"
#include "datapath/user/ppp.h"
#include "datapath/user/punt.h"
#include "datapath/user/tap.h"
#include "datapath/user/train.h"

#define BATCH DATAPATH_MESSAGES_MAX	/* of one sendmmsg */
#define SEND_CONTROL_MAX (PATH_CONTROL_MAX + CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(uint16_t)))
#define SEND_RETRIES 3			/* a pending ICMP error is reported once by each next send */
#define HEAD 0				/* places in a departure's iov */
#define BODY 1
#define VECTORS 2

/* A message that is to leave. */
struct departure {
	struct datapath_message message;	/* with port, tunnel and peer, also of a frame */
	struct session *session;		/* of a frame; NULL: a control message */
	uint32_t head_length;			/* of a frame's L2TP header */
	uint8_t head[DATA_HEADER_MAX];
};

/* Departures of one group: a header for each train, which is one or several of one length that go together (the last
 * may be shorter); iov has VECTORS members for each departure. */
struct outbox {
	const struct socket_group *group;
	int count;
	unsigned int trains;
	size_t octets;				/* of the last train */
	struct departure gathered[BATCH];	/* as they came */
	struct departure departures[BATCH];	/* as they leave */
	int units[BATCH];			/* departures of each train */
	struct mmsghdr headers[BATCH];
	struct iovec iov[BATCH * VECTORS];
	struct sockaddr_storage names[BATCH];
	uint8_t control[BATCH][SEND_CONTROL_MAX] __attribute__((aligned(8)));
	int deferred_count;			/* frames that workers send */
	const struct datapath_message *deferred[BATCH];
};

struct outbox *outbox_new(void)
{
	return calloc(1, sizeof(struct outbox));
}

void outbox_free(struct outbox *outbox)
{
	free(outbox);
}

/* Its counters, ring and clock are ours. */
static struct worker *ourselves(struct user_datapath *dp)
{
	return &dp->workers[dp->worker_count];
}

/* --- ancillary data --- */

size_t message_put_source(uint8_t *out, const struct address *source)
{
	struct cmsghdr *control = (struct cmsghdr *)(void *)out;
	struct in_pktinfo v4 = { .ipi_spec_dst = source->v4 };
	struct in6_pktinfo v6 = { .ipi6_addr = source->v6 };
	bool ipv6 = source->family == AF_INET6;
	size_t length = ipv6 ? sizeof(v6) : sizeof(v4);

	control->cmsg_level = ipv6 ? IPPROTO_IPV6 : IPPROTO_IP;
	control->cmsg_type = ipv6 ? IPV6_PKTINFO : IP_PKTINFO;
	control->cmsg_len = CMSG_LEN(length);
	memcpy(CMSG_DATA(control), ipv6 ? (const void *)&v6 : (const void *)&v4, length);
	return CMSG_SPACE(length);
}

static struct path *path_of(struct user_datapath *dp, const struct departure *departure)
{
	const struct tunnel *tunnel = handle_get(&dp->tunnels, departure->message.tunnel);

	return tunnel ? tunnel->path : NULL;
}

static void put_control(struct user_datapath *dp, const struct departure *departure, struct msghdr *header,
			uint8_t *out)
{
	const struct address *group = &dp->outbox->group->local.address, *local = &departure->message.local.address;
	const struct path *path = path_of(dp, departure);
	size_t length = 0;

	if (path && path->peer.address.family == group->family) {
		memcpy(out, path->control, path->control_length);
		length = path->control_length;
	}
	/* A second one overrides the path's own. */
	if (address_is_any(group) && !address_is_any(local) && local->family == group->family)
		length += message_put_source(out + length, local);
	header->msg_control = out;
	header->msg_controllen = length;
}

static void put_unit_size(struct msghdr *header, size_t unit)
{
	struct cmsghdr *control = (void *)((uint8_t *)header->msg_control + header->msg_controllen);
	uint16_t size = (uint16_t)unit;

	control->cmsg_level = IPPROTO_UDP;
	control->cmsg_type = UDP_SEGMENT;
	control->cmsg_len = CMSG_LEN(sizeof(size));
	memcpy(CMSG_DATA(control), &size, sizeof(size));
	header->msg_controllen += CMSG_SPACE(sizeof(size));
}

/* --- trains --- */

static size_t octets_of(const struct departure *departure)
{
	return departure->head_length + departure->message.length;
}

static bool endpoints_equal(const struct endpoint *a, const struct endpoint *b)
{
	return a->port == b->port && address_equal(&a->address, &b->address);
}

/* Can this one go with the last train, whose last is the one before it? */
static bool joins_train(struct user_datapath *dp, const struct departure *departure)
{
	const struct datapath_message *message = &departure->message, *before = &departure[-1].message;
	const struct outbox *out = dp->outbox;
	const struct path *path = path_of(dp, departure);
	size_t unit = octets_of(departure - (out->units[out->trains - 1]));

	return path && message->tunnel == before->tunnel && octets_of(departure) <= unit &&
	       octets_of(departure - 1) == unit && unit <= shared_get(path->train_max) &&
	       out->units[out->trains - 1] < TRAIN_UNITS_MAX &&
	       out->octets + octets_of(departure) <= TRAIN_OCTETS_MAX &&
	       endpoints_equal(&message->peer, &before->peer) && endpoints_equal(&message->local, &before->local);
}

static void begin_train(struct user_datapath *dp, const struct departure *departure, struct iovec *iov)
{
	struct outbox *out = dp->outbox;
	struct msghdr *header = &out->headers[out->trains].msg_hdr;

	*header = (struct msghdr){ .msg_name = &out->names[out->trains], .msg_iov = iov };
	header->msg_namelen = endpoint_to_sockaddr(&departure->message.peer, &out->names[out->trains]);
	put_control(dp, departure, header, out->control[out->trains]);
	out->units[out->trains++] = 0;
	out->octets = 0;
}

static bool is_frame_of(const struct departure *departure, const struct session *session)
{
	return session && departure->session == session;
}

/* Is one of the same session before it, among those that wait? */
static bool overtakes(const struct outbox *out, int index, uint64_t waiting)
{
	for (uint64_t before = waiting & (((uint64_t)1 << index) - 1); before; before &= before - 1)
		if (is_frame_of(&out->gathered[__builtin_ctzll(before)], out->gathered[index].session))
			return true;
	return false;
}

static void leave(struct outbox *out, int index, uint64_t *waiting, int *left)
{
	out->departures[(*left)++] = out->gathered[index];
	*waiting &= ~((uint64_t)1 << index);
}

/* Frames of one tunnel and one length behind each other, so that they make trains: many sessions negotiate at once.
 * Those of a session keep their order, as do control messages. */
static void arrange(struct outbox *out)
{
	uint64_t waiting = out->count == BATCH ? UINT64_MAX : ((uint64_t)1 << out->count) - 1;
	int left = 0;

	_Static_assert(BATCH <= 64, "each has a bit");
	while (waiting) {
		const struct departure *first = &out->gathered[__builtin_ctzll(waiting)];

		leave(out, __builtin_ctzll(waiting), &waiting, &left);
		for (uint64_t rest = first->session ? waiting : 0; rest; rest &= rest - 1) {
			int index = __builtin_ctzll(rest);
			const struct departure *other = &out->gathered[index];

			if (other->session && other->message.tunnel == first->message.tunnel &&
			    octets_of(other) == octets_of(first) && !overtakes(out, index, waiting))
				leave(out, index, &waiting, &left);
		}
	}
}

static void prepare(struct user_datapath *dp)
{
	struct outbox *out = dp->outbox;
	int first = 0;

	arrange(out);
	out->trains = 0;
	for (int i = 0; i < out->count; i++) {
		struct departure *departure = &out->departures[i];
		struct iovec *iov = &out->iov[i * VECTORS];

		iov[HEAD] = (struct iovec){ departure->head, departure->head_length };
		iov[BODY] = (struct iovec){ departure->message.octets, departure->message.length };
		if (!i || !joins_train(dp, departure))
			begin_train(dp, departure, iov);
		out->headers[out->trains - 1].msg_hdr.msg_iovlen += VECTORS;
		out->units[out->trains - 1]++;
		out->octets += octets_of(departure);
	}
	for (unsigned int i = 0; i < out->trains; first += out->units[i++])
		if (out->units[i] > 1)
			put_unit_size(&out->headers[i].msg_hdr, octets_of(&out->departures[first]));
}

/* --- sending --- */

static void frame_departed(struct user_datapath *dp, const struct departure *departure, bool sent)
{
	const struct iovec iov[VECTORS] = { { (void *)(uintptr_t)departure->head, departure->head_length },
					    { departure->message.octets, departure->message.length } };
	struct session *session = departure->session;
	const struct path *path = session->tunnel->path;

	if (sent) {
		counter_add(session->engine.packets, 1);
		counter_add(session->engine.bytes, octets_of(departure));
	} else {
		counter_add(session->engine.errors, 1);
	}
	if (session_is_tapped(session) && path)
		tap_departure(ourselves(dp), session, path, iov, VECTORS, sent ? DATAPATH_DROP_NONE :
									  DATAPATH_DROP_UNSENT);
}

static void departed(struct user_datapath *dp, const struct departure *departures, int count, bool sent)
{
	for (const struct departure *departure = departures; departure < departures + count; departure++) {
		const struct tunnel *tunnel = handle_get(&dp->tunnels, departure->message.tunnel);

		if (!sent)
			counter_add(ourselves(dp)->totals.tx_unsent, 1);
		if (departure->session)
			frame_departed(dp, departure, sent);
		else if (tunnel && tunnel->snaplen)
			tap_message_sent(ourselves(dp), tunnel, dp->outbox->group, &departure->message,
					 sent ? DATAPATH_DROP_NONE : DATAPATH_DROP_UNSENT);
	}
}

static int socket_of(const struct socket_group *group)
{
	return group->encap == L2TP_ENCAP_UDP ? group->control[0].fd : group->data[0].fd;
}

/* What was refused, because of an error that waited on the socket and has nothing to do with it, or because of itself:
 * returns whether it is gone now. errno: why. */
static bool try_again(int fd, const struct msghdr *header)
{
	for (int tries = 0; tries < SEND_RETRIES && errno != EAGAIN; tries++)
		if (sendmsg(fd, header, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0)
			return true;
	return false;
}

/* The kernel takes no train: no more on this path until it is looked at again. */
static void send_apart(struct user_datapath *dp, const struct departure *departures, int count,
		       const struct msghdr *train)
{
	struct path *path = path_of(dp, departures);
	struct msghdr header = *train;

	if (path && errno != EAGAIN)
		shared_set(path->train_max, 0);
	header.msg_iovlen = VECTORS;
	header.msg_controllen -= CMSG_SPACE(sizeof(uint16_t));
	for (int i = 0; i < count; i++, header.msg_iov += VECTORS) {
		errno = 0;
		departed(dp, &departures[i], 1, try_again(socket_of(dp->outbox->group), &header));
	}
}

static void send_refused(struct user_datapath *dp, const struct departure *departures, int count,
			 const struct msghdr *train)
{
	bool sent = try_again(socket_of(dp->outbox->group), train);

	if (!sent && count > 1)
		send_apart(dp, departures, count, train);
	else
		departed(dp, departures, count, sent);
}

/* All that was gathered. */
static void flush(struct user_datapath *dp)
{
	struct outbox *out = dp->outbox;
	const struct departure *departure = out->departures;
	unsigned int done = 0;
	int sent;

	prepare(dp);
	while (done < out->trains) {
		sent = sendmmsg(socket_of(out->group), out->headers + done, out->trains - done,
				MSG_NOSIGNAL | MSG_DONTWAIT);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent <= 0) {
			send_refused(dp, departure, out->units[done], &out->headers[done].msg_hdr);
			departure += out->units[done++];
			continue;
		}
		for (; sent > 0; sent--) {
			departed(dp, departure, out->units[done], true);
			departure += out->units[done++];
		}
	}
	out->count = 0;
}

/* A place for one more of this group. */
static struct departure *gather(struct user_datapath *dp, const struct socket_group *group,
				const struct datapath_message *message)
{
	struct outbox *out = dp->outbox;
	struct departure *departure;

	if (out->count && (out->count == BATCH || out->group != group))
		flush(dp);
	out->group = group;
	departure = &out->gathered[out->count++];
	departure->message = *message;
	departure->session = NULL;
	departure->head_length = 0;
	return departure;
}

/* --- frames --- */

/* In the session's worker: its deferred frames. */
static void send_deferred(struct worker *worker, void *context)
{
	const struct user_datapath *dp = context;
	struct outbox *out = dp->outbox;

	for (int i = 0; i < out->deferred_count; i++) {
		const struct datapath_message *frame = out->deferred[i];
		struct session *session = handle_get(&dp->sessions, frame->session);
		const struct path *path = path_out(session->tunnel);

		if (session->worker == worker && path)
			ppp_transmit_frame(worker, session, path, frame);
	}
	transmit_flush(worker);
}

static void flush_deferred(struct user_datapath *dp)
{
	struct outbox *out = dp->outbox;
	uint64_t workers = 0;

	for (int i = 0; i < out->deferred_count; i++) {
		const struct session *session = handle_get(&dp->sessions, out->deferred[i]->session);

		workers |= (uint64_t)1 << session->worker->index;
	}
	for (unsigned int i = 0; i < dp->worker_count; i++)
		if (workers & (uint64_t)1 << i)
			worker_run(&dp->workers[i], send_deferred, dp);
	out->deferred_count = 0;
}

static void defer(struct user_datapath *dp, const struct datapath_message *frame)
{
	if (dp->outbox->deferred_count == BATCH)
		flush_deferred(dp);
	dp->outbox->deferred[dp->outbox->deferred_count++] = frame;
}

static void send_frame(struct user_datapath *dp, struct session *session, const struct datapath_message *frame)
{
	const struct path *path = path_out(session->tunnel);
	struct departure *departure;
	uint8_t *end, head[DATA_HEADER_MAX];

	if (!path || !frame->length || frame->length > PUNT_LENGTH_MAX) {
		counter_add(session->engine.errors, 1);
		return;
	}
	if (shared_get(session->send_seq) || path->group->shadow ||
	    (session->cipher && !ppp_is_control(frame->octets, frame->length))) {
		defer(dp, frame);
		return;
	}
	departure = gather(dp, path->group, frame);
	departure->session = session;
	departure->message.tunnel = session->tunnel->self;
	departure->message.local = (struct endpoint){ 0 };
	departure->message.peer = path->peer;
	end = head + sizeof(head);
	departure->head_length = (uint32_t)header_put(session, ppp_is_control(frame->octets, frame->length), end);
	memcpy(departure->head, end - departure->head_length, departure->head_length);
}

static void send_message(struct user_datapath *dp, const struct datapath_message *message)
{
	const struct socket_group *group = handle_get(&dp->ports, message->port);

	if (group && group->encap == L2TP_ENCAP_UDP)
		(void)gather(dp, group, message);
	else
		counter_add(ourselves(dp)->totals.tx_unsent, 1);
}

void message_send(struct datapath *base, const struct datapath_message *messages, int count)
{
	struct user_datapath *dp = user_datapath(base);

	for (const struct datapath_message *message = messages; dp->messages && message < messages + count; message++) {
		struct session *session = handle_get(&dp->sessions, message->session);

		if (message->session == HANDLE_NONE)
			send_message(dp, message);
		else if (session && session->pw_type == L2TP_PW_PPP)
			send_frame(dp, session, message);
	}
	if (dp->messages && dp->outbox->count)
		flush(dp);
	if (dp->messages && dp->outbox->deferred_count)
		flush_deferred(dp);
}
