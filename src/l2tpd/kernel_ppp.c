/* SPDX-License-Identifier: MIT */
/*
 * What programs opened as /dev/ppp: one end each of a pair of sockets, whose messages are frames.  See kernel/ppp.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "l2tpd/kernel_internal.h"
#include "os/clock.h"
#include "os/socket.h"

#define FRAME_MAX 65536
#define AT_ONCE 16			/* frames of one, before others have their turn */

/* --- bridges --- */

static int pair_new(void *context, int ends[2])
{
	return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) < 0 ? errno : 0;
}

static void pair_free(void *context, const int ends[2])
{
	close(ends[0]);
	close(ends[1]);
}

/* --- frames --- */

/* Who is too slow loses them, as on a line. */
static void give(void *context, void *owner, const void *octets, size_t length)
{
	const struct opened *opened = owner;

	(void)send(opened->base.fd, octets, length, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void end(void *context, void *owner)
{
	const struct opened *opened = owner;

	(void)shutdown(opened->base.fd, SHUT_WR);
}

static struct kernel_line *line(void *context, struct kernel_ppp *ppp, const char *netns, int32_t index)
{
	const struct kernel_api *api = context;

	return kernel_line_of_channel(api->kernel, ppp, netns, index);
}

static uint64_t now(void *context)
{
	return os_clock_ms();
}

/* False: it was closed. */
static bool take_frame(struct opened *opened, bool *more)
{
	static uint8_t frame[FRAME_MAX];
	ssize_t length = recv(opened->base.fd, frame, sizeof(frame), MSG_DONTWAIT);

	*more = length >= 0;
	if (length > 0)
		kernel_file_write(opened->file, frame, (size_t)length);
	return length > 0 || (length == 0 && !os_socket_has_ended(opened->base.fd)) ||
	       (length < 0 && (errno == EAGAIN || errno == EINTR));
}

/* --- coming and going --- */

static void opened_free(struct served *served)
{
	struct opened *opened = (struct opened *)served;

	watch_end(opened->readable);
	kernel_file_free(opened->file);
	served_end(served);
	free(opened);
}

static const struct served_kind opened_kind = { sizeof(struct opened), opened_free };

static void readable(evutil_socket_t fd, short what, void *context)
{
	struct opened *opened = context;
	struct kernel_api *api = opened->base.api;
	bool open = true, more = true;

	for (int i = 0; i < AT_ONCE && open && more; i++)
		open = take_frame(opened, &more);
	if (!open)
		opened_free(&opened->base);
	api->changed(api->context);
}

static bool begin(struct opened *opened, int netns)
{
	struct kernel_api *api = opened->base.api;
	int fd = opened->base.fd;

	if (fd < 0 || !served_enter(&opened->base, netns))
		return false;
	opened->file = kernel_file_new(api->ppp, served_netns(&opened->base), opened);
	opened->readable = event_new(api->loop, fd, EV_READ | EV_PERSIST, readable, opened);
	return opened->file && opened->readable && event_add(opened->readable, NULL) == 0;
}

int opened_new(struct supervisor *supervisor, const struct kernel_attach *attach, const int fds[KERNEL_PPP_FDS])
{
	int frames = fcntl(fds[KERNEL_PPP_FD_FRAMES], F_DUPFD_CLOEXEC, 0);
	struct opened *opened = served_new(&opened_kind, supervisor, attach->client, frames);

	if (!opened)
		return ENOMEM;
	if (begin(opened, fds[KERNEL_PPP_FD_NETNS]))
		return 0;
	opened_free(&opened->base);
	return ENOMEM;
}

struct opened *opened_find(const struct supervisor *supervisor, uint64_t number)
{
	return served_find(&opened_kind, supervisor, number);
}

/* What its argument points to, as long as that may be. Freed by the caller. */
static void *read_code(int fd, size_t *length)
{
	uint8_t *code = malloc(KERNEL_ATTACH_CODE_MAX);
	ssize_t got = code ? pread(fd, code, KERNEL_ATTACH_CODE_MAX, 0) : -1;

	*length = got < 0 ? 0 : (size_t)got;
	return code;
}

int opened_call(struct opened *opened, const struct kernel_attach *attach, int code_fd, struct kernel_attached *told)
{
	struct kernel_api *api = opened->base.api;
	struct kernel_ioctl ioctl = { .command = (uint32_t)attach->value, .length = attach->length };
	void *code = NULL;
	int failed;

	_Static_assert(sizeof(ioctl.octets) == sizeof(attach->octets), "what comes has room, and what goes");
	if (attach->option != KERNEL_CALL_IOCTL)
		return ENOTSOCK;
	memcpy(ioctl.octets, attach->octets, sizeof(ioctl.octets));
	if (code_fd >= 0)
		code = read_code(code_fd, &ioctl.code_length);
	ioctl.code = code;
	failed = kernel_file_ioctl(opened->file, &ioctl, os_clock_ms());
	free(code);
	told->length = (uint32_t)ioctl.length;
	memcpy(told->octets, ioctl.octets, sizeof(told->octets));
	api->changed(api->context);
	return failed;
}

bool opened_begin(struct kernel_api *api)
{
	const struct kernel_ppp_host host = {
		.context = api, .device_new = unit_device_new, .device_free = unit_device_free,
		.device_watch = unit_device_watch, .device_write = unit_device_write, .filter_new = filter_new,
		.filter_free = filter_free, .filter_passes = filter_passes, .now = now, .pair_new = pair_new,
		.pair_free = pair_free, .give = give, .end = end, .line = line,
	};

	api->ppp = kernel_ppp_new(&host);
	return api->ppp;
}
