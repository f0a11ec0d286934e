/* SPDX-License-Identifier: MIT */
/*
 * TunnelList and SessionList: batches in the order of ids.  Where a list stands is a pair of ids,
 * not a pointer, so that objects may come and go between two batches: what existed from the
 * first to the last is listed exactly once.
 */
#include <string.h>

#include "manage/interface.h"
#include "manage/json.h"
#include "manage/methods.h"

static bool read_id(const json_t *value, uint64_t *id)
{
	json_int_t number = json_integer_value(value);

	if (json_is_null(value))
		return true;
	if (!json_is_integer(value) || number < 0 || number > UINT32_MAX)
		return false;
	*id = (uint64_t)number;
	return true;
}

/* Returns NULL, or the error. */
static json_t *read_filter(struct call *call, const json_t *value)
{
	const json_t *given = json_is_null(value) ? NULL : value;
	struct error failure = { 0 };

	if (json_to_config(config_tables[call->method->object], given, &call->filter.config, &call->filter.set,
			   &failure) < 0)
		return call_failed(&failure);
	return NULL;
}

static json_t *read_parameters(struct call *call)
{
	const char *name;
	json_t *value, *error = NULL;
	bool ok = true;

	call->filter = (struct command){ .object = call->method->object, .verb = CONFIG_LIST };
	json_object_foreach(call->parameters, name, value) {
		if (strcmp(name, "filter") == 0)
			error = read_filter(call, value);
		else if (strcmp(name, "after_tunnel_id") == 0)
			ok = read_id(value, &call->after_tunnel_id);
		else if (strcmp(name, "after_session_id") == 0 && call->method->object == CONFIG_SESSION)
			ok = read_id(value, &call->after_session_id);
		else
			ok = false;
		if (!ok)
			error = call_error(INTERFACE_SERVICE ".InvalidParameter", "parameter", name);
		if (error)
			return error;
	}
	return NULL;
}

/* Is this row of a session the tunnel's name or id?  They choose the tunnel: find_tunnel(). */
static bool names_tunnel(const struct call *call, unsigned int row)
{
	return call->filter.object == CONFIG_SESSION && (row == config_row(CONFIG_SESSION, "tunnel_id") ||
							 row == config_row(CONFIG_SESSION, "tunnel_name"));
}

static bool agrees(const struct call *call, const void *config)
{
	const struct param_table *table = config_tables[call->filter.object];

	for (unsigned int row = 0; row < table->count; row++)
		if (param_set_has(&call->filter.set, row) && !names_tunnel(call, row) &&
		    !param_equal(table, row, &call->filter.config, config))
			return false;
	return true;
}

/* Was the tunnel of the sessions to list named?  Then there is no other to look at. */
static bool one_tunnel(const struct call *call)
{
	return param_set_has(&call->filter.set, config_row(CONFIG_SESSION, "tunnel_id")) ||
	       param_set_has(&call->filter.set, config_row(CONFIG_SESSION, "tunnel_name"));
}

static int find_tunnel(struct call *call, struct error *error)
{
	const struct session_config *session = &call->filter.config.session;
	struct command command = { .object = CONFIG_TUNNEL, .verb = CONFIG_SHOW };
	struct tunnel_config *tunnel = &command.config.tunnel;

	memcpy(tunnel->tunnel_name, session->tunnel_name, sizeof(tunnel->tunnel_name));
	tunnel->tunnel_id = session->tunnel_id;
	if (param_set_has(&call->filter.set, config_row(CONFIG_SESSION, "tunnel_id")))
		param_set_add(&command.set, config_row(CONFIG_TUNNEL, "tunnel_id"));
	if (param_set_has(&call->filter.set, config_row(CONFIG_SESSION, "tunnel_name")))
		param_set_add(&command.set, config_row(CONFIG_TUNNEL, "tunnel_name"));
	return service_find_tunnel(call->service, &command, &call->tunnel, error);
}

/* Find where a list of sessions begins: after (tunnel, session), which may be gone. */
static json_t *begin_sessions(struct call *call)
{
	struct service_tunnel_view view;
	struct error failure = { 0 };
	uint64_t before;

	if (one_tunnel(call)) {
		if (find_tunnel(call, &failure) < 0)
			return call_failed(&failure);
		return NULL;
	}
	if (!call->after_tunnel_id || !call->after_session_id) {
		call->after_session_id = 0;
		return NULL;
	}
	before = call->after_tunnel_id - 1;
	if (service_next_tunnel(call->service, &before, &call->tunnel) && before == call->after_tunnel_id &&
	    service_tunnel_view(call->service, call->tunnel, &view) == 0)
		return NULL;
	call->tunnel = HANDLE_NONE;	/* the tunnel is gone: with the next one */
	call->after_session_id = 0;
	return NULL;
}

/* The next object's JSON; NULL with *end false: it does not agree with the filter. */
static json_t *next_tunnel(struct call *call, bool *end)
{
	struct service_tunnel_view view;
	handle tunnel;

	*end = !service_next_tunnel(call->service, &call->after_tunnel_id, &tunnel);
	if (*end || service_tunnel_view(call->service, tunnel, &view) < 0 || !agrees(call, &view.config))
		return NULL;
	return show_tunnel(call, tunnel);
}

static json_t *next_session(struct call *call, bool *end)
{
	struct service_session_view view;
	handle session;

	*end = false;
	if (!call->tunnel || !service_next_session(call->service, call->tunnel, &call->after_session_id, &session)) {
		call->after_session_id = 0;
		*end = (call->tunnel && one_tunnel(call)) ||
		       !service_next_tunnel(call->service, &call->after_tunnel_id, &call->tunnel);
		return NULL;
	}
	if (service_session_view(call->service, session, &view) < 0 || !agrees(call, &view.config))
		return NULL;
	return show_session(call, session);
}

static json_t *begin(struct call *call)
{
	json_t *error;

	if (!call->more)
		return call_error(INTERFACE_SERVICE ".ExpectedMore", NULL, NULL);
	error = read_parameters(call);
	if (!error && call->method->object == CONFIG_SESSION)
		error = begin_sessions(call);
	return error;
}

enum call_step list_step(struct call *call, json_t **result, json_t **error)
{
	bool sessions = call->method->object == CONFIG_SESSION, end = false;
	json_t *batch;

	if (!call->begun) {
		*error = begin(call);
		if (*error)
			return CALL_LAST;
		call->begun = true;
	}
	batch = json_array();
	for (unsigned int scanned = 0; !end && scanned < CALL_SCAN_MAX; scanned++) {
		json_t *object = sessions ? next_session(call, &end) : next_tunnel(call, &end);

		if (object)
			json_array_append_new(batch, object);
		if (json_array_size(batch) == CALL_BATCH_MAX)
			break;
	}
	if (!end && !json_array_size(batch)) {
		json_decref(batch);
		return CALL_AGAIN;
	}
	*result = json_pack("{s:o}", sessions ? "sessions" : "tunnels", batch);
	return end ? CALL_LAST : CALL_REPLY;
}
