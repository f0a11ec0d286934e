/* SPDX-License-Identifier: MIT */
/*
 * See authenticate.h.
 *
 * A user that nobody knows is verified all the same, with a secret that nobody has, and refused with the same words.
 * Who guesses at a name waits before anything is verified, whoever is right; who guesses at many names waits for the
 * refusals: others behind the same LAC come in meanwhile.
 */
#include "service/authenticate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aaa/users.h"
#include "base/text.h"
#include "service/aaa.h"
#include "service/ppp_settings.h"
#include "service/subscriber.h"
#include "service/trace.h"

#define CREDENTIALS_MAX (PPP_NAME_MAX + 256 + CREDENTIALS_EAP_MAX)	/* octets of a copy */

enum asking_phase {
	ASKING_LATER,			/* to be verified when its time has come */
	ASKING_SERVER,			/* a RADIUS server is asked, or will be again (EAP) */
	ASKING_REFUSAL,			/* it will be refused when its time has come */
};

struct authentication {
	struct session_ppp *ppp;
	enum asking_phase phase;
	bool again;
	handle radius;			/* SERVER */
	struct deadline deadline;	/* LATER, REFUSAL */
	struct credentials_verdict verdict;	/* REFUSAL */
	char name[PPP_NAME_MAX];	/* printable */
	struct credentials credentials;	/* LATER; views of octets */
	size_t length;
	uint8_t octets[];
};

static const char *const method_words[] = {
	[CREDENTIALS_NONE] = "no proof", [CREDENTIALS_PAP] = "PAP", [CREDENTIALS_CHAP_MD5] = "CHAP",
	[CREDENTIALS_MSCHAPV1] = "MS-CHAP", [CREDENTIALS_MSCHAPV2] = "MS-CHAPv2", [CREDENTIALS_EAP] = "EAP",
};

static void name_of(const struct credentials *credentials, char name[PPP_NAME_MAX])
{
	snprintf(name, PPP_NAME_MAX, "%.*s", (int)credentials->name_length, (const char *)credentials->name);
	text_make_printable(name);
}

/* --- who guesses --- */

static uint64_t mix(uint64_t hash, const void *octets, size_t length)
{
	const uint8_t *octet = octets;

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ octet[i]) * UINT64_C(0x100000001b3);
	return hash;
}

/* name "": the peer itself. */
static uint64_t guesser(const struct service *service, const struct session_ppp *ppp, const char *name)
{
	const struct address *peer = &ppp->session->tunnel->peer;
	uint64_t hash = mix(service->slow_down_seed, peer, sizeof(*peer));

	return mix(hash, name, strlen(name)) | 1;
}

static void note_failure(struct service *service, const struct session_ppp *ppp, const char *name)
{
	slow_down_failed(service->slow_down, SLOW_DOWN_NAME, guesser(service, ppp, name), service->now);
	slow_down_failed(service->slow_down, SLOW_DOWN_PEER, guesser(service, ppp, ""), service->now);
}

/* --- what is kept --- */

static void copy(uint8_t **to, const uint8_t **view, size_t length)
{
	memcpy(*to, *view, length);
	*view = *to;
	*to += length;
}

/* credentials NULL: none are kept. NULL: out of memory. */
static struct authentication *keep(struct service *service, struct session_ppp *ppp, enum asking_phase phase,
				   const struct credentials *credentials)
{
	size_t length = credentials ? credentials->name_length + credentials->challenge_length +
					      credentials->response_length : 0;
	struct authentication *asking;
	uint8_t *to;

	if (length > CREDENTIALS_MAX ||
	    deadline_reserve(&service->asking_deadlines, (size_t)service->session_count + 1) < 0)
		return NULL;
	asking = calloc(1, sizeof(*asking) + length);
	if (!asking)
		return NULL;
	asking->ppp = ppp;
	asking->phase = phase;
	asking->length = length;
	ppp->asking = asking;
	if (!credentials)
		return asking;
	asking->credentials = *credentials;
	to = asking->octets;
	copy(&to, &asking->credentials.name, credentials->name_length);
	copy(&to, &asking->credentials.challenge, credentials->challenge_length);
	copy(&to, &asking->credentials.response, credentials->response_length);
	return asking;
}

