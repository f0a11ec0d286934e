/* SPDX-License-Identifier: MIT */
/*
 * Control messages of the groups where somebody wants them: the control thread reads their control sockets itself
 * (and sends by them: send.c).  Those of connections and those with connection id 0 have sockets of their own
 * (steer.c), which two epolls keep apart: nobody's flood of requests delays a connection.
 *
 * The kernel's GRO joins datagrams of one flow whatever they are.  A control message behind a train of data meets a
 * worker, which passes it on through a ring; data behind a control message goes the other way.  Frames of PPP sessions
 * come through rings, too (punt.c); they and control messages have the first place in turn.
 */
#include "datapath/user/message.h"

#include <errno.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <utlist.h>

#include "datapath/user/punt.h"
#include "os/close.h"

#define BATCH DATAPATH_MESSAGES_MAX	/* of one recvmmsg */
#define BATCH_UNPROVED 16		/* of those with connection id 0 */
#define SOURCES_PER_TURN 16		/* sockets looked at that had nothing for us, then others have their turn */
#define MESSAGE_MAX 65536
#define MESSAGE_ROOM (MESSAGE_MAX + 192)	/* not a power of two: else all would meet in one set of the caches */
#define RECEIVE_CONTROL_MAX (CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(struct in6_pktinfo)))

enum { ESTABLISHED, UNPROVED };

/* A control message that a worker met. */
struct stray {
	handle port;
	struct endpoint peer;
	uint32_t length;
	uint8_t octets[];
};

/* What was received and not yet given out. */
struct inbox {
	handle port;
	unsigned int count, next;	/* messages; the one that is being cut */
	size_t offset;			/* in it */
	struct mmsghdr headers[BATCH];
	struct iovec iov[BATCH];
	struct sockaddr_storage names[BATCH];
	uint8_t control[BATCH][RECEIVE_CONTROL_MAX] __attribute__((aligned(8)));
	uint8_t octets[BATCH][MESSAGE_ROOM];
};

struct messages {
	int epoll[2];			/* ESTABLISHED, UNPROVED */
	int wake_fd;			/* eventfd: workers have strays or frames, or the inbox is not empty */
	struct inbox inbox;
	bool rings_first;		/* what comes first next time: what workers met, or the sockets */
};

/* Its counters, ring and clock are ours. */
static struct worker *ourselves(struct user_datapath *dp)
{
	return &dp->workers[dp->worker_count];
}

/* --- opening and closing --- */

static void messages_free(struct user_datapath *dp, struct messages *messages)
{
	for (int i = 0; i < 2; i++)
		os_close(&messages->epoll[i]);
	os_close(&messages->wake_fd);
	for (unsigned int i = 0; i < dp->worker_count; i++) {
		ring_free(dp->workers[i].strays);
		dp->workers[i].strays = NULL;
	}
	punt_close(dp);
	outbox_free(dp->outbox);
	dp->outbox = NULL;
	free(messages);
}

void messages_close(struct user_datapath *dp)
{
	if (dp->messages)
		messages_free(dp, dp->messages);
	dp->messages = NULL;
}

static int open_rings(struct user_datapath *dp)
{
	for (unsigned int i = 0; i < dp->worker_count; i++) {
		dp->workers[i].strays = ring_new();
		if (!dp->workers[i].strays)
			return -1;
	}
	dp->outbox = outbox_new();
	return dp->outbox && punt_open(dp) == 0 ? 0 : -1;
}

/* No worker looks at what is made here before a group says that it is controlled. */
static int messages_open(struct user_datapath *dp, struct error *error)
{
	struct epoll_event event = { .events = EPOLLIN };
	struct messages *messages = calloc(1, sizeof(*messages));

	if (!messages)
		return error_system(error, ENOMEM, NULL, "cannot receive control messages");
	messages->epoll[0] = epoll_create1(EPOLL_CLOEXEC);
	messages->epoll[1] = epoll_create1(EPOLL_CLOEXEC);
	messages->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (messages->epoll[0] < 0 || messages->epoll[1] < 0 || messages->wake_fd < 0 ||
	    epoll_ctl(dp->event_fd, EPOLL_CTL_ADD, messages->epoll[0], &event) < 0 ||
	    epoll_ctl(dp->event_fd, EPOLL_CTL_ADD, messages->epoll[1], &event) < 0 ||
	    epoll_ctl(dp->event_fd, EPOLL_CTL_ADD, messages->wake_fd, &event) < 0 || open_rings(dp) < 0) {
		error_system(error, errno, NULL, "cannot receive control messages");
		messages_free(dp, messages);
		return -1;
	}
	dp->messages = messages;
	return 0;
}

int messages_need(struct user_datapath *dp, struct error *error)
{
	return dp->messages ? 0 : messages_open(dp, error);
}

