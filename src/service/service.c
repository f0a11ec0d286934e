/* SPDX-License-Identifier: MIT */
/*
 * The service as a whole: its beginning and end, which command goes where, the system's parameters
 * and limits, and the datapath's events.
 */
#include "service/service.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/session_call.h"
#include "base/scatter.h"
#include "service/aaa.h"
#include "service/listen.h"
#include "service/managed.h"
#include "service/name_servers.h"
#include "service/ppp_device.h"
#include "service/ppp_link.h"
#include "service/ppp_program.h"
#include "service/protocol.h"
#include "service/question.h"
#include "service/session_ppp.h"
#include "service/state.h"
#include "service/trace.h"

const char *const service_origin_words[] = {
	[SERVICE_ORIGIN_FILE] = "file", [SERVICE_ORIGIN_ADMIN] = "admin", [SERVICE_ORIGIN_PEER] = "peer",
	[SERVICE_ORIGIN_KERNEL] = "kernel", NULL,
};

int service_no_memory(struct error *error)
{
	return error_set(error, ERROR_SYSTEM, NULL, "out of memory");
}

struct service *service_new(struct datapath *dp, service_random_fn *random)
{
	struct service *service = calloc(1, sizeof(*service));

	if (!service)
		return NULL;
	service->dp = dp;
	service->random = random;
	service_set_host_name(service, "l2tpd");
	service->events = random ? events_new() : NULL;
	if (random && !service->events) {
		free(service);
		return NULL;
	}
	param_defaults(config_tables[CONFIG_SYSTEM], &service->system);
	chain_begin(&service->ends);
	if (profiles_begin(service) == 0 &&
	    (!random || (protocol_begin(service) == 0 && ppp_link_begin(service) == 0 && aaa_begin(service) == 0)))
		return service;
	service_free(service);
	return NULL;
}

void service_free(struct service *service)
{
	struct tunnel *tunnel;

	if (!service)
		return;
	events_free(service->events);
	service->events = NULL;
	service->cause = "l2tpd ends";
	while ((tunnel = lookup_tunnel_from(service, 0))) {
		tunnel_forget(service, tunnel);
		tunnel_free(service, tunnel);
	}
	aaa_commit(service);
	profiles_end(service);
	protocol_end(service);
	ppp_link_end(service);
	ppp_device_end(service);
	name_servers_end(service);
	aaa_end(service);
	listen_end(service);
	handle_table_clear(&service->tunnel_handles);
	handle_table_clear(&service->session_handles);
	free(service->sessions_by_datapath);
	deadline_clear(&service->deadlines);
	deadline_clear(&service->quiets);
	deadline_clear(&service->managed_deadlines);
	deadline_clear(&service->call_deadlines);
	deadline_clear(&service->ppp_deadlines);
	deadline_clear(&service->asking_deadlines);
	deadline_clear(&service->authorizer.deadlines);
	free(service);
}

uint64_t service_random(struct service *service)
{
	uint64_t random;

	if (!service->random)
		return scatter_next(&service->dry_random);
	service->random(&random, sizeof(random));
	return random;
}

static int check_limit(uint32_t count, uint32_t configured, uint32_t built_in, const char *parameter,
		       struct error *error)
{
	if (configured && count >= configured)
		return error_set(error, ERROR_LIMIT, parameter,
				 "%u exist, which is the limit: delete one, or raise it with system modify %s=NUMBER",
				 count, parameter);
	if (count >= built_in)
		return error_set(error, ERROR_LIMIT, parameter, "%u exist, which is the most there can be", count);
	return 0;
}

static int refuse_at_limit(struct service *service, unsigned int which, const struct error *refused,
			   struct error *error)
{
	history_limit(service, which, refused->parameter, refused->text);
	if (error)
		*error = *refused;
	return -1;
}

int service_tunnel_limit(struct service *service, uint32_t count, struct error *error)
{
	struct error refused = { 0 };

	if (!check_limit(count, service->system.max_tunnels, SERVICE_TUNNELS_MAX, "max_tunnels", &refused))
		return 0;
	return refuse_at_limit(service, 0, &refused, error);
}

