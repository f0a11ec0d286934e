/* SPDX-License-Identifier: MIT */
/*
 * Sessions asked for by their peer, not by a tunnel: they go into the tunnel that leads there, and when there is none
 * it is made for them.  Such a tunnel has what the peer's profiles say, and goes with its last session.
 */
#include "service/on_demand.h"

#include <string.h>
#include <strings.h>

static bool leads_to(const struct tunnel *tunnel, const char *host, const struct address *literal)
{
	if (!tunnel_is_managed(tunnel) || tunnel->authorization == AUTHORIZATION_REFUSED)
		return false;
	if (tunnel->config.max_sessions && order_count(&tunnel->sessions) >= tunnel->config.max_sessions)
		return false;
	if (literal->family != AF_UNSPEC && address_equal(&tunnel->peer, literal))
		return true;
	return strcasecmp(tunnel->config.dest_ipaddr, host) == 0;
}

static struct tunnel *find(const struct service *service, const char *host, const struct address *literal)
{
	struct tunnel *tunnel = NULL;

	while ((tunnel = lookup_tunnel_from(service, tunnel ? (uint64_t)tunnel->by_id.id + 1 : 0))) {
		if (leads_to(tunnel, host, literal))
			return tunnel;
	}
	return NULL;
}

static struct tunnel *make(struct service *service, const char *host, const struct address *literal,
			   enum service_origin origin, struct error *error)
{
	struct peer_match match = peer_match(service, literal->family == AF_UNSPEC ? host : "", literal, 0);
	struct command command = { .object = CONFIG_TUNNEL, .verb = CONFIG_CREATE };
	struct service_result made = { 0 };
	struct tunnel *tunnel;

	memcpy(command.config.tunnel.dest_ipaddr, host, CONFIG_HOST_MAX);
	param_set_add(&command.set, config_row(CONFIG_TUNNEL, "dest_ipaddr"));
	if (match.how != SERVICE_PEER_BY_DEFAULT) {
		memcpy(command.config.tunnel.peer_profile_name, match.profile->name, CONFIG_NAME_MAX);
		param_set_add(&command.set, config_row(CONFIG_TUNNEL, "peer_profile_name"));
	}
	if (execute_tunnel_create(service, &command, origin, service->now, &made, error) < 0)
		return NULL;
	tunnel = lookup_tunnel_by_id(service, made.tunnel_id);
	tunnel->managed.on_demand = true;
	return tunnel;
}

struct tunnel *on_demand_tunnel(struct service *service, const struct session_config *wanted,
				enum service_origin origin, bool *is_new, struct error *error)
{
	struct address literal = { .family = AF_UNSPEC };
	struct tunnel *tunnel;

	address_parse(wanted->dest_ipaddr, &literal);
	tunnel = find(service, wanted->dest_ipaddr, &literal);
	*is_new = !tunnel;
	return tunnel ? tunnel : make(service, wanted->dest_ipaddr, &literal, origin, error);
}
