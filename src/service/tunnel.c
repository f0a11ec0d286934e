/* SPDX-License-Identifier: MIT */
/*
 * The life of a tunnel: made, attached to names, flow and datapath, changed, detached, freed; and
 * the commands that ask for it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/session_call.h"
#include "service/managed.h"
#include "service/question.h"
#include "service/session_ppp.h"
#include "service/state.h"
#include "service/trace.h"

const struct rows_field tunnel_fields[] = {
	{ offsetof(struct tunnel_config, use_udp_checksums), DATAPATH_TUNNEL_CHECKSUM },
	{ offsetof(struct tunnel_config, fwmark), DATAPATH_TUNNEL_MARKING },
	{ offsetof(struct tunnel_config, ttl), DATAPATH_TUNNEL_MARKING },
	{ offsetof(struct tunnel_config, dscp), DATAPATH_TUNNEL_MARKING },
	{ offsetof(struct tunnel_config, resolve_interval), ROWS_FIELD_NONE },
	{ offsetof(struct tunnel_config, trace_flags), ROWS_FIELD_NONE },
};
const unsigned int tunnel_fields_count = sizeof(tunnel_fields) / sizeof(tunnel_fields[0]);

/* What programs made by the kernel's API is never the kernel's: it would have been theirs without us. */
static enum datapath_choice choice_of(const struct service *service, const struct tunnel *tunnel,
				      const struct tunnel_config *config)
{
	if (tunnel->origin == SERVICE_ORIGIN_KERNEL)
		return DATAPATH_USER;
	switch (config->datapath == CONFIG_DATAPATH_SYSTEM ? service->system.datapath : config->datapath) {
	case CONFIG_DATAPATH_USER:
		return DATAPATH_USER;
	case CONFIG_DATAPATH_KERNEL:
		return DATAPATH_KERNEL;
	case CONFIG_DATAPATH_BPF:
		return DATAPATH_BPF;
	default:
		return DATAPATH_AUTO;
	}
}

static uint32_t peer_tunnel_id(const struct tunnel *tunnel, const struct tunnel_config *config)
{
	if (tunnel_is_managed(tunnel))
		return tunnel->managed.peer_tunnel_id;
	return config->wire_tunnel_id ? config->wire_peer_tunnel_id : config->peer_tunnel_id;
}

/* What the datapath is told of a tunnel with this configuration, and this address of the peer. */
static void to_datapath(const struct service *service, const struct tunnel *tunnel,
			const struct tunnel_config *config, const struct address *peer,
			struct datapath_tunnel_config *out)
{
	const struct managed *managed = &tunnel->managed;
	bool udp = config->encap == CONFIG_ENCAP_UDP || tunnel_is_managed(tunnel);
	uint16_t peer_port = managed->peer_port ? managed->peer_port : config->peer_udp_port;

	*out = (struct datapath_tunnel_config){
		.choice = choice_of(service, tunnel, config),
		.version = (uint8_t)config->version,
		.encap = udp ? L2TP_ENCAP_UDP : L2TP_ENCAP_IP,
		.tunnel_id = config->wire_tunnel_id ? config->wire_tunnel_id : config->tunnel_id,
		.peer_tunnel_id = peer_tunnel_id(tunnel, config),
		.port = managed->port,
		.local.port = udp ? config->our_udp_port : 0,
		.peer = { .address = *peer, .port = udp ? peer_port : 0 },
		.fwmark = config->fwmark,
		.ttl = (int16_t)config->ttl,
		.dscp = (int16_t)config->dscp,
		.udp_checksum = config->use_udp_checksums,
		.udp_zero_csum6_tx = config->udp_zero_csum6_tx,
		.udp_zero_csum6_rx = config->udp_zero_csum6_rx,
		.shadow = config->is_shadow,
		.no_control = tunnel->origin == SERVICE_ORIGIN_KERNEL,
	};
	_Static_assert(CONFIG_TTL_DEFAULT == DATAPATH_HOP_DEFAULT && CONFIG_COPY == DATAPATH_HOP_COPY &&
		       CONFIG_COPY == DATAPATH_DSCP_COPY, "both sides write them the same");
	if (!address_is_any(&config->src_ipaddr))
		out->local.address = config->src_ipaddr;
	memcpy(out->netns, config->netns, sizeof(out->netns));
	memcpy(out->bind_interface, config->bind_interface, sizeof(out->bind_interface));
}

