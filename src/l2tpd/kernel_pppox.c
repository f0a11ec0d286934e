/* SPDX-License-Identifier: MIT */
/*
 * Sockets of AF_PPPOX that programs have connected.  What a program has in its hands is a socket of AF_UNIX, which
 * becomes connected to us when its connect() succeeds; frames are the datapath's business mostly.  Here is
 * known who has it, and when it is closed.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>
#include <utlist.h>

#include "l2tpd/kernel_internal.h"
#include "os/clock.h"
#include "os/close.h"

#define FRAME_MAX 65536
#define AT_ONCE 64		/* frames of one, before others have their turn */
#define STRANGERS_MAX 4096	/* who else may have found the listener: as many as it holds */
#define MOMENT_US 1		/* a tick of the kernel's clock, that is */

static void pppox_free(struct served *served)
{
	struct pppox *pppox = (struct pppox *)served;

	watch_end(pppox->closed);
	watch_end(pppox->readable);
	kernel_pppox_free(pppox->kernel, os_clock_ms());
	os_close(&pppox->netns);
	served_end(served);
	free(pppox);
}

static const struct served_kind pppox_kind = { sizeof(struct pppox), pppox_free };

/* --- frames, where the datapath does not read them --- */

static void read_if_needed(struct pppox *pppox)
{
	if (pppox->readable && !kernel_pppox_is_read(pppox->kernel))
		event_add(pppox->readable, NULL);
}

static void readable(evutil_socket_t fd, short what, void *context)
{
	static uint8_t frame[FRAME_MAX];
	const struct pppox *pppox = context;
	ssize_t length;

	for (int i = 0; i < AT_ONCE; i++) {
		length = recv(pppox->base.fd, frame, sizeof(frame), MSG_DONTWAIT);
		if (length <= 0)
			return;
		kernel_pppox_sent(pppox->kernel, frame, (size_t)length);
	}
}

void pppox_detached(struct pppox *pppox)
{
	if (pppox->readable)
		event_add(pppox->readable, NULL);
}

static void closed(evutil_socket_t fd, short what, void *context)
{
	struct pppox *pppox = context;
	struct kernel_api *api = pppox->base.api;

	pppox_free(&pppox->base);
	api->changed(api->context);
}

/* --- connect() --- */

static bool is_from_us(int fd)
{
	struct ucred peer;
	socklen_t length = sizeof(peer);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 && peer.pid == getpid();
}

/* Where others have filled the listener it is not waited for room, whatever the program has set. */
static bool connect_at_once(int program, const struct sockaddr_un *name, socklen_t length)
{
	struct timeval moment = { 0, MOMENT_US }, before;
	socklen_t before_length = sizeof(before);
	bool done;

	if (getsockopt(program, SOL_SOCKET, SO_SNDTIMEO, &before, &before_length) < 0 ||
	    setsockopt(program, SOL_SOCKET, SO_SNDTIMEO, &moment, sizeof(moment)) < 0)
		return false;
	done = connect(program, (const struct sockaddr *)name, length) == 0;
	setsockopt(program, SOL_SOCKET, SO_SNDTIMEO, &before, before_length);
	return done;
}

/* The program's socket gets another end, which is returned; -1. */
static int join(int listener, int program)
{
	struct sockaddr_un name;
	socklen_t length = sizeof(name);
	int fd;

	if (getsockname(listener, (struct sockaddr *)&name, &length) < 0 || !connect_at_once(program, &name, length))
		return -1;
	for (int i = 0; i < STRANGERS_MAX; i++) {
		/* cppcheck-suppress nullPointer ; is_from_us() finds out who it is */
		fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0 || is_from_us(fd))
			return fd;
		close(fd);
	}
	return -1;
}

static int watch(struct pppox *pppox)
{
	struct event_base *loop = pppox->base.api->loop;

	pppox->closed = event_new(loop, pppox->base.fd, EV_CLOSED | EV_PERSIST, closed, pppox);
	pppox->readable = event_new(loop, pppox->base.fd, EV_READ | EV_PERSIST, readable, pppox);
	if (!pppox->closed || !pppox->readable || event_add(pppox->closed, NULL) < 0)
		return ENOMEM;
	read_if_needed(pppox);
	return 0;
}

static struct kernel_pppox_asker asker_of(struct pppox *pppox, const struct kernel_attach *attach, const int *fds,
					  size_t count)
{
	return (struct kernel_pppox_asker){
		.netns = served_netns(&pppox->base),
		.is_connected = pppox->kernel,
		.tid = attach->value,
		.pid = getpid(),
		.fd = count > KERNEL_PPPOX_FD_TUNNEL ? fds[KERNEL_PPPOX_FD_TUNNEL] : -1,
		.owner = pppox,
	};
}

