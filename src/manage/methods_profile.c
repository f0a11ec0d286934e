/* SPDX-License-Identifier: MIT */
/*
 * The methods of profiles, of pools and RADIUS servers, which are kept likewise, and of what came from them (explain).
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "manage/interface.h"
#include "manage/json.h"
#include "manage/methods.h"
#include "manage/state.h"
#include "service/debug.h"

static const char *const source_words[] = {
	[SERVICE_SOURCE_BUILTIN] = "builtin", [SERVICE_SOURCE_PROFILE] = "profile",
	[SERVICE_SOURCE_EXPLICIT] = "explicit", [SERVICE_SOURCE_AUTHORIZER] = "authorizer",
	[SERVICE_SOURCE_TUNNEL] = "tunnel", [SERVICE_SOURCE_CHOSEN] = "chosen",
	[SERVICE_SOURCE_FORMER] = "former",
};

static const char *const type_words[] = { "peer", "tunnel", "session", "ppp" };	/* those with a `default` */

static const char types[] =
	"\n# Where a value in effect comes from. builtin: nobody set it; profile: the one that is named, of that type;\n"
	"# explicit: given with the object; authorizer: decided by it; tunnel: the session's tunnel has it;\n"
	"# chosen: by the daemon; former: a profile had named it, or set it, which says otherwise now.\n"
	"# now: what it would be today, where that is another.\n"
	"type Explained (\n  parameter: string,\n  value: string,\n"
	"  source: (builtin, profile, explicit, authorizer, tunnel, chosen, former),\n"
	"  profile_type: ?(peer, tunnel, session, ppp),\n  profile: ?string,\n  now: ?string,\n"
	"  # of a session: the parameter is of what PPP does in it\n  of_ppp: ?bool\n)\n"
	"\n# What a profile stores, and how many tunnels and sessions have it as theirs or name it for others.\n"
	"# effective: what an object gets that names nothing else; only in answers to show.\n"
	"type PeerProfile (\n  config: PeerProfileConfig,\n  explicit: []string,\n  uses: int,\n  origin: string,\n"
	"  effective: ?[]Explained\n)\n"
	"\ntype TunnelProfile (\n  config: TunnelConfig,\n  explicit: []string,\n  uses: int,\n  origin: string,\n"
	"  effective: ?[]Explained\n)\n"
	"\ntype SessionProfile (\n  config: SessionConfig,\n  explicit: []string,\n  uses: int,\n  origin: string,\n"
	"  effective: ?[]Explained\n)\n"
	"\ntype PppProfile (\n  config: PppProfileConfig,\n  explicit: []string,\n  uses: int,\n  origin: string,\n"
	"  effective: ?[]Explained\n)\n"
	"\n# A parameter that differs from the profile's in so many objects, and cannot change while they exist.\n"
	"type FixedParameter (\n  parameter: string,\n  objects: int\n)\n"
	"\n# Addresses that users are given.\n"
	"type Pool (\n  config: PoolConfig,\n  explicit: []string,\n  uses: int,\n  origin: string,\n"
	"  state: ?PoolState,\n  effective: ?[]Explained\n)\n"
	"\n# A RADIUS server.\n"
	"type Server (\n  config: RadiusConfig,\n  explicit: []string,\n  uses: int,\n  origin: string,\n"
	"  state: ?ServerState,\n  effective: ?[]Explained\n)\n";

static enum call_step no_memory(json_t **error)
{
	const struct error failure = { .code = ERROR_SYSTEM, .text = "out of memory" };

	return call_fail(&failure, error);
}

/* --- commands --- */

static enum call_step execute_step(struct call *call, struct emit *result, json_t **error)
{
	struct command command;

	if (!call_command(call, &command, error))
		return CALL_LAST;
	(void)call_carry_out(call, &command, NULL, error);
	return CALL_LAST;
}

static bool read_name(const struct call *call, struct command *command, json_t **error)
{
	const struct param_table *table = config_tables[command->object];
	const char *name = NULL;
	struct error failure = { 0 };
	unsigned int row = config_profile_row(command->object);

	if (!call_text(call, table->params[row].name, &name, error))
		return false;
	if (!name)
		return true;
	if (param_parse(table, row, name, &command->config, &failure) < 0) {
		*error = call_failed(&failure);
		return false;
	}
	param_set_add(&command->set, row);
	return true;
}