int messages_watch(struct user_datapath *dp, struct socket_group *group, struct error *error)
{
	struct epoll_event event = { .events = EPOLLIN };

	if (messages_need(dp, error) < 0)
		return -1;
	for (int i = 0; i < 2; i++) {
		event.data.ptr = &group->control[i];
		if (epoll_ctl(dp->messages->epoll[i], EPOLL_CTL_ADD, group->control[i].fd, &event) < 0) {
			error_system(error, errno, NULL, "cannot watch a socket");
			messages_unwatch(dp, group);
			return -1;
		}
	}
	return 0;
}

void messages_unwatch(struct user_datapath *dp, struct socket_group *group)
{
	for (int i = 0; i < 2; i++)
		(void)epoll_ctl(dp->messages->epoll[i], EPOLL_CTL_DEL, group->control[i].fd, NULL);
}

/* --- listening --- */

int message_listen(struct datapath *base, const struct datapath_port_config *config, handle *port, struct error *error)
{
	struct user_datapath *dp = user_datapath(base);
	struct datapath_tunnel_config wanted = { .version = 2, .encap = L2TP_ENCAP_UDP, .local = config->local,
						 .port = config->port };
	struct socket_group *group = handle_get(&dp->ports, config->port);

	wanted.peer.address.family = group ? group->local.address.family : config->local.address.family;
	if (wanted.peer.address.family == AF_UNSPEC)
		return error_set(error, ERROR_VALUE, NULL, "a port has an address, which may be 0.0.0.0 or ::");
	memcpy(wanted.bind_interface, config->bind_interface, sizeof(wanted.bind_interface));
	group = group_get(dp, &wanted, NULL, error);
	if (!group)
		return -1;
	if (group_control(dp, group, error) < 0) {
		group_put(dp, group);
		return -1;
	}
	group->listeners++;
	*port = group->self;
	return 0;
}

void message_unlisten(struct datapath *base, handle port)
{
	struct user_datapath *dp = user_datapath(base);
	struct socket_group *group = handle_get(&dp->ports, port);

	if (!group || !group->listeners)
		return;
	group->listeners--;
	group_control_end(dp, group);
	group_put(dp, group);
}

/* --- strays --- */

void messages_wake(struct user_datapath *dp)
{
	uint64_t one = 1;

	/* The counter cannot overflow: it is written once for each time that the reader was done. */
	if (write(dp->messages->wake_fd, &one, sizeof(one)) < 0)
		return;
}

bool message_stray(struct worker *worker, const struct socket_group *group, const struct endpoint *peer,
		   const uint8_t *octets, size_t length)
{
	struct stray *stray = ring_reserve(worker->strays, sizeof(*stray) + length);

	if (!stray)
		return false;
	stray->port = group->self;
	stray->peer = *peer;
	stray->length = (uint32_t)length;
	memcpy(stray->octets, octets, length);
	if (ring_commit(worker->strays))
		messages_wake(worker->dp);
	return true;
}

static bool next_stray(struct user_datapath *dp, struct datapath_message *message)
{
	for (unsigned int i = 0; i < dp->worker_count; i++) {
		struct ring *ring = dp->workers[i].strays;
		struct stray *stray = ring_first(ring);
		const struct socket_group *group;

		for (; stray; stray = ring_first(ring)) {
			ring_take(ring);
			group = handle_get(&dp->ports, stray->port);
			if (!group)
				continue;
			*message = (struct datapath_message){ .port = stray->port, .local = group->local,
							      .peer = stray->peer, .octets = stray->octets,
							      .length = stray->length };
			return true;
		}
	}
	return false;
}

/* Strays first: there are few. */
static int take_rings_once(struct user_datapath *dp, struct datapath_message *messages, int max)
{
	int count = 0;

	while (count < max && next_stray(dp, &messages[count]))
		count++;
	return count + punt_take(dp, messages + count, max - count);
}

static int take_rings(struct user_datapath *dp, struct datapath_message *messages, int max)
{
	int count = take_rings_once(dp, messages, max);
	uint64_t told;

	/* None: sleep, unless a worker wrote one and told so just before that. */
	if (count || read(dp->messages->wake_fd, &told, sizeof(told)) < 0)
		return count;
	count = take_rings_once(dp, messages, max);
	if (count)
		messages_wake(dp);
	return count;
}

/* What the last call gave may be overwritten. A worker that fills a ring after this tells of it. */
static void release_rings(struct user_datapath *dp)
{
	for (unsigned int i = 0; i < dp->worker_count; i++)
		ring_release(dp->workers[i].strays);
	punt_release(dp);
}

/* --- receiving --- */

/* A batch of this socket. Returns whether there was anything. */
static bool receive_batch(struct inbox *in, const struct group_socket *socket, unsigned int max)
{
	int count;

	for (unsigned int i = 0; i < max; i++) {
		in->iov[i] = (struct iovec){ in->octets[i], MESSAGE_MAX };
		in->headers[i].msg_hdr = (struct msghdr){
			.msg_name = &in->names[i], .msg_namelen = sizeof(in->names[i]), .msg_iov = &in->iov[i],
			.msg_iovlen = 1, .msg_control = in->control[i], .msg_controllen = RECEIVE_CONTROL_MAX,
		};
	}
	count = recvmmsg(socket->fd, in->headers, max, MSG_DONTWAIT, NULL);
	in->port = socket->group->self;
	in->count = count > 0 ? (unsigned int)count : 0;
	in->next = 0;
	in->offset = 0;
	return in->count > 0;
}

