/* SPDX-License-Identifier: MIT */
/*
 * One netlink socket of a program.  Its requests are read while it takes what they are answered with; the kernel's
 * answers to what is for other families come in by the proxy.
 */
#include <errno.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utlist.h>

#include "l2tpd/kernel_internal.h"
#include "l2tpd/requirements.h"
#include "os/clock.h"
#include "os/process.h"
#include "os/sender.h"

#define MESSAGE_MAX (1 << 19)	/* octets of one send(): as many as two of net.core.wmem_max, unless it is raised */
#define AT_ONCE 16			/* requests of one, before others have their turn */

static union {
	struct { char octets[MESSAGE_MAX]; } whole;
	uint64_t aligned;
} buffer;

/* The kernel carries out what is on its way with the socket that it was sent by. */
static void let_go(struct program *program)
{
	program->is_gone = true;
	if (program->forwarded)
		return;
	close(program->proxy);
	free(program);
}

static void program_free(struct served *served)
{
	struct program *program = (struct program *)served;

	watch_end(program->readable);
	watch_end(program->writable);
	watch_end(program->answered);
	kernel_client_free(program->client);
	close(program->netns);
	served_end(served);
	let_go(program);
}

static const struct served_kind program_kind = { sizeof(struct program), program_free };

struct program *program_find(const struct supervisor *supervisor, uint64_t number)
{
	return served_find(&program_kind, supervisor, number);
}

void program_feed(struct program *program)
{
	const void *octets;
	size_t length;

	while (kernel_client_next(program->client, &octets, &length)) {
		if (send(program->base.fd, octets, length, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 && errno == EAGAIN) {
			event_del(program->readable);	/* first it shall take what there is */
			event_del(program->answered);
			event_add(program->writable, NULL);
			return;
		}
		kernel_client_taken(program->client);
	}
	if (!program->forwarded)
		event_add(program->readable, NULL);
	event_add(program->answered, NULL);
}

static void writable(evutil_socket_t fd, short what, void *context)
{
	program_feed(context);
}

/* --- its names: those of the proxy --- */

#define NAME_TRIES 64			/* others may have these port ids */
#define LEAST_OWN 0x80000000u		/* no process has such a number ... */
#define MOST_OWN 0xfffff000u		/* ... and no error */

static bool bind_proxy(struct program *program, uint32_t port)
{
	struct sockaddr_nl name = { .nl_family = AF_NETLINK, .nl_pid = port };
	socklen_t length = sizeof(name);

	if (bind(program->proxy, (struct sockaddr *)&name, sizeof(name)) < 0 ||
	    getsockname(program->proxy, (struct sockaddr *)&name, &length) < 0)
		return false;
	program->port = name.nl_pid;
	kernel_client_bound(program->client, name.nl_pid);
	return true;
}

/* As the kernel does, who would begin with our number. */
static int bind_some(struct program *program)
{
	bool done = bind_proxy(program, program->first_port);
	uint32_t any;

	for (int i = 0; !done && errno == EADDRINUSE && i < NAME_TRIES; i++) {
		os_random(&any, sizeof(any));
		done = bind_proxy(program, LEAST_OWN + any % (MOST_OWN - LEAST_OWN));
	}
	return done ? 0 : errno;
}

int program_bind(struct program *program, uint32_t port, struct kernel_attached *told)
{
	int failed;

	if (!port && !program->port)
		failed = bind_some(program);
	else
		failed = bind_proxy(program, port) ? 0 : errno;
	told->port_id = program->port;
	return failed;
}

/* To the kernel, whose port id is 0, everybody may speak. */
static bool may_connect(const struct program *program, const struct sockaddr_nl *name, pid_t tid)
{
	return name->nl_family == AF_UNSPEC || (!name->nl_pid && !name->nl_groups) ||
	       os_process_administers(tid, program->netns) == OS_PROCESS_MAY;
}

int program_connect(struct program *program, const struct kernel_attach *attach)
{
	struct sockaddr_nl name;

	memcpy(&name, attach->octets, sizeof(name));
	if (!may_connect(program, &name, attach->value))
		return EPERM;
	if (name.nl_family == AF_NETLINK && !program->port)
		(void)bind_some(program);
	if (connect(program->proxy, (struct sockaddr *)&name, sizeof(name)) < 0)
		return errno;
	program->speaks_to_others = name.nl_family == AF_NETLINK && (name.nl_pid || name.nl_groups);
	return 0;
}

/* What it has sent, and was not read yet, has bound it. */
static bool has_sent(const struct program *program)
{
	char octet;

	return recv(program->base.fd, &octet, sizeof(octet), MSG_PEEK | MSG_DONTWAIT) >= 0;
}

/* When bind() fails the kernel tells of the port all the same, so it may have one and not be bound. */
int program_name(struct program *program, struct kernel_attached *told)
{
	struct sockaddr_nl name;
	socklen_t length = sizeof(name);

	if (!program->port && has_sent(program))
		(void)bind_some(program);
	if (getsockname(program->proxy, (struct sockaddr *)&name, &length) < 0)
		return errno;
	told->port_id = program->port;
	memcpy(told->octets, &name, sizeof(name));
	told->length = sizeof(name);
	return 0;
}

/* --- its requests --- */

/* Who sent it: pid 0 is nobody whom we can see.  False: nobody, this is the end. */
static bool sender(struct msghdr *message, struct ucred *credentials)
{
	for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header; header = CMSG_NXTHDR(message, header)) {
		if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_CREDENTIALS)
			continue;
		memcpy(credentials, CMSG_DATA(header), sizeof(*credentials));
		return true;
	}
	return false;
}

