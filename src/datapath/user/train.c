/* SPDX-License-Identifier: MIT */
/* See train.h. */
#include "datapath/user/train.h"

#include <errno.h>
#include <netinet/udp.h>
#include <string.h>

#include "datapath/user/tap.h"

#define SEND_RETRIES 3			/* a pending ICMP error is reported once by each next send */

/* --- gathering --- */

static bool joins(const struct train_message *message, const struct session *session, const struct path *path,
		  const struct train_unit *unit, uint32_t length)
{
	return !message->closed && message->session == session && message->path == path &&
	       message->units < TRAIN_UNITS_MAX && length <= message->unit_size &&
	       message->octets + length <= TRAIN_OCTETS_MAX && message->marking.ttl == unit->marking.ttl &&
	       message->marking.tos == unit->marking.tos;
}

static void put_vector(struct train *train, const uint8_t *octets, uint32_t length)
{
	train->iov[train->vectors].iov_base = (void *)(uintptr_t)octets;
	train->iov[train->vectors++].iov_len = length;
	train->headers[train->messages - 1].msg_hdr.msg_iovlen++;
}

static struct train_message *begin(struct train *train, struct session *session, const struct path *path,
				   const struct train_unit *unit, uint32_t length)
{
	struct train_message *message = &train->details[train->messages];
	struct msghdr *header = &train->headers[train->messages++].msg_hdr;

	message->session = session;
	message->path = path;
	message->marking = unit->marking;
	message->units = 0;
	message->unit_size = length;
	message->octets = 0;
	message->closed = length > shared_get(path->train_max);
	header->msg_name = (void *)(uintptr_t)&path->peer_name;
	header->msg_namelen = path->peer_name_length;
	header->msg_iov = &train->iov[train->vectors];
	header->msg_iovlen = 0;
	if (path->group->shadow)
		put_vector(train, message->udp, SHADOW_HEADER);
	return message;
}

void train_add(struct train *train, struct session *session, const struct path *path, const struct train_unit *unit)
{
	uint32_t length = unit->head_length + unit->payload_length;
	struct train_message *message = train->messages ? &train->details[train->messages - 1] : NULL;

	if (!message || !joins(message, session, path, unit, length))
		message = begin(train, session, path, unit, length);
	put_vector(train, unit->head, unit->head_length);
	if (unit->payload)
		put_vector(train, unit->payload, unit->payload_length);
	message->units++;
	message->octets += length;
	if (length < message->unit_size)
		message->closed = true;
}

/* --- ancillary data --- */

static void put_control(struct msghdr *header, int level, int type, const void *value, size_t length)
{
	struct cmsghdr *control = (struct cmsghdr *)(void *)((uint8_t *)header->msg_control + header->msg_controllen);

	control->cmsg_level = level;
	control->cmsg_type = type;
	control->cmsg_len = CMSG_LEN(length);
	memcpy(CMSG_DATA(control), value, length);
	header->msg_controllen += CMSG_SPACE(length);
}

static void put_marking(struct msghdr *header, const struct train_message *message)
{
	bool ipv6 = message->path->peer.address.family == AF_INET6;
	int ttl = message->marking.ttl, tos = message->marking.tos;

	if (ttl != TRAIN_FIELD_DEFAULT)
		put_control(header, ipv6 ? IPPROTO_IPV6 : IPPROTO_IP, ipv6 ? IPV6_HOPLIMIT : IP_TTL, &ttl, sizeof(ttl));
	if (tos != TRAIN_FIELD_DEFAULT)
		put_control(header, ipv6 ? IPPROTO_IPV6 : IPPROTO_IP, ipv6 ? IPV6_TCLASS : IP_TOS, &tos, sizeof(tos));
}

static void finish_control(struct train_message *message, struct msghdr *header)
{
	uint16_t unit_size = (uint16_t)message->unit_size;

	if (message->path->group->shadow)
		shadow_put_header(message->path, message->udp, header->msg_iov + 1, header->msg_iovlen - 1);
	header->msg_control = message->control;
	header->msg_controllen = message->path->control_length;
	memcpy(message->control, message->path->control, message->path->control_length);
	put_marking(header, message);
	if (message->units > 1)
		put_control(header, IPPROTO_UDP, UDP_SEGMENT, &unit_size, sizeof(unit_size));
	if (!header->msg_controllen)
		header->msg_control = NULL;
}

/* --- sending --- */

/* The vectors of the next unit, which begins at *iov. */
static size_t unit_vectors(const struct iovec *iov, size_t available, uint32_t unit_size)
{
	size_t count = 0, octets = 0;

	while (count < available && octets < unit_size)
		octets += iov[count++].iov_len;
	return count;
}

/* What became of each unit, for the session's tap. */
static void tap_units(struct worker *worker, const struct train_message *message, const struct msghdr *header, int drop)
{
	const struct iovec *iov = header->msg_iov, *end = iov + header->msg_iovlen;
	size_t vectors;

	if (message->path->group->shadow)
		iov++;		/* the UDP header is the wire's business */
	for (; iov < end; iov += vectors) {
		vectors = unit_vectors(iov, (size_t)(end - iov), message->unit_size);
		tap_departure(worker, message->session, message->path, iov, vectors, drop);
	}
}

