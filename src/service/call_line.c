/* SPDX-License-Identifier: MIT */
/* See call_line.h. */
#include "service/call_line.h"

#include <stdlib.h>
#include <string.h>

#include "service/session_call.h"
#include "service/state.h"
#include "service/trace.h"

#define ACCM_DEFAULT 0xffffffffU	/* what a LAC goes by until it is told: RFC 2661 section 4.4.6 */
#define ERRORS_EVERY_MS 60000		/* WEN, at most: section 6.13 */

struct call_line {
	struct service_call_reports heard;	/* from the peer */
	struct avp_accm accm;			/* we are the LNS: what the LAC goes by, unless it is unsure */
	/* we are the LAC */
	struct avp_call_errors errors, told;	/* until now; the last WEN's */
	uint64_t told_at;			/* 0: there was none */
};

void call_line_forget(struct session_call *call)
{
	free(call->line);
	call->line = NULL;
	call->line_is_unsure = false;
}

static struct call_line *line_of(struct session_call *call)
{
	if (call->line)
		return call->line;
	call->line = calloc(1, sizeof(*call->line));
	if (call->line)
		call->line->accm = (struct avp_accm){ ACCM_DEFAULT, ACCM_DEFAULT };
	return call->line;
}

const struct service_call_reports *call_line_reports(const struct session_call *call)
{
	return call->line ? &call->line->heard : NULL;
}

/* A LAC that has negotiated LCP itself may go by what it agreed to then. */
void call_line_begin(struct session_call *call, const struct message *message)
{
	call->line_is_unsure = message && (message_has(message, AVP_LAST_SENT_LCP_CONFREQ) ||
					   message_has(message, AVP_LAST_RECEIVED_LCP_CONFREQ));
}

/* --- the peer tells --- */

void call_line_heard(struct service *service, struct session *session, const struct control_event *event)
{
	bool errors = event->kind == CONTROL_EVENT_CALL_ERRORS;
	struct service_call_reports now = { .has_errors = errors, .has_accm = !errors }, *heard;
	struct call_line *line = line_of(session->call);
	bool news;

	trace_session(service, session, TRACE_FUNC, "%s of the peer is kept", errors ? "WEN" : "SLI");
	if (!line || !event->message)
		return;
	heard = &line->heard;
	if (errors) {
		now.errors = event->message->call_errors;
		news = !heard->has_errors || memcmp(&heard->errors, &now.errors, sizeof(now.errors)) != 0;
		heard->errors = now.errors;
	} else {
		now.accm = event->message->accm;
		news = !heard->has_accm || memcmp(&heard->accm, &now.accm, sizeof(now.accm)) != 0;
		heard->accm = now.accm;
	}
	heard->has_errors |= errors;
	heard->has_accm |= !errors;
	if (news)
		event_session_line(service, session, &now);
}

/* --- we tell: the LNS --- */

void call_line_agreed(struct service *service, struct session *session, const struct avp_accm *accm)
{
	static const struct avp_accm defaults = { ACCM_DEFAULT, ACCM_DEFAULT };
	struct session_call *call = session->call;
	const struct avp_accm *known;

	if (!call || call->phase != CALL_UP || !session_call_is_lns(call))
		return;
	known = call->line ? &call->line->accm : &defaults;
	if (!call->line_is_unsure && known->send == accm->send && known->receive == accm->receive)
		return;
	control_call_link(service->control, call->control, accm);
	if (!line_of(call))
		return;
	call->line->accm = *accm;
	call->line_is_unsure = false;
}

/* --- we tell: the LAC --- */

static void tell_errors(struct service *service, struct session_call *call)
{
	struct call_line *line = call->line;

	control_call_errors(service->control, call->control, &line->errors);
	line->told = line->errors;
	line->told_at = service->now;
}

void call_line_due(struct service *service, struct session_call *call)
{
	struct call_line *line = call->line;

	if (line && memcmp(&line->told, &line->errors, sizeof(line->errors)) != 0)
		tell_errors(service, call);
}

static void report_errors(struct service *service, struct session_call *call, const struct avp_call_errors *errors)
{
	struct call_line *line = call->line;
	uint64_t due = line->told_at + ERRORS_EVERY_MS;

	line->errors = *errors;
	if (!line->told_at || due <= service->now)
		call_line_due(service, call);
	else if (!call->deadline.place)
		deadline_set(&service->call_deadlines, &call->deadline, due);
}

/* Whose PPP is elsewhere: ours knows better what was agreed. */
static int may_report(const struct session *session, bool errors, struct error *error)
{
	const struct session_call *call = session->call;

	if (!call || call->phase != CALL_UP || session->authorization == AUTHORIZATION_REFUSED)
		return error_set(error, ERROR_VALUE, NULL, "it is no call that is up: there is nobody to tell");
	if (errors == session_call_is_lns(call))
		return error_set(error, ERROR_VALUE, NULL, errors ?
				 "we are the LNS: it is the LAC that tells of errors (WEN)" :
				 "we are the LAC: it is the LNS that tells what is escaped (SLI)");
	if (!errors && session->ppp)
		return error_set(error, ERROR_VALUE, NULL, "its PPP is l2tpd's, which tells it itself");
	return 0;
}

int service_report_errors(struct service *service, handle reported, const struct avp_call_errors *errors, uint64_t now,
			  struct error *error)
{
	struct session *session = handle_get(&service->session_handles, reported);

	service_start(service, now);
	if (!session)
		return error_set(error, ERROR_UNKNOWN, NULL, "it is gone");
	if (may_report(session, true, error) < 0)
		return -1;
	if (!line_of(session->call))
		return service_no_memory(error);
	report_errors(service, session->call, errors);
	return 0;
}

int service_report_accm(struct service *service, handle reported, const struct avp_accm *accm, uint64_t now,
			struct error *error)
{
	struct session *session = handle_get(&service->session_handles, reported);

	service_start(service, now);
	if (!session)
		return error_set(error, ERROR_UNKNOWN, NULL, "it is gone");
	if (may_report(session, false, error) < 0)
		return -1;
	call_line_agreed(service, session, accm);
	return 0;
}
