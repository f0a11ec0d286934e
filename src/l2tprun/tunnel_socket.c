/* SPDX-License-Identifier: MIT */
/* See tunnel_socket.h. */
#include "l2tprun/tunnel_socket.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "l2tprun/notification.h"
#include "l2tprun/pending.h"
#include "os/close.h"

static void forget(struct supervisor *supervisor, struct tunnel_socket *socket)
{
	HASH_DEL(supervisor->tunnel_sockets, socket);
	free(socket);
}

void tunnel_socket_told(struct supervisor *supervisor, const struct kernel_attached *told)
{
	struct tunnel_socket *socket;
	uint64_t inode;

	memcpy(&inode, told->octets, sizeof(inode));
	HASH_FIND(hh, supervisor->tunnel_sockets, &inode, sizeof(inode), socket);
	if (socket && told->error)
		forget(supervisor, socket);
	if (socket || told->error)
		return;
	socket = calloc(1, sizeof(*socket));
	if (!socket)
		return;		/* its tunnel follows later */
	socket->inode = inode;
	HASH_ADD(hh, supervisor->tunnel_sockets, inode, sizeof(inode), socket);
}

void tunnel_sockets_forget(struct supervisor *supervisor)
{
	struct tunnel_socket *socket, *next;

	HASH_ITER(hh, supervisor->tunnel_sockets, socket, next)
		forget(supervisor, socket);
}

/* A port may be for those alone who have this right. connect() takes none. */
static bool may_do(const struct trapped *trapped)
{
	struct caller_rights rights;

	return trapped->call.kind == CALL_CONNECT || (caller_rights(&trapped->caller, &rights) &&
						      rights.capabilities & 1ull << CAP_NET_BIND_SERVICE);
}

/* 0 or an errno. */
static int carry_out(struct supervisor *supervisor, struct trapped *trapped, int fd)
{
	const uint64_t *arguments = trapped->call.arguments;
	uint32_t length = (uint32_t)arguments[2];
	struct sockaddr_storage name;

	if (length > sizeof(name))
		return EINVAL;
	if (!caller_read(&trapped->caller, arguments[1], &name, length))
		return EFAULT;
	if (!notification_waits(supervisor->listener, trapped->id))
		return EINTR;	/* nobody hears it */
	return (trapped->call.kind == CALL_BIND ? bind : connect)(fd, (struct sockaddr *)&name, length) < 0 ? errno : 0;
}

static void tell(struct supervisor *supervisor, const struct trapped *trapped, uint64_t inode)
{
	struct pending asked = { PENDING(trapped->id),
				 .request = { .kind = KERNEL_ATTACH_MOVED, .cookie = inode, .value = 1 } };

	asked.request.client = ++supervisor->last_client;
	pending_ask(supervisor, &asked);
}

bool tunnel_socket_call(struct supervisor *supervisor, struct trapped *trapped)
{
	uint64_t inode = trapped->socket;
	struct tunnel_socket *socket;
	int fd, failed;

	HASH_FIND(hh, supervisor->tunnel_sockets, &inode, sizeof(inode), socket);
	if (!socket || !may_do(trapped))
		return false;
	fd = trapped_borrow(trapped);
	if (fd < 0 && errno != EBADF)
		return false;
	failed = fd < 0 ? EBADF : carry_out(supervisor, trapped, fd);
	os_close(&fd);
	if (failed || supervisor->daemon.fd < 0)
		supervisor_answer(supervisor, trapped->id, failed);
	else
		tell(supervisor, trapped, inode);
	return true;
}
