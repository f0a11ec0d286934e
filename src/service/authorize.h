/* SPDX-License-Identifier: MIT */
/*
 * Asking somebody outside whether a tunnel or session may be.
 *
 * One who asks to be asked (an authorizer) is given a question for each new tunnel or session, whose
 * packets do not pass until the answer: accepted, perhaps with parameters, or refused with a reason.
 * When there is no answer within system authorizer_timeout, authorizer_silent says what becomes of it;
 * when there is no authorizer at all, authorizer_absent does.  What was refused because nobody answered is
 * asked anew when an authorizer comes.
 *
 * A session is only asked about when its tunnel has been accepted.  What exists already is not asked about.
 */
#ifndef L2TPD_SERVICE_AUTHORIZE_H
#define L2TPD_SERVICE_AUTHORIZE_H

#include "service/service.h"

#define SERVICE_QUESTIONS_MAX 64	/* that are asked and not answered yet; others wait for their turn */
#define SERVICE_ANSWER_REASON_MAX 160

struct service_question {
	uint64_t id;			/* at random, 1..INT64_MAX: who knows it was asked */
	handle tunnel;
	handle session;			/* HANDLE_NONE: it is about the tunnel */
};

struct service_answer {
	bool accept;
	char reason[SERVICE_ANSWER_REASON_MAX];	/* of a refusal, for people; "" none */
	/* accepted: rows that take precedence over all others, of the tunnel's table those that are live, of
	 * the session's all but the keys */
	enum config_object object;	/* CONFIG_TUNNEL or CONFIG_SESSION: what the rows are of */
	union any_config config;
	struct param_set set;
};

/* From now on ask about tunnels, or sessions, or no more.  What nobody will answer now is dealt with as
 * authorizer_silent says.  -1: out of memory, nothing has changed. */
int service_set_authorizers(struct service *service, bool tunnels, bool sessions, uint64_t now, struct error *error);
/* The next question; its time begins now. False: there is none, or too many are unanswered. */
bool service_next_question(struct service *service, struct service_question *question, uint64_t now);
/* Would service_next_question() have one? */
bool service_has_question(const struct service *service);
/* The answer to a question. -1: there is no such question (any more), or the answer makes no sense: then
 * the question stays open until its time is over. */
int service_answer(struct service *service, uint64_t id, const struct service_answer *answer, uint64_t now,
		   struct error *error);

#endif
