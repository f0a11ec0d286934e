/* SPDX-License-Identifier: MIT */
/*
 * See session_ppp.h.
 *
 *	link --- both proved what they had to --> network --- addresses agreed --> up
 *
 * Whoever ends it, the engine says so in the end (PPP_EVENT_DOWN), and then the call ends with the cause that it had; a
 * static pseudowire has no call, and begins anew after a while.
 */
#include "service/session_ppp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/aaa.h"
#include "service/accounting.h"
#include "service/authenticate.h"
#include "service/call_line.h"
#include "service/managed.h"
#include "service/name_servers.h"
#include "service/network.h"
#include "service/ppp_device.h"
#include "service/ppp_limits.h"
#include "service/ppp_link.h"
#include "service/ppp_settings.h"
#include "service/router.h"
#include "service/session_call.h"
#include "service/state.h"
#include "service/subscriber.h"
#include "service/trace.h"

/* of CDN: RFC 2661 section 4.4.2 */
#define CDN_LOST_CARRIER 1
#define CDN_ADMINISTRATIVE 3

#define STATIC_RETRY_MOST_S 60		/* between attempts of a static pseudowire */

const char *const session_ppp_stage_words[] = {
	[SESSION_PPP_LINK] = "link", [SESSION_PPP_PROOF] = "authenticate", [SESSION_PPP_ASKING] = "asking",
	[SESSION_PPP_NETWORK] = "network", [SESSION_PPP_UP] = "up", NULL
};

static const char *const stage_reasons[] = {
	[SESSION_PPP_LINK] = "PPP: the peer has not agreed to the link yet (LCP)",
	[SESSION_PPP_PROOF] = "PPP: names are not proved yet",
	[SESSION_PPP_ASKING] = "PPP: the peer's name is being looked up",
	[SESSION_PPP_NETWORK] = "PPP: addresses are not agreed on yet",
	[SESSION_PPP_UP] = "PPP: the network protocols are negotiated anew",
};

void session_ppp_reason(const struct session *session, char *reason, size_t size)
{
	const struct session_ppp *ppp = session->ppp;

	reason[0] = '\0';
	if (!ppp || session_ppp_is_up(session))
		return;
	snprintf(reason, size, "%s", ppp->failure ? ppp->failure : stage_reasons[ppp->stage]);
}

void session_ppp_explain(const struct service *service, const struct session *session, bool by_peer,
			 char reason[ERROR_TEXT_MAX])
{
	const struct session_ppp *ppp = session->ppp;
	char said[ERROR_TEXT_MAX - PPP_TEXT_MAX - 4];
	struct ppp_info info;

	if (ppp && ppp->failure)
		snprintf(reason, ERROR_TEXT_MAX, "%s", ppp->failure);
	if (!ppp || ppp->failure || !by_peer || ppp_info(service->ppp, ppp->link, &info) < 0 ||
	    (!info.trouble && !info.proving))
		return;
	snprintf(said, sizeof(said), "%s", reason);
	snprintf(reason, ERROR_TEXT_MAX, "%s (%s)", info.trouble ? info.trouble : PPP_CLOSED_WHILE_PROVING, said);
}

static void tell(struct service *service, struct session *session, enum service_event_kind kind)
{
	event_session(service, kind, session, NULL, NULL);
}

/* That it carries these, or no more. */
static void tell_network(struct service *service, struct session *session, bool ipv4, bool ipv6)
{
	struct session_ppp *ppp = session->ppp;

	if (ipv4 != ppp->told4)
		tell(service, session, ipv4 ? SERVICE_EVENT_SESSION_IPV4_UP : SERVICE_EVENT_SESSION_IPV4_DOWN);
	if (ipv6 != ppp->told6)
		tell(service, session, ipv6 ? SERVICE_EVENT_SESSION_IPV6_UP : SERVICE_EVENT_SESSION_IPV6_DOWN);
	ppp->told4 = ipv4;
	ppp->told6 = ipv6;
}

void session_ppp_tell_network(struct service *service, struct session *session, bool is_up)
{
	if (session->ppp)
		tell_network(service, session, is_up && session->ppp->ipv4, is_up && session->ppp->ipv6);
}

static void set_failure(struct session_ppp *ppp, const char *reason)
{
	free(ppp->failure);
	ppp->failure = reason ? strdup(reason) : NULL;
}

