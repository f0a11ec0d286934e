/* SPDX-License-Identifier: MIT */
/*
 * See l2tpip.h.  Each function answers one call as the kernel's l2tp_ip and l2tp_ip6 would, errors and their order
 * included: those of addresses are what the raw socket on the wire says to them.
 */
#include "l2tprun/l2tpip.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <linux/l2tp.h>		/* it wants the one before it */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "l2tprun/notification.h"
#include "l2tprun/pending.h"
#include "l2tprun/supervisor.h"
#include "l2tprun/value.h"
#include "l2tprun/wire_socket.h"

/* Either family's, as octets of the caller. */
union name {
	sa_family_t family;
	struct sockaddr_l2tpip v4;
	struct sockaddr_l2tpip6 v6;
};

static socklen_t name_length(const struct l2tpip *socket)
{
	return socket->family == AF_INET6 ? sizeof(struct sockaddr_l2tpip6) : sizeof(struct sockaddr_l2tpip);
}

/* What a caller's name says. */
struct named {
	struct endpoint endpoint;	/* without a port */
	uint32_t scope, connection_id;
	uint16_t unused;
};

static struct named read_name(const struct l2tpip *socket, const union name *name)
{
	struct named named = { .endpoint.address.family = socket->family };

	if (socket->family == AF_INET6) {
		named.endpoint.address.v6 = name->v6.l2tp_addr;
		named.scope = name->v6.l2tp_scope_id;
		named.connection_id = name->v6.l2tp_conn_id;
	} else {
		named.endpoint.address.v4 = name->v4.l2tp_addr;
		named.connection_id = name->v4.l2tp_conn_id;
		named.unused = name->v4.l2tp_unused;
	}
	return named;
}

static bool is_multicast(const struct address *address)
{
	if (address->family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&address->v6))
		return IN_MULTICAST(ntohl(address->v6.s6_addr32[3]));
	return address->family == AF_INET6 ? IN6_IS_ADDR_MULTICAST(&address->v6) :
					     IN_MULTICAST(ntohl(address->v4.s_addr));
}

static void answer(struct supervisor *supervisor, const struct trapped *trapped, int error)
{
	supervisor_answer(supervisor, trapped->id, error);
}

/* The name that a call came with, as far as it goes: at most what the family has. 0 or an errno. */
static int get_name(struct trapped *trapped, const struct l2tpip *socket, union name *name, uint32_t *length)
{
	uint32_t most = name_length(socket);

	*length = (uint32_t)trapped->call.arguments[2];
	memset(name, 0, sizeof(*name));
	if (*length > sizeof(struct sockaddr_storage))
		return EINVAL;
	if (*length < most)
		most = *length;
	return caller_read(&trapped->caller, trapped->call.arguments[1], name, most) ? 0 : EFAULT;
}

/* --- bind() --- */

static int check_local(const struct l2tpip *socket, const union name *name, uint32_t length)
{
	const struct in6_addr *v6 = &name->v6.l2tp_addr;

	if (length < name_length(socket) || name->family != socket->family)
		return EINVAL;
	if (socket->family == AF_INET6 && (IN6_IS_ADDR_V4MAPPED(v6) || IN6_IS_ADDR_MULTICAST(v6)))
		return EADDRNOTAVAIL;
	return socket->bound ? EINVAL : 0;
}

/* An IPv4 socket has the address of a bind() that failed when it is bound to any. */
static bool keeps_address(const struct l2tpip *socket, const struct named *local)
{
	return socket->family == AF_INET && address_is_any(&local->endpoint.address);
}

static void call_bind(struct supervisor *supervisor, struct trapped *trapped, struct l2tpip *socket)
{
	struct pending asked = { PENDING(trapped->id), .client.inode = socket->inode,
				 .request = { .kind = KERNEL_ATTACH_L2TPIP_BIND, .client = socket->number } };
	struct error error = { 0 };
	struct named local;
	union name name;
	uint32_t length;
	int failed = get_name(trapped, socket, &name, &length);

	if (!failed)
		failed = check_local(socket, &name, length);
	local = read_name(socket, &name);
	if (!failed && !keeps_address(socket, &local))
		failed = wire_bind(socket->wire, &local.endpoint, local.scope);
	if (!failed && daemon_connect(&supervisor->daemon, &error) < 0) {
		supervisor_tell(supervisor, error.text);
		failed = ECONNREFUSED;
	}
	if (failed) {
		answer(supervisor, trapped, failed);
		return;
	}
	asked.request.option = (int32_t)local.connection_id;
	pending_ask(supervisor, &asked);
}

