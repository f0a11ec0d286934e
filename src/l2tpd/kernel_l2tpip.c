/* SPDX-License-Identifier: MIT */
/*
 * Sockets of IP protocol 115 of programs under l2tprun (kernel/attach.h): who has which connection id, and what a
 * tunnel of one is to know of it.  What they have on the wire is open here, too: its names are asked for when they are
 * wanted, since a program may connect it at any time.
 */
#include <errno.h>
#include <linux/sockios.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utlist.h>

#include "l2tpd/kernel_internal.h"
#include "os/clock.h"
#include "os/udp_find.h"

static uint64_t netns_of(int fd)
{
	int netns = ioctl(fd, SIOCGSKNS);
	struct stat about;
	uint64_t number = netns >= 0 && fstat(netns, &about) == 0 ? about.st_ino : 0;

	if (netns >= 0)
		close(netns);
	return number;
}

static void get_name(int fd, bool peer, struct endpoint *endpoint)
{
	struct sockaddr_storage name;
	socklen_t length = sizeof(name);

	*endpoint = (struct endpoint){ .port = 0 };
	if ((peer ? getpeername : getsockname)(fd, (struct sockaddr *)&name, &length) == 0)
		(void)endpoint_from_sockaddr(&name, endpoint);
}

/* --- coming and going --- */

int l2tpip_new(struct supervisor *supervisor, const struct kernel_attach *attach, const int fds[2])
{
	struct l2tpip *socket = calloc(1, sizeof(*socket));
	struct endpoint local;

	if (!socket) {
		close(fds[0]);
		close(fds[1]);
		return ENOBUFS;
	}
	*socket = (struct l2tpip){ .supervisor = supervisor, .number = attach->client, .cookie = attach->cookie,
				   .wire = fds[0], .annex = fds[1], .netns = netns_of(fds[0]) };
	get_name(fds[0], false, &local);
	socket->family = local.address.family;
	DL_APPEND(supervisor->api->l2tpips, socket);
	return 0;
}

static void end(struct kernel_api *api, struct l2tpip *socket)
{
	DL_DELETE(api->l2tpips, socket);
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

	DL_FOREACH(api->l2tpips, socket)
		if (socket->cookie == cookie)
			return socket;
	return NULL;
}

/* --- connection ids --- */

static int interface_of(int fd)
{
	int ifindex = 0;
	socklen_t length = sizeof(ifindex);

	return getsockopt(fd, SOL_SOCKET, SO_BINDTOIFINDEX, &ifindex, &length) < 0 ? 0 : ifindex;
}

/* As the kernel looks: an address of any, and an interface of any, are all of them. */
static bool overlaps(const struct l2tpip *socket, int interface, const struct address *local)
{
	int its_interface = interface_of(socket->wire);
	struct endpoint its;

	get_name(socket->wire, false, &its);
	if (interface && its_interface && interface != its_interface)
		return false;
	return address_is_any(local) || address_is_any(&its.address) || address_equal(&its.address, local);
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
	struct endpoint local;

	if (!socket)
		return ENOTCONN;
	get_name(socket->wire, false, &local);
	netns = space_name(api, socket->netns);
	if (l2tpip_is_taken(api, socket->netns, connection_id, interface_of(socket->wire), &local.address) ||
	    (netns && kernel_has_connection(api->kernel, netns, connection_id, &local.address)))
		return EADDRINUSE;
	socket->bound = true;
	socket->connection_id = connection_id;
	return 0;
}

/* --- tunnels --- */

void l2tpip_describe(const struct l2tpip *socket, struct kernel_socket *told)
{
	socklen_t length = sizeof(told->mark);

	*told = (struct kernel_socket){ .cookie = socket->cookie };
	get_name(socket->wire, false, &told->local);
	get_name(socket->wire, true, &told->peer);
	told->is_connected = told->peer.port;
	told->local.port = told->peer.port = 0;
	told->peer.address.family = socket->family;
	if (getsockopt(socket->wire, SOL_SOCKET, SO_MARK, &told->mark, &length) < 0)
		told->mark = 0;
	length = sizeof(told->interface);
	if (getsockopt(socket->wire, SOL_SOCKET, SO_BINDTODEVICE, told->interface, &length) < 0 || !length)
		told->interface[0] = '\0';
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
	socket->is_connected = told->is_connected;
	if (!told->is_connected)
		sockets_look_soon(socket->supervisor->api);
	return 0;
}
