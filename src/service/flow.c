/* SPDX-License-Identifier: MIT */
/*
 * Flows: where packets of different tunnels arrive mixed, so that the session id alone tells them
 * apart.  Over UDP that is one socket (our address, port and bound interface) and one peer (address
 * and port): a data packet does not carry its tunnel's id (RFC 3931 section 4.1.1).  Over IP it is
 * all of an address family, as in the kernel.
 *
 * A tunnel enters its flow when its peer's address is known, and changes it when that changes.
 */
#include <stdlib.h>
#include <string.h>

#include "service/internal.h"

void flow_key_of(const struct tunnel_config *config, const struct address *peer, struct flow_key *key)
{
	memset(key, 0, sizeof(*key));
	key->encap = (uint32_t)config->encap;
	key->family = peer->family;
	memcpy(key->netns, config->netns, strlen(config->netns));
	if (config->encap == CONFIG_ENCAP_IP)
		return;
	if (!address_is_any(&config->src_ipaddr))
		key->local = config->src_ipaddr;
	key->peer = *peer;
	key->our_udp_port = config->our_udp_port;
	key->peer_udp_port = config->peer_udp_port;
	memcpy(key->bind_interface, config->bind_interface, sizeof(key->bind_interface));
}

static struct flow *flow_get(struct service *service, const struct flow_key *key)
{
	struct flow *flow;

	HASH_FIND(hh, service->flows, key, sizeof(*key), flow);
	if (flow)
		return flow;
	flow = calloc(1, sizeof(*flow));
	if (!flow)
		return NULL;
	flow->key = *key;
	HASH_ADD(hh, service->flows, key, sizeof(flow->key), flow);
	if (flow->hh.tbl)
		return flow;
	free(flow);
	return NULL;
}

static void flow_put(struct service *service, struct flow *flow)
{
	if (flow->tunnels)
		return;
	HASH_DELETE(hh, service->flows, flow);
	free(flow);
}

static int taken(uint32_t session_id, const struct session *holder, struct error *error)
{
	char label[SESSION_LABEL_MAX];

	session_label(holder, label);
	if (holder->tunnel->config.encap == CONFIG_ENCAP_IP)
		return error_set(error, ERROR_EXISTS, "session_id",
				 "session_id %u is taken by %s: over IP all sessions of an address family "
				 "need their own", session_id, label);
	return error_set(error, ERROR_EXISTS, "session_id",
			 "session_id %u is taken by %s, whose packets come from the same peer and port "
			 "to the same port: nothing would tell them apart", session_id, label);
}

static struct session *holder_of(const struct flow *flow, uint32_t session_id)
{
	struct order_node *node = order_find(&flow->sessions, session_id);

	return node ? container_of(node, struct session, by_flow) : NULL;
}

/* Is one of the tunnel's ids taken in this flow? */
static int find_conflict(const struct tunnel *tunnel, const struct flow *flow, struct error *error)
{
	const struct session *session;

	for (session = lookup_session_from(tunnel, 0); session;
	     session = lookup_session_from(tunnel, (uint64_t)session->by_id.id + 1)) {
		const struct session *holder = holder_of(flow, session->by_id.id);

		if (holder)
			return taken(session_id(session), holder, error);
	}
	return 0;
}

int flow_enter(struct service *service, struct tunnel *tunnel, const struct flow_key *key, struct error *error)
{
	struct flow *flow = flow_get(service, key);
	struct session *session;

	if (!flow)
		return service_no_memory(error);
	if (flow == tunnel->flow)
		return 0;
	if (find_conflict(tunnel, flow, error) < 0) {
		flow_put(service, flow);
		return -1;
	}
	flow->tunnels++;
	flow_leave(service, tunnel);
	tunnel->flow = flow;
	for (session = lookup_session_from(tunnel, 0); session;
	     session = lookup_session_from(tunnel, (uint64_t)session->by_id.id + 1))
		order_insert(&flow->sessions, &session->by_flow, session->by_id.id);
	return 0;
}

void flow_leave(struct service *service, struct tunnel *tunnel)
{
	struct flow *flow = tunnel->flow;
	struct session *session;

	if (!flow)
		return;
	for (session = lookup_session_from(tunnel, 0); session;
	     session = lookup_session_from(tunnel, (uint64_t)session->by_id.id + 1))
		flow_remove_session(session);
	tunnel->flow = NULL;
	flow->tunnels--;
	flow_put(service, flow);
}

int flow_add_session(struct session *session, struct error *error)
{
	struct flow *flow = session->tunnel->flow;

	if (!flow || order_insert(&flow->sessions, &session->by_flow, session_id(session)))
		return 0;
	return taken(session_id(session), holder_of(flow, session_id(session)), error);
}

int flow_refuse_session(const struct service *service, const struct tunnel_config *tunnel, const struct address *peer,
			const struct session_config *config, struct error *error)
{
	const struct session *holder;
	struct flow_key key;
	struct flow *flow;

	if (peer->family == AF_UNSPEC)
		return 0;
	flow_key_of(tunnel, peer, &key);
	HASH_FIND(hh, service->flows, &key, sizeof(key), flow);
	holder = flow ? holder_of(flow, config->session_id) : NULL;
	return holder && !session_going(holder) ? taken(config->session_id, holder, error) : 0;
}

void flow_remove_session(struct session *session)
{
	if (session->tunnel->flow)
		order_remove(&session->tunnel->flow->sessions, &session->by_flow);
}