/* The kernel leaves an IPv4 socket with the address. */
static void bind_no_more(const struct l2tpip *socket)
{
	struct endpoint any = { .address.family = AF_INET6 };

	if (socket->family == AF_INET6)
		(void)wire_bind(socket->wire, &any, 0);
}

void l2tpip_bound(struct supervisor *supervisor, const struct pending *pending, int error)
{
	struct l2tpip *socket;

	HASH_FIND(hh, supervisor->l2tpips.by_inode, &pending->client.inode, sizeof(pending->client.inode), socket);
	if (socket && !error)
		error = wire_listen(socket->wire, socket->family, (uint32_t)pending->request.option);
	if (socket && !error) {
		socket->bound = true;
		socket->connection_id = (uint32_t)pending->request.option;
	} else if (socket) {
		bind_no_more(socket);
	}
	supervisor_answer(supervisor, pending->id, error);
}

/* --- connect() --- */

/* The program's end is connected to this one, NULL: to none. */
static int follow(struct supervisor *supervisor, const struct trapped *trapped, struct l2tpip *socket,
		  const struct address *peer)
{
	uint32_t link = peer ? socket->peer_scope : 0;
	int fd = trapped_borrow(trapped), failed = ENOBUFS;

	if (fd < 0)
		return errno;
	if (!link || l2tpip_way(&supervisor->l2tpips, link) >= 0)
		failed = annex_connect(fd, peer, link);
	if (!failed && (link || !peer))
		socket->link = link;
	close(fd);
	return failed;
}

/* A raw socket that is connected no more receives nothing at all: there has to be another. 0 or an errno: nothing has
 * changed. */
static int disconnect(struct supervisor *supervisor, const struct trapped *trapped, struct l2tpip *socket)
{
	struct pending asked = { PENDING(trapped->id),
				 .request = { .kind = KERNEL_ATTACH_L2TPIP_AGAIN, .client = socket->number } };
	struct error error = { 0 };
	int wire = wire_again(socket->wire), failed = wire < 0 ? errno : 0;

	if (!failed)
		failed = wire_listen(wire, socket->family, socket->connection_id);
	if (!failed)
		failed = follow(supervisor, trapped, socket, NULL);
	if (!failed)
		failed = l2tpip_replace(supervisor, socket, wire);
	if (failed && wire >= 0)
		close(wire);
	if (failed)
		return failed;
	socket->peer_unused = 0;
	asked.fds[0] = fcntl(wire, F_DUPFD_CLOEXEC, 0);
	if (daemon_connect(&supervisor->daemon, &error) == 0 && asked.fds[0] >= 0) {
		pending_ask(supervisor, &asked);
		return 0;
	}
	pending_drop(&asked);
	answer(supervisor, trapped, 0);
	return 0;
}

static int connect_to(struct supervisor *supervisor, const struct trapped *trapped, struct l2tpip *socket,
		      const union name *name, uint32_t length)
{
	struct named peer = read_name(socket, name);
	bool is_family = name->family == socket->family;
	int failed;

	if (length < name_length(socket) || (socket->family == AF_INET6 && !is_family) ||
	    is_multicast(&peer.endpoint.address) || !socket->bound)
		return EINVAL;
	failed = is_family ? wire_connect(socket->wire, &peer.endpoint, peer.scope) : EAFNOSUPPORT;
	if (failed)
		return failed;
	socket->peer_connection_id = peer.connection_id;
	socket->peer_unused = peer.unused;
	(void)wire_name(socket->wire, true, &socket->peer, &socket->peer_scope);
	return follow(supervisor, trapped, socket, &socket->peer);
}

/* Its tunnel, if it has one, is connected as well before the program goes on. */
static void tell_connected(struct supervisor *supervisor, const struct trapped *trapped, const struct l2tpip *socket)
{
	struct pending asked = { PENDING(trapped->id),
				 .request = { .kind = KERNEL_ATTACH_L2TPIP_MOVED, .client = socket->number } };

	if (supervisor->daemon.fd >= 0)
		pending_ask(supervisor, &asked);
	else
		answer(supervisor, trapped, 0);
}

static void call_connect(struct supervisor *supervisor, struct trapped *trapped, struct l2tpip *socket)
{
	union name name;
	uint32_t length;
	int failed = get_name(trapped, socket, &name, &length);

	if (!failed && !notification_waits(supervisor->listener, trapped->id))
		return;
	if (!failed && length < sizeof(name.family))
		failed = EINVAL;
	if (!failed && name.family == AF_UNSPEC && socket->bound) {
		failed = disconnect(supervisor, trapped, socket);
		if (!failed)
			return;
	} else if (!failed && name.family != AF_UNSPEC) {
		failed = connect_to(supervisor, trapped, socket, &name, length);
		if (!failed) {
			tell_connected(supervisor, trapped, socket);
			return;
		}
	}
	answer(supervisor, trapped, failed);
}

