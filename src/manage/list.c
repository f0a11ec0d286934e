/* SPDX-License-Identifier: MIT */
/*
 * TunnelList, SessionList and UserList: batches in the order of ids.  Where a list stands is a pair of ids,
 * not a pointer, so that objects may come and go between two batches: what existed from the
 * first to the last is listed exactly once.
 *
 * A user's session is listed as sessions are, with other columns.
 */
#include <stdlib.h>
#include <string.h>

#include "config/column.h"
#include "manage/field.h"
#include "manage/interface.h"
#include "manage/json.h"
#include "manage/methods.h"

struct list {
	struct command filter;		/* set rows must be equal */
	struct {
		struct list_condition condition;
		struct field field;
	} where[COMMAND_CONDITIONS_MAX];	/* all must hold */
	unsigned int where_count;
	struct fields fields;
	bool has_fields;
	bool one_tunnel;		/* the filter names the tunnel of the sessions to list */
	uint64_t after_tunnel_id, after_session_id;
	handle tunnel;			/* whose sessions are being listed */
	handle user_session;		/* of one user: the last */
	struct field_view view;		/* of the object at hand: large, so not on the stack of each step */
};

static bool read_filter(struct call *call, struct list *list, json_t **error)
{
	const json_t *given = json_object_get(call->parameters, "filter");
	struct error failure = { 0 };

	list->filter = (struct command){ .object = call->method->object, .verb = CONFIG_LIST };
	if (json_to_config(config_tables[call->method->object], json_is_null(given) ? NULL : given,
			   &list->filter.config, &list->filter.set, &failure) == 0 &&
	    command_check_keys(&list->filter, &failure) == 0)
		return true;
	*error = call_failed(&failure);
	return false;
}

/* Each text of an array, which may be absent. */
static bool read_texts(struct call *call, struct list *list, const char *name,
		       int (*add)(struct list *list, const char *text, struct error *failure), json_t **error)
{
	const json_t *texts = json_object_get(call->parameters, name), *text;
	struct error failure = { 0 };
	size_t i;

	json_array_foreach(texts, i, text) {
		if (!json_is_string(text))
			break;
		if (add(list, json_string_value(text), &failure) < 0) {
			*error = call_failed(&failure);
			return false;
		}
	}
	if (!texts || json_is_null(texts) || (json_is_array(texts) && i == json_array_size(texts)))
		return true;
	*error = call_error(INTERFACE_SERVICE ".InvalidParameter", "parameter", name);
	return false;
}

/* What is listed is seen as these are. */
static enum config_object seen_as(const struct list *list)
{
	return list->filter.object == CONFIG_USER ? CONFIG_SESSION : list->filter.object;
}

static int add_field(struct list *list, const char *name, struct error *failure)
{
	list->has_fields = true;
	return fields_add(&list->fields, seen_as(list), name, failure);
}

static int add_condition(struct list *list, const char *text, struct error *failure)
{
	enum config_object object = list->filter.object;
	struct list_condition condition;
	struct field field;

	if (list->where_count == COMMAND_CONDITIONS_MAX)
		return error_set(failure, ERROR_LIMIT, NULL, "a list takes at most %d conditions",
				 COMMAND_CONDITIONS_MAX);
	if (condition_parse(object, text, &condition, failure) < 0 ||
	    field_find(seen_as(list), condition.column->path, &field, failure) < 0)
		return -1;
	list->where[list->where_count].condition = condition;
	list->where[list->where_count++].field = field;
	return 0;
}

/* Is this row of a session the tunnel's name or id?  They choose the tunnel: find_tunnel(). */
static bool names_tunnel(const struct list *list, unsigned int row)
{
	return list->filter.object == CONFIG_SESSION && (row == config_row(CONFIG_SESSION, "tunnel_id") ||
							 row == config_row(CONFIG_SESSION, "tunnel_name"));
}

static bool conditions_hold(const struct list *list, uint64_t now)
{
	char text[PARAM_TEXT_MAX];

	for (unsigned int i = 0; i < list->where_count; i++)
		if (!condition_holds(&list->where[i].condition,
				     field_text(&list->view, &list->where[i].field, now, text)))
			return false;
	return true;
}

/* A session's user is who it was configured for, and who has proved to be. */
static bool is_of_user(const struct list *list)
{
	const struct service_session_view *view = &list->view.session;
	const char *wanted = list->filter.config.session.user_name;

	return strcmp(wanted, view->config.user_name) == 0 || strcmp(wanted, view->ppp.user_name) == 0;
}

