/* SPDX-License-Identifier: MIT */
/*
 * See ppp_routes.h.  A range from A to B is cut into the fewest networks that make it up.  What does not fit has no
 * common route: its sessions get routes of their own.
 */
#include "service/ppp_routes.h"

#include "aaa/pool.h"

struct routes {
	struct prefix *prefixes;
	unsigned int count;
};

static void add(struct routes *routes, const struct address *address, uint8_t length)
{
	if (routes->count < PPP_ROUTES_MAX)
		routes->prefixes[routes->count++] = (struct prefix){ *address, length };
}

/* The largest network that begins here and does not go beyond last. */
static uint8_t length_at(uint32_t first, uint32_t last)
{
	uint8_t length = 32;

	while (length > 0) {
		uint32_t rest = length == 1 ? UINT32_MAX : (UINT32_C(1) << (33 - length)) - 1;

		if (first & rest || last - first < rest)
			break;
		length--;
	}
	return length;
}

static void add_from_to(struct routes *routes, uint32_t first, uint32_t last)
{
	for (;;) {
		uint8_t length = length_at(first, last);
		uint32_t end = length ? first + (uint32_t)((UINT64_C(1) << (32 - length)) - 1) : UINT32_MAX;
		struct address address = { .family = AF_INET, .v4.s_addr = htonl(first) };

		add(routes, &address, length);
		if (end >= last || routes->count == PPP_ROUTES_MAX)
			return;
		first = end + 1;
	}
}

static void add_pool(const struct service *service, const char *name, struct routes *routes)
{
	struct pool_view view;

	if (!name[0] || !pools_view(service->pools, name, &view))
		return;
	for (unsigned int i = 0; i < view.config->range_count; i++) {
		const struct range *range = &view.config->ranges[i];

		if (range->length != RANGE_NO_NETWORK)
			add(routes, &range->first, range->length);
		else if (range->first.family == AF_INET)
			add_from_to(routes, ntohl(range->first.v4.s_addr), ntohl(range->last.v4.s_addr));
	}
}

unsigned int ppp_routes_of(const struct service *service, const struct ppp_profile_config *profile,
			   struct prefix prefixes[PPP_ROUTES_MAX])
{
	struct routes routes = { .prefixes = prefixes };

	add_pool(service, profile->ip_pool_name, &routes);
	add_pool(service, profile->ipv6_pool_name, &routes);
	add_pool(service, profile->delegated_pool_name, &routes);
	return routes.count;
}
