/* SPDX-License-Identifier: MIT */
/* See route.h. A connected UDP socket is asked: nothing is sent, and learnt path MTUs are included. */
#include "os/route.h"

#include <string.h>
#include <unistd.h>

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

static int ask(int fd, const struct route_query *query, uint32_t *mtu)
{
	struct endpoint peer = *query->peer;
	struct sockaddr_storage name;
	socklen_t length, size = sizeof(int);
	bool ipv6 = peer.address.family == AF_INET6;
	int value;

	if (!peer.port)
		peer.port = ROUTE_PORT;
	length = endpoint_to_sockaddr(&peer, &name);
	if (connect(fd, (struct sockaddr *)&name, length) < 0)
		return -1;
	if (getsockopt(fd, ipv6 ? IPPROTO_IPV6 : IPPROTO_IP, ipv6 ? IPV6_MTU : IP_MTU, &value, &size) < 0)
		return -1;
	*mtu = (uint32_t)value;
	return 0;
}

int route_path_mtu(const struct route_query *query, uint32_t *mtu)
{
	int fd = socket(query->peer->address.family, SOCK_DGRAM | SOCK_CLOEXEC, 0), result = -1;

	if (fd < 0)
		return -1;
	if (prepare(fd, query) == 0)
		result = ask(fd, query, mtu);
	close(fd);
	return result;
}
