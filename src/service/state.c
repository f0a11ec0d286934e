/* SPDX-License-Identifier: MIT */
/*
 * States follow from facts: nobody sets one, and none can be forgotten.  Who changes a fact calls
 * the object's update, which compares what follows now with what was said last, counts and tells.
 *
 * A session is up when packets can pass: its tunnel is up, its device is there, and has carrier.
 */
#include "service/state.h"

#include <stdio.h>

#include "service/session_call.h"
#include "service/question.h"
#include "service/session_ppp.h"
#include "service/trace.h"

const uint32_t service_setup_bounds_ms[SERVICE_SETUP_BUCKETS] = {
	1, 5, 10, 50, 100, 250, 500, 1000, 2500, 5000, 15000, 60000,
};

const char *const service_tunnel_state_words[] = {
	"authorizing", "resolving", "connecting", "waiting", "up", "down", NULL
};
const char *const service_session_state_words[] = { "authorizing", "connecting", "waiting", "up", "down", NULL };

static void setup_add(struct service_setup *setup, uint64_t ms)
{
	unsigned int bucket = 0;

	while (bucket < SERVICE_SETUP_BUCKETS && ms > service_setup_bounds_ms[bucket])
		bucket++;
	setup->buckets[bucket]++;
	setup->count++;
	setup->sum_ms += ms;
}

/* --- sessions --- */

/* Are the ends agreed, and the device there? PPP comes after that. */
static bool is_carried(const struct session *session)
{
	return session->tunnel->state == SERVICE_TUNNEL_UP && session->is_told && !session->device_gone &&
	       !session->no_carrier && (!session->call || session->call->phase == CALL_UP);
}

static enum service_session_state session_state(const struct session *session)
{
	bool up = is_carried(session);

	if (session->authorization == AUTHORIZATION_WAITS ||
	    (session->authorization == AUTHORIZATION_LATER &&
	     session->tunnel->authorization != AUTHORIZATION_REFUSED))
		return SERVICE_SESSION_AUTHORIZING;
	if (up && !session_ppp_is_up(session))
		return session->ppp->retry && session->ppp->failures ? SERVICE_SESSION_WAITING :
		       session->ppp->closing			     ? SERVICE_SESSION_DOWN :
								       SERVICE_SESSION_CONNECTING;
	if (up || !session->call)
		return up ? SERVICE_SESSION_UP : SERVICE_SESSION_DOWN;
	return session->call->phase == CALL_WAITING ? SERVICE_SESSION_WAITING : SERVICE_SESSION_CONNECTING;
}

void state_session_reason(const struct session *session, char *reason, size_t size)
{
	struct session_config config;

	snprintf(reason, size, "%s", authorize_reason(session));
	if (reason[0] || session->state == SERVICE_SESSION_UP)
		return;
	if (session->call && session->call->reason)
		snprintf(reason, size, "%s", session->call->reason);
	else if (session->ppp && !session_ppp_is_up(session))
		session_ppp_reason(session, reason, size);
	else if (session->state == SERVICE_SESSION_CONNECTING || session->state == SERVICE_SESSION_AUTHORIZING)
		return;
	else if (session->device_gone)
		session_gone_reason(session, reason, size);
	else if (session->tunnel->state != SERVICE_TUNNEL_UP ||
		 (session->call && session->tunnel->managed.phase != MANAGED_UP))
		snprintf(reason, size, "its tunnel is not up");
	else if (session->no_carrier) {
		session_compose(session, &config);
		snprintf(reason, size, "nothing has arrived for carrier_timeout, which is %u ms",
			 config.carrier_timeout);
	}
}

static void session_up(struct service *service, struct session *session)
{
	session->up_since = service->now;
	if (!session->was_up)
		setup_add(&service->session_setup, service->now - session->created);
	session->was_up = true;
	event_session(service, SERVICE_EVENT_SESSION_UP, session, NULL, NULL);
	session_ppp_tell_network(service, session, true);
}

static void session_down(struct service *service, struct session *session, const char *reason)
{
	session->up_since = 0;
	session_ppp_tell_network(service, session, false);
	event_session(service, SERVICE_EVENT_SESSION_DOWN, session, reason, NULL);
}

