/* SPDX-License-Identifier: MIT */
/*
 * Names and ids: those that nobody gave are chosen, those that are taken are refused with a word
 * on who has them, and network devices have each name once in a network namespace.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/control.h"
#include "service/internal.h"

/* A random id whose derived name somebody has taken is tried again; so many such names in a row
 * are no accident. */
#define NAME_TRIES 8

const char *session_label(const struct session *session, char label[SESSION_LABEL_MAX])
{
	const char *name = session_name(session);
	const char *tunnel_name = session->tunnel->config.tunnel_name;

	if (name[0])
		snprintf(label, SESSION_LABEL_MAX, "session %s of tunnel %s", name, tunnel_name);
	else
		snprintf(label, SESSION_LABEL_MAX, "session %u of tunnel %s", session_id(session), tunnel_name);
	return label;
}

static void derive_name(struct tunnel_config *config)
{
	snprintf(config->tunnel_name, sizeof(config->tunnel_name), "l2tp%u", config->tunnel_id);
}

/* The engine has more that are in use: those of peers who have not proved themselves, and of tunnels that are gone,
 * for which messages may still be on their way. */
static bool free_tunnel_id(struct service *service, const struct tunnel_config *config, uint32_t *id)
{
	if (config->version != 2)
		return order_free_id(&service->tunnels, 1, UINT32_MAX, service_random(service), id);
	if (!service->control)
		return order_free_id(&service->tunnels, 1, UINT16_MAX, service_random(service), id);
	*id = control_free_id(service->control);
	return *id;
}

void names_hold_tunnel_id(struct service *service, const struct tunnel *tunnel, bool hold)
{
	uint32_t id = tunnel->config.tunnel_id;

	if (service->control && id <= UINT16_MAX && tunnel->origin != SERVICE_ORIGIN_PEER)
		(void)control_reserve_id(service->control, (uint16_t)id, hold);
}

int names_free_tunnel_id(struct service *service, const struct tunnel_config *config, uint32_t *id,
			 struct error *error)
{
	if (free_tunnel_id(service, config, id))
		return 0;
	return error_set(error, ERROR_LIMIT, "tunnel_id", "no free tunnel id was found");
}

static int choose_tunnel_id(struct service *service, struct tunnel_config *config, struct error *error)
{
	bool derived = !config->tunnel_name[0];

	for (int i = 0; i < NAME_TRIES; i++) {
		if (!free_tunnel_id(service, config, &config->tunnel_id))
			break;
		if (!derived)
			return 0;
		derive_name(config);
		if (!lookup_tunnel_by_name(service, config->tunnel_name))
			return 0;
	}
	return error_set(error, ERROR_LIMIT, "tunnel_id",
			 "no free tunnel id was found: give tunnel_id and tunnel_name");
}

int names_refuse_tunnel_name(const struct service *service, const char *name, bool derived, struct error *error)
{
	const struct tunnel *holder = lookup_tunnel_by_name(service, name);

	if (!holder || holder->going)
		return 0;
	return error_set(error, ERROR_EXISTS, "tunnel_name",
			 "tunnel_name %s%s is taken by the tunnel with id %u: give another", name,
			 derived ? ", derived from tunnel_id," : "", holder->config.tunnel_id);
}

int names_refuse_tunnel(const struct service *service, const struct tunnel_config *config, bool derived,
			struct error *error)
{
	const struct tunnel *holder;

	holder = lookup_tunnel_by_id(service, config->tunnel_id);
	if (holder && !holder->going)
		return error_set(error, ERROR_EXISTS, "tunnel_id",
				 "tunnel_id %u is taken by tunnel %s: give another, or none to get a free one",
				 config->tunnel_id, holder->config.tunnel_name);
	return names_refuse_tunnel_name(service, config->tunnel_name, derived, error);
}

/* A peer gets its tunnel whatever others are called. */
static void derive_peers_name(const struct service *service, struct tunnel_config *config)
{
	derive_name(config);
	for (int i = 2; i < NAME_TRIES && lookup_tunnel_by_name(service, config->tunnel_name); i++)
		snprintf(config->tunnel_name, sizeof(config->tunnel_name), "l2tp%u-%d", config->tunnel_id, i);
}

int names_identify_tunnel(struct service *service, struct tunnel *tunnel, struct error *error)
{
	struct tunnel_config *config = &tunnel->config;
	bool derived = !config->tunnel_name[0];

	if (!config->tunnel_id && choose_tunnel_id(service, config, error) < 0)
		return -1;
	if (derived && tunnel->origin == SERVICE_ORIGIN_PEER)
		derive_peers_name(service, config);
	else if (derived)
		derive_name(config);
	return names_refuse_tunnel(service, config, derived, error);
}

