/* SPDX-License-Identifier: MIT */
/* See pppox.h. A program's memory is read first; whether it is still that program is asked then. */
#include "l2tprun/pppox.h"

#include <errno.h>
#include <netinet/in.h>
#include <linux/if_pppox.h>	/* it wants the one before it */
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "l2tprun/notification.h"
#include "l2tprun/remote.h"
#include "os/clock.h"
#include "os/close.h"

#define TYPES 11		/* of sockets, which the kernel counts from 0 */
#define PROTOCOLS 4		/* of AF_PPPOX, likewise */
#define BACKLOG 4096		/* who finds the listener cannot fill it in the moment for which it is there */
#define NAME_OCTETS 16		/* of its name, by chance */

/* --- socket() --- */

/* 0: it is ours; else an errno, or -1: it is the kernel's. */
static int check_socket(uint32_t type, int32_t protocol)
{
	if (type >= TYPES)
		return EINVAL;
	if (protocol < 0 || protocol >= PROTOCOLS)
		return EPROTOTYPE;
	if (protocol == PROTOCOLS - 1)
		return EPROTONOSUPPORT;
	return protocol == PX_PROTO_OL2TP ? 0 : -1;
}

/* 0 or an errno. */
static int give_socket(struct supervisor *supervisor, const struct trapped *trapped, uint32_t type)
{
	uint32_t flags = type & (SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct client wanted = { .kind = CLIENT_PPPOX, .number = ++supervisor->last_client };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | (int)(type & SOCK_NONBLOCK), 0), failed;
	struct client *client = NULL;
	struct stat about;

	if (fd < 0)
		return errno;
	if (fstat(fd, &about) == 0) {
		wanted.inode = about.st_ino;
		client = clients_add(&supervisor->clients, &wanted);
	}
	failed = client ? notification_inject(supervisor->listener, trapped->id, fd, flags & SOCK_CLOEXEC) : ENOMEM;
	if (failed)
		clients_remove(&supervisor->clients, client);
	close(fd);
	return failed;
}

void pppox_socket(struct supervisor *supervisor, const struct trapped *trapped)
{
	uint32_t type = (uint32_t)trapped->call.arguments[1];
	int failed = check_socket(type & ~(uint32_t)(SOCK_CLOEXEC | SOCK_NONBLOCK),
				  (int32_t)trapped->call.arguments[2]);
	struct error error = { 0 };

	if (failed == 0 && daemon_connect(&supervisor->daemon, &error) < 0) {
		supervisor_tell(supervisor, error.text);
		failed = -1;
	}
	supervisor_sweep(supervisor);
	if (failed == 0)
		failed = give_socket(supervisor, trapped, type);
	if (failed < 0)
		supervisor_continue(supervisor, trapped->id);
	else if (failed)
		supervisor_answer(supervisor, trapped->id, failed);
}

/* --- connect() --- */

static int open_listener(void)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	const socklen_t length = offsetof(struct sockaddr_un, sun_path) + 1 + NAME_OCTETS;
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	os_random(name.sun_path + 1, NAME_OCTETS);
	if (fd >= 0 && bind(fd, (struct sockaddr *)&name, length) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	os_close(&fd);
	return -1;
}

/* What the address names, in all its forms at the same place; without it l2tpd says what is wrong. */
static int borrow_tunnel(const struct caller *caller, const struct kernel_attach *request)
{
	struct sockaddr_pppol2tp name;
	int fd;

	memcpy(&name, request->octets, sizeof(name));
	fd = name.pppol2tp.fd;
	return fd < 0 ? -1 : caller_borrow(caller, fd);
}

/* Descriptors for l2tpd. 0, or an errno: not all that it needs. */
static int gather(const struct trapped *trapped, struct pending *asked)
{
	asked->fds[KERNEL_PPPOX_FD_LISTENER] = open_listener();
	asked->fds[KERNEL_PPPOX_FD_NETNS] = caller_netns(&trapped->caller);
	asked->fds[KERNEL_PPPOX_FD_SOCKET] = trapped_borrow(trapped);
	if (asked->fds[KERNEL_PPPOX_FD_SOCKET] < 0 && errno == EBADF)
		return EBADF;
	asked->fds[KERNEL_PPPOX_FD_TUNNEL] = borrow_tunnel(&trapped->caller, &asked->request);
	for (int i = 0; i < KERNEL_PPPOX_FD_TUNNEL; i++)
		if (asked->fds[i] < 0)
			return ENOMEM;
	return 0;
}

static void call_connect(struct supervisor *supervisor, struct trapped *trapped, const struct client *client)
{
	const uint64_t *arguments = trapped->call.arguments;
	struct pending asked = {
		PENDING(trapped->id),
		.request = { .kind = KERNEL_ATTACH_PPPOX, .value = trapped->caller.tid,
			     .length = (uint32_t)arguments[2] },
	};
	int failed;

	if (asked.request.length > sizeof(asked.request.octets) ||
	    asked.request.length < sizeof(struct sockaddr_pppol2tp)) {
		supervisor_answer(supervisor, trapped->id, EINVAL);
		return;
	}
	if (!caller_read(&trapped->caller, arguments[1], asked.request.octets, asked.request.length)) {
		supervisor_answer(supervisor, trapped->id, EFAULT);
		return;
	}
	if (!notification_waits(supervisor->listener, trapped->id))
		return;
	failed = gather(trapped, &asked);
	if (failed == 0) {
		remote_ask(supervisor, trapped, client, &asked);
		return;
	}
	pending_drop(&asked);
	supervisor_answer(supervisor, trapped->id, failed);
}

