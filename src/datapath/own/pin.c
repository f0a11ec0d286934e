/* SPDX-License-Identifier: MIT */
/*
 * Pins: while a session's device has a default route, the tunnel's peer keeps the route that it would have without,
 * by a host route of our own that is looked after when routes change.
 */
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "datapath/own/own.h"
#include "os/route_table.h"

#define NUMBER_BASE 0x20000000u		/* far from what people use; the rest is the instance's hash */
#define NUMBER_MASK 0x0fffffffu

struct own_pin {
	struct own_pin *prev, *next;
	const void *owner;
	const struct address *peer;
	const uint32_t *ifindex;
	bool set;
	struct route route;
};

/* FNV-1a: the same instance must get the same number in every run. */
uint32_t own_number(const char *instance)
{
	uint32_t hash = 2166136261u;

	while (*instance)
		hash = (hash ^ (uint8_t)*instance++) * 16777619u;
	return NUMBER_BASE | (hash & NUMBER_MASK);
}

static struct own_pin *find(const struct own_pins *pins, const void *owner)
{
	struct own_pin *pin;

	DL_FOREACH(pins->list, pin)
		if (pin->owner == owner)
			return pin;
	return NULL;
}

static bool routes_equal(const struct route *a, const struct route *b)
{
	return prefix_equal(&a->destination, &b->destination) && address_equal(&a->gateway, &b->gateway) &&
	       a->ifindex == b->ifindex;
}

/* Does another session need the same one? */
static bool is_shared(const struct own_pins *pins, const struct own_pin *pin)
{
	const struct own_pin *other;

	DL_FOREACH(pins->list, other)
		if (other != pin && other->set && routes_equal(&other->route, &pin->route))
			return true;
	return false;
}

static void unset(const struct own_pins *pins, struct own_pin *pin)
{
	if (pin->set && !is_shared(pins, pin))
		route_remove(pins->links, &pin->route);
	pin->set = false;
}

/* Where nothing else leads to the peer the old one stays: what it needs may come back. */
static void settle(const struct own_pins *pins, struct own_pin *pin)
{
	const struct address *peer = pin->peer;
	struct route route;

	if (pin->set && !address_equal(&pin->route.destination.address, peer))
		unset(pins, pin);
	if (peer->family == AF_UNSPEC || !route_around(pins->links, peer, *pin->ifindex, &route))
		return;
	route.metric = pins->number;	/* by which a successor of this instance knows it */
	/* Also one that is as before: the system takes it away with its interface. */
	if (route_add(pins->links, &route, NULL) < 0)
		return;
	if (pin->set && !routes_equal(&pin->route, &route))
		unset(pins, pin);
	pin->route = route;
	pin->set = true;
}

void own_pin_add(struct own_pins *pins, const void *owner, const struct address *peer, const uint32_t *ifindex)
{
	struct own_pin *pin = find(pins, owner);

	if (!pin) {
		pin = calloc(1, sizeof(*pin));
		if (!pin)
			return;
		pin->owner = owner;
		pin->peer = peer;
		pin->ifindex = ifindex;
		DL_APPEND(pins->list, pin);
	}
	settle(pins, pin);
}

void own_pin_remove(struct own_pins *pins, const void *owner)
{
	struct own_pin *pin = find(pins, owner);

	if (!pin)
		return;
	unset(pins, pin);
	DL_DELETE(pins->list, pin);
	free(pin);
}

void own_pins_settle(struct own_pins *pins)
{
	struct own_pin *pin;

	DL_FOREACH(pins->list, pin)
		settle(pins, pin);
}

void own_pins_remove_leftovers(const struct own_pins *pins)
{
	route_remove_metric(pins->links, pins->number);
}
