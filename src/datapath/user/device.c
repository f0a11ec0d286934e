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

/* A namespace in which this run has made devices. */
struct device_netns {
	char name[DATAPATH_NETNS_MAX];
	struct device_netns *next;
};

#define NUMBERS 100000000u		/* of names: what fits behind the prefix */

#define VICTIMS 0x40000000u		/* flips our link group into that of devices about to be removed */

/* An rtnetlink channel in the session's namespace, entered; leave() gives both back. */
struct visit {
	struct link_channel *links;
	int saved;			/* -1: we are at home */
};

static int visit_begin(struct user_datapath *dp, const char *netns, struct visit *visit, struct error *error)
{
	visit->links = dp->links;
	visit->saved = -1;
	if (!*netns)
		return 0;
	visit->saved = netns_enter(netns, error);
	if (visit->saved < 0)
		return -1;
	visit->links = link_channel_open(error);
	if (visit->links)
		return 0;
	netns_leave(visit->saved);
	return -1;
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
static void clean_once(struct user_datapath *dp, const struct visit *visit, const char *netns)
{
	struct device_netns *known;

	if (visit->saved < 0)
		return;
	LL_FOREACH(dp->visited, known)
		if (strcmp(known->name, netns) == 0)
			return;
	known = calloc(1, sizeof(*known));
	if (!known)
		return;
	snprintf(known->name, sizeof(known->name), "%s", netns);
	LL_PREPEND(dp->visited, known);
	if (device_remove_leftovers(visit->links, dp->link_group) > 0)
		dp->predecessor = true;
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

	if (visit_begin(dp, session->config.netns, &visit, error) < 0)
		return -1;
	clean_once(dp, &visit, session->config.netns);
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

int device_set_mtu(struct user_datapath *dp, struct session *session, uint32_t mtu, struct error *error)
{
	struct link_settings settings = { .mtu = mtu };
	struct visit visit;
	int result;

	if (visit_begin(dp, session->config.netns, &visit, error) < 0)
		return -1;
	result = link_set(visit.links, session->ifindex, &settings, error);
	visit_end(&visit);
	return result;
}

/* Those of one namespace: into the victims' group, and away with it. */
static void remove_in(struct user_datapath *dp, const char *netns, struct session *const *sessions, int count)
{
	struct link_settings victim = { .group = dp->link_group ^ VICTIMS };
	struct visit visit;

	if (visit_begin(dp, netns, &visit, NULL) < 0)
		return;		/* the namespace is gone, and its devices with it */
	for (int i = 0; i < count; i++)
		if (strcmp(sessions[i]->config.netns, netns) == 0)
			(void)link_set(visit.links, sessions[i]->ifindex, &victim, NULL);
	(void)link_delete_group(visit.links, victim.group);
	visit_end(&visit);
}

static bool first_of_its_namespace(struct session *const *sessions, int index)
{
	for (int i = 0; i < index; i++)
		if (strcmp(sessions[i]->config.netns, sessions[index]->config.netns) == 0)
			return false;
	return true;
}

void device_remove(struct user_datapath *dp, struct session *const *sessions, int count)
{
	for (int i = 0; i < count; i++)
		if (first_of_its_namespace(sessions, i))
			remove_in(dp, sessions[i]->config.netns, sessions, count);
	for (int i = 0; i < count; i++) {
		close(sessions[i]->device);
		free_name(dp, sessions[i]);
	}
}

int device_remove_leftovers(struct link_channel *links, uint32_t link_group)
{
	int found = link_delete_group(links, link_group);

	return found | link_delete_group(links, link_group ^ VICTIMS);
}
