/* SPDX-License-Identifier: MIT */
/*
 * See l2tpip.h. Here: how sockets of IP protocol 115 come to be, and what passes between their two halves.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "l2tprun/notification.h"
#include "l2tprun/pending.h"
#include "l2tprun/supervisor.h"
#include "l2tprun/wire_socket.h"
#include "os/close.h"
#include "os/socket.h"

#define AT_ONCE 64			/* datagrams of each, before calls have their turn */
#define READY_MAX 16

/* What an epoll tells of, besides the inodes of sockets, which are greater: each way has a number from the last on. */
enum { READY_WITNESS, READY_WAY };

static bool watch(const struct l2tpips *sockets, int fd, uint64_t what)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = what };

	return epoll_ctl(sockets->watched, EPOLL_CTL_ADD, fd, &event) == 0;
}

static int open_annex(struct l2tpips *sockets, struct error *error)
{
	if (sockets->watched >= 0)
		return 0;
	if (annex_open(&sockets->annex, error) < 0)
		return -1;
	sockets->watched = epoll_create1(EPOLL_CLOEXEC);
	if (sockets->watched >= 0 && watch(sockets, sockets->annex.ways[0].fd, READY_WAY) &&
	    watch(sockets, sockets->annex.witness, READY_WITNESS))
		return 0;
	error_system(error, errno, NULL, "cannot watch sockets of IP protocol 115");
	annex_close(&sockets->annex);
	os_close(&sockets->watched);
	return -1;
}

void l2tpip_free(struct l2tpip *socket)
{
	if (!socket)
		return;
	os_close(&socket->wire);
	free(socket);
}

/* --- a new one --- */

static bool learn(struct l2tpip *socket, int fd)
{
	struct stat about;

	if (fstat(fd, &about) < 0)
		return false;
	socket->inode = about.st_ino;
	socket->cookie = os_socket_cookie(fd);
	return socket->cookie;
}

static int make_ends(struct supervisor *supervisor, const struct trapped *trapped, struct pending *asked)
{
	struct l2tpip *socket = asked->l2tpip;
	bool nonblocking = trapped->call.arguments[1] & SOCK_NONBLOCK;
	int netns = caller_netns(&trapped->caller);

	if (netns < 0)
		return -1;
	socket->wire = wire_open(netns, socket->family);
	close(netns);
	if (socket->wire < 0)
		return -1;
	asked->end = annex_socket(&supervisor->l2tpips.annex, socket->family, nonblocking, &socket->port);
	asked->fds[0] = fcntl(socket->wire, F_DUPFD_CLOEXEC, 0);
	asked->fds[1] = fcntl(supervisor->l2tpips.annex.netns, F_DUPFD_CLOEXEC, 0);
	if (asked->end < 0 || asked->fds[0] < 0 || asked->fds[1] < 0)
		return -1;
	return learn(socket, asked->end) ? 0 : -1;
}

static int prepare(struct supervisor *supervisor, const struct trapped *trapped, struct pending *asked,
		   struct error *error)
{
	if (daemon_connect(&supervisor->daemon, error) < 0 || open_annex(&supervisor->l2tpips, error) < 0)
		return -1;
	asked->l2tpip = calloc(1, sizeof(*asked->l2tpip));
	if (!asked->l2tpip)
		return error_system(error, ENOMEM, NULL, "cannot make a socket of IP protocol 115");
	*asked->l2tpip = (struct l2tpip){ .family = (sa_family_t)trapped->call.arguments[0], .wire = -1,
					  .number = ++supervisor->last_client };
	if (make_ends(supervisor, trapped, asked) < 0)
		return error_system(error, errno, NULL, "cannot make a socket of IP protocol 115");
	asked->request.client = asked->l2tpip->number;
	asked->request.cookie = asked->l2tpip->cookie;
	return 0;
}

void l2tpip_socket(struct supervisor *supervisor, struct trapped *trapped)
{
	struct pending asked = { PENDING(trapped->id), .tid = trapped->caller.tid,
				 .close_on_exec = trapped->call.arguments[1] & SOCK_CLOEXEC,
				 .request.kind = KERNEL_ATTACH_L2TPIP };
	struct error error = { 0 };

	if (prepare(supervisor, trapped, &asked, &error) == 0) {
		pending_ask(supervisor, &asked);
		return;
	}
	if (notification_waits(supervisor->listener, trapped->id))
		supervisor_tell(supervisor, error.text);
	supervisor_continue(supervisor, trapped->id);
	pending_drop(&asked);
}

