/* SPDX-License-Identifier: MIT */
/* Addresses and routes of PPP sessions' own devices: lists of them, and the way from one list to another. */
#include "datapath/own/own.h"

#include <errno.h>
#include <string.h>

#include "os/address.h"
#include "os/route_table.h"

#define ITEMS_MAX (6 + DATAPATH_PREFIXES_MAX)
#define LINK_LOCAL_BITS 64

struct item {
	bool is_route;
	struct link_address address;
	struct route route;
};

struct items {
	unsigned int count;
	struct item items[ITEMS_MAX];
};

/* --- lists --- */

/* All of it zero, also between members: they are compared as octets. */
static struct item *next_item(struct items *items, bool is_route)
{
	struct item *item = &items->items[items->count++];

	memset(item, 0, sizeof(*item));
	item->is_route = is_route;
	return item;
}

static void put_address(struct items *items, const struct address *local, const struct address *peer, uint8_t length)
{
	struct item *item = next_item(items, false);

	memcpy(&item->address.local, local, sizeof(*local));
	memcpy(&item->address.peer, peer, sizeof(*peer));
	item->address.length = length;
}

static void put_route(struct items *items, const struct address *to, uint8_t length, uint32_t ifindex, uint32_t metric)
{
	struct item *item = next_item(items, true);

	memcpy(&item->route.destination.address, to, sizeof(*to));
	item->route.destination.length = length;
	item->route.ifindex = ifindex;
	item->route.metric = metric;
}

static const struct address nobody = { .family = AF_UNSPEC };

static void list_v4(struct items *items, const struct datapath_ppp *ppp, uint32_t ifindex)
{
	const struct address any = { .family = AF_INET };

	if (ppp->local4.family == AF_INET)
		put_address(items, &ppp->local4, &ppp->peer4, 32);
	else if (ppp->peer4.family == AF_INET)
		put_route(items, &ppp->peer4, 32, ifindex, 0);
	if (ppp->default_route)
		put_route(items, &any, 0, ifindex, ppp->default_metric);
}

static struct address link_local(const uint8_t identifier[8])
{
	static const uint8_t none[8];
	struct address address = { .family = AF_UNSPEC };

	if (memcmp(identifier, none, sizeof(none)) == 0)
		return address;
	address.family = AF_INET6;
	address.bytes[0] = 0xfe;
	address.bytes[1] = 0x80;
	memcpy(address.bytes + 8, identifier, 8);
	return address;
}

static void list_v6(struct items *items, const struct datapath_ppp *ppp, uint32_t ifindex)
{
	const struct address any = { .family = AF_INET6 };
	struct address local = link_local(ppp->local_identifier), peer = link_local(ppp->peer_identifier);

	if (local.family == AF_INET6)
		put_address(items, &local, &peer, peer.family == AF_INET6 ? 128 : LINK_LOCAL_BITS);
	if (ppp->local6.family == AF_INET6)
		put_address(items, &ppp->local6, &nobody, 128);
	if (ppp->default_route)
		put_route(items, &any, 0, ifindex, ppp->default_metric);
}

static void list(struct items *items, const struct datapath_ppp *ppp, uint32_t ifindex)
{
	items->count = 0;
	if (ppp && ppp->ipv4)
		list_v4(items, ppp, ifindex);
	if (ppp && ppp->ipv6)
		list_v6(items, ppp, ifindex);
	for (unsigned int i = 0; ppp && i < ppp->prefix_count; i++) {
		const struct datapath_prefix *prefix = &ppp->prefixes[i];

		if (prefix->prefix.address.family == AF_INET6 ? ppp->ipv6 : ppp->ipv4)
			put_route(items, &prefix->prefix.address, prefix->prefix.length, ifindex, prefix->metric);
	}
}

static bool contains(const struct items *items, const struct item *item)
{
	for (unsigned int i = 0; i < items->count; i++)
		if (memcmp(&items->items[i], item, sizeof(*item)) == 0)
			return true;
	return false;
}

/* --- the way --- */

static sa_family_t family_of(const struct item *item)
{
	return item->is_route ? item->route.destination.address.family : item->address.local.family;
}

/* Where IPv6 is switched off or not there (containers), IPv4 shall work all the same. */
static bool is_without_ipv6(const struct item *item, int errno_value)
{
	return family_of(item) == AF_INET6 &&
	       (errno_value == EACCES || errno_value == EOPNOTSUPP || errno_value == EAFNOSUPPORT);
}

static int add(struct link_channel *links, uint32_t ifindex, const struct item *item, struct error *error)
{
	struct error refused = { 0 };
	int result = item->is_route ? route_add(links, &item->route, &refused) :
				      address_add(links, ifindex, &item->address, &refused);

	if (result == 0 || is_without_ipv6(item, errno))
		return 0;
	if (error)
		*error = refused;
	return -1;
}

static void undo(struct link_channel *links, uint32_t ifindex, const struct item *item)
{
	if (item->is_route)
		route_remove(links, &item->route);
	else
		address_remove(links, ifindex, &item->address);
}

int own_change(struct link_channel *links, uint32_t ifindex, const struct datapath_ppp *from,
	       const struct datapath_ppp *to, struct error *error)
{
	struct items before, after;

	list(&before, from, ifindex);
	list(&after, to, ifindex);
	for (unsigned int i = 0; i < after.count; i++) {
		if (contains(&before, &after.items[i]) || add(links, ifindex, &after.items[i], error) == 0)
			continue;
		while (i-- > 0)
			if (!contains(&before, &after.items[i]))
				undo(links, ifindex, &after.items[i]);
		return -1;
	}
	/* The last first: an address that goes takes with it the routes that need it. */
	for (unsigned int i = before.count; i-- > 0;)
		if (!contains(&after, &before.items[i]))
			undo(links, ifindex, &before.items[i]);
	return 0;
}