void session_ppp_note(struct session_ppp *ppp, const char *reason)
{
	if (!ppp->closing)
		set_failure(ppp, reason);
}

/* --- it begins --- */

bool session_ppp_is_wanted(const struct service *service, const struct session_config *config)
{
	return service->ppp && config->pw_type == CONFIG_PW_PPP && !config->no_ppp && !config->frame_socket[0];
}

static struct session_ppp *make(struct service *service, struct session *session, const struct session_config *config)
{
	struct session_ppp *ppp;

	if (deadline_reserve(&service->ppp_deadlines, (size_t)service->session_count + 1) < 0)
		return NULL;
	ppp = calloc(1, sizeof(*ppp));
	if (!ppp)
		return NULL;
	ppp->session = session;
	ppp->number = ++service->ppp_number;
	ppp->server = session->origin == SERVICE_ORIGIN_PEER;
	ppp->terms = ppp_terms_get(service, session, config, ppp->server);
	if (!ppp->terms) {
		free(ppp);
		return NULL;
	}
	return ppp;
}

/* As pppd has it: who gives no password has it in the files, for that peer. */
static bool find_password(const struct service *service, const struct session_ppp *ppp, const char *user_name,
			  struct users_found *found)
{
	const char *peer = ppp_profile_of(ppp->terms)->remote_name;

	for (enum users_file file = USERS_CHAP; service->users && file < USERS_FILES; file++) {
		if (users_find(service->users, file, (const uint8_t *)user_name, strlen(user_name), peer, found, NULL,
			       NULL) == 0)
			return true;
	}
	return false;
}

static int open_with(struct service *service, struct session_ppp *ppp, struct ppp_open *open, struct error *error)
{
	struct users_found found = { .length = 0 };
	int ret;

	if (open->user_name[0] && !open->password_length && find_password(service, ppp, open->user_name, &found)) {
		open->password = found.secret;
		open->password_length = found.length;
	}
	ret = ppp_open(service->ppp, open, &ppp->link, service->now, error);
	users_forget(&found);
	return ret;
}

static int open_link(struct service *service, struct session_ppp *ppp, const struct session_config *config,
		     const struct ppp_proxy *proxy, struct error *error)
{
	struct ppp_open open = {
		.settings = &ppp->terms->key.settings,
		.user_name = config->user_name,
		.password = (const uint8_t *)config->user_password,
		.password_length = strlen(config->user_password),
		.proxy = proxy,
		.owner = (void *)(uintptr_t)ppp->session->handle,
	};

	ppp->stage = SESSION_PPP_LINK;
	ppp->closing = false;
	ppp->terminate = TERMINATE_UNSAID;
	ppp->cdn = 0;
	return open_with(service, ppp, &open, error);
}

/* What makes a static one may be a reload: then profiles say what they are to say only when all else is done. */
static void begin_soon(struct service *service, struct session_ppp *ppp)
{
	ppp->retry = service->now + 1;
	session_ppp_schedule(service, ppp);
}

int session_ppp_begin(struct service *service, struct session *session, const struct ppp_proxy *proxy,
		      struct error *error)
{
	struct session_config config;

	session_compose(session, &config);
	if (!session_ppp_is_wanted(service, &config))
		return 0;
	session_ppp_end(service, session);
	session->ppp = make(service, session, &config);
	if (session->ppp && !session->call) {
		begin_soon(service, session->ppp);
		return 0;
	}
	if (!session->ppp)
		service_no_memory(error);
	else if (open_link(service, session->ppp, &config, proxy, error) == 0)
		return 0;
	history_refused(service, SERVICE_RESOURCE_PPP, error);
	return -1;
}

/* --- it ends --- */

/* stays: the datapath keeps the session; otherwise it is told of many at once that go. */
static void leave(struct service *service, struct session *session, bool stays)
{
	struct session_ppp *ppp = session->ppp;

	authenticate_cancel(service, ppp);
	tell_network(service, session, false, false);
	accounting_stop(service, ppp, stays);
	router_end(ppp);
	network_down(service, ppp, stays);
	subscriber_leave(service, ppp);
	packed_free(ppp->grant);
	ppp->grant = NULL;
	ppp->up_since = 0;
}