static bool row_agrees(const struct list *list, unsigned int row)
{
	if (names_tunnel(list, row))
		return true;
	if (list->filter.object == CONFIG_SESSION && row == config_row(CONFIG_SESSION, "user_name"))
		return is_of_user(list);
	return param_equal(config_tables[list->filter.object], row, &list->filter.config, field_config(&list->view));
}

static bool agrees(const struct list *list, uint64_t now)
{
	const struct param_set *set = &list->filter.set;

	for (unsigned int row = param_set_next(set, 0); row < PARAM_SET_MAX; row = param_set_next(set, row + 1))
		if (!row_agrees(list, row))
			return false;
	return conditions_hold(list, now);
}

static bool user_agrees(const struct list *list, uint64_t now)
{
	const struct user_config *wanted = &list->filter.config.user;
	const struct service_session_view *view = &list->view.session;

	if ((wanted->tunnel_id && wanted->tunnel_id != view->config.tunnel_id) ||
	    (wanted->session_id && wanted->session_id != view->config.session_id))
		return false;
	return conditions_hold(list, now);
}

static int find_tunnel(struct call *call, struct list *list, struct error *error)
{
	const struct session_config *session = &list->filter.config.session;
	struct command command = { .object = CONFIG_TUNNEL, .verb = CONFIG_SHOW };
	struct tunnel_config *tunnel = &command.config.tunnel;

	memcpy(tunnel->tunnel_name, session->tunnel_name, sizeof(tunnel->tunnel_name));
	tunnel->tunnel_id = session->tunnel_id;
	if (param_set_has(&list->filter.set, config_row(CONFIG_SESSION, "tunnel_id")))
		param_set_add(&command.set, config_row(CONFIG_TUNNEL, "tunnel_id"));
	if (param_set_has(&list->filter.set, config_row(CONFIG_SESSION, "tunnel_name")))
		param_set_add(&command.set, config_row(CONFIG_TUNNEL, "tunnel_name"));
	return service_find_tunnel(call->service, &command, &list->tunnel, error);
}

/* Find where a list of sessions begins: after (tunnel, session), which may be gone. */
static bool begin_sessions(struct call *call, struct list *list, json_t **error)
{
	struct error failure = { 0 };
	uint64_t before;

	list->one_tunnel = param_set_has(&list->filter.set, config_row(CONFIG_SESSION, "tunnel_id")) ||
			   param_set_has(&list->filter.set, config_row(CONFIG_SESSION, "tunnel_name"));
	if (list->one_tunnel) {
		if (find_tunnel(call, list, &failure) == 0)
			return true;
		*error = call_failed(&failure);
		return false;
	}
	if (!list->after_tunnel_id || !list->after_session_id) {
		list->after_session_id = 0;
		return true;
	}
	before = list->after_tunnel_id - 1;
	if (service_next_tunnel(call->service, &before, &list->tunnel) && before == list->after_tunnel_id)
		return true;
	list->tunnel = HANDLE_NONE;	/* the tunnel is gone: with the next one */
	list->after_session_id = 0;
	return true;
}

/* Go to the next object. False: there is none here, or it is not wanted; *end: there are no more. */
static bool next_tunnel(struct call *call, struct list *list, bool *end)
{
	handle tunnel;

	*end = !service_next_tunnel(call->service, &list->after_tunnel_id, &tunnel);
	return !*end && service_tunnel_view(call->service, tunnel, &list->view.tunnel) == 0 &&
	       agrees(list, call->host->now());
}

static bool step_session(struct call *call, struct list *list, handle *session, bool *end)
{
	*end = false;
	if (list->tunnel && service_next_session(call->service, list->tunnel, &list->after_session_id, session))
		return true;
	list->after_session_id = 0;
	*end = (list->tunnel && list->one_tunnel) ||
	       !service_next_tunnel(call->service, &list->after_tunnel_id, &list->tunnel);
	return false;
}

static bool next_session(struct call *call, struct list *list, bool *end)
{
	handle session;

	return step_session(call, list, &session, end) &&
	       service_session_view(call->service, session, &list->view.session) == 0 &&
	       agrees(list, call->host->now());
}

/* Of one user: a few, which are found by the name. */
static bool step_user(struct call *call, struct list *list, handle *session, bool *end)
{
	const char *name = list->filter.config.user.user_name;

	if (!name[0])
		return step_session(call, list, session, end);
	*end = !service_next_user_session(call->service, name, list->user_session, session);
	list->user_session = *session;
	return !*end;
}

