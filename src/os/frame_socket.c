/* SPDX-License-Identifier: MIT */
/* See frame_socket.h. */
#include "os/frame_socket.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "os/close.h"

#define SOCKET_MODE 0600		/* who may be the PPP end of a call may do much */
#define SOCKET_BUFFER (1 << 20)		/* octets that wait for a client: some hundred frames */

/* Does somebody answer there? */
static bool answers(const struct sockaddr_un *name)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool alive = fd >= 0 && (connect(fd, (const struct sockaddr *)name, sizeof(*name)) == 0 || errno == EAGAIN);

	os_close(&fd);
	return alive;
}

static int remove_stale(const struct sockaddr_un *name, struct error *error)
{
	struct stat st;

	if (lstat(name->sun_path, &st) < 0)
		return 0;	/* or bind() says why */
	if (!S_ISSOCK(st.st_mode))
		return error_set(error, ERROR_EXISTS, "frame_socket",
				 "%s exists and is no socket: remove it, or choose another path", name->sun_path);
	if (answers(name))
		return error_set(error, ERROR_EXISTS, "frame_socket", "%s is in use: choose another path",
				 name->sun_path);
	if (unlink(name->sun_path) < 0)
		return error_system(error, errno, "frame_socket", "cannot remove %s, which is nobody's",
				    name->sun_path);
	return 0;
}

static int listen_on(const struct sockaddr_un *name, struct error *error)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	/* the mode first: the file must not be open to others between bind() and chmod() */
	if (fd >= 0 && fchmod(fd, SOCKET_MODE) == 0 && bind(fd, (const struct sockaddr *)name, sizeof(*name)) == 0) {
		if (chmod(name->sun_path, SOCKET_MODE) == 0 && listen(fd, 1) == 0)
			return fd;
		unlink(name->sun_path);
	}
	error_system(error, errno, "frame_socket", "cannot listen on %s", name->sun_path);
	os_close(&fd);
	return -1;
}

int frame_socket_listen(const char *path, struct error *error)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };

	if (!*path || strlen(path) >= sizeof(name.sun_path))
		return error_set(error, ERROR_VALUE, "frame_socket", "a socket's path has 1 to %zu characters, "
				 "not %zu: %s", sizeof(name.sun_path) - 1, strlen(path), path);
	memcpy(name.sun_path, path, strlen(path));
	return remove_stale(&name, error) < 0 ? -1 : listen_on(&name, error);
}

int frame_socket_accept(int listener)
{
	int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC), size = SOCKET_BUFFER;

	if (fd >= 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));
	return fd;
}

void frame_socket_close(int listener)
{
	struct sockaddr_un name = { .sun_path = "" };
	socklen_t length = sizeof(name);

	if (listener < 0)
		return;
	if (getsockname(listener, (struct sockaddr *)(void *)&name, &length) == 0 && *name.sun_path)
		(void)unlink(name.sun_path);
	close(listener);
}
