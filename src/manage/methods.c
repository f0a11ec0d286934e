/* SPDX-License-Identifier: MIT */
/*
 * The tables of methods, and those that answer once: commands, show, and Varlink's own about the
 * service itself.
 */
#include "manage/methods.h"

#include <stdlib.h>

#include "manage/authorizer.h"
#include "manage/field.h"
#include "manage/interface.h"
#include "manage/subscribe.h"
#include "service/debug.h"

/* The result's members. */
static void emit_result(struct emit *emit, const struct command *command, const struct service_result *result)
{
	if (command->object != CONFIG_SYSTEM)
		emit_unsigned_member(emit, "tunnel_id", result->tunnel_id);
	if (command->object == CONFIG_SESSION)
		emit_unsigned_member(emit, "session_id", result->session_id);
	if (result->interface_name[0])
		emit_string_member(emit, "interface_name", result->interface_name);
}

/* What the system's configuration would be: can it be made true? */
static int try_system(struct call *call, const struct command *command, struct error *failure)
{
	const struct param_table *table = config_tables[CONFIG_SYSTEM];
	struct system_config wanted = *service_system(call->service);

	for (unsigned int row = 0; row < table->count; row++)
		if (param_set_has(&command->set, row))
			param_copy(table, row, &wanted, &command->config);
	return manage_try_system(call->manage, &wanted, failure);
}

int call_carry_out(struct call *call, const struct command *command, struct service_result *done, json_t **error)
{
	uint32_t mask = service_trace_mask(call->service, command);
	struct error failure = { 0 };
	int ret = service_execute(call->service, command, SERVICE_ORIGIN_ADMIN, call->host->now(), done, &failure);

	call->host->changed(call->host->context);
	call_trace_command(call, mask, command, ret < 0 ? failure.text : NULL);
	if (ret < 0)
		call_fail(&failure, error);
	return ret;
}

/* A step: carries out call_command() and tells the result's ids. */
static enum call_step call_execute(struct call *call, struct emit *result, json_t **error)
{
	struct service_result done = { 0 };
	struct error failure = { 0 };
	struct command command;

	if (!call_command(call, &command, error))
		return CALL_LAST;
	if (command.object == CONFIG_SYSTEM && try_system(call, &command, &failure) < 0)
		return call_fail(&failure, error);
	if (call_carry_out(call, &command, &done, error) == 0)
		emit_result(result, &command, &done);
	return CALL_LAST;
}

static int find_object(struct call *call, const struct command *command, struct field_view *view,
		       struct error *failure)
{
	handle found;

	view->object = command->object;
	if (command->object == CONFIG_TUNNEL)
		return service_find_tunnel(call->service, command, &found, failure) < 0 ? -1 :
		       service_tunnel_view(call->service, found, &view->tunnel);
	return service_find_session(call->service, command, &found, failure) < 0 ? -1 :
	       service_session_view(call->service, found, &view->session);
}

static enum call_step show_step(struct call *call, struct emit *result, json_t **error)
{
	struct error failure = { 0 };
	struct command command;
	struct field_view view;
	int ret;

	if (!call_command(call, &command, error))
		return CALL_LAST;
	ret = find_object(call, &command, &view, &failure);
	call_trace_command(call, service_trace_mask(call->service, &command), &command,
			   ret < 0 ? failure.text : NULL);
	if (ret < 0)
		return call_fail(&failure, error);
	emit_member(result, command.object == CONFIG_TUNNEL ? "tunnel" : "session");
	show_object(call, &view, NULL, result);
	return CALL_LAST;
}

static enum call_step system_step(struct call *call, struct emit *result, json_t **error)
{
	show_system(call, result);
	return CALL_LAST;
}

static enum call_step reload_step(struct call *call, struct emit *result, json_t **error)
{
	struct error failure = { 0 };
	int ret = call->host->reload(call->host->context, &failure);

	call->host->changed(call->host->context);
	return ret < 0 ? call_fail(&failure, error) : CALL_LAST;
}

static enum call_step info_step(struct call *call, struct emit *result, json_t **error)
{
	emit_string_member(result, "vendor", "l2tpd");
	emit_string_member(result, "product", "l2tpd");
	emit_string_member(result, "version", L2TPD_VERSION);
	emit_string_member(result, "url", "");
	emit_open_member(result, "interfaces", '[');
	emit_string(result, INTERFACE_SERVICE);
	emit_string(result, INTERFACE_NAME);
	emit_close(result, ']');
	return CALL_LAST;
}

static enum call_step description_step(struct call *call, struct emit *result, json_t **error)
{
	const char *interface = NULL;
	char *text;