struct tunnel *tunnel_new(struct service *service, const struct tunnel_config *config,
			  const struct provenance *provenance, enum service_origin origin, uint64_t now)
{
	struct tunnel *tunnel = calloc(1, sizeof(*tunnel));

	if (!tunnel)
		return NULL;
	tunnel->config = *config;
	tunnel->provenance = *provenance;
	provenance_hold(provenance);
	tunnel->origin = origin;
	tunnel->created = now;
	tunnel->command = service->command;
	address_parse(config->dest_ipaddr, &tunnel->peer);
	tunnel->handle = handle_add(&service->tunnel_handles, tunnel);
	if (tunnel->handle != HANDLE_NONE)
		return tunnel;
	provenance_release(provenance);
	free(tunnel);
	return NULL;
}

void tunnel_free(struct service *service, struct tunnel *tunnel)
{
	struct session *session;

	if (!tunnel)
		return;
	while ((session = lookup_session_from(tunnel, 0))) {
		session_remove(session);
		session_free(service, session);
	}
	common_forget_chain(service, tunnel);
	handle_remove(&service->tunnel_handles, tunnel->handle);
	provenance_release(&tunnel->provenance);
	free(tunnel->managed.peer_host_name);
	free(tunnel);
}

static int index_name(struct service *service, struct tunnel *tunnel, struct error *error)
{
	const char *name = tunnel->config.tunnel_name;

	HASH_ADD_KEYPTR(by_name, service->tunnels_by_name, name, strlen(name), tunnel);
	return tunnel->by_name.tbl ? 0 : service_no_memory(error);
}

static void unindex_name(struct service *service, struct tunnel *tunnel)
{
	if (tunnel->by_name.tbl)
		HASH_DELETE(by_name, service->tunnels_by_name, tunnel);
	tunnel->by_name.tbl = NULL;
}

/* Into the flow and the record of a peer. -1: it is where it was. */
static int meet_peer(struct service *service, struct tunnel *tunnel, const struct address *peer, struct error *error)
{
	struct flow_key key, before = { 0 };
	bool had_flow = tunnel->flow;

	if (tunnel->config.version == 2)	/* the tunnel's id tells its sessions apart from others */
		return peer_enter(service, tunnel, peer, error);
	if (had_flow)
		before = tunnel->flow->key;
	flow_key_of(&tunnel->config, peer, &key);
	if (flow_enter(service, tunnel, &key, error) < 0)
		return -1;
	if (peer_enter(service, tunnel, peer, error) == 0)
		return 0;
	/* Nobody has entered the old flow meanwhile; without memory for it the tunnel is in none, which
	 * the next answer repairs. */
	if (!had_flow || flow_enter(service, tunnel, &before, NULL) < 0)
		flow_leave(service, tunnel);
	return -1;
}

static void leave_peer(struct service *service, struct tunnel *tunnel)
{
	flow_leave(service, tunnel);
	peer_leave(service, tunnel);
}

/* Where an authorizer must be waited for only the flow: the ids of its sessions are reserved, so that nothing is in its
 * way once it is accepted. */
static int begin_flow(struct service *service, struct tunnel *tunnel, bool must_wait, struct error *error)
{
	struct address literal;
	struct flow_key key;

	if (!must_wait)
		return tunnel->peer.family == AF_UNSPEC ? 0 : meet_peer(service, tunnel, &tunnel->peer, error);
	tunnel->peer = (struct address){ .family = AF_UNSPEC };
	if (tunnel->config.version == 2 || !address_parse(tunnel->config.dest_ipaddr, &literal))
		return 0;
	flow_key_of(&tunnel->config, &literal, &key);
	return flow_enter(service, tunnel, &key, error);
}

