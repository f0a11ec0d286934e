/* SPDX-License-Identifier: MIT */
/* See name_servers.h.  Who repeats what it said costs nothing: only what is another is told. */
#include "service/name_servers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <utlist.h>

#include "service/ppp_settings.h"
#include "wire/icmpv6.h"

#define HEARD 2

struct name_servers_heard {
	struct address servers[HEARD];
	uint64_t until;
};

struct name_servers {
	struct service_name_servers wanted;
	struct name_servers *prev, *next;
};

/* What was to be told of the device before is not any more: a peer that changes its mind costs no memory. */
static void forget(struct service *service, const char *interface_name)
{
	struct name_servers *entry, *next;

	DL_FOREACH_SAFE(service->name_servers, entry, next) {
		if (strcmp(entry->wanted.interface_name, interface_name) != 0)
			continue;
		DL_DELETE(service->name_servers, entry);
		free(entry);
	}
}

/* Without memory for it the host's names are looked up as before. */
static bool push(struct service *service, const struct session *session, const struct address *servers)
{
	struct name_servers *entry = session_ifname(session)[0] ? calloc(1, sizeof(*entry)) : NULL;

	if (!entry)
		return false;
	forget(service, session_ifname(session));
	snprintf(entry->wanted.interface_name, sizeof(entry->wanted.interface_name), "%s", session_ifname(session));
	if (servers)
		memcpy(entry->wanted.servers, servers, sizeof(entry->wanted.servers));
	DL_APPEND(service->name_servers, entry);
	return true;
}

/* What is in another network namespace is not this host's. */
static bool is_elsewhere(const struct session *session)
{
	return session->device && session->device->name_space->netns[0];
}

/* Of IPv4 before those of IPv6. Returns how many. */
static unsigned int collect(const struct service *service, const struct session_ppp *ppp,
			    struct address servers[SERVICE_NAME_SERVERS_MAX])
{
	struct address heard[HEARD];
	unsigned int count = 0;
	struct ppp_info info;

	name_servers_view(ppp, heard);
	if (ppp_info(service->ppp, ppp->link, &info) < 0)
		return 0;
	for (unsigned int i = 0; ppp->ipv4 && i < 2; i++)
		if (info.dns[i].family != AF_UNSPEC)
			servers[count++] = info.dns[i];
	for (unsigned int i = 0; ppp->ipv6 && i < HEARD; i++)
		if (heard[i].family != AF_UNSPEC)
			servers[count++] = heard[i];
	return count;
}

void name_servers_use(struct service *service, struct session_ppp *ppp)
{
	struct address servers[SERVICE_NAME_SERVERS_MAX] = { { .family = AF_UNSPEC } };

	if (!ppp_profile_of(ppp->terms)->use_dns || is_elsewhere(ppp->session) || service->is_stopping)
		return;
	if (collect(service, ppp, servers))
		ppp->named = push(service, ppp->session, servers);
	else
		name_servers_drop(service, ppp);
}

void name_servers_drop(struct service *service, struct session_ppp *ppp)
{
	if (ppp->named)
		push(service, ppp->session, NULL);
	ppp->named = false;
}

/* --- what is advertised --- */

void name_servers_view(const struct session_ppp *ppp, struct address servers[HEARD])
{
	for (unsigned int i = 0; i < HEARD; i++)
		servers[i] = ppp->name_servers ? ppp->name_servers->servers[i] :
						 (struct address){ .family = AF_UNSPEC };
}

void name_servers_forget(struct session_ppp *ppp)
{
	free(ppp->name_servers);
	ppp->name_servers = NULL;
}

static bool is_known(const struct session_ppp *ppp, const struct icmpv6_advertisement *advertisement)
{
	struct address known[HEARD];

	name_servers_view(ppp, known);
	for (unsigned int i = 0; i < HEARD; i++)
		if (!address_equal(&known[i], &advertisement->dns[i]))
			return false;
	return ppp->name_servers;
}

/* lifetime 0: not these any more. Without memory it is as if nothing had been heard. */
static void keep(struct service *service, struct session_ppp *ppp, const struct icmpv6_advertisement *advertisement)
{
	uint32_t lifetime = advertisement->dns_lifetime;

	if (!lifetime)
		name_servers_forget(ppp);
	else if (!ppp->name_servers)
		ppp->name_servers = calloc(1, sizeof(*ppp->name_servers));
	if (!ppp->name_servers)
		return;
	memcpy(ppp->name_servers->servers, advertisement->dns, sizeof(ppp->name_servers->servers));
	ppp->name_servers->until = lifetime == UINT32_MAX ? SERVICE_NEVER :
							    service->now + (uint64_t)lifetime * 1000;
}

void name_servers_hear(struct service *service, struct session_ppp *ppp, const uint8_t *packet, size_t length)
{
	struct icmpv6_advertisement advertisement;
	struct ipv6_packet decoded;
	bool known;

	if (!ppp->ipv6 || !ppp_profile_of(ppp->terms)->use_dns || !ipv6_decode(packet, length, &decoded) ||
	    !icmpv6_decode_advertisement(&decoded, &advertisement) || !advertisement.dns_count)
		return;
	known = is_known(ppp, &advertisement) && advertisement.dns_lifetime;
	keep(service, ppp, &advertisement);
	if (!known)
		name_servers_use(service, ppp);
	session_ppp_schedule(service, ppp);
}

void name_servers_due(struct service *service, struct session_ppp *ppp)
{
	if (name_servers_next(ppp) > service->now)
		return;
	name_servers_forget(ppp);
	name_servers_use(service, ppp);
}

uint64_t name_servers_next(const struct session_ppp *ppp)
{
	return ppp->name_servers ? ppp->name_servers->until : SERVICE_NEVER;
}

/* --- what the outside takes --- */

bool service_next_name_servers(struct service *service, struct service_name_servers *wanted)
{
	struct name_servers *entry = service->name_servers;

	if (!entry)
		return false;
	DL_DELETE(service->name_servers, entry);
	*wanted = entry->wanted;
	free(entry);
	return true;
}

void name_servers_end(struct service *service)
{
	struct service_name_servers ignored;

	while (service_next_name_servers(service, &ignored))
		;
}
