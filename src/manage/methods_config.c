/* SPDX-License-Identifier: MIT */
/*
 * The configuration as a whole: what runs, as commands, and a text that is to run instead.
 *
 * A text comes in parts, as one message holds little.  They are kept until they are committed: those of one client
 * at a time, of bounded size, and not for long when nothing more comes.
 */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "config/source.h"
#include "manage/interface.h"
#include "manage/methods.h"
#include "manage/server.h"
#include "service/save.h"

static enum call_step no_memory(json_t **error)
{
	static const struct error failure = { .code = ERROR_SYSTEM, .text = "out of memory" };

	return call_fail(&failure, error);
}

/* --- saving --- */

static void emit_secrets(const struct command *command, const struct param_set *secrets, bool told, struct emit *out)
{
	const struct param_table *table = config_tables[command->object];
	char value[PARAM_TEXT_MAX];

	emit_open_member(out, "secrets", '[');
	for (unsigned int row = param_set_next(secrets, 0); row < PARAM_SET_MAX;
	     row = param_set_next(secrets, row + 1)) {
		emit_open(out, '{');
		emit_string_member(out, "parameter", table->params[row].name);
		if (told)
			emit_string_member(out, "value", param_format(table, row, &command->config, value));
		emit_close(out, '}');
	}
	emit_close(out, ']');
}

static void emit_command(struct command *command, const struct param_set *secrets, bool told, struct emit *out)
{
	char text[COMMAND_TEXT_MAX];

	emit_open(out, '{');
	if (!param_set_is_empty(secrets))
		emit_secrets(command, secrets, told, out);
	for (unsigned int row = param_set_next(secrets, 0); row < PARAM_SET_MAX; row = param_set_next(secrets, row + 1))
		param_set_remove(&command->set, row);
	command_write(command, text, sizeof(text));
	emit_string_member(out, "text", text);
	emit_close(out, '}');
}

static bool refuse_secrets(const struct call *call, bool wanted, json_t **error)
{
	if (!wanted || call->caller.role >= ROLE_CHANGE)
		return false;
	*error = call_error(INTERFACE_NAME ".PermissionDenied", "message",
			    "secrets are told only to who has the right to change: save without them");
	return true;
}

static enum call_step save_step(struct call *call, struct emit *result, json_t **error)
{
	struct service_save *save = call->own;
	struct param_set secrets;
	struct command command;
	bool told = false, more = true;

	if (!call_flag(call, "secrets", &told, error) || refuse_secrets(call, told, error))
		return CALL_LAST;
	if (!save)
		save = call->own = calloc(1, sizeof(*save));
	if (!save)
		return no_memory(error);
	emit_open_member(result, "commands", '[');
	for (unsigned int i = 0; i < CALL_BATCH_MAX && result->length < CALL_REPLY_OCTETS && more; i++) {
		more = service_save_next(call->service, save, &command, &secrets);
		if (more)
			emit_command(&command, &secrets, told, result);
	}
	emit_close(result, ']');
	return more ? CALL_REPLY : CALL_LAST;
}

static void save_end(struct call *call)
{
	free(call->own);
}

/* --- restoring --- */

#define RESTORE_IDLE_MS 60000		/* between two parts */

struct restore {
	uint64_t number;		/* which one it is: who commits another's is refused */
	struct manage *manage;
	struct event *deadline;
	struct source_list sources;
	/* the text that grows: parts of one name that follow each other are one, as a command may begin in one
	 * and end in the next */
	char *name, *text;
	size_t length, size;
	unsigned int first_line, next_line;
};

void restore_free(struct restore *restore)
{
	if (!restore)
		return;
	if (restore->deadline)
		event_free(restore->deadline);
	source_free(&restore->sources);
	free(restore->name);
	free(restore->text);
	restore->manage->restore = NULL;
	free(restore);
}

static void expired(evutil_socket_t fd, short what, void *context)
{
	log_warning("API: a configuration of which no more came for %d s is forgotten", RESTORE_IDLE_MS / 1000);
	restore_free(context);
}

