/* SPDX-License-Identifier: MIT */
/*
 * What a RADIUS server wants later (RFC 5176): a session ended, or some of what it was granted changed.  Everything
 * that a request says of a session must be true of it, and it must be one.
 */
#include <string.h>

#include "service/aaa.h"
#include "service/accounting.h"
#include "service/network.h"
#include "service/ppp_device.h"
#include "service/subscriber.h"

static bool says(const char *wanted, const char *text)
{
	return !wanted[0] || (text && strcmp(wanted, text) == 0);
}

static bool is_address(const struct address *wanted, const struct address *address)
{
	return wanted->family == AF_UNSPEC || address_equal(wanted, address);
}

static bool is_prefix(const struct prefix *wanted, const struct prefix *prefix)
{
	return wanted->address.family == AF_UNSPEC || prefix_equal(wanted, prefix);
}

static bool is_ipv6(const struct address *wanted, const struct session_ppp *ppp)
{
	struct grant grant;

	if (wanted->family == AF_UNSPEC)
		return true;
	session_ppp_grant(ppp, &grant);
	return address_equal(wanted, &grant.ipv6) && network_has_ipv6(ppp, wanted);
}

static bool is_identifier(const struct service *service, const struct radius_selectors *wanted,
			  const struct session_ppp *ppp)
{
	struct ppp_info info;

	if (!wanted->has_identifier)
		return true;
	return ppp_info(service->ppp, ppp->link, &info) == 0 &&
	       memcmp(info.peer_identifier, wanted->identifier, sizeof(wanted->identifier)) == 0;
}

static bool is_meant(const struct service *service, const struct radius_selectors *wanted,
		     const struct session_ppp *ppp)
{
	struct aaa_session described;
	const struct radius_session *session;
	char id[AAA_ID_MAX];

	/* what is told apart at once goes first: all sessions are looked at */
	if (!ppp->subscriber || !says(wanted->user_name, ppp->subscriber->name) ||
	    (wanted->has_port && wanted->port != ppp->number) || wanted->multi_session_id[0] ||
	    !is_address(&wanted->ipv4, &ppp->ipv4_taken.address) || !is_ipv6(&wanted->ipv6, ppp) ||
	    !is_prefix(&wanted->ipv6_prefix, &ppp->ipv6_taken) ||
	    !is_prefix(&wanted->delegated, &ppp->delegated_taken) ||
	    !says(wanted->session_id, aaa_id(service, ppp, id)) || !is_identifier(service, wanted, ppp))
		return false;
	session = aaa_describe(service, ppp, NULL, &described);
	return says(wanted->port_id, session->port_id) && says(wanted->called, session->called) &&
	       says(wanted->calling, session->calling);
}

static struct session_ppp *find(const struct service *service, const struct radius_selectors *wanted,
				enum radius_error_cause *cause)
{
	struct session_ppp *found = NULL;
	struct session *session;
	uint32_t position = 0;

	*cause = RADIUS_CAUSE_NO_SESSION;
	while ((session = handle_next(&service->session_handles, &position))) {
		if (!session->ppp || session->ppp->closing || !is_meant(service, wanted, session->ppp))
			continue;
		if (found) {
			*cause = RADIUS_CAUSE_MULTIPLE;
			return NULL;
		}
		found = session->ppp;
	}
	return found;
}

static void overlay(struct grant *grant, const struct radius_dynamic *dynamic)
{
	const struct grant *said = &dynamic->grant;
	unsigned int changes = dynamic->changes;

	if (changes & RADIUS_CHANGE_SESSION_TIMEOUT)
		grant->session_timeout = said->session_timeout;
	if (changes & RADIUS_CHANGE_IDLE_TIMEOUT)
		grant->idle_timeout = said->idle_timeout;
	if (changes & RADIUS_CHANGE_INTERIM)
		grant->interim_interval = said->interim_interval;
	if (changes & RADIUS_CHANGE_RATE_SEND)
		grant->rate_send = said->rate_send;
	if (changes & RADIUS_CHANGE_RATE_RECEIVE)
		grant->rate_receive = said->rate_receive;
	if (changes & RADIUS_CHANGE_FILTER)
		memcpy(grant->filter, said->filter, sizeof(grant->filter));
	if (changes & RADIUS_CHANGE_CLASS) {
		memcpy(grant->classes, said->classes, sizeof(grant->classes));
		grant->class_count = said->class_count;
	}
}

/* All of it, or nothing. */
static bool change(struct service *service, struct session_ppp *ppp, const struct radius_dynamic *dynamic)
{
	bool rates = dynamic->changes & (RADIUS_CHANGE_RATE_SEND | RADIUS_CHANGE_RATE_RECEIVE);
	struct packed *before = ppp->grant;
	struct grant grant;

	session_ppp_grant(ppp, &grant);
	overlay(&grant, dynamic);
	if (!packed_make(&grant, sizeof(grant), &ppp->grant))
		return false;
	if (rates && session_ppp_is_up(ppp->session) && ppp_device_limit(service, ppp, NULL) < 0) {
		packed_free(ppp->grant);
		ppp->grant = before;
		return false;
	}
	packed_free(before);
	if (dynamic->changes & RADIUS_CHANGE_INTERIM)
		accounting_interval(service, ppp);
	session_ppp_schedule(service, ppp);
	return true;
}

void dynamic_request(struct service *service, const struct radius_event *event)
{
	const struct radius_dynamic *dynamic = event->dynamic;
	enum radius_error_cause cause;
	struct session_ppp *ppp = find(service, &dynamic->selectors, &cause);
	bool done = ppp;

	if (ppp && dynamic->changes && !change(service, ppp, dynamic)) {
		done = false;
		cause = RADIUS_CAUSE_RESOURCES;
	} else if (ppp && dynamic->kind == RADIUS_DISCONNECT) {
		session_ppp_close(service, ppp->session, TERMINATE_ADMIN_RESET, 0, "a RADIUS server ended it");
	}
	radius_dynamic_answer(service->radius, event->request, done, done ? RADIUS_CAUSE_NONE : cause, service->now);
}