static int link_tunnel(struct service *service, struct tunnel *tunnel, bool must_wait, struct error *error)
{
	size_t tunnels = (size_t)order_count(&service->tunnels) + 1;

	if (resolve_reserve(service, tunnels) < 0 || managed_reserve(service, tunnels) < 0)
		return service_no_memory(error);
	if (begin_flow(service, tunnel, must_wait, error) < 0)
		return -1;
	if (index_name(service, tunnel, error) < 0) {
		leave_peer(service, tunnel);
		return -1;
	}
	order_insert(&service->tunnels, &tunnel->by_id, tunnel->config.tunnel_id);
	names_hold_tunnel_id(service, tunnel, true);
	return 0;
}

static void unlink_tunnel(struct service *service, struct tunnel *tunnel)
{
	names_hold_tunnel_id(service, tunnel, false);
	order_remove(&service->tunnels, &tunnel->by_id);
	unindex_name(service, tunnel);
	leave_peer(service, tunnel);
}

/* Whom would a port surprise that he never wrote? */
static int explain_default(const struct tunnel *tunnel, struct error *error)
{
	char text[ERROR_TEXT_MAX];

	if (!error || strcmp(error->parameter, "our_udp_port") != 0 ||
	    param_set_has(&tunnel->provenance.explicit_rows, config_row(CONFIG_TUNNEL, "our_udp_port")))
		return -1;
	memcpy(text, error->text, sizeof(text));
	return error_set(error, error->code, "our_udp_port", "%s (%u is the default where our_udp_port is not given)",
			 text, tunnel->config.our_udp_port);
}

static int tell_datapath(struct service *service, struct tunnel *tunnel, struct error *error)
{
	struct datapath_tunnel_config config;

	to_datapath(service, tunnel, &tunnel->config, &tunnel->peer, &config);
	if (datapath_ops(service->dp)->tunnel_add(service->dp, &config, &tunnel->datapath, error) < 0)
		return explain_default(tunnel, error);
	order_insert(&service->tunnels_by_datapath, &tunnel->by_datapath, (uint32_t)tunnel->datapath);
	trace_tunnel_made(service, tunnel);
	tap_new_tunnel(service, tunnel);
	return 0;
}

static void forget_datapath(struct service *service, struct tunnel *tunnel)
{
	if (tunnel->datapath == HANDLE_NONE)
		return;
	order_remove(&service->tunnels_by_datapath, &tunnel->by_datapath);
	tunnel->datapath = HANDLE_NONE;
}

int tunnel_try(struct service *service, const struct tunnel *tunnel, const struct address *peer, handle *trial,
	       struct error *error)
{
	struct datapath_tunnel_config config;

	to_datapath(service, tunnel, &tunnel->config, peer, &config);
	if (datapath_ops(service->dp)->tunnel_add(service->dp, &config, trial, error) < 0)
		return explain_default(tunnel, error);
	return 0;
}

int tunnel_attach(struct service *service, struct tunnel *tunnel, uint64_t now, struct error *error)
{
	bool must_wait = authorize_wants_tunnel(service, tunnel);
	struct address literal;

	if (names_identify_tunnel(service, tunnel, error) < 0)
		return -1;
	/* only now are both ids known */
	if (address_parse(tunnel->config.dest_ipaddr, &literal) &&
	    rules_peer(&tunnel->config, &tunnel->provenance.explicit_rows, &literal, error) < 0)
		return -1;
	if (link_tunnel(service, tunnel, must_wait, error) < 0)
		return -1;
	if (tell_datapath(service, tunnel, error) < 0) {
		unlink_tunnel(service, tunnel);
		return -1;
	}
	state_tunnel_attached(service, tunnel);
	if (must_wait) {
		authorize_tunnel(service, tunnel);
		return 0;
	}
	resolve_start(service, tunnel, now);
	if (tunnel->peer.family != AF_UNSPEC)
		managed_start(service, tunnel);
	state_tunnel_update(service, tunnel);
	return 0;
}

void tunnel_forget(struct service *service, struct tunnel *tunnel)
{
	struct session *session;

	for (session = lookup_session_from(tunnel, 0); session;
	     session = lookup_session_from(tunnel, (uint64_t)session->by_id.id + 1))
		session_deactivate(service, session);
	managed_forget(service, tunnel);
	state_tunnel_detached(service, tunnel);
	authorize_forget_tunnel(service, tunnel);
	resolve_stop(service, tunnel);
	forget_datapath(service, tunnel);
	unlink_tunnel(service, tunnel);
}

