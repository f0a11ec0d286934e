/* SPDX-License-Identifier: MIT */
/*
 * See annex.h.  A TUN device has the default routes and the two addresses that the sockets are bound to.
 */
#include "l2tprun/annex.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/udp.h>
#include <sched.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "l2tprun/annex_device.h"
#include "os/close.h"
#include "os/netns.h"

#define PORT_TRIES 1024			/* so many may be in use */

/* --- making it --- */

static int open_post(sa_family_t family)
{
	int fd = socket(family, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_RAW), on = 1;

	if (fd >= 0 && family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_HDRINCL, &on, sizeof(on));
	return fd;
}

/* In the new namespace. */
static bool build(struct annex *annex)
{
	annex->netns = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	annex->ways[0].fd = annex->netns < 0 ? -1 : annex_device_first();
	if (annex->ways[0].fd < 0)
		return false;
	annex->way_count = 1;
	annex->post4 = open_post(AF_INET);
	annex->post6 = open_post(AF_INET6);
	annex->witness = os_udp_ends_open();
	return annex->post4 >= 0 && annex->witness >= 0;
}

static const struct annex closed = { .netns = -1, .post4 = -1, .post6 = -1, .witness = -1 };

/* Who cannot come back does not go. */
static bool step_out(struct annex *annex)
{
	int here = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	bool done;

	if (here < 0 || setns(here, CLONE_NEWNET) < 0 || unshare(CLONE_NEWNET) < 0) {
		os_close(&here);
		return false;
	}
	errno = 0;
	done = build(annex);
	if (!errno)
		errno = EIO;
	netns_leave(here);
	return done;
}

int annex_open(struct annex *annex, struct error *error)
{
	int failed;

	*annex = closed;
	if (step_out(annex))
		return 0;
	failed = errno;
	annex_close(annex);
	return error_system(error, failed, NULL, "cannot make a network namespace for sockets of IP protocol 115");
}

void annex_close(struct annex *annex)
{
	os_close(&annex->netns);
	for (unsigned int i = 0; i < annex->way_count; i++)
		os_close(&annex->ways[i].fd);
	os_close(&annex->post4);
	os_close(&annex->post6);
	os_close(&annex->witness);
	*annex = closed;
}

int annex_way(struct annex *annex, uint32_t scope)
{
	struct annex_way *next = &annex->ways[annex->way_count];
	int saved;

	for (unsigned int i = 0; i < annex->way_count; i++)
		if (annex->ways[i].scope == scope)
			return (int)i;
	saved = annex->way_count < ANNEX_WAYS_MAX ? netns_enter_fd(annex->netns, NULL) : -1;
	if (saved < 0)
		return -1;
	*next = (struct annex_way){ annex_device_of_link(scope), scope };
	netns_leave(saved);
	return next->fd < 0 ? -1 : (int)annex->way_count++;
}

/* --- sockets there --- */

static int open_there(const struct annex *annex, sa_family_t family, int flags)
{
	int saved = netns_enter_fd(annex->netns, NULL), fd;

	if (saved < 0)
		return -1;
	fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC | flags, IPPROTO_UDP);
	netns_leave(saved);
	return fd;
}

/* The next port that nobody has. It is asked for by its number: a socket that got another would lose it when it is
 * connected no more. */
static int bind_some(struct annex *annex, int fd, sa_family_t family, uint16_t *port)
{
	struct sockaddr_storage name;

	for (int i = 0; i < PORT_TRIES; i++) {
		struct endpoint local = { .address = *annex_own(family) };
		socklen_t length;

		if (++annex->last_port == 0)
			annex->last_port = 1;
		local.port = *port = annex->last_port;
		length = endpoint_to_sockaddr(&local, &name);
		if (bind(fd, (struct sockaddr *)&name, length) == 0)
			return 0;
		if (errno != EADDRINUSE)
			return -1;
	}
	return -1;
}

int annex_socket(struct annex *annex, sa_family_t family, bool nonblocking, uint16_t *port)
{
	int fd = open_there(annex, family, nonblocking ? SOCK_NONBLOCK : 0), on = 1;

	if (fd < 0)
		return -1;
	if (family == AF_INET6) {
		(void)setsockopt(fd, IPPROTO_UDP, UDP_NO_CHECK6_RX, &on, sizeof(on));
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	}
	if (bind_some(annex, fd, family, port) < 0)
		os_close(&fd);
	return fd;
}

int annex_connect(int fd, const struct address *peer, uint32_t scope)
{
	struct endpoint there = { .port = 0 };
	struct sockaddr_storage name = { .ss_family = AF_UNSPEC };
	socklen_t length = sizeof(struct sockaddr);

	if (peer) {
		there.address = *peer;
		length = endpoint_to_sockaddr(&there, &name);
		if (name.ss_family == AF_INET6)
			((struct sockaddr_in6 *)(void *)&name)->sin6_scope_id = scope;
	}
	return connect(fd, (struct sockaddr *)&name, length) < 0 ? errno : 0;
}

/* --- datagrams --- */

bool annex_take(const struct annex *annex, unsigned int way, uint8_t buffer[ANNEX_DATAGRAM_MAX],
		struct annex_packet *packet)
{
	ssize_t length;

	/* others are the device's own, as a host's that looks for routers */
	while ((length = read(annex->ways[way].fd, buffer, ANNEX_DATAGRAM_MAX)) > 0)
		if (annex_packet_read(buffer, (size_t)length, packet))
			return true;
	return false;
}

/* By the first way, the loopback takes it from any address; by others, the device's own link. */
void annex_give(const struct annex *annex, unsigned int way, const struct annex_arrival *arrival, uint16_t port)
{
	const struct address *from = &arrival->from;
	struct endpoint to = { .address = *annex_own(from->family), .port = port }, nowhere = { .address = to.address };
	uint8_t head[ANNEX_HEAD_MAX];
	size_t head_length = annex_packet_head(head, arrival, &to);
	struct iovec parts[] = { { head, head_length }, { (void *)(uintptr_t)arrival->octets, arrival->length } };
	struct sockaddr_storage name;
	struct msghdr message = { .msg_name = &name, .msg_iov = parts, .msg_iovlen = 2 };

	if (!head_length)
		return;
	if (way) {
		(void)!writev(annex->ways[way].fd, parts, 2);
		return;
	}
	message.msg_namelen = endpoint_to_sockaddr(&nowhere, &name);
	(void)sendmsg(from->family == AF_INET6 ? annex->post6 : annex->post4, &message, MSG_DONTWAIT);
}

bool annex_find(const struct annex *annex, sa_family_t family, struct os_udp_socket *wanted, size_t count)
{
	int saved = netns_enter_fd(annex->netns, NULL);
	bool known = saved >= 0 && os_udp_find(family, wanted, count);

	netns_leave(saved);
	return known;
}
