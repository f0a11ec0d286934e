/* SPDX-License-Identifier: MIT */
/*
 * See ppp_limits.h.  Idle is who neither sends nor gets IP packets: those of the link's own protocols go on for ever.
 * Nobody tells of a packet: it is looked whether there were any, some times while it may be idle.
 */
#include "service/ppp_limits.h"

#include "service/ppp_settings.h"

#define LOOKS 8				/* in idle_timeout: a session ends that much of it after its time at most */

void ppp_limits_of(const struct session_ppp *ppp, struct ppp_limits *limits)
{
	const struct ppp_profile_config *profile = ppp_profile_of(ppp->terms);
	struct grant grant;

	session_ppp_grant(ppp, &grant);
	limits->session_timeout = grant.session_timeout ? grant.session_timeout : profile->max_connect_time;
	limits->idle_timeout = grant.idle_timeout ? grant.idle_timeout : profile->idle_timeout;
}

static void look(const struct service *service, struct session_ppp *ppp)
{
	struct datapath_session_info info;

	if (datapath_ops(service->dp)->session_info(service->dp, ppp->session->datapath, &info) < 0 ||
	    info.network_packets == ppp->packets)
		return;
	ppp->packets = info.network_packets;
	ppp->heard = service->now;
}

void ppp_limits_check(struct service *service, struct session_ppp *ppp)
{
	struct ppp_limits limits;

	if (!ppp->up_since || ppp->closing)
		return;
	ppp_limits_of(ppp, &limits);
	if (limits.session_timeout && service->now >= ppp->up_since + (uint64_t)limits.session_timeout * 1000) {
		session_ppp_close(service, ppp->session, TERMINATE_SESSION_TIMEOUT, 0,
				  "the time that the session may last is over");
		return;
	}
	if (!limits.idle_timeout)
		return;
	look(service, ppp);
	if (service->now >= ppp->heard + (uint64_t)limits.idle_timeout * 1000)
		session_ppp_close(service, ppp->session, TERMINATE_IDLE_TIMEOUT, 0,
				  "nothing passed for as long as it may be idle (idle_timeout)");
}

uint64_t ppp_limits_next(const struct service *service, const struct session_ppp *ppp)
{
	uint64_t next = SERVICE_NEVER, idle;
	struct ppp_limits limits;

	if (!ppp->up_since || ppp->closing)
		return next;
	ppp_limits_of(ppp, &limits);
	if (limits.session_timeout)
		next = ppp->up_since + (uint64_t)limits.session_timeout * 1000;
	if (!limits.idle_timeout)
		return next;
	idle = ppp->heard + (uint64_t)limits.idle_timeout * 1000;
	if (idle > service->now + (uint64_t)limits.idle_timeout * 1000 / LOOKS)
		idle = service->now + (uint64_t)limits.idle_timeout * 1000 / LOOKS;
	return idle < next ? idle : next;
}