/* One of those that are looked at when something is sent; -1: it has all of them. */
static int free_number(const struct supervisor *supervisor, pid_t tid)
{
	const struct caller caller = { .proc = supervisor->proc, .tid = tid, .memory = -1 };

	for (int fd = CALL_ADDRESSED_FIRST; fd < CALL_ADDRESSED_FIRST + CALL_ADDRESSED_COUNT; fd++)
		if (!caller_has(&caller, fd))
			return fd;
	return -1;
}

/* As dup(), with one of these numbers: by others it cannot be seen what is sent. */
void l2tpip_copy(struct supervisor *supervisor, struct trapped *trapped, struct l2tpip *socket)
{
	const uint64_t *arguments = trapped->call.arguments;
	bool is_dup = trapped->call.kind == CALL_DUP;
	int number = is_dup || (uint32_t)arguments[2] <= CALL_ADDRESSED_FIRST ?
			     free_number(supervisor, trapped->caller.tid) : -1;
	int fd = number < 0 ? -1 : caller_borrow(&trapped->caller, (int)arguments[0]);
	struct stat about;

	if (fd < 0 || fstat(fd, &about) < 0 || about.st_ino != socket->inode ||
	    notification_inject_as(supervisor->listener, trapped->id, fd, number,
				   !is_dup && (uint32_t)arguments[1] == F_DUPFD_CLOEXEC) != 0)
		supervisor_continue(supervisor, trapped->id);
	os_close(&fd);
}

/* --- the end of one --- */

static void tell_closed(struct supervisor *supervisor, const struct l2tpip *socket)
{
	struct pending asked = { PENDING(0), .answered = true,
				 .request = { .kind = KERNEL_ATTACH_L2TPIP_CLOSED, .client = socket->number } };

	if (supervisor->daemon.fd >= 0)
		pending_tell(supervisor, &asked);
}

/* l2tpd has the same thing on the wire: it would be watched on. */
static void end(struct supervisor *supervisor, struct l2tpip *socket)
{
	epoll_ctl(supervisor->l2tpips.watched, EPOLL_CTL_DEL, socket->wire, NULL);
	HASH_DELETE(hh, supervisor->l2tpips.by_inode, socket);
	tell_closed(supervisor, socket);
	l2tpip_free(socket);
}

/* When not all ends were told of. */
static void look_for_family(struct supervisor *supervisor, sa_family_t family)
{
	struct l2tpips *sockets = &supervisor->l2tpips;
	struct os_udp_socket *wanted = calloc(HASH_COUNT(sockets->by_inode), sizeof(*wanted));
	const struct os_udp_socket *found;
	struct l2tpip *socket, *next;
	size_t count = 0;

	HASH_ITER(hh, sockets->by_inode, socket, next)
		if (wanted && socket->family == family)
			wanted[count++].cookie = socket->cookie;
	if (count && annex_find(&sockets->annex, family, wanted, count))
		HASH_ITER(hh, sockets->by_inode, socket, next)
			if ((found = os_udp_get(wanted, count, socket->cookie)) && !found->found)
				end(supervisor, socket);
	free(wanted);
}

static void look(struct supervisor *supervisor)
{
	struct l2tpip *socket, *next;
	bool missed = false;
	uint64_t cookie;

	while (os_udp_end(supervisor->l2tpips.annex.witness, &cookie, &missed))
		HASH_ITER(hh, supervisor->l2tpips.by_inode, socket, next)
			if (cookie && socket->cookie == cookie)
				end(supervisor, socket);
	if (missed) {
		look_for_family(supervisor, AF_INET);
		look_for_family(supervisor, AF_INET6);
	}
}

int l2tpip_replace(struct supervisor *supervisor, struct l2tpip *socket, int wire)
{
	if (!watch(&supervisor->l2tpips, wire, socket->inode))
		return errno;
	epoll_ctl(supervisor->l2tpips.watched, EPOLL_CTL_DEL, socket->wire, NULL);
	close(socket->wire);
	socket->wire = wire;
	return 0;
}

