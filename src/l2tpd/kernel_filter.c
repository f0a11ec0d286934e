/* SPDX-License-Identifier: MIT */
/*
 * Packet filters of programs (PPPIOCSPASS, PPPIOCSACTIVE): code that only a kernel checks and runs as a kernel would.
 * So this one does: a filter is a socket that is connected to itself, which drops what does not pass.
 */
#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "l2tpd/kernel_internal.h"
#include "os/cbpf.h"

static int connect_to_itself(int fd)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	socklen_t length = sizeof(name.sun_family);	/* a name that nobody has */

	if (bind(fd, (struct sockaddr *)&name, length) < 0)
		return -1;
	length = sizeof(name);
	return getsockname(fd, (struct sockaddr *)&name, &length) < 0 ? -1 :
	       connect(fd, (struct sockaddr *)&name, length);
}

/* Before it was connected anybody could send to it: what is there would be taken for packets that passed. */
static void drop_strangers(int fd)
{
	uint8_t first;

	while (recv(fd, &first, sizeof(first), MSG_DONTWAIT) >= 0)
		;
}

int filter_new(void *context, const void *code, uint16_t count)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), failed;

	if (fd < 0)
		return -errno;
	if (connect_to_itself(fd) == 0 && cbpf_attach(fd, SO_ATTACH_FILTER, code, count) == 0) {
		drop_strangers(fd);
		return fd;
	}
	failed = errno;
	close(fd);
	return -failed;
}

void filter_free(void *context, int filter)
{
	close(filter);
}

bool filter_passes(void *context, int filter, const uint8_t *octets, size_t length)
{
	uint8_t first;

	return send(filter, octets, length, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0 &&
	       recv(filter, &first, sizeof(first), MSG_DONTWAIT) > 0;
}