/* --- names --- */

/* The kernel takes another thing for a connection in either family. */
static bool has_peer(const struct l2tpip *socket)
{
	return socket->family == AF_INET6 ? socket->peer_connection_id : socket->peer_unused;
}

static void write_name(const struct l2tpip *socket, bool of_peer, union name *name)
{
	struct address address = socket->peer;
	uint32_t scope = socket->peer_scope;

	if (!of_peer)
		(void)wire_name(socket->wire, false, &address, &scope);
	memset(name, 0, sizeof(*name));
	name->family = socket->family;
	if (socket->family == AF_INET6) {
		name->v6.l2tp_addr = address.v6;
		name->v6.l2tp_scope_id = scope;
		name->v6.l2tp_conn_id = of_peer ? socket->peer_connection_id : socket->connection_id;
	} else {
		name->v4.l2tp_addr = address.v4;
		name->v4.l2tp_conn_id = of_peer ? socket->peer_connection_id : socket->connection_id;
	}
}

static void call_name(struct supervisor *supervisor, struct trapped *trapped, struct l2tpip *socket)
{
	const uint64_t *arguments = trapped->call.arguments;
	bool of_peer = trapped->call.kind == CALL_GETPEERNAME;
	uint32_t whole = name_length(socket);
	union name name;
	int32_t room;
	int failed;

	if (of_peer && !has_peer(socket)) {
		answer(supervisor, trapped, ENOTCONN);
		return;
	}
	write_name(socket, of_peer, &name);
	failed = value_room(trapped, arguments[2], &room);
	if (!failed && notification_waits(supervisor->listener, trapped->id))
		failed = value_put(trapped, arguments[1], arguments[2], &name,
				   (uint32_t)room < whole ? (uint32_t)room : whole, whole);
	answer(supervisor, trapped, failed);
}

/* --- which call --- */

static bool makes_one(const struct call *call)
{
	uint32_t family = (uint32_t)call->arguments[0], type = (uint32_t)call->arguments[1];

	return (family == AF_INET || family == AF_INET6) && (type & ~(SOCK_CLOEXEC | SOCK_NONBLOCK)) == SOCK_DGRAM &&
	       (uint32_t)call->arguments[2] == L2TP_PROTOCOL;
}

static struct l2tpip *find(struct supervisor *supervisor, const struct trapped *trapped)
{
	struct l2tpip *socket = NULL;

	if (trapped->socket)
		HASH_FIND(hh, supervisor->l2tpips.by_inode, &trapped->socket, sizeof(trapped->socket), socket);
	return socket;
}

typedef void call_fn(struct supervisor *supervisor, struct trapped *trapped, struct l2tpip *socket);

bool l2tpip_call(struct supervisor *supervisor, struct trapped *trapped)
{
	static call_fn *const calls[CALL_COUNT] = {
		[CALL_BIND] = call_bind, [CALL_CONNECT] = call_connect, [CALL_GETSOCKNAME] = call_name,
		[CALL_GETPEERNAME] = call_name, [CALL_SETSOCKOPT] = l2tpip_setsockopt,
		[CALL_GETSOCKOPT] = l2tpip_getsockopt, [CALL_SENDTO] = l2tpip_send, [CALL_SENDMSG] = l2tpip_send,
		[CALL_SENDMMSG] = l2tpip_send_several, [CALL_WRITE] = l2tpip_send, [CALL_WRITEV] = l2tpip_send,
		[CALL_DUP] = l2tpip_copy, [CALL_FCNTL] = l2tpip_copy, [CALL_FCNTL64] = l2tpip_copy,
		[CALL_IOCTL] = l2tpip_ioctl,
	};
	struct l2tpip *socket;

	if (trapped->call.kind == CALL_SOCKET) {
		if (!makes_one(&trapped->call))
			return false;
		l2tpip_socket(supervisor, trapped);
		return true;
	}
	if (trapped->call.kind == CALL_IOCTL && !l2tpip_is_ioctl(trapped))
		return false;
	socket = calls[trapped->call.kind] ? find(supervisor, trapped) : NULL;
	if (socket)
		calls[trapped->call.kind](supervisor, trapped, socket);
	return socket;
}