int service_session_limit(struct service *service, uint32_t count, struct error *error)
{
	struct error refused = { 0 };

	if (!check_limit(count, service->system.max_sessions, SERVICE_SESSIONS_MAX, "max_sessions", &refused))
		return 0;
	return refuse_at_limit(service, 1, &refused, error);
}

int service_refuse_drained(const struct service *service, struct error *error)
{
	if (!service->system.drain_tunnels)
		return 0;
	return error_set(error, ERROR_LIMIT, "drain_tunnels",
			 "nothing new is made any more: system modify drain_tunnels=no allows it");
}

/* What a command is carried out with. */
struct execution {
	struct service *service;
	const struct command *command;
	enum service_origin origin;
	uint64_t now;
	struct service_result *result;
};

/* -1: a file says what there is to be, not what is to be done. */
static int reset_statistics(struct service *service, enum service_origin origin, struct error *error)
{
	if (origin == SERVICE_ORIGIN_FILE)
		return error_set(error, ERROR_SYNTAX, "reset_statistics",
				 "reset_statistics has no place in a configuration file: give it to l2tpctl");
	datapath_ops(service->dp)->totals(service->dp, &service->totals_reset);
	protocol_reset_counters(service);
	if (service->events)
		service->events->history.setbacks = (struct service_setbacks){ 0 };
	return 0;
}

static int system_modify(const struct execution *do_this, struct error *error)
{
	const struct param_table *table = config_tables[CONFIG_SYSTEM];
	const struct command *command = do_this->command;
	struct service *service = do_this->service;

	if (rows_refuse_immutable(table, &service->system, &command->config.system, &command->set, error) < 0)
		return -1;
	if (command->config.system.reset_statistics && reset_statistics(service, do_this->origin, error) < 0)
		return -1;
	rows_overlay(table, &service->system, &command->config.system, &command->set);
	if (do_this->origin == SERVICE_ORIGIN_FILE)
		rows_join(&service->system_file_set, &command->set);
	authorize_absence(service);
	event_system(service, SERVICE_EVENT_SYSTEM_MODIFIED, do_this->origin, NULL, &command->set);
	return 0;
}

void service_start(struct service *service, uint64_t now)
{
	service->now = now;
	service->cause = "deleted by a command";
	event_begin_call(service);
	if (service->is_started)
		return;
	service->is_started = true;
	service->started = now;
}

static int tunnel_create(const struct execution *do_this, struct error *error)
{
	return execute_tunnel_create(do_this->service, do_this->command, do_this->origin, do_this->now,
				     do_this->result, error);
}

static int tunnel_modify(const struct execution *do_this, struct error *error)
{
	return execute_tunnel_modify(do_this->service, do_this->command, do_this->now, do_this->result, error);
}

static int tunnel_delete(const struct execution *do_this, struct error *error)
{
	return execute_tunnel_delete(do_this->service, do_this->command, do_this->result, error);
}

static int session_create(const struct execution *do_this, struct error *error)
{
	return execute_session_create(do_this->service, do_this->command, do_this->origin, do_this->result, error);
}

static int session_modify(const struct execution *do_this, struct error *error)
{
	return execute_session_modify(do_this->service, do_this->command, do_this->result, error);
}

static int session_delete(const struct execution *do_this, struct error *error)
{
	return execute_session_delete(do_this->service, do_this->command, do_this->result, error);
}

static int profile_create(const struct execution *do_this, struct error *error)
{
	return execute_profile_create(do_this->service, do_this->command, do_this->origin, error);
}

static int profile_modify(const struct execution *do_this, struct error *error)
{
	return execute_profile_modify(do_this->service, do_this->command, do_this->origin, error);
}

static int profile_unset(const struct execution *do_this, struct error *error)
{
	return execute_profile_unset(do_this->service, do_this->command, do_this->origin, error);
}

static int profile_delete(const struct execution *do_this, struct error *error)
{
	return execute_profile_delete(do_this->service, do_this->command, error);
}