static void touch(struct restore *restore)
{
	const struct timeval delay = { RESTORE_IDLE_MS / 1000, 0 };

	event_add(restore->deadline, &delay);
}

/* One that was begun and left is in nobody's way: whoever begins another has its place. */
static enum call_step begin_step(struct call *call, struct emit *result, json_t **error)
{
	struct restore *restore;

	restore_free(call->manage->restore);
	restore = calloc(1, sizeof(*restore));
	if (!restore)
		return no_memory(error);
	restore->manage = call->manage;
	restore->number = ++call->manage->restores;
	restore->deadline = event_new(call->manage->loop, -1, 0, expired, restore);
	call->manage->restore = restore;
	if (!restore->deadline) {
		restore_free(restore);
		return no_memory(error);
	}
	touch(restore);
	emit_unsigned_member(result, "restore", restore->number);
	return CALL_LAST;
}

/* The restore that the call is about. NULL: *error says what is wrong. */
static struct restore *find_restore(const struct call *call, json_t **error)
{
	struct restore *restore = call->manage->restore;
	struct error failure = { 0 };
	uint64_t number = 0;

	if (!call_number(call, "restore", INT64_MAX, &number, error))
		return NULL;
	if (restore && restore->number == number)
		return restore;
	error_set(&failure, ERROR_UNKNOWN, "restore",
		  "this restore is over: somebody else began one, or nothing came for %d s: begin again",
		  RESTORE_IDLE_MS / 1000);
	*error = call_failed(&failure);
	return NULL;
}

/* The text that grew is complete. */
static int end_text(struct restore *restore, struct error *error)
{
	char *text = restore->text;

	if (!restore->name)
		return 0;
	restore->text = NULL;
	restore->size = 0;
	if (source_add_text(&restore->sources, restore->name, restore->first_line, text, restore->length, error) < 0)
		return -1;
	free(restore->name);
	restore->name = NULL;
	restore->length = 0;
	return 0;
}

static int grow(struct restore *restore, const char *text, size_t length, struct error *error)
{
	size_t size = restore->size ? restore->size : 4096;
	char *larger;

	if (restore->sources.octets + restore->length + length > SOURCE_OCTETS_MAX)
		return error_set(error, ERROR_LIMIT, NULL, "a configuration may have %u MiB", SOURCE_OCTETS_MAX >> 20);
	while (size < restore->length + length)
		size *= 2;
	if (size != restore->size) {
		larger = realloc(restore->text, size);
		if (!larger)
			return error_set(error, ERROR_SYSTEM, NULL, "out of memory");
		restore->text = larger;
		restore->size = size;
	}
	memcpy(restore->text + restore->length, text, length);
	restore->length += length;
	for (const char *at = text; (at = memchr(at, '\n', length - (size_t)(at - text))); at++)
		restore->next_line++;
	return 0;
}

static int add_part(struct restore *restore, const char *name, unsigned int first_line, const char *text,
		    struct error *error)
{
	bool goes_on = restore->name && strcmp(restore->name, name) == 0 && restore->next_line == first_line;

	if (!goes_on) {
		if (end_text(restore, error) < 0)
			return -1;
		restore->name = strdup(name);
		if (!restore->name)
			return error_set(error, ERROR_SYSTEM, NULL, "out of memory");
		restore->first_line = restore->next_line = first_line;
	}
	return grow(restore, text, strlen(text), error);
}

static enum call_step part_step(struct call *call, struct emit *result, json_t **error)
{
	struct restore *restore = find_restore(call, error);
	const char *name = "configuration", *text = "";
	struct error failure = { 0 };
	uint64_t first_line = 1;