static bool read_unset(const struct call *call, struct command *command, json_t **error)
{
	const json_t *names = json_object_get(call->parameters, "parameters"), *name;
	struct error failure = { 0 };
	size_t i;

	*command = (struct command){ .object = call->method->object, .verb = CONFIG_UNSET };
	if (!read_name(call, command, error))
		return false;
	json_array_foreach(names, i, name) {
		const char *text = json_string_value(name);
		int row = text ? param_find(config_tables[command->object], text, true, &failure) : -1;

		if (row < 0) {
			*error = failure.code ? call_failed(&failure) :
				 call_error(INTERFACE_SERVICE ".InvalidParameter", "parameter", "parameters");
			return false;
		}
		param_set_add(&command->set, (unsigned int)row);
	}
	return true;
}

static enum call_step unset_step(struct call *call, struct emit *result, json_t **error)
{
	struct command command;

	if (!read_unset(call, &command, error))
		return CALL_LAST;
	(void)call_carry_out(call, &command, NULL, error);
	return CALL_LAST;
}

static void emit_applied(struct emit *emit, const struct service_applied *applied)
{
	const struct param_table *table = config_tables[applied->of];

	emit_string_member(emit, "of", applied->of == CONFIG_TUNNEL ? "tunnels" : "sessions");
	emit_unsigned_member(emit, "objects", applied->objects);
	emit_unsigned_member(emit, "changed", applied->changed);
	emit_unsigned_member(emit, "fixed", applied->objects_fixed);
	emit_open_member(emit, "parameters", '[');
	for (unsigned int row = 0; row < table->count; row++) {
		if (!applied->fixed[row])
			continue;
		emit_open(emit, '{');
		emit_string_member(emit, "parameter", table->params[row].name);
		emit_unsigned_member(emit, "objects", applied->fixed[row]);
		emit_close(emit, '}');
	}
	emit_close(emit, ']');
}

static enum call_step apply_step(struct call *call, struct emit *result, json_t **error)
{
	struct service_applied applied;
	struct error failure = { 0 };
	struct command command;
	uint32_t mask;
	int ret;

	if (!call_command(call, &command, error))
		return CALL_LAST;
	mask = service_trace_mask(call->service, &command);
	ret = service_apply(call->service, &command, call->host->now(), &applied, &failure);
	call->host->changed(call->host->context);
	call_trace_command(call, mask, &command, ret < 0 ? failure.text : NULL);
	if (ret < 0)
		return call_fail(&failure, error);
	malloc_trim(0);		/* trying it on all objects took as much as a reload */
	emit_applied(result, &applied);
	return CALL_LAST;
}

/* --- where values come from --- */

static void emit_explained(struct emit *emit, const struct service_explained *row)
{
	emit_open(emit, '{');
	emit_string_member(emit, "parameter", row->param->name);
	emit_string_member(emit, "value", row->value);
	emit_string_member(emit, "source", source_words[row->source]);
	if (row->source == SERVICE_SOURCE_PROFILE) {
		emit_string_member(emit, "profile_type", type_words[row->profile_type - CONFIG_PEER_PROFILE]);
		emit_string_member(emit, "profile", row->profile);
	}
	if (row->changed)
		emit_string_member(emit, "now", row->now);
	if (row->of_ppp)
		emit_bool_member(emit, "of_ppp", true);
	emit_close(emit, '}');
}

/* A member with the rows of what the command names. -1: there is no such object. */
static int explain(struct call *call, const struct command *command, const char *member, struct emit *result,
		   struct error *failure)
{
	struct service_explained *rows = calloc(SERVICE_EXPLAINED_MAX, sizeof(*rows));
	int count;

	if (!rows)
		return error_set(failure, ERROR_SYSTEM, NULL, "out of memory");
	count = service_explain(call->service, command, rows, SERVICE_EXPLAINED_MAX, failure);
	if (count >= 0) {
		emit_open_member(result, member, '[');
		for (int i = 0; i < count; i++)
			emit_explained(result, &rows[i]);
		emit_close(result, ']');
	}
	free(rows);
	return count < 0 ? -1 : 0;
}

static enum call_step explain_step(struct call *call, struct emit *result, json_t **error)
{
	struct error failure = { 0 };
	struct command command;