void tunnel_detach(struct service *service, struct tunnel *tunnel)
{
	session_ppp_end_tunnel(service, tunnel);
	managed_stop(service, tunnel);
	session_call_flush(service);
	trace_tunnel(service, tunnel, TRACE_SYSTEM, "its socket, and its sessions' devices, are given up");
	datapath_ops(service->dp)->tunnel_delete(service->dp, tunnel->datapath);
	tunnel_forget(service, tunnel);
}

void tunnel_set_reason(struct service *service, struct tunnel *tunnel, const char *reason)
{
	/* the same trouble again is still the old trouble */
	if (!strcmp(tunnel->reason, reason))
		return;
	tunnel->reason_since = reason[0] ? service->now : 0;
	snprintf(tunnel->reason, sizeof(tunnel->reason), "%s", reason);
	event_tunnel(service, SERVICE_EVENT_TUNNEL_MODIFIED, tunnel, tunnel->reason, NULL);
	log_limited_about(&service->reasons, service->now, reason[0] ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO,
			  ABOUT_TUNNEL(tunnel), "tunnel %s: %s", tunnel->config.tunnel_name,
			  reason[0] ? reason : "well again");
}

/* Sessions that would lead to themselves, were this the peer's address. */
static int refuse_loops(const struct tunnel *tunnel, const struct address *peer, struct error *error)
{
	const struct session *session;

	if (!rules_loops(&tunnel->config, peer))
		return 0;
	for (session = lookup_session_from(tunnel, 0); session;
	     session = lookup_session_from(tunnel, (uint64_t)session->by_id.id + 1)) {
		if (rules_session_loop(session_id(session), session->peer_session_id, error) < 0)
			return -1;
	}
	return 0;
}

int tunnel_set_peer(struct service *service, struct tunnel *tunnel, const struct address *peer, struct error *error)
{
	struct datapath_tunnel_config config;

	if (rules_peer(&tunnel->config, &tunnel->provenance.explicit_rows, peer, error) < 0 ||
	    refuse_loops(tunnel, peer, error) < 0)
		return -1;
	if (meet_peer(service, tunnel, peer, error) < 0)
		return -1;
	to_datapath(service, tunnel, &tunnel->config, peer, &config);
	if (!datapath_ops(service->dp)->tunnel_modify(service->dp, tunnel->datapath, &config, DATAPATH_TUNNEL_PEER,
						      error)) {
		tunnel->peer = *peer;
		tap_again(service, tunnel);
		return 0;
	}
	if (tunnel->peer.family == AF_UNSPEC || meet_peer(service, tunnel, &tunnel->peer, NULL) < 0)
		leave_peer(service, tunnel);
	return -1;
}

int service_tunnel_move(struct service *service, handle which, const struct endpoint *local,
			const struct endpoint *peer, struct error *error)
{
	struct tunnel *tunnel = handle_get(&service->tunnel_handles, which);
	struct tunnel_config before;

	if (!tunnel || !tunnel->config.is_shadow)
		return error_set(error, ERROR_UNKNOWN, NULL, "there is no such tunnel with a socket of a program's");
	before = tunnel->config;
	tunnel->config.src_ipaddr = local->address;
	tunnel->config.our_udp_port = local->port;
	tunnel->config.peer_udp_port = peer->port;
	address_format(&peer->address, tunnel->config.dest_ipaddr, sizeof(tunnel->config.dest_ipaddr));
	if (tunnel_set_peer(service, tunnel, &peer->address, error) == 0)
		return 0;
	tunnel->config = before;
	return -1;
}

int tunnel_tell_peer(struct service *service, struct tunnel *tunnel, struct error *error)
{
	struct datapath_tunnel_config config;

	to_datapath(service, tunnel, &tunnel->config, &tunnel->peer, &config);
	return datapath_ops(service->dp)->tunnel_modify(service->dp, tunnel->datapath, &config,
							DATAPATH_TUNNEL_PEER | DATAPATH_TUNNEL_PEER_ID, error);
}

