/* SPDX-License-Identifier: MIT */
/*
 * Wire -> session: batches of messages, each perhaps a train of datagrams that the kernel joined
 * (UDP_GRO); for each datagram the session, its cookie and its sequence number.  The order of the
 * checks and what each counts are the kernel's (struct datapath_stats).
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/errqueue.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "datapath/user/message.h"
#include "datapath/user/shadow.h"
#include "datapath/user/tap.h"
#include "datapath/user/worker.h"
#include "os/tap.h"
#include "wire/data_header_v2.h"

#define MESSAGES 32			/* of one recvmmsg */
#define FULL_PACKET 1000		/* octets of a datagram that bulk traffic would send */
#define MESSAGE_MAX 65536
#define CONTROL_MAX (CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(struct in6_pktinfo)))	/* size; interface */
#define BATCHES_PER_ROUND 4		/* of one socket, so that others get their turn */
#define ERRORS_PER_ROUND 32
/* Of functions with two callers, one of which is for taps: it shall not cost the other a call for each packet. */
#define IN_PLACE inline __attribute__((always_inline))
#define SUBLAYER_VCCV 0x80000000u	/* RFC 5085: not a frame */
#define SUBLAYER_FRAGMENT 0x30000000u	/* RFC 4623: part of one */

struct receiver {
	unsigned int used;		/* by the last batch: to be prepared again */
	struct mmsghdr headers[MESSAGES];
	struct iovec iov[MESSAGES];
	struct sockaddr_storage names[MESSAGES];
	uint8_t control[MESSAGES][CONTROL_MAX] __attribute__((aligned(8)));	/* CMSG_SPACE is a multiple */
	uint8_t octets[MESSAGES][MESSAGE_MAX];
};

/* Where a datagram came from, and the session that the one before it belonged to. */
struct arrival {
	struct worker *worker;
	const struct socket_group *group;
	uint32_t ifindex;		/* the interface where it arrived; 0: not known, no group cares */
	bool steered;			/* came by the socket of this worker, so that sessions are its own */
	const struct sockaddr_storage *name;
	struct session *session;	/* of the last datagram of this message */
};

/* A payload, by value: in two registers. */
struct datagram {
	uint8_t *octets;
	size_t length;
};

struct receiver *receiver_new(void)
{
	struct receiver *receiver = calloc(1, sizeof(*receiver));

	if (receiver)
		receiver->used = MESSAGES;
	return receiver;
}

void receiver_free(struct receiver *receiver)
{
	free(receiver);
}

/* --- whose is it? --- */

static bool same_peer(const struct sockaddr_storage *name, const struct path *path)
{
	const struct sockaddr_in *v4 = (const void *)name, *peer4 = (const void *)&path->peer_name;
	const struct sockaddr_in6 *v6 = (const void *)name, *peer6 = (const void *)&path->peer_name;
	/* raw sockets leave other things in the port */
	bool ip = path->group->encap == L2TP_ENCAP_IP || path->group->shadow;

	if (name->ss_family != path->peer_name.ss_family)
		return false;
	if (path->open)
		return true;
	if (name->ss_family == AF_INET)
		return v4->sin_addr.s_addr == peer4->sin_addr.s_addr && (ip || v4->sin_port == peer4->sin_port);
	return memcmp(&v6->sin6_addr, &peer6->sin6_addr, sizeof(v6->sin6_addr)) == 0 &&
	       (ip || v6->sin6_port == peer6->sin6_port);
}

/* A socket with an address takes what a socket for any address would have got, and either of two may take it of which
 * one is bound to an interface. All steer alike, so the worker is the same. Raw sockets each get a copy. */
static bool receives_for(const struct arrival *arrival, const struct socket_group *other)
{
	const struct socket_group *group = arrival->group;

	if (group == other)
		return true;
	if (group->shadow || other->shadow)
		return false;
	if (group->encap != L2TP_ENCAP_UDP || other->encap != L2TP_ENCAP_UDP || group->local.port != other->local.port)
		return false;
	return (address_is_any(&other->local.address) ||
		address_equal(&other->local.address, &group->local.address)) &&
	       (!other->ifindex || other->ifindex == arrival->ifindex) && group->netns == other->netns;
}

