/* SPDX-License-Identifier: MIT */
/*
 * Sockets of IP protocol 115 of programs under l2tprun (kernel/attach.h): who has which connection id, and what a
 * tunnel of one is to know of it.  What they have on the wire is open here, too: its names are asked for when they are
 * wanted, since a program may connect it at any time.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utlist.h>

#include "l2tpd/kernel_internal.h"
#include "os/clock.h"
#include "os/socket.h"
#include "os/udp_find.h"

static struct address local_of(int fd)
{
	struct endpoint local = { .port = 0 };

	(void)os_socket_local(fd, &local);
	return local.address;
}

/* --- coming and going --- */

int l2tpip_new(struct supervisor *supervisor, const struct kernel_attach *attach, const int fds[2])
{
	bool fits = supervisor->api->l2tpip_count < KERNEL_SERVED_MAX;
	struct l2tpip *socket = fits ? calloc(1, sizeof(*socket)) : NULL;

	if (!socket) {
		close(fds[0]);
		close(fds[1]);
		return ENOBUFS;
	}
	*socket = (struct l2tpip){ .supervisor = supervisor, .number = attach->client, .cookie = attach->cookie,
				   .wire = fds[0], .annex = fds[1], .netns = os_socket_netns(fds[0]),
				   .family = local_of(fds[0]).family };
	DL_APPEND(supervisor->api->l2tpips, socket);
	supervisor->api->l2tpip_count++;
	return 0;
}

static void end(struct kernel_api *api, struct l2tpip *socket)
{
	DL_DELETE(api->l2tpips, socket);
	api->l2tpip_count--;
	if (socket->taken)
		kernel_socket_closed(api->kernel, socket->cookie, os_clock_ms());
	close(socket->wire);
	close(socket->annex);
	free(socket);
}

static struct l2tpip *find_number(const struct supervisor *supervisor, uint64_t number)
{
	struct l2tpip *socket;

	DL_FOREACH(supervisor->api->l2tpips, socket)
		if (socket->supervisor == supervisor && socket->number == number)
			return socket;
	return NULL;
}

int l2tpip_again(struct supervisor *supervisor, uint64_t number, int wire)
{
	struct l2tpip *socket = find_number(supervisor, number);

	if (!socket) {
		close(wire);
		return ENOTCONN;
	}
	close(socket->wire);
	socket->wire = wire;
	return 0;
}

int l2tpip_closed(struct supervisor *supervisor, uint64_t number)
{
	struct l2tpip *socket = find_number(supervisor, number);

	if (!socket)
		return ENOTCONN;
	end(supervisor->api, socket);
	return 0;
}

void l2tpips_end(struct kernel_api *api, const struct supervisor *supervisor)
{
	struct l2tpip *socket, *next;

	DL_FOREACH_SAFE(api->l2tpips, socket, next)
		if (!supervisor || socket->supervisor == supervisor)
			end(api, socket);
}

struct l2tpip *l2tpip_find(const struct kernel_api *api, uint64_t cookie)
{
	struct l2tpip *socket;

	DL_SEARCH_SCALAR(api->l2tpips, socket, cookie, cookie);
	return socket;
}

/* --- connection ids --- */

/* 0: any. */
static int interface_of(int fd)
{
	int ifindex = os_socket_option(fd, SOL_SOCKET, SO_BINDTOIFINDEX);

	return ifindex < 0 ? 0 : ifindex;
}

/* As the kernel looks: an address of any, and an interface of any, are all of them. */
static bool overlaps(const struct l2tpip *socket, int interface, const struct address *local)
{
	int its_interface = interface_of(socket->wire);
	struct address its = local_of(socket->wire);

	if (interface && its_interface && interface != its_interface)
		return false;
	return address_is_any(local) || address_is_any(&its) || address_equal(&its, local);
}

/* It may be closed, and its l2tprun has not told so yet. When in doubt it lives. */
static bool lives(const struct l2tpip *socket)
{
	struct os_udp_socket wanted = { .cookie = socket->cookie };
	int saved = netns_enter_fd(socket->annex, NULL);
	bool known = saved >= 0 && os_udp_find(socket->family, &wanted, 1);

	netns_leave(saved);
	return wanted.found || !known;
}

bool l2tpip_is_taken(const struct kernel_api *api, uint64_t netns, uint32_t connection_id, int interface,
		     const struct address *local)
{
	const struct l2tpip *socket;

	DL_FOREACH(api->l2tpips, socket)
		if (socket->bound && socket->connection_id == connection_id && socket->netns == netns &&
		    socket->family == local->family && overlaps(socket, interface, local) && lives(socket))
			return true;
	return false;
}

int l2tpip_bind(struct supervisor *supervisor, uint64_t number, uint32_t connection_id)
{
	struct l2tpip *socket = find_number(supervisor, number);
	const struct kernel_api *api = supervisor->api;
	const char *netns;
	struct address local;

	if (!socket)
		return ENOTCONN;
	local = local_of(socket->wire);
	netns = space_name(api, socket->netns);
	if (l2tpip_is_taken(api, socket->netns, connection_id, interface_of(socket->wire), &local) ||
	    (netns && kernel_has_connection(api->kernel, netns, connection_id, &local)))
		return EADDRINUSE;
	socket->bound = true;
	socket->connection_id = connection_id;
	if (socket->taken)
		(void)sockets_look_at(supervisor->api, socket);
	return 0;
}

int l2tpip_moved(struct supervisor *supervisor, uint64_t number)
{
	struct l2tpip *socket = find_number(supervisor, number);

	if (!socket)
		return ENOTCONN;
	if (socket->taken)
		(void)sockets_look_at(supervisor->api, socket);
	return 0;
}

/* --- tunnels --- */

void l2tpip_describe(const struct l2tpip *socket, struct kernel_socket *told)
{
	*told = (struct kernel_socket){ .cookie = socket->cookie };
	socket_describe(socket->wire, told);
	told->local.port = told->peer.port = 0;
	told->peer.address.family = socket->family;
}

int l2tpip_take(struct l2tpip *socket, const char *netns, enum config_encap encap, struct kernel_socket *told)
{
	if (socket->netns != netns_identity(netns))
		return EINVAL;
	if (encap != CONFIG_ENCAP_IP)
		return EPROTONOSUPPORT;
	if (socket->taken)
		return EBUSY;
	socket->taken = true;
	l2tpip_describe(socket, told);
	socket->local = told->local;
	socket->peer = told->peer;
	socket->is_connected = told->is_connected;
	if (!told->is_connected)
		sockets_look_soon(socket->supervisor->api);
	return 0;
}