	if (!call_command(call, &command, error))
		return CALL_LAST;
	if (explain(call, &command, "parameters", result, &failure) < 0)
		return call_fail(&failure, error);
	return CALL_LAST;
}

/* --- profiles --- */

/* As the members with one and with many are called. */
static const char *member_name(enum config_object object, bool many)
{
	static const char *const names[CONFIG_OBJECT_COUNT][2] = {
		[CONFIG_POOL] = { "pool", "pools" }, [CONFIG_RADIUS] = { "server", "servers" },
	};

	return names[object][many] ? names[object][many] : many ? "profiles" : "profile";
}

/* Without the brackets. */
static void emit_profile(struct emit *emit, enum config_object object, const struct service_profile_view *view)
{
	const struct param_table *table = config_tables[object];
	struct param_set shown = view->set;
	union any_config config = view->config;
	unsigned int row = config_profile_row(object);

	memcpy((char *)&config + table->params[row].offset, view->name, sizeof(view->name));
	param_set_add(&shown, row);
	emit_member(emit, "config");
	emit_config(emit, table, &config, &shown);
	emit_member(emit, "explicit");
	emit_set(emit, table, &view->set);
	emit_unsigned_member(emit, "uses", view->uses);
	emit_string_member(emit, "origin", service_origin_words[view->origin]);
}

/* How those are doing that do something by themselves. */
static void emit_doing(struct call *call, enum config_object object, const char *name, struct emit *emit)
{
	struct service_server_view server;
	struct service_pool_view pool;

	if (object == CONFIG_POOL && service_pool_view(call->service, name, &pool)) {
		emit_member(emit, "state");
		emit_state(emit, &state_pool, &pool, 0, NULL);
	} else if (object == CONFIG_RADIUS && service_server_view(call->service, name, &server)) {
		emit_member(emit, "state");
		emit_state(emit, &state_server, &server, 0, NULL);
	}
}

static enum call_step show_step(struct call *call, struct emit *result, json_t **error)
{
	struct service_profile_view view;
	struct error failure = { 0 };
	struct command command;

	if (!call_command(call, &command, error))
		return CALL_LAST;
	if (service_profile_view(call->service, &command, &view, &failure) < 0)
		return call_fail(&failure, error);
	emit_open_member(result, member_name(command.object, false), '{');
	emit_profile(result, command.object, &view);
	emit_doing(call, command.object, view.name, result);
	if (explain(call, &command, "effective", result, &failure) < 0)
		return call_fail(&failure, error);
	emit_close(result, '}');
	return CALL_LAST;
}

/* A list remembers the name it is at. */
static bool begin_profiles(struct call *call, json_t **error)
{
	enum config_object object = call->method->object;
	char *name = call->own, parameter[64];
	const char *after = "";

	snprintf(parameter, sizeof(parameter), "after_%s",
		 config_tables[object]->params[config_profile_row(object)].name);
	if (name || !call_text(call, parameter, &after, error))
		return name;
	name = calloc(1, CONFIG_NAME_MAX);
	call->own = name;
	if (name)
		strncat(name, after, CONFIG_NAME_MAX - 1);
	else
		no_memory(error);
	return name;
}

static enum call_step list_step(struct call *call, struct emit *result, json_t **error)
{
	struct service_profile_view view;
	unsigned int count = 0;
	bool more = true;

	if (!begin_profiles(call, error))
		return CALL_LAST;
	emit_open_member(result, member_name(call->method->object, true), '[');
	while (count < CALL_BATCH_MAX && result->length < CALL_REPLY_OCTETS && more) {
		more = service_next_profile(call->service, call->method->object, call->own, &view);
		if (!more)
			break;
		emit_open(result, '{');
		emit_profile(result, call->method->object, &view);
		emit_doing(call, call->method->object, view.name, result);
		emit_close(result, '}');
		memcpy(call->own, view.name, CONFIG_NAME_MAX);
		count++;
	}
	emit_close(result, ']');
	return more ? CALL_REPLY : CALL_LAST;
}

static void free_own(struct call *call)
{
	free(call->own);
}

