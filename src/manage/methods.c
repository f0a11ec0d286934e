/* SPDX-License-Identifier: MIT */
/*
 * The table of methods, and those that answer once: commands, show, and Varlink's own about the
 * service itself.
 */
#include "manage/methods.h"

#include <stdlib.h>
#include <string.h>

#include "manage/interface.h"
#include "manage/json.h"

static enum call_step fail(const struct error *failure, json_t **error)
{
	*error = call_failed(failure);
	return CALL_LAST;
}

/* The command that the call's "config" means. False: *error says what is wrong. */
static bool read_command(const struct call *call, struct command *command, json_t **error)
{
	struct error failure = { 0 };
	const char *name;
	json_t *value;

	*command = (struct command){ .object = call->method->object, .verb = call->method->verb };
	json_object_foreach(call->parameters, name, value) {
		if (strcmp(name, "config") == 0)
			continue;
		*error = call_error(INTERFACE_SERVICE ".InvalidParameter", "parameter", name);
		return false;
	}
	if (json_to_config(config_tables[command->object], json_object_get(call->parameters, "config"),
			   &command->config, &command->set, &failure) == 0)
		return true;
	fail(&failure, error);
	return false;
}

static json_t *result_json(const struct command *command, const struct service_result *result)
{
	json_t *object = json_object();

	if (command->object != CONFIG_SYSTEM)
		json_object_set_new_nocheck(object, "tunnel_id", json_integer(result->tunnel_id));
	if (command->object == CONFIG_SESSION)
		json_object_set_new_nocheck(object, "session_id", json_integer(result->session_id));
	if (result->interface_name[0])
		json_object_set_new_nocheck(object, "interface_name", json_from_text(result->interface_name));
	return object;
}

static enum call_step execute_step(struct call *call, json_t **result, json_t **error)
{
	struct service_result done = { 0 };
	struct error failure = { 0 };
	struct command command;
	int ret;

	if (!read_command(call, &command, error))
		return CALL_LAST;
	ret = service_execute(call->service, &command, SERVICE_ORIGIN_ADMIN, call->host->now(), &done, &failure);
	call->host->changed(call->host->context);
	if (ret < 0)
		return fail(&failure, error);
	*result = result_json(&command, &done);
	return CALL_LAST;
}

static enum call_step show_step(struct call *call, json_t **result, json_t **error)
{
	struct error failure = { 0 };
	struct command command;
	json_t *object = NULL;
	const char *name;
	handle found;

	if (!read_command(call, &command, error))
		return CALL_LAST;
	if (command.object == CONFIG_TUNNEL) {
		name = "tunnel";
		if (service_find_tunnel(call->service, &command, &found, &failure) == 0)
			object = show_tunnel(call, found);
	} else {
		name = "session";
		if (service_find_session(call->service, &command, &found, &failure) == 0)
			object = show_session(call, found);
	}
	if (!object)
		return fail(&failure, error);
	*result = json_pack("{s:o}", name, object);
	return CALL_LAST;
}

static enum call_step system_step(struct call *call, json_t **result, json_t **error)
{
	*result = show_system(call);
	return CALL_LAST;
}

static enum call_step reload_step(struct call *call, json_t **result, json_t **error)
{
	struct error failure = { 0 };
	int ret = call->host->reload(call->host->context, &failure);

	call->host->changed(call->host->context);
	if (ret < 0)
		return fail(&failure, error);
	*result = json_object();
	return CALL_LAST;
}

static enum call_step info_step(struct call *call, json_t **result, json_t **error)
{
	*result = json_pack("{s:s, s:s, s:s, s:s, s:[s, s]}", "vendor", "l2tpd", "product", "l2tpd", "version",
			    L2TPD_VERSION, "url", "", "interfaces", INTERFACE_SERVICE, INTERFACE_NAME);
	return CALL_LAST;
}

static enum call_step description_step(struct call *call, json_t **result, json_t **error)
{
	const char *interface = json_string_value(json_object_get(call->parameters, "interface"));
	char *text = interface ? interface_description(interface) : NULL;

	if (!interface)
		*error = call_error(INTERFACE_SERVICE ".InvalidParameter", "parameter", "interface");
	else if (!text)
		*error = call_error(INTERFACE_SERVICE ".InterfaceNotFound", "interface", interface);
	else
		*result = json_pack("{s:s}", "description", text);
	free(text);
	return CALL_LAST;
}

