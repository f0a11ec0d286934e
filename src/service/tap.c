/* SPDX-License-Identifier: MIT */
/*
 * Copies of packets, for captures and for the trace category "data".  An object is tapped once for both,
 * with the larger share of each packet.  Captures see tunnels and sessions by the service's handles, the
 * datapath by its own.
 */
#include <stdio.h>
#include <stdlib.h>

#include "service/trace.h"

#define TRACE_SNAPLEN 1			/* lines say what became of a packet, not what was in it */
#define TRACE_PACKETS_MAX 100		/* lines a second of one object */
#define NS_PER_S 1000000000u

static void tap_again_session(struct service *service, struct session *session);

/* --- what is tapped --- */

static int update(struct service *service, struct tapped *tapped, handle tunnel, handle session, uint32_t trace_flags,
		  struct error *error)
{
	bool traced = service->events && trace_flags & TRACE_DATA;
	uint32_t wanted = traced ? TRACE_SNAPLEN : 0;

	if (tapped->captured > wanted)
		wanted = tapped->captured;
	if (wanted != tapped->told &&
	    datapath_ops(service->dp)->tap(service->dp, tunnel, session, wanted, error) < 0)
		return -1;
	tapped->told = wanted;
	tapped->traced = traced;
	return 0;
}

/* Those whose own trace_flags have the category, when their tunnel's tap begins or ends to serve them. */
static void tap_sessions(struct service *service, const struct tunnel *tunnel)
{
	struct session *session;

	for (session = lookup_session_from(tunnel, 0); session;
	     session = lookup_session_from(tunnel, (uint64_t)session->by_id.id + 1))
		if (session->trace_flags & TRACE_DATA || session->tapped)
			tap_again_session(service, session);
}

int tap_tunnel(struct service *service, struct tunnel *tunnel, uint32_t trace_flags, struct error *error)
{
	bool served = tunnel->tapped.traced;

	if (tunnel->record)
		trace_flags |= tunnel->record->trace_flags;
	service->traced |= trace_flags;
	if (update(service, &tunnel->tapped, tunnel->datapath, HANDLE_NONE, trace_flags, error) < 0)
		return -1;
	if (served != tunnel->tapped.traced)
		tap_sessions(service, tunnel);
	return 0;
}

static int want_tapped(struct session *session, struct error *error)
{
	if (!session->tapped)
		session->tapped = calloc(1, sizeof(*session->tapped));
	return session->tapped ? 0 : service_no_memory(error);
}

/* A tap of its tunnel serves it, too: there are not many. */
int tap_session(struct service *service, struct session *session, uint32_t trace_flags, struct error *error)
{
	struct tunnel *tunnel = session->tunnel;

	service->traced |= trace_flags;
	if (!session->is_told)
		return 0;
	if (tunnel->tapped.traced)
		trace_flags &= ~TRACE_DATA;
	if (!session->tapped && !(trace_flags & TRACE_DATA))
		return 0;
	if (want_tapped(session, error) < 0)
		return -1;
	return update(service, session->tapped, tunnel->datapath, session->datapath, trace_flags, error);
}

static void untraced(struct service *service, const struct log_about *about, const char *label,
		     const struct error *error)
{
	log_limited_about(&service->untraced, service->now, LOG_LEVEL_WARNING, about,
			  "%s: its packets are not traced: %s", label, error->text);
}

static void tap_again_session(struct service *service, struct session *session)
{
	char label[SESSION_LABEL_MAX];
	struct error error;

	if (tap_session(service, session, session->trace_flags, &error) < 0)
		untraced(service, ABOUT_SESSION(session), session_label(session, label), &error);
}

void tap_again(struct service *service, struct tunnel *tunnel)
{
	char label[SESSION_LABEL_MAX];
	struct error error;

	snprintf(label, sizeof(label), "tunnel %s", tunnel->config.tunnel_name);
	if (tap_tunnel(service, tunnel, tunnel->config.trace_flags, &error) < 0)
		untraced(service, ABOUT_TUNNEL(tunnel), label, &error);
}

void tap_new_tunnel(struct service *service, struct tunnel *tunnel)
{
	tunnel->tapped = (struct tapped){ .told = 0 };
	tap_again(service, tunnel);
}

void tap_new_session(struct service *service, struct session *session)
{
	free(session->tapped);
	session->tapped = NULL;
	tap_again_session(service, session);
}

