/* SPDX-License-Identifier: MIT */
/*
 * The rehearsal of a reload on the datapath itself: what is to be made is added beside what runs, and
 * deleted again.  A network namespace, a bridge or an address that is not there, an interface of that
 * name that is not ours, a lack of permission: all of it comes to light while nothing is lost yet.
 *
 * What cannot exist twice is tried under a stand-in: another session id, a device name that the
 * system chooses.  The device is never set up, so that nobody takes notice of it.
 *
 * Before that, the names and ids that the file gives are compared with those that will still be taken,
 * by what administrators made, when all is gone that has to go.
 */
#include <string.h>

#include "service/reload.h"

/* --- what is taken --- */

static void mark(struct service_reload *reload, bool going)
{
	for (size_t i = 0; i < reload->tunnels_gone.count; i++)
		((struct tunnel *)reload->tunnels_gone.items[i])->going = going;
	for (size_t i = 0; i < reload->sessions_gone.count; i++)
		((struct session *)reload->sessions_gone.items[i])->going = going;
}

static int refuse_tunnels(struct service_reload *reload, struct error *error)
{
	for (size_t i = 0; i < reload->tunnel_copies.count; i++) {
		struct tunnel_copy *copy = reload->tunnel_copies.items[i];
		struct tunnel_config config = copy->like->config;

		reload->failed = copy->like->command;
		reload_unchosen_tunnel_ids(copy, &config);
		if (names_refuse_tunnel(reload->service, &config, false, error) < 0)
			return -1;
	}
	return 0;
}

/* An administrator's, in a tunnel that is made anew: what will it meet there, and beside it, that the file makes? */
static int refuse_carried(const struct service_reload *reload, const struct session_copy *copy,
			  const struct address *peer, const struct session_config *config, struct error *error)
{
	if (names_refuse_session(copy->in, config->session_id, config->session_name, error) < 0 ||
	    names_refuse_interface(reload->dry, config, error) < 0 ||
	    flow_refuse_session(reload->dry, &copy->in->config, peer, config, error) < 0)
		return -1;
	if (!rules_loops(&copy->in->config, peer))
		return 0;
	return rules_session_loop(config->session_id, config->peer_session_id, error);
}

/* Is the tunnel that it will be in there, and stays? */
static const struct tunnel *staying(const struct session_copy *copy)
{
	const struct tunnel *running = copy->in->pair;

	return running && !running->going ? running : NULL;
}

static int refuse_session(const struct service_reload *reload, const struct session_copy *copy, struct error *error)
{
	const struct tunnel *stays = staying(copy);
	const struct address *peer = stays ? &stays->peer : &copy->in->peer;
	struct session_config config;

	session_compose(copy->like, &config);
	reload_unchosen_session_id(copy, &config);
	if (stays && names_refuse_session(stays, config.session_id, config.session_name, error) < 0)
		return -1;
	if (copy->like->tunnel != copy->in && refuse_carried(reload, copy, peer, &config, error) < 0)
		return -1;
	if (flow_refuse_session(reload->service, &copy->in->config, peer, &config, error) < 0)
		return -1;
	return names_refuse_interface(reload->service, &config, error);
}

static int refuse_taken(struct service_reload *reload, struct error *error)
{
	if (refuse_tunnels(reload, error) < 0)
		return -1;
	for (size_t i = 0; i < reload->session_copies.count; i++) {
		const struct session_copy *copy = reload->session_copies.items[i];

		reload->failed = reload_command(copy);
		if (refuse_session(reload, copy, error) < 0)
			return -1;
	}
	return 0;
}

/* --- what the datapath takes --- */

/* The peer of one that replaces another may be known already, though it is given by name. */
static const struct address *peer_of(const struct tunnel_copy *copy)
{
	const struct tunnel *before = copy->instead_of;

	if (copy->like->peer.family == AF_UNSPEC && before &&
	    strcmp(before->config.dest_ipaddr, copy->like->config.dest_ipaddr) == 0)
		return &before->peer;
	return &copy->like->peer;
}

