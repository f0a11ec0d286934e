/* SPDX-License-Identifier: MIT */
/*
 * Whether a peer is who it says it is: the files of secrets are asked, or a RADIUS server, and the engine of PPP is
 * told.  Who guesses has to wait, and learns nothing from how long an answer takes.
 */
#ifndef L2TPD_SERVICE_AUTHENTICATE_H
#define L2TPD_SERVICE_AUTHENTICATE_H

#include "aaa/radius.h"
#include "service/session_ppp.h"

/* A peer offers these. The answer may be given at once, or any time. */
void authenticate_begin(struct service *service, struct session_ppp *ppp, const struct credentials *credentials,
			bool again);
/* Nobody waits for the answer any more. */
void authenticate_cancel(struct service *service, struct session_ppp *ppp);
/* What a RADIUS server answered, or that none did. */
void authenticate_answer(struct service *service, const struct radius_event *event);
void authenticate_expire(struct service *service);

/* --- slow_down.c: guessing takes time --- */
#define SLOW_DOWN_PLACES 4096		/* of each kind that are remembered */
enum slow_down_kind { SLOW_DOWN_NAME, SLOW_DOWN_PEER, SLOW_DOWN_KINDS };
struct slow_down {
	struct slow_down_place { uint64_t key, until; uint32_t failures; } places[SLOW_DOWN_KINDS][SLOW_DOWN_PLACES];
};
/* ms that an answer must wait for; key: any odd hash of whom it is about. */
uint64_t slow_down_wait(const struct slow_down *slow, enum slow_down_kind kind, uint64_t key, uint64_t now);
void slow_down_failed(struct slow_down *slow, enum slow_down_kind kind, uint64_t key, uint64_t now);
void slow_down_succeeded(struct slow_down *slow, enum slow_down_kind kind, uint64_t key);

#endif