/* The path of this session, if the datagram came by it. */
static const struct path *path_of(const struct arrival *arrival, const struct session *session)
{
	const struct path *path = rcu_dereference(session->tunnel->path);

	return path && receives_for(arrival, path->group) && same_peer(arrival->name, path) ? path : NULL;
}

/* Among those with this id; one that is bound to the interface goes before one that is not. */
static struct session *choose(const struct arrival *arrival, struct session *session, struct cds_lfht_iter *iter)
{
	struct session *found = NULL;

	for (; session; session = table_next(arrival->worker->dp->table, session, iter)) {
		const struct path *path = path_of(arrival, session);

		if (path && (!arrival->ifindex || path->group->ifindex))
			return session;
		if (path)
			found = session;
	}
	return found;
}

/* --- for taps --- */

static struct tap_record *tap_arrival(const struct arrival *arrival, const struct tunnel *tunnel,
				      const struct session *session, struct datagram datagram)
{
	struct tap_record *record = tap_begin(arrival->worker, tunnel, session, datagram.length);

	if (!record)
		return NULL;
	record->packet.encap = arrival->group->encap;
	record->packet.local = arrival->group->local;
	endpoint_from_sockaddr(arrival->name, &record->packet.peer);
	if (arrival->group->encap == L2TP_ENCAP_IP)
		record->packet.peer.port = 0;
	if (arrival->group->shadow)
		record->packet.peer = arrival->group->peer;
	memcpy(record->octets, datagram.octets, record->packet.captured);
	return record;
}

static void tap_dropped(const struct arrival *arrival, const struct tunnel *tunnel, const struct session *session,
			struct datagram datagram, int drop)
{
	struct tap_record *record = tap_arrival(arrival, tunnel, session, datagram);

	if (record)
		record->packet.drop = drop;
	tap_end(arrival->worker, record);
}

/* Did this tunnel's peer send it, and not for another tunnel of the same two ends? */
static bool concerns(const struct arrival *arrival, const struct tunnel *tunnel, struct datagram datagram)
{
	const struct path *path = rcu_dereference(tunnel->path);
	uint32_t id;

	if (!path || !receives_for(arrival, path->group) || !same_peer(arrival->name, path))
		return false;
	return !data_header_control_id(arrival->group->encap, datagram.octets, datagram.length, &id) || !id ||
	       id == tunnel->config.tunnel_id;
}

/* What is for no session belongs to the tapped tunnels of who sent it. */
static void tap_stranger(const struct arrival *arrival, struct datagram datagram, int drop)
{
	for (int i = 0; i < DATAPATH_TAPS_MAX; i++) {
		const struct tunnel *tunnel = rcu_dereference(arrival->worker->dp->tapped[i]);

		if (tunnel && concerns(arrival, tunnel, datagram))
			tap_dropped(arrival, tunnel, NULL, datagram, drop);
	}
}

static void stranger(const struct arrival *arrival, struct datagram datagram, enum datapath_drop drop,
		     uint32_t session_id, uint64_t *counter)
{
	struct endpoint source = { 0 };

	if (arrival->group->shadow)	/* the other program has it, too, and knows what it is */
		return;
	counter_add(*counter, 1);
	endpoint_from_sockaddr(arrival->name, &source);
	notice_drop(arrival->worker, drop, NULL, session_id, &source);
	if (shared_get(arrival->worker->dp->tapped_count))
		tap_stranger(arrival, datagram, (int)drop);
}

static struct session *find_session(struct arrival *arrival, enum session_kind kind, uint32_t key,
				    struct datagram datagram)
{
	struct datapath_totals *totals = &arrival->worker->totals;
	struct cds_lfht *table = arrival->worker->dp->table;
	struct session *session = arrival->session, *first;
	uint32_t session_id = kind == SESSION_V2 ? key & 0xffff : key;
	struct cds_lfht_iter iter;