static void count_sent(struct worker *worker, const struct train_message *message, const struct msghdr *header)
{
	counter_add(message->session->tx.packets, message->units);
	counter_add(message->session->tx.bytes, message->octets);
	if (session_is_tapped(message->session))
		tap_units(worker, message, header, DATAPATH_DROP_NONE);
}

/* The header holds so many of the message's units. */
static void count_unsent(struct worker *worker, const struct train_message *message, const struct msghdr *header,
			 unsigned int units)
{
	counter_add(message->session->tx.errors, units);
	if (session_is_tapped(message->session))
		tap_units(worker, message, header, DATAPATH_DROP_UNSENT);
}

static int choose_socket(const struct worker *worker, const struct train_message *message)
{
	const struct socket_group *group = message->path->group;

	/* Only a single datagram can go without a checksum: UDP_SEGMENT insists on one. */
	if (message->path->zero_checksum && message->units == 1 && !group->shadow)
		return group->zero_checksum.fd;
	return group->data[worker->index].fd;
}

/* Errors that an ICMP message left on the socket: they say nothing about this datagram. */
static bool is_pending_error(int errno_value)
{
	return errno_value == ECONNREFUSED || errno_value == EHOSTUNREACH || errno_value == ENETUNREACH ||
	       errno_value == EPROTO || errno_value == ENOPROTOOPT || errno_value == EMSGSIZE;
}

static bool send_one(int fd, const struct msghdr *header)
{
	for (int tries = 0; tries < SEND_RETRIES; tries++) {
		if (sendmsg(fd, header, MSG_NOSIGNAL) >= 0)
			return true;
		if (errno != EINTR && !is_pending_error(errno))
			return false;
	}
	return false;
}

/* What could not go as a train goes as single datagrams; the kernel fragments them if it must. */
static void send_apart(struct worker *worker, struct train_message *message, const struct msghdr *train)
{
	struct msghdr header = *train;
	const struct iovec *end = train->msg_iov + train->msg_iovlen;
	int fd = choose_socket(worker, message);

	header.msg_controllen = message->path->control_length;
	put_marking(&header, message);
	for (struct iovec *iov = train->msg_iov; iov < end; iov += header.msg_iovlen) {
		header.msg_iov = iov;
		header.msg_iovlen = unit_vectors(iov, (size_t)(end - iov), message->unit_size);
		if (!send_one(fd, &header)) {
			count_unsent(worker, message, &header, 1);
			continue;
		}
		counter_add(message->session->tx.packets, 1);
		for (size_t i = 0; i < header.msg_iovlen; i++)
			counter_add(message->session->tx.bytes, iov[i].iov_len);
		if (session_is_tapped(message->session))
			tap_units(worker, message, &header, DATAPATH_DROP_NONE);
	}
}

/* The kernel refused trains on this path: no more until the path is looked at again. */
static void stop_trains(struct worker *worker, struct train_message *message)
{
	struct path *path = (struct path *)(uintptr_t)message->path;
	struct datapath_event event = { .kind = DATAPATH_EVENT_PATH_MTU, .source = path->peer,
					.mtu = path->mtu };

	shared_set(path->train_max, 0);
	notice_post(worker, &event);
}

static void send_failed(struct worker *worker, struct train_message *message, const struct msghdr *header, int fd,
			int errno_value)
{
	if (message->units > 1 && (errno_value == EINVAL || errno_value == EMSGSIZE || errno_value == EIO ||
				   errno_value == EOPNOTSUPP)) {
		stop_trains(worker, message);
		send_apart(worker, message, header);
	} else if (is_pending_error(errno_value) && send_one(fd, header)) {
		count_sent(worker, message, header);
	} else {
		count_unsent(worker, message, header, message->units);
	}
}

/* Messages first..last-1 share a socket. */
static void send_run(struct worker *worker, struct train *train, unsigned int first, unsigned int last, int fd)
{
	while (first < last) {
		int sent = sendmmsg(fd, &train->headers[first], last - first, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0) {
			send_failed(worker, &train->details[first], &train->headers[first].msg_hdr, fd, errno);
			sent = 0;
			first++;
		}
		for (unsigned int end = first + (unsigned int)sent; first < end; first++)
			count_sent(worker, &train->details[first], &train->headers[first].msg_hdr);
	}
}

void train_flush(struct worker *worker, struct train *train)
{
	unsigned int first = 0;

	for (unsigned int i = 0; i < train->messages; i++)
		finish_control(&train->details[i], &train->headers[i].msg_hdr);
	while (first < train->messages) {
		int fd = choose_socket(worker, &train->details[first]);
		unsigned int last = first + 1;

		while (last < train->messages && choose_socket(worker, &train->details[last]) == fd)
			last++;
		send_run(worker, train, first, last, fd);
		first = last;
	}
	train->messages = train->vectors = 0;
}
