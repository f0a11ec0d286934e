/* SPDX-License-Identifier: MIT */
/*
 * One command: one call, and its answer printed.
 */
#include "l2tpctl/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "l2tpctl/capture.h"
#include "l2tpctl/configuration.h"
#include "l2tpctl/explain.h"
#include "l2tpctl/kernel.h"
#include "l2tpctl/list.h"
#include "l2tpctl/debug.h"
#include "l2tpctl/output.h"
#include "l2tpctl/request.h"
#include "l2tpctl/secret.h"
#include "l2tpctl/server.h"
#include "l2tpctl/status.h"
#include "l2tpctl/watch.h"
#include "os/standard.h"

/* A member only where there is something to say. */
static void set_text(json_t *object, const char *name, const char *text)
{
	if (text[0])
		json_object_set_new(object, name, json_string(text));
}

static void print_error_json(const struct error *error, const struct config_place *place)
{
	json_t *failed = json_pack("{s:s, s:s}", "code", error_code_name(error->code), "message", error->text);
	json_t *object = json_pack("{s:o}", "error", failed);

	set_text(failed, "object", error->object);
	set_text(failed, "parameter", error->parameter);
	if (place->line)
		json_object_set_new(failed, "line", json_integer(place->line));
	json_dumpf(object, stderr, 0);
	fputc('\n', stderr);
	json_decref(object);
}

/* "standard input:7:14: tunnel lon: ..."; place.line 0: not from a script. */
static void print_error(const struct run *run, const struct error *error, struct config_place place)
{
	if (run->json) {
		print_error_json(error, &place);
		return;
	}
	if (place.line)
		fprintf(stderr, "%s:%u:%u: ", run->source ? run->source : "command", place.line, place.column);
	else
		fputs("l2tpctl: ", stderr);
	fprintf(stderr, "%s%s%s\n", error->object, error->object[0] ? ": " : "", error->text);
}

static void print_json(const json_t *value)
{
	json_dumpf(value, stdout, JSON_INDENT(2));
	putchar('\n');
}

/* The answer of everything but list. */
static void print_answer(const struct run *run, const struct command *command, const json_t *answer)
{
	const json_t *object = answer;

	if (command->verb == CONFIG_SHOW && command->object != CONFIG_SYSTEM && command->object != CONFIG_DEBUG)
		object = output_shown(answer);
	if (run->json)
		print_json(object);
	else if (command->object == CONFIG_DEBUG)
		debug_print(object, stdout);
	else if (command->verb == CONFIG_SHOW)
		output_show(command, object, stdout);
	else if (command->verb == CONFIG_EXPLAIN)
		explain_print(command, object, stdout);
	if (!run->quiet && !run->json)
		output_notice(command, answer, stderr);
}

static enum api_outcome run_single(struct run *run, const struct command *command, struct error *error)
{
	char method[REQUEST_METHOD_MAX];
	enum api_outcome outcome;
	json_t *answer = NULL;
	bool continues;

	outcome = api_call(&run->api, request_method(command, method), request_parameters(command), false, error);
	if (outcome == API_OK)
		outcome = api_reply(&run->api, &answer, &continues, error);
	if (outcome == API_OK)
		print_answer(run, command, answer);
	json_decref(answer);
	return outcome;
}

enum status run_status(enum api_outcome outcome)
{
	static const enum status status_of[] = {
		[API_OK] = STATUS_OK, [API_REFUSED] = STATUS_REFUSED, [API_UNKNOWN] = STATUS_UNKNOWN,
		[API_DENIED] = STATUS_DENIED, [API_UNREACHABLE] = STATUS_UNREACHABLE,
	};

	return status_of[outcome];
}

/* Words that only mean something in a file. */
static enum status refuse_include(struct run *run, const struct command *command, struct error *error)
{
	error_set(error, ERROR_UNSUPPORTED, NULL,
		  "include is for configuration files: `l2tpctl <FILE` carries out the commands of one");
	return STATUS_USAGE;
}

/* Commands that are more than one call and its answer, which they print themselves. */
static const struct own {
	enum config_object object;
	enum config_verb verb;
	enum status (*run)(struct run *run, const struct command *command, struct error *error);
} own[] = {
	{ CONFIG_CAPTURE, CONFIG_CAPTURE_SESSION, capture_run },
	{ CONFIG_CAPTURE, CONFIG_CAPTURE_TUNNEL, capture_run },
	{ CONFIG_CONFIG, CONFIG_CHECK, configuration_run },
	{ CONFIG_CONFIG, CONFIG_INCLUDE, refuse_include },
	{ CONFIG_CONFIG, CONFIG_RESTORE, configuration_run },
	{ CONFIG_CONFIG, CONFIG_SAVE, configuration_run },
	{ CONFIG_KERNEL, CONFIG_KERNEL_PPPOL2TP, kernel_run },
	{ CONFIG_KERNEL, CONFIG_KERNEL_TUNNELS, kernel_run },
	{ CONFIG_SERVER, CONFIG_MODIFY, server_run },
	{ CONFIG_SERVER, CONFIG_SHOW, server_run },
	{ CONFIG_SYSTEM, CONFIG_STATUS, status_run },
	{ CONFIG_SYSTEM, CONFIG_WATCH, watch_run },
};

