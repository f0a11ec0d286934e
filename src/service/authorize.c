/* SPDX-License-Identifier: MIT */
/*
 * Questions and answers.  A question exists as long as its tunnel or session waits or stays refused; it is
 * in one of three lists: queued, asked, or parked, when nobody answered it.  Each has an end: those that
 * are asked have a deadline, and when a deadline passes in which nothing at all was answered, those that
 * are queued end with it.
 */
#include "service/authorize.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "base/log.h"
#include "base/text.h"
#include "service/about.h"
#include "service/session_call.h"
#include "service/managed.h"
#include "service/question.h"
#include "service/state.h"

/* Of a tunnel tunnel_set_reason() tells. */
static void log_refused(struct service *service, const struct question *question, const char *reason)
{
	char label[SESSION_LABEL_MAX];

	if (question->session)
		log_limited_about(&service->authorizer.refused, service->now, LOG_LEVEL_WARNING,
				  ABOUT_SESSION(question->session), "%s: %s", session_label(question->session, label),
				  reason);
}

/* --- lists --- */

static void unlink_question(struct service *service, struct question *question)
{
	struct authorizer *authorizer = &service->authorizer;

	switch (question->phase) {
	case QUESTION_QUEUED:
		DL_DELETE(authorizer->queued, question);
		break;
	case QUESTION_ASKED:
		DL_DELETE(authorizer->asked, question);
		authorizer->asked_count--;
		deadline_cancel(&authorizer->deadlines, &question->deadline);
		break;
	case QUESTION_PARKED:
		DL_DELETE(authorizer->parked, question);
		break;
	case QUESTION_CLOSED:
		break;
	}
	question->phase = QUESTION_CLOSED;
}

static void queue(struct service *service, struct question *question)
{
	unlink_question(service, question);
	question->phase = QUESTION_QUEUED;
	DL_APPEND(service->authorizer.queued, question);
}

static void set_authorization(const struct question *question, enum authorization authorization)
{
	if (question->session)
		question->session->authorization = authorization;
	else
		question->tunnel->authorization = authorization;
}

static void free_question(struct service *service, struct question *question)
{
	unlink_question(service, question);
	if (question->session)
		question->session->question = NULL;
	else
		question->tunnel->question = NULL;
	free(question);
}

static struct question *new_question(struct tunnel *tunnel, struct session *session)
{
	struct question *question = calloc(1, sizeof(*question));

	if (question)
		*question = (struct question){ .phase = QUESTION_CLOSED, .tunnel = tunnel, .session = session };
	return question;
}

/* --- what becomes of it --- */

static void update(struct service *service, const struct question *question)
{
	if (question->session)
		state_session_update(service, question->session);
	else
		state_tunnel_update(service, question->tunnel);
}

/* parked: it will be asked anew when an authorizer comes. */
static void refuse(struct service *service, struct question *question, const char *reason, bool parked)
{
	unlink_question(service, question);
	if (parked) {
		question->phase = QUESTION_PARKED;
		DL_APPEND(service->authorizer.parked, question);
	}
	set_authorization(question, AUTHORIZATION_REFUSED);
	snprintf(question->reason, sizeof(question->reason), "%s", reason);
	history_add(service, SERVICE_FAILURE_AUTHORIZER, question->tunnel, question->session, reason);
	log_refused(service, question, reason);
	if (!question->session) {
		tunnel_set_reason(service, question->tunnel, reason);
		managed_refused(service, question->tunnel);
	} else {
		session_call_refused(service, question->session);
	}
	update(service, question);
}

static void release_session(struct service *service, struct session *session)
{
	struct question *question = session->question;
	struct error error;

	session->authorization = AUTHORIZATION_ACCEPTED;
	if (session_activate(service, session, &error) == 0) {
		if (question)
			free_question(service, question);
		return;
	}
	if (!question)
		question = session->question = new_question(session->tunnel, session);
	if (question)
		refuse(service, question, error.text, false);
}

/* Those of a tunnel that has been accepted. */
static void release_sessions(struct service *service, struct tunnel *tunnel)
{
	struct session *session;

	for (session = lookup_session_from(tunnel, 0); session;
	     session = lookup_session_from(tunnel, (uint64_t)session->by_id.id + 1)) {
		if (session->authorization == AUTHORIZATION_LATER)
			authorize_session(service, session);
	}
}