/* Who sends may have ended meanwhile: it had the rights of who opened the socket if it was the same user.  Unless those
 * who are not seen may be hidden from us. */
static bool has_openers_rights(const struct program *program)
{
	return program->sender.uid == program->opener && requirements_see_programs();
}

/* The kernel asks both, who opened the socket and who sends. */
static bool may_administer(const struct program *program)
{
	enum os_process_right right;

	if (!program->opener_may || !program->sender.pid)
		return false;
	right = os_process_administers(program->sender.pid, program->netns);
	return right == OS_PROCESS_MAY || (right == OS_PROCESS_UNSEEN && has_openers_rights(program));
}

/* For other families: those of the opener the kernel knows itself, by the proxy. */
static uint64_t senders_rights(const struct program *program)
{
	uint64_t capabilities;

	if (!program->sender.pid)
		return 0;
	if (os_process_capabilities(program->sender.pid, &capabilities))
		return capabilities;
	return has_openers_rights(program) ? UINT64_MAX : 0;
}

/* False: it has closed it. */
static bool read_request(struct program *program, bool *more)
{
	struct iovec part = { &buffer, sizeof(buffer) };
	union {
		struct cmsghdr aligned;
		char octets[CMSG_SPACE(sizeof(struct ucred))];
	} control;
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control,
				  .msg_controllen = sizeof(control) };
	ssize_t length = recvmsg(program->base.fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	struct kernel_caller caller;

	*more = length >= 0;
	/* reset: it was closed, with answers in it that were not read; but what it has sent may wait here */
	if (length < 0)
		return errno == EAGAIN || errno == EINTR || errno == ECONNRESET;
	if (!sender(&message, &program->sender))	/* a message of no octets has one, too */
		return false;
	caller.pid = program->sender.pid;
	if (!program->port)
		(void)bind_some(program);
	if (program->speaks_to_others) {
		program_forward(program, &buffer, (size_t)length);
		return true;
	}
	caller.admin = may_administer(program);
	kernel_client_request(program->client, &caller, &buffer, (size_t)length, os_clock_ms());
	return true;
}

static void readable(evutil_socket_t fd, short what, void *context)
{
	struct program *program = context;
	struct kernel_api *api = program->base.api;
	bool open = true, more = true;

	for (int i = 0; i < AT_ONCE && open && more; i++) {
		open = read_request(program, &more);
		if (open)
			program_feed(program);
		more = more && event_pending(program->readable, EV_READ, NULL);
	}
	if (!open)
		program_free(&program->base);
	api->changed(api->context);
}

/* --- what it says to others, and they to it --- */

/* Until the kernel has carried it out, which may take it long, the program waits, as it would in its own send(). */
void program_forward(struct program *program, const void *message, size_t length)
{
	if (os_sender_send(program->base.api->sender, program->proxy, message, length, senders_rights(program),
			   program) < 0)
		return;
	program->forwarded++;
	event_del(program->readable);
}

void programs_sent(struct kernel_api *api)
{
	struct program *program;

	while ((program = os_sender_take(api->sender))) {
		if (--program->forwarded)
			continue;
		if (program->is_gone)
			let_go(program);
		else
			program_feed(program);
	}
}

static void answered(evutil_socket_t fd, short what, void *context)
{
	struct program *program = context;
	ssize_t length = recv(program->proxy, &buffer, sizeof(buffer), MSG_DONTWAIT);

	if (length < 0 && errno != EAGAIN && errno != EINTR && errno != ENOBUFS)
		program_free(&program->base);	/* it is no netlink socket, and would say so for ever */
	if (length <= 0)
		return;
	kernel_client_forwarded(program->client, &buffer, (size_t)length);
	program_feed(program);
}

/* --- a new one --- */

static bool watch(struct program *program)
{
	struct event_base *loop = program->base.api->loop;

	program->readable = event_new(loop, program->base.fd, EV_READ | EV_PERSIST, readable, program);
	program->writable = event_new(loop, program->base.fd, EV_WRITE, writable, program);
	program->answered = event_new(loop, program->proxy, EV_READ | EV_PERSIST, answered, program);
	return program->readable && program->writable && program->answered &&
	       event_add(program->readable, NULL) == 0 && event_add(program->answered, NULL) == 0;
}

int program_new(struct supervisor *supervisor, const struct kernel_attach *attach, const int fds[KERNEL_ATTACH_FDS])
{
	struct program *program = served_new(&program_kind, supervisor, attach->client, fds[KERNEL_ATTACH_FD_CLIENT]);

	if (!program) {
		close(fds[KERNEL_ATTACH_FD_PROXY]);
		close(fds[KERNEL_ATTACH_FD_NETNS]);
		return ENOBUFS;
	}
	program->proxy = fds[KERNEL_ATTACH_FD_PROXY];
	program->netns = fds[KERNEL_ATTACH_FD_NETNS];
	program->opener_may = attach->value;
	program->opener = attach->uid;
	program->first_port = attach->port_id;
	if (served_enter(&program->base, program->netns))
		program->client = kernel_client_new(supervisor->api->kernel, served_netns(&program->base),
						    0, program);
	if (program->client && watch(program))
		return 0;
	program_free(&program->base);
	return ENOBUFS;
}