	if (session && session->key == key && session->kind == kind)
		return session;
	first = table_first(table, (uint8_t)kind, key, &iter);
	session = choose(arrival, first, &iter);
	if (session)
		return arrival->session = session;
	if (first && arrival->group->encap == L2TP_ENCAP_IP && first->tunnel->path &&
	    first->tunnel->path->group != arrival->group &&
	    first->tunnel->path->group->netns == arrival->group->netns && same_peer(arrival->name, first->tunnel->path))
		return NULL;	/* our copy of what the other socket delivers */
	if (first)
		stranger(arrival, datagram, DATAPATH_DROP_WRONG_SOURCE, session_id, &totals->rx_wrong_source);
	else
		stranger(arrival, datagram, DATAPATH_DROP_UNKNOWN_SESSION, session_id, &totals->rx_unknown_session);
	if (first && session_is_tapped(first))	/* by whom the peer's address was changed on the way, perhaps */
		tap_dropped(arrival, first->tunnel, first, datagram, DATAPATH_DROP_WRONG_SOURCE);
	return NULL;
}

/* The kernel's GRO may have put data behind a control message of the same flow: on the control socket
 * it must not be touched, unless this worker is the one that receives the session's packets anyway. */
static bool is_ours(const struct arrival *arrival, const struct session *session)
{
	const struct path *path = rcu_dereference(session->tunnel->path);
	const struct worker *worker = arrival->worker;

	return arrival->steered ||
	       (path && steer_worker(session->encap, &path->peer, session->session_id, worker->dp->worker_count) ==
				worker->index);
}

/* --- a session's packet --- */

void receive_discard(struct worker *worker, struct session *session, enum datapath_drop drop, uint64_t *counter)
{
	worker->verdict = (int)drop;
	if (counter)
		counter_add(*counter, 1);
	counter_add(session->rx.errors, 1);
	notice_drop(worker, drop, session, session->session_id, NULL);
}

static void mark_arrival(struct worker *worker, struct session *session)
{
	struct datapath_event event = { .kind = DATAPATH_EVENT_CARRIER, .carrier = true, .session = session->self,
					.tunnel = session->tunnel->self };

	shared_set(session->last_arrival, worker->now);
	if (shared_get(session->carrier))
		return;
	shared_set(session->carrier, true);
	if (session->device >= 0)
		tap_set_carrier(session->device, true);
	notice_post(worker, &event);
}

static void accept_frame(struct worker *worker, struct session *session, uint8_t *frame, size_t length)
{
	counter_add(session->rx.packets, 1);
	counter_add(session->rx.bytes, session->receive_overhead + length);
	if (shared_get(session->carrier_timeout))
		mark_arrival(worker, session);
	deliver_frame(worker, session, frame, length);
}

void receive_accept(struct worker *worker, struct session *session, uint8_t *frame, size_t length)
{
	accept_frame(worker, session, frame, length);
}

/* --- sequence numbers --- */

static __attribute__((noinline)) void follow_lns(struct worker *worker, struct session *session, bool numbers)
{
	if (session->as_kernel && shared_get(worker->dp->listens_in))
		receive_kernel_tell(worker, session, numbers ? DATAPATH_SEQNUM_LNS_ENABLE : DATAPATH_SEQNUM_LNS_DISABLE,
				    sequence_kernel_next(session->as_kernel));
	shared_set(session->send_seq, numbers);
}

