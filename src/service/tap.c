/* SPDX-License-Identifier: MIT */
/*
 * Captures see tunnels and sessions by the service's handles, the datapath by its own.
 */
#include "service/internal.h"

int service_tap(struct service *service, handle tunnel_handle, handle session_handle, uint32_t snaplen,
		struct error *error)
{
	const struct tunnel *tunnel = handle_get(&service->tunnel_handles, tunnel_handle);
	const struct session *session = handle_get(&service->session_handles, session_handle);
	handle datapath_session = HANDLE_NONE;

	if (session_handle != HANDLE_NONE) {
		if (!session)
			return error_set(error, ERROR_UNKNOWN, NULL, "the session is gone");
		if (!session->is_told)
			return error_set(error, ERROR_VALUE, NULL,
					 "the session has no interface yet: capture its tunnel to see what comes");
		tunnel = session->tunnel;
		datapath_session = session->datapath;
	}
	if (!tunnel)
		return error_set(error, ERROR_UNKNOWN, NULL, "the tunnel is gone");
	return datapath_ops(service->dp)->tap(service->dp, tunnel->datapath, datapath_session, snaplen, error);
}

int service_packet_fd(const struct service *service)
{
	return datapath_ops(service->dp)->packet_fd(service->dp);
}

bool service_can_tap(const struct service *service, handle tunnel, handle session)
{
	return handle_get(session != HANDLE_NONE ? &service->session_handles : &service->tunnel_handles,
			  session != HANDLE_NONE ? session : tunnel) != NULL;
}

/* False when it belongs to what is gone. */
static bool translate(const struct service *service, struct datapath_packet *packet)
{
	const struct tunnel *tunnel = lookup_tunnel_by_datapath(service, packet->tunnel);
	const struct session *session = NULL;

	if (packet->session != HANDLE_NONE) {
		session = lookup_session_by_datapath(service, packet->session);
		if (!session)
			return false;
	}
	packet->tunnel = tunnel ? tunnel->handle : HANDLE_NONE;
	packet->session = session ? session->handle : HANDLE_NONE;
	return tunnel != NULL;
}

int service_packets(struct service *service, struct datapath_packet *packets, int max)
{
	int count = datapath_ops(service->dp)->packets(service->dp, packets, max), kept = 0;

	for (int i = 0; i < count; i++)
		if (translate(service, &packets[i]))
			packets[kept++] = packets[i];
	return count && !kept ? -1 : kept;
}
