/* SPDX-License-Identifier: MIT */
/*
 * Names: what tunnels, sessions and profiles are called, for completion.  Only names are looked at, so that a prefix
 * that few have is answered while the key is still down.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "manage/interface.h"
#include "manage/methods.h"

#define NAMES_SCAN_MAX 8192	/* looked at for one step: far cheaper than an object of a list */

struct names {
	enum config_object object;
	const char *prefix;		/* of the call's parameters */
	size_t prefix_length;
	bool one_tunnel;		/* sessions: of this one only */
	handle tunnel;
	uint64_t after_tunnel_id, after_session_id;
	char after[CONFIG_NAME_MAX];	/* profiles: told last */
};

static bool read_object(struct call *call, struct names *names, json_t **error)
{
	static const enum config_object objects[] = {
		CONFIG_TUNNEL, CONFIG_SESSION, CONFIG_PEER_PROFILE, CONFIG_TUNNEL_PROFILE, CONFIG_SESSION_PROFILE,
		CONFIG_PPP_PROFILE, CONFIG_POOL, CONFIG_RADIUS,
	};
	const char *name = "";

	if (!call_text(call, "object", &name, error))
		return false;
	for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++) {
		names->object = objects[i];
		if (strcmp(config_object_name(names->object), name) == 0)
			return true;
	}
	*error = call_error(INTERFACE_SERVICE ".InvalidParameter", "parameter", "object");
	return false;
}

static bool read_tunnel(struct call *call, struct names *names, json_t **error)
{
	struct command command = { .object = CONFIG_TUNNEL, .verb = CONFIG_SHOW };
	struct error failure = { 0 };
	const char *name = NULL;

	if (!call_text(call, "tunnel", &name, error))
		return false;
	if (!name)
		return true;
	names->one_tunnel = true;
	if (param_parse(config_tables[CONFIG_TUNNEL], ROW_TUNNEL_NAME, name, &command.config, &failure) == 0) {
		param_set_add(&command.set, ROW_TUNNEL_NAME);
		if (service_find_tunnel(call->service, &command, &names->tunnel, &failure) == 0)
			return true;
	}
	*error = call_failed(&failure);
	return false;
}

static bool begin(struct call *call, json_t **error)
{
	static const struct error no_memory = { .code = ERROR_SYSTEM, .text = "out of memory" };
	struct names *names = calloc(1, sizeof(*names));

	if (!names) {
		*error = call_failed(&no_memory);
		return false;
	}
	call->own = names;
	names->prefix = "";
	if (!read_object(call, names, error) || !read_tunnel(call, names, error) ||
	    !call_text(call, "prefix", &names->prefix, error))
		return false;
	names->prefix_length = strlen(names->prefix);
	return true;
}

/* The next one's name, which may be ""; NULL: there are no more. */
static const char *next_tunnel(struct call *call, struct names *names)
{
	handle tunnel;

	if (!service_next_tunnel(call->service, &names->after_tunnel_id, &tunnel))
		return NULL;
	return service_tunnel_name(call->service, tunnel);
}

static const char *next_session(struct call *call, struct names *names)
{
	handle session;

	if (names->tunnel && service_next_session(call->service, names->tunnel, &names->after_session_id, &session))
		return service_session_name(call->service, session);
	names->after_session_id = 0;
	if (names->one_tunnel || !service_next_tunnel(call->service, &names->after_tunnel_id, &names->tunnel))
		return NULL;
	return "";
}

static const char *next_profile(struct call *call, struct names *names)
{
	struct service_profile_view view;

	if (!service_next_profile(call->service, names->object, names->after, &view))
		return NULL;
	memcpy(names->after, view.name, sizeof(names->after));
	return names->after;
}

static const char *next_name(struct call *call, struct names *names)
{
	if (config_is_profile(names->object))
		return next_profile(call, names);
	return names->object == CONFIG_TUNNEL ? next_tunnel(call, names) : next_session(call, names);
}

static enum call_step names_step(struct call *call, struct emit *result, json_t **error)
{
	unsigned int scanned = 0;
	const char *name = "";
	struct names *names;

	if (!call->own && !begin(call, error))
		return CALL_LAST;
	names = call->own;
	emit_open_member(result, "names", '[');
	while (scanned++ < NAMES_SCAN_MAX && result->length < CALL_REPLY_OCTETS) {
		name = next_name(call, names);
		if (!name)
			break;
		if (name[0] && strncasecmp(name, names->prefix, names->prefix_length) == 0)
			emit_string(result, name);
	}
	emit_close(result, ']');
	return name ? CALL_REPLY : CALL_LAST;
}

static void names_end(struct call *call)
{
	free(call->own);
}

static const struct method methods[] = {
	{ "Names", ROLE_READ, "(object: string, tunnel: ?string, prefix: ?string)", "(names: []string)",
	  "Tell the names of all objects of a kind (\"tunnel\", \"session\", \"tunnel profile\" ...) that begin with\n"
	  "the prefix; of sessions perhaps only those of one tunnel. Call it with `more`.",
	  CONFIG_SYSTEM, CONFIG_SHOW, .step = names_step, .more = true, .end = names_end },
	{ .name = NULL },
};

const struct method_table methods_names = { .methods = methods };
