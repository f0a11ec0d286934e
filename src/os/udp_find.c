/* SPDX-License-Identifier: MIT */
/* See udp_find.h. */
#include "os/udp_find.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ENDS_BUFFER (1 << 20)	/* octets: all UDP sockets that end in a namespace are told of */

struct wanted {
	struct os_udp_socket *sockets;		/* by cookies */
	size_t count;
};

static int compare(const void *a, const void *b)
{
	uint64_t one = ((const struct os_udp_socket *)a)->cookie, other = ((const struct os_udp_socket *)b)->cookie;

	return one < other ? -1 : one > other;
}

static struct os_udp_socket *get(const struct os_udp_socket *sockets, size_t count, uint64_t cookie)
{
	struct os_udp_socket key = { .cookie = cookie };

	return bsearch(&key, sockets, count, sizeof(key), compare);
}

const struct os_udp_socket *os_udp_get(const struct os_udp_socket *sockets, size_t count, uint64_t cookie)
{
	return get(sockets, count, cookie);
}

static uint64_t cookie_of(const struct inet_diag_msg *socket)
{
	return (uint64_t)socket->id.idiag_cookie[1] << 32 | socket->id.idiag_cookie[0];
}

static void read_end(sa_family_t family, const __be32 *address, __be16 port, struct endpoint *end)
{
	*end = (struct endpoint){ .address.family = family, .port = ntohs(port) };
	memcpy(end->address.bytes, address, family == AF_INET6 ? 16 : 4);
}

static int look(const struct nlmsghdr *message, void *context)
{
	const struct wanted *wanted = context;
	const struct inet_diag_msg *one = mnl_nlmsg_get_payload(message);
	struct os_udp_socket *found;

	if (mnl_nlmsg_get_payload_len(message) < sizeof(*one))
		return MNL_CB_OK;
	found = get(wanted->sockets, wanted->count, cookie_of(one));
	if (!found)
		return MNL_CB_OK;
	read_end(one->idiag_family, one->id.idiag_src, one->id.idiag_sport, &found->local);
	read_end(one->idiag_family, one->id.idiag_dst, one->id.idiag_dport, &found->peer);
	found->found = true;
	return MNL_CB_OK;
}

static bool ask(struct mnl_socket *socket, sa_family_t family)
{
	char buffer[256];
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct inet_diag_req_v2 *request = mnl_nlmsg_put_extra_header(message, sizeof(*request));

	message->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	message->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	request->sdiag_family = (uint8_t)family;
	request->sdiag_protocol = IPPROTO_UDP;
	request->idiag_states = ~0u;
	return mnl_socket_sendto(socket, message, message->nlmsg_len) >= 0;
}

static bool read_answer(struct mnl_socket *socket, struct wanted *wanted)
{
	char buffer[8192];
	ssize_t length;
	int more = 1;

	while (more > 0) {
		length = mnl_socket_recvfrom(socket, buffer, sizeof(buffer));
		more = length < 0 ? -1 : mnl_cb_run(buffer, (size_t)length, 0, 0, look, wanted);
	}
	return more == 0;
}

bool os_udp_find(sa_family_t family, struct os_udp_socket *sockets, size_t count)
{
	struct mnl_socket *socket = mnl_socket_open2(NETLINK_SOCK_DIAG, SOCK_CLOEXEC);
	struct wanted wanted = { sockets, count };
	bool done;

	qsort(sockets, count, sizeof(*sockets), compare);
	for (size_t i = 0; i < count; i++)
		sockets[i].found = false;
	done = socket && mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) == 0 && ask(socket, family) &&
	       read_answer(socket, &wanted);
	for (size_t i = 0; i < count && !done; i++)
		sockets[i].found = false;
	if (socket)
		mnl_socket_close(socket);
	return done;
}

/* --- when they are gone --- */

int os_udp_ends_open(void)
{
	struct sockaddr_nl groups = { .nl_family = AF_NETLINK };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_SOCK_DIAG);
	int buffer = ENDS_BUFFER;

	if (fd < 0)
		return -1;
	groups.nl_groups = 1u << (SKNLGRP_INET_UDP_DESTROY - 1) | 1u << (SKNLGRP_INET6_UDP_DESTROY - 1);
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof(buffer));
	if (bind(fd, (struct sockaddr *)&groups, sizeof(groups)) == 0)
		return fd;
	close(fd);
	return -1;
}

bool os_udp_end(int ends, uint64_t *cookie, bool *missed)
{
	union {
		struct nlmsghdr header;
		char octets[512];
	} message;
	const struct inet_diag_msg *end = NLMSG_DATA(&message.header);
	ssize_t length = recv(ends, &message, sizeof(message), MSG_DONTWAIT);

	*cookie = 0;
	if (length >= (ssize_t)NLMSG_LENGTH(sizeof(*end)) && message.header.nlmsg_type == SOCK_DIAG_BY_FAMILY)
		*cookie = cookie_of(end);
	if (length < 0 && errno == ENOBUFS)
		return *missed = true;
	return length >= 0;
}
