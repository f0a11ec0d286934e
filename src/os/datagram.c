/* SPDX-License-Identifier: MIT */
/* See datagram.h. */
#include "os/datagram.h"

#include <errno.h>
#include <sys/socket.h>

#include "os/close.h"

static void map_v4(struct sockaddr_storage *sockaddr, socklen_t *length)
{
	struct sockaddr_in v4 = *(struct sockaddr_in *)(void *)sockaddr;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)(void *)sockaddr;

	*v6 = (struct sockaddr_in6){ .sin6_family = AF_INET6, .sin6_port = v4.sin_port };
	v6->sin6_addr.s6_addr[10] = v6->sin6_addr.s6_addr[11] = 0xff;
	for (int i = 0; i < 4; i++)
		v6->sin6_addr.s6_addr[12 + i] = ((const uint8_t *)&v4.sin_addr)[i];
	*length = sizeof(*v6);
}

static bool bind_to(int fd, sa_family_t family, const struct endpoint *local, bool both)
{
	struct endpoint end = *local;
	struct sockaddr_storage sockaddr;
	int only = !both;
	socklen_t length;

	if (end.address.family == AF_UNSPEC)
		end.address = (struct address){ .family = family };
	length = endpoint_to_sockaddr(&end, &sockaddr);
	if (family == AF_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof(only)) < 0)
		return false;
	return bind(fd, (const struct sockaddr *)&sockaddr, length) == 0;
}

int os_datagram_open(sa_family_t family, const struct endpoint *local, bool both, struct error *error)
{
	int fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), failed;
	char text[ENDPOINT_TEXT_MAX];

	if (fd >= 0 && bind_to(fd, family, local, both))
		return fd;
	failed = errno;
	os_close(&fd);
	endpoint_format(local, text, sizeof(text));
	return error_system(error, failed, NULL, "cannot open UDP socket %s", text);
}

void os_datagram_send(int fd, const struct endpoint *peer, const void *octets, size_t length)
{
	struct sockaddr_storage sockaddr, own;
	socklen_t size = endpoint_to_sockaddr(peer, &sockaddr), own_size = sizeof(own);

	if (getsockname(fd, (struct sockaddr *)&own, &own_size) < 0)
		return;
	if (own.ss_family == AF_INET6 && sockaddr.ss_family == AF_INET)
		map_v4(&sockaddr, &size);
	(void)!sendto(fd, octets, length, MSG_DONTWAIT, (const struct sockaddr *)&sockaddr, size);
}

size_t os_datagram_receive(int fd, void *octets, size_t size, struct endpoint *peer)
{
	struct sockaddr_storage sockaddr;
	socklen_t length = sizeof(sockaddr);
	ssize_t count = recvfrom(fd, octets, size, MSG_DONTWAIT, (struct sockaddr *)&sockaddr, &length);

	return count > 0 && endpoint_from_sockaddr(&sockaddr, peer) ? (size_t)count : 0;
}

void os_datagram_close(int fd)
{
	os_close(&fd);
}