void authenticate_cancel(struct service *service, struct session_ppp *ppp)
{
	struct authentication *asking = ppp->asking;

	if (!asking)
		return;
	ppp->asking = NULL;
	if (asking->phase == ASKING_SERVER && service->radius)
		radius_cancel(service->radius, asking->radius, service->now);
	deadline_cancel(&service->asking_deadlines, &asking->deadline);
	explicit_bzero(asking, sizeof(*asking) + asking->length);
	free(asking);
}

/* --- the verdict --- */

static void tell(struct service *service, struct session_ppp *ppp, const struct credentials_verdict *verdict,
		 const char *name)
{
	if (verdict->result == CREDENTIALS_ACCEPTED)
		ppp->unasked = false;
	if (verdict->result == CREDENTIALS_ACCEPTED || verdict->result == CREDENTIALS_UNDECIDED)
		session_ppp_note(ppp, NULL);
	ppp_verdict(service->ppp, ppp->link, verdict, name, service->now);
}

static void log_refusal(struct service *service, struct session_ppp *ppp, const char *name,
			enum credentials_method method, const char *why)
{
	char label[SESSION_LABEL_MAX], peer[ADDRESS_TEXT_MAX], note[ERROR_TEXT_MAX];

	service->refused_users++;
	snprintf(note, sizeof(note), "user %s is refused: %s", name, why);
	session_ppp_note(ppp, note);
	address_format(&ppp->session->tunnel->peer, peer, sizeof(peer));
	log_limited_about(&service->refusals, service->now, LOG_LEVEL_WARNING, ABOUT_SESSION(ppp->session),
			  "%s: user %s at %s is refused (%s): %s", session_label(ppp->session, label), name, peer,
			  method_words[method], why);
}

/* The peer waits, the longer the more often somebody there was wrong. */
static void refuse(struct service *service, struct session_ppp *ppp, const char *name,
		   enum credentials_method method, const struct credentials_verdict *verdict, const char *why)
{
	uint64_t wait = slow_down_wait(service->slow_down, SLOW_DOWN_PEER, guesser(service, ppp, ""), service->now);
	struct authentication *asking;

	log_refusal(service, ppp, name, method, why);
	authenticate_cancel(service, ppp);
	asking = wait ? keep(service, ppp, ASKING_REFUSAL, NULL) : NULL;
	if (!asking) {
		tell(service, ppp, verdict, name);
		return;
	}
	asking->verdict = *verdict;
	asking->verdict.eap = NULL;	/* it is not kept: the engine says the same in its own words */
	asking->verdict.eap_length = 0;
	snprintf(asking->name, sizeof(asking->name), "%s", name);
	deadline_set(&service->asking_deadlines, &asking->deadline, service->now + wait);
}

/* Another session of this name; NULL: there is none. */
static struct session *another(const struct service *service, const struct session_ppp *ppp, const char *name)
{
	struct session *oldest = subscriber_oldest(service, name);

	if (!oldest || oldest->ppp != ppp)
		return oldest;
	return ppp->subscriber_next ? ppp->subscriber_next->session : NULL;
}

/* One session per user, or as many as were granted. Returns why it may not come in; NULL: it may. */
static const char *crowded(struct service *service, struct session_ppp *ppp, const struct grant *grant,
			   const char *name)
{
	int policy = ppp_profile_of(ppp->terms)->one_session;
	uint32_t most = policy == CONFIG_ONE_SESSION_ANY ? grant->port_limit : 1, there;
	struct session *other;

	there = subscriber_sessions(service, name);
	if (ppp->subscriber && strcmp(ppp->subscriber->name, name) == 0)
		there--;
	if (!most || there < most)
		return NULL;
	if (policy != CONFIG_ONE_SESSION_REPLACE)
		return "the user has as many sessions as it may have";
	while ((other = another(service, ppp, name)))
		session_ppp_make_way(service, other, TERMINATE_PORT_PREEMPTED,
				     "the user has opened another session (one_session=replace)");
	return NULL;
}

static void reject_with(struct credentials_verdict *verdict, const char *message)
{
	explicit_bzero(verdict, sizeof(*verdict));
	verdict->result = CREDENTIALS_REJECTED;
	snprintf(verdict->message, sizeof(verdict->message), "%s", message);
}

/* Who negotiated LCP anew may be somebody else now. */
static bool is_another(const struct session_ppp *ppp, const char *name)
{
	return ppp->subscriber && strcmp(ppp->subscriber->name, name) != 0;
}

