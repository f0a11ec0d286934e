/* SPDX-License-Identifier: MIT */
/*
 * See ppp_device.h.  A shared device is made with the first session of a profile that wants it, with routes for the
 * pools that the profile gives from, and remains when the last has gone: who set up a firewall for it finds it again.
 */
#include "service/ppp_device.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <utlist.h>

#include "service/ppp_routes.h"
#include "service/ppp_settings.h"
#include "service/router.h"
#include "service/session_call.h"
#include "service/trace.h"

struct shared_device {
	char ifname[CONFIG_IFNAME_MAX];
	handle datapath;
	struct prefix routes[PPP_ROUTES_MAX];
	unsigned int route_count;
	uint32_t sessions;
	struct shared_device *next;	/* of those that are lost */
	UT_hash_handle hh;
};

/* --- shared devices --- */

/* The system chooses: a name that tells which profile's it is. */
static void name_device(const struct ppp_profile_config *profile, char ifname[CONFIG_IFNAME_MAX])
{
	if (profile->interface_name[0])
		snprintf(ifname, CONFIG_IFNAME_MAX, "%s", profile->interface_name);
	else
		snprintf(ifname, CONFIG_IFNAME_MAX, "ppp-%.11s", profile->profile_name);
}

static int make_shared(struct service *service, const struct ppp_profile_config *profile,
		       const struct ppp_info *info, struct shared_device *device, struct error *error)
{
	struct datapath_device_config config = {
		.mtu = PPP_MRU_DEFAULT,
		.local4 = info->local,
		.routes = device->routes,
		.mss_clamp = profile->mss_clamp,
	};

	memcpy(config.ifname, device->ifname, sizeof(config.ifname));
	device->route_count = ppp_routes_of(service, profile, device->routes);
	config.route_count = device->route_count;
	return datapath_ops(service->dp)->device_add(service->dp, &config, &device->datapath, error);
}

/* Those that nobody uses any more. The sessions are out of the datapath by now, which are not when they let go. */
static void bury(struct service *service)
{
	struct shared_device *device, *next;

	if (service->lost_devices)
		session_call_flush(service);
	LL_FOREACH_SAFE(service->lost_devices, device, next) {
		if (device->sessions)
			continue;
		datapath_ops(service->dp)->device_delete(service->dp, device->datapath);
		LL_DELETE(service->lost_devices, device);
		free(device);
	}
}

void ppp_device_lost(struct service *service, struct session_ppp *ppp)
{
	struct shared_device *device;

	if (!ppp->device)
		return;
	HASH_FIND_STR(service->shared_devices, ppp->device->ifname, device);
	if (device != ppp->device)
		return;		/* another session has told */
	HASH_DELETE(hh, service->shared_devices, device);
	LL_PREPEND(service->lost_devices, device);
}

static struct shared_device *get_shared(struct service *service, const struct ppp_profile_config *profile,
					const struct ppp_info *info, struct error *error)
{
	struct shared_device *device;
	char ifname[CONFIG_IFNAME_MAX] = "";

	name_device(profile, ifname);
	HASH_FIND_STR(service->shared_devices, ifname, device);
	if (device)
		return device;
	bury(service);
	device = calloc(1, sizeof(*device));
	if (!device) {
		service_no_memory(error);
		return NULL;
	}
	memcpy(device->ifname, ifname, sizeof(device->ifname));
	if (make_shared(service, profile, info, device, error) < 0) {
		free(device);
		return NULL;
	}
	HASH_ADD_STR(service->shared_devices, ifname, device);
	if (device->hh.tbl)
		return device;
	datapath_ops(service->dp)->device_delete(service->dp, device->datapath);
	free(device);
	service_no_memory(error);
	return NULL;
}

const char *ppp_device_name(const struct session_ppp *ppp)
{
	return ppp->device ? ppp->device->ifname : "";
}

void ppp_device_end(struct service *service)
{
	struct shared_device *device, *next;

	HASH_ITER(hh, service->shared_devices, device, next) {
		HASH_DELETE(hh, service->shared_devices, device);
		free(device);
	}
	LL_FOREACH_SAFE(service->lost_devices, device, next)
		free(device);
	service->lost_devices = NULL;
}

/* --- what the datapath is told --- */

#define PREFIXES (DATAPATH_PREFIXES_MAX)

struct carried {
	struct datapath_session_config config;
	struct datapath_prefix prefixes[PREFIXES];
	struct ppp_info info;
	struct grant grant;
};

static bool is_routed(const struct shared_device *device, const struct prefix *prefix)
{
	for (unsigned int i = 0; i < device->route_count; i++) {
		if (device->routes[i].length <= prefix->length &&
		    prefix_contains(&device->routes[i], &prefix->address))
			return true;
	}
	return false;
}

