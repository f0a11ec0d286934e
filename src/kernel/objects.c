/* SPDX-License-Identifier: MIT */
/*
 * Which tunnels and sessions there are in each network namespace, and finding them.
 *
 * An administrator may have deleted what the service had of one: whoever looks for it here finds that out, and it is
 * forgotten.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/internal.h"

/* --- namespaces --- */

struct space *space_find(const struct kernel *kernel, const char *netns)
{
	struct space *space;

	HASH_FIND(hh, kernel->spaces, netns, strlen(netns), space);
	return space;
}

struct space *space_get(struct kernel *kernel, const char *netns)
{
	struct space *space = space_find(kernel, netns);

	if (space)
		return space;
	space = calloc(1, sizeof(*space));
	if (!space)
		return NULL;
	snprintf(space->netns, sizeof(space->netns), "%s", netns);
	HASH_ADD_KEYPTR(hh, kernel->spaces, space->netns, strlen(space->netns), space);
	if (space->hh.tbl)
		return space;
	free(space);
	return NULL;
}

void space_put(struct kernel *kernel, struct space *space)
{
	if (order_count(&space->tunnels))
		return;
	HASH_DELETE(hh, kernel->spaces, space);
	free(space);
}

/* --- tunnels --- */

static bool tunnel_lives(const struct kernel *kernel, const struct kernel_tunnel *tunnel)
{
	return tunnel->service == HANDLE_NONE || service_tunnel_name(kernel->service, tunnel->service)[0];
}

struct kernel_tunnel *kernel_tunnel_from(struct kernel *kernel, struct space *space, uint64_t least)
{
	struct order_node *node;

	while (space && (node = order_from(&space->tunnels, least))) {
		struct kernel_tunnel *tunnel = kernel_tunnel_of_node(node);
		bool is_last = order_count(&space->tunnels) == 1;

		if (tunnel_lives(kernel, tunnel))
			return tunnel;
		kernel_tunnel_forget(kernel, tunnel);
		if (is_last)	/* the space went with it */
			break;
	}
	return NULL;
}

struct kernel_tunnel *kernel_tunnel_find(struct kernel *kernel, struct space *space, uint32_t id)
{
	bool is_there = space && order_find(&space->tunnels, id);
	struct kernel_tunnel *tunnel = is_there ? kernel_tunnel_from(kernel, space, id) : NULL;

	return tunnel && tunnel->by_id.id == id ? tunnel : NULL;
}

void kernel_tunnel_insert(struct kernel *kernel, struct kernel_tunnel *tunnel, uint32_t id)
{
	order_insert(&tunnel->space->tunnels, &tunnel->by_id, id);
	tunnel->is_portless = tunnel->service == HANDLE_NONE && !tunnel->is_managed &&
			      tunnel->encap == L2TP_ENCAPTYPE_UDP;
	if (tunnel->is_portless)
		DL_APPEND(tunnel->space->portless, tunnel);
	kernel->tunnel_count++;
	trace_tunnel(kernel, SERVICE_EVENT_REGISTER_TUNNEL, tunnel);
}

void kernel_tunnel_forget(struct kernel *kernel, struct kernel_tunnel *tunnel)
{
	struct order_node *node;

	trace_tunnel(kernel, SERVICE_EVENT_DELETE_TUNNEL, tunnel);
	while ((node = order_from(&tunnel->sessions, 0)))
		kernel_session_forget(kernel, kernel_session_of_node(node));
	order_remove(&tunnel->space->tunnels, &tunnel->by_id);
	if (tunnel->is_portless)
		DL_DELETE(tunnel->space->portless, tunnel);
	kernel->tunnel_count--;
	trace_tunnel(kernel, SERVICE_EVENT_FREE_TUNNEL, tunnel);
	space_put(kernel, tunnel->space);
	free(tunnel);
}

/* --- sessions --- */

bool kernel_session_lives(const struct kernel *kernel, const struct kernel_session *session)
{
	struct service_session_view view;

	if (!tunnel_lives(kernel, session->tunnel))
		return false;
	return session->service == HANDLE_NONE || service_session_view(kernel->service, session->service, &view) == 0;
}