/* Its configuration has another one already. */
static void move_id(struct service *service, struct tunnel *tunnel, uint32_t before)
{
	uint32_t id = tunnel->config.tunnel_id;

	tunnel->config.tunnel_id = before;
	names_hold_tunnel_id(service, tunnel, false);
	order_remove(&service->tunnels, &tunnel->by_id);
	tunnel->config.tunnel_id = id;
	order_insert(&service->tunnels, &tunnel->by_id, id);
	names_hold_tunnel_id(service, tunnel, true);
}

int tunnel_renew_id(struct service *service, struct tunnel *tunnel, struct error *error)
{
	uint32_t id, id_before = tunnel->config.tunnel_id;
	handle before = tunnel->datapath;

	if (names_free_tunnel_id(service, &tunnel->config, &id, error) < 0)
		return -1;
	forget_datapath(service, tunnel);
	tunnel->config.tunnel_id = id;
	if (tell_datapath(service, tunnel, error) < 0) {
		tunnel->config.tunnel_id = id_before;
		tunnel->datapath = before;
		order_insert(&service->tunnels_by_datapath, &tunnel->by_datapath, (uint32_t)before);
		return -1;
	}
	session_call_flush(service);
	datapath_ops(service->dp)->tunnel_delete(service->dp, before);
	move_id(service, tunnel, id_before);
	return 0;
}

static int set_name(struct service *service, struct tunnel *tunnel, const char name[CONFIG_NAME_MAX],
		    struct error *error)
{
	unindex_name(service, tunnel);
	memcpy(tunnel->config.tunnel_name, name, CONFIG_NAME_MAX);
	return index_name(service, tunnel, error);
}

static int rename_tunnel(struct service *service, struct tunnel *tunnel, const char name[CONFIG_NAME_MAX],
			 struct error *error)
{
	char before[CONFIG_NAME_MAX];

	if (strcmp(tunnel->config.tunnel_name, name) == 0)
		return 0;
	memcpy(before, tunnel->config.tunnel_name, sizeof(before));
	if (!set_name(service, tunnel, name, error))
		return 0;
	set_name(service, tunnel, before, NULL);	/* it had room a moment ago */
	return -1;
}

static int change(struct service *service, struct tunnel *tunnel, const struct tunnel_config *config,
		  const struct provenance *provenance, uint64_t now, struct error *error)
{
	struct datapath_tunnel_config changed;
	unsigned int fields;
	bool differ, other_interval = config->resolve_interval != tunnel->config.resolve_interval;
	struct tunnel_config before = tunnel->config;

	if (rename_tunnel(service, tunnel, config->tunnel_name, error) < 0)
		return -1;
	fields = rows_fields(config_tables[CONFIG_TUNNEL], tunnel_fields, tunnel_fields_count, &tunnel->config, config,
			     &differ);
	if (fields) {
		to_datapath(service, tunnel, config, &tunnel->peer, &changed);
		if (datapath_ops(service->dp)->tunnel_modify(service->dp, tunnel->datapath, &changed, fields,
						      error) < 0) {
			rename_tunnel(service, tunnel, before.tunnel_name, NULL);
			return -1;
		}
	}
	tunnel->config = *config;
	provenance_hold(provenance);
	provenance_release(&tunnel->provenance);
	tunnel->provenance = *provenance;
	if (other_interval)
		resolve_again(service, tunnel, now);
	managed_changed(service, tunnel);
	state_tunnel_modified(service, tunnel, &before);
	return 0;
}

int tunnel_change(struct service *service, struct tunnel *tunnel, const struct tunnel_config *config,
		  const struct provenance *provenance, uint64_t now, struct error *error)
{
	if (tap_tunnel(service, tunnel, config->trace_flags, error) < 0)
		return -1;
	if (change(service, tunnel, config, provenance, now, error) == 0)
		return 0;
	(void)tap_tunnel(service, tunnel, tunnel->config.trace_flags, NULL);
	return -1;
}

static void take_unwritten(const struct tunnel_config *from, struct tunnel_config *to)
{
	to->is_shadow = from->is_shadow;
	to->wire_tunnel_id = from->wire_tunnel_id;
	to->wire_peer_tunnel_id = from->wire_peer_tunnel_id;
}

static void fill_result(const struct tunnel *tunnel, struct service_result *result)
{
	result->tunnel_id = tunnel->config.tunnel_id;
}

