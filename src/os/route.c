/* SPDX-License-Identifier: MIT */
/* See route.h. A connected UDP socket is asked: nothing is sent, and learnt path MTUs are included. */
#include "os/route.h"

#include <string.h>
#include <unistd.h>

#include "os/netns.h"
#include "os/socket.h"

#define ROUTE_PORT 1701			/* connect() wants one; any will do */

static int prepare(int fd, const struct route_query *query)
{
	struct endpoint local = { .address = *query->source };
	struct sockaddr_storage name;
	socklen_t length;

	if (*query->bind_interface && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, query->bind_interface,
						 (socklen_t)strlen(query->bind_interface)) < 0)
		return -1;
	if (query->fwmark && setsockopt(fd, SOL_SOCKET, SO_MARK, &query->fwmark, sizeof(query->fwmark)) < 0)
		return -1;
	length = endpoint_to_sockaddr(&local, &name);
	return length ? bind(fd, (struct sockaddr *)&name, length) : 0;
}

static int open_connected_here(const struct route_query *query)
{
	int fd = socket(query->peer->address.family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct endpoint peer = *query->peer;
	struct sockaddr_storage name;
	socklen_t length;

	if (fd < 0)
		return -1;
	if (!peer.port)
		peer.port = ROUTE_PORT;
	length = endpoint_to_sockaddr(&peer, &name);
	if (prepare(fd, query) == 0 && connect(fd, (struct sockaddr *)&name, length) == 0)
		return fd;
	close(fd);
	return -1;
}

/* A socket connected to the peer; -1 when there is no route. */
static int open_connected(const struct route_query *query)
{
	int saved = netns_enter(query->netns, NULL), fd;

	if (saved < 0)
		return -1;
	fd = open_connected_here(query);
	netns_leave(saved);
	return fd;
}

int route_path_mtu(const struct route_query *query, uint32_t *mtu)
{
	bool ipv6 = query->peer->address.family == AF_INET6;
	int fd = open_connected(query), value, result;
	socklen_t size = sizeof(value);

	if (fd < 0)
		return -1;
	result = getsockopt(fd, ipv6 ? IPPROTO_IPV6 : IPPROTO_IP, ipv6 ? IPV6_MTU : IP_MTU, &value, &size);
	if (result == 0)
		*mtu = (uint32_t)value;
	close(fd);
	return result;
}

int route_source(const struct route_query *query, struct address *source)
{
	int fd = open_connected(query), result = -1;
	struct endpoint local;

	if (fd < 0)
		return -1;
	if (os_socket_local(fd, &local)) {
		*source = local.address;
		result = 0;
	}
	close(fd);
	return result;
}
