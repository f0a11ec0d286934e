/* SPDX-License-Identifier: MIT */
/*
 * How tunnels and sessions wait for an authorizer (authorize.c): what the rest of the room needs to know.
 */
#ifndef L2TPD_SERVICE_QUESTION_H
#define L2TPD_SERVICE_QUESTION_H

#include "service/authorize.h"
#include "service/internal.h"

/* Is it to be asked about when it is attached?  Then its packets must not pass: a tunnel's peer is not
 * told to the datapath, a session is not activated. */
bool authorize_wants_tunnel(const struct service *service, const struct tunnel *tunnel);
bool authorize_wants_session(const struct service *service, const struct session *session);
/* Ask; it is wanted, and attached. */
void authorize_tunnel(struct service *service, struct tunnel *tunnel);
void authorize_session(struct service *service, struct session *session);
/* It will be detached: nobody needs to know any more. */
void authorize_forget_tunnel(struct service *service, struct tunnel *tunnel);
void authorize_forget_session(struct service *service, struct session *session);
/* Why a session was refused; "" when it was not. */
const char *authorize_reason(const struct session *session);
/* authorizer_absent may have changed. */
void authorize_absence(struct service *service);
void authorize_expire(struct service *service, uint64_t now);

#endif