static bool next_user(struct call *call, struct list *list, bool *end)
{
	handle session;

	return step_user(call, list, &session, end) && service_session_user(call->service, session)[0] &&
	       service_session_view(call->service, session, &list->view.session) == 0 &&
	       user_agrees(list, call->host->now());
}

static bool begin(struct call *call, json_t **error)
{
	static const struct error no_memory = { .code = ERROR_SYSTEM, .text = "out of memory" };
	bool sessions = call->method->object == CONFIG_SESSION;
	struct list *list = calloc(1, sizeof(*list));

	if (!list) {
		*error = call_failed(&no_memory);
		return false;
	}
	call->own = list;
	list->view.object = sessions || call->method->object == CONFIG_USER ? CONFIG_SESSION : CONFIG_TUNNEL;
	return read_filter(call, list, error) && read_texts(call, list, "where", add_condition, error) &&
	       read_texts(call, list, "fields", add_field, error) &&
	       call_number(call, "after_tunnel_id", UINT32_MAX, &list->after_tunnel_id, error) &&
	       call_number(call, "after_session_id", UINT32_MAX, &list->after_session_id, error) &&
	       (!sessions || begin_sessions(call, list, error));
}

static void list_end(struct call *call)
{
	free(call->own);
}

/* Lists, and what they are called. */
static const struct {
	const char *member;
	bool (*next)(struct call *call, struct list *list, bool *end);
} kinds[CONFIG_OBJECT_COUNT] = {
	[CONFIG_TUNNEL] = { "tunnels", next_tunnel }, [CONFIG_SESSION] = { "sessions", next_session },
	[CONFIG_USER] = { "users", next_user },
};

static enum call_step list_step(struct call *call, struct emit *result, json_t **error)
{
	enum config_object object = call->method->object;
	unsigned int count = 0;
	struct list *list;
	bool end = false;

	if (!call->own && !begin(call, error))
		return CALL_LAST;
	list = call->own;
	emit_open_member(result, kinds[object].member, '[');
	for (unsigned int scanned = 0; !end && scanned < CALL_SCAN_MAX; scanned++) {
		if (!kinds[object].next(call, list, &end))
			continue;
		show_object(call, &list->view, list->has_fields ? &list->fields : NULL, result);
		if (++count == CALL_BATCH_MAX || result->length >= CALL_REPLY_OCTETS)
			break;
	}
	emit_close(result, ']');
	if (!end && !count)
		return CALL_AGAIN;
	return end ? CALL_LAST : CALL_REPLY;
}

static const struct method methods[] = {
	{ "TunnelList", ROLE_READ,
	  "(filter: ?TunnelConfig, where: ?[]string, fields: ?[]string, after_tunnel_id: ?int)",
	  "(tunnels: []Tunnel)",
	  "List the tunnels whose configuration agrees with the filter, in the order of their ids.\n"
	  "where has conditions that must hold, too: \"rx_bytes>1000\", \"peer=192.0.2.0/24\" (= != < > ~).\n"
	  "fields are the parts of a tunnel to show, and their members, \"state\" or \"statistics.rx_bytes\".\n"
	  "Call it with `more`. A list that was interrupted is resumed with after_tunnel_id.",
	  CONFIG_TUNNEL, CONFIG_LIST, .step = list_step, .more = true, .end = list_end },
	{ "SessionList", ROLE_READ,
	  "(filter: ?SessionConfig, where: ?[]string, fields: ?[]string, after_tunnel_id: ?int, "
	  "after_session_id: ?int)",
	  "(sessions: []Session)",
	  "List the sessions whose configuration agrees with the filter, in the order of their tunnels' ids\n"
	  "and their own, likewise. A list that was interrupted is resumed with both ids.",
	  CONFIG_SESSION, CONFIG_LIST, .step = list_step, .more = true, .end = list_end },
	{ "UserList", ROLE_READ,
	  "(filter: ?UserConfig, where: ?[]string, fields: ?[]string, after_tunnel_id: ?int, after_session_id: ?int)",
	  "(users: []Session)",
	  "List the sessions of users who have proved their names to PPP, likewise.",
	  CONFIG_USER, CONFIG_LIST, .step = list_step, .more = true, .end = list_end },
	{ .name = NULL },
};

const struct method_table methods_list = { .methods = methods };
