/* SPDX-License-Identifier: MIT */
/*
 * See accounting.h.  What a session used is what its datapath has counted.
 */
#include "service/accounting.h"

#include <stdlib.h>
#include <string.h>

#include "service/aaa.h"
#include "service/network.h"
#include "service/ppp_settings.h"
#include "service/subscriber.h"
#include "service/trace.h"

#define INTERIM_LEAST_S 60		/* RFC 2869 section 5.16 */

struct accounting_used {
	uint64_t octets_received, octets_sent, packets_received, packets_sent;
};

/* Since the datapath has the session. */
static struct accounting_used count(const struct service *service, const struct session_ppp *ppp)
{
	struct datapath_session_info info;

	if (!ppp->session->is_told ||
	    datapath_ops(service->dp)->session_info(service->dp, ppp->session->datapath, &info) < 0)
		return (struct accounting_used){ 0 };
	return (struct accounting_used){ info.stats.rx_bytes, info.stats.tx_bytes, info.stats.rx_packets,
					 info.stats.tx_packets };
}

static void fill_used(const struct service *service, const struct session_ppp *ppp, struct radius_record *record)
{
	static const struct accounting_used nothing;
	const struct accounting_used *before = ppp->used_before ? ppp->used_before : &nothing;
	struct accounting_used used = count(service, ppp);

	if (!ppp->up_since)
		return;
	record->session_time = (uint32_t)((service->now - ppp->up_since) / 1000);
	record->octets_received = used.octets_received - before->octets_received;
	record->octets_sent = used.octets_sent - before->octets_sent;
	record->packets_received = used.packets_received - before->packets_received;
	record->packets_sent = used.packets_sent - before->packets_sent;
}

/* Without memory for it the next user pays for this one, too. */
static void begin_anew(struct service *service, struct session_ppp *ppp)
{
	ppp->number = ++service->ppp_number;
	if (!ppp->used_before)
		ppp->used_before = malloc(sizeof(*ppp->used_before));
	if (ppp->used_before)
		*ppp->used_before = count(service, ppp);
}

static void account(struct service *service, struct session_ppp *ppp, enum radius_status status)
{
	const struct ppp_profile_config *profile = ppp_profile_of(ppp->terms);
	struct aaa_session described;
	struct grant grant;
	struct radius_record record = {
		.servers = profile->radius_servers,
		.status = status,
		.session = aaa_describe(service, ppp, ppp->subscriber ? ppp->subscriber->name : "", &described),
		.authentic = ppp->by_radius ? RADIUS_AUTHENTIC_RADIUS : RADIUS_AUTHENTIC_LOCAL,
		.ipv4 = ppp->ipv4_taken.address,
		.ipv6_prefix = ppp->ipv6_taken,
		.delegated = ppp->delegated_taken,
	};
	struct ppp_info info;
	struct error error;

	session_ppp_grant(ppp, &grant);
	if (ppp->ipv6 && ppp_info(service->ppp, ppp->link, &info) == 0) {
		record.has_identifier = true;
		memcpy(record.identifier, info.peer_identifier, sizeof(record.identifier));
	}
	if (network_has_ipv6(ppp, &grant.ipv6))
		record.ipv6 = grant.ipv6;
	record.classes = grant.classes;
	record.class_count = grant.class_count;
	if (status != RADIUS_STATUS_START)
		fill_used(service, ppp, &record);
	if (status == RADIUS_STATUS_STOP)
		record.cause = (enum radius_terminate)(ppp->terminate ? ppp->terminate : TERMINATE_NAS_REQUEST);
	if (radius_account(service->radius, &record, service->now, &error) < 0)
		log_limited_about(&service->unaccounted, service->now, LOG_LEVEL_ERROR, ABOUT_SESSION(ppp->session),
				  "accounting of user %s: %s", record.session->user_name, error.text);
}

static bool is_wanted(const struct service *service, const struct session_ppp *ppp)
{
	return service->radius && ppp->subscriber && ppp_profile_of(ppp->terms)->use_radius;
}

void accounting_interval(struct service *service, struct session_ppp *ppp)
{
	uint32_t interval = ppp_profile_of(ppp->terms)->accounting_interval;
	struct grant grant;

	session_ppp_grant(ppp, &grant);
	if (grant.interim_interval)
		interval = grant.interim_interval;
	if (interval && interval < INTERIM_LEAST_S)
		interval = INTERIM_LEAST_S;
	ppp->interim = ppp->accounted && interval ? service->now + (uint64_t)interval * 1000 : 0;
}

void accounting_start(struct service *service, struct session_ppp *ppp)
{
	if (ppp->accounted || !is_wanted(service, ppp))
		return;
	ppp->accounted = true;
	account(service, ppp, RADIUS_STATUS_START);
	accounting_interval(service, ppp);
}

/* A server let the user in, who could not have what it needs then: who gave something away learns that it is free. When
 * the daemon ends, all were told before their sessions go. */
static bool never_began(const struct service *service, const struct session_ppp *ppp)
{
	return !ppp->up_since && ppp->terminate && !service->is_stopping && is_wanted(service, ppp);
}

void accounting_stop(struct service *service, struct session_ppp *ppp, bool stays)
{
	if (!ppp->accounted && !never_began(service, ppp))
		return;
	account(service, ppp, RADIUS_STATUS_STOP);
	ppp->accounted = false;
	ppp->interim = 0;
	if (stays)
		begin_anew(service, ppp);
}

void accounting_due(struct service *service, struct session_ppp *ppp)
{
	if (!ppp->interim || ppp->interim > service->now)
		return;
	account(service, ppp, RADIUS_STATUS_INTERIM);
	accounting_interval(service, ppp);
}

uint64_t accounting_next(const struct session_ppp *ppp)
{
	return ppp->interim ? ppp->interim : SERVICE_NEVER;
}
