/* SPDX-License-Identifier: MIT */
/*
 * Which peers get what they ask for.  Who a peer is follows from the name it gives and the address it has: that leads
 * to a peer profile, and that to everything a tunnel has.  It is looked up when the peer asks, to know by which secret
 * it must prove itself, and again when it has; in between nothing is kept here.
 */
#include "service/remote.h"

#include <stdio.h>
#include <string.h>

#include "service/session_call.h"
#include "service/listen.h"
#include "service/managed.h"
#include "service/settings.h"
#include "service/state.h"
#include "service/trace.h"

/* of StopCCN: RFC 2661 section 4.4.2 */
#define RESULT_ERROR 2
#define RESULT_NOT_AUTHORISED 4
#define RESULT_SHUTTING_DOWN 6
#define ERROR_CODE_RESOURCES 4

/* of CDN: likewise */
#define CDN_ERROR 2
#define CDN_ADMINISTRATIVE 3
#define CDN_NO_FACILITIES 4

struct visitor {
	char host_name[CONTROL_NAME_MAX];
	const struct control_path *path;
	struct provenance provenance;
	struct tunnel_config config;
};

struct refusal {
	uint16_t result, error;
	char text[ERROR_TEXT_MAX];
};

static bool refuse(struct refusal *refusal, uint16_t result, uint16_t error, const char *text)
{
	*refusal = (struct refusal){ .result = result, .error = error };
	snprintf(refusal->text, sizeof(refusal->text), "%s", text);
	return false;
}

/* What a command would have given. */
static void give(struct visitor *visitor, struct tunnel_config *given, const struct profile *profile)
{
	static const char *const rows[] = {
		"peer_profile_name", "version", "dest_ipaddr", "src_ipaddr", "our_udp_port", "peer_udp_port",
	};
	const struct control_path *path = visitor->path;

	*given = (struct tunnel_config){
		.version = 2,
		.src_ipaddr = path->local.address,
		.our_udp_port = path->local.port,
		.peer_udp_port = path->peer.port,
	};
	memcpy(given->peer_profile_name, profile->name, CONFIG_NAME_MAX);
	address_format(&path->peer.address, given->dest_ipaddr, sizeof(given->dest_ipaddr));
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		param_set_add(&visitor->provenance.explicit_rows, config_row(CONFIG_TUNNEL, rows[i]));
}

#define REMEDY_MAX (CONFIG_NAME_MAX + ADDRESS_TEXT_MAX + 160)

/* Why it gets none, and the command by which it would. */
static void find_remedy(const struct service *service, const struct peer_match *match, const char *address,
			char text[REMEDY_MAX])
{
	if (service->system.deny_remote_tunnel_creates)
		snprintf(text, REMEDY_MAX, "all are denied: `l2tpctl system modify deny_remote_tunnel_creates=no` "
					   "would change that");
	else if (match->how != SERVICE_PEER_BY_DEFAULT)
		snprintf(text, REMEDY_MAX, "peer profile %s accepts none: `l2tpctl peer profile modify "
					   "profile_name=\"%s\" accept_tunnels=yes` would admit it",
			 match->profile->name, match->profile->name);
	else
		snprintf(text, REMEDY_MAX, "no peer profile is for it: `l2tpctl peer profile create profile_name=NAME "
					   "peer_ipaddr=%s` would admit it", address);
}

/* To whoever runs this daemon, who may be waiting for this peer. */
static void log_stranger(struct service *service, const struct visitor *visitor, const struct peer_match *match)
{
	char address[ADDRESS_TEXT_MAX], remedy[REMEDY_MAX];

	address_format(&visitor->path->peer.address, address, sizeof(address));
	find_remedy(service, match, address, remedy);
	log_limited_about(&service->strangers, service->now, LOG_LEVEL_WARNING, &(struct log_about){ .peer = address },
			  "%s, which calls itself %s, asks for a tunnel, and %s", address, visitor->host_name, remedy);
}

static uint32_t tunnels_to(const struct service *service, const struct address *address)
{
	uint32_t tunnels = 0;

	for (const struct peer *peer = service->peers; peer; peer = peer->hh.next)
		tunnels += address_equal(&peer->key.peer, address) ? peer->tunnels : 0;
	return tunnels;
}

static bool has_room(struct service *service, const struct visitor *visitor, const struct profile *profile,
		     struct refusal *refusal)
{
	uint32_t most = profile->config.peer_profile.max_tunnels;
	struct error error;