/* --- others --- */

static void call_name(struct supervisor *supervisor, struct trapped *trapped, const struct client *client)
{
	const uint64_t *arguments = trapped->call.arguments;
	struct pending asked = {
		PENDING(trapped->id),
		.request = { .kind = KERNEL_ATTACH_CALL, .option = KERNEL_CALL_NAME },
		.place = { .address = arguments[1], .length_address = arguments[2], .tells_whole = true },
	};
	int32_t room;

	/* where that cannot be read it cannot be written either, which is found out when there is a name */
	if (caller_read(&trapped->caller, arguments[2], &room, sizeof(room)) && room > 0)
		asked.place.room = (uint32_t)room;
	remote_ask(supervisor, trapped, client, &asked);
}

static void call_setsockopt(struct supervisor *supervisor, struct trapped *trapped, const struct client *client)
{
	const uint64_t *arguments = trapped->call.arguments;
	struct pending asked = {
		PENDING(trapped->id),
		.request = { .kind = KERNEL_ATTACH_CALL, .option = KERNEL_CALL_SETSOCKOPT,
			     .value = (int32_t)arguments[2], .length = sizeof(int32_t) },
	};

	if ((uint32_t)arguments[1] != SOL_PPPOL2TP)
		supervisor_continue(supervisor, trapped->id);
	else if ((int32_t)arguments[4] < (int32_t)sizeof(int32_t))
		supervisor_answer(supervisor, trapped->id, EINVAL);
	else if (!caller_read(&trapped->caller, arguments[3], asked.request.octets, sizeof(int32_t)))
		supervisor_answer(supervisor, trapped->id, EFAULT);
	else
		remote_ask(supervisor, trapped, client, &asked);
}

/* What SOL_SOCKET says of it that a Unix socket does not. -1: that is the kernel's to say. */
static int32_t socket_value(uint32_t level, uint32_t option)
{
	if (level != SOL_SOCKET)
		return -1;
	if (option == SO_TYPE)
		return SOCK_STREAM;	/* whatever was asked for */
	if (option == SO_DOMAIN)
		return AF_PPPOX;
	return option == SO_PROTOCOL ? PX_PROTO_OL2TP : -1;
}

static void say_int(struct supervisor *supervisor, const struct trapped *trapped, int32_t value, uint32_t room)
{
	const uint64_t *arguments = trapped->call.arguments;
	bool is_written = notification_waits(supervisor->listener, trapped->id) &&
			  caller_write(&trapped->caller, arguments[3], &value, room) &&
			  caller_write(&trapped->caller, arguments[4], &room, sizeof(room));

	supervisor_answer(supervisor, trapped->id, is_written ? 0 : EFAULT);
}

static void call_getsockopt(struct supervisor *supervisor, struct trapped *trapped, const struct client *client)
{
	const uint64_t *arguments = trapped->call.arguments;
	struct pending asked = {
		PENDING(trapped->id),
		.request = { .kind = KERNEL_ATTACH_CALL, .option = KERNEL_CALL_GETSOCKOPT,
			     .value = (int32_t)arguments[2] },
		.place = { .address = arguments[3], .length_address = arguments[4] },
	};
	int32_t value = socket_value((uint32_t)arguments[1], (uint32_t)arguments[2]);
	uint32_t room;

	if (value < 0 && (uint32_t)arguments[1] != SOL_PPPOL2TP) {
		supervisor_continue(supervisor, trapped->id);
		return;
	}
	if (!caller_read(&trapped->caller, arguments[4], &room, sizeof(room))) {
		supervisor_answer(supervisor, trapped->id, EFAULT);
		return;
	}
	asked.place.room = room < sizeof(value) ? room : sizeof(value);
	if (value >= 0)
		say_int(supervisor, trapped, value, asked.place.room);
	else
		remote_ask(supervisor, trapped, client, &asked);
}

void pppox_call(struct supervisor *supervisor, struct trapped *trapped, struct client *client)
{
	switch (trapped->call.kind) {
	case CALL_CONNECT:
		call_connect(supervisor, trapped, client);
		break;
	case CALL_GETSOCKNAME:
	case CALL_GETPEERNAME:
		call_name(supervisor, trapped, client);
		break;
	case CALL_SETSOCKOPT:
		call_setsockopt(supervisor, trapped, client);
		break;
	case CALL_GETSOCKOPT:
		call_getsockopt(supervisor, trapped, client);
		break;
	case CALL_IOCTL:
		remote_ioctl(supervisor, trapped, client);
		break;
	case CALL_BIND:
		supervisor_answer(supervisor, trapped->id, EOPNOTSUPP);
		break;
	default:
		supervisor_continue(supervisor, trapped->id);
	}
}
