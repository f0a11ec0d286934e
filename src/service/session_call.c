/* SPDX-License-Identifier: MIT */
/*
 * How a session of a tunnel with a control protocol lives.
 *
 *	waiting --- its tunnel is up, its time has come --> asking --- the peer agrees --> up
 *	requested (by the peer) ---- accepted -----------> asking
 *	asking, up --- it is lost, or its tunnel -------> waiting, when its tunnel is to persist; else it is deleted
 *
 * An id that nobody gave is chosen anew for each attempt, as the tunnel's.
 */
#include "service/session_call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/about.h"
#include "service/call_line.h"
#include "service/managed.h"
#include "service/protocol.h"
#include "service/question.h"
#include "service/session_ppp.h"
#include "service/settings.h"
#include "service/state.h"

/* of CDN: RFC 2661 section 4.4.2 */
#define CDN_LOST_CARRIER 1
#define CDN_ERROR 2
#define CDN_ADMINISTRATIVE 3

#define STEADY_MS 60000			/* as a tunnel's: managed.c */

#define ERROR_CODE_RESOURCES 4

#define HELD_MOST 512			/* octets of a frame that is kept: those that come first are short */

struct held_frame {
	size_t length;
	uint8_t octets[];
};

static void set_phase(struct service *service, struct session_call *call, enum call_phase phase)
{
	deadline_cancel(&service->call_deadlines, &call->deadline);
	call->phase = phase;
}

static void set_reason(struct session_call *call, const char *reason)
{
	free(call->reason);
	call->reason = reason ? strdup(reason) : NULL;
}

static int make_call(struct service *service, struct session *session, struct error *error)
{
	struct session_call *call;

	if (session->call)
		return 0;
	call = deadline_reserve(&service->call_deadlines, (size_t)service->session_count + 1) < 0 ?
		       NULL : calloc(1, sizeof(*call));
	if (!call)
		return service_no_memory(error);
	call->session = session;
	session->call = call;
	return 0;
}

static void *owner_of(const struct session *session)
{
	return (void *)(uintptr_t)session->handle;
}

int session_call_from_peer(struct service *service, struct session *session, handle control,
			   enum control_call_role role, struct error *error)
{
	if (make_call(service, session, error) < 0)
		return -1;
	session->call->phase = CALL_REQUESTED;
	session->call->control = control;
	session->call->role = role;
	control_call_set_owner(service->control, control, owner_of(session));
	return 0;
}

/* --- the datapath --- */

void session_call_flush(struct service *service)
{
	if (service->released_count)
		datapath_ops(service->dp)->session_delete(service->dp, service->released, service->released_count);
	service->released_count = 0;
}

static void release_datapath(struct service *service, struct session *session)
{
	session_ppp_end(service, session);
	if (!session->is_told)
		return;
	if (service->released_count == SERVICE_RELEASED_MAX)
		session_call_flush(service);
	service->released[service->released_count++] = session->datapath;
	session_forget_datapath(service, session);
}

void session_call_to_datapath(const struct session_call *call, const struct session_config *config,
		      struct datapath_session_config *out)
{
	out->pw_type = L2TP_PW_PPP;
	out->peer_session_id = call->peer_session_id;
	out->send_seq = config->use_sequence_numbers || call->numbered;
	out->lns_mode = session_call_is_lns(call);
	out->frames = config->frame_socket[0] ? config->frame_socket : NULL;
}

/* --- asking --- */

/* Who asks is the LAC of an incoming call in tunnels that we asked for, the LNS of an outgoing one in those of peers,
 * unless session_type says otherwise. */
static enum control_call_role role_of(const struct session *session, const struct session_config *config)
{
	if (config->session_type == CONFIG_SESSION_TYPE_LAIC)
		return CONTROL_CALL_LAC_INCOMING;
	if (config->session_type == CONFIG_SESSION_TYPE_LNOC)
		return CONTROL_CALL_LNS_OUTGOING;
	return session->tunnel->origin == SERVICE_ORIGIN_PEER ? CONTROL_CALL_LNS_OUTGOING : CONTROL_CALL_LAC_INCOMING;
}

static bool id_is_given(const struct session *session)
{
	return param_set_has(&session_provenance(session)->explicit_rows, ROW_SESSION_ID);
}

/* The engine chose it. */
static int learn_id(struct service *service, struct session *session, struct error *error)
{
	struct control_call_info info;

	if (control_call_info(service->control, session->call->control, &info) < 0)
		return error_set(error, ERROR_UNKNOWN, NULL, "it is gone");
	return session_set_id(session, info.session_id, error);
}