static int choose_session_id(struct service *service, const struct tunnel *tunnel, uint32_t *session_id,
			     struct error *error)
{
	/* what is free in the flow is free in the tunnel, which is part of it */
	const struct order *taken = tunnel->flow ? &tunnel->flow->sessions : &tunnel->sessions;

	if (order_free_id(taken, 1, tunnel_is_managed(tunnel) ? UINT16_MAX : UINT32_MAX, service_random(service),
			  session_id))
		return 0;
	return error_set(error, ERROR_LIMIT, "session_id", "tunnel %s has no free session id",
			 tunnel->config.tunnel_name);
}

int names_refuse_session_name(const struct tunnel *tunnel, const char *name, struct error *error)
{
	const struct session *holder = name[0] ? lookup_session_by_name(tunnel, name) : NULL;

	if (!holder || session_going(holder))
		return 0;
	return error_set(error, ERROR_EXISTS, "session_name",
			 "session_name %s is taken by the session with id %u of the same tunnel: give another", name,
			 session_id(holder));
}

int names_refuse_session(const struct tunnel *tunnel, uint32_t session_id, const char *name, struct error *error)
{
	const struct session *holder = lookup_session_by_id(tunnel, session_id);
	char label[SESSION_LABEL_MAX];

	if (holder && !session_going(holder))
		return error_set(error, ERROR_EXISTS, "session_id",
				 "session_id %u is taken by %s: give another, or none to get a free one",
				 session_id, session_label(holder, label));
	return names_refuse_session_name(tunnel, name, error);
}

int names_identify_session(struct service *service, struct session *session, struct error *error)
{
	if (!session->by_id.id && choose_session_id(service, session->tunnel, &session->by_id.id, error) < 0)
		return -1;
	return names_refuse_session(session->tunnel, session_id(session), session_name(session), error);
}

static struct name_space *name_space_get(struct service *service, const char *netns)
{
	struct name_space *name_space;

	HASH_FIND(hh, service->name_spaces, netns, strlen(netns), name_space);
	if (name_space)
		return name_space;
	name_space = calloc(1, sizeof(*name_space));
	if (!name_space)
		return NULL;
	snprintf(name_space->netns, sizeof(name_space->netns), "%s", netns);
	HASH_ADD_KEYPTR(hh, service->name_spaces, name_space->netns, strlen(name_space->netns), name_space);
	if (name_space->hh.tbl)
		return name_space;
	free(name_space);
	return NULL;
}

static void name_space_put(struct service *service, struct name_space *name_space)
{
	if (name_space->devices)
		return;
	HASH_DELETE(hh, service->name_spaces, name_space);
	free(name_space);
}

static int interface_taken(const struct session *holder, struct error *error)
{
	char label[SESSION_LABEL_MAX];
	const char *netns = holder->device->name_space->netns;

	return error_set(error, ERROR_EXISTS, "interface_name", "interface_name %s is taken by %s%s%s: give another",
			 session_ifname(holder), session_label(holder, label),
			 netns[0] ? " in network namespace " : "", netns);
}

struct session *names_find_interface(const struct service *service, const char *netns, const char *ifname)
{
	struct name_space *name_space;
	struct session_device *holder = NULL;

	HASH_FIND(hh, service->name_spaces, netns, strlen(netns), name_space);
	if (name_space)
		HASH_FIND(by_ifname, name_space->devices, ifname, strlen(ifname), holder);
	return holder ? holder->session : NULL;
}

int names_refuse_interface(const struct service *service, const struct session_config *config, struct error *error)
{
	const struct session *holder = names_find_interface(service, config->netns, config->interface_name);

	return holder && !session_going(holder) ? interface_taken(holder, error) : 0;
}

int names_take_interface(struct service *service, struct session *session, struct error *error)
{
	struct session_device *device = session->device;
	const struct session_device *holder;
	struct name_space *name_space;
	struct session_config config;

	session_compose(session, &config);
	name_space = name_space_get(service, config.netns);
	if (!name_space)
		return service_no_memory(error);
	HASH_FIND(by_ifname, name_space->devices, device->ifname, strlen(device->ifname), holder);
	if (holder)
		return interface_taken(holder->session, error);
	HASH_ADD_KEYPTR(by_ifname, name_space->devices, device->ifname, strlen(device->ifname), device);
	if (!device->by_ifname.tbl) {
		name_space_put(service, name_space);
		return service_no_memory(error);
	}
	device->name_space = name_space;
	return 0;
}

void names_release_interface(struct service *service, struct session *session)
{
	struct session_device *device = session->device;

	if (!device || !device->name_space)
		return;
	HASH_DELETE(by_ifname, device->name_space->devices, device);
	name_space_put(service, device->name_space);
	device->name_space = NULL;
}
