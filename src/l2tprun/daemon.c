/* SPDX-License-Identifier: MIT */
/* See daemon.h. */
#include "l2tprun/daemon.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "os/close.h"

static int refuse(const char *path, int failed, struct error *error)
{
	const char *remedy = failed == EACCES || failed == EPERM ? "run this as root" :
			     failed == EAGAIN ? "it has no time" :
						"is l2tpd running? another socket: -s";

	return error_system(error, failed, NULL, "cannot reach l2tpd on %s (%s)", path, remedy);
}

int daemon_connect(struct daemon *daemon, struct error *error)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int fd, failed;

	if (daemon->fd >= 0)
		return 0;
	if (strlen(daemon->path) >= sizeof(name.sun_path))
		return refuse(daemon->path, ENAMETOOLONG, error);
	memcpy(name.sun_path, daemon->path, strlen(daemon->path));
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&name, sizeof(name)) == 0) {
		daemon->fd = fd;
		return 0;
	}
	failed = errno;
	os_close(&fd);
	return refuse(daemon->path, failed, error);
}

void daemon_close(struct daemon *daemon)
{
	os_close(&daemon->fd);
}

static enum daemon_result result_of(ssize_t done, size_t wanted)
{
	if (done == (ssize_t)wanted)
		return DAEMON_DONE;
	if (done < 0 && (errno == EAGAIN || errno == EINTR))
		return DAEMON_LATER;
	if (done >= 0)
		errno = done ? EPROTO : 0;	/* cut off, or the end */
	return DAEMON_LOST;
}

enum daemon_result daemon_send(struct daemon *daemon, const struct kernel_attach *attach, const int *fds)
{
	union {
		struct cmsghdr header;
		char octets[CMSG_SPACE(KERNEL_ATTACH_FDS_MAX * sizeof(int))];
	} control = { .octets = { 0 } };
	struct iovec part = { (void *)(uintptr_t)attach, sizeof(*attach) };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };

	size_t count = 0;

	while (fds && count < KERNEL_ATTACH_FDS_MAX && fds[count] >= 0)
		count++;
	if (count) {
		message.msg_control = control.octets;
		message.msg_controllen = CMSG_SPACE(count * sizeof(int));
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(count * sizeof(int));
		memcpy(CMSG_DATA(&control.header), fds, count * sizeof(int));
	}
	return result_of(sendmsg(daemon->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL), sizeof(*attach));
}

enum daemon_result daemon_receive(struct daemon *daemon, struct kernel_attached *attached)
{
	return result_of(recv(daemon->fd, attached, sizeof(*attached), MSG_DONTWAIT), sizeof(*attached));
}
