/* SPDX-License-Identifier: MIT */
/*
 * Opening the API's socket.  Whether the path is in use is decided by a lock beside it, which
 * the kernel drops with the process that held it: two daemons that start at once cannot both
 * find the socket stale.  A connect() then tells of programs that know nothing of the lock.
 * The lock file stays when the daemon ends; removing it would bring the race back.
 *
 * It is a lock of fcntl(), not of flock(): the kernel drops the former when a killed process
 * begins to end, the latter not before it has closed all devices, which takes seconds and which
 * only a successor can shorten (by removing them at once).  The dead process's socket takes
 * connections as long, so who would answer on it is asked too.
 */
#include "os/unix_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "os/close.h"
#include "os/process.h"

#define SOCKET_BACKLOG 1024	/* clients that wait while the control thread is busy */
#define LOCK_RETRY_US 5000	/* while the threads of a process that was killed end ... */
#define LOCK_RETRIES 1000	/* ... which takes moments, or seconds on a machine that is overloaded */

static int socket_name(const char *path, struct sockaddr_un *name, struct error *error)
{
	if (!path[0] || strlen(path) >= sizeof(name->sun_path))
		return error_set(error, ERROR_VALUE, NULL, "a socket's path has 1 to %zu characters, not %zu: %s",
				 sizeof(name->sun_path) - 1, strlen(path), path);
	memset(name, 0, sizeof(*name));
	name->sun_family = AF_UNIX;
	memcpy(name->sun_path, path, strlen(path));
	return 0;
}

/* Only the last folder is made: /run/l2tpd is lost at each boot, what lies above it is not ours. */
static void make_folder(const char *path)
{
	char folder[sizeof(((struct sockaddr_un *)0)->sun_path)];
	char *slash;

	snprintf(folder, sizeof(folder), "%s", path);
	slash = strrchr(folder, '/');
	if (!slash || slash == folder)
		return;
	*slash = '\0';
	mkdir(folder, 0755);	/* if it fails the lock's open() says why */
}

static int in_use(const char *path, struct error *error)
{
	return error_set(error, ERROR_EXISTS, NULL,
			 "another l2tpd answers on %s: stop that one, or give this one its own socket with -s", path);
}

/* 0 once it is ours, or -1 with errno. EAGAIN: a living process has it. */
static int lock_whole(int fd)
{
	struct flock wanted = { .l_type = F_WRLCK, .l_whence = SEEK_SET }, held;

	for (int tries = 0; fcntl(fd, F_SETLK, &wanted) < 0; tries++) {
		if (errno != EAGAIN && errno != EACCES)
			return -1;
		held = wanted;
		if (tries == LOCK_RETRIES || fcntl(fd, F_GETLK, &held) < 0 ||
		    (held.l_type != F_UNLCK && !os_process_is_ending(held.l_pid))) {
			errno = EAGAIN;
			return -1;
		}
		usleep(LOCK_RETRY_US);
	}
	return 0;
}

static int take_lock(const char *path, struct error *error)
{
	char lock[sizeof(((struct sockaddr_un *)0)->sun_path) + sizeof(".lock")];
	int fd;

	snprintf(lock, sizeof(lock), "%s.lock", path);
	fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return error_system(error, errno, NULL, "cannot create %s (another place: -s)", lock);
	if (lock_whole(fd) == 0)
		return fd;
	if (errno == EAGAIN)
		in_use(path, error);
	else
		error_system(error, errno, NULL, "cannot lock %s", lock);
	close(fd);
	return -1;
}

/* The one who called listen(): will it ever accept? */
static bool peer_is_ending(int fd)
{
	struct ucred peer;
	socklen_t length = sizeof(peer);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 && os_process_is_ending(peer.pid);
}

/* We hold the lock: whatever socket is there is stale, unless a stranger answers on it. */
static int remove_stale(const char *path, int type, struct error *error)
{
	struct stat st;
	bool answers;
	int fd;

	if (lstat(path, &st) < 0)
		return errno == ENOENT ? 0 : error_system(error, errno, NULL, "cannot look at %s", path);
	if (!S_ISSOCK(st.st_mode))
		return error_set(error, ERROR_EXISTS, NULL,
				 "%s exists and is not a socket: remove it, or use -s", path);
	fd = os_unix_connect(path, type, NULL, NULL);
	if (fd >= 0) {
		answers = !peer_is_ending(fd);
		close(fd);
		if (answers)
			return in_use(path, error);
	}
	if (unlink(path) < 0)
		return error_system(error, errno, NULL, "cannot remove %s, which another daemon left", path);
	return 0;
}

static int bind_socket(const struct sockaddr_un *name, int type, unsigned int mode, struct error *error)
{
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return error_system(error, errno, NULL, "cannot open a socket");
	/* the mode first: the file must not be open to others between bind() and chmod() */
	if (fchmod(fd, mode) < 0 || bind(fd, (const struct sockaddr *)name, sizeof(*name)) < 0 ||
	    chmod(name->sun_path, mode) < 0 || listen(fd, SOCKET_BACKLOG) < 0) {
		error_system(error, errno, NULL, "cannot listen on %s", name->sun_path);
		close(fd);
		return -1;
	}
	return fd;
}

int os_listen(const char *path, int type, unsigned int mode, struct os_listener *listener, struct error *error)
{
	struct sockaddr_un name;

	*listener = (struct os_listener){ .fd = -1, .lock_fd = -1 };
	if (socket_name(path, &name, error) < 0)
		return -1;
	make_folder(path);
	listener->lock_fd = take_lock(path, error);
	if (listener->lock_fd < 0)
		return -1;
	if (remove_stale(path, type, error) < 0)
		goto fail;
	listener->fd = bind_socket(&name, type, mode, error);
	if (listener->fd < 0)
		goto fail;
	memcpy(listener->path, name.sun_path, sizeof(listener->path));
	return 0;
fail:
	close(listener->lock_fd);
	listener->lock_fd = -1;
	return -1;
}

void os_listen_close(struct os_listener *listener)
{
	if (listener->fd >= 0) {
		unlink(listener->path);
		close(listener->fd);
	}
	os_close(&listener->lock_fd);
	listener->fd = listener->lock_fd = -1;
}

int os_unix_connect(const char *path, int type, int *errno_value, struct error *error)
{
	struct sockaddr_un name;
	int fd, failed;

	if (errno_value)
		*errno_value = 0;
	if (socket_name(path, &name, error) < 0)
		return -1;
	fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (const struct sockaddr *)&name, sizeof(name)) == 0)
		return fd;
	failed = errno;
	error_system(error, failed, NULL, "cannot connect to %s", path);
	os_close(&fd);
	if (errno_value)
		*errno_value = failed;
	return -1;
}
