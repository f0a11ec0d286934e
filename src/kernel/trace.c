/* SPDX-License-Identifier: MIT */
/*
 * What the kernel's trace points tell, as events of the service, for whoever listens to them.
 */
#include <inttypes.h>
#include <stdio.h>

#include "kernel/internal.h"

static void name_session(const struct kernel_session *session, struct service_event_kernel *about)
{
	snprintf(about->name, sizeof(about->name), "sess %" PRIu32 "/%" PRIu32, session->tunnel->by_id.id,
		 session->id);
}

void trace_tunnel(const struct kernel *kernel, enum service_event_kind kind, const struct kernel_tunnel *tunnel)
{
	struct service_event_kernel about = {
		.fd = tunnel->fd, .tid = tunnel->by_id.id, .ptid = tunnel->peer_id,
		.version = tunnel->version, .encap = tunnel->encap,
	};

	if (!service_kernel_is_heard(kernel->service))
		return;
	snprintf(about.name, sizeof(about.name), "tunl %" PRIu32, tunnel->by_id.id);
	service_kernel_event(kernel->service, kind, &about, tunnel->service, tunnel->space->netns);
}

void trace_session(const struct kernel *kernel, enum service_event_kind kind, const struct kernel_session *session)
{
	const struct kernel_tunnel *tunnel = session->tunnel;
	struct service_event_kernel about = {
		.tid = tunnel->by_id.id, .ptid = tunnel->peer_id, .sid = session->id, .psid = session->peer_id,
		.pwtype = session->pw_type,
	};

	if (!service_kernel_is_heard(kernel->service))
		return;
	name_session(session, &about);
	service_kernel_event(kernel->service, kind, &about, tunnel->service, tunnel->space->netns);
}

_Static_assert(SERVICE_EVENT_SESSION_PKT_OOS - SERVICE_EVENT_SESSION_SEQNUM_LNS_ENABLE == DATAPATH_PKT_OOS,
	       "both are in one order");

void kernel_datapath_event(struct kernel *kernel, const struct datapath_event *event)
{
	enum service_event_kind kind = SERVICE_EVENT_SESSION_SEQNUM_LNS_ENABLE + (unsigned int)event->sequence.what;
	struct service_event_kernel about = service_event_sequence(event);
	handle found = service_session_of_event(kernel->service, event);
	const struct kernel_session *session;

	HASH_FIND(by_service, kernel->carried, &found, sizeof(found), session);
	if (!session)
		return;
	name_session(session, &about);
	service_kernel_event(kernel->service, kind, &about, session->tunnel->service, session->tunnel->space->netns);
}