static void release_tunnel(struct service *service, struct tunnel *tunnel)
{
	struct address literal;
	struct error error;

	tunnel->authorization = AUTHORIZATION_ACCEPTED;
	if (tunnel->question)
		free_question(service, tunnel->question);
	tunnel_set_reason(service, tunnel, "");
	if (!address_parse(tunnel->config.dest_ipaddr, &literal)) {
		resolve_start(service, tunnel, service->now);
	} else if (tunnel_set_peer(service, tunnel, &literal, &error) < 0) {
		tunnel->refused = true;
		history_add(service, SERVICE_FAILURE_RESOLVE, tunnel, NULL, error.text);
		tunnel_set_reason(service, tunnel, error.text);
	}
	if (tunnel->peer.family != AF_UNSPEC)
		managed_start(service, tunnel);
	state_tunnel_update(service, tunnel);
	release_sessions(service, tunnel);
}

static void release(struct service *service, struct question *question)
{
	if (question->session)
		release_session(service, question->session);
	else
		release_tunnel(service, question->tunnel);
}

/* Nobody answers: what then is to happen, accept or refuse? */
static void unanswered(struct service *service, struct question *question, int decision, const char *reason)
{
	if (decision == CONFIG_ACCEPT)
		release(service, question);
	else
		refuse(service, question, reason, true);
}

/* --- asking --- */

static bool wants(const struct service *service, bool asks, enum authorization authorization)
{
	const struct authorizer *authorizer = &service->authorizer;

	if (!service->events || authorization == AUTHORIZATION_ACCEPTED)	/* nobody is asked in a dry run */
		return false;
	return asks || (!authorizer->tunnels && !authorizer->sessions &&
			service->system.authorizer_absent == CONFIG_REFUSE);
}

bool authorize_wants_tunnel(const struct service *service, const struct tunnel *tunnel)
{
	return wants(service, service->authorizer.tunnels, tunnel->authorization);
}

bool authorize_wants_session(const struct service *service, const struct session *session)
{
	return wants(service, service->authorizer.sessions, session->authorization);
}

/* Without memory it is refused, and the reason is lost: nothing else is safe. */
static void ask(struct service *service, struct question *question, bool asks)
{
	if (!question)
		return;
	set_authorization(question, AUTHORIZATION_WAITS);
	update(service, question);
	question->absent = !asks;
	if (asks)
		queue(service, question);
	else
		unanswered(service, question, service->system.authorizer_absent,
			   "there is no authorizer, and authorizer_absent is refuse");
}

void authorize_tunnel(struct service *service, struct tunnel *tunnel)
{
	tunnel->authorization = AUTHORIZATION_REFUSED;
	tunnel->question = new_question(tunnel, NULL);
	ask(service, tunnel->question, service->authorizer.tunnels);
}

void authorize_session(struct service *service, struct session *session)
{
	const struct tunnel *tunnel = session->tunnel;

	if (tunnel->authorization != AUTHORIZATION_NONE && tunnel->authorization != AUTHORIZATION_ACCEPTED) {
		session->authorization = AUTHORIZATION_LATER;
		state_session_update(service, session);
		return;
	}
	if (!authorize_wants_session(service, session)) {	/* nor was its tunnel, when it was its turn */
		release_session(service, session);
		return;
	}
	session->authorization = AUTHORIZATION_REFUSED;
	session->question = new_question(session->tunnel, session);
	ask(service, session->question, service->authorizer.sessions);
}

const char *authorize_reason(const struct session *session)
{
	if (session->authorization != AUTHORIZATION_REFUSED)
		return "";
	return session->question ? session->question->reason : "out of memory";
}

/* What it is when it comes back: of what was accepted, or was there without a question, nobody is asked anew. */
static enum authorization kept(enum authorization authorization)
{
	if (authorization == AUTHORIZATION_NONE || authorization == AUTHORIZATION_ACCEPTED)
		return AUTHORIZATION_ACCEPTED;
	return AUTHORIZATION_NONE;
}

void authorize_forget_tunnel(struct service *service, struct tunnel *tunnel)
{
	if (tunnel->question)
		free_question(service, tunnel->question);
	tunnel->authorization = kept(tunnel->authorization);
}

void authorize_forget_session(struct service *service, struct session *session)
{
	if (session->question)
		free_question(service, session->question);
	session->authorization = kept(session->authorization);
}

/* --- the authorizer --- */