static void add_prefix(struct carried *carried, const struct shared_device *device, const struct prefix *prefix,
		       uint32_t metric)
{
	if (prefix->address.family == AF_UNSPEC || carried->config.ppp.prefix_count == PREFIXES)
		return;
	carried->prefixes[carried->config.ppp.prefix_count++] = (struct datapath_prefix){
		.prefix = *prefix,
		.routed = !device || !is_routed(device, prefix),
		.metric = metric,
	};
}

static void add_prefixes(struct carried *carried, const struct session_ppp *ppp)
{
	const struct shared_device *device = ppp->device;

	if (device && ppp->ipv4 && !is_routed(device, &(struct prefix){ carried->info.peer, 32 }))
		add_prefix(carried, device, &(struct prefix){ carried->info.peer, 32 }, 0);
	if (ppp->ipv6)
		add_prefix(carried, device, &ppp->ipv6_taken, 0);
	if (ppp->ipv6)
		add_prefix(carried, device, &ppp->delegated_taken, 0);
	if (ppp->ipv6 && !prefix_contains(&ppp->ipv6_taken, &carried->grant.ipv6))
		add_prefix(carried, device, &(struct prefix){ carried->grant.ipv6, 128 }, 0);
	for (unsigned int i = 0; i < carried->grant.route_count; i++)
		add_prefix(carried, device, &carried->grant.routes[i].prefix, carried->grant.routes[i].metric);
	carried->config.ppp.prefixes = carried->prefixes;
}

static uint16_t mtu_of(const struct ppp_settings *settings, const struct carried *carried)
{
	uint16_t mtu = carried->info.peer_mru ? carried->info.peer_mru : PPP_MRU_DEFAULT;

	if (settings->mtu && settings->mtu < mtu)
		mtu = settings->mtu;
	if (carried->grant.mtu >= PPP_MRU_LEAST && carried->grant.mtu < mtu)
		mtu = carried->grant.mtu;
	return mtu;
}

/* Was the peer given anything? A client's peer was not: whatever comes from it is from elsewhere. */
static bool has_taken(const struct session_ppp *ppp)
{
	return ppp->ipv4_taken.address.family != AF_UNSPEC || router_is_wanted(ppp);
}

/* Some servers (l2tpns, unless told otherwise) say that their address inside is the one that they have outside: a route
 * to it into the session would lead the tunnel into itself. */
static struct address routed_peer(const struct session_ppp *ppp, const struct address *peer)
{
	const struct address nobody = { .family = AF_UNSPEC };

	return address_equal(peer, &ppp->session->tunnel->peer) ? nobody : *peer;
}

static void fill_ppp(const struct session_ppp *ppp, struct carried *carried)
{
	const struct ppp_profile_config *profile = ppp_profile_of(ppp->terms);
	const struct ppp_info *info = &carried->info;

	carried->config.ppp = (struct datapath_ppp){
		.ipv4 = ppp->ipv4,
		.ipv6 = ppp->ipv6,
		.own_device = !ppp->device,
		.send_pfc = info->send_pfc,
		.send_acfc = info->send_acfc,
		.mtu = mtu_of(&ppp->terms->key.settings, carried),
		.mru = info->local_mru,
		.local4 = info->local,
		.peer4 = routed_peer(ppp, &info->peer),
		.check_source = profile->check_source && has_taken(ppp),
		.default_route = profile->default_route && !ppp->device,
		.default_metric = profile->default_metric,
		.proxy_arp = profile->proxy_arp,
		.punt_router = router_is_wanted(ppp),
		.hear_router = profile->use_dns && !router_is_wanted(ppp),
	};
	memcpy(carried->config.ppp.local_identifier, info->local_identifier, sizeof(info->local_identifier));
	memcpy(carried->config.ppp.peer_identifier, info->peer_identifier, sizeof(info->peer_identifier));
}

/* 0: no limit. What was granted counts before what the profile says. */
static void fill_rate(const struct session_ppp *ppp, struct carried *carried)
{
	const struct ppp_profile_config *profile = ppp_profile_of(ppp->terms);

	carried->config.rate = (struct datapath_rate){
		.send = carried->grant.rate_send ? carried->grant.rate_send : profile->rate_send,
		.receive = carried->grant.rate_receive ? carried->grant.rate_receive : profile->rate_receive,
	};
}

static int begin(const struct service *service, const struct session_ppp *ppp, struct carried *carried,
		 struct error *error)
{
	session_to_datapath(ppp->session, &carried->config);
	session_ppp_grant(ppp, &carried->grant);
	if (ppp_info(service->ppp, ppp->link, &carried->info) < 0)
		return error_set(error, ERROR_UNKNOWN, NULL, "its link is gone");
	return 0;
}

static int modify(struct service *service, const struct session_ppp *ppp, const struct carried *carried,
		  unsigned int fields, struct error *error)
{
	return datapath_ops(service->dp)->session_modify(service->dp, ppp->session->datapath, &carried->config, fields,
							 error);
}