static void let_in(struct service *service, struct session_ppp *ppp, const char *name, enum credentials_method method,
		   struct credentials_verdict *verdict, const struct grant *grant)
{
	const char *why = crowded(service, ppp, grant, name);
	struct packed *kept = NULL;

	if (!why && is_another(ppp, name))
		session_ppp_leave(service, ppp->session);
	if (!why && (!packed_make(grant, sizeof(*grant), &kept) || !subscriber_enter(service, ppp, name)))
		why = "out of memory";
	if (why) {
		packed_free(kept);
		reject_with(verdict, why);
		refuse(service, ppp, name, method, verdict, why);
		return;
	}
	packed_free(ppp->grant);
	ppp->grant = kept;
	slow_down_succeeded(service->slow_down, SLOW_DOWN_NAME, guesser(service, ppp, name));
	authenticate_cancel(service, ppp);
	tell(service, ppp, verdict, name);
}

/* --- the files of secrets --- */

static void ask_files(struct service *service, struct session_ppp *ppp, const struct credentials *credentials,
		      bool again)
{
	enum users_file file = credentials->method == CREDENTIALS_PAP ? USERS_PAP : USERS_CHAP;
	const char *server = ppp->terms->key.settings.local_name;
	struct credentials_verdict verdict;
	struct users_found found;
	char name[PPP_NAME_MAX];
	struct grant grant;
	struct error error;
	bool known;

	name_of(credentials, name);
	if (file == USERS_PAP && !users_count(service->users, USERS_PAP))
		file = USERS_CHAP;
	known = users_find(service->users, file, credentials->name, credentials->name_length, server, &found, &grant,
			   &error) == 0;
	ppp_verify(credentials, known ? found.secret : NULL, found.length, &verdict);
	users_forget(&found);
	if (verdict.result == CREDENTIALS_ACCEPTED) {
		if (!again || is_another(ppp, name))
			let_in(service, ppp, name, credentials->method, &verdict, &grant);
		else
			tell(service, ppp, &verdict, name);
	} else {
		note_failure(service, ppp, name);
		refuse(service, ppp, name, credentials->method, &verdict, known ? "wrong password" : error.text);
	}
	explicit_bzero(&verdict, sizeof(verdict));
}

/* --- RADIUS --- */

/* In the network phase a peer is challenged only anew. */
static bool is_in(const struct service *service, const struct session_ppp *ppp)
{
	struct ppp_info info;

	return ppp_info(service->ppp, ppp->link, &info) == 0 && info.phase == PPP_NETWORK;
}

/* That nobody can be asked is no fault of who was let in before. */
static void stay(struct service *service, struct session_ppp *ppp, const char *name, const char *why)
{
	const struct credentials_verdict undecided = { .result = CREDENTIALS_UNDECIDED };
	char label[SESSION_LABEL_MAX];

	service->skipped_challenges++;
	if (!ppp->unasked)
		log_limited_about(&service->refusals, service->now, LOG_LEVEL_WARNING, ABOUT_SESSION(ppp->session),
				  "%s: whether user %s may stay was not answered, so it does, and is challenged again "
				  "after chap_interval: %s", session_label(ppp->session, label), name, why);
	ppp->unasked = true;
	authenticate_cancel(service, ppp);
	tell(service, ppp, &undecided, name);
}

static void no_answer(struct service *service, struct session_ppp *ppp, const char *name,
		      enum credentials_method method, const char *why)
{
	struct credentials_verdict verdict;

	if (is_in(service, ppp)) {
		stay(service, ppp, name, why);
		return;
	}
	reject_with(&verdict, "nobody can be asked at the moment");
	refuse(service, ppp, name, method, &verdict, why);
}