	if (service->system.drain_tunnels)
		return refuse(refusal, RESULT_ERROR, ERROR_CODE_RESOURCES, "no new tunnels are taken (drain_tunnels)");
	if (service_tunnel_limit(service, order_count(&service->tunnels), &error) < 0)
		return refuse(refusal, RESULT_ERROR, ERROR_CODE_RESOURCES, "there are as many tunnels as there may be");
	if (most && tunnels_to(service, &visitor->path->peer.address) >= most)
		return refuse(refusal, RESULT_ERROR, ERROR_CODE_RESOURCES, "you have as many tunnels as you may have");
	return true;
}

/* What a tunnel of this peer's is to be. False: it gets none. */
static bool receive_visitor(struct service *service, struct visitor *visitor, struct refusal *refusal)
{
	const struct control_path *path = visitor->path;
	struct peer_match match = peer_match(service, visitor->host_name, &path->peer.address, path->peer.port);
	struct tunnel_config given;
	struct error error;

	if (service->is_stopping)
		return refuse(refusal, RESULT_SHUTTING_DOWN, 0, "l2tpd is being stopped");
	if (!listen_accepts(match.profile) || service->system.deny_remote_tunnel_creates) {
		log_stranger(service, visitor, &match);
		return refuse(refusal, RESULT_NOT_AUTHORISED, 0, "no tunnels are accepted from you");
	}
	if (!has_room(service, visitor, match.profile, refusal))
		return false;
	give(visitor, &given, match.profile);
	if (chain_tunnel(service, &given, false, &visitor->provenance, &visitor->config, &error) < 0)
		return refuse(refusal, RESULT_ERROR, ERROR_CODE_RESOURCES, "the configuration for you is incomplete");
	if (visitor->config.auth_mode != CONFIG_AUTH_NONE && match.how == SERVICE_PEER_BY_DEFAULT) {
		log_stranger(service, visitor, &match);
		return refuse(refusal, RESULT_NOT_AUTHORISED, 0, "you are not known here");
	}
	return true;
}

void remote_request(struct service *service, const struct control_event *event)
{
	struct visitor visitor = { .path = &event->path };
	struct control_tunnel_settings settings;
	struct refusal refusal;

	control_printable(&event->message->host_name, visitor.host_name, sizeof(visitor.host_name));
	if (!receive_visitor(service, &visitor, &refusal)) {
		control_refuse(service->control, event->request, refusal.result, refusal.error, refusal.text,
			       service->now);
		return;
	}
	settings_tunnel(service, &visitor.config, &settings);
	control_accept(service->control, event->request, &settings, NULL, service->now);
}

void remote_request_down(struct service *service, const struct control_event *event)
{
	char reason[SETTINGS_REASON_MAX], address[ADDRESS_TEXT_MAX];

	settings_reason(event->reason, false, reason);
	address_format(&event->path.peer.address, address, sizeof(address));
	log_limited_about(&service->strangers, service->now, LOG_LEVEL_WARNING, &(struct log_about){ .peer = address },
			  "%s asked for a tunnel, which came to nothing: %s", address, reason);
}

/* --- it has proved itself --- */

static struct tunnel *make_tunnel(struct service *service, struct visitor *visitor, const struct control_event *event,
				  const struct control_tunnel_info *info)
{
	struct tunnel *tunnel;

	visitor->config.tunnel_id = info->tunnel_id;
	param_set_add(&visitor->provenance.explicit_rows, ROW_TUNNEL_ID);
	tunnel = tunnel_new(service, &visitor->config, &visitor->provenance, SERVICE_ORIGIN_PEER, service->now);
	if (!tunnel)
		return NULL;
	tunnel->managed.phase = MANAGED_UP;
	tunnel->managed.control = event->tunnel;
	tunnel->managed.port = event->path.port;
	tunnel->managed.peer_tunnel_id = info->peer_tunnel_id;
	tunnel->managed.peer_port = event->path.peer.port;
	managed_learn_name(tunnel, info);
	control_set_owner(service->control, event->tunnel, managed_owner(tunnel));
	return tunnel;
}

static bool admit(struct service *service, struct visitor *visitor, const struct control_event *event,
		  struct refusal *refusal)
{
	struct control_tunnel_info info;
	struct tunnel *tunnel;
	struct error error;

	if (control_tunnel_info(service->control, event->tunnel, &info) < 0)
		return refuse(refusal, RESULT_ERROR, ERROR_CODE_RESOURCES, "it is gone");
	memcpy(visitor->host_name, info.peer_host_name, sizeof(visitor->host_name));
	if (!receive_visitor(service, visitor, refusal))
		return false;
	tunnel = make_tunnel(service, visitor, event, &info);
	if (!tunnel)
		return refuse(refusal, RESULT_ERROR, ERROR_CODE_RESOURCES, "out of memory");
	if (tunnel_attach(service, tunnel, service->now, &error) == 0)
		return true;
	history_refused(service, SERVICE_RESOURCE_TUNNEL, &error);
	log_limited_about(&service->strangers, service->now, LOG_LEVEL_ERROR, ABOUT_TUNNEL(tunnel),
			  "a tunnel that %s asked for: %s", visitor->config.dest_ipaddr, error.text);
	tunnel->managed.control = HANDLE_NONE;
	tunnel_free(service, tunnel);
	return refuse(refusal, RESULT_ERROR, ERROR_CODE_RESOURCES, "it cannot be set up here");
}

