/* SPDX-License-Identifier: MIT */
/*
 * What must always be so in a service over the null datapath, for who does anything at all to one (fuzz/fuzz_service.c,
 * sim/service.c): all its maps agree with each other and with the datapath.
 */
#ifndef L2TPD_TESTS_SERVICE_CHECK_H
#define L2TPD_TESTS_SERVICE_CHECK_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aaa/pool.h"
#include "datapath/null/null.h"
#include "service/internal.h"
#include "service/session_call.h"
#include "service/session_ppp.h"
#include "service/subscriber.h"

#define MUST(condition) service_must_be(condition, #condition, __LINE__)

static inline void service_must_be(bool holds, const char *condition, int line)
{
	if (holds)
		return;
	fprintf(stderr, "line %d: not so: %s\n", line, condition);
	abort();
}

/* --- PPP --- */

/* Who proved a name is in its list once; what it took of the pools is its own. */
static inline void check_ppp(const struct service *service, const struct session *session)
{
	const struct session_ppp *ppp = session->ppp, *other;
	unsigned int found = 0;

	if (!ppp)
		return;
	MUST(ppp->session == session);
	MUST(session->is_told || (!ppp->ipv4 && !ppp->ipv6 && ppp->link == HANDLE_NONE));
	if (ppp->ipv4_taken.address.family != AF_UNSPEC)
		MUST(pools_who(service->pools, &ppp->ipv4_taken) != NULL);
	if (!ppp->subscriber)
		return;
	for (other = ppp->subscriber->sessions; other; other = other->subscriber_next)
		found += other == ppp;
	MUST(found == 1);
}

static inline void check_subscribers(const struct service *service)
{
	uint32_t sessions = 0;

	for (const struct subscriber *user = service->subscribers; user; user = user->hh.next) {
		MUST(user->sessions && user->count > 0);
		sessions += user->count;
	}
	MUST(sessions == service->subscriber_sessions);
}

/* --- tunnels and sessions --- */

/* Not before the answer. */
static inline void check_waiting(const struct session *session)
{
	MUST(!session->is_told && session->state != SERVICE_SESSION_UP);
	MUST(session->authorization == AUTHORIZATION_WAITS || session->authorization == AUTHORIZATION_LATER ||
	     session->authorization == AUTHORIZATION_REFUSED);
	MUST(!session->question == (session->authorization == AUTHORIZATION_LATER));
}

/* A call: the datapath has it while it is up, and before, when its peer may send already. */
static inline void check_call(const struct service *service, struct datapath *dp, const struct session *session)
{
	const struct datapath_session_config *told = datapath_null_session(dp, session->datapath);
	const struct session_call *call = session->call;

	MUST(call && call->session == session);
	MUST(session->is_told == !!told && (session->is_told || call->phase != CALL_UP));
	MUST(!session->is_told || call->phase == CALL_UP || call->phase == CALL_ASKING);
	MUST(!told || (told->tunnel == session->tunnel->datapath && told->session_id == session_id(session)));
	MUST(!told || lookup_session_by_datapath(service, session->datapath) == session);
	MUST(call->phase != CALL_UP || session->tunnel->managed.phase == MANAGED_UP);
	MUST(call->phase != CALL_WAITING || call->control == HANDLE_NONE);
}

/* The session is where its tunnel, the service and the datapath look for it. */
static inline void check_session(const struct service *service, struct datapath *dp, const struct session *session)
{
	const struct tunnel *tunnel = session->tunnel;
	const struct datapath_session_config *told = datapath_null_session(dp, session->datapath);
	struct session_config config;

	session_compose(session, &config);
	MUST(lookup_session_by_id(tunnel, config.session_id) == session && config.session_id);
	MUST(handle_get(&service->session_handles, session->handle) == session);
	if (session->name)
		MUST(lookup_session_by_name(tunnel, config.session_name) == session);
	MUST(session->is_announced && tunnel->is_announced);
	MUST(session->state != SERVICE_SESSION_UP || (tunnel->state == SERVICE_TUNNEL_UP && !session->device_gone));
	MUST(!session->question || session->question->session == session);
	if (tunnel->flow)
		MUST(order_find(&tunnel->flow->sessions, config.session_id) == &session->by_flow);
	if (!session->is_active) {
		check_waiting(session);
		return;
	}
	MUST(session->authorization == AUTHORIZATION_NONE || session->authorization == AUTHORIZATION_ACCEPTED);
	if (tunnel_is_managed(tunnel)) {
		check_call(service, dp, session);
		return;
	}
	MUST(lookup_session_by_datapath(service, session->datapath) == session);
	MUST(told && told->tunnel == tunnel->datapath && told->session_id == config.session_id);
	MUST(told->peer_session_id == config.peer_session_id);
	MUST(told->send_seq == config.use_sequence_numbers);
	MUST(told->reorder_timeout == config.reorder_timeout && told->lns_mode == config.lns_mode);
	MUST(!strcmp(told->netns, config.netns));
	if (config.pw_type != CONFIG_PW_PPP)	/* which has a device while it carries something */
		MUST(session_ifname(session)[0] && !strcmp(told->ifname, session_ifname(session)));
}

