/* SPDX-License-Identifier: MIT */
/* See daemon.h. */
#include "l2tprun/daemon.h"

#include <errno.h>
#include <sys/socket.h>

#include "os/close.h"
#include "os/pass.h"
#include "os/unix_socket.h"

static int refuse(const char *path, int failed, struct error *error)
{
	const char *remedy = failed == EACCES || failed == EPERM ? "run this as root" :
			     failed == EAGAIN ? "it has no time" :
						"is l2tpd running? another socket: -s";

	return error_system(error, failed, NULL, "cannot reach l2tpd on %s (%s)", path, remedy);
}

int daemon_connect(struct daemon *daemon, struct error *error)
{
	int failed;

	if (daemon->fd < 0)
		daemon->fd = os_unix_connect(daemon->path, SOCK_SEQPACKET | SOCK_NONBLOCK, &failed, NULL);
	return daemon->fd >= 0 ? 0 : refuse(daemon->path, failed ? failed : ENAMETOOLONG, error);
}

pid_t daemon_process(const struct daemon *daemon)
{
	struct ucred credentials;
	socklen_t length = sizeof(credentials);

	return getsockopt(daemon->fd, SOL_SOCKET, SO_PEERCRED, &credentials, &length) == 0 ?
		       credentials.pid : 0;
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
	size_t count = 0;

	_Static_assert(KERNEL_ATTACH_FDS_MAX <= OS_PASS_MAX, "all have room");
	while (fds && count < KERNEL_ATTACH_FDS_MAX && fds[count] >= 0)
		count++;
	return result_of(os_pass_send(daemon->fd, attach, sizeof(*attach), fds, count, MSG_DONTWAIT | MSG_NOSIGNAL),
			 sizeof(*attach));
}

enum daemon_result daemon_receive(struct daemon *daemon, struct kernel_attached *attached)
{
	return result_of(recv(daemon->fd, attached, sizeof(*attached), MSG_DONTWAIT), sizeof(*attached));
}
