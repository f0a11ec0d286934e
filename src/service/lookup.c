/* SPDX-License-Identifier: MIT */
/*
 * Finding and listing tunnels, sessions and profiles, for the other files of this room and for those who want to see
 * them: what they see is view.c's.
 */
#include <stdio.h>
#include <string.h>

#include "service/state.h"

struct tunnel *lookup_tunnel_by_id(const struct service *service, uint32_t tunnel_id)
{
	struct order_node *node = order_find(&service->tunnels, tunnel_id);

	return node ? container_of(node, struct tunnel, by_id) : NULL;
}

struct tunnel *lookup_tunnel_by_name(const struct service *service, const char *name)
{
	struct tunnel *tunnel;

	HASH_FIND(by_name, service->tunnels_by_name, name, strlen(name), tunnel);
	return tunnel;
}

struct session *lookup_session_by_id(const struct tunnel *tunnel, uint32_t session_id)
{
	struct order_node *node = order_find(&tunnel->sessions, session_id);

	return node ? container_of(node, struct session, by_id) : NULL;
}

struct session *lookup_session_by_name(const struct tunnel *tunnel, const char *name)
{
	struct session_name *found;

	HASH_FIND(by_name, tunnel->sessions_by_name, name, strlen(name), found);
	return found ? found->session : NULL;
}

struct tunnel *lookup_tunnel_by_datapath(const struct service *service, handle datapath)
{
	struct order_node *node = order_find(&service->tunnels_by_datapath, (uint32_t)datapath);
	struct tunnel *tunnel = node ? container_of(node, struct tunnel, by_datapath) : NULL;

	return tunnel && tunnel->datapath == datapath ? tunnel : NULL;
}

struct session *lookup_session_by_datapath(const struct service *service, handle datapath)
{
	uint32_t slot = (uint32_t)datapath;
	struct session *session = slot < service->session_slots ? service->sessions_by_datapath[slot] : NULL;

	return session && session->datapath == datapath ? session : NULL;
}

struct tunnel *lookup_tunnel_from(const struct service *service, uint64_t least)
{
	struct order_node *node = order_from(&service->tunnels, least);

	return node ? container_of(node, struct tunnel, by_id) : NULL;
}

struct session *lookup_session_from(const struct tunnel *tunnel, uint64_t least)
{
	struct order_node *node = order_from(&tunnel->sessions, least);

	return node ? container_of(node, struct session, by_id) : NULL;
}

/* An object was named by id, and by a name that is not its own. */
static int contradiction(const char *object, uint32_t id, const char *own_name, const char *name, struct error *error)
{
	char parameter[ERROR_PARAMETER_MAX];

	snprintf(parameter, sizeof(parameter), "%s_name", object);
	if (!own_name[0])
		return error_set(error, ERROR_VALUE, parameter,
				 "%s %u has no name, so it is not %s: give one of the two",
				 object, id, name);
	return error_set(error, ERROR_VALUE, parameter, "%s %u is named %s, not %s: give one of the two", object, id,
			 own_name, name);
}

struct tunnel *lookup_tunnel(const struct service *service, const char *name, uint32_t tunnel_id, struct error *error)
{
	struct tunnel *tunnel;

	if (!name[0] && !tunnel_id) {
		error_set(error, ERROR_MISSING, "tunnel_name", "which tunnel? Give tunnel_name or tunnel_id");
		return NULL;
	}
	tunnel = tunnel_id ? lookup_tunnel_by_id(service, tunnel_id) : lookup_tunnel_by_name(service, name);
	if (!tunnel) {
		if (tunnel_id)
			error_set(error, ERROR_UNKNOWN, "tunnel_id",
				  "there is no tunnel with id %u: `tunnel list` shows those there are", tunnel_id);
		else
			error_set(error, ERROR_UNKNOWN, "tunnel_name",
				  "there is no tunnel named %s: `tunnel list` shows those there are", name);
		return NULL;
	}
	if (name[0] && strcmp(name, tunnel->config.tunnel_name) != 0) {
		contradiction("tunnel", tunnel_id, tunnel->config.tunnel_name, name, error);
		return NULL;
	}
	return tunnel;
}