static int profile_apply(const struct execution *do_this, struct error *error)
{
	struct service_applied ignored;

	return execute_profile_apply(do_this->service, do_this->command, do_this->now, &ignored, error);
}

typedef int execute_fn(const struct execution *do_this, struct error *error);

#define PROFILE_VERBS                                                                                      \
	{                                                                                                  \
		[CONFIG_CREATE] = profile_create, [CONFIG_MODIFY] = profile_modify,                        \
		[CONFIG_UNSET] = profile_unset, [CONFIG_DELETE] = profile_delete,                          \
		[CONFIG_APPLY] = profile_apply,                                                            \
	}

static execute_fn *const execute_of[CONFIG_OBJECT_COUNT][CONFIG_VERB_COUNT] = {
	[CONFIG_SYSTEM] = { [CONFIG_MODIFY] = system_modify },
	[CONFIG_TUNNEL] = { [CONFIG_CREATE] = tunnel_create, [CONFIG_MODIFY] = tunnel_modify,
			    [CONFIG_DELETE] = tunnel_delete },
	[CONFIG_SESSION] = { [CONFIG_CREATE] = session_create, [CONFIG_MODIFY] = session_modify,
			     [CONFIG_DELETE] = session_delete },
	[CONFIG_PEER_PROFILE] = PROFILE_VERBS,
	[CONFIG_TUNNEL_PROFILE] = PROFILE_VERBS,
	[CONFIG_SESSION_PROFILE] = PROFILE_VERBS,
	[CONFIG_PPP_PROFILE] = PROFILE_VERBS,
	[CONFIG_POOL] = PROFILE_VERBS,
	[CONFIG_RADIUS] = PROFILE_VERBS,
};

static int execute(const struct execution *do_this, struct error *error)
{
	const struct command *command = do_this->command;
	execute_fn *run = execute_of[command->object][command->verb];

	if (run)
		return run(do_this, error);
	return error_set(error, ERROR_SYNTAX, NULL, "there is no %s %s", config_object_name(command->object),
			 config_verb_name(command->verb));
}

int service_execute(struct service *service, const struct command *command, enum service_origin origin, uint64_t now,
		    struct service_result *result, struct error *error)
{
	struct service_result ignored;
	const struct execution do_this = { service, command, origin, now, result ? result : &ignored };
	char object[ERROR_OBJECT_MAX];

	service_start(service, now);
	memset(do_this.result, 0, sizeof(*do_this.result));
	if (execute(&do_this, error) == 0) {
		listen_update(service);
		aaa_update(service);
		return 0;
	}
	if (command->verb == CONFIG_CREATE && command->object == CONFIG_TUNNEL)
		history_refused(service, SERVICE_RESOURCE_TUNNEL, error);
	else if (command->verb == CONFIG_CREATE && command->object == CONFIG_SESSION)
		history_refused(service, SERVICE_RESOURCE_SESSION, error);
	error_name_object(error, command_object(command, object));
	return -1;
}

static void lost_track(struct service *service, handle link, enum datapath_remedy remedy, uint64_t now)
{
	if (remedy == DATAPATH_REMEDY_OF_MODE)
		ppp_mppe_lost(service->ppp, link, now);
	else
		ppp_mppe_restart(service->ppp, link, remedy == DATAPATH_REMEDY_ANEW, now);
}

void service_datapath_event(struct service *service, const struct datapath_event *event, uint64_t now)
{
	struct tunnel *tunnel = lookup_tunnel_by_datapath(service, event->tunnel);
	struct session *session = lookup_session_by_datapath(service, event->session);

	service_start(service, now);
	trace_datapath_event(service, event);
	event_sequence(service, session, event);
	if (event->kind == DATAPATH_EVENT_UNREACHABLE && tunnel)
		resolve_unreachable(service, tunnel, now);
	if (event->kind == DATAPATH_EVENT_DEVICE_GONE && session)
		session_lost_device(service, session);
	if (event->kind == DATAPATH_EVENT_MPPE_LOST && session && session->ppp)
		lost_track(service, session->ppp->link, event->remedy, now);
	else if (event->kind == DATAPATH_EVENT_MPPE_LOST && session)
		ppp_program_lost(service, session);
	if (event->kind == DATAPATH_EVENT_CARRIER && session) {
		session->no_carrier = !event->carrier;
		state_session_update(service, session);
	}
}

