/* SPDX-License-Identifier: MIT */
/* See view_ppp.h. */
#include "service/view_ppp.h"

#include <stdio.h>
#include <string.h>

#include "service/aaa.h"
#include "service/name_servers.h"
#include "service/network.h"
#include "service/ppp_limits.h"
#include "service/ppp_settings.h"
#include "service/subscriber.h"

/* "MS-CHAPv2"; NULL: nothing was proved. */
static const char *word_of(enum credentials_method method)
{
	static const char *const words[] = {
		[CREDENTIALS_PAP] = "PAP", [CREDENTIALS_CHAP_MD5] = "CHAP", [CREDENTIALS_MSCHAPV1] = "MS-CHAP",
		[CREDENTIALS_MSCHAPV2] = "MS-CHAPv2", [CREDENTIALS_EAP] = "EAP",
	};

	return method < sizeof(words) / sizeof(words[0]) ? words[method] : NULL;
}

static void link_local(const uint8_t identifier[8], struct address *address)
{
	static const uint8_t none[8];

	*address = (struct address){ .family = AF_UNSPEC };
	if (memcmp(identifier, none, sizeof(none)) == 0)
		return;
	address->family = AF_INET6;
	address->bytes[0] = 0xfe;
	address->bytes[1] = 0x80;
	memcpy(address->bytes + 8, identifier, 8);
}

static void view_link(const struct service *service, const struct session_ppp *ppp, struct service_ppp_view *view)
{
	struct ppp_info info;

	if (ppp_info(service->ppp, ppp->link, &info) < 0)
		return;
	view->peer_proved_by = word_of(info.peer_proved_by);
	view->proved_by = word_of(info.proved_by);
	view->proxied = info.proxied;
	view->counters = info.counters;
	if (ppp->stage == SESSION_PPP_LINK)
		return;
	view->local_mru = info.local_mru;
	view->peer_mru = info.peer_mru;
	view->mppe_bits = ppp->mppe ? info.mppe_bits : 0;
	view->mppe_stateful = info.mppe_stateful;
	if (ppp->ipv4) {
		view->local = info.local;
		view->peer = info.peer;
		memcpy(view->dns, info.dns, sizeof(view->dns));
	}
	if (ppp->ipv6) {
		link_local(info.local_identifier, &view->local_ipv6);
		link_local(info.peer_identifier, &view->peer_ipv6);
		name_servers_view(ppp, view->dns6);
	}
}

static void view_grant(const struct session_ppp *ppp, struct service_ppp_view *view)
{
	const struct ppp_profile_config *profile = ppp_profile_of(ppp->terms);
	struct ppp_limits limits;
	struct grant grant;

	session_ppp_grant(ppp, &grant);
	if (network_has_ipv6(ppp, &grant.ipv6))
		view->ipv6_address = grant.ipv6;
	ppp_limits_of(ppp, &limits);
	view->session_timeout = limits.session_timeout;
	view->idle_timeout = limits.idle_timeout;
	view->rate_send = grant.rate_send ? grant.rate_send : profile->rate_send;
	view->rate_receive = grant.rate_receive ? grant.rate_receive : profile->rate_receive;
	memcpy(view->filter, grant.filter, sizeof(view->filter));
}

void view_ppp(const struct service *service, const struct session_ppp *ppp, struct service_ppp_view *view)
{
	_Static_assert(sizeof(view->accounting_id) >= AAA_ID_MAX, "all of it");
	view->phase = session_ppp_stage_words[ppp->stage];
	if (ppp->subscriber)
		snprintf(view->user_name, sizeof(view->user_name), "%s", ppp->subscriber->name);
	prefix_format(&ppp->ipv6_taken, view->ipv6_prefix, sizeof(view->ipv6_prefix));
	prefix_format(&ppp->delegated_taken, view->delegated_prefix, sizeof(view->delegated_prefix));
	if (ppp->accounted)
		aaa_id(service, ppp, view->accounting_id);
	view_link(service, ppp, view);
	view_grant(ppp, view);
}

static void view_used(const struct service *service, const struct session_ppp *ppp, struct service_event_ppp *event)
{
	struct datapath_session_info info;

	if (!ppp->up_since)
		return;
	event->connect_time = (uint32_t)((service->now - ppp->up_since) / 1000);
	if (!ppp->session->is_told ||
	    datapath_ops(service->dp)->session_info(service->dp, ppp->session->datapath, &info) < 0)
		return;
	event->octets_sent = info.stats.tx_bytes;
	event->octets_received = info.stats.rx_bytes;
}

void view_ppp_event(const struct service *service, const struct session_ppp *ppp, const struct session_config *config,
		    struct service_event_ppp *event)
{
	struct ppp_info info;
	struct grant grant;

	snprintf(event->user_name, sizeof(event->user_name), "%s",
		 ppp->subscriber ? ppp->subscriber->name : config->user_name);
	if (ppp->stage != SESSION_PPP_UP || ppp_info(service->ppp, ppp->link, &info) < 0)
		return;
	session_ppp_grant(ppp, &grant);
	memcpy(event->filter, grant.filter, sizeof(event->filter));
	event->local = info.local;
	event->remote = info.peer;
	memcpy(event->dns, info.dns, sizeof(event->dns));
	link_local(info.local_identifier, &event->local_ipv6);
	link_local(info.peer_identifier, &event->remote_ipv6);
	event->ipv6_prefix = ppp->ipv6_taken;
	event->delegated = ppp->delegated_taken;
	view_used(service, ppp, event);
}

const char *service_session_user(const struct service *service, handle session)
{
	const struct session *found = handle_get(&service->session_handles, session);

	return found && found->ppp && found->ppp->subscriber ? found->ppp->subscriber->name : "";
}

bool service_next_user_session(const struct service *service, const char *user_name, handle after, handle *session)
{
	const struct session *found = handle_get(&service->session_handles, after);
	const struct session_ppp *next;

	if (!after) {
		found = subscriber_oldest(service, user_name);
		*session = found ? found->handle : HANDLE_NONE;
		return found;
	}
	next = found && found->ppp ? found->ppp->subscriber_next : NULL;
	*session = next ? next->session->handle : HANDLE_NONE;
	return next;
}
