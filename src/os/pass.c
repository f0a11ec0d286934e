/* SPDX-License-Identifier: MIT */
/* See pass.h. */
#include "os/pass.h"

#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "os/close.h"

union control {
	struct cmsghdr header;
	char octets[CMSG_SPACE(OS_PASS_MAX * sizeof(int))];
};

ssize_t os_pass_send(int socket, const void *octets, size_t length, const int *fds, size_t count, int flags)
{
	union control control = { .octets = { 0 } };
	struct iovec part = { (void *)(uintptr_t)octets, length };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };

	if (count) {
		message.msg_control = control.octets;
		message.msg_controllen = CMSG_SPACE(count * sizeof(int));
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(count * sizeof(int));
		memcpy(CMSG_DATA(&control.header), fds, count * sizeof(int));
	}
	return sendmsg(socket, &message, flags);
}

static void take(const struct cmsghdr *header, struct os_passed *passed)
{
	size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);

	for (size_t i = 0; i < count; i++) {
		int fd;

		memcpy(&fd, CMSG_DATA(header) + i * sizeof(fd), sizeof(fd));
		if (passed->count < OS_PASS_MAX) {
			passed->fds[passed->count++] = fd;
		} else {
			close(fd);
			passed->cut = true;
		}
	}
}

ssize_t os_pass_receive(int socket, void *octets, size_t length, struct os_passed *passed, int flags)
{
	union control control;
	struct iovec part = { octets, length };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.octets,
				  .msg_controllen = sizeof(control.octets) };
	ssize_t got = recvmsg(socket, &message, flags | MSG_CMSG_CLOEXEC);

	_Static_assert(OS_PASS_MAX == 4, "none of them is there");
	*passed = (struct os_passed){ .fds = { -1, -1, -1, -1 }, .cut = got >= 0 && message.msg_flags & MSG_CTRUNC };
	if (got < 0)
		return got;
	for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header))
		if (header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS)
			take(header, passed);
	return got;
}

void os_pass_close(struct os_passed *passed)
{
	for (size_t i = 0; i < passed->count; i++)
		os_close(&passed->fds[i]);
}