void service_set_host_name(struct service *service, const char *name)
{
	snprintf(service->host_name, sizeof(service->host_name), "%s", name);
}

void service_configuration_loaded(struct service *service, uint64_t now, const char *refused)
{
	service_start(service, now);
	service->loaded = now;
	service->load_refused = refused;
	snprintf(service->load_error, sizeof(service->load_error), "%s", refused ? refused : "");
	if (refused)
		history_add(service, SERVICE_FAILURE_CONFIGURATION, NULL, NULL, refused);
	event_system(service, refused ? SERVICE_EVENT_CONFIG_REFUSED : SERVICE_EVENT_CONFIG_CHANGED,
		     SERVICE_ORIGIN_FILE, refused, NULL);
}

void service_expire(struct service *service, uint64_t now)
{
	service_start(service, now);
	resolve_expire(service, now);
	authorize_expire(service, now);
	managed_expire(service);
	session_call_expire(service);
	session_ppp_expire(service);
	protocol_expire(service);
	ppp_link_expire(service);
	aaa_expire(service);
	listen_expire(service);
}

static uint64_t earlier(uint64_t when, const struct deadline_heap *heap)
{
	const struct deadline *first = deadline_first(heap);

	return first && first->when < when ? first->when : when;
}

static uint64_t sooner(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

uint64_t service_next_deadline(const struct service *service)
{
	uint64_t when = protocol_deadline(service), lingering = listen_deadline(service);

	when = earlier(when, &service->deadlines);
	when = earlier(when, &service->quiets);
	when = earlier(when, &service->authorizer.deadlines);
	when = earlier(when, &service->managed_deadlines);
	when = earlier(when, &service->call_deadlines);
	when = earlier(when, &service->ppp_deadlines);
	when = earlier(when, &service->asking_deadlines);
	when = sooner(when, ppp_link_deadline(service));
	when = sooner(when, aaa_deadline(service));
	return sooner(when, lingering);
}

const struct system_config *service_system(const struct service *service)
{
	return &service->system;
}

/* All its members are counters. */
static void totals_since(const struct service *service, struct datapath_totals *totals)
{
	const struct datapath_totals *before = &service->totals_reset;

	datapath_ops(service->dp)->totals(service->dp, totals);
	totals->rx_short -= before->rx_short;
	totals->rx_version -= before->rx_version;
	totals->rx_unknown_session -= before->rx_unknown_session;
	totals->rx_wrong_source -= before->rx_wrong_source;
	totals->rx_control -= before->rx_control;
	totals->rx_oversize -= before->rx_oversize;
	totals->socket_errors -= before->socket_errors;
	totals->tx_unsent -= before->tx_unsent;
}

void service_status(struct service *service, struct service_status *status)
{
	*status = (struct service_status){
		.config = service->system,
		.tunnels = order_count(&service->tunnels),
		.sessions = service->session_count,
		.tunnel_setup = service->tunnel_setup,
		.session_setup = service->session_setup,
		.user_sessions = service->subscriber_sessions,
		.refused_users = service->refused_users,
		.skipped_challenges = service->skipped_challenges,
		.failures = service->events ? service->events->history.count : 0,
		.setbacks = service->events ? service->events->history.setbacks : (struct service_setbacks){ 0 },
		.last_event = service_event_last(service),
		.loaded = service->loaded,
		.load_refused = service->load_refused,
		.datapath = datapath_ops(service->dp)->name,
		.started = service->started,
	};
	memcpy(status->tunnels_in, service->tunnels_in, sizeof(status->tunnels_in));
	memcpy(status->sessions_in, service->sessions_in, sizeof(status->sessions_in));
	memcpy(status->load_error, service->load_error, sizeof(status->load_error));
	totals_since(service, &status->totals);
}

void service_control_counters(struct service *service, struct control_counters *counters)
{
	protocol_counters(service, counters);
}