static void failed(struct service *service, const struct session *session, const char *reason)
{
	if (session->device_gone)
		history_add(service, SERVICE_FAILURE_DEVICE, session->tunnel, session, reason);
	else if (session->no_carrier && session->tunnel->state == SERVICE_TUNNEL_UP)
		history_add(service, SERVICE_FAILURE_CARRIER, session->tunnel, session, reason);
}

void state_session_update(struct service *service, struct session *session)
{
	enum service_session_state before = session->state, now = session_state(session);
	char reason[ERROR_TEXT_MAX], label[SESSION_LABEL_MAX];

	if (!session->is_announced || now == before)
		return;
	service->sessions_in[before]--;
	service->sessions_in[now]++;
	session->state = now;
	if (session->call)
		trace_session(service, session, TRACE_FSM, "%s: %s -> %s", session_label(session, label),
			      service_session_state_words[before], service_session_state_words[now]);
	if (now == SERVICE_SESSION_UP) {
		session_up(service, session);
		return;
	}
	if (now == SERVICE_SESSION_AUTHORIZING || (before != SERVICE_SESSION_UP && now != SERVICE_SESSION_DOWN))
		return;
	state_session_reason(session, reason, sizeof(reason));
	if (before == SERVICE_SESSION_UP)
		session_down(service, session, reason);
	else
		event_session(service, SERVICE_EVENT_SESSION_MODIFIED, session, reason, NULL);
	failed(service, session, reason);
}

void state_session_attached(struct service *service, struct session *session)
{
	if (session->is_announced) {
		state_session_update(service, session);
		return;
	}
	session->is_announced = true;
	service->session_count++;
	session->state = SERVICE_SESSION_DOWN;
	service->sessions_in[session->state]++;
	event_session(service, SERVICE_EVENT_SESSION_CREATED, session, NULL, NULL);
	state_session_update(service, session);
}

void state_session_detached(struct service *service, struct session *session)
{
	if (!session->is_announced)
		return;
	if (session->state == SERVICE_SESSION_UP)
		session_down(service, session, service->cause);
	service->sessions_in[session->state]--;
	service->session_count--;
	session->is_announced = false;
	event_session(service, SERVICE_EVENT_SESSION_DELETED, session, service->cause, NULL);
}

/* --- tunnels --- */

static enum service_tunnel_state managed_state(const struct managed *managed)
{
	if (managed->phase == MANAGED_UP)
		return SERVICE_TUNNEL_UP;
	if (managed->phase == MANAGED_NONE)		/* its name is asked for again */
		return SERVICE_TUNNEL_RESOLVING;
	return managed->phase == MANAGED_IDLE || (managed->phase == MANAGED_WAITING && managed->failures) ?
		       SERVICE_TUNNEL_WAITING : SERVICE_TUNNEL_CONNECTING;
}

static enum service_tunnel_state tunnel_state(const struct tunnel *tunnel)
{
	if (tunnel->authorization == AUTHORIZATION_WAITS)
		return SERVICE_TUNNEL_AUTHORIZING;
	if (tunnel->peer.family != AF_UNSPEC)
		return tunnel_is_managed(tunnel) ? managed_state(&tunnel->managed) : SERVICE_TUNNEL_UP;
	return tunnel->refused || tunnel->authorization == AUTHORIZATION_REFUSED ? SERVICE_TUNNEL_DOWN :
		       SERVICE_TUNNEL_RESOLVING;
}

static void update_sessions(struct service *service, const struct tunnel *tunnel)
{
	struct session *session;

	for (session = lookup_session_from(tunnel, 0); session;
	     session = lookup_session_from(tunnel, (uint64_t)session->by_id.id + 1))
		state_session_update(service, session);
}

/* Who the peer is, when that is new. */
static void tell_peer(struct service *service, struct tunnel *tunnel)
{
	char reason[ERROR_TEXT_MAX], text[ADDRESS_TEXT_MAX];
	bool other = tunnel->told_peer.family != AF_UNSPEC;

	if (address_equal(&tunnel->told_peer, &tunnel->peer))
		return;
	tunnel->told_peer = tunnel->peer;
	if (tunnel->record && !tunnel->record->is_announced) {
		tunnel->record->is_announced = true;
		event_peer(service, SERVICE_EVENT_PEER_ADDED, &tunnel->peer, "");
	}
	if (!other)
		return;
	snprintf(reason, sizeof(reason), "the peer's address is now %s",
		 address_format(&tunnel->peer, text, sizeof(text)));
	event_tunnel(service, SERVICE_EVENT_TUNNEL_MODIFIED, tunnel, reason, NULL);
}