static bool is_asked_about(const struct authorizer *authorizer, const struct question *question)
{
	return question->session ? authorizer->sessions : authorizer->tunnels;
}

static void end_list(struct service *service, struct question **list)
{
	struct question *question = *list;

	while (question) {
		struct question *next = question->next;

		if (!is_asked_about(&service->authorizer, question))
			unanswered(service, question, service->system.authorizer_silent,
				   "the authorizer has left without an answer, and authorizer_silent is refuse");
		/* what happened to it may have put others into the list, but taken none out */
		question = next;
	}
}

static void ask_again(struct service *service)
{
	struct question *question, *next;

	DL_FOREACH_SAFE(service->authorizer.parked, question, next) {
		if (!is_asked_about(&service->authorizer, question))
			continue;
		queue(service, question);
		question->absent = false;
		set_authorization(question, AUTHORIZATION_WAITS);
		update(service, question);
	}
}

/* What is refused for want of an authorizer would say why, and that would not be true any more. */
void authorize_absence(struct service *service)
{
	const struct authorizer *authorizer = &service->authorizer;
	struct question *question, *next;

	if (authorizer->tunnels || authorizer->sessions || service->system.authorizer_absent != CONFIG_ACCEPT)
		return;
	DL_FOREACH_SAFE(authorizer->parked, question, next) {
		if (question->absent)
			release(service, question);
	}
}

int service_set_authorizers(struct service *service, bool tunnels, bool sessions, uint64_t now, struct error *error)
{
	struct authorizer *authorizer = &service->authorizer;

	service_start(service, now);
	if (deadline_reserve(&authorizer->deadlines, SERVICE_QUESTIONS_MAX) < 0)
		return service_no_memory(error);
	authorizer->tunnels = tunnels;
	authorizer->sessions = sessions;
	authorizer->last_answer = now;
	end_list(service, &authorizer->asked);
	end_list(service, &authorizer->queued);
	ask_again(service);
	return 0;
}

bool service_has_question(const struct service *service)
{
	return service->authorizer.queued && service->authorizer.asked_count < SERVICE_QUESTIONS_MAX;
}

bool service_next_question(struct service *service, struct service_question *out, uint64_t now)
{
	struct authorizer *authorizer = &service->authorizer;
	struct question *question = authorizer->queued;

	if (!service_has_question(service))
		return false;
	unlink_question(service, question);
	question->phase = QUESTION_ASKED;
	question->id = (service_random(service) & INT64_MAX) | 1;
	DL_APPEND(authorizer->asked, question);
	authorizer->asked_count++;
	deadline_set(&authorizer->deadlines, &question->deadline, now + service->system.authorizer_timeout);
	out->id = question->id;
	out->tunnel = question->tunnel->handle;
	out->session = question->session ? question->session->handle : HANDLE_NONE;
	return true;
}

void authorize_expire(struct service *service, uint64_t now)
{
	struct authorizer *authorizer = &service->authorizer;
	uint32_t limit_ms = service->system.authorizer_timeout;
	char reason[ERROR_TEXT_MAX];
	struct deadline *first;
	bool all = false;

	snprintf(reason, sizeof(reason), "the authorizer did not answer within authorizer_timeout, which is %u ms",
		 limit_ms);
	while ((first = deadline_first(&authorizer->deadlines)) && first->when <= now) {
		unanswered(service, container_of(first, struct question, deadline), service->system.authorizer_silent,
			   reason);
		all = authorizer->last_answer + limit_ms <= now;
	}
	/* it answers nothing at all: to ask more would only make everybody wait for longer */
	while (all && authorizer->queued)
		unanswered(service, authorizer->queued, service->system.authorizer_silent, reason);
}

/* --- answers --- */

/* What profiles give is settled before the question; and the next reload would settle it anew, without the answer. */
static bool names_profile(const struct chain_rows *rows, unsigned int row)
{
	return row == rows->own || row == rows->peer || row == rows->session || row == rows->ppp;
}

