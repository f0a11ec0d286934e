/* SPDX-License-Identifier: MIT */
/*
 * See router.h.  What is answered follows from what the session has; kept is only when the next advertisement that
 * nobody asked for is due: some soon after the link came up, then now and again (RFC 4861 section 6.2.4).
 */
#include "service/router.h"

#include <string.h>

#include "aaa/ipv6_link.h"
#include "service/name_servers.h"
#include "service/ppp_settings.h"
#include "wire/ppp.h"

#define LIFETIME_S 1800			/* of us as a router: three times what is between advertisements */
#define INTERVAL_MS 600000
#define FIRST_MS 500			/* until the peer's end is up, too: it drops what comes before */
#define INITIAL_MS 4000
#define INITIAL_COUNT 3
#define PREFERRED_S 3600		/* of addresses: told anew long before */
#define VALID_S 7200
#define DUID_LENGTH 18			/* type 4, a UUID: RFC 8415 section 11.5 */

bool router_is_wanted(const struct session_ppp *ppp)
{
	return ppp->ipv6_taken.address.family != AF_UNSPEC || ppp->delegated_taken.address.family != AF_UNSPEC ||
	       ppp->around_taken.address.family != AF_UNSPEC;
}

static bool is_wanted(const struct session_ppp *ppp)
{
	return ppp->ipv6 && router_is_wanted(ppp);
}

/* The same after a restart: clients come back to who gave them what they have. */
static void name_server(const struct service *service, uint8_t duid[DUID_LENGTH])
{
	uint64_t hash[2] = { UINT64_C(0xcbf29ce484222325), UINT64_C(0x84222325cbf29ce4) };

	for (const char *at = service->host_name; *at; at++) {
		hash[0] = (hash[0] ^ (uint8_t)*at) * UINT64_C(0x100000001b3);
		hash[1] = (hash[1] ^ (uint8_t)*at) * UINT64_C(0x100000001b3) + hash[0];
	}
	duid[0] = 0;
	duid[1] = 4;
	memcpy(duid + 2, hash, sizeof(hash));
}

static void link_local(const uint8_t identifier[8], struct address *address)
{
	*address = (struct address){ .family = AF_INET6, .bytes = { 0xfe, 0x80 } };
	memcpy(address->bytes + 8, identifier, 8);
}

static bool describe(const struct service *service, const struct session_ppp *ppp, uint8_t duid[DUID_LENGTH],
		     struct ipv6_link *link)
{
	const struct ppp_profile_config *profile = ppp_profile_of(ppp->terms);
	struct ppp_info info;
	struct grant grant;
	bool dns;

	if (!is_wanted(ppp) || ppp_info(service->ppp, ppp->link, &info) < 0)
		return false;
	session_ppp_grant(ppp, &grant);
	dns = grant.dns6[0].family != AF_UNSPEC;
	name_server(service, duid);
	*link = (struct ipv6_link){
		.prefix = ppp->ipv6_taken,
		.address = grant.ipv6,
		.delegated = ppp->delegated_taken,
		.dns = { dns ? grant.dns6[0] : profile->dns_ipv6addr_pri,
			 dns ? grant.dns6[1] : profile->dns_ipv6addr_sec },
		.mtu = info.peer_mru >= IPV6_MTU_LEAST ? info.peer_mru : 0,
		.router_lifetime = LIFETIME_S,
		.preferred = PREFERRED_S,
		.valid = VALID_S,
		.duid = duid,
		.duid_length = DUID_LENGTH,
	};
	link_local(info.local_identifier, &link->local);
	return true;
}

static void give(struct service *service, const struct session_ppp *ppp, uint8_t *frame, size_t length)
{
	const struct datapath_message message = {
		.session = ppp->session->datapath,
		.octets = frame,
		.length = (uint32_t)(PPP_HEADER_LENGTH + length),
	};

	if (!length)
		return;
	ppp_header_write(PPP_IPV6, frame);
	datapath_ops(service->dp)->send(service->dp, &message, 1);
}

static void advertise(struct service *service, struct session_ppp *ppp)
{
	uint8_t duid[DUID_LENGTH], frame[PPP_HEADER_LENGTH + IPV6_LINK_ANSWER_MAX];
	bool initial = ppp->advertised < INITIAL_COUNT;
	struct ipv6_link link;

	if (!describe(service, ppp, duid, &link))
		return;
	give(service, ppp, frame, ipv6_link_advertise(&link, frame + PPP_HEADER_LENGTH));
	ppp->advertised += initial;
	ppp->advertise = service->now + (ppp->advertised < INITIAL_COUNT ? INITIAL_MS : INTERVAL_MS);
}

void router_begin(struct service *service, struct session_ppp *ppp)
{
	if (!ppp->advertise && is_wanted(ppp))
		ppp->advertise = service->now + FIRST_MS;
}

void router_end(struct session_ppp *ppp)
{
	ppp->advertise = 0;
	ppp->advertised = 0;
}

bool router_receive(struct service *service, struct session_ppp *ppp, const uint8_t *frame, size_t length)
{
	uint8_t duid[DUID_LENGTH], answer[PPP_HEADER_LENGTH + IPV6_LINK_ANSWER_MAX];
	const uint8_t *packet;
	struct ipv6_link link;
	uint16_t protocol;
	size_t size;

	if (!ppp_frame_read(frame, length, &protocol, &packet, &size) || protocol != PPP_IPV6)
		return false;
	if (describe(service, ppp, duid, &link))
		give(service, ppp, answer, ipv6_link_answer(&link, packet, size, answer + PPP_HEADER_LENGTH));
	else
		name_servers_hear(service, ppp, packet, size);
	return true;
}

void router_due(struct service *service, struct session_ppp *ppp)
{
	if (!ppp->advertise || ppp->advertise > service->now)
		return;
	ppp->advertise = 0;
	advertise(service, ppp);
}

uint64_t router_next(const struct session_ppp *ppp)
{
	return ppp->advertise ? ppp->advertise : SERVICE_NEVER;
}