void session_ppp_leave(struct service *service, struct session *session)
{
	uint8_t before = session->ppp->terminate;

	session->ppp->terminate = TERMINATE_USER_REQUEST;
	leave(service, session, true);
	session->ppp->terminate = before;
}

void session_ppp_end(struct service *service, struct session *session)
{
	struct session_ppp *ppp = session->ppp;

	if (!ppp)
		return;
	leave(service, session, false);
	if (ppp->link != HANDLE_NONE)
		ppp_release(service->ppp, ppp->link);
	deadline_cancel(&service->ppp_deadlines, &ppp->deadline);
	ppp_terms_put(service, ppp->terms);
	free(ppp->failure);
	free(ppp->used_before);
	session->ppp = NULL;
	free(ppp);
}

void session_ppp_because(struct session *session, enum terminate_cause cause)
{
	if (session->ppp && session->ppp->terminate == TERMINATE_UNSAID)
		session->ppp->terminate = (uint8_t)cause;
}

void session_ppp_say_goodbye(struct service *service, struct session *const *sessions, size_t count)
{
	bool any = false;

	for (size_t i = 0; i < count; i++) {
		const struct session_ppp *ppp = sessions[i]->ppp;

		if (!ppp || sessions[i]->call || ppp->link == HANDLE_NONE || !sessions[i]->is_told)
			continue;
		ppp_close(service->ppp, ppp->link, service->cause, service->now);
		any = true;
	}
	if (any)
		ppp_link_transmit(service);
}

void session_ppp_end_tunnel(struct service *service, struct tunnel *tunnel)
{
	struct session *session;
	uint64_t next = 0;

	while ((session = lookup_session_from(tunnel, next))) {
		next = (uint64_t)session_id(session) + 1;
		session_ppp_because(session, TERMINATE_ADMIN_RESET);
		session_ppp_say_goodbye(service, &session, 1);
		session_ppp_end(service, session);
	}
}

/* To whoever runs this daemon; of a session of ours the end of its call tells it. */
static void log_close(struct service *service, const struct session *session, const char *reason)
{
	const struct subscriber *subscriber = session->ppp->subscriber;
	char label[SESSION_LABEL_MAX];

	log_limited_about(&service->ppp_closed, service->now, LOG_LEVEL_WARNING, ABOUT_SESSION(session), "%s%s%s: %s",
			  session_label(session, label), subscriber ? ", user " : "",
			  subscriber ? subscriber->name : "", reason);
}

void session_ppp_close(struct service *service, struct session *session, enum terminate_cause cause, uint16_t cdn,
		       const char *reason)
{
	struct session_ppp *ppp = session->ppp;

	if (!ppp || ppp->closing || ppp->link == HANDLE_NONE)
		return;
	authenticate_cancel(service, ppp);	/* who is let in now takes the place of others for nothing */
	ppp->closing = true;
	ppp->terminate = (uint8_t)cause;
	ppp->cdn = cdn;
	set_failure(ppp, reason);
	if (session->origin == SERVICE_ORIGIN_PEER && cause != TERMINATE_IDLE_TIMEOUT &&
	    cause != TERMINATE_SESSION_TIMEOUT)
		log_close(service, session, reason);
	ppp_close(service->ppp, ppp->link, reason, service->now);
}

void session_ppp_make_way(struct service *service, struct session *session, enum terminate_cause cause,
			  const char *reason)
{
	session_ppp_close(service, session, cause, 0, reason);
	leave(service, session, true);
	state_session_update(service, session);
}

static enum terminate_cause cause_of(const struct ppp_event *event)
{
	switch (event->cause) {
	case PPP_CAUSE_USER:
		return TERMINATE_USER_REQUEST;
	case PPP_CAUSE_ADMIN:
		return TERMINATE_ADMIN_RESET;
	case PPP_CAUSE_LOST:
		return TERMINATE_LOST_CARRIER;
	case PPP_CAUSE_REFUSED:
	case PPP_CAUSE_NOT_TRUSTED:
		return TERMINATE_USER_ERROR;
	default:
		return TERMINATE_NAS_ERROR;
	}
}