int execute_tunnel_create(struct service *service, const struct command *command, enum service_origin origin,
			  uint64_t now, struct service_result *result, struct error *error)
{
	struct provenance provenance = { .explicit_rows = command->set };
	struct tunnel_config config;
	struct tunnel *tunnel;

	if (service->system.deny_local_tunnel_creates)
		return error_set(error, ERROR_LIMIT, "deny_local_tunnel_creates",
				 "tunnel create is denied: system modify deny_local_tunnel_creates=no allows it");
	if (service_refuse_drained(service, error) < 0)
		return -1;
	if (chain_tunnel(service, &command->config.tunnel, false, &provenance, &config, error) < 0)
		return -1;
	if (origin == SERVICE_ORIGIN_KERNEL)
		take_unwritten(&command->config.tunnel, &config);
	if (rules_tunnel(&config, &command->set, error) < 0 ||
	    service_tunnel_limit(service, order_count(&service->tunnels), error) < 0)
		return -1;
	tunnel = tunnel_new(service, &config, &provenance, origin, now);
	if (!tunnel)
		return service_no_memory(error);
	if (tunnel_attach(service, tunnel, now, error) < 0) {
		tunnel_free(service, tunnel);
		return -1;
	}
	fill_result(tunnel, result);
	return 0;
}

/* The new name must be free. It counts as given beside a given id only: who has neither in the file is known there
 * by all else, and keeps its new name. */
static int accept_name(const struct service *service, const struct tunnel *tunnel, const char *name,
		       struct param_set *set, struct error *error)
{
	if (!name[0] || strcmp(name, tunnel->config.tunnel_name) == 0)
		return 0;
	if (names_refuse_tunnel_name(service, name, false, error) < 0)
		return -1;
	if (param_set_has(set, config_row(CONFIG_TUNNEL, "tunnel_id")))
		param_set_add(set, config_row(CONFIG_TUNNEL, "tunnel_name"));
	return 0;
}

static bool names_profiles(const struct service *service, const struct param_set *set)
{
	const struct chain_rows *rows = &service->ends.tunnel_rows;

	return param_set_has(set, rows->peer) || param_set_has(set, rows->session) || param_set_has(set, rows->ppp);
}

int execute_tunnel_modify(struct service *service, const struct command *command, uint64_t now,
			  struct service_result *result, struct error *error)
{
	const struct param_table *table = config_tables[CONFIG_TUNNEL];
	const struct tunnel_config *wanted = &command->config.tunnel;
	struct tunnel *tunnel = lookup_tunnel(service, wanted->tunnel_id ? "" : wanted->tunnel_name, wanted->tunnel_id,
					      error);
	struct provenance provenance;
	struct tunnel_config config;

	if (!tunnel)
		return -1;
	if (rows_refuse_immutable(table, &tunnel->config, wanted, &command->set, error) < 0)
		return -1;
	config = tunnel->config;
	provenance = tunnel->provenance;
	if (accept_name(service, tunnel, wanted->tunnel_name, &provenance.explicit_rows, error) < 0)
		return -1;
	rows_overlay(table, &config, wanted, &command->set);
	provenance_give(&provenance, table, &command->set);
	if (names_profiles(service, &command->set) && chain_tunnel_names(service, &config, &provenance, error) < 0)
		return -1;
	if (tunnel->peer.family != AF_UNSPEC &&
	    rules_peer(&config, &provenance.explicit_rows, &tunnel->peer, error) < 0)
		return -1;
	if (rules_tunnel(&config, &provenance.explicit_rows, error) < 0 ||
	    tunnel_change(service, tunnel, &config, &provenance, now, error) < 0)
		return -1;
	tunnel->command = service->command;
	fill_result(tunnel, result);
	return 0;
}

int execute_tunnel_delete(struct service *service, const struct command *command, struct service_result *result,
			  struct error *error)
{
	const struct tunnel_config *keys = &command->config.tunnel;
	struct tunnel *tunnel = lookup_tunnel(service, keys->tunnel_name, keys->tunnel_id, error);

	if (!tunnel)
		return -1;
	if (keys->reason[0])
		service->cause = keys->reason;
	fill_result(tunnel, result);
	tunnel_detach(service, tunnel);
	tunnel_free(service, tunnel);
	return 0;
}
