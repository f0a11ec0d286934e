/* SPDX-License-Identifier: MIT */
/*
 * Pins: while a session's device has a default route, the tunnel's peer keeps the route that it would have without,
 * by a host route of our own that is looked after when routes change.  (Between a change and our answer a packet to the
 * peer may come out of the session's device: ppp_transmit.c drops it.)
 */
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "datapath/user/network.h"
#include "os/route_table.h"

#define PIN_INTERVAL_MS 500		/* between two looks: to read all routes of a large table takes time */

struct pin {
	struct pin *prev, *next;
	struct session *session;
	bool set;
	struct route route;
};

static struct pin *find(const struct user_datapath *dp, const struct session *session)
{
	struct pin *pin;

	DL_FOREACH(dp->pins, pin)
		if (pin->session == session)
			return pin;
	return NULL;
}

static bool routes_equal(const struct route *a, const struct route *b)
{
	return prefix_equal(&a->destination, &b->destination) && address_equal(&a->gateway, &b->gateway) &&
	       a->ifindex == b->ifindex;
}

/* Does another session need the same one? */
static bool is_shared(const struct user_datapath *dp, const struct pin *pin)
{
	const struct pin *other;

	DL_FOREACH(dp->pins, other)
		if (other != pin && other->set && routes_equal(&other->route, &pin->route))
			return true;
	return false;
}

static void unset(struct user_datapath *dp, struct pin *pin)
{
	if (pin->set && !is_shared(dp, pin))
		route_remove(dp->links, &pin->route);
	pin->set = false;
}

/* Where nothing else leads to the peer the old one stays: what it needs may come back. */
static void settle(struct user_datapath *dp, struct pin *pin)
{
	const struct address *peer = &pin->session->tunnel->config.peer.address;
	struct route route;

	if (pin->set && !address_equal(&pin->route.destination.address, peer))
		unset(dp, pin);
	if (peer->family == AF_UNSPEC || !route_around(dp->links, peer, pin->session->own->ifindex, &route))
		return;
	route.metric = dp->link_group;	/* by which a successor of this instance knows it */
	/* Also one that is as before: the system takes it away with its interface. */
	if (route_add(dp->links, &route, NULL) < 0)
		return;
	if (pin->set && !routes_equal(&pin->route, &route))
		unset(dp, pin);
	pin->route = route;
	pin->set = true;
}

void pin_add(struct user_datapath *dp, struct session *session)
{
	struct pin *pin = find(dp, session);

	if (!pin) {
		pin = calloc(1, sizeof(*pin));
		if (!pin)
			return;		/* the guard on the packet path remains */
		pin->session = session;
		DL_APPEND(dp->pins, pin);
		user_follow_routes(dp);
	}
	settle(dp, pin);
}

void pin_remove(struct user_datapath *dp, struct session *session)
{
	struct pin *pin = find(dp, session);

	if (!pin)
		return;
	unset(dp, pin);
	DL_DELETE(dp->pins, pin);
	free(pin);
}

void pin_refresh(struct user_datapath *dp)
{
	struct pin *pin;

	dp->pins_settled = timers_now();
	dp->pins_due = 0;
	DL_FOREACH(dp->pins, pin)
		settle(dp, pin);
}

void pin_routes_changed(struct user_datapath *dp)
{
	if (!dp->pins || dp->pins_due)
		return;
	if (timers_now() - dp->pins_settled >= PIN_INTERVAL_MS)
		pin_refresh(dp);
	else
		timers_await_pins(dp, dp->pins_settled + PIN_INTERVAL_MS);
}

void pin_remove_leftovers(struct user_datapath *dp)
{
	route_remove_metric(dp->links, dp->link_group);
}