	if (!call_text(call, "interface", &interface, error))
		return CALL_LAST;
	text = interface ? interface_description(interface) : NULL;
	if (!interface)
		*error = call_error(INTERFACE_SERVICE ".InvalidParameter", "parameter", "interface");
	else if (text)
		emit_string_member(result, "description", text);
	else
		*error = call_error(INTERFACE_SERVICE ".InterfaceNotFound", "interface", interface);
	free(text);
	return CALL_LAST;
}

static const struct method methods[] = {
	{ "TunnelCreate", ROLE_CHANGE, "(config: TunnelConfig)", "(tunnel_id: int)", "Create a tunnel.",
	  CONFIG_TUNNEL, CONFIG_CREATE, .step = call_execute },
	{ "TunnelModify", ROLE_CHANGE, "(config: TunnelConfig)", "(tunnel_id: int)",
	  "Change a tunnel, named by tunnel_name or tunnel_id, while it carries traffic.\n"
	  "With tunnel_id, tunnel_name is its new name.",
	  CONFIG_TUNNEL, CONFIG_MODIFY, .step = call_execute },
	{ "TunnelDelete", ROLE_CHANGE, "(config: TunnelConfig)", "(tunnel_id: int)",
	  "Delete a tunnel, named by tunnel_name or tunnel_id, with its sessions.",
	  CONFIG_TUNNEL, CONFIG_DELETE, .step = call_execute },
	{ "TunnelShow", ROLE_READ, "(config: TunnelConfig)", "(tunnel: Tunnel)",
	  "Show a tunnel, named by tunnel_name or tunnel_id.", CONFIG_TUNNEL, CONFIG_SHOW, .step = show_step },
	{ "SessionCreate", ROLE_CHANGE, "(config: SessionConfig)",
	  "(tunnel_id: int, session_id: int, interface_name: ?string)",
	  "Create a session in a tunnel that is named by tunnel_name or tunnel_id.",
	  CONFIG_SESSION, CONFIG_CREATE, .step = call_execute },
	{ "SessionModify", ROLE_CHANGE, "(config: SessionConfig)",
	  "(tunnel_id: int, session_id: int, interface_name: ?string)",
	  "Change a session, named by its tunnel and session_name or session_id, while it carries traffic.\n"
	  "With session_id, session_name is its new name.",
	  CONFIG_SESSION, CONFIG_MODIFY, .step = call_execute },
	{ "SessionDelete", ROLE_CHANGE, "(config: SessionConfig)",
	  "(tunnel_id: int, session_id: int, interface_name: ?string)",
	  "Delete a session, named by its tunnel and session_name or session_id.",
	  CONFIG_SESSION, CONFIG_DELETE, .step = call_execute },
	{ "SessionShow", ROLE_READ, "(config: SessionConfig)", "(session: Session)",
	  "Show a session, named by its tunnel and session_name or session_id.",
	  CONFIG_SESSION, CONFIG_SHOW, .step = show_step },
	{ "SystemModify", ROLE_CHANGE, "(config: SystemConfig)", "()", "Change what holds for the whole daemon.",
	  CONFIG_SYSTEM, CONFIG_MODIFY, .step = call_execute },
	{ "SystemShow", ROLE_READ, "()",
	  "(version: string, config: SystemConfig, state: SystemState, statistics: SystemStatistics, "
	  "control: ControlStatistics, messages_sent: ControlMessages, messages_received: ControlMessages, "
	  "messages_bad: ControlMessages, openl2tp: OpenL2tpStatistics)",
	  "Show the daemon itself.", CONFIG_SYSTEM, CONFIG_SHOW, .step = system_step },
	{ "Reload", ROLE_CHANGE, "()", "()",
	  "Read the configuration file again and make what it says true, with the smallest change.\n"
	  "If anything in it is wrong nothing changes.", CONFIG_SYSTEM, CONFIG_RELOAD, .step = reload_step },
	{ .name = NULL },
};

static const struct method_table methods_commands = { .methods = methods };

/* In the order of the interface description. */
const struct method_table *const methods_tables[] = {
	&methods_commands,
	&methods_authorizer,
	&methods_capture,
	&methods_config,
	&methods_debug,
	&methods_kernel,
	&methods_line,
	&methods_list,
	&methods_names,
	&methods_status,
	&methods_subscribe,
	&methods_profile,
	&methods_peer,
	NULL,
};

const struct method methods_service[] = {
	{ "GetInfo", ROLE_READ, "()",
	  "(vendor: string, product: string, version: string, url: string, interfaces: []string)",
	  "What answers here.", CONFIG_SYSTEM, CONFIG_SHOW, .step = info_step },
	{ "GetInterfaceDescription", ROLE_READ, "(interface: string)", "(description: string)",
	  "An interface in Varlink's interface language.", CONFIG_SYSTEM, CONFIG_SHOW, .step = description_step },
	{ .name = NULL },
};