/* Somewhere to begin with, so that those of before a restart do not come again. */
static uint32_t next_serial_number(struct service *service)
{
	if (!service->call_serial_number)
		service->call_serial_number = (uint32_t)service_random(service);
	return ++service->call_serial_number;
}

static int ask(struct service *service, struct session *session, struct error *error)
{
	struct session_call *call = session->call;
	struct control_call_settings settings;
	struct session_config config;
	bool renew = call->was_asked && !id_is_given(session);

	session_compose(session, &config);
	call->role = role_of(session, &config);
	settings_call(service, &config, &settings);
	settings.avps.call_serial_number = call->serial_number = next_serial_number(service);
	settings.avps.present |= AVP_BIT(AVP_CALL_SERIAL_NUMBER);
	call->was_asked = true;
	if (control_call_open(service->control, session->tunnel->managed.control, call->role,
			      renew ? 0 : (uint16_t)config.session_id, &settings, owner_of(session), &call->control,
			      service->now, error) < 0)
		return -1;
	call->numbered = config.sequencing_required;
	set_phase(service, call, CALL_ASKING);
	return renew ? learn_id(service, session, error) : 0;
}

/* What the LAC sends behind its ICCN may be here first: the datapath is told of the session before. */
static int expect_frames(struct service *service, struct session *session, const struct session_config *config,
			 struct error *error)
{
	struct control_call_info info;

	if (session->call->role != CONTROL_CALL_LNS_INCOMING || !session_ppp_is_wanted(service, config))
		return 0;
	if (control_call_info(service->control, session->call->control, &info) < 0)
		return error_set(error, ERROR_UNKNOWN, NULL, "it is gone");
	session->call->peer_session_id = info.peer_session_id;
	return session_tell_datapath(service, session, error);
}

/* Where the LNS requires sequence numbers it sends them, and the LAC follows: RFC 2661 section 5.4. */
static int accept_call(struct service *service, struct session *session, struct error *error)
{
	struct session_call *call = session->call;
	struct control_call_settings settings;
	struct session_config config;

	session_compose(session, &config);
	settings_call(service, &config, &settings);
	if (control_call_accept(service->control, call->control, (uint16_t)session_id(session), &settings,
				owner_of(session), service->now, error) < 0)
		return -1;
	call->numbered = config.sequencing_required;
	set_phase(service, call, CALL_ASKING);
	return expect_frames(service, session, &config, error);
}

static void close_control(struct service *service, struct session_call *call, uint16_t result, uint16_t error,
			  const char *text)
{
	struct control_reason reason = { .result = result, .error = error };

	if (call->control == HANDLE_NONE)
		return;
	snprintf(reason.text, sizeof(reason.text), "%s", text);
	control_call_close(service->control, call->control, &reason, service->now);
	call->control = HANDLE_NONE;
}

/* --- it is lost --- */

static void delete_session(struct service *service, struct session *session, const char *reason)
{
	const char *before = service->cause;

	service->cause = reason;
	release_datapath(service, session);
	session_detach(service, &session, 1);
	session_free(service, session);
	service->cause = before;
}

static bool is_asked_again(const struct service *service, const struct session *session)
{
	return session->origin != SERVICE_ORIGIN_PEER && session->tunnel->config.persist &&
	       service->system.session_persist_pend_timeout &&
	       (!session->call->failures_most || session->call->failures + 1 < session->call->failures_most);
}

/* Have so many attempts failed that it is to be left? This one counts. */
static bool is_given_up(const struct service *service, const struct session *session)
{
	uint32_t most = chain_ppp_max_failure_count(service, session_provenance(session)->ppp);

	return most && session->call->failures + 1 >= most;
}

/* Who hangs up has not failed; and a peer's calls are as many as it likes. ours: it could not be had here. */
static void tell_failure(struct service *service, const struct session *session, const char *reason, bool ours)
{
	char label[SESSION_LABEL_MAX];

	if (session->origin != SERVICE_ORIGIN_PEER || !session->was_up)
		history_add(service, SERVICE_FAILURE_PROTOCOL, session->tunnel, session, reason);
	if (session->origin != SERVICE_ORIGIN_PEER || ours)
		log_limited_about(&service->reasons, service->now, LOG_LEVEL_WARNING, ABOUT_SESSION(session), "%s: %s",
				  session_label(session, label), reason);
}

