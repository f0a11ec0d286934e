/* SPDX-License-Identifier: MIT */
/*
 * The authorizer's stream of questions, and its answers, which come over another connection.  There is one
 * authorizer at a time; it is one for as long as its call lasts.
 */
#include "manage/authorizer.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "manage/field.h"
#include "manage/interface.h"
#include "manage/json.h"
#include "manage/server.h"
#include "service/authorize.h"

#define QUESTIONS_AT_ONCE 16	/* in one reply; each is about as large as a shown tunnel and session */

/* --- questions --- */

static enum call_step register_call(struct call *call, json_t **error)
{
	struct manage *manage = call->manage;
	bool tunnels = false, sessions = false;
	struct error failure = { 0 };

	if (!call_flag(call, "tunnels", &tunnels, error) || !call_flag(call, "sessions", &sessions, error))
		return CALL_LAST;
	if (!tunnels && !sessions) {
		error_set(&failure, ERROR_MISSING, "tunnels", "set tunnels, sessions or both: there is nothing to ask");
		return call_fail(&failure, error);
	}
	if (manage->authorizer) {
		error_set(&failure, ERROR_EXISTS, NULL, "there is an authorizer: pid %d (uid %u)",
			  (int)manage->authorizer->caller.pid, (unsigned int)manage->authorizer->caller.uid);
		return call_fail(&failure, error);
	}
	if (service_set_authorizers(call->service, tunnels, sessions, call->host->now(), &failure) < 0)
		return call_fail(&failure, error);
	manage->authorizer = call;
	log_info("pid %d (uid %u) is the authorizer of %s%s%s", (int)call->caller.pid, (unsigned int)call->caller.uid,
		 tunnels ? "tunnels" : "", tunnels && sessions ? " and " : "", sessions ? "sessions" : "");
	return CALL_REPLY;
}

static void emit_object(struct call *call, struct emit *emit, const char *name, enum config_object object, handle which)
{
	struct field_view view = { .object = object };
	int ret = object == CONFIG_TUNNEL ? service_tunnel_view(call->service, which, &view.tunnel) :
					    service_session_view(call->service, which, &view.session);

	if (ret < 0)
		return;
	emit_member(emit, name);
	show_object(call, &view, NULL, emit);
}

static void emit_question(struct call *call, struct emit *emit, const struct service_question *question)
{
	emit_open(emit, '{');
	emit_unsigned_member(emit, "id", question->id);
	emit_object(call, emit, "tunnel", CONFIG_TUNNEL, question->tunnel);
	if (question->session != HANDLE_NONE)
		emit_object(call, emit, "session", CONFIG_SESSION, question->session);
	emit_close(emit, '}');
}

static enum call_step register_step(struct call *call, struct emit *result, json_t **error)
{
	struct service_question question;
	enum call_step step = CALL_REPLY;
	unsigned int told = 0;

	if (call->manage->authorizer != call)
		step = register_call(call, error);
	if (*error)
		return CALL_LAST;
	call->waits_for = MANAGE_QUESTIONS;
	if (call->position && !service_has_question(call->service))
		return CALL_WAIT;
	emit_open_member(result, "questions", '[');
	/* the first reply has none, so that who registers knows at once that he is in */
	while (call->position && told < QUESTIONS_AT_ONCE &&
	       service_next_question(call->service, &question, call->host->now())) {
		emit_question(call, result, &question);
		told++;
	}
	emit_close(result, ']');
	call->position = 1;
	call->host->changed(call->host->context);	/* deadlines were set */
	return step;
}

/* Nothing but the settling of what this changes is left to do, which the loop does at its next turn. */
static void register_end(struct call *call)
{
	struct manage *manage = call->manage;

	if (manage->authorizer != call)
		return;
	manage->authorizer = NULL;
	if (manage->closing)
		return;
	log_warning("the authorizer has left: pid %d (uid %u)", (int)call->caller.pid, (unsigned int)call->caller.uid);
	service_set_authorizers(call->service, false, false, call->host->now(), NULL);
	call->host->changed(call->host->context);
}