static void ask_server(struct service *service, struct session_ppp *ppp, const struct credentials *credentials,
		       bool again)
{
	const struct ppp_profile_config *profile = ppp_profile_of(ppp->terms);
	struct aaa_session described;
	const struct radius_request request = {
		.servers = profile->radius_servers,
		.session = aaa_describe(service, ppp, NULL, &described),
		.credentials = credentials,
		.conversation = ppp->asking ? ppp->asking->radius : HANDLE_NONE,
	};
	struct authentication *asking = ppp->asking;
	char name[PPP_NAME_MAX];
	struct error error;

	name_of(credentials, name);
	if (!service->radius) {
		no_answer(service, ppp, name, credentials->method,
			  "there is no RADIUS server: radius create makes one");
		return;
	}
	if (!asking)
		asking = keep(service, ppp, ASKING_SERVER, NULL);
	if (!asking) {
		no_answer(service, ppp, name, credentials->method, "out of memory");
		return;
	}
	asking->again = again;
	asking->credentials.method = credentials->method;
	snprintf(asking->name, sizeof(asking->name), "%s", name);
	if (radius_ask(service->radius, &request, (void *)(uintptr_t)ppp->session->handle, &asking->radius,
		       service->now, &error) < 0)
		no_answer(service, ppp, name, credentials->method, error.text);
}

void authenticate_answer(struct service *service, const struct radius_event *event)
{
	struct session *session = handle_get(&service->session_handles, (handle)(uintptr_t)event->owner);
	struct session_ppp *ppp = session ? session->ppp : NULL;
	struct credentials_verdict verdict;
	enum credentials_method method;
	char name[PPP_NAME_MAX];

	if (!ppp || !ppp->asking || ppp->asking->phase != ASKING_SERVER || ppp->asking->radius != event->request)
		return;
	method = ppp->asking->credentials.method;
	snprintf(name, sizeof(name), "%s", event->user_name ? event->user_name : ppp->asking->name);
	if (event->kind == RADIUS_EVENT_FAILURE) {
		ppp->asking->radius = HANDLE_NONE;
		no_answer(service, ppp, name, method, event->text);
		return;
	}
	verdict = *event->verdict;
	if (verdict.result == CREDENTIALS_CONTINUE) {
		tell(service, ppp, &verdict, NULL);
		return;
	}
	ppp->asking->radius = HANDLE_NONE;
	if (verdict.result == CREDENTIALS_REJECTED) {
		note_failure(service, ppp, name);
		refuse(service, ppp, name, method, &verdict, "the RADIUS server refuses it");
	} else if (ppp->asking->again && !is_another(ppp, name)) {
		authenticate_cancel(service, ppp);
		tell(service, ppp, &verdict, name);
	} else {
		ppp->by_radius = true;
		let_in(service, ppp, name, method, &verdict, event->grant);
	}
	explicit_bzero(&verdict, sizeof(verdict));
}

/* --- for the others --- */

static void verify(struct service *service, struct session_ppp *ppp, const struct credentials *credentials, bool again)
{
	if (ppp_profile_of(ppp->terms)->use_radius)
		ask_server(service, ppp, credentials, again);
	else
		ask_files(service, ppp, credentials, again);
}

void authenticate_begin(struct service *service, struct session_ppp *ppp, const struct credentials *credentials,
			bool again)
{
	struct authentication *asking;
	char name[PPP_NAME_MAX];
	uint64_t wait;

	if (!again)
		ppp->stage = SESSION_PPP_ASKING;
	if (ppp->asking && (ppp->asking->phase != ASKING_SERVER || credentials->method != CREDENTIALS_EAP))
		authenticate_cancel(service, ppp);
	name_of(credentials, name);
	wait = ppp->asking ? 0 : slow_down_wait(service->slow_down, SLOW_DOWN_NAME, guesser(service, ppp, name),
						service->now);
	asking = wait ? keep(service, ppp, ASKING_LATER, credentials) : NULL;
	if (!asking) {
		verify(service, ppp, credentials, again);
		return;
	}
	asking->again = again;
	deadline_set(&service->asking_deadlines, &asking->deadline, service->now + wait);
}

static void due(struct service *service, struct authentication *asking)
{
	struct session_ppp *ppp = asking->ppp;

	ppp->asking = NULL;		/* it is ours now */
	if (asking->phase == ASKING_REFUSAL)
		tell(service, ppp, &asking->verdict, asking->name);
	else
		verify(service, ppp, &asking->credentials, asking->again);
	explicit_bzero(asking, sizeof(*asking) + asking->length);
	free(asking);
}

void authenticate_expire(struct service *service)
{
	struct deadline *first;

	while ((first = deadline_first(&service->asking_deadlines)) && first->when <= service->now) {
		deadline_cancel(&service->asking_deadlines, first);
		due(service, container_of(first, struct authentication, deadline));
	}
}
