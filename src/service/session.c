/* SPDX-License-Identifier: MIT */
/*
 * The life of a session: made, put into its tunnel, active in flow and datapath, changed, taken
 * out, freed; and the commands that ask for it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/session_call.h"
#include "service/session_ppp.h"
#include "service/managed.h"
#include "service/on_demand.h"
#include "service/question.h"
#include "service/state.h"
#include "service/trace.h"

const struct rows_field session_fields[] = {
	{ offsetof(struct session_config, mtu), DATAPATH_SESSION_MTU },
	{ offsetof(struct session_config, use_sequence_numbers), DATAPATH_SESSION_SEND_SEQ },
	{ offsetof(struct session_config, sequencing_required), DATAPATH_SESSION_RECV_SEQ },
	{ offsetof(struct session_config, lns_mode), DATAPATH_SESSION_LNS_MODE },
	{ offsetof(struct session_config, reorder_timeout), DATAPATH_SESSION_REORDER },
	{ offsetof(struct session_config, mss_clamp), DATAPATH_SESSION_MSS },
	{ offsetof(struct session_config, carrier_timeout), DATAPATH_SESSION_CARRIER },
	{ offsetof(struct session_config, trace_flags), ROWS_FIELD_NONE },
};
const unsigned int session_fields_count = sizeof(session_fields) / sizeof(session_fields[0]);

static enum l2tp_pw_type pw_type_of(int pw_type)
{
	switch (pw_type) {
	case CONFIG_PW_VLAN:
		return L2TP_PW_ETH_VLAN;
	case CONFIG_PW_IP:
		return L2TP_PW_IP;
	case CONFIG_PW_PPP:
		return L2TP_PW_PPP;
	default:
		return L2TP_PW_ETH;
	}
}

static enum datapath_mtu_mode mtu_mode_of(int64_t mtu)
{
	if (mtu == CONFIG_MTU_AUTO)
		return DATAPATH_MTU_AUTO;
	return mtu == CONFIG_MTU_FOLLOW ? DATAPATH_MTU_FOLLOW : DATAPATH_MTU_FIXED;
}

/* Where PPP is, the tunnel may say it, too. */
static enum datapath_mtu_mode mtu_mode(const struct session *session, const struct session_config *config)
{
	bool follows = config->pw_type == CONFIG_PW_PPP && session->tunnel->config.do_pmtu_discovery;

	return follows && config->mtu == CONFIG_MTU_AUTO ? DATAPATH_MTU_FOLLOW : mtu_mode_of(config->mtu);
}

static void to_datapath(const struct session *session, const struct session_config *config,
			struct datapath_session_config *out)
{
	static const uint8_t no_mac[sizeof(config->mac_address)];

	*out = (struct datapath_session_config){
		.tunnel = session->tunnel->datapath,
		.pw_type = pw_type_of(config->pw_type),
		.session_id = config->session_id,
		.peer_session_id = config->peer_session_id,
		.cookie_length = config->cookie.length,
		.peer_cookie_length = config->peer_cookie.length,
		.l2spec = config->l2spec_type == CONFIG_L2SPEC_NONE ? L2TP_L2SPEC_NONE : L2TP_L2SPEC_DEFAULT,
		.vlan_id = config->vlan_id,
		.send_seq = config->use_sequence_numbers,
		.recv_seq = config->sequencing_required,
		.lns_mode = config->lns_mode,
		.reorder_timeout = config->reorder_timeout,
		.as_kernel = session->origin == SERVICE_ORIGIN_KERNEL,
		.has_mac = memcmp(config->mac_address, no_mac, sizeof(no_mac)) != 0,
		.mtu_mode = mtu_mode(session, config),
		.mtu = config->mtu > 0 ? (uint32_t)config->mtu : 0,
		.mss_clamp = config->mss_clamp,
		.carrier_timeout = config->carrier_timeout,
		.interface_up = config->interface_up,
	};
	memcpy(out->cookie, config->cookie.octets, config->cookie.length);
	memcpy(out->peer_cookie, config->peer_cookie.octets, config->peer_cookie.length);
	snprintf(out->ifname, sizeof(out->ifname), "%s", session_ifname(session));
	memcpy(out->mac, config->mac_address, sizeof(out->mac));
	memcpy(out->netns, config->netns, sizeof(out->netns));
	memcpy(out->bridge, config->bridge, sizeof(out->bridge));
	if (session->call)
		session_call_to_datapath(session->call, config, out);
}

