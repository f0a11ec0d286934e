/* SPDX-License-Identifier: MIT */
/* Shared devices: the control thread's part. See shared.h. */
#include "datapath/user/shared.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/octets.h"
#include "datapath/user/worker.h"
#include "os/address.h"
#include "os/route_table.h"

#define PREFIXES_MAX (DATAPATH_PREFIXES_MAX + 2)

static const struct address link_local_one = { .family = AF_INET6, .bytes = { 0xfe, 0x80, [15] = 1 } };	/* fe80::1 */

/* --- making and removing --- */

static int add_address(struct shared_device *shared, const struct address *local, uint8_t length, struct error *error)
{
	struct link_address address = { .local = *local, .length = length };

	if (local->family == AF_UNSPEC)
		return 0;
	return address_add(shared->links, shared->device->ifindex, &address, error);
}

static int add_routes(struct shared_device *shared, const struct datapath_device_config *config, struct error *error)
{
	for (unsigned int i = 0; i < config->route_count; i++) {
		struct route route = { .destination = config->routes[i], .ifindex = shared->device->ifindex };

		if (route_add(shared->links, &route, error) < 0)
			return -1;
	}
	return 0;
}

/* IPv6 may be switched off here: who has no use for it shall not miss it. */
static bool needs_ipv6(const struct datapath_device_config *config)
{
	bool needed = config->local6.family == AF_INET6;

	for (unsigned int i = 0; i < config->route_count; i++)
		needed |= config->routes[i].address.family == AF_INET6;
	return needed;
}

static int furnish(struct shared_device *shared, const struct datapath_device_config *config, struct error *error)
{
	if (add_address(shared, &link_local_one, 64, needs_ipv6(config) ? error : NULL) < 0 && needs_ipv6(config))
		return -1;
	if (add_address(shared, &config->local4, 32, error) < 0 || add_address(shared, &config->local6, 128, error) < 0)
		return -1;
	return add_routes(shared, config, error);
}

static int open_links(struct user_datapath *dp, struct shared_device *shared, struct error *error)
{
	struct visit visit;

	shared->links = dp->links;
	if (!*shared->device->netns)
		return 0;
	if (device_visit(shared->device, &visit, error) < 0)
		return -1;
	shared->links = visit.links;
	shared->is_abroad = true;
	device_visit_leave(&visit);
	return 0;
}

static void shared_free(struct user_datapath *dp, struct shared_device *shared)
{
	device_remove(dp, &shared->device, 1);
	if (shared->is_abroad)
		link_channel_close(shared->links);
	lookup_free(shared->owners);
	free(shared->device);
	free(shared);
}

static struct shared_device *allocate(struct user_datapath *dp, const struct datapath_device_config *config)
{
	struct shared_device *shared = calloc(1, sizeof(*shared));

	if (!shared)
		return NULL;
	shared->source.ready = shared_ready;
	/* One after the other: several of them share the work. */
	shared->worker = &dp->workers[dp->shared_made++ % dp->worker_count];
	shared->mss_clamp = config->mss_clamp;
	shared->mtu = config->mtu ? config->mtu : PATH_MTU_DEFAULT;
	shared->owners = lookup_new();
	shared->device = device_new(DEVICE_PPP, config->ifname, config->netns);
	if (shared->owners && shared->device)
		return shared;
	if (shared->owners)
		lookup_free(shared->owners);
	free(shared->device);
	free(shared);
	return NULL;
}

static void stop_reading(struct worker *worker, void *context)
{
	const struct shared_device *shared = context;

	worker_unwatch(worker, shared->device->fd);
}

int shared_add(struct datapath *base, const struct datapath_device_config *config, handle *result,
	       struct error *error)
{
	struct user_datapath *dp = user_datapath(base);
	struct shared_device *shared;

	if (!*config->ifname)
		return error_set(error, ERROR_VALUE, "interface_name", "a shared interface has a name");
	shared = allocate(dp, config);
	if (!shared)
		return error_system(error, ENOMEM, NULL, "cannot make the interface %s", config->ifname);
	if (device_create(dp, shared->device, shared->mtu, error) < 0 || open_links(dp, shared, error) < 0 ||
	    furnish(shared, config, error) < 0)
		goto fail;
	shared->self = handle_add(&dp->shared, shared);
	if (shared->self == HANDLE_NONE || worker_watch(shared->worker, shared->device->fd, &shared->source) < 0) {
		error_system(error, errno, NULL, "cannot watch the interface %s", config->ifname);
		handle_remove(&dp->shared, shared->self);
		goto fail;
	}
	*result = shared->self;
	return 0;
fail:
	shared_free(dp, shared);
	return -1;
}

void shared_delete(struct datapath *base, handle device)
{
	struct user_datapath *dp = user_datapath(base);
	struct shared_device *shared = handle_get(&dp->shared, device);

	if (!shared || shared->users)
		return;
	handle_remove(&dp->shared, device);
	worker_run(shared->worker, stop_reading, shared);
	retire_all(dp);
	shared_free(dp, shared);
}

void shared_close(struct user_datapath *dp)
{
	struct shared_device *shared;
	uint32_t position = 0;

	while ((shared = handle_next(&dp->shared, &position)))
		shared_delete((struct datapath *)(void *)dp, shared->self);
	handle_table_clear(&dp->shared);
}

