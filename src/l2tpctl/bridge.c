/* SPDX-License-Identifier: MIT */
/*
 * Two pipes that do not wait for each other: a daemon that is still sending a long list must not keep the next call
 * from it, nor the other way round.
 */
#include "l2tpctl/bridge.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#define BUFFER_OCTETS 65536

struct pipe {
	int in, out;
	size_t begin, end;	/* what is in the buffer */
	bool ended;		/* in has no more */
	char buffer[BUFFER_OCTETS];
};

static bool pending(int errno_value)
{
	return errno_value == EAGAIN || errno_value == EWOULDBLOCK || errno_value == EINTR;
}

static short wants_in(const struct pipe *pipe)
{
	return !pipe->ended && pipe->begin == pipe->end ? POLLIN : 0;
}

static short wants_out(const struct pipe *pipe)
{
	return pipe->begin < pipe->end ? POLLOUT : 0;
}

static bool finished(const struct pipe *pipe)
{
	return pipe->ended && pipe->begin == pipe->end;
}

static int fill(struct pipe *pipe, struct error *error)
{
	ssize_t got = read(pipe->in, pipe->buffer, sizeof(pipe->buffer));

	if (got < 0 && pending(errno))
		return 0;
	if (got < 0 && errno != ECONNRESET)
		return error_system(error, errno, NULL, "cannot read");
	pipe->ended = got <= 0;
	pipe->begin = 0;
	pipe->end = got > 0 ? (size_t)got : 0;
	return 0;
}

static int drain(struct pipe *pipe, struct error *error)
{
	ssize_t put = write(pipe->out, pipe->buffer + pipe->begin, pipe->end - pipe->begin);

	if (put < 0 && !pending(errno))
		return error_system(error, errno, NULL, "cannot write");
	pipe->begin += put > 0 ? (size_t)put : 0;
	return 0;
}

static int move(struct pipe *pipe, struct error *error)
{
	if (wants_in(pipe) && fill(pipe, error) < 0)
		return -1;
	return wants_out(pipe) ? drain(pipe, error) : 0;
}

/* Wait until one of them can go on. A descriptor that nothing is wanted of is left out: its end would be told
 * again and again. */
static void wait_for(const struct pipe *up, const struct pipe *down, int socket)
{
	struct pollfd fds[] = {
		{ .fd = wants_in(up) ? up->in : -1, .events = wants_in(up) },
		{ .fd = wants_out(down) ? down->out : -1, .events = wants_out(down) },
		{ .fd = socket, .events = (short)(wants_out(up) | wants_in(down)) },
	};

	if (!fds[2].events)
		fds[2].fd = -1;
	poll(fds, 3, -1);
}

static void make_nonblocking(int fd)
{
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

int bridge_run(int from, int to, int socket, struct error *error)
{
	static struct pipe up, down;	/* large, and there is one bridge in a program */
	bool told = false;

	up = (struct pipe){ .in = from, .out = socket };
	down = (struct pipe){ .in = socket, .out = to };
	make_nonblocking(from);
	make_nonblocking(to);
	make_nonblocking(socket);
	while (!finished(&down)) {
		wait_for(&up, &down, socket);
		if (move(&up, error) < 0 || move(&down, error) < 0)
			return -1;
		if (finished(&up) && !told) {
			shutdown(socket, SHUT_WR);
			told = true;
		}
	}
	return 0;
}
