/* SPDX-License-Identifier: MIT */
/*
 * Sockets of tunnels that a program binds or connects.  Nobody tells when that has happened.  So it is looked, as long
 * as there are any that are not connected, and for a while when l2tprun has seen that a program begins to do it.
 */
#include <stdlib.h>
#include <utlist.h>

#include "l2tpd/kernel_internal.h"
#include "os/clock.h"
#include "os/udp_find.h"

#define LOOK_MS 200
#define MOVING_MS 1000		/* a call of a program's takes no longer, as a rule ... */
#define LOOK_MOVING_MS 20	/* ... and often, nothing */
#define SHARE 10		/* looking takes no more than this part of the time */

/* --- UDP --- */

static bool is_alike(const struct taken_socket *a, const struct taken_socket *b)
{
	return a->witness == b->witness && a->family == b->family;
}

static bool find_there(const struct taken_socket *like, struct os_udp_socket *sockets, size_t count)
{
	int saved = netns_enter(like->netns, NULL);
	bool known = saved >= 0 && os_udp_find(like->family, sockets, count);

	netns_leave(saved);
	return known;
}

struct os_udp_socket *sockets_find(struct kernel_api *api, const struct taken_socket *like, size_t *count)
{
	const struct taken_socket *taken;
	struct os_udp_socket *sockets;
	size_t room = 0;

	*count = 0;
	DL_FOREACH(api->sockets, taken)
		room += is_alike(taken, like);
	sockets = calloc(room, sizeof(*sockets));
	if (!sockets)
		return NULL;
	DL_FOREACH(api->sockets, taken)
		if (is_alike(taken, like))
			sockets[(*count)++].cookie = taken->cookie;
	if (find_there(like, sockets, *count))
		return sockets;
	free(sockets);
	return NULL;
}

static bool is_same(const struct endpoint *a, const struct endpoint *b)
{
	return a->port == b->port && address_equal(&a->address, &b->address);
}

static bool is_to_be_looked_at(const struct taken_socket *taken)
{
	return !taken->is_free && (!taken->is_connected || taken->moves_until);
}

static bool is_where_it_was(const struct taken_socket *taken, const struct os_udp_socket *found)
{
	if (!is_same(&found->local, &taken->local))
		return false;
	return taken->is_connected ? is_same(&found->peer, &taken->peer) : !found->peer.port;
}

/* found NULL: it is not there, or not bound. */
static void see(struct kernel_api *api, struct taken_socket *taken, const struct os_udp_socket *found, bool *changed)
{
	struct kernel_socket now = { .cookie = taken->cookie };
	bool wanted = is_to_be_looked_at(taken);

	taken->looked_at = true;
	if (os_clock_ms() >= taken->moves_until)	/* it was looked once after that */
		taken->moves_until = 0;
	if (!wanted || !found || !found->found || is_where_it_was(taken, found))
		return;
	now.local = found->local;
	now.peer = found->peer;
	now.is_connected = now.peer.port;
	taken->local = now.local;
	taken->peer = now.peer;
	taken->is_connected = now.is_connected;
	kernel_socket_moved(api->kernel, taken->cookie, &now);
	*changed = true;
}

/* With all that are as this one. */
static void look_at_udp(struct kernel_api *api, const struct taken_socket *like, bool *changed)
{
	struct taken_socket *taken;
	size_t count;
	struct os_udp_socket *sockets = sockets_find(api, like, &count);

	DL_FOREACH(api->sockets, taken)
		if (is_alike(taken, like))
			see(api, taken, sockets ? os_udp_get(sockets, count, taken->cookie) : NULL, changed);
	free(sockets);
}

/* Returns whether it has to be looked again. */
static bool look_at_all_udp(struct kernel_api *api, bool *changed)
{
	struct taken_socket *taken;
	bool again = false;

	DL_FOREACH(api->sockets, taken)
		taken->looked_at = false;
	DL_FOREACH(api->sockets, taken) {
		if (is_to_be_looked_at(taken) && !taken->looked_at)
			look_at_udp(api, taken, changed);
		again |= is_to_be_looked_at(taken);
	}
	return again;
}

/* --- IP protocol 115 --- */

bool sockets_look_at(struct kernel_api *api, struct l2tpip *socket)
{
	struct kernel_socket now;

	l2tpip_describe(socket, &now);
	if (is_same(&now.local, &socket->local) && now.is_connected == socket->is_connected &&
	    (!now.is_connected || is_same(&now.peer, &socket->peer)))
		return false;
	socket->local = now.local;
	socket->peer = now.peer;
	socket->is_connected = now.is_connected;
	kernel_socket_moved(api->kernel, socket->cookie, &now);
	return true;
}

/* Returns likewise. */
static bool look_at_l2tpip(struct kernel_api *api, struct l2tpip *socket, bool *changed)
{
	if (!socket->taken || socket->is_connected)
		return false;
	*changed |= sockets_look_at(api, socket);
	return !socket->is_connected;
}

static uint64_t look_interval(const struct kernel_api *api)
{
	const struct taken_socket *taken;

	DL_FOREACH(api->sockets, taken)
		if (taken->moves_until)
			return LOOK_MOVING_MS;
	return LOOK_MS;
}

void sockets_look(struct kernel_api *api)
{
	uint64_t begun = os_clock_ms(), took, interval = look_interval(api);
	struct l2tpip *socket;
	bool again, changed = false;

	again = look_at_all_udp(api, &changed);
	DL_FOREACH(api->l2tpips, socket)
		again |= look_at_l2tpip(api, socket, &changed);
	took = os_clock_ms() - begun;
	if (again)
		timer_within(api->loop, api->move, took * SHARE > interval ? took * SHARE : interval);
	if (changed)
		api->changed(api->context);
}

void sockets_look_soon(struct kernel_api *api)
{
	timer_within(api->loop, api->move, LOOK_MS);
}

void sockets_moved(struct kernel_api *api, uint64_t inode, bool already)
{
	struct taken_socket *taken;
	bool changed = false;

	DL_SEARCH_SCALAR(api->sockets, taken, inode, inode);
	if (!taken || !inode)
		return;
	if (already) {
		taken->moves_until = os_clock_ms();
		look_at_udp(api, taken, &changed);
		return;
	}
	taken->moves_until = os_clock_ms() + MOVING_MS;
	timer_within(api->loop, api->move, LOOK_MOVING_MS);
}
