/* SPDX-License-Identifier: MIT */
/* See name_servers.h. */
#include "service/name_servers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <utlist.h>

#include "service/ppp_settings.h"

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

void name_servers_use(struct service *service, struct session_ppp *ppp)
{
	struct ppp_info info;

	if (!ppp_profile_of(ppp->terms)->use_dns || is_elsewhere(ppp->session) ||
	    ppp_info(service->ppp, ppp->link, &info) < 0 || info.dns[0].family == AF_UNSPEC)
		return;
	ppp->named = push(service, ppp->session, info.dns);
}

void name_servers_drop(struct service *service, struct session_ppp *ppp)
{
	if (ppp->named)
		push(service, ppp->session, NULL);
	ppp->named = false;
}

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
