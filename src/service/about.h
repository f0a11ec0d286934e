/* SPDX-License-Identifier: MIT */
/*
 * Whom a log line is about: the fields of base/log.h, from tunnels and sessions.  Nothing is copied
 * that can be pointed to: what is filled here holds until the next call of the service.
 */
#ifndef L2TPD_SERVICE_ABOUT_H
#define L2TPD_SERVICE_ABOUT_H

#include "base/log.h"
#include "service/service.h"

/* What log_about() needs, with room for what is no text where it stands. */
struct service_about {
	struct log_about about;
	char peer[ADDRESS_TEXT_MAX];
};

/* Tunnel and session that an event of the datapath speaks of, as far as they exist; else the ids and
 * addresses in it.  Returns &about->about. */
const struct log_about *service_about_event(const struct service *service, const struct datapath_event *event,
					    struct service_about *about);

/* --- for this room --- */
struct tunnel;
struct session;

/* Either may be NULL. Return &about->about. */
const struct log_about *about_object(struct service_about *about, const struct tunnel *tunnel,
				     const struct session *session);
const struct log_about *about_tunnel(struct service_about *about, const struct tunnel *tunnel);
const struct log_about *about_session(struct service_about *about, const struct session *session);

/* For one line: log_about(LOG_LEVEL_INFO, ABOUT_TUNNEL(tunnel), "..."). */
#define ABOUT_TUNNEL(tunnel) about_tunnel(&(struct service_about){ .peer = "" }, tunnel)
#define ABOUT_SESSION(session) about_session(&(struct service_about){ .peer = "" }, session)

#endif