	if (!restore || !call_text(call, "name", &name, error) ||
	    !call_number(call, "first_line", UINT32_MAX, &first_line, error) || !call_text(call, "text", &text, error))
		return CALL_LAST;
	if (add_part(restore, name, (unsigned int)first_line, text, &failure) < 0) {
		restore_free(restore);
		return call_fail(&failure, error);
	}
	touch(restore);
	return CALL_LAST;
}

static void emit_outcome(struct manage_restore *outcome, struct emit *result)
{
	emit_open_member(result, "mistakes", '[');
	for (unsigned int i = 0; i < MANAGE_MISTAKES_MAX && outcome->mistakes[i]; i++) {
		emit_string(result, outcome->mistakes[i]);
		free(outcome->mistakes[i]);
	}
	emit_close(result, ']');
	emit_unsigned_member(result, "mistake_count", outcome->mistake_count);
	emit_unsigned_member(result, "tunnels", outcome->tunnels);
	emit_unsigned_member(result, "sessions", outcome->sessions);
}

static enum call_step commit_step(struct call *call, struct emit *result, json_t **error)
{
	struct restore *restore = find_restore(call, error);
	struct manage_restore outcome = { .check_only = false };
	struct error failure = { 0 };

	if (!restore || !call_flag(call, "check_only", &outcome.check_only, error))
		return CALL_LAST;
	if (end_text(restore, &failure) < 0) {
		restore_free(restore);
		return call_fail(&failure, error);
	}
	outcome.sources = restore->sources;
	restore->sources = (struct source_list){ .items = NULL };
	restore_free(restore);
	call->host->restore(call->host->context, &outcome);
	call->host->changed(call->host->context);
	source_free(&outcome.sources);
	emit_outcome(&outcome, result);
	return CALL_LAST;
}

/* --- the table --- */

static const struct method methods[] = {
	{ .name = "ConfigSave", .role = ROLE_READ, .parameters = "(secrets: ?bool)",
	  .result = "(commands: []SavedCommand)",
	  .help = "All that is configured, as commands in the order in which they can be carried out. Given to a\n"
		  "restore, they change nothing; given to one elsewhere, they make the same. Call it with `more`.\n"
		  "With secrets, which takes the right to change, the values of secrets are told.",
	  .object = CONFIG_CONFIG, .verb = CONFIG_SAVE, .step = save_step, .more = true, .end = save_end },
	{ .name = "ConfigRestoreBegin", .role = ROLE_CHANGE, .parameters = "()", .result = "(restore: int)",
	  .help = "Begin to send a configuration. There is one at a time: one that was begun before is forgotten.",
	  .object = CONFIG_CONFIG, .verb = CONFIG_RESTORE, .step = begin_step },
	{ .name = "ConfigRestorePart", .role = ROLE_CHANGE,
	  .parameters = "(restore: int, name: ?string, first_line: ?int, text: string)", .result = "()",
	  .help = "The next part of it: whole lines, of the file of this name, from this line on. Parts together may\n"
		  "have 64 MiB, and may be a minute apart.",
	  .object = CONFIG_CONFIG, .verb = CONFIG_RESTORE, .step = part_step },
	{ .name = "ConfigRestoreCommit", .role = ROLE_CHANGE, .parameters = "(restore: int, check_only: ?bool)",
	  .result = "(mistakes: []string, mistake_count: int, tunnels: int, sessions: int)",
	  .help = "Make the configuration that was sent true, with the smallest change: what it does not name goes.\n"
		  "If there is any mistake nothing changes, and the first of them are told, as NAME:LINE:COLUMN: what.\n"
		  "With check_only nothing changes either way.",
	  .object = CONFIG_CONFIG, .verb = CONFIG_RESTORE, .step = commit_step },
	{ .name = NULL },
};

const struct method_table methods_config = {
	.types = "# One command of a saved configuration, without its secrets.\n"
		 "type SavedCommand (\n  text: string,\n  secrets: ?[]SavedSecret\n)\n"
		 "\n# A secret of it.\n"
		 "type SavedSecret (\n  parameter: string,\n  value: ?string\n)\n",
	.methods = methods,
};