void remote_tunnel(struct service *service, const struct control_event *event)
{
	struct visitor visitor = { .path = &event->path };
	struct refusal refusal;

	if (!admit(service, &visitor, event, &refusal))
		control_close(service->control, event->tunnel, refusal.result, refusal.error, refusal.text,
			      service->now);
}

/* --- calls --- */

static bool may_be(const struct tunnel *tunnel, int role)
{
	const struct profile *peer = tunnel->provenance.peer;

	if (!param_set_has(&peer->set, config_row(CONFIG_PEER_PROFILE, "lac_lns")))
		return true;
	return peer->config.peer_profile.lac_lns & role;
}

static bool receive_call(struct service *service, const struct tunnel *tunnel, enum control_call_role role,
			 struct refusal *refusal)
{
	struct error error;

	if (service->system.drain_tunnels)
		return refuse(refusal, CDN_NO_FACILITIES, 0, "no new sessions are taken (drain_tunnels)");
	if (service_session_limit(service, service->session_count, &error) < 0)
		return refuse(refusal, CDN_NO_FACILITIES, 0, "there are as many sessions as there may be");
	if (!may_be(tunnel, role == CONTROL_CALL_LNS_INCOMING ? CONFIG_PEER_LAC : CONFIG_PEER_LNS))
		return refuse(refusal, CDN_ADMINISTRATIVE, 0, "you may not ask for such calls (lac_lns)");
	return true;
}

static struct session *make_session(struct service *service, struct tunnel *tunnel, const struct control_event *event,
				    const struct control_call_info *info, struct error *error)
{
	struct provenance provenance;
	struct session_config config;
	struct session *session;

	if (common_chain(service, tunnel, &config, &provenance, error) < 0)
		return NULL;
	/* one of ours that waits may have it: then another is chosen */
	config.session_id = lookup_session_by_id(tunnel, info->session_id) ? 0 : info->session_id;
	config.session_type = info->role == CONTROL_CALL_LNS_INCOMING ? CONFIG_SESSION_TYPE_LNIC :
									CONFIG_SESSION_TYPE_LAOC;
	param_set_add(&provenance.explicit_rows, ROW_SESSION_ID);
	param_set_add(&provenance.explicit_rows, config_row(CONFIG_SESSION, "session_type"));
	settings_learn_call(event->message, &config, &provenance.explicit_rows);
	session = session_new(service, tunnel, &config, &provenance, SERVICE_ORIGIN_PEER, service->now);
	if (!session) {
		service_no_memory(error);
		return NULL;
	}
	if (session_call_from_peer(service, session, event->call, info->role, error) == 0) {
		session->call->serial_number = event->message->call_serial_number;
		if (session_attach(service, session, error) == 0)
			return session;
	}
	if (session->call)
		session->call->control = HANDLE_NONE;
	session_free(service, session);
	return NULL;
}

static bool admit_call(struct service *service, const struct control_event *event, struct refusal *refusal)
{
	struct tunnel *tunnel = handle_get(&service->tunnel_handles, (handle)(uintptr_t)event->owner);
	struct control_call_info info;
	struct error error;

	if (!tunnel || control_call_info(service->control, event->call, &info) < 0)
		return refuse(refusal, CDN_ERROR, ERROR_CODE_RESOURCES, "the tunnel is gone");
	if (!receive_call(service, tunnel, info.role, refusal))
		return false;
	if (make_session(service, tunnel, event, &info, &error))
		return true;
	history_refused(service, SERVICE_RESOURCE_SESSION, &error);
	log_limited_about(&service->strangers, service->now, LOG_LEVEL_WARNING, ABOUT_TUNNEL(tunnel),
			  "a session that the peer of tunnel %s asked for: %s", tunnel->config.tunnel_name, error.text);
	return refuse(refusal, CDN_NO_FACILITIES, 0, "it cannot be set up here");
}

void remote_call(struct service *service, const struct control_event *event)
{
	struct control_reason reason = { .by_peer = false };
	struct refusal refusal;

	if (admit_call(service, event, &refusal))
		return;
	reason.result = refusal.result;
	reason.error = refusal.error;
	snprintf(reason.text, sizeof(reason.text), "%.*s", CONTROL_TEXT_MAX - 1, refusal.text);
	control_call_close(service->control, event->call, &reason, service->now);
}