/* The kernel gave the number of one that is closed away again. */
static void forget_inode(struct supervisor *supervisor, uint64_t inode)
{
	struct l2tpip *socket;

	HASH_FIND(hh, supervisor->l2tpips.by_inode, &inode, sizeof(inode), socket);
	if (socket)
		end(supervisor, socket);
}

/* --- the program gets it --- */

void l2tpip_opened(struct supervisor *supervisor, struct pending *pending)
{
	struct l2tpips *sockets = &supervisor->l2tpips;
	struct l2tpip *socket = pending->l2tpip;
	int failed;

	forget_inode(supervisor, socket->inode);
	if (!watch(sockets, socket->wire, socket->inode)) {
		supervisor_answer(supervisor, pending->id, errno);
		return;
	}
	HASH_ADD(hh, sockets->by_inode, inode, sizeof(socket->inode), socket);
	pending->l2tpip = NULL;
	failed = notification_inject_as(supervisor->listener, pending->id, pending->end,
				     free_number(supervisor, pending->tid), pending->close_on_exec);
	if (failed == EBADF)	/* it may not have so many */
		failed = notification_inject(supervisor->listener, pending->id, pending->end,
					     pending->close_on_exec);
	if (failed)
		supervisor_answer(supervisor, pending->id, failed);
}

/* --- what passes --- */

static struct l2tpip *find_port(const struct l2tpips *sockets, sa_family_t family, uint16_t port)
{
	struct l2tpip *socket, *next;

	HASH_ITER(hh, sockets->by_inode, socket, next)
		if (socket->family == family && socket->port == port)
			return socket;
	return NULL;
}

int l2tpip_way(struct l2tpips *sockets, uint32_t scope)
{
	unsigned int before = sockets->annex.way_count;
	int way = annex_way(&sockets->annex, scope);

	if (way >= 0 && (unsigned int)way >= before)
		(void)watch(sockets, sockets->annex.ways[way].fd, READY_WAY + (uint64_t)way);
	return way;
}

static void pass_out(const struct l2tpips *sockets, unsigned int way)
{
	static uint8_t buffer[ANNEX_DATAGRAM_MAX];
	struct annex_packet packet;

	for (int i = 0; i < AT_ONCE && annex_take(&sockets->annex, way, buffer, &packet); i++) {
		const struct l2tpip *socket = find_port(sockets, packet.to.family, packet.port);
		struct endpoint to = { .address = packet.to };
		struct sockaddr_storage name;
		socklen_t length = endpoint_to_sockaddr(&to, &name);

		if (name.ss_family == AF_INET6)
			((struct sockaddr_in6 *)(void *)&name)->sin6_scope_id = sockets->annex.ways[way].scope;
		if (socket)
			(void)wire_send(socket->wire, &name, length, packet.octets, packet.length);
	}
}

/* One that is bound to a link hears nothing else. */
static void pass_in(struct l2tpips *sockets, uint64_t inode)
{
	static uint8_t buffer[WIRE_DATAGRAM_MAX];
	const struct l2tpip *socket;
	struct annex_arrival arrival;

	HASH_FIND(hh, sockets->by_inode, &inode, sizeof(inode), socket);
	for (int i = 0; socket && i < AT_ONCE && wire_receive(socket->wire, buffer, &arrival); i++) {
		int way = l2tpip_way(sockets, arrival.scope ? arrival.scope : socket->link);

		annex_give(&sockets->annex, way < 0 ? 0 : (unsigned int)way, &arrival, socket->port);
	}
}

void l2tpip_ready(struct supervisor *supervisor)
{
	struct l2tpips *sockets = &supervisor->l2tpips;
	struct epoll_event ready[READY_MAX];
	int count = epoll_wait(sockets->watched, ready, READY_MAX, 0);

	for (int i = 0; i < count; i++) {
		uint64_t what = ready[i].data.u64;

		if (what == READY_WITNESS)
			look(supervisor);
		else if (what < READY_WAY + ANNEX_WAYS_MAX)
			pass_out(sockets, (unsigned int)(what - READY_WAY));
		else
			pass_in(sockets, what);
	}
}