static bool fill(struct user_datapath *dp, int which)
{
	struct messages *messages = dp->messages;
	struct epoll_event event;

	for (int i = 0; i < SOURCES_PER_TURN && epoll_wait(messages->epoll[which], &event, 1, 0) == 1; i++) {
		struct group_socket *socket = event.data.ptr;

		if (event.events & EPOLLERR)
			receive_errors(ourselves(dp), socket);
		if (receive_batch(&messages->inbox, socket, which == UNPROVED ? BATCH_UNPROVED : BATCH))
			return true;
	}
	return false;
}

/* What the kernel says of a message: to which address it came, and the size of the datagrams that it joined. */
static size_t read_control(struct msghdr *header, struct endpoint *local, size_t length)
{
	int size = 0;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
		if (c->cmsg_level == IPPROTO_UDP && c->cmsg_type == UDP_GRO)
			memcpy(&size, CMSG_DATA(c), sizeof(size));
		else if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO)
			memcpy(&local->address.v4, CMSG_DATA(c) + offsetof(struct in_pktinfo, ipi_spec_dst),
			       sizeof(local->address.v4));
		else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO)
			memcpy(&local->address.v6, CMSG_DATA(c) + offsetof(struct in6_pktinfo, ipi6_addr),
			       sizeof(local->address.v6));
	}
	return size > 0 ? (size_t)size : length;
}

/* Data behind control messages, and all that follows it, is for a worker. */
static void forward(struct user_datapath *dp, struct receive_rest *rest)
{
	struct endpoint peer;

	if (!endpoint_from_sockaddr(rest->name, &peer))
		return;
	worker_run(&dp->workers[steer_worker(L2TP_ENCAP_UDP, &peer, 0, dp->worker_count)], receive_rest, rest);
}

/* The next datagram of the batch into *message. False: there is none any more, or it is not for us. */
static bool next_message(struct user_datapath *dp, struct datapath_message *message)
{
	struct inbox *in = &dp->messages->inbox;
	struct socket_group *group = handle_get(&dp->ports, in->port);
	struct mmsghdr *header = &in->headers[in->next];
	struct receive_rest rest;
	size_t part;

	if (!group || header->msg_hdr.msg_flags & MSG_TRUNC) {
		in->next++;
		return false;
	}
	*message = (struct datapath_message){ .port = in->port, .local = group->local };
	rest = (struct receive_rest){ .group = group, .name = &in->names[in->next],
				      .octets = in->octets[in->next] + in->offset,
				      .length = header->msg_len - in->offset };
	rest.step = read_control(&header->msg_hdr, &message->local, rest.length);
	part = rest.length < rest.step ? rest.length : rest.step;
	in->offset += part;
	if (in->offset == header->msg_len) {
		in->next++;
		in->offset = 0;
	}
	message->octets = rest.octets;
	message->length = (uint32_t)part;
	if (!endpoint_from_sockaddr(rest.name, &message->peer))
		return false;
	switch (receive_control(ourselves(dp), &rest, part)) {
	case RECEIVE_CONTROL:
		return true;
	case RECEIVE_DATA:
		forward(dp, &rest);
		in->next = (unsigned int)(rest.name - in->names) + 1;
		in->offset = 0;
		break;
	case RECEIVE_NEITHER:
		break;
	}
	return false;
}

static int give(struct user_datapath *dp, struct datapath_message *messages, int max)
{
	const struct inbox *in = &dp->messages->inbox;
	int count = 0;

	while (count < max && in->next < in->count)
		count += next_message(dp, &messages[count]);
	return count;
}

int message_receive(struct datapath *base, struct datapath_message *messages, int max)
{
	struct user_datapath *dp = user_datapath(base);
	int count;

	if (!dp->messages || max <= 0)
		return 0;
	if (max > DATAPATH_MESSAGES_MAX)
		max = DATAPATH_MESSAGES_MAX;
	ourselves(dp)->now = worker_clock();
	release_rings(dp);
	/* What was cut off by max the last time; then, if that was nothing, the next batch. */
	count = give(dp, messages, max);
	for (int i = 0; i < 2 && !count; i++) {
		dp->messages->rings_first = !dp->messages->rings_first;
		if (!dp->messages->rings_first)
			count = take_rings(dp, messages, max);
		else if (fill(dp, ESTABLISHED))
			count = give(dp, messages, max);
	}
	if (!count && fill(dp, UNPROVED))
		count = give(dp, messages, max);
	if (dp->messages->inbox.next < dp->messages->inbox.count)
		messages_wake(dp);
	return count;
}