/* --- answers --- */

static bool read_rows(const struct call *call, const char *name, enum config_object object,
		      struct service_answer *answer, struct error *failure)
{
	json_t *rows = json_object_get(call->parameters, name);

	if (!rows || json_is_null(rows))
		return true;
	answer->object = object;
	return json_to_config(config_tables[object], rows, &answer->config, &answer->set, failure) == 0;
}

/* False: *error says what is wrong. */
static bool read_answer(const struct call *call, uint64_t *id, struct service_answer *answer, json_t **error)
{
	const char *reason = "";
	struct error failure = { 0 };

	if (!call_number(call, "id", INT64_MAX, id, error) || !call_flag(call, "accept", &answer->accept, error) ||
	    !call_text(call, "reason", &reason, error))
		return false;
	snprintf(answer->reason, sizeof(answer->reason), "%s", reason);
	if (json_object_get(call->parameters, "tunnel") && json_object_get(call->parameters, "session"))
		error_set(&failure, ERROR_VALUE, "session", "a question is about a tunnel or a session, not both");
	else if (answer->accept && *reason)
		error_set(&failure, ERROR_VALUE, "reason", "a reason is for a refusal");
	else if (!answer->accept && (json_object_get(call->parameters, "tunnel") ||
				     json_object_get(call->parameters, "session")))
		error_set(&failure, ERROR_VALUE, "accept", "parameters are for what is accepted");
	else if (read_rows(call, "tunnel", CONFIG_TUNNEL, answer, &failure) &&
		 read_rows(call, "session", CONFIG_SESSION, answer, &failure))
		return true;
	*error = call_failed(&failure);
	return false;
}

static enum call_step answer_step(struct call *call, struct emit *result, json_t **error)
{
	struct service_answer answer = { .object = CONFIG_TUNNEL };
	struct error failure = { 0 };
	uint64_t id = 0;
	int ret;

	if (!read_answer(call, &id, &answer, error))
		return CALL_LAST;
	ret = service_answer(call->service, id, &answer, call->host->now(), &failure);
	call->host->changed(call->host->context);
	return ret < 0 ? call_fail(&failure, error) : CALL_LAST;
}

void authorizer_settle(struct manage *manage)
{
	if (manage->authorizer && service_has_question(manage->service))
		manage_notify(manage, MANAGE_QUESTIONS);
}

static const char types[] =
	"# May this tunnel be, or this session, when there is one?\n"
	"type Question (\n  id: int,\n  tunnel: Tunnel,\n  session: ?Session\n)\n";

static const struct method methods[] = {
	{ "AuthorizerRegister", ROLE_CHANGE, "(tunnels: ?bool, sessions: ?bool)", "(questions: []Question)",
	  "Be asked whether new tunnels, or sessions, may be, for as long as the call lasts; one client at a time.\n"
	  "Call it with `more`: the first reply has no questions and says that they will come. Answer over another\n"
	  "connection, made for it as idle ones are closed, within authorizer_timeout: until then no packet passes.\n"
	  "At most 64 questions are open.",
	  CONFIG_SYSTEM, CONFIG_SHOW, .step = register_step, .more = true, .end = register_end },
	{ "AuthorizerAnswer", ROLE_CHANGE,
	  "(id: int, accept: bool, reason: ?string, tunnel: ?TunnelConfig, session: ?SessionConfig)", "()",
	  "Answer a question. reason is for who wanted it, when it is refused. Parameters of what is accepted take\n"
	  "precedence over all others: of a tunnel those that can be modified, of a session all but its name and ids;\n"
	  "not the names of profiles, which are settled before.",
	  CONFIG_SYSTEM, CONFIG_MODIFY, .step = answer_step },
	{ .name = NULL },
};

const struct method_table methods_authorizer = { .types = types, .methods = methods };