static inline uint32_t told_sessions(const struct tunnel *tunnel)
{
	const struct session *session;
	uint32_t told = 0;
	uint64_t next = 0;

	for (; (session = lookup_session_from(tunnel, next)); next = (uint64_t)session->by_id.id + 1)
		told += session->is_told;
	return told;
}

static inline uint32_t check_tunnel(const struct service *service, struct datapath *dp, const struct tunnel *tunnel)
{
	const struct datapath_tunnel_config *told = datapath_null_tunnel(dp, tunnel->datapath);
	const struct session *session;
	uint32_t sessions = 0;
	uint64_t next = 0;

	MUST(tunnel->by_id.id == tunnel->config.tunnel_id && tunnel->config.tunnel_id);
	MUST(lookup_tunnel_by_name(service, tunnel->config.tunnel_name) == tunnel);
	MUST(lookup_tunnel_by_datapath(service, tunnel->datapath) == tunnel);
	MUST(handle_get(&service->tunnel_handles, tunnel->handle) == tunnel);
	/* one that waits for an authorizer reserves the ids of its sessions */
	MUST(!tunnel->flow == (tunnel->peer.family == AF_UNSPEC || tunnel_is_managed(tunnel)) ||
	     (tunnel->flow && tunnel->question));
	MUST(told && told->tunnel_id == tunnel->config.tunnel_id && address_equal(&told->peer.address, &tunnel->peer));
	MUST(told->ttl == tunnel->config.ttl && told->fwmark == tunnel->config.fwmark);
	MUST(!tunnel->question == (tunnel->authorization != AUTHORIZATION_WAITS &&
				   tunnel->authorization != AUTHORIZATION_REFUSED));
	MUST(!tunnel->question || tunnel->peer.family == AF_UNSPEC);
	for (; (session = lookup_session_from(tunnel, next)); next = (uint64_t)session->by_id.id + 1, sessions++) {
		MUST(session->tunnel == tunnel);
		check_ppp(service, session);
		check_session(service, dp, session);
	}
	MUST(sessions == order_count(&tunnel->sessions));
	return sessions;
}

/* The sums over all states. */
static inline void check_sums(const struct service *service, uint32_t tunnels, uint32_t sessions)
{
	for (int i = 0; i < SERVICE_TUNNEL_STATES; i++)
		tunnels -= service->tunnels_in[i];
	for (int i = 0; i < SERVICE_SESSION_STATES; i++)
		sessions -= service->sessions_in[i];
	MUST(!tunnels && !sessions);
}

/* Each flow has the sessions of its tunnels, no more. */
static inline void check_flows(const struct service *service)
{
	uint32_t tunnels = 0, sessions = 0, known_tunnels = 0, known_sessions = 0;
	const struct tunnel *tunnel;
	const struct flow *flow;
	uint64_t next = 0;

	for (flow = service->flows; flow; flow = flow->hh.next) {
		MUST(flow->tunnels > 0);
		tunnels += flow->tunnels;
		sessions += order_count(&flow->sessions);
	}
	for (; (tunnel = lookup_tunnel_from(service, next)); next = (uint64_t)tunnel->by_id.id + 1) {
		known_tunnels += tunnel->flow != NULL;
		known_sessions += tunnel->flow ? order_count(&tunnel->sessions) : 0;
	}
	MUST(tunnels == known_tunnels && sessions == known_sessions);
}

static inline uint32_t uses_by(const struct provenance *provenance, const struct profile *profile)
{
	return (provenance->own == profile) + (provenance->peer == profile) + (provenance->session == profile) +
	       (provenance->ppp == profile);
}