/* For captures: this much, unless the datapath refuses. */
static int capture_tunnel(struct service *service, struct tunnel *tunnel, uint32_t snaplen, struct error *error)
{
	uint32_t before = tunnel->tapped.captured;

	tunnel->tapped.captured = snaplen;
	if (!tap_tunnel(service, tunnel, tunnel->config.trace_flags, error))
		return 0;
	tunnel->tapped.captured = before;
	return -1;
}

static int capture_session(struct service *service, struct session *session, uint32_t snaplen, struct error *error)
{
	uint32_t before;

	if (!session->is_told)
		return error_set(error, ERROR_VALUE, NULL,
				 "the session has no interface yet: capture its tunnel to see what comes");
	if (want_tapped(session, error) < 0)
		return -1;
	before = session->tapped->captured;
	session->tapped->captured = snaplen;
	if (!tap_session(service, session, session->trace_flags, error))
		return 0;
	session->tapped->captured = before;
	return -1;
}

int service_tap(struct service *service, handle tunnel_handle, handle session_handle, uint32_t snaplen,
		struct error *error)
{
	struct tunnel *tunnel = handle_get(&service->tunnel_handles, tunnel_handle);
	struct session *session = handle_get(&service->session_handles, session_handle);

	if (session_handle != HANDLE_NONE)
		return session ? capture_session(service, session, snaplen, error) :
				 error_set(error, ERROR_UNKNOWN, NULL, "the session is gone");
	return tunnel ? capture_tunnel(service, tunnel, snaplen, error) :
			error_set(error, ERROR_UNKNOWN, NULL, "the tunnel is gone");
}

int service_packet_fd(const struct service *service)
{
	return datapath_ops(service->dp)->packet_fd(service->dp);
}

bool service_is_tapped(const struct service *service, handle tunnel_handle, handle session_handle)
{
	const struct tunnel *tunnel = handle_get(&service->tunnel_handles, tunnel_handle);
	const struct session *session = handle_get(&service->session_handles, session_handle);

	if (session_handle != HANDLE_NONE)
		return session && session->tapped && session->tapped->captured;
	return tunnel && tunnel->tapped.captured;
}

/* --- packets --- */

/* One of TRACE_PACKETS_MAX of its second. */
static bool line_allowed(struct tapped *tapped, uint64_t second)
{
	if (tapped->second != second) {
		tapped->second = second;
		tapped->lines = 0;
	}
	if (tapped->lines == TRACE_PACKETS_MAX) {
		tapped->dropped++;
		return false;
	}
	tapped->lines++;
	return true;
}

static void trace_packet(const struct service *service, struct tunnel *tunnel, struct session *session,
			 const struct datapath_packet *packet)
{
	struct tapped *tapped = session && session->tapped && session->tapped->traced ? session->tapped :
									   &tunnel->tapped;
	uint32_t mask = session ? trace_mask_session(service, session) : trace_mask_tunnel(service, tunnel);
	char peer[ENDPOINT_TEXT_MAX];
	struct service_about about;

	if (!(mask & TRACE_DATA) || !line_allowed(tapped, packet->when_ns / NS_PER_S))
		return;
	endpoint_format(&packet->peer, peer, sizeof(peer));
	trace_line_dropped(TRACE_DATA, about_object(&about, tunnel, session), tapped->dropped,
			   "%s %s, %u octets%s%s", packet->outgoing ? "sent to" : "received from", peer, packet->length,
			   packet->held			     ? ", held: it came ahead of its turn" :
			   packet->drop == DATAPATH_DROP_NONE ? "" :
								", dropped: ",
			   packet->held ? "" : trace_drop_text(packet->drop));
	tapped->dropped = 0;
}

/* False when it belongs to what is gone. */
static bool translate(const struct service *service, struct datapath_packet *packet)
{
	struct tunnel *tunnel = lookup_tunnel_by_datapath(service, packet->tunnel);
	struct session *session = lookup_session_by_datapath(service, packet->session);

	if (!tunnel || (packet->session != HANDLE_NONE && !session))
		return false;
	trace_packet(service, tunnel, session, packet);
	packet->tunnel = tunnel->handle;
	packet->session = session ? session->handle : HANDLE_NONE;
	return true;
}

int service_packets(struct service *service, struct datapath_packet *packets, int max)
{
	int count = datapath_ops(service->dp)->packets(service->dp, packets, max), kept = 0;

	for (int i = 0; i < count; i++)
		if (translate(service, &packets[i]))
			packets[kept++] = packets[i];
	return count && !kept ? -1 : kept;
}