/* The tunnel is there. The session may be freed. */
static void lost(struct service *service, struct session *session, const char *reason)
{
	struct session_call *call = session->call;
	bool is_news;

	if (session->up_since && service->now - session->up_since >= STEADY_MS)
		call->failures = 0;
	tell_failure(service, session, reason, call->control != HANDLE_NONE);
	close_control(service, call, CDN_ERROR, ERROR_CODE_RESOURCES, "it cannot be set up here");
	if (!is_asked_again(service, session) || is_given_up(service, session)) {
		delete_session(service, session, reason);
		return;
	}
	is_news = session->state == SERVICE_SESSION_CONNECTING && (!call->reason || strcmp(call->reason, reason) != 0);
	release_datapath(service, session);
	call_line_forget(call);
	set_reason(call, reason);
	set_phase(service, call, CALL_WAITING);
	deadline_set(&service->call_deadlines, &call->deadline,
		     service->now + managed_back_off(service, call->failures++,
						     service->system.session_persist_pend_timeout));
	state_session_update(service, session);
	if (is_news)		/* of one that was up its end was told */
		event_session(service, SERVICE_EVENT_SESSION_MODIFIED, session, call->reason, NULL);
}

static void try_to_ask(struct service *service, struct session *session)
{
	struct error error;

	if (ask(service, session, &error) < 0)
		lost(service, session, error.text);
	else
		state_session_update(service, session);
}

/* --- from the rest of the room --- */

bool session_call_accept(struct service *service, struct session *session)
{
	struct error error;

	if (accept_call(service, session, &error) == 0) {
		state_session_update(service, session);
		return true;
	}
	lost(service, session, error.text);
	return false;
}

void session_call_connect(struct service *service, struct session *session)
{
	control_call_connected(service->control, session->call->control, service->now);
	protocol_take_events(service);
}

void session_call_give_up(struct service *service, struct session *session, uint16_t cdn, const char *reason)
{
	char text[ERROR_TEXT_MAX];

	snprintf(text, sizeof(text), "%s", reason);
	close_control(service, session->call, cdn, 0, text);
	lost(service, session, text);
}

void session_call_well(struct session *session)
{
	if (session->call)
		set_reason(session->call, NULL);
}

void session_call_hang_up(struct service *service, struct session *session, const struct control_reason *why,
			  const char *reason)
{
	control_call_close(service->control, session->call->control, why, service->now);
	session->call->control = HANDLE_NONE;
	lost(service, session, reason);
}

int session_call_begin(struct service *service, struct session *session, struct error *error)
{
	struct tunnel *tunnel = session->tunnel;

	if (make_call(service, session, error) < 0)
		return -1;
	managed_wanted(service, tunnel);
	if (session->call->phase == CALL_REQUESTED && session->call->role == CONTROL_CALL_LAC_OUTGOING) {
		bearer_want(service, session->call);
		return 0;
	}
	if (session->call->phase == CALL_REQUESTED)
		return accept_call(service, session, error);
	if (session->call->phase != CALL_WAITING || tunnel->managed.phase != MANAGED_UP)
		return 0;
	return ask(service, session, error);
}

void session_call_end(struct service *service, struct session *session)
{
	struct session_call *call = session->call;

	if (!call)
		return;
	close_control(service, call, CDN_ADMINISTRATIVE, 0, service->cause);
	deadline_cancel(&service->call_deadlines, &call->deadline);
	bearer_forget(service, call);
	set_reason(call, NULL);
	call_line_forget(call);
	free(call->held);
	session->call = NULL;
	free(call);
}

void session_call_refused(struct service *service, struct session *session)
{
	if (session->origin == SERVICE_ORIGIN_PEER && session->call)
		deadline_set(&service->call_deadlines, &session->call->deadline, service->now);
}

static bool may_be_asked(const struct session *session)
{
	return session->call && session->call->phase == CALL_WAITING;
}

void session_call_tunnel_up(struct service *service, struct tunnel *tunnel)
{
	struct session *session;
	uint64_t next = 0;

	while ((session = lookup_session_from(tunnel, next))) {
		next = (uint64_t)session_id(session) + 1;
		if (may_be_asked(session))
			try_to_ask(service, session);
	}
}

void session_call_tunnel_down(struct service *service, struct tunnel *tunnel)
{
	struct session *session;
	uint64_t next = 0;

	while ((session = lookup_session_from(tunnel, next))) {
		struct session_call *call = session->call;

		next = (uint64_t)session_id(session) + 1;
		if (!call)
			continue;
		call->control = HANDLE_NONE;
		session_ppp_because(session, TERMINATE_LOST_CARRIER);
		if (session->origin == SERVICE_ORIGIN_PEER) {
			delete_session(service, session, "its tunnel was lost");
			continue;
		}
		release_datapath(service, session);
		call_line_forget(call);
		set_phase(service, call, CALL_WAITING);
		state_session_update(service, session);
	}
}

