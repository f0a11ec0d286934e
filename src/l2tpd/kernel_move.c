/* SPDX-License-Identifier: MIT */
/*
 * Sockets of tunnels that were not connected when they became that: a program may bind and connect them at any time,
 * and nobody tells.  So it is looked, as long as there are any.
 */
#include <string.h>
#include <utlist.h>

#include "l2tpd/kernel_internal.h"
#include "os/udp_find.h"

#define LOOK_MS 200

static void look_later(struct kernel_api *api)
{
	static const struct timeval pause = { 0, LOOK_MS * 1000 };

	if (!event_pending(api->move, EV_TIMEOUT, NULL))
		event_add(api->move, &pause);
}

static bool find_udp(const struct taken_socket *taken, struct kernel_socket *now)
{
	int saved = taken->netns[0] ? netns_enter(taken->netns, NULL) : -1;
	bool found = (saved >= 0 || !taken->netns[0]) &&
		     os_udp_find(taken->family, taken->cookie, &now->local, &now->peer);

	if (saved >= 0)
		netns_leave(saved);
	now->is_connected = now->peer.port;
	return found;
}

static bool is_same(const struct endpoint *a, const struct endpoint *b)
{
	return a->port == b->port && address_equal(&a->address, &b->address);
}

/* Returns whether it has to be looked at again. */
static bool look_at_udp(struct kernel_api *api, struct taken_socket *taken, bool *changed)
{
	struct kernel_socket now = { .cookie = taken->cookie };

	if (taken->is_free || taken->is_connected)
		return false;
	if (!find_udp(taken, &now) || (is_same(&now.local, &taken->local) && !now.is_connected))
		return true;
	taken->local = now.local;
	taken->is_connected = now.is_connected;
	kernel_socket_moved(api->kernel, taken->cookie, &now);
	*changed = true;
	return !taken->is_connected;
}

static bool look_at_l2tpip(struct kernel_api *api, struct l2tpip *socket, bool *changed)
{
	struct kernel_socket now;

	if (!socket->taken || socket->is_connected)
		return false;
	l2tpip_describe(socket, &now);
	if (is_same(&now.local, &socket->local) && !now.is_connected)
		return true;
	socket->local = now.local;
	socket->is_connected = now.is_connected;
	kernel_socket_moved(api->kernel, socket->cookie, &now);
	*changed = true;
	return !socket->is_connected;
}

void sockets_look(struct kernel_api *api)
{
	struct taken_socket *taken;
	struct l2tpip *socket;
	bool again = false, changed = false;

	DL_FOREACH(api->sockets, taken)
		again |= look_at_udp(api, taken, &changed);
	DL_FOREACH(api->l2tpips, socket)
		again |= look_at_l2tpip(api, socket, &changed);
	if (again)
		look_later(api);
	if (changed)
		api->changed(api->context);
}

void sockets_look_soon(struct kernel_api *api)
{
	look_later(api);
}