void session_to_datapath(const struct session *session, struct datapath_session_config *out)
{
	struct session_config config;

	session_compose(session, &config);
	to_datapath(session, &config, out);
	if (config.pw_type == CONFIG_PW_PPP)
		memcpy(out->ifname, config.interface_name, sizeof(out->ifname));
}

void session_wanted(const struct session *session, handle tunnel, struct datapath_session_config *out)
{
	struct session_config config;

	session_compose(session, &config);
	to_datapath(session, &config, out);
	memcpy(out->ifname, config.interface_name, sizeof(out->ifname));
	out->tunnel = tunnel;
}

/* --- what it consists of --- */

/* When there is to be one. */
static int make_device(struct session *session, const struct session_config *config)
{
	struct session_device *device;

	if (config->pw_type == CONFIG_PW_PPP || session->device)
		return 0;
	device = calloc(1, sizeof(*device));
	if (!device)
		return -1;
	device->session = session;
	memcpy(device->ifname, config->interface_name, sizeof(device->ifname));
	session->device = device;
	return 0;
}

/* *name is NULL for no name. */
static int make_name(struct session *session, const char *text, struct session_name **name)
{
	size_t size = strlen(text) + 1;

	*name = NULL;
	if (size == 1)
		return 0;
	*name = calloc(1, sizeof(**name) + size);
	if (!*name)
		return -1;
	(*name)->session = session;
	memcpy((*name)->text, text, size);
	return 0;
}

static void take_members(struct session *session, const struct session_config *config)
{
	session->peer_session_id = config->peer_session_id;
	session->trace_flags = config->trace_flags;
}

int session_settle(struct service *service, struct session *session, const struct session_config *config,
		   const struct provenance *provenance, struct error *error)
{
	struct session_kept kept;

	if (make_device(session, config) < 0)
		return service_no_memory(error);
	if (common_keep(service, config, provenance, &kept, error) < 0)
		return -1;
	common_forget(service, &session->kept);
	session->kept = kept;
	take_members(session, config);
	return 0;
}

struct session *session_new(struct service *service, struct tunnel *tunnel, const struct session_config *config,
			    const struct provenance *provenance, enum service_origin origin, uint64_t now)
{
	struct session *session = calloc(1, sizeof(*session));

	if (!session)
		return NULL;
	session->origin = origin;
	session->tunnel = tunnel;
	session->created = now;
	session->command = service->command;
	session->by_id.id = config->session_id;
	service->traced |= config->trace_flags;
	take_members(session, config);
	if (common_keep(service, config, provenance, &session->kept, NULL) < 0)
		goto fail;
	session->handle = handle_add(&service->session_handles, session);
	if (session->handle != HANDLE_NONE && make_name(session, config->session_name, &session->name) == 0 &&
	    make_device(session, config) == 0)
		return session;
fail:
	session_free(service, session);
	return NULL;
}

void session_free(struct service *service, struct session *session)
{
	if (!session)
		return;
	handle_remove(&service->session_handles, session->handle);
	if (session->kept.common)
		common_forget(service, &session->kept);
	session_call_end(service, session);
	free(session->name);
	session_ppp_end(service, session);
	free(session->device);
	free(session->tapped);
	free(session);
}

static int index_name(struct session *session, struct error *error)
{
	struct session_name *name = session->name;

	if (!name)
		return 0;
	HASH_ADD_KEYPTR(by_name, session->tunnel->sessions_by_name, name->text, strlen(name->text), name);
	return name->by_name.tbl ? 0 : service_no_memory(error);
}

static void unindex_name(struct session *session)
{
	if (!session->name || !session->name->by_name.tbl)
		return;
	HASH_DELETE(by_name, session->tunnel->sessions_by_name, session->name);
	session->name->by_name.tbl = NULL;
}