static void no_such_session(const struct tunnel *tunnel, const struct session_config *keys, struct error *error)
{
	const char *name = tunnel->config.tunnel_name;

	if (keys->session_id)
		error_set(error, ERROR_UNKNOWN, "session_id",
			  "tunnel %s has no session with id %u: `session list tunnel_name=%s` shows those it has", name,
			  keys->session_id, name);
	else
		error_set(error, ERROR_UNKNOWN, "session_name",
			  "tunnel %s has no session named %s: `session list tunnel_name=%s` shows those it has", name,
			  keys->session_name, name);
}

struct session *lookup_session(const struct service *service, const struct session_config *keys, struct error *error)
{
	struct tunnel *tunnel = lookup_tunnel(service, keys->tunnel_name, keys->tunnel_id, error);
	struct session *session;

	if (!tunnel)
		return NULL;
	if (!keys->session_name[0] && !keys->session_id) {
		error_set(error, ERROR_MISSING, "session_name", "which session? Give session_name or session_id");
		return NULL;
	}
	session = keys->session_id ? lookup_session_by_id(tunnel, keys->session_id) :
				     lookup_session_by_name(tunnel, keys->session_name);
	if (!session) {
		no_such_session(tunnel, keys, error);
		return NULL;
	}
	if (keys->session_name[0] && strcmp(keys->session_name, session_name(session)) != 0) {
		contradiction("session", keys->session_id, session_name(session), keys->session_name, error);
		return NULL;
	}
	return session;
}

/* As service_execute() does. */
static int name_object(const struct command *command, struct error *error)
{
	char object[ERROR_OBJECT_MAX];

	error_name_object(error, command_object(command, object));
	return -1;
}

int service_find_tunnel(struct service *service, const struct command *command, handle *tunnel, struct error *error)
{
	const struct tunnel_config *keys = &command->config.tunnel;
	const struct tunnel *found = lookup_tunnel(service, keys->tunnel_name, keys->tunnel_id, error);

	if (!found)
		return name_object(command, error);
	*tunnel = found->handle;
	return 0;
}

int service_find_session(struct service *service, const struct command *command, handle *session, struct error *error)
{
	const struct session *found = lookup_session(service, &command->config.session, error);

	if (!found)
		return name_object(command, error);
	*session = found->handle;
	return 0;
}

static void view_profile(const struct profile *profile, struct service_profile_view *view)
{
	*view = (struct service_profile_view){
		.config = profile->config,
		.set = profile->set,
		.origin = profile->origin,
		.uses = profile->uses,
	};
	memcpy(view->name, profile->name, sizeof(view->name));
}

int service_profile_view(struct service *service, const struct command *command, struct service_profile_view *view,
			 struct error *error)
{
	const struct profile *profile = profile_lookup(service, command, error);

	if (!profile)
		return -1;
	view_profile(profile, view);
	return 0;
}

bool service_next_profile(struct service *service, enum config_object object, const char *after,
			  struct service_profile_view *view)
{
	const struct profile *profile = profile_behind(service, object, after);

	if (profile)
		view_profile(profile, view);
	return profile;
}

bool service_next_tunnel(struct service *service, uint64_t *after_tunnel_id, handle *tunnel)
{
	const struct tunnel *next = lookup_tunnel_from(service, *after_tunnel_id + 1);

	if (!next)
		return false;
	*after_tunnel_id = next->by_id.id;
	*tunnel = next->handle;
	return true;
}

bool service_next_session(struct service *service, handle tunnel, uint64_t *after_session_id, handle *session)
{
	const struct tunnel *found = handle_get(&service->tunnel_handles, tunnel);
	const struct session *next = found ? lookup_session_from(found, *after_session_id + 1) : NULL;

	if (!next)
		return false;
	*after_session_id = next->by_id.id;
	*session = next->handle;
	return true;
}

const char *service_tunnel_name(const struct service *service, handle tunnel)
{
	const struct tunnel *found = handle_get(&service->tunnel_handles, tunnel);

	return found ? found->config.tunnel_name : "";
}

const char *service_session_name(const struct service *service, handle session)
{
	const struct session *found = handle_get(&service->session_handles, session);

	return found ? session_name(found) : "";
}