static void tunnel_up(struct service *service, struct tunnel *tunnel)
{
	tunnel->up_since = service->now;
	if (!tunnel->was_up)
		setup_add(&service->tunnel_setup, service->now - tunnel->created);
	tunnel->was_up = true;
	event_tunnel(service, SERVICE_EVENT_TUNNEL_UP, tunnel, NULL, NULL);
}

static void tunnel_down(struct service *service, struct tunnel *tunnel, const char *reason)
{
	tunnel->up_since = 0;
	tunnel->told_peer = (struct address){ .family = AF_UNSPEC };
	event_tunnel(service, SERVICE_EVENT_TUNNEL_DOWN, tunnel, reason, NULL);
}

/* Up: the tunnel before its sessions; down: after them. */
void state_tunnel_update(struct service *service, struct tunnel *tunnel)
{
	enum service_tunnel_state before = tunnel->state, now = tunnel_state(tunnel);

	if (tunnel->is_announced && now == SERVICE_TUNNEL_UP)
		tell_peer(service, tunnel);
	if (!tunnel->is_announced || now == before)
		return;
	service->tunnels_in[before]--;
	service->tunnels_in[now]++;
	tunnel->state = now;
	if (tunnel_is_managed(tunnel))
		trace_tunnel(service, tunnel, TRACE_FSM, "tunnel %s: %s -> %s", tunnel->config.tunnel_name,
			     service_tunnel_state_words[before], service_tunnel_state_words[now]);
	if (now == SERVICE_TUNNEL_UP)
		tunnel_up(service, tunnel);
	update_sessions(service, tunnel);
	if (before == SERVICE_TUNNEL_UP)
		tunnel_down(service, tunnel, tunnel->reason);
}

void state_tunnel_attached(struct service *service, struct tunnel *tunnel)
{
	tunnel->is_announced = true;
	tunnel->state = SERVICE_TUNNEL_RESOLVING;
	service->tunnels_in[tunnel->state]++;
	event_tunnel(service, SERVICE_EVENT_TUNNEL_CREATED, tunnel, NULL, NULL);
	state_tunnel_update(service, tunnel);
}

void state_tunnel_detached(struct service *service, struct tunnel *tunnel)
{
	if (!tunnel->is_announced)
		return;
	if (tunnel->state == SERVICE_TUNNEL_UP)
		tunnel_down(service, tunnel, service->cause);
	service->tunnels_in[tunnel->state]--;
	tunnel->is_announced = false;
	event_tunnel(service, SERVICE_EVENT_TUNNEL_DELETED, tunnel, service->cause, NULL);
}

/* --- modifications --- */

/* The rows that differ. False: none does. */
static bool differences(const struct param_table *table, const void *before, const void *now, struct param_set *rows)
{
	bool differ = false;

	*rows = (struct param_set){ { 0 } };
	for (unsigned int row = 0; row < table->count; row++) {
		if (table->params[row].type == PARAM_UNSUPPORTED || param_equal(table, row, before, now))
			continue;
		param_set_add(rows, row);
		differ = true;
	}
	return differ;
}

void state_tunnel_modified(struct service *service, const struct tunnel *tunnel, const struct tunnel_config *before)
{
	struct param_set changed;

	if (service->events && tunnel->is_announced &&
	    differences(config_tables[CONFIG_TUNNEL], before, &tunnel->config, &changed))
		event_tunnel(service, SERVICE_EVENT_TUNNEL_MODIFIED, tunnel, NULL, &changed);
}

void state_session_modified(struct service *service, const struct session *session,
			    const struct session_config *before)
{
	struct session_config config;
	struct param_set changed;

	session_compose(session, &config);
	if (service->events && session->is_announced &&
	    differences(config_tables[CONFIG_SESSION], before, &config, &changed))
		event_session(service, SERVICE_EVENT_SESSION_MODIFIED, session, NULL, &changed);
}
