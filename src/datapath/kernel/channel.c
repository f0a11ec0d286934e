/* SPDX-License-Identifier: MIT */
/* See channel.h. */
#include "datapath/kernel/channel.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define PATIENCE_MS 300
#define STEP_MS 3

struct native_channel {
	struct mnl_socket *socket;
	struct mnl_socket *notices;	/* NULL: there are none */
	uint32_t sequence;
	_Alignas(struct nlmsghdr) char answer[8192];	/* a session's record has some 300 octets */
};

/* Who does not hear what others do finds it out later. */
static struct mnl_socket *open_notices(uint32_t group)
{
	struct mnl_socket *socket = group ? mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC | SOCK_NONBLOCK) : NULL;

	if (!socket || (mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) == 0 &&
			mnl_socket_setsockopt(socket, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) == 0))
		return socket;
	mnl_socket_close(socket);
	return NULL;
}

struct native_channel *native_channel_open(uint32_t group, struct error *error)
{
	struct native_channel *channel = calloc(1, sizeof(*channel));

	if (!channel) {
		error_system(error, ENOMEM, NULL, "cannot speak with the kernel");
		return NULL;
	}
	channel->socket = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!channel->socket || mnl_socket_bind(channel->socket, 0, MNL_SOCKET_AUTOPID) < 0) {
		error_system(error, errno, NULL, "cannot open a generic netlink socket");
		native_channel_close(channel);
		return NULL;
	}
	channel->notices = open_notices(group);
	return channel;
}

void native_channel_close(struct native_channel *channel)
{
	if (!channel)
		return;
	if (channel->socket)
		mnl_socket_close(channel->socket);
	if (channel->notices)
		mnl_socket_close(channel->notices);
	free(channel);
}

int native_channel_notices(const struct native_channel *channel)
{
	return channel->notices ? mnl_socket_get_fd(channel->notices) : -1;
}

ssize_t native_channel_hear(const struct native_channel *channel, char *octets, size_t size)
{
	ssize_t length;

	if (!channel->notices)
		return 0;
	do
		length = mnl_socket_recvfrom(channel->notices, octets, size);
	while (length < 0 && errno == EINTR);
	if (length < 0)
		return errno == ENOBUFS ? -1 : 0;
	return length;
}

static int take(const struct nlmsghdr *message, void *context)
{
	if (context)
		native_record_read(message, context);
	return MNL_CB_OK;
}

int native_channel_request(struct native_channel *channel, struct nlmsghdr *request, struct native_record *record)
{
	unsigned int port = mnl_socket_get_portid(channel->socket);
	int verdict = 1;

	request->nlmsg_seq = ++channel->sequence;
	if (mnl_socket_sendto(channel->socket, request, request->nlmsg_len) < 0)
		return -1;
	while (verdict > 0) {
		ssize_t length = mnl_socket_recvfrom(channel->socket, channel->answer, sizeof(channel->answer));

		if (length < 0)
			return -1;
		verdict = mnl_cb_run(channel->answer, (size_t)length, request->nlmsg_seq, port, take, record);
	}
	return verdict;
}

int native_channel_create(struct native_channel *channel, struct nlmsghdr *request)
{
	for (int waited = 0;; waited += STEP_MS) {
		if (native_channel_request(channel, request, NULL) == 0)
			return 0;
		if (errno != EEXIST || waited >= PATIENCE_MS)
			return -1;
		usleep(STEP_MS * 1000);
	}
}

void native_channel_await_end(struct native_channel *channel, struct nlmsghdr *get)
{
	for (int waited = 0; waited < PATIENCE_MS && native_channel_request(channel, get, NULL) == 0;
	     waited += STEP_MS)
		usleep(STEP_MS * 1000);
}