/* A static pseudowire: nobody is told but the peer's PPP, which was. */
static void rest(struct service *service, struct session *session, const char *reason)
{
	struct session_ppp *ppp = session->ppp;
	bool is_news = session->state == SERVICE_SESSION_CONNECTING && !ppp->failures;
	char label[SESSION_LABEL_MAX];

	log_limited_about(&service->reasons, service->now, LOG_LEVEL_WARNING, ABOUT_SESSION(session), "%s: %s",
			  session_label(session, label), reason);
	history_add(service, SERVICE_FAILURE_PROTOCOL, session->tunnel, session, reason);
	leave(service, session, true);
	set_failure(ppp, reason);
	ppp->retry = service->now + managed_back_off(service, ppp->failures++, STATIC_RETRY_MOST_S);
	state_session_update(service, session);
	if (is_news)
		event_session(service, SERVICE_EVENT_SESSION_MODIFIED, session, reason, NULL);
	session_ppp_schedule(service, ppp);
}

/* The session may be freed. */
static void link_down(struct service *service, struct session *session, const struct ppp_event *event)
{
	struct session_ppp *ppp = session->ppp;
	struct control_reason why = { .result = CDN_ADMINISTRATIVE };
	char text[ERROR_TEXT_MAX], ours[ERROR_TEXT_MAX];	/* what the peer may know is less than what we do */

	ppp_release(service->ppp, ppp->link);	/* the engine keeps it until it is told that nobody needs it */
	ppp->link = HANDLE_NONE;
	if (!ppp->terminate)
		ppp->terminate = (uint8_t)cause_of(event);
	snprintf(text, sizeof(text), "%s", event->text);
	snprintf(ours, sizeof(ours), "%s", event->text);
	if (ppp->failure && event->cause == PPP_CAUSE_ADMIN)		/* all of it */
		snprintf(text, sizeof(text), "%s", ppp->failure);
	if (ppp->failure && (event->cause == PPP_CAUSE_ADMIN || event->cause == PPP_CAUSE_REFUSED))
		snprintf(ours, sizeof(ours), "%s", ppp->failure);
	if (!session->call) {
		rest(service, session, ours);
		return;
	}
	if (ppp->cdn)
		why.result = ppp->cdn;
	else if (event->cause == PPP_CAUSE_LOST)
		why.result = CDN_LOST_CARRIER;
	why.cause = (struct avp_disconnect_cause){ .code = event->disconnect, .protocol = event->disconnect_protocol,
						   .direction = event->disconnect_direction };
	snprintf(why.text, sizeof(why.text), "%.*s", CONTROL_TEXT_MAX - 1, text);
	session_call_hang_up(service, session, &why, ours);
}

/* As for a new call, what profiles say by now counts. Without memory for it, what they said. */
static void renew_terms(struct service *service, struct session *session, const struct session_config *config)
{
	struct session_ppp *ppp = session->ppp;
	struct ppp_terms *terms = ppp_terms_get(service, session, config, ppp->server);

	if (!terms)
		return;
	ppp_terms_put(service, ppp->terms);
	ppp->terms = terms;
}

static void try_again(struct service *service, struct session *session)
{
	struct session_config config;
	struct error error;

	session->ppp->retry = 0;
	session_compose(session, &config);
	renew_terms(service, session, &config);
	if (open_link(service, session->ppp, &config, NULL, &error) < 0)
		rest(service, session, error.text);
	else
		state_session_update(service, session);
}

/* --- what the engine tells --- */

static void became_up(struct service *service, struct session *session)
{
	struct session_ppp *ppp = session->ppp;

	ppp->stage = SESSION_PPP_UP;
	ppp->failures = 0;
	set_failure(ppp, NULL);
	session_call_well(session);
	if (!ppp->up_since)
		ppp->up_since = ppp->heard = service->now;
	state_session_update(service, session);
	session_ppp_tell_network(service, session, session->state == SERVICE_SESSION_UP);
	accounting_start(service, ppp);
	router_begin(service, ppp);
	session_ppp_schedule(service, ppp);
}

/* The peer may hear of it for a while, or nobody answers: it is over at once. Who was first says why. */
static void begin_to_end(struct service *service, struct session_ppp *ppp, const struct ppp_event *event)
{
	authenticate_cancel(service, ppp);
	if (!ppp->closing && (event->cause != PPP_CAUSE_REFUSED || !ppp->failure))
		set_failure(ppp, event->text);
	ppp->closing = true;
}

