/* SPDX-License-Identifier: MIT */
/*
 * What this room traces, and for whom.  A tunnel's mask is its own and its peer's, a session's is its own
 * and its tunnel's; what belongs to no tunnel is traced by the system's.  Nobody is told of dry runs.
 *
 * What is not traced costs a look at its mask: nothing else of these lines is evaluated.
 */
#ifndef L2TPD_SERVICE_TRACE_H
#define L2TPD_SERVICE_TRACE_H

#include "base/trace.h"
#include "service/about.h"
#include "service/internal.h"

static inline uint32_t trace_mask_system(const struct service *service)
{
	return service->events ? service->system.trace_flags : 0;
}

static inline uint32_t trace_mask_tunnel(const struct service *service, const struct tunnel *tunnel)
{
	if (!service->events)
		return 0;
	return tunnel->config.trace_flags | (tunnel->record ? tunnel->record->trace_flags : 0);
}

static inline uint32_t trace_mask_session(const struct service *service, const struct session *session)
{
	return service->events ? session->trace_flags | trace_mask_tunnel(service, session->tunnel) : 0;
}

/* category, then format and values as of printf() */
#define trace_tunnel(service, tunnel, category, ...) \
	trace(trace_mask_tunnel(service, tunnel), category, ABOUT_TUNNEL(tunnel), __VA_ARGS__)
#define trace_session(service, session, category, ...) \
	trace(trace_mask_session(service, session), category, ABOUT_SESSION(session), __VA_ARGS__)

/* Why a packet was dropped, enum datapath_drop; "" for DATAPATH_DROP_NONE. */
const char *trace_drop_text(int drop);
/* An event of the datapath, for whom it concerns. */
void trace_datapath_event(const struct service *service, const struct datapath_event *event);
/* What the operating system gave them. */
void trace_tunnel_made(const struct service *service, const struct tunnel *tunnel);
void trace_session_made(const struct service *service, const struct session *session);
/* The answer to a look-up: these addresses, or none and the reason. */
void trace_resolved(const struct service *service, const struct tunnel *tunnel, const struct address *addresses,
		    unsigned int count, const char *reason);

#endif
