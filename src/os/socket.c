/* SPDX-License-Identifier: MIT */
/* See socket.h. */
#include "os/socket.h"

#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "os/netns.h"

static bool get_end(int fd, int (*get)(int, struct sockaddr *, socklen_t *), struct endpoint *end)
{
	struct sockaddr_storage name;
	socklen_t length = sizeof(name);
	struct endpoint told;

	if (get(fd, (struct sockaddr *)&name, &length) < 0 || !endpoint_from_sockaddr(&name, &told))
		return false;
	*end = told;
	return true;
}

bool os_socket_local(int fd, struct endpoint *end)
{
	return get_end(fd, getsockname, end);
}

bool os_socket_peer(int fd, struct endpoint *end)
{
	return get_end(fd, getpeername, end);
}

int os_socket_option(int fd, int level, int option)
{
	int value;
	socklen_t length = sizeof(value);

	return getsockopt(fd, level, option, &value, &length) < 0 ? -1 : value;
}

void os_socket_interface(int fd, char name[IF_NAMESIZE])
{
	socklen_t length = IF_NAMESIZE;

	if (getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, &length) < 0 || !length)
		name[0] = '\0';
}

uint64_t os_socket_cookie(int fd)
{
	uint64_t cookie;
	socklen_t length = sizeof(cookie);

	return getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &length) < 0 ? 0 : cookie;
}

uint64_t os_socket_netns(int fd)
{
	int netns = ioctl(fd, SIOCGSKNS);
	uint64_t identity;

	if (netns < 0)
		return 0;
	identity = netns_identity_fd(netns);
	close(netns);
	return identity;
}

bool os_socket_has_ended(int fd)
{
	struct pollfd socket = { .fd = fd, .events = POLLRDHUP };

	return poll(&socket, 1, 0) != 0;
}