#define PROFILE_METHODS(name, config, object)                                                                    \
	{ name "ProfileCreate", ROLE_CHANGE, "(config: " config ")", "()",                                       \
	  "Make a profile. It stores what is given and nothing else.", object, CONFIG_CREATE,                    \
	  .step = execute_step },                                                                                \
	{ name "ProfileModify", ROLE_CHANGE, "(config: " config ")", "()",                                       \
	  "Set more in a profile. What exists does not follow before the profile is applied.",                   \
	  object, CONFIG_MODIFY, .step = execute_step },                                                         \
	{ name "ProfileUnset", ROLE_CHANGE, "(profile_name: string, parameters: []string)", "()",                \
	  "Take these parameters out of a profile.", object, CONFIG_UNSET, .step = unset_step },                 \
	{ name "ProfileDelete", ROLE_CHANGE, "(config: " config ")", "()",                                       \
	  "Delete a profile that nobody uses or names.", object, CONFIG_DELETE, .step = execute_step },          \
	{ name "ProfileApply", ROLE_CHANGE, "(config: " config ")",                                              \
	  "(of: string, objects: int, changed: int, fixed: int, parameters: []FixedParameter)",                  \
	  "Give the objects that have this profile in their chain what it says today, as far as that can change\n" \
	  "while they carry traffic: so many have it, so many changed, in so many something stays that differs.", \
	  object, CONFIG_APPLY, .step = apply_step },                                                            \
	{ name "ProfileShow", ROLE_READ, "(config: " config ")", "(profile: " name "Profile)",                   \
	  "Show a profile.", object, CONFIG_SHOW, .step = show_step },                                           \
	{ name "ProfileList", ROLE_READ, "(after_profile_name: ?string)", "(profiles: []" name "Profile)",       \
	  "List the profiles of this type, in the order of their names.", object, CONFIG_LIST,                   \
	  .step = list_step, .more = true, .end = free_own }

#define KEPT_METHODS(name, config, object, key, what, one, many)                                                   \
	{ name "Create", ROLE_CHANGE, "(config: " config ")", "()", "Make a " what ".", object, CONFIG_CREATE,       \
	  .step = execute_step },                                                                                \
	{ name "Modify", ROLE_CHANGE, "(config: " config ")", "()", "Change a " what ": it counts at once.", object, \
	  CONFIG_MODIFY, .step = execute_step },                                                                 \
	{ name "Unset", ROLE_CHANGE, "(" key ": string, parameters: []string)", "()",                            \
	  "Give these parameters of a " what " their defaults.", object, CONFIG_UNSET, .step = unset_step },     \
	{ name "Delete", ROLE_CHANGE, "(config: " config ")", "()",                                              \
	  "Delete a " what " that no PPP profile names.", object, CONFIG_DELETE, .step = execute_step },         \
	{ name "Show", ROLE_READ, "(config: " config ")", "(" one ")", "Show a " what ".", object, CONFIG_SHOW,  \
	  .step = show_step },                                                                                   \
	{ name "List", ROLE_READ, "(after_" key ": ?string)", "(" many ")",                                      \
	  "List all, in the order of their names.", object, CONFIG_LIST, .step = list_step, .more = true,        \
	  .end = free_own }

static const struct method methods[] = {
	PROFILE_METHODS("Peer", "PeerProfileConfig", CONFIG_PEER_PROFILE),
	PROFILE_METHODS("Tunnel", "TunnelConfig", CONFIG_TUNNEL_PROFILE),
	PROFILE_METHODS("Session", "SessionConfig", CONFIG_SESSION_PROFILE),
	PROFILE_METHODS("Ppp", "PppProfileConfig", CONFIG_PPP_PROFILE),
	KEPT_METHODS("Pool", "PoolConfig", CONFIG_POOL, "pool_name", "pool", "pool: Pool", "pools: []Pool"),
	KEPT_METHODS("Radius", "RadiusConfig", CONFIG_RADIUS, "radius_name", "RADIUS server", "server: Server",
		     "servers: []Server"),
	{ "TunnelExplain", ROLE_READ, "(config: TunnelConfig)", "(parameters: []Explained)",
	  "Where each value of a tunnel, named by tunnel_name or tunnel_id, comes from.",
	  CONFIG_TUNNEL, CONFIG_EXPLAIN, .step = explain_step },
	{ "SessionExplain", ROLE_READ, "(config: SessionConfig)", "(parameters: []Explained)",
	  "Where each value of a session comes from.", CONFIG_SESSION, CONFIG_EXPLAIN, .step = explain_step },
	{ .name = NULL },
};

const struct method_table methods_profile = { .types = types, .methods = methods };
