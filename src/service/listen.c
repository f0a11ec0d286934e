/* SPDX-License-Identifier: MIT */
/*
 * Ports that no tunnel needs: those where peers may ask for tunnels, of both address families, and those of tunnels
 * that are gone, whose peers may not have heard of it.
 */
#include "service/listen.h"

#include <stdio.h>
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

/* --- an LNS for everybody --- */

static bool is_for_all(const struct profile *profile)
{
	const struct prefix *prefix = &profile->config.peer_profile.peer_ipaddr;

	return profile_is_default(profile) || (prefix->address.family != AF_UNSPEC && !prefix->length &&
					       profile->config.peer_profile.netmask.family == AF_UNSPEC);
}

/* Must a peer of this profile prove nothing? */
static bool asks_no_proof(struct service *service, const struct profile *profile)
{
	struct provenance provenance = { .own = NULL };
	struct tunnel_config given = { .version = 2 }, config;

	memcpy(given.peer_profile_name, profile->name, CONFIG_NAME_MAX);
	param_set_add(&provenance.explicit_rows, config_row(CONFIG_TUNNEL, "peer_profile_name"));
	return chain_tunnel(service, &given, false, &provenance, &config, NULL) == 0 &&
	       config.auth_mode == CONFIG_AUTH_NONE;
}

static const struct profile *find_open(struct service *service)
{
	const struct profile *profile;

	for (profile = profile_first(service, CONFIG_PEER_PROFILE); profile; profile = profile->hh.next) {
		if (listen_accepts(profile) && is_for_all(profile) && asks_no_proof(service, profile))
			return profile;
	}
	return NULL;
}

/* Said once, until it is so no more. */
static void warn_if_open(struct service *service)
{
	const struct profile *open = service->listen.udp_port ? find_open(service) : NULL;

	if (open && !service->listen.is_open)
		log_warning("anybody may ask for tunnels here (peer profile %s): "
			    "give its tunnel profile auth_mode=challenge and a secret, or it addresses (peer_ipaddr)",
			    open->name);
	service->listen.is_open = open;
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

static void tell_failure(struct service *service, unsigned int family, const char *reason)
{
	char text[ERROR_TEXT_MAX];

	if (service->listen.is_told[family])
		return;
	service->listen.is_told[family] = true;
	snprintf(text, sizeof(text), "peers cannot ask for tunnels over %s: %.*s",
		 families[family] == AF_INET ? "IPv4" : "IPv6", ERROR_TEXT_MAX / 2, reason);
	log_warning("%s", text);
	history_add(service, SERVICE_FAILURE_PROTOCOL, NULL, NULL, text);
}

/* What could not be had before is tried again. */
static void begin(struct service *service)
{
	struct listen *listen = &service->listen;
	struct error error = { 0 };

	listen->udp_port = service->system.udp_port;
	for (unsigned int i = 0; i < 2; i++) {
		struct datapath_port_config config = { .local = { .address.family = families[i],
								  .port = listen->udp_port } };

		if (listen->ports[i] != HANDLE_NONE)
			continue;
		if (datapath_ops(service->dp)->listen(service->dp, &config, &listen->ports[i], &error) < 0)
			tell_failure(service, i, error.text);
		else
			listen->is_told[i] = false;
	}
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
	if (wanted)
		begin(service);
	warn_if_open(service);
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

static struct listen_linger *hold(struct service *service, const struct tunnel *tunnel)
{
	struct datapath_port_config config = { .port = HANDLE_NONE };
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
	config.port = info.port;
	if (datapath_ops(service->dp)->listen(service->dp, &config, &linger->port, NULL) == 0)
		return linger;
	free(linger);
	return NULL;
}

void listen_linger(struct service *service, const struct tunnel *tunnel)
{
	const struct listen *listen = &service->listen;
	handle port = tunnel->managed.port;
	struct listen_linger *linger;

	if (port != HANDLE_NONE && (port == listen->ports[0] || port == listen->ports[1]))
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