/* Into its tunnel, and the flow of that. */
static int session_add(struct session *session, struct error *error)
{
	struct tunnel *tunnel = session->tunnel;

	if (flow_add_session(session, error) < 0)
		return -1;
	if (index_name(session, error) < 0) {
		flow_remove_session(session);
		return -1;
	}
	order_insert(&tunnel->sessions, &session->by_id, session_id(session));
	return 0;
}

void session_remove(struct session *session)
{
	struct tunnel *tunnel = session->tunnel;

	flow_remove_session(session);
	order_remove(&tunnel->sessions, &session->by_id);
	unindex_name(session);
}

/* The system chose it, so it is free there; if we think otherwise, we are late to learn that another session has lost
 * its device. */
static void learn_interface(struct service *service, struct session *session)
{
	struct session_device *device = session->device;
	struct datapath_session_info info;

	if (!device || device->ifname[0] ||
	    datapath_ops(service->dp)->session_info(service->dp, session->datapath, &info) < 0)
		return;
	memcpy(device->ifname, info.ifname, sizeof(device->ifname));
	names_take_interface(service, session, NULL);
}

/* So that it is found when the datapath tells something of it. */
static int index_datapath(struct service *service, struct session *session, struct error *error)
{
	uint32_t slot = (uint32_t)session->datapath, slots = service->session_slots;
	struct session **sessions;

	if (slot >= slots) {
		slots = slot < 2 * slots ? 2 * slots : slot + 1;
		sessions = realloc(service->sessions_by_datapath, slots * sizeof(struct session *));
		if (!sessions)
			return service_no_memory(error);
		memset(sessions + service->session_slots, 0,
		       (slots - service->session_slots) * sizeof(struct session *));
		service->sessions_by_datapath = sessions;
		service->session_slots = slots;
	}
	service->sessions_by_datapath[slot] = session;
	return 0;
}

static int tell_datapath(struct service *service, struct session *session, struct error *error)
{
	struct datapath_session_config wanted;
	struct session_config config;

	session_compose(session, &config);
	to_datapath(session, &config, &wanted);
	if (datapath_ops(service->dp)->session_add(service->dp, &wanted, &session->datapath, error) < 0)
		return -1;
	if (index_datapath(service, session, error) < 0) {
		datapath_ops(service->dp)->session_delete(service->dp, &session->datapath, 1);
		session->datapath = HANDLE_NONE;
		return -1;
	}
	session->is_told = true;
	learn_interface(service, session);
	trace_session_made(service, session);
	tap_new_session(service, session);
	return 0;
}

int session_tell_datapath(struct service *service, struct session *session, struct error *error)
{
	return tell_datapath(service, session, error);
}

void session_forget_datapath(struct service *service, struct session *session)
{
	uint32_t slot = (uint32_t)session->datapath;

	if (session->is_told && service->sessions_by_datapath[slot] == session)
		service->sessions_by_datapath[slot] = NULL;
	session->is_told = false;
	session->datapath = HANDLE_NONE;
}

void session_no_device(struct service *service, struct session *session)
{
	if (!session->device)
		return;
	names_release_interface(service, session);
	free(session->device);
	session->device = NULL;
}

/* Without memory for it nobody is told its name. */
void session_learn_device(struct service *service, struct session *session)
{
	if (session->device)
		return;
	session->device = calloc(1, sizeof(*session->device));
	if (!session->device)
		return;
	session->device->session = session;
	learn_interface(service, session);
}

/* Nothing happens to one that is not active. The state is the caller's business. */
static void deactivate(struct service *service, struct session *session)
{
	session_ppp_end(service, session);
	session_call_end(service, session);
	if (!session->is_active)
		return;
	session->is_active = false;
	names_release_interface(service, session);
	session_forget_datapath(service, session);
}

int session_set_id(struct session *session, uint32_t id, struct error *error)
{
	struct order *sessions = &session->tunnel->sessions;

	if (id == session_id(session))
		return 0;
	if (order_find(sessions, id))
		return error_set(error, ERROR_EXISTS, "session_id", "another session of the tunnel has the id %u", id);
	order_remove(sessions, &session->by_id);
	order_insert(sessions, &session->by_id, id);
	return 0;
}