/* What is down is told while its device still has its name. */
static void network_event(struct service *service, struct session *session, const struct ppp_event *event)
{
	struct session_ppp *ppp = session->ppp;
	bool was_up = session_ppp_is_up(session);

	if (event->text)
		begin_to_end(service, ppp, event);
	if (!service->is_stopping)	/* else all ends were told */
		tell_network(service, session, ppp->told4 && event->kind != PPP_EVENT_IPV4_DOWN,
			     ppp->told6 && event->kind != PPP_EVENT_IPV6_DOWN);
	network_event_of(service, ppp, event);
	if (service->is_stopping)
		return;
	if (session_ppp_is_up(session) && !ppp->closing)
		became_up(service, session);
	else if (was_up)
		state_session_update(service, session);
}

/* LCP is open: the other end's line may be asynchronous. */
static void tell_line(struct service *service, struct session *session)
{
	struct ppp_info info;

	if (ppp_info(service->ppp, session->ppp->link, &info) == 0)
		call_line_agreed(service, session, &(struct avp_accm){ info.peer_accm, info.local_accm });
}

void session_ppp_event(struct service *service, struct session *session, const struct ppp_event *event)
{
	struct session_ppp *ppp = session->ppp;

	switch (event->kind) {
	case PPP_EVENT_LINK_UP:
		ppp->stage = SESSION_PPP_PROOF;
		set_failure(ppp, NULL);
		authenticate_cancel(service, ppp);	/* who asked before has begun anew */
		tell_line(service, session);
		break;
	case PPP_EVENT_CREDENTIALS:
		authenticate_begin(service, ppp, event->credentials, event->again);
		break;
	case PPP_EVENT_NETWORK:
		ppp->stage = SESSION_PPP_NETWORK;
		network_configure(service, ppp);
		break;
	case PPP_EVENT_DOWN:
		link_down(service, session, event);
		break;
	default:
		network_event(service, session, event);
		break;
	}
}

uint32_t session_ppp_failures_most(const struct session *session)
{
	return ppp_profile_of(session->ppp->terms)->max_failure_count;
}

bool session_ppp_frame(struct service *service, struct session *session, const uint8_t *frame, size_t length)
{
	return router_receive(service, session->ppp, frame, length);
}

void session_ppp_lost_device(struct service *service, struct session *session)
{
	ppp_device_lost(service, session->ppp);
	session_ppp_close(service, session, TERMINATE_PORT_ERROR, CDN_ADMINISTRATIVE,
			  "its interface was removed by others");
}

/* --- time --- */

static uint64_t sooner(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

void session_ppp_schedule(struct service *service, struct session_ppp *ppp)
{
	uint64_t when = ppp->retry ? ppp->retry : SERVICE_NEVER;

	when = sooner(when, ppp_limits_next(service, ppp));
	when = sooner(when, accounting_next(ppp));
	when = sooner(when, router_next(ppp));
	when = sooner(when, name_servers_next(ppp));
	deadline_cancel(&service->ppp_deadlines, &ppp->deadline);
	if (when != SERVICE_NEVER)
		deadline_set(&service->ppp_deadlines, &ppp->deadline, when);
}

void session_ppp_expire(struct service *service)
{
	struct deadline *first;

	while ((first = deadline_first(&service->ppp_deadlines)) && first->when <= service->now) {
		struct session_ppp *ppp = container_of(first, struct session_ppp, deadline);

		deadline_cancel(&service->ppp_deadlines, first);
		if (ppp->retry && ppp->retry <= service->now) {
			try_again(service, ppp->session);
			continue;
		}
		ppp_limits_check(service, ppp);
		accounting_due(service, ppp);
		router_due(service, ppp);
		name_servers_due(service, ppp);
		session_ppp_schedule(service, ppp);
	}
	authenticate_expire(service);
}

void session_ppp_stop(struct service *service)
{
	struct session *session;
	uint32_t position = 0;

	while ((session = handle_next(&service->session_handles, &position))) {
		if (!session->ppp)
			continue;
		session->ppp->terminate = TERMINATE_ADMIN_REBOOT;
		tell_network(service, session, false, false);
		name_servers_drop(service, session->ppp);
		accounting_stop(service, session->ppp, false);
		session_ppp_say_goodbye(service, &session, 1);
	}
	aaa_stop(service);
}