static IN_PLACE void receive_numbered(struct worker *worker, struct session *session, uint32_t number, uint8_t *frame,
				      size_t length)
{
	/* A LAC numbers its packets when its LNS does. */
	if (!shared_get(session->lns_mode) && !shared_get(session->send_seq))
		follow_lns(worker, session, true);
	if (session->as_kernel) {
		receive_kernel_numbered(worker, session, number, frame, length);
		return;
	}
	switch (sequence_arrive(&session->sequence, number)) {
	case SEQUENCE_NEXT:
		accept_frame(worker, session, frame, length);
		if (session->holding)
			receive_drain(worker, session);
		break;
	case SEQUENCE_AHEAD:
		if (shared_get(session->reorder_timeout) && rcu_dereference(session->reorder)) {
			receive_hold(worker, session, number, frame, length);
			break;
		}
		sequence_jump(&session->sequence, number);
		accept_frame(worker, session, frame, length);
		break;
	case SEQUENCE_OLD:
		receive_discard(worker, session, DATAPATH_DROP_SEQUENCE, &session->rx.seq_discards);
		break;
	}
}

/* In version 2 an LNS may begin to number at any time: what its LAC sent until it learns of it is welcome, but in the
 * kernel. */
static bool needs_number(const struct session *session)
{
	return shared_get(session->recv_seq) || (shared_get(session->lns_mode) && shared_get(session->send_seq) &&
						 (session->kind != SESSION_V2 || session->as_kernel));
}

/* Numbers are required, or sent, or awaited. */
static __attribute__((noinline)) void receive_without_number(struct worker *worker, struct session *session,
							     uint8_t *frame, size_t length)
{
	if (needs_number(session)) {
		receive_discard(worker, session, DATAPATH_DROP_SEQUENCE, &session->rx.seq_discards);
		return;
	}
	if (!shared_get(session->lns_mode) && shared_get(session->send_seq))
		follow_lns(worker, session, false);
	if (session->waiting)
		receive_kernel_behind(worker, session, frame, length);
	else
		accept_frame(worker, session, frame, length);
}

/* Most sessions have nothing to do with numbers, which one look tells. */
static IN_PLACE void receive_unnumbered(struct worker *worker, struct session *session, uint8_t *frame, size_t length)
{
	if (shared_get(session->recv_seq) | shared_get(session->send_seq) | session->waiting)
		receive_without_number(worker, session, frame, length);
	else
		accept_frame(worker, session, frame, length);
}

static void invalid(struct worker *worker, struct session *session)
{
	worker->verdict = DATAPATH_DROP_INVALID;
	counter_add(session->rx.invalid, 1);
	notice_drop(worker, DATAPATH_DROP_INVALID, session, session->session_id, NULL);
}

static IN_PLACE void receive_session(struct worker *worker, struct session *session, uint8_t *octets, size_t length,
				     size_t offset)
{
	uint32_t sublayer, number;

	switch (data_header_finish(octets, length, session->peer_cookie, session->peer_cookie_length,
				   session->sublayer_length ? L2TP_L2SPEC_DEFAULT : L2TP_L2SPEC_NONE,
				   &offset, &sublayer)) {
	case DATA_CHECK_SHORT:
		invalid(worker, session);
		return;
	case DATA_CHECK_COOKIE:
		receive_discard(worker, session, DATAPATH_DROP_COOKIE, &session->rx.cookie_discards);
		return;
	case DATA_CHECK_OK:
		break;
	}
	if (sublayer & (SUBLAYER_VCCV | SUBLAYER_FRAGMENT) && !session->as_kernel)
		receive_discard(worker, session, DATAPATH_DROP_INVALID, NULL);
	else if (data_sublayer_sequence(sublayer, &number))
		receive_numbered(worker, session, number, octets + offset, length - offset);
	else
		receive_unnumbered(worker, session, octets + offset, length - offset);
}

static void receive_session_v2(struct worker *worker, struct session *session, struct datagram datagram)
{
	struct data_header_v2 header;
	uint8_t *frame;

	if (data_header_v2_read(datagram.octets, datagram.length, &header) != DATA_V2_OK) {
		invalid(worker, session);
		return;
	}
	session->receive_overhead = (uint16_t)header.offset;
	frame = datagram.octets + header.offset;
	if (header.numbered)
		receive_numbered(worker, session, data_v2_sequence(header.ns, session->sequence.expected), frame,
				 header.length);
	else
		receive_unnumbered(worker, session, frame, header.length);
}