static int activate_call(struct service *service, struct session *session, struct error *error)
{
	if (session_call_begin(service, session, error) < 0) {
		if (session->origin != SERVICE_ORIGIN_PEER)	/* else the peer is to hear of it */
			session_call_end(service, session);
		return -1;
	}
	session->is_active = true;
	state_session_attached(service, session);
	return 0;
}

int session_activate(struct service *service, struct session *session, struct error *error)
{
	if (tunnel_is_managed(session->tunnel))
		return activate_call(service, session, error);
	if (session->tunnel->origin != SERVICE_ORIGIN_KERNEL &&	/* whose API has nothing against it */
	    rules_loops(&session->tunnel->config, &session->tunnel->peer) &&
	    rules_session_loop(session_id(session), session->peer_session_id, error) < 0)
		return -1;
	session->is_active = true;
	if ((session_ifname(session)[0] && names_take_interface(service, session, error) < 0) ||
	    tell_datapath(service, session, error) < 0) {
		deactivate(service, session);
		return -1;
	}
	if (session_ppp_begin(service, session, NULL, error) < 0) {
		datapath_ops(service->dp)->session_delete(service->dp, &session->datapath, 1);
		deactivate(service, session);
		return -1;
	}
	session->device_gone = session->no_carrier = false;
	state_session_attached(service, session);
	return 0;
}

void session_deactivate(struct service *service, struct session *session)
{
	state_session_detached(service, session);
	authorize_forget_session(service, session);
	deactivate(service, session);
}

/* No peer's call before its tunnel may be. */
static bool must_wait(const struct service *service, const struct session *session)
{
	return authorize_wants_session(service, session) ||
	       (session->origin == SERVICE_ORIGIN_PEER && session->tunnel->authorization == AUTHORIZATION_WAITS);
}

int session_resume(struct service *service, struct session *session, struct error *error)
{
	if (!must_wait(service, session))
		return session_activate(service, session, error);
	state_session_attached(service, session);
	authorize_session(service, session);
	return 0;
}

int session_attach(struct service *service, struct session *session, struct error *error)
{
	if (names_identify_session(service, session, error) < 0 || session_add(session, error) < 0)
		return -1;
	if (session_resume(service, session, error) < 0) {
		session_remove(session);
		return -1;
	}
	return 0;
}

static void detach_batch(struct service *service, struct session *const *sessions, int count)
{
	handle handles[SESSION_BATCH];

	session_ppp_say_goodbye(service, sessions, (size_t)count);
	for (int i = 0; i < count; i++) {
		session_ppp_because(sessions[i], TERMINATE_ADMIN_RESET);
		session_ppp_end(service, sessions[i]);
	}
	for (int i = 0; i < count; i++) {
		handles[i] = sessions[i]->datapath;
		if (sessions[i]->device)
			trace_session(service, sessions[i], TRACE_SYSTEM, "its device is given up");
	}
	datapath_ops(service->dp)->session_delete(service->dp, handles, count);
	for (int i = 0; i < count; i++) {
		session_deactivate(service, sessions[i]);
		session_remove(sessions[i]);
		if (!order_count(&sessions[i]->tunnel->sessions))
			managed_unwanted(service, sessions[i]->tunnel);
	}
}

void session_detach(struct service *service, struct session *const *sessions, size_t count)
{
	for (size_t done = 0; done < count; done += SESSION_BATCH) {
		size_t left = count - done;

		detach_batch(service, sessions + done, (int)(left < SESSION_BATCH ? left : SESSION_BATCH));
	}
}

/* A reload makes only what the file asks for. */
void session_gone_reason(const struct session *session, char *reason, size_t size)
{
	snprintf(reason, size, "its interface %s was removed by others: delete the session and create it anew%s",
		 session_ifname(session), session->origin == SERVICE_ORIGIN_FILE ? ", or system reload" : "");
}

void session_elsewhere_reason(const struct session *session, const struct session_config *config, char *reason,
			      size_t size)
{
	snprintf(reason, size, "another network namespace is called %s by now: delete the session and create it anew%s",
		 config->netns, session->origin == SERVICE_ORIGIN_FILE ? ", or system reload" : "");
}

