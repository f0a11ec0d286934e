/* SPDX-License-Identifier: MIT */
/*
 * One command: one call, and its answer printed.
 */
#include "l2tpctl/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "l2tpctl/output.h"
#include "l2tpctl/request.h"
#include "l2tpctl/server.h"
#include "os/standard.h"

/* place.line 0: not from a script. */
static void print_error(const struct run *run, const struct error *error, struct config_place place)
{
	if (run->json) {
		json_t *object = json_pack("{s:{s:s, s:s}}", "error", "code", error_code_name(error->code), "message",
					   error->text);

		if (error->parameter[0])
			json_object_set_new(json_object_get(object, "error"), "parameter",
					    json_string(error->parameter));
		if (place.line)
			json_object_set_new(json_object_get(object, "error"), "line", json_integer(place.line));
		json_dumpf(object, stderr, 0);
		fputc('\n', stderr);
		json_decref(object);
	} else if (place.line) {
		fprintf(stderr, "%s:%u:%u: %s\n", run->source ? run->source : "command", place.line, place.column,
			error->text);
	} else {
		fprintf(stderr, "l2tpctl: %s\n", error->text);
	}
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

	if (command->verb == CONFIG_SHOW && command->object != CONFIG_SYSTEM)
		object = json_object_get(answer, config_object_name(command->object));
	if (run->json)
		print_json(object);
	else if (command->verb == CONFIG_SHOW)
		output_show(command, object, stdout);
	if (!run->quiet && !run->json)
		output_notice(command, answer, stderr);
}

static enum api_outcome run_single(struct run *run, const struct command *command, struct error *error)
{
	enum api_outcome outcome;
	bool continues;
	json_t *answer;

	outcome = api_reply(&run->api, &answer, &continues, error);
	if (outcome == API_OK)
		print_answer(run, command, answer);
	json_decref(answer);
	return outcome;
}

static void print_batch(const struct run *run, const struct command *command, const json_t *batch,
			struct table *table, unsigned int *printed)
{
	const json_t *object;
	size_t i;

	json_array_foreach(batch, i, object) {
		if (!run->json) {
			output_list_object(command, object, table, stdout);
			continue;
		}
		fputs(*printed ? ",\n" : "[\n", stdout);
		json_dumpf(object, stdout, JSON_INDENT(2));
		++*printed;
	}
}

/* An array as it comes in, batch by batch: a long list is never whole in memory. */
static enum api_outcome run_list(struct run *run, const struct command *command, struct error *error)
{
	const char *member = command->object == CONFIG_TUNNEL ? "tunnels" : "sessions";
	enum api_outcome outcome;
	unsigned int printed = 0;
	bool continues;
	struct table table;
	json_t *answer;

	output_list_begin(command, &table);
	do {
		outcome = api_reply(&run->api, &answer, &continues, error);
		if (outcome == API_OK)
			print_batch(run, command, json_object_get(answer, member), &table, &printed);
		json_decref(answer);
	} while (outcome == API_OK && continues);
	if (run->json && outcome == API_OK)
		puts(printed ? "\n]" : "[]");
	table_end(&table, stdout);
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

static enum status run_command(struct run *run, const struct command *command, struct error *error)
{
	bool list = command->verb == CONFIG_LIST;
	char method[REQUEST_METHOD_MAX];
	enum api_outcome outcome;

	outcome = api_call(&run->api, request_method(command, method), request_parameters(command), list, error);
	if (outcome == API_OK)
		outcome = list ? run_list(run, command, error) : run_single(run, command, error);
	if (outcome == API_OK && os_standard_flush(error) < 0)
		return STATUS_REFUSED;
	return run_status(outcome);
}

enum status run_words(struct run *run, const char *const *words, unsigned int count)
{
	enum status status = STATUS_USAGE;
	struct error error = { 0 };
	struct command command;

	if (server_is_meant(words, count))
		status = server_run(&run->api, words, count, run->json, &error);
	else if (command_parse(words, count, &command, NULL, NULL, &error) == 0)
		status = run_command(run, &command, &error);
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
		if (server_is_meant(reader.words, reader.word_count))
			status = server_run(&run->api, reader.words, reader.word_count, run->json, &error);
		else
			status = found < 0 ? STATUS_USAGE : run_command(run, &command, &error);
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
