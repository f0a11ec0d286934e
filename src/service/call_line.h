/* SPDX-License-Identifier: MIT */
/*
 * The line behind the LAC of a call, of which the two ends tell each other while the call is up: the LAC its errors
 * (WEN, RFC 2661 section 6.13), the LNS which control characters LCP has agreed to escape on it (SLI, section 6.14).
 *
 * Nothing is kept for a call of which nothing was told.
 */
#ifndef L2TPD_SERVICE_CALL_LINE_H
#define L2TPD_SERVICE_CALL_LINE_H

#include "control/control.h"
#include "service/service.h"

struct session;
struct session_call;

/* The call begins or ends: what was told before is of another. */
void call_line_forget(struct session_call *call);
/* It is up. message: what the LAC said last, NULL: nothing. */
void call_line_begin(struct session_call *call, const struct message *message);
/* The peer told: kept for who looks, and an event when it is news. */
void call_line_heard(struct service *service, struct session *session, const struct control_event *event);
/* LCP of ours is open with these: the LAC is told, unless it goes by them already.  Nothing happens where we are it. */
void call_line_agreed(struct service *service, struct session *session, const struct avp_accm *accm);
/* The deadline of a call that is up: errors may be told now. */
void call_line_due(struct service *service, struct session_call *call);
/* What the peer told; NULL: nothing. */
const struct service_call_reports *call_line_reports(const struct session_call *call);

#endif