/* Each counts those that have it, is in its place, and holds nothing in rows that are not set. */
static inline void check_profile(const struct service *service, const struct profile *profile)
{
	const struct param_table *table = config_tables[profile->object];
	static const union any_config nothing;
	const struct session *session;
	const struct tunnel *tunnel;
	uint32_t uses = 0, position = 0;

	while ((tunnel = handle_next(&service->tunnel_handles, &position)))
		uses += uses_by(&tunnel->provenance, profile);
	position = 0;
	while ((session = handle_next(&service->session_handles, &position)))
		uses += uses_by(session_provenance(session), profile);
	MUST(uses == profile->uses);
	MUST(profile_find(service, profile->object, profile->name) == profile);
	MUST(!profile->hh.next || strcmp(profile->name, ((struct profile *)profile->hh.next)->name) < 0);
	for (unsigned int row = 0; row < table->count; row++)
		MUST(table->params[row].type == PARAM_UNSUPPORTED || param_set_has(&profile->set, row) ||
		     param_equal(table, row, &profile->config, &nothing));
}

static inline void check_profiles(const struct service *service)
{
	for (enum config_object object = CONFIG_PROFILE_FIRST; object <= CONFIG_PROFILE_LAST; object++) {
		const struct profile *profile = profile_first(service, object);

		MUST(!config_has_default(object) ||
		     profile_default(service, object) == profile_find(service, object, "default"));
		for (; profile; profile = profile->hh.next)
			check_profile(service, profile);
	}
}

/* A value is the one that its source gives; the names of profiles are those of its provenance. */
static inline void check_names(const struct tunnel *tunnel)
{
	const struct provenance *provenance = &tunnel->provenance;

	MUST(!strcmp(tunnel->config.profile_name, provenance->own->name));
	MUST(!strcmp(tunnel->config.peer_profile_name, provenance->peer->name));
	MUST(!strcmp(tunnel->config.session_profile_name, provenance->session->name));
	MUST(!strcmp(tunnel->config.ppp_profile_name, provenance->ppp->name));
	for (unsigned int i = 0; i < PARAM_SET_MAX / 64; i++)
		MUST(!(provenance->named.bits[i] & provenance->fallback.bits[i]) &&
		     !(provenance->explicit_rows.bits[i] & (provenance->named.bits[i] | provenance->fallback.bits[i])));
}

static inline void check_peers(const struct service *service)
{
	const struct tunnel *tunnel;
	uint32_t tunnels = 0, known = 0, position = 0;

	for (const struct peer *peer = service->peers; peer; peer = peer->hh.next) {
		MUST(peer->tunnels > 0);
		tunnels += peer->tunnels;
	}
	while ((tunnel = handle_next(&service->tunnel_handles, &position))) {
		MUST(!tunnel->record == (tunnel->peer.family == AF_UNSPEC));
		MUST(!tunnel->record || address_equal(&tunnel->record->key.peer, &tunnel->peer));
		known += tunnel->record != NULL;
		check_names(tunnel);
	}
	MUST(tunnels == known);
}

static inline uint32_t indexed_sessions(const struct service *service)
{
	uint32_t count = 0;

	for (uint32_t slot = 0; slot < service->session_slots; slot++) {
		const struct session *session = service->sessions_by_datapath[slot];

		MUST(!session || (uint32_t)session->datapath == slot);
		count += session != NULL;
	}
	return count;
}

static inline void service_check(const struct service *service, struct datapath *dp)
{
	const struct tunnel *tunnel;
	uint32_t tunnels = 0, sessions = 0, told = 0;
	uint64_t next = 0;

	for (; (tunnel = lookup_tunnel_from(service, next)); next = (uint64_t)tunnel->by_id.id + 1, tunnels++) {
		sessions += check_tunnel(service, dp, tunnel);
		told += told_sessions(tunnel);
	}
	MUST(tunnels == order_count(&service->tunnels) && tunnels == datapath_null_tunnels(dp));
	MUST(tunnels == service->tunnel_handles.used && tunnels == HASH_CNT(by_name, service->tunnels_by_name));
	MUST(tunnels == order_count(&service->tunnels_by_datapath));
	MUST(sessions == service->session_count);
	MUST(told + (uint32_t)service->released_count == datapath_null_sessions(dp));
	MUST(sessions == service->session_handles.used);
	MUST(told == indexed_sessions(service));
	check_flows(service);
	check_profiles(service);
	check_subscribers(service);
	check_peers(service);
	check_sums(service, tunnels, sessions);
}

#endif