/* The same, with a copy of the packet as it came and of what became of it. */
static __attribute__((noinline, cold)) void receive_tapped(const struct arrival *arrival, struct session *session,
							   struct datagram datagram, size_t offset)
{
	struct worker *worker = arrival->worker;
	struct tap_record *record = tap_arrival(arrival, session->tunnel, session, datagram);

	worker->verdict = DATAPATH_DROP_NONE;
	if (session->kind == SESSION_V2)
		receive_session_v2(worker, session, datagram);
	else
		receive_session(worker, session, datagram.octets, datagram.length, offset);
	if (record) {
		record->packet.held = worker->verdict == TAP_VERDICT_HELD;
		record->packet.drop = record->packet.held ? DATAPATH_DROP_NONE : worker->verdict;
	}
	tap_end(worker, record);
}

/* --- a datagram, a message, a batch --- */

/* The kernel put it behind data, or nobody wants it. */
static void control_at_worker(const struct arrival *arrival, struct datagram datagram)
{
	struct endpoint peer;

	if (__atomic_load_n(&arrival->group->controlled, __ATOMIC_ACQUIRE) &&
	    endpoint_from_sockaddr(arrival->name, &peer) &&
	    message_stray(arrival->worker, arrival->group, &peer, datagram.octets, datagram.length)) {
		if (shared_get(arrival->worker->dp->tapped_count))
			tap_stranger(arrival, datagram, DATAPATH_DROP_NONE);
		return;
	}
	if (!shared_get(arrival->group->foreign))
		stranger(arrival, datagram, DATAPATH_DROP_CONTROL, 0, &arrival->worker->totals.rx_control);
}

static void receive_v2(struct arrival *arrival, struct datagram datagram)
{
	struct datapath_totals *totals = &arrival->worker->totals;
	struct data_header_v2 header;
	struct session *session;

	if (data_header_v2_read(datagram.octets, datagram.length, &header) == DATA_V2_SHORT) {
		stranger(arrival, datagram, DATAPATH_DROP_SHORT, 0, &totals->rx_short);
		return;
	}
	session = find_session(arrival, SESSION_V2, (uint32_t)header.tunnel_id << 16 | header.session_id, datagram);
	if (session && !is_ours(arrival, session))
		stranger(arrival, datagram, DATAPATH_DROP_CONTROL, header.session_id, &totals->rx_control);
	else if (session && session_is_tapped(session))
		receive_tapped(arrival, session, datagram, 0);
	else if (session)
		receive_session_v2(arrival->worker, session, datagram);
}

static void receive_datagram(struct arrival *arrival, uint8_t *octets, size_t length)
{
	const struct datagram datagram = { octets, length };
	struct datapath_totals *totals = &arrival->worker->totals;
	struct session *session;
	uint32_t session_id = 0;
	size_t offset = 0;

	switch (data_header_demux(arrival->group->encap, octets, length, &session_id, &offset)) {
	case DATA_KIND_V3:
		session = find_session(arrival, (enum session_kind)arrival->group->encap, session_id, datagram);
		if (session && !is_ours(arrival, session))
			stranger(arrival, datagram, DATAPATH_DROP_CONTROL, session_id, &totals->rx_control);
		else if (session && session_is_tapped(session))
			receive_tapped(arrival, session, datagram, offset);
		else if (session)
			receive_session(arrival->worker, session, octets, length, offset);
		break;
	case DATA_KIND_SHORT:
		stranger(arrival, datagram, DATAPATH_DROP_SHORT, 0, &totals->rx_short);
		break;
	case DATA_KIND_CONTROL:
		control_at_worker(arrival, datagram);
		break;
	case DATA_KIND_V2:
		receive_v2(arrival, datagram);
		break;
	case DATA_KIND_VERSION:
		stranger(arrival, datagram, DATAPATH_DROP_VERSION, 0, &totals->rx_version);
		break;
	}
}