void session_lost_device(struct service *service, struct session *session)
{
	char label[SESSION_LABEL_MAX], reason[ERROR_TEXT_MAX];

	if (session->device_gone)
		return;
	if (session->ppp) {
		session_ppp_lost_device(service, session);
		return;
	}
	session->device_gone = true;
	names_release_interface(service, session);
	session_gone_reason(session, reason, sizeof(reason));
	log_about(LOG_LEVEL_WARNING, ABOUT_SESSION(session), "%s: %s", session_label(session, label), reason);
	state_session_update(service, session);
}

/* *name changes places with the session's. */
static int swap_name(struct session *session, struct session_name **name, struct error *error)
{
	struct session_name *before = session->name;

	unindex_name(session);
	session->name = *name;
	*name = before;
	return index_name(session, error);
}

/* There is no device whose MTU could be changed. */
static int refuse_gone(const struct session *session, struct error *error)
{
	char label[SESSION_LABEL_MAX], reason[ERROR_TEXT_MAX];

	session_gone_reason(session, reason, sizeof(reason));
	return error_set(error, ERROR_SYSTEM, "mtu", "%s has no device: %s", session_label(session, label), reason);
}

static int modify_datapath(struct service *service, const struct session *session, const struct session_config *config,
			   unsigned int fields, struct error *error)
{
	struct datapath_session_config changed;

	if (!fields || !session->is_told)
		return 0;
	to_datapath(session, config, &changed);
	return datapath_ops(service->dp)->session_modify(service->dp, session->datapath, &changed, fields, error);
}

/* The name and what else of config the datapath knows; the rest cannot fail. */
static int change_name(struct service *service, struct session *session, const struct session_config *config,
		       unsigned int fields, struct error *error)
{
	struct session_name *name;
	int ret;

	if (strcmp(session_name(session), config->session_name) == 0)
		return modify_datapath(service, session, config, fields, error);
	if (make_name(session, config->session_name, &name) < 0)
		return service_no_memory(error);
	ret = swap_name(session, &name, error);
	if (ret == 0)
		ret = modify_datapath(service, session, config, fields, error);
	if (ret < 0)
		swap_name(session, &name, NULL);	/* it had room a moment ago */
	free(name);
	return ret;
}

static int change(struct service *service, struct session *session, const struct session_config *config,
		  const struct provenance *provenance, struct error *error)
{
	struct session_config before;
	struct session_kept kept;
	unsigned int fields;
	bool differ;

	session_compose(session, &before);
	fields = rows_fields(config_tables[CONFIG_SESSION], session_fields, session_fields_count, &before, config,
			     &differ);
	if (session->origin == SERVICE_ORIGIN_KERNEL)	/* it follows the peer: what was told last need not be so */
		fields |= DATAPATH_SESSION_SEND_SEQ;
	if (fields & DATAPATH_SESSION_MTU && session->device_gone)
		return refuse_gone(session, error);
	if (common_keep(service, config, provenance, &kept, error) < 0)
		return -1;
	if (change_name(service, session, config, fields, error) < 0) {
		common_forget(service, &kept);
		return -1;
	}
	common_forget(service, &session->kept);
	session->kept = kept;
	take_members(session, config);
	state_session_modified(service, session, &before);
	if (!config->carrier_timeout)
		session->no_carrier = false;	/* the datapath gives it back without a word */
	state_session_update(service, session);
	return 0;
}

int session_change(struct service *service, struct session *session, const struct session_config *config,
		   const struct provenance *provenance, struct error *error)
{
	if (tap_session(service, session, config->trace_flags, error) < 0)
		return -1;
	if (change(service, session, config, provenance, error) == 0)
		return 0;
	(void)tap_session(service, session, session->trace_flags, NULL);
	return -1;
}

static void fill_result(const struct session *session, struct service_result *result)
{
	result->tunnel_id = session->tunnel->config.tunnel_id;
	result->session_id = session_id(session);
	snprintf(result->interface_name, sizeof(result->interface_name), "%s", session_ifname(session));
}

/* The protocol would refuse it when the tunnel is up. */
static int refuse_full(const struct tunnel *tunnel, struct error *error)
{
	uint32_t most = tunnel->config.max_sessions, sessions = order_count(&tunnel->sessions);

	if (!tunnel_is_managed(tunnel) || !most || sessions < most)
		return 0;
	return error_set(error, ERROR_LIMIT, "max_sessions",
			 "tunnel %s has %u sessions, which is its limit: tunnel modify max_sessions=NUMBER raises it",
			 tunnel->config.tunnel_name, sessions);
}