static int try_tunnels(struct service_reload *reload, struct error *error)
{
	for (size_t i = 0; i < reload->tunnel_copies.count; i++) {
		struct tunnel_copy *copy = reload->tunnel_copies.items[i];

		reload->failed = copy->like->command;
		if (tunnel_try(reload->service, copy->like, peer_of(copy), &copy->like->trial, error) < 0)
			return -1;
	}
	return 0;
}

/* No packet that arrives must find it. */
static uint32_t unused_id(struct service_reload *reload, const struct tunnel *running)
{
	uint32_t random = (uint32_t)service_random(reload->service), id;

	if (running && running->flow && order_free_id(&running->flow->sessions, 1, UINT32_MAX, random, &id))
		return id;
	return random ? random : 1;
}

static void wanted(struct service_reload *reload, const struct session_copy *copy,
		   struct datapath_session_config *config)
{
	const struct tunnel *running = copy->in->pair;
	handle tunnel = copy->in->trial != HANDLE_NONE ? copy->in->trial : running->datapath;

	session_wanted(copy->like, tunnel, config);
	config->session_id = unused_id(reload, running);
	config->interface_up = false;
	if (names_find_interface(reload->service, config->netns, config->ifname))
		memset(config->ifname, 0, sizeof(config->ifname));
}

/* What the system takes once, it takes again: is there nothing to learn from the second one? */
static bool alike(const struct datapath_session_config *a, const struct datapath_session_config *b)
{
	return !a->ifname[0] && !b->ifname[0] && a->tunnel == b->tunnel && a->pw_type == b->pw_type &&
	       a->mtu_mode == b->mtu_mode && a->mtu == b->mtu && a->has_mac == b->has_mac &&
	       memcmp(a->mac, b->mac, sizeof(a->mac)) == 0 && strcmp(a->netns, b->netns) == 0 &&
	       strcmp(a->bridge, b->bridge) == 0;
}

static int try_sessions(struct service_reload *reload, struct error *error)
{
	struct datapath *dp = reload->service->dp;
	struct datapath_session_config config, last = { .tunnel = HANDLE_NONE };

	for (size_t i = 0; i < reload->session_copies.count; i++) {
		struct session_copy *copy = reload->session_copies.items[i];

		if (tunnel_is_managed(copy->in))	/* the datapath gets it when the peer has agreed */
			continue;
		wanted(reload, copy, &config);
		if (alike(&config, &last))
			continue;
		reload->failed = reload_command(copy);
		if (datapath_ops(dp)->session_add(dp, &config, &copy->trial, error) < 0)
			return -1;
		last = config;
	}
	return 0;
}

/* --- leaving nothing behind --- */

static void forget_sessions(struct service_reload *reload)
{
	struct datapath *dp = reload->service->dp;
	handle trials[SESSION_BATCH];
	int count = 0;

	for (size_t i = 0; i < reload->session_copies.count; i++) {
		struct session_copy *copy = reload->session_copies.items[i];

		if (copy->trial == HANDLE_NONE)
			continue;
		trials[count++] = copy->trial;
		copy->trial = HANDLE_NONE;
		if (count == SESSION_BATCH) {
			datapath_ops(dp)->session_delete(dp, trials, count);
			count = 0;
		}
	}
	if (count)
		datapath_ops(dp)->session_delete(dp, trials, count);
}

static void forget_tunnels(struct service_reload *reload)
{
	struct datapath *dp = reload->service->dp;

	for (size_t i = 0; i < reload->tunnel_copies.count; i++) {
		struct tunnel_copy *copy = reload->tunnel_copies.items[i];

		if (copy->like->trial != HANDLE_NONE)
			datapath_ops(dp)->tunnel_delete(dp, copy->like->trial);
		copy->like->trial = HANDLE_NONE;
	}
}

int reload_try(struct service_reload *reload, struct error *error)
{
	int ret = -1;

	mark(reload, true);
	if (refuse_taken(reload, error) == 0 && try_tunnels(reload, error) == 0 && try_sessions(reload, error) == 0)
		ret = 0;
	forget_sessions(reload);
	forget_tunnels(reload);
	mark(reload, false);
	return ret;
}
