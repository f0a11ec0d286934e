/* SPDX-License-Identifier: MIT */
/*
 * Trace categories over the API, and the API's own category: who asked for what, and what became of it.
 */
#include "service/debug.h"

#include "base/trace.h"
#include "manage/methods.h"

static enum call_step debug_step(struct call *call, struct emit *result, json_t **error)
{
	struct error failure = { 0 };
	struct service_debug debug;
	char text[TRACE_TEXT_MAX];
	struct command command;
	bool app = false;

	if (!call_command(call, &command, error) || !call_flag(call, "app", &app, error))
		return CALL_LAST;
	command.options = app ? CONFIG_OPTION_APP : 0;
	if (service_debug(call->service, &command, call->host->now(), &debug, &failure) < 0)
		return call_fail(&failure, error);
	emit_string_member(result, "trace_flags", trace_format(debug.flags, text));
	emit_string_member(result, "effective", trace_format(debug.effective, text));
	return CALL_LAST;
}

static const struct method methods[] = {
	{ "DebugModify", ROLE_CHANGE, "(config: DebugConfig, app: ?bool)", "(trace_flags: string, effective: string)",
	  "Switch trace categories of the object that the config names, or of the daemon itself (app, or no\n"
	  "object named); the others stay.\n"
	  "The result tells which are on then: the object's own, and with those that it gets from its tunnel.",
	  CONFIG_DEBUG, CONFIG_MODIFY, .step = debug_step },
	{ "DebugShow", ROLE_READ, "(config: DebugConfig, app: ?bool)", "(trace_flags: string, effective: string)",
	  "Tell which trace categories of an object, or of the daemon, are on.",
	  CONFIG_DEBUG, CONFIG_SHOW, .step = debug_step },
	{ .name = NULL },
};

const struct method_table methods_debug = { .methods = methods };

/* Without the values of secrets. */
static const char *command_text(const struct command *command, char out[COMMAND_TEXT_MAX])
{
	const struct param_table *table = config_tables[command->object];
	struct command shown = *command;

	for (unsigned int row = 0; row < table->count; row++)
		if (table->params[row].flags & PARAM_SECRET)
			param_set_remove(&shown.set, row);
	return command_write(&shown, out, COMMAND_TEXT_MAX) < 0 ? "" : out;
}

/* Whom the command named. */
static struct log_about about_command(const struct command *command)
{
	const struct tunnel_config *tunnel = &command->config.tunnel;
	const struct session_config *session = &command->config.session;

	if (command->object == CONFIG_TUNNEL)
		return (struct log_about){ .tunnel = tunnel->tunnel_name, .tunnel_id = tunnel->tunnel_id };
	if (command->object == CONFIG_SESSION)
		return (struct log_about){ .tunnel = session->tunnel_name, .tunnel_id = session->tunnel_id,
					   .session = session->session_name, .session_id = session->session_id };
	return (struct log_about){ .tunnel = NULL };
}

void call_trace_command(struct call *call, uint32_t mask, const struct command *command, const char *refused)
{
	char text[COMMAND_TEXT_MAX];
	struct log_about about;

	call->traced = true;
	if (!(mask & TRACE_API))
		return;
	about = about_command(command);
	trace(mask, TRACE_API, &about, "pid %d (uid %u): %s%s%s", (int)call->caller.pid,
	      (unsigned int)call->caller.uid, command_text(command, text), refused ? ": " : "", refused ? refused : "");
}

void call_trace(const struct call *call, const char *method, const char *refused)
{
	if (call->traced)
		return;
	trace(service_trace_mask(call->service, NULL), TRACE_API, NULL, "pid %d (uid %u): %s%s%s",
	      (int)call->caller.pid, (unsigned int)call->caller.uid, method, refused ? ": " : "",
	      refused ? refused : "");
}
