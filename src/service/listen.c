/* SPDX-License-Identifier: MIT */
/*
 * Ports that no tunnel needs: those where peers may ask for tunnels, of both address families, and those of tunnels
 * that are gone, whose peers may not have heard of it.
 */
#include "service/listen.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "service/state.h"

#define LINGER_MS 35000			/* a cycle of retransmissions: RFC 2661 section 5.7 */

static const sa_family_t families[] = { AF_INET, AF_INET6 };

bool listen_accepts(const struct profile *profile)
{
	if (param_set_has(&profile->set, config_row(CONFIG_PEER_PROFILE, "accept_tunnels")))
		return profile->config.peer_profile.accept_tunnels;
	return !profile_is_default(profile);
}

static bool is_wanted(const struct service *service)
{
	const struct profile *profile;

	if (service->system.deny_remote_tunnel_creates || service->is_stopping)
		return false;
	for (profile = profile_first(service, CONFIG_PEER_PROFILE); profile; profile = profile->hh.next) {
		if (listen_accepts(profile))
			return true;
	}
	return false;
}

static void end(struct service *service)
{
	struct listen *listen = &service->listen;

	for (int i = 0; i < 2; i++) {
		if (listen->ports[i] != HANDLE_NONE)
			datapath_ops(service->dp)->unlisten(service->dp, listen->ports[i]);
		listen->ports[i] = HANDLE_NONE;
	}
	listen->udp_port = 0;
}

/* Hosts without IPv6, or without IPv4, listen to the other one. */
static void begin(struct service *service)
{
	struct listen *listen = &service->listen;
	struct error error = { 0 };
	bool any = false;

	listen->udp_port = service->system.udp_port;
	for (int i = 0; i < 2; i++) {
		struct datapath_port_config config = { .local = { .address.family = families[i],
								  .port = listen->udp_port } };

		if (!datapath_ops(service->dp)->listen(service->dp, &config, &listen->ports[i], &error))
			any = true;
	}
	if (any)
		return;
	log_error("peers cannot ask for tunnels: %s", error.text);
	history_add(service, SERVICE_FAILURE_PROTOCOL, NULL, NULL, error.text);
	listen->udp_port = 0;
}

void listen_update(struct service *service)
{
	struct listen *listen = &service->listen;
	bool wanted;

	if (!service->control)
		return;
	wanted = is_wanted(service);
	if (listen->udp_port && (!wanted || listen->udp_port != service->system.udp_port))
		end(service);
	if (wanted && !listen->udp_port)
		begin(service);
}

/* --- ports that linger --- */

static struct listen_linger *find(const struct listen *listen, handle port)
{
	struct listen_linger *linger;

	DL_FOREACH(listen->lingering, linger)
		if (linger->port == port)
			return linger;
	return NULL;
}

/* As it is bound. */
static struct listen_linger *hold(struct service *service, const struct tunnel *tunnel)
{
	struct datapath_port_config config = { .local.port = 0 };
	struct datapath_tunnel_info info;
	struct listen_linger *linger;

	if (datapath_ops(service->dp)->tunnel_info(service->dp, tunnel->datapath, &info) < 0 ||
	    info.port == HANDLE_NONE)
		return NULL;
	linger = find(&service->listen, info.port);
	if (linger) {
		DL_DELETE(service->listen.lingering, linger);
		return linger;
	}
	linger = calloc(1, sizeof(*linger));
	if (!linger)
		return NULL;
	config.local = info.local;
	memcpy(config.bind_interface, tunnel->config.bind_interface, sizeof(config.bind_interface));
	if (datapath_ops(service->dp)->listen(service->dp, &config, &linger->port, NULL) == 0)
		return linger;
	free(linger);
	return NULL;
}

void listen_linger(struct service *service, const struct tunnel *tunnel)
{
	struct listen_linger *linger;

	if (tunnel->managed.port != HANDLE_NONE)	/* it came to one that is listened to */
		return;
	linger = hold(service, tunnel);
	if (!linger)
		return;
	linger->until = service->now + LINGER_MS;
	DL_APPEND(service->listen.lingering, linger);
}

static void drop_first(struct service *service)
{
	struct listen_linger *first = service->listen.lingering;

	DL_DELETE(service->listen.lingering, first);
	datapath_ops(service->dp)->unlisten(service->dp, first->port);
	free(first);
}

void listen_expire(struct service *service)
{
	while (service->listen.lingering && service->listen.lingering->until <= service->now)
		drop_first(service);
}

uint64_t listen_deadline(const struct service *service)
{
	return service->listen.lingering ? service->listen.lingering->until : SERVICE_NEVER;
}

void listen_end(struct service *service)
{
	while (service->listen.lingering)
		drop_first(service);
}