const struct method methods_l2tpd[] = {
	{ "TunnelCreate", "(config: TunnelConfig)", "(tunnel_id: int)", "Create a tunnel.",
	  CONFIG_TUNNEL, CONFIG_CREATE, execute_step },
	{ "TunnelModify", "(config: TunnelConfig)", "(tunnel_id: int)",
	  "Change a tunnel, named by tunnel_name or tunnel_id, while it carries traffic.\n"
	  "With tunnel_id, tunnel_name is its new name.",
	  CONFIG_TUNNEL, CONFIG_MODIFY, execute_step },
	{ "TunnelDelete", "(config: TunnelConfig)", "(tunnel_id: int)",
	  "Delete a tunnel, named by tunnel_name or tunnel_id, with its sessions.",
	  CONFIG_TUNNEL, CONFIG_DELETE, execute_step },
	{ "TunnelShow", "(config: TunnelConfig)", "(tunnel: Tunnel)",
	  "Show a tunnel, named by tunnel_name or tunnel_id.", CONFIG_TUNNEL, CONFIG_SHOW, show_step },
	{ "TunnelList", "(filter: ?TunnelConfig, after_tunnel_id: ?int)", "(tunnels: []Tunnel)",
	  "List the tunnels whose configuration agrees with the filter, in the order of their ids.\n"
	  "Call it with `more`. A list that was interrupted is resumed with after_tunnel_id.",
	  CONFIG_TUNNEL, CONFIG_LIST, list_step },
	{ "SessionCreate", "(config: SessionConfig)", "(tunnel_id: int, session_id: int, interface_name: ?string)",
	  "Create a session in a tunnel that is named by tunnel_name or tunnel_id.",
	  CONFIG_SESSION, CONFIG_CREATE, execute_step },
	{ "SessionModify", "(config: SessionConfig)", "(tunnel_id: int, session_id: int, interface_name: ?string)",
	  "Change a session, named by its tunnel and session_name or session_id, while it carries traffic.\n"
	  "With session_id, session_name is its new name.",
	  CONFIG_SESSION, CONFIG_MODIFY, execute_step },
	{ "SessionDelete", "(config: SessionConfig)", "(tunnel_id: int, session_id: int, interface_name: ?string)",
	  "Delete a session, named by its tunnel and session_name or session_id.",
	  CONFIG_SESSION, CONFIG_DELETE, execute_step },
	{ "SessionShow", "(config: SessionConfig)", "(session: Session)",
	  "Show a session, named by its tunnel and session_name or session_id.",
	  CONFIG_SESSION, CONFIG_SHOW, show_step },
	{ "SessionList", "(filter: ?SessionConfig, after_tunnel_id: ?int, after_session_id: ?int)",
	  "(sessions: []Session)",
	  "List the sessions whose configuration agrees with the filter, in the order of their tunnels' ids\n"
	  "and their own. Call it with `more`. A list that was interrupted is resumed with both ids.",
	  CONFIG_SESSION, CONFIG_LIST, list_step },
	{ "SystemModify", "(config: SystemConfig)", "()", "Change what holds for the whole daemon.",
	  CONFIG_SYSTEM, CONFIG_MODIFY, execute_step },
	{ "SystemShow", "()",
	  "(version: string, config: SystemConfig, state: SystemState, statistics: SystemStatistics)",
	  "Show the daemon itself.", CONFIG_SYSTEM, CONFIG_SHOW, system_step },
	{ "Reload", "()", "()",
	  "Read the configuration file again and make what it says true, with the smallest change.\n"
	  "If anything in it is wrong nothing changes.", CONFIG_SYSTEM, CONFIG_RELOAD, reload_step },
	{ .name = NULL },
};

const struct method methods_service[] = {
	{ "GetInfo", "()",
	  "(vendor: string, product: string, version: string, url: string, interfaces: []string)",
	  "What answers here.", CONFIG_SYSTEM, CONFIG_SHOW, info_step },
	{ "GetInterfaceDescription", "(interface: string)", "(description: string)",
	  "An interface in Varlink's interface language.", CONFIG_SYSTEM, CONFIG_SHOW, description_step },
	{ .name = NULL },
};