static int choose_device(struct service *service, struct session_ppp *ppp, const struct carried *carried,
			 struct error *error)
{
	const struct ppp_profile_config *profile = ppp_profile_of(ppp->terms);

	if (profile->interface != CONFIG_INTERFACE_SHARED || ppp->device || (!ppp->ipv4 && !ppp->ipv6))
		return 0;
	ppp->device = get_shared(service, profile, &carried->info, error);
	if (!ppp->device)
		return -1;
	ppp->device->sessions++;
	return 0;
}

static void learn_device(struct service *service, struct session_ppp *ppp)
{
	if (ppp->device || !(ppp->ipv4 || ppp->ipv6))
		session_no_device(service, ppp->session);
	else
		session_learn_device(service, ppp->session);
}

int ppp_device_carry(struct service *service, struct session_ppp *ppp, struct error *error)
{
	unsigned int fields = DATAPATH_SESSION_PPP | DATAPATH_SESSION_MSS;
	struct carried carried;

	if (begin(service, ppp, &carried, error) < 0 || choose_device(service, ppp, &carried, error) < 0)
		return -1;
	fill_ppp(ppp, &carried);
	fill_rate(ppp, &carried);
	add_prefixes(&carried, ppp);
	carried.config.network_device = ppp->device ? ppp->device->datapath : HANDLE_NONE;
	if (carried.config.rate.send || carried.config.rate.receive)
		fields |= DATAPATH_SESSION_RATE;
	if (modify(service, ppp, &carried, fields, error) < 0)
		return -1;
	learn_device(service, ppp);
	return 0;
}

int ppp_device_limit(struct service *service, struct session_ppp *ppp, struct error *error)
{
	struct carried carried;

	if (begin(service, ppp, &carried, error) < 0)
		return -1;
	fill_rate(ppp, &carried);
	return modify(service, ppp, &carried, DATAPATH_SESSION_RATE, error);
}

static void fill_keys(const struct ppp_mppe_keys *keys, struct datapath_mppe *mppe)
{
	*mppe = (struct datapath_mppe){
		.send = true,
		.receive = true,
		.stateful = keys->stateful,
		.bits = keys->bits,
		.key_length = keys->key_length,
	};
	memcpy(mppe->send_key, keys->send, sizeof(mppe->send_key));
	memcpy(mppe->receive_key, keys->receive, sizeof(mppe->receive_key));
}

int ppp_device_expect(struct service *service, struct session_ppp *ppp, const struct ppp_mppe_keys *keys,
		      struct error *error)
{
	struct carried carried;
	int ret;

	if (begin(service, ppp, &carried, error) < 0)
		return -1;
	memcpy(carried.config.mppe.send_key, keys->send, sizeof(keys->send));
	memcpy(carried.config.mppe.receive_key, keys->receive, sizeof(keys->receive));
	ret = modify(service, ppp, &carried, DATAPATH_SESSION_MPPE_KEYS, error);
	explicit_bzero(&carried.config.mppe, sizeof(carried.config.mppe));
	return ret;
}

int ppp_device_encrypt(struct service *service, struct session_ppp *ppp, const struct ppp_event *event,
		       struct error *error)
{
	unsigned int field = DATAPATH_SESSION_MPPE;
	struct carried carried;
	int ret;

	/* The datapath refused to stop carrying it: until the session ends it is not carried in clear, either. */
	if (event->kind == PPP_EVENT_MPPE_DOWN && ppp->closing && (ppp->ipv4 || ppp->ipv6))
		return 0;
	if (begin(service, ppp, &carried, error) < 0)
		return -1;
	ppp->mppe = event->kind != PPP_EVENT_MPPE_DOWN;
	if (event->kind == PPP_EVENT_MPPE_UP)
		fill_keys(event->keys, &carried.config.mppe);
	if (event->kind == PPP_EVENT_MPPE_RESET) {
		carried.config.mppe.flush = true;
		field = DATAPATH_SESSION_MPPE_FLUSH;
	}
	ret = modify(service, ppp, &carried, field, error);
	explicit_bzero(&carried.config.mppe, sizeof(carried.config.mppe));
	return ret;
}

void ppp_device_drop(struct service *service, struct session_ppp *ppp, bool tell)
{
	struct datapath_session_config config;
	int ret = 0;

	if (tell && ppp->session->is_told) {
		session_to_datapath(ppp->session, &config);
		config.ppp.own_device = !ppp->device;
		ret = datapath_ops(service->dp)->session_modify(service->dp, ppp->session->datapath, &config,
								DATAPATH_SESSION_PPP | DATAPATH_SESSION_MPPE, NULL);
	}
	session_no_device(service, ppp->session);
	ppp->mppe = false;
	if (ret < 0)
		return;		/* the datapath has the session on the shared device until it forgets it */
	if (ppp->device)
		ppp->device->sessions--;
	ppp->device = NULL;
}
