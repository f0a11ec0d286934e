/* SPDX-License-Identifier: MIT */
/* See device.h. */
#include "datapath/user/device.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <utlist.h>

#include "datapath/user/worker.h"
#include "os/close.h"
#include "os/netns.h"
#include "os/tap.h"

/* A foreign namespace in which this run has made devices. */
struct device_netns {
	uint64_t identity;
	struct device_netns *next;
};

#define NUMBERS 100000000u		/* of names: what fits behind the prefix */

#define VICTIMS 0x40000000u		/* flips our link group into that of devices about to be removed */

/* --- where they are --- */

static int visit_open(struct visit *visit, struct error *error)
{
	visit->links = link_channel_open(error);
	if (visit->links)
		return 0;
	netns_leave(visit->saved);
	return -1;
}

static int visit_begin(struct user_datapath *dp, const char *netns, struct visit *visit, struct error *error)
{
	visit->links = dp->links;
	visit->saved = -1;
	if (!*netns)
		return 0;
	visit->saved = netns_enter(netns, error);
	return visit->saved < 0 ? -1 : visit_open(visit, error);
}

int device_visit(const struct device *device, struct visit *visit, struct error *error)
{
	int target = tap_netns(device->fd);

	*visit = (struct visit){ .saved = -1 };
	if (target < 0)
		return error_system(error, errno, NULL, "the interface %s is gone", device->ifname);
	visit->saved = netns_enter_fd(target, error);
	close(target);
	return visit->saved < 0 ? -1 : visit_open(visit, error);
}

void device_visit_leave(struct visit *visit)
{
	netns_leave(visit->saved);
}

void device_visit_end(struct visit *visit)
{
	if (visit->saved < 0)
		return;
	link_channel_close(visit->links);
	device_visit_leave(visit);
}

/* --- making one --- */

struct device *device_new(enum device_kind kind, const char *asked, const char *netns)
{
	struct device *device = calloc(1, sizeof(*device));

	if (!device)
		return NULL;
	device->fd = -1;
	device->kind = kind;
	device->up = true;
	snprintf(device->asked, sizeof(device->asked), "%s", asked);
	/* Our own namespace under a name is still our own. */
	if (*netns && netns_identity(netns) != netns_identity(""))
		snprintf(device->netns, sizeof(device->netns), "%s", netns);
	device->netns_identity = *device->netns ? netns_identity(netns) : 0;
	return device;
}

bool device_is_elsewhere(const struct device *device)
{
	uint64_t identity = *device->netns ? netns_identity(device->netns) : 0;

	return identity && identity != device->netns_identity;
}

static void set_udp_offload(struct worker *worker, void *context)
{
	worker->coalescer.udp_offload = *(const bool *)context;
}

/* All devices of a kernel take the same: the first one tells. */
static void learn_offloads(struct user_datapath *dp, bool udp_offload)
{
	if (dp->udp_offload == udp_offload)
		return;
	dp->udp_offload = udp_offload;
	for (unsigned int i = 0; i < dp->worker_count; i++)
		worker_run(&dp->workers[i], set_udp_offload, &udp_offload);
}

static int set_up(struct user_datapath *dp, struct visit *visit, struct device *device, uint32_t mtu,
		  struct error *error)
{
	static const struct link_settings no_own_addresses = { .no_own_addresses = true };
	struct link_settings settings = { .group = dp->link_group, .mtu = mtu, .up = device->up };

	learn_offloads(dp, tap_enable_offloads(device->fd));
	device->ifindex = link_index(visit->links, device->ifname);
	settings.mac = device->has_mac ? device->mac : NULL;
	if (*device->bridge) {
		settings.master = link_index(visit->links, device->bridge);
		if (!settings.master)
			return error_set(error, ERROR_UNKNOWN, "bridge",
					 "there is no bridge %s: make it with `ip link add %s type bridge`",
					 device->bridge, device->bridge);
	}
	/* What the device cannot take at once it drops, queue or no queue: one would only cost, memory too. */
	(void)link_set_noqueue(visit->links, device->ifindex);
	/* The kernel hears of addresses last, when the device were up already; and without IPv6 it knows none. */
	if (device->kind == DEVICE_PPP)
		(void)link_set(visit->links, device->ifindex, &no_own_addresses, NULL);
	return link_set(visit->links, device->ifindex, &settings, error);
}

/* --- names --- */

static const char *const name_prefixes[DEVICE_KINDS] = { "l2tpeth", "l2tpip", "ppp" };

/* The first free number, as the kernel would find it; but the kernel looks at every interface there is
 * for each new one, and we know where to begin. */