struct kernel_session *kernel_session_from(struct kernel *kernel, struct kernel_tunnel *tunnel, uint64_t least)
{
	struct order_node *node;

	while ((node = order_from(&tunnel->sessions, least))) {
		if (kernel_session_lives(kernel, kernel_session_of_node(node)))
			return kernel_session_of_node(node);
		kernel_session_forget(kernel, kernel_session_of_node(node));
	}
	return NULL;
}

struct kernel_session *kernel_session_find(struct kernel *kernel, struct kernel_tunnel *tunnel, uint32_t id)
{
	bool is_there = order_find(&tunnel->sessions, id);
	struct kernel_session *session = is_there ? kernel_session_from(kernel, tunnel, id) : NULL;

	return session && session->by_id.id == id ? session : NULL;
}

struct kernel_session *kernel_session_find_in_space(struct kernel *kernel, struct space *space, uint32_t id)
{
	struct kernel_session *session;

	for (;;) {
		HASH_FIND(by_space, space->sessions, &id, sizeof(id), session);
		if (!session || kernel_session_lives(kernel, session))
			return session;
		kernel_session_forget(kernel, session);
	}
}

/* One after the other, as the kernel does it: few ask by name. */
struct kernel_session *kernel_session_find_by_ifname(struct kernel *kernel, struct space *space, const char *ifname)
{
	struct kernel_session *session;
	struct kernel_tunnel *tunnel;
	uint64_t tunnel_id = 0, session_id;

	while (ifname[0] && (tunnel = kernel_tunnel_from(kernel, space, tunnel_id))) {
		for (session_id = 0; (session = kernel_session_from(kernel, tunnel, session_id)); session_id++) {
			if (strcmp(session->ifname, ifname) == 0)
				return session;
			session_id = session->by_id.id;
		}
		tunnel_id = tunnel->by_id.id + 1ull;
	}
	return NULL;
}

/* What the service carries the program's own socket shall not get besides. */
static int claim(struct kernel *kernel, const struct kernel_session *session, bool claimed)
{
	const struct kernel_tunnel *tunnel = session->tunnel;
	uint32_t id = tunnel->version == 2 ? tunnel->by_id.id << 16 | session->id : session->id;

	if (!tunnel->is_managed || session->service == HANDLE_NONE)
		return 0;
	return kernel->host.claim(kernel->host.context, tunnel->socket.cookie, tunnel->version == 2 ? 2 : 3, id,
				  claimed);
}

int kernel_session_insert(struct kernel *kernel, struct kernel_session *session)
{
	struct space *space = session->tunnel->space;

	if (claim(kernel, session, true))
		return -1;
	if (session->tunnel->version != 2) {
		HASH_ADD(by_space, space->sessions, id, sizeof(session->id), session);
		if (!session->by_space.tbl) {
			(void)claim(kernel, session, false);
			return -1;
		}
	}
	if (session->service != HANDLE_NONE)
		HASH_ADD(by_service, kernel->carried, service, sizeof(session->service), session);
	order_insert(&session->tunnel->sessions, &session->by_id, session->id);
	kernel->session_count++;
	trace_session(kernel, SERVICE_EVENT_REGISTER_SESSION, session);
	return 0;
}

void kernel_session_forget(struct kernel *kernel, struct kernel_session *session)
{
	pppox_detach(kernel, session);
	(void)claim(kernel, session, false);
	trace_session(kernel, SERVICE_EVENT_DELETE_SESSION, session);
	if (session->by_service.tbl)
		HASH_DELETE(by_service, kernel->carried, session);
	if (session->by_space.tbl)
		HASH_DELETE(by_space, session->tunnel->space->sessions, session);
	order_remove(&session->tunnel->sessions, &session->by_id);
	kernel->session_count--;
	trace_session(kernel, SERVICE_EVENT_FREE_SESSION, session);
	free(session);
}