/* What the kernel says of a message. Returns the size of the datagrams that it joined; the whole when it did not. */
static size_t read_control(struct arrival *arrival, struct msghdr *header, size_t length)
{
	int size = 0;

	arrival->ifindex = arrival->group->ifindex;
	for (struct cmsghdr *control = CMSG_FIRSTHDR(header); control; control = CMSG_NXTHDR(header, control)) {
		if (control->cmsg_level == IPPROTO_UDP && control->cmsg_type == UDP_GRO)
			memcpy(&size, CMSG_DATA(control), sizeof(size));
		else if (control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_PKTINFO)
			memcpy(&arrival->ifindex, CMSG_DATA(control) + offsetof(struct in_pktinfo, ipi_ifindex),
			       sizeof(arrival->ifindex));
		else if (control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_PKTINFO)
			memcpy(&arrival->ifindex, CMSG_DATA(control) + offsetof(struct in6_pktinfo, ipi6_ifindex),
			       sizeof(arrival->ifindex));
	}
	return size > 0 ? (size_t)size : length;
}

static void receive_message(struct arrival *arrival, struct msghdr *header, uint8_t *octets, size_t length)
{
	size_t step, skip = 0, joined = 0;

	if (header->msg_flags & MSG_TRUNC) {
		counter_add(arrival->worker->totals.rx_oversize, 1);
		return;
	}
	/* A raw IPv4 socket gives the IP header, too. */
	if ((arrival->group->encap == L2TP_ENCAP_IP || arrival->group->shadow) &&
	    arrival->name->ss_family == AF_INET && length)
		skip = (size_t)(octets[0] & 0xf) * 4;
	if (skip > length)
		skip = length;
	octets += skip;
	length -= skip;
	if (arrival->group->shadow) {
		joined = joined_size(arrival->group->joined, octets, length);
		if (!shadow_strip(arrival->group, arrival->name, &octets, &length))
			return;
	}
	step = read_control(arrival, header, length);
	if (joined)
		step = joined;
	if (length > step && step >= FULL_PACKET)
		arrival->worker->bulk += length;
	do {
		size_t part = length < step ? length : step;

		receive_datagram(arrival, octets, part);
		octets += part;
		length -= part;
	} while (length);
}

void receive_rest(struct worker *worker, void *context)
{
	const struct receive_rest *rest = context;
	struct arrival arrival = { .worker = worker, .group = rest->group, .name = rest->name,
				   .ifindex = rest->group->ifindex, .steered = true };
	uint8_t *octets = rest->octets;

	for (size_t left = rest->length, part; left; octets += part, left -= part) {
		part = left < rest->step ? left : rest->step;
		receive_datagram(&arrival, octets, part);
	}
	deliver_flush(worker);
}

enum receive_kind receive_control(struct worker *worker, const struct receive_rest *rest, size_t length)
{
	const struct arrival arrival = { .worker = worker, .group = rest->group, .name = rest->name };
	const struct datagram datagram = { rest->octets, length };
	struct datapath_totals *totals = &worker->totals;
	uint32_t session_id;
	size_t offset;

	switch (data_header_demux(L2TP_ENCAP_UDP, rest->octets, length, &session_id, &offset)) {
	case DATA_KIND_CONTROL:
		if (shared_get(worker->dp->tapped_count))
			tap_stranger(&arrival, datagram, DATAPATH_DROP_NONE);
		return RECEIVE_CONTROL;
	case DATA_KIND_SHORT:
		stranger(&arrival, datagram, DATAPATH_DROP_SHORT, 0, &totals->rx_short);
		break;
	case DATA_KIND_VERSION:
		stranger(&arrival, datagram, DATAPATH_DROP_VERSION, 0, &totals->rx_version);
		break;
	case DATA_KIND_V2:
	case DATA_KIND_V3:
		return RECEIVE_DATA;
	}
	return RECEIVE_NEITHER;
}