static void choose_name(struct user_datapath *dp, const struct visit *visit, struct device *device)
{
	const char *prefix = name_prefixes[device->kind];
	unsigned int *number = &dp->next_number[device->kind];

	if (*device->asked) {
		memcpy(device->ifname, device->asked, sizeof(device->ifname));
	} else if (visit->saved >= 0) {
		snprintf(device->ifname, sizeof(device->ifname), "%s%%d", prefix);
	} else {
		do {
			snprintf(device->ifname, sizeof(device->ifname), "%.7s%u", prefix, (*number)++ % NUMBERS);
		} while (link_index(visit->links, device->ifname));
	}
}

static void free_name(struct user_datapath *dp, const struct device *device)
{
	unsigned int *number = &dp->next_number[device->kind], freed;

	if (*device->asked || *device->netns || device->adopted)
		return;
	freed = (unsigned int)strtoul(device->ifname + strlen(name_prefixes[device->kind]), NULL, 10);
	if (freed < *number)
		*number = freed;
}

/* Before our first device in a foreign namespace: what a predecessor left there goes. */
static void clean_once(struct user_datapath *dp, const struct visit *visit)
{
	uint64_t identity = netns_identity("");
	struct device_netns *known;

	if (visit->saved < 0)
		return;
	LL_FOREACH(dp->visited, known)
		if (known->identity == identity)
			return;
	known = calloc(1, sizeof(*known));
	if (!known)
		return;
	known->identity = identity;
	LL_PREPEND(dp->visited, known);
	(void)device_remove_leftovers(visit->links, dp->link_group);
}

void device_forget_namespaces(struct user_datapath *dp)
{
	struct device_netns *known, *next;

	LL_FOREACH_SAFE(dp->visited, known, next)
		free(known);
	dp->visited = NULL;
}

int device_create(struct user_datapath *dp, struct device *device, uint32_t mtu, struct error *error)
{
	struct visit visit;

	if (visit_begin(dp, device->netns, &visit, error) < 0)
		return -1;
	clean_once(dp, &visit);
	choose_name(dp, &visit, device);
	device->fd = tap_open(device->ifname, device->kind == DEVICE_ETHERNET, error);
	if (device->fd >= 0 && set_up(dp, &visit, device, mtu, error) < 0) {
		close(device->fd);
		device->fd = -1;
	}
	device_visit_end(&visit);
	if (device->fd < 0) {
		free_name(dp, device);
		return -1;
	}
	return 0;
}

int device_set_mtu(const struct device *device, uint32_t mtu, struct error *error)
{
	struct link_settings settings = { .mtu = mtu };
	char name[IF_NAMESIZE];
	struct visit visit;
	int result;

	if (device->adopted)
		return 0;
	if (device_visit(device, &visit, error) < 0)
		return -1;
	if (tap_name(device->fd, name))
		result = link_set(visit.links, link_index(visit.links, name), &settings, error);
	else
		result = error_set(error, ERROR_SYSTEM, NULL, "the interface %s is gone", device->ifname);
	device_visit_end(&visit);
	return result;
}

uint32_t device_find(struct user_datapath *dp, struct device *device)
{
	int where = tap_netns(device->fd);
	uint32_t ifindex = 0;
	char name[IF_NAMESIZE];

	if (where >= 0 && netns_identity_fd(where) == netns_identity("") && tap_name(device->fd, name))
		ifindex = link_index(dp->links, name);
	if (ifindex)
		device->ifindex = ifindex;
	os_close(&where);
	return ifindex;
}

/* Those at home into the victims' group, and away with it; the others go one by one with their descriptors. */
void device_remove(struct user_datapath *dp, struct device *const *devices, int count)
{
	struct link_settings victim = { .group = dp->link_group ^ VICTIMS };
	int victims = 0;

	for (int i = 0; i < count; i++) {
		uint32_t ifindex = 0;

		if (devices[i] && devices[i]->fd >= 0 && !devices[i]->adopted)
			ifindex = device_find(dp, devices[i]);
		if (ifindex && link_set(dp->links, ifindex, &victim, NULL) == 0)
			victims++;
	}
	if (victims)
		(void)link_delete_group(dp->links, victim.group);
	for (int i = 0; i < count; i++) {
		if (!devices[i] || devices[i]->fd < 0)
			continue;
		close(devices[i]->fd);
		devices[i]->fd = -1;
		free_name(dp, devices[i]);
	}
}

int device_remove_leftovers(struct link_channel *links, uint32_t link_group)
{
	int found = link_delete_group(links, link_group);

	return found | link_delete_group(links, link_group ^ VICTIMS);
}