void shared_gone(struct user_datapath *dp)
{
	struct session *session;
	uint32_t position = 0;

	while ((session = handle_next(&dp->sessions, &position)))
		if (session->network && session->network->shared && shared_get(session->network->shared->gone))
			session->device_gone = true;
	notice_overflow_again(dp->notices);
}

/* --- who has what --- */

struct prefixes {
	unsigned int count;
	struct datapath_prefix list[PREFIXES_MAX];
};

static void put(struct prefixes *prefixes, const struct datapath_prefix *prefix)
{
	memset(&prefixes->list[prefixes->count], 0, sizeof(*prefix));
	memcpy(&prefixes->list[prefixes->count].prefix.address, &prefix->prefix.address, sizeof(struct address));
	prefixes->list[prefixes->count].prefix.length = prefix->prefix.length;
	prefixes->list[prefixes->count].routed = prefix->routed;
	prefixes->list[prefixes->count++].metric = prefix->metric;
}

static void list(struct prefixes *prefixes, const struct datapath_ppp *ppp)
{
	struct datapath_prefix host = { .prefix = { .length = 32 } };

	prefixes->count = 0;
	if (!ppp)
		return;
	host.prefix.address = ppp->peer4;
	if (ppp->ipv4 && ppp->peer4.family == AF_INET)
		put(prefixes, &host);
	host.prefix = (struct prefix){ .length = 128 };
	host.prefix.address.family = AF_INET6;
	host.prefix.address.bytes[0] = 0xfe;
	host.prefix.address.bytes[1] = 0x80;
	memcpy(host.prefix.address.bytes + 8, ppp->peer_identifier, 8);
	if (ppp->ipv6 && octets_u64(ppp->peer_identifier) != 0)
		put(prefixes, &host);
	for (unsigned int i = 0; i < ppp->prefix_count; i++)
		if (ppp->prefixes[i].prefix.address.family == AF_INET6 ? ppp->ipv6 : ppp->ipv4)
			put(prefixes, &ppp->prefixes[i]);
}

static bool contains(const struct prefixes *prefixes, const struct datapath_prefix *prefix)
{
	for (unsigned int i = 0; i < prefixes->count; i++)
		if (memcmp(&prefixes->list[i], prefix, sizeof(*prefix)) == 0)
			return true;
	return false;
}

/* Link-local addresses need not be different ones. */
static bool is_link_local(const struct prefix *prefix)
{
	return prefix->address.family == AF_INET6 && prefix->address.bytes[0] == 0xfe &&
	       (prefix->address.bytes[1] & 0xc0) == 0x80;
}

static struct route route_of(const struct shared_device *shared, const struct datapath_prefix *prefix)
{
	return (struct route){ .destination = prefix->prefix, .ifindex = shared->device->ifindex,
			       .metric = prefix->metric };
}

static void remove_prefix(struct user_datapath *dp, struct shared_device *shared, const struct session *session,
			  const struct datapath_prefix *prefix, bool with_entry)
{
	struct route route = route_of(shared, prefix);

	if (prefix->routed)
		route_remove(shared->links, &route);
	if (with_entry)
		retire(dp, lookup_remove(shared->owners, &prefix->prefix, session), free);
}

/* Is the same prefix there, though perhaps with another route? */
static bool contains_owner(const struct prefixes *prefixes, const struct prefix *prefix)
{
	for (unsigned int i = 0; i < prefixes->count; i++)
		if (prefix_equal(&prefixes->list[i].prefix, prefix))
			return true;
	return false;
}

static int add_prefix(struct user_datapath *dp, struct shared_device *shared, struct session *session,
		      const struct datapath_prefix *prefix, bool with_entry, struct error *error)
{
	struct route route = route_of(shared, prefix);
	char text[PREFIX_TEXT_MAX];

	if (with_entry && lookup_add(shared->owners, &prefix->prefix, session) < 0 &&
	    !is_link_local(&prefix->prefix)) {
		if (errno == ENOMEM)
			return error_system(error, errno, NULL, "cannot remember whose %s is",
					    prefix_format(&prefix->prefix, text, sizeof(text)));
		return error_set(error, ERROR_EXISTS, NULL,
				 "%s is at the other end of another session on the shared interface %s, so packets to "
				 "there could be either's: with interface=own each session has an interface of its own",
				 prefix_format(&prefix->prefix, text, sizeof(text)), shared->device->ifname);
	}
	if (!prefix->routed || route_add(shared->links, &route, error) == 0)
		return 0;
	if (with_entry)
		retire(dp, lookup_remove(shared->owners, &prefix->prefix, session), free);
	return -1;
}

int shared_change(struct user_datapath *dp, struct shared_device *shared, struct session *session,
		  const struct datapath_ppp *from, const struct datapath_ppp *to, struct error *error)
{
	struct prefixes before, after;

	list(&before, from);
	list(&after, to);
	for (unsigned int i = 0; i < after.count; i++) {
		if (contains(&before, &after.list[i]) ||
		    add_prefix(dp, shared, session, &after.list[i],
			       !contains_owner(&before, &after.list[i].prefix), error) == 0)
			continue;
		while (i-- > 0)
			if (!contains(&before, &after.list[i]))
				remove_prefix(dp, shared, session, &after.list[i],
					      !contains_owner(&before, &after.list[i].prefix));
		return -1;
	}
	for (unsigned int i = 0; i < before.count; i++)
		if (!contains(&after, &before.list[i]))
			remove_prefix(dp, shared, session, &before.list[i],
				      !contains_owner(&after, &before.list[i].prefix));
	return 0;
}
