/* SPDX-License-Identifier: MIT */
/*
 * Who knows the users (room aaa) and the service: the pools, files and servers that are configured, the time, what
 * comes from RADIUS servers and goes there.
 */
#ifndef L2TPD_SERVICE_AAA_H
#define L2TPD_SERVICE_AAA_H

#include "aaa/pool.h"
#include "aaa/radius.h"
#include "aaa/users.h"
#include "service/session_ppp.h"

#define AAA_ID_MAX 24			/* of Acct-Session-Id, with the NUL */

/* -1: out of memory. */
int aaa_begin(struct service *service);
void aaa_end(struct service *service);
/* Profiles may have changed: pools and servers as they say. */
void aaa_update(struct service *service);
/* The daemon is about to end: servers are told. */
void aaa_stop(struct service *service);
/* Returns whether there were any events. */
bool aaa_take_events(struct service *service);
void aaa_expire(struct service *service);
uint64_t aaa_deadline(const struct service *service);
/* What was saved since the last time shall last. */
void aaa_commit(struct service *service);
/* Requests that servers which live have not answered yet. */
uint32_t aaa_outstanding(const struct service *service);

/* What a RADIUS server is told of a session, with the room for it. */
struct aaa_session {
	struct radius_session session;
	struct radius_tunnel tunnel;
	struct session_config config;
	char id[AAA_ID_MAX], port_id[2 * CONFIG_NAME_MAX + 24], peer[ADDRESS_TEXT_MAX], line[24];
};
/* user_name NULL: that of the credentials. Returns &described->session. */
const struct radius_session *aaa_describe(const struct service *service, const struct session_ppp *ppp,
					  const char *user_name, struct aaa_session *described);
const char *aaa_id(const struct service *service, const struct session_ppp *ppp, char id[AAA_ID_MAX]);

/* --- dynamic.c --- */
/* A server wants a session changed, or ended. */
void dynamic_request(struct service *service, const struct radius_event *event);

#endif