static void prepare(struct receiver *rx)
{
	for (unsigned int i = 0; i < rx->used; i++) {
		struct msghdr *header = &rx->headers[i].msg_hdr;

		rx->iov[i] = (struct iovec){ rx->octets[i], MESSAGE_MAX };
		header->msg_name = &rx->names[i];
		header->msg_namelen = sizeof(rx->names[i]);
		header->msg_iov = &rx->iov[i];
		header->msg_iovlen = 1;
		header->msg_control = rx->control[i];
		header->msg_controllen = CONTROL_MAX;
		header->msg_flags = 0;
	}
}

/* Returns whether there may be more. */
static bool receive_batch(struct worker *worker, struct group_socket *socket)
{
	struct receiver *rx = worker->receiver;
	int count;

	prepare(rx);
	count = recvmmsg(socket->fd, rx->headers, MESSAGES, MSG_DONTWAIT, NULL);
	rx->used = count > 0 ? (unsigned int)count : 0;
	if (rx->used)
		joined_collect(socket->group->joined);
	for (int i = 0; i < count; i++) {
		struct arrival arrival = { .worker = worker, .group = socket->group, .name = &rx->names[i],
					   .steered = socket == &socket->group->data[worker->index] };

		receive_message(&arrival, &rx->headers[i].msg_hdr, rx->octets[i], rx->headers[i].msg_len);
	}
	deliver_flush(worker);
	return rx->used == MESSAGES;
}

/* --- what the network says of packets we sent --- */

static bool next_error(int fd, struct sock_extended_err *problem, struct endpoint *peer)
{
	uint8_t control[512] __attribute__((aligned(8)));
	struct sockaddr_storage name;
	uint8_t sink[1];
	struct iovec iov = { sink, sizeof(sink) };
	struct msghdr header = { .msg_name = &name, .msg_namelen = sizeof(name), .msg_iov = &iov, .msg_iovlen = 1,
				 .msg_control = control, .msg_controllen = sizeof(control) };

	if (recvmsg(fd, &header, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
		return false;
	problem->ee_errno = 0;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&header); c; c = CMSG_NXTHDR(&header, c))
		if ((c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVERR) ||
		    (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_RECVERR))
			memcpy(problem, CMSG_DATA(c), sizeof(*problem));
	if (!endpoint_from_sockaddr(&name, peer))
		problem->ee_errno = 0;
	return true;
}

void receive_errors(struct worker *worker, const struct group_socket *socket)
{
	struct sock_extended_err problem;
	struct endpoint peer, last = { 0 };

	for (int i = 0; i < ERRORS_PER_ROUND && next_error(socket->fd, &problem, &peer); i++) {
		struct datapath_event event = { .kind = DATAPATH_EVENT_UNREACHABLE };

		counter_add(worker->totals.socket_errors, 1);
		if (problem.ee_errno == EMSGSIZE) {
			event.kind = DATAPATH_EVENT_PATH_MTU;
			event.mtu = problem.ee_info;
		}
		/* the other program is told of its peer, and what is told here may be of any port of it */
		if (socket->group->shadow && problem.ee_errno != EMSGSIZE)
			continue;
		if (socket->group->shadow)
			peer = socket->group->peer;
		if (!problem.ee_errno || (address_equal(&peer.address, &last.address) && peer.port == last.port))
			continue;
		last = peer;
		if (socket->group->encap == L2TP_ENCAP_IP)
			peer.port = 0;
		event.source = peer;
		notice_post(worker, &event);
	}
}

void receive_ready(struct worker *worker, struct source *source, uint32_t events)
{
	struct group_socket *socket = caa_container_of(source, struct group_socket, source);

	if (events & EPOLLERR)
		receive_errors(worker, socket);
	for (int i = 0; i < BATCHES_PER_ROUND; i++)
		if (!receive_batch(worker, socket))
			return;
	worker->backlog = true;
}

void receive_control_ready(struct worker *worker, struct source *source, uint32_t events)
{
	/* Nobody wants them: counted by the demultiplexer. */
	receive_ready(worker, source, events);
}