static int create_in(struct service *service, struct tunnel *tunnel, const struct command *command,
		     enum service_origin origin, struct service_result *result, struct error *error)
{
	const struct session_config *wanted = &command->config.session;
	struct provenance provenance = { .explicit_rows = command->set };
	struct session_config config;
	struct session *session;

	param_set_remove(&provenance.explicit_rows, config_row(CONFIG_SESSION, "dest_ipaddr"));
	if (chain_session(service, tunnel, wanted, false, &provenance, &config, error) < 0 ||
	    rules_session(tunnel, &config, &command->set, error) < 0 ||
	    rules_session_asked(&config, &command->set, error) < 0 ||
	    refuse_full(tunnel, error) < 0 || service_session_limit(service, service->session_count, error) < 0)
		return -1;
	session = session_new(service, tunnel, &config, &provenance, origin, service->now);
	if (!session)
		return service_no_memory(error);
	if (session_attach(service, session, error) < 0) {
		session_free(service, session);
		return -1;
	}
	fill_result(session, result);
	return 0;
}

int execute_session_create(struct service *service, const struct command *command, enum service_origin origin,
			   struct service_result *result, struct error *error)
{
	const struct session_config *wanted = &command->config.session;
	bool by_peer = wanted->dest_ipaddr[0] && !wanted->tunnel_name[0] && !wanted->tunnel_id, is_new = false;
	struct tunnel *tunnel;

	if (service_refuse_drained(service, error) < 0)
		return -1;
	tunnel = by_peer ? on_demand_tunnel(service, wanted, origin, &is_new, error) :
			   lookup_tunnel(service, wanted->tunnel_name, wanted->tunnel_id, error);
	if (!tunnel)
		return -1;
	if (create_in(service, tunnel, command, origin, result, error) == 0)
		return 0;
	if (is_new) {
		tunnel_detach(service, tunnel);
		tunnel_free(service, tunnel);
	}
	return -1;
}

/* As for a tunnel: tunnel.c says more. */
static int accept_name(const struct session *session, const char *name, struct param_set *set, struct error *error)
{
	if (!name[0] || strcmp(name, session_name(session)) == 0)
		return 0;
	if (names_refuse_session_name(session->tunnel, name, error) < 0)
		return -1;
	if (param_set_has(set, config_row(CONFIG_SESSION, "session_id")))
		param_set_add(set, config_row(CONFIG_SESSION, "session_name"));
	return 0;
}

int execute_session_modify(struct service *service, const struct command *command, struct service_result *result,
			   struct error *error)
{
	const struct param_table *table = config_tables[CONFIG_SESSION];
	const struct session_config *wanted = &command->config.session;
	struct session_config config = *wanted;
	struct provenance provenance;
	struct session *session;

	if (wanted->session_id)
		memset(config.session_name, 0, sizeof(config.session_name));
	session = lookup_session(service, &config, error);
	if (!session)
		return -1;
	session_compose(session, &config);
	if (rows_refuse_immutable(table, &config, wanted, &command->set, error) < 0)
		return -1;
	provenance = *session_provenance(session);
	if (accept_name(session, wanted->session_name, &provenance.explicit_rows, error) < 0)
		return -1;
	rows_overlay(table, &config, wanted, &command->set);
	provenance_give(&provenance, table, &command->set);
	if (rules_session(session->tunnel, &config, &provenance.explicit_rows, error) < 0 ||
	    session_change(service, session, &config, &provenance, error) < 0)
		return -1;
	session->command = service->command;
	fill_result(session, result);
	return 0;
}

int execute_session_delete(struct service *service, const struct command *command, struct service_result *result,
			   struct error *error)
{
	struct session *session = lookup_session(service, &command->config.session, error);

	if (!session)
		return -1;
	if (command->config.session.reason[0])
		service->cause = command->config.session.reason;
	fill_result(session, result);
	session_detach(service, &session, 1);
	session_free(service, session);
	return 0;
}
