/* SPDX-License-Identifier: MIT */
/*
 * The devices of sessions.  Each belongs to the daemon's link group, so that its successor finds
 * what a crash left behind, and so that many go at once: closing a device's descriptor costs a
 * kernel grace period each, removing a group costs one.
 */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <utlist.h>

#include "datapath/user/worker.h"
#include "os/netns.h"
#include "os/tap.h"

/* A foreign namespace in which this run has made devices. */
struct device_netns {
	uint64_t identity;
	struct device_netns *next;
};

#define NUMBERS 100000000u		/* of names: what fits behind the prefix */

#define VICTIMS 0x40000000u		/* flips our link group into that of devices about to be removed */

/* A namespace entered, and an rtnetlink channel in it. */
struct visit {
	struct link_channel *links;
	int saved;			/* -1: we are at home */
};

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

/* Where the device is now: it may have been moved, and its namespace's name may be another's by now. */
static int visit_device(const struct session *session, struct visit *visit, struct error *error)
{
	int target = tap_netns(session->device);

	*visit = (struct visit){ .saved = -1 };
	if (target < 0)
		return error_system(error, errno, NULL, "the interface %s is gone", session->ifname);
	visit->saved = netns_enter_fd(target, error);
	return visit->saved < 0 ? -1 : visit_open(visit, error);
}

static void visit_end(struct visit *visit)
{
	if (visit->saved < 0)
		return;
	link_channel_close(visit->links);
	netns_leave(visit->saved);
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

static int set_up(struct user_datapath *dp, struct visit *visit, struct session *session, uint32_t mtu,
		  struct error *error)
{
	const struct datapath_session_config *config = &session->config;
	struct link_settings settings = { .group = dp->link_group, .mtu = mtu, .up = config->interface_up };

	learn_offloads(dp, tap_enable_offloads(session->device));
	session->ifindex = link_index(visit->links, session->ifname);
	settings.mac = config->has_mac ? config->mac : NULL;
	if (*config->bridge) {
		settings.master = link_index(visit->links, config->bridge);
		if (!settings.master)
			return error_set(error, ERROR_UNKNOWN, "bridge",
					 "there is no bridge %s: make it with `ip link add %s type bridge`",
					 config->bridge, config->bridge);
	}
	/* What the device cannot take at once it drops, queue or no queue: one would only cost, memory too. */
	(void)link_set_noqueue(visit->links, session->ifindex);
	return link_set(visit->links, session->ifindex, &settings, error);
}

/* --- names --- */

static const char *name_prefix(const struct session *session)
{
	return session->layer == FRAME_IP ? "l2tpip" : "l2tpeth";
}

/* The first free number, as the kernel would find it; but the kernel looks at every interface there is
 * for each new one, and we know where to begin. */
static void choose_name(struct user_datapath *dp, const struct visit *visit, struct session *session)
{
	unsigned int *number = &dp->next_number[session->layer];

	if (*session->config.ifname) {
		memcpy(session->ifname, session->config.ifname, sizeof(session->ifname));
	} else if (visit->saved >= 0) {
		snprintf(session->ifname, sizeof(session->ifname), "%s%%d", name_prefix(session));
	} else {
		do {
			snprintf(session->ifname, sizeof(session->ifname), "%.7s%u", name_prefix(session),
				 (*number)++ % NUMBERS);
		} while (link_index(visit->links, session->ifname));
	}
}

static void free_name(struct user_datapath *dp, const struct session *session)
{
	unsigned int *number = &dp->next_number[session->layer], freed;

	if (*session->config.ifname || *session->config.netns)
		return;
	freed = (unsigned int)strtoul(session->ifname + strlen(name_prefix(session)), NULL, 10);
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

int device_create(struct user_datapath *dp, struct session *session, uint32_t mtu, struct error *error)
{
	struct visit visit;

	/* Our own namespace under a name is still our own. */
	if (*session->config.netns && netns_identity(session->config.netns) == netns_identity(""))
		session->config.netns[0] = '\0';
	if (visit_begin(dp, session->config.netns, &visit, error) < 0)
		return -1;
	clean_once(dp, &visit);
	choose_name(dp, &visit, session);
	session->device = tap_open(session->ifname, session->layer == FRAME_ETHERNET, error);
	if (session->device >= 0 && set_up(dp, &visit, session, mtu, error) < 0) {
		close(session->device);
		session->device = -1;
	}
	visit_end(&visit);
	if (session->device < 0) {
		free_name(dp, session);
		return -1;
	}
	return 0;
}

int device_set_mtu(struct session *session, uint32_t mtu, struct error *error)
{
	struct link_settings settings = { .mtu = mtu };
	char name[IF_NAMESIZE];
	struct visit visit;
	int result;

	if (visit_device(session, &visit, error) < 0)
		return -1;
	if (tap_name(session->device, name))
		result = link_set(visit.links, link_index(visit.links, name), &settings, error);
	else
		result = error_set(error, ERROR_SYSTEM, NULL, "the interface %s is gone", session->ifname);
	visit_end(&visit);
	return result;
}

/* Those at home into the victims' group, and away with it; the others go one by one with their descriptors. */
void device_remove(struct user_datapath *dp, struct session *const *sessions, int count)
{
	struct link_settings victim = { .group = dp->link_group ^ VICTIMS };
	int victims = 0;

	for (int i = 0; i < count; i++)
		if (sessions[i]->device >= 0 && !*sessions[i]->config.netns &&
		    link_set(dp->links, sessions[i]->ifindex, &victim, NULL) == 0)
			victims++;
	if (victims)
		(void)link_delete_group(dp->links, victim.group);
	for (int i = 0; i < count; i++) {
		if (sessions[i]->device < 0)
			continue;
		close(sessions[i]->device);
		free_name(dp, sessions[i]);
	}
}

int device_remove_leftovers(struct link_channel *links, uint32_t link_group)
{
	int found = link_delete_group(links, link_group);

	return found | link_delete_group(links, link_group ^ VICTIMS);
}