static const struct own *find_own(const struct command *command)
{
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (own[i].object == command->object && own[i].verb == command->verb)
			return &own[i];
	return NULL;
}

static enum status run_command(struct run *run, struct command *command, const struct command_extra *extra,
			       struct error *error)
{
	const struct own *special = find_own(command);
	enum status status;

	if (secret_take(run, command, error) < 0)
		return STATUS_USAGE;
	if (special)
		status = special->run(run, command, error);
	else if (command->verb == CONFIG_LIST)
		status = run_status(list_run(run, command, extra, error));
	else
		status = run_status(run_single(run, command, error));
	if (status == STATUS_OK && os_standard_flush(error) < 0)
		status = STATUS_REFUSED;
	return status;
}

/* What could be understood of words that are no command tells what they are about. */
static void name_object(const char *const *words, unsigned int count, struct error *error)
{
	char object[ERROR_OBJECT_MAX];
	struct command command;

	if (count && command_salvage(words, count, &command))
		error_name_object(error, command_object(&command, object));
}

/* Which host a command is for is said for those behind it, too: here there are none. */
static int refuse_to_no_end(const struct command *command, struct error *error)
{
	const char *name = command->config.server.name;

	if (command->object != CONFIG_SERVER || command->verb != CONFIG_MODIFY)
		return 0;
	return error_set(error, ERROR_UNSUPPORTED, "name", "server modify holds for the commands behind it, and here "
			 "are none: `l2tpctl -H %s COMMAND...`", name[0] ? name : "HOST");
}

enum status run_words(struct run *run, const char *const *words, unsigned int count)
{
	enum status status = STATUS_USAGE;
	struct error error = { 0 };
	struct command_extra extra;
	struct command command;

	if (command_parse(words, count, &command, &extra, NULL, &error) < 0) {
		name_object(words, count, &error);
	} else if (refuse_to_no_end(&command, &error) == 0) {
		secret_warn(&command);
		status = run_command(run, &command, &extra, &error);
	}
	if (status != STATUS_OK)
		print_error(run, &error, (struct config_place){ 0, 0 });
	return status;
}

enum status run_text(struct run *run, const char *text, size_t length, unsigned int line)
{
	enum status status = STATUS_OK;
	struct command_reader reader;
	struct config_place place;
	struct error error = { 0 };
	struct command command;
	int found;

	if (command_reader_begin(&reader, text, length) < 0)
		abort();
	while (status == STATUS_OK && (found = command_reader_next(&reader, &command, &place, &error)) != 0) {
		if (found < 0)
			name_object(reader.words, reader.word_count, &error);
		status = found < 0 ? STATUS_USAGE : run_command(run, &command, &reader.extra, &error);
		if ((status == STATUS_REFUSED || status == STATUS_UNKNOWN) && error.parameter[0])
			place = command_reader_place_of(&reader, &command, error.parameter);
		place.line += line - 1;
		if (!run->source)
			place.line = 0;		/* it is on the screen */
		if (status != STATUS_OK)
			print_error(run, &error, place);
	}
	command_reader_end(&reader);
	return status;
}

bool run_is_exit(const char *line)
{
	static const char *const words[] = { "exit", "quit" };

	line += strspn(line, " \t");
	for (int i = 0; i < 2; i++)
		if (strncasecmp(line, words[i], 4) == 0 && line[4 + strspn(line + 4, " \t\r\n;")] == '\0')
			return true;
	return false;
}

/* Does the command go on on the next line? */
static bool continues(const char *text, size_t length)
{
	while (length && (text[length - 1] == '\n' || text[length - 1] == '\r'))
		length--;
	return length && text[length - 1] == '\\';
}

enum status run_script(struct run *run)
{
	enum status status = STATUS_OK;
	unsigned int first = 1, lines = 0;
	char *text = NULL, *line = NULL;
	size_t size = 0, used = 0;
	ssize_t length;

	run->source = "standard input";
	while (status == STATUS_OK && (length = getline(&line, &size, stdin)) >= 0) {
		char *longer = realloc(text, used + (size_t)length + 1);

		if (!longer)
			abort();
		text = longer;
		memcpy(text + used, line, (size_t)length + 1);
		used += (size_t)length;
		lines++;
		if (used == (size_t)length && run_is_exit(text)) {
			used = 0;
			break;
		}
		if (continues(text, used))
			continue;
		status = run_text(run, text, used, first);
		first = lines + 1;
		used = 0;
	}
	if (used && status == STATUS_OK)	/* the last line ends with a backslash */
		status = run_text(run, text, used, first);
	free(text);
	free(line);
	return status;
}