static int ask(struct pppox *pppox, const struct kernel_attach *attach, const int *fds, size_t count)
{
	const struct kernel_pppox_asker asker = asker_of(pppox, attach, fds, count);
	int failed = kernel_pppox_connect(pppox->base.api->kernel, &asker, attach->octets, attach->length,
					  os_clock_ms(), &pppox->kernel);

	if (failed || asker.is_connected)
		return failed;
	pppox->base.fd = join(fds[KERNEL_PPPOX_FD_LISTENER], fds[KERNEL_PPPOX_FD_SOCKET]);
	if (pppox->base.fd < 0)
		return ENOMEM;
	failed = kernel_pppox_attach(pppox->kernel, pppox->base.fd);
	return failed ? failed : watch(pppox);
}

static struct pppox *pppox_new(struct supervisor *supervisor, uint64_t number, int netns)
{
	struct pppox *pppox = served_new(&pppox_kind, supervisor, number, -1);

	if (!pppox)
		return NULL;
	pppox->netns = fcntl(netns, F_DUPFD_CLOEXEC, 0);
	if (pppox->netns >= 0 && served_enter(&pppox->base, netns))
		return pppox;
	pppox_free(&pppox->base);
	return NULL;
}

int pppox_connect(struct supervisor *supervisor, const struct kernel_attach *attach, const int *fds, size_t count)
{
	struct kernel_api *api = supervisor->api;
	struct pppox *pppox = served_find(&pppox_kind, supervisor, attach->client);
	bool is_new = !pppox;
	int failed;

	if (is_new)
		pppox = pppox_new(supervisor, attach->client, fds[KERNEL_PPPOX_FD_NETNS]);
	if (!pppox)
		return ENOMEM;
	failed = ask(pppox, attach, fds, count);
	if (failed && is_new)
		pppox_free(&pppox->base);
	api->changed(api->context);
	return failed;
}

/* --- other calls --- */

static int get_option(struct pppox *pppox, const struct kernel_attach *attach, struct kernel_attached *told)
{
	int32_t value = 0;
	int failed = kernel_pppox_get(pppox->kernel, attach->value, &value);

	told->length = sizeof(value);
	memcpy(told->octets, &value, sizeof(value));
	return failed;
}

static int set_option(struct pppox *pppox, const struct kernel_attach *attach)
{
	int32_t value;

	memcpy(&value, attach->octets, sizeof(value));
	return kernel_pppox_set(pppox->kernel, attach->value, value, os_clock_ms());
}

static int control(struct pppox *pppox, const struct kernel_attach *attach, struct kernel_attached *told)
{
	size_t length = attach->length;
	int failed;

	_Static_assert(sizeof(told->octets) >= KERNEL_PPPOX_ARGUMENT_MAX &&
		       sizeof(told->octets) >= KERNEL_PPPOX_NAME_MAX, "there is room");
	memcpy(told->octets, attach->octets, sizeof(told->octets));
	failed = kernel_pppox_ioctl(pppox->kernel, (uint32_t)attach->value, told->octets, &length);
	told->length = (uint32_t)length;
	read_if_needed(pppox);
	return failed;
}

static int answer(struct pppox *pppox, const struct kernel_attach *attach, struct kernel_attached *told)
{
	size_t length = 0;
	int failed;

	switch (attach->option) {
	case KERNEL_CALL_NAME:
		failed = kernel_pppox_name(pppox->kernel, told->octets, &length);
		told->length = (uint32_t)length;
		return failed;
	case KERNEL_CALL_GETSOCKOPT:
		return get_option(pppox, attach, told);
	case KERNEL_CALL_SETSOCKOPT:
		return set_option(pppox, attach);
	case KERNEL_CALL_IOCTL:
		return control(pppox, attach, told);
	default:
		return EPROTO;
	}
}

static int answer_unconnected(const struct kernel_attach *attach, struct kernel_attached *told)
{
	size_t ignored;

	if (attach->option != KERNEL_CALL_IOCTL)
		return ENOTCONN;
	return kernel_pppox_ioctl(NULL, (uint32_t)attach->value, told->octets, &ignored);
}

int pppox_call(const struct supervisor *supervisor, const struct kernel_attach *attach, struct kernel_attached *told)
{
	struct pppox *pppox = served_find(&pppox_kind, supervisor, attach->client);
	int failed = pppox ? answer(pppox, attach, told) : answer_unconnected(attach, told);

	supervisor->api->changed(supervisor->api->context);
	return failed;
}