static int check_rows(const struct service *service, const struct question *question,
		      const struct service_answer *answer, struct error *error)
{
	const struct chain_rows *rows = question->session ? &service->ends.session_rows : &service->ends.tunnel_rows;
	enum config_object object = question->session ? CONFIG_SESSION : CONFIG_TUNNEL;
	const struct param_table *table = config_tables[object];

	if (param_set_next(&answer->set, 0) != PARAM_SET_MAX && answer->object != object)
		return error_set(error, ERROR_VALUE, config_tables[answer->object]->object,
				 "the question was about a %s: give its parameters as %s", table->object,
				 table->object);
	for (unsigned int row = 0; row < table->count; row++) {
		const struct param *param = &table->params[row];

		if (!param_set_has(&answer->set, row))
			continue;
		if (param->flags & (PARAM_KEY | PARAM_NAME))
			return error_set(error, ERROR_IMMUTABLE, param->name,
					 "%s names the object: an answer cannot change it", param->name);
		if (names_profile(rows, row))
			return error_set(error, ERROR_IMMUTABLE, param->name,
					 "%s is settled before the authorizer is asked: give the parameters themselves",
					 param->name);
		if (param->flags & (PARAM_DELETE | PARAM_READ_FILE))
			return error_set(error, ERROR_VALUE, param->name, "%s is not for answers: leave it out",
					 param->name);
		if (!question->session && !(param->flags & PARAM_LIVE))
			return error_set(error, ERROR_IMMUTABLE, param->name,
					 "%s cannot be changed while the tunnel exists", param->name);
	}
	return rules_version(object, question->tunnel->config.version, &answer->set, error);
}

/* These rows are the authorizer's from now on. */
static void decide(struct provenance *provenance, const struct param_set *set)
{
	rows_join(&provenance->authorizer, set);
	for (unsigned int i = 0; i < sizeof(set->bits) / sizeof(set->bits[0]); i++) {
		provenance->named.bits[i] &= ~set->bits[i];
		provenance->fallback.bits[i] &= ~set->bits[i];
	}
}

static int change_tunnel(struct service *service, struct tunnel *tunnel, const struct service_answer *answer,
			 struct error *error)
{
	struct tunnel_config config = tunnel->config;
	struct provenance provenance = tunnel->provenance;

	rows_overlay(config_tables[CONFIG_TUNNEL], &config, &answer->config.tunnel, &answer->set);
	decide(&provenance, &answer->set);
	if (rules_tunnel(&config, &provenance.explicit_rows, error) < 0)
		return -1;
	return tunnel_change(service, tunnel, &config, &provenance, service->now, error);
}

/* The datapath does not have it yet, so that all of it can be changed. */
static int change_session(struct service *service, struct session *session, const struct service_answer *answer,
			  struct error *error)
{
	struct provenance provenance = *session_provenance(session);
	struct session_config before, config;

	session_compose(session, &before);
	config = before;
	rows_overlay(config_tables[CONFIG_SESSION], &config, &answer->config.session, &answer->set);
	decide(&provenance, &answer->set);
	if (rules_session(session->tunnel, &config, &provenance.explicit_rows, error) < 0 ||
	    session_settle(service, session, &config, &provenance, error) < 0)
		return -1;
	if (session->device)
		memcpy(session->device->ifname, config.interface_name, sizeof(session->device->ifname));
	state_session_modified(service, session, &before);
	return 0;
}

static int accept_with(struct service *service, struct question *question, const struct service_answer *answer,
		  struct error *error)
{
	int ret;

	if (check_rows(service, question, answer, error) < 0)
		return -1;
	ret = question->session ? change_session(service, question->session, answer, error) :
				  change_tunnel(service, question->tunnel, answer, error);
	if (ret == 0)
		release(service, question);
	return ret;
}

static struct question *find_question(const struct authorizer *authorizer, uint64_t id)
{
	struct question *question;

	DL_FOREACH(authorizer->asked, question)		/* at most SERVICE_QUESTIONS_MAX */
		if (question->id == id)
			return question;
	return NULL;
}

int service_answer(struct service *service, uint64_t id, const struct service_answer *answer, uint64_t now,
		   struct error *error)
{
	struct question *question = find_question(&service->authorizer, id);
	char reason[SERVICE_ANSWER_REASON_MAX + 64];

	service_start(service, now);
	if (!question)
		return error_set(error, ERROR_UNKNOWN, "id",
				 "there is no such question (any more): answer within authorizer_timeout");
	service->authorizer.last_answer = now;
	if (answer->accept)
		return accept_with(service, question, answer, error);
	snprintf(reason, sizeof(reason), "refused by the authorizer%s%s", answer->reason[0] ? ": " : "",
		 answer->reason);
	text_make_printable(reason);
	refuse(service, question, reason, false);
	return 0;
}