/* The question, which has the reason, goes before the session. */
static void refused(struct service *service, struct session *session)
{
	char reason[ERROR_TEXT_MAX];

	snprintf(reason, sizeof(reason), "%s", authorize_reason(session));
	delete_session(service, session, reason);
}

void session_call_expire(struct service *service)
{
	struct deadline *first;

	while ((first = deadline_first(&service->call_deadlines)) && first->when <= service->now) {
		struct session_call *call = container_of(first, struct session_call, deadline);
		struct session *session = call->session;

		deadline_cancel(&service->call_deadlines, first);
		if (session->authorization == AUTHORIZATION_REFUSED)
			refused(service, session);
		else if (call->phase == CALL_UP)
			call_line_due(service, call);
		else if (session->tunnel->managed.phase == MANAGED_UP && !service->is_stopping)
			try_to_ask(service, session);
	}
}

/* --- what the engine tells --- */

/* What the peer said of the call, now that it is up. */
static int learn(struct service *service, struct session *session, const struct message *message,
		 struct error *error)
{
	struct session_call *call = session->call;
	struct provenance provenance = *session_provenance(session);
	struct control_call_info info;
	struct session_config config;

	if (control_call_info(service->control, call->control, &info) < 0)
		return error_set(error, ERROR_UNKNOWN, NULL, "it is gone");
	call->peer_session_id = info.peer_session_id;
	if (!message)
		return 0;
	call->numbered |= message_has(message, AVP_SEQUENCING_REQUIRED);
	if (session->origin != SERVICE_ORIGIN_PEER)
		return 0;
	session_compose(session, &config);
	settings_learn_call(message, &config, &provenance.explicit_rows);
	return session_settle(service, session, &config, &provenance, error);
}

/* A session that the datapath has already: what the message said last may make its packets numbered. */
static int complete_datapath(struct service *service, struct session *session, struct error *error)
{
	struct datapath_session_config config;

	if (!session->is_told)
		return session_tell_datapath(service, session, error);
	if (!session->call->numbered)
		return 0;
	session_to_datapath(session, &config);
	return datapath_ops(service->dp)->session_modify(service->dp, session->datapath, &config,
							 DATAPATH_SESSION_SEND_SEQ, error);
}

void session_call_hold(struct session *session, const uint8_t *frame, size_t length)
{
	struct session_call *call = session->call;

	if (!call || call->phase != CALL_ASKING || length > HELD_MOST)
		return;
	free(call->held);
	call->held = malloc(sizeof(*call->held) + length);
	if (!call->held)
		return;
	call->held->length = length;
	memcpy(call->held->octets, frame, length);
}

static void take_held(struct service *service, struct session *session)
{
	struct held_frame *held = session->call->held;

	session->call->held = NULL;
	if (held)
		ppp_receive(service->ppp, session->ppp->link, held->octets, held->length, service->now);
	free(held);
}

static void call_is_up(struct service *service, struct session *session, const struct message *message)
{
	struct session_call *call = session->call;
	struct ppp_proxy proxy;
	struct error error;
	bool proxied;

	set_phase(service, call, CALL_UP);
	call_line_begin(call, message);
	proxied = settings_proxy(session, message, &proxy);
	if (learn(service, session, message, &error) < 0 || complete_datapath(service, session, &error) < 0 ||
	    session_ppp_begin(service, session, proxied ? &proxy : NULL, &error) < 0) {
		lost(service, session, error.text);
		return;
	}
	if (session->ppp) {
		call->failures_most = session_ppp_failures_most(session);
		take_held(service, session);
	} else {
		set_reason(call, NULL);
	}
	state_session_update(service, session);
}

static void call_is_down(struct service *service, struct session *session, const struct control_reason *reason)
{
	char text[SETTINGS_REASON_MAX];

	session->call->control = HANDLE_NONE;
	settings_reason(reason, true, text);
	session_ppp_explain(service, session, reason->by_peer, text);
	session_ppp_because(session, reason->by_peer && reason->result != CDN_LOST_CARRIER ? TERMINATE_USER_REQUEST :
										     TERMINATE_LOST_CARRIER);
	lost(service, session, text);
}

void session_call_event(struct service *service, const struct control_event *event)
{
	struct session *session = handle_get(&service->session_handles, (handle)(uintptr_t)event->owner);

	if (!session || !session->call || session->call->control != event->call)
		return;
	switch (event->kind) {
	case CONTROL_EVENT_CALL_UP:
		call_is_up(service, session, event->message);
		break;
	case CONTROL_EVENT_CALL_DOWN:
		call_is_down(service, session, event->reason);
		break;
	case CONTROL_EVENT_CALL_BEARER:		/* bearer.c sees to it */
		break;
	default:
		call_line_heard(service, session, event);
		break;
	}
}
