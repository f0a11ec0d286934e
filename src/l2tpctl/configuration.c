/* SPDX-License-Identifier: MIT */
/*
 * See configuration.h.  What is restored is read here, with all that it includes, sent in parts, and then
 * committed: all of it or nothing.
 */
#include "l2tpctl/configuration.h"

#include <stdlib.h>
#include <string.h>

#include "config/source.h"
#include "l2tpctl/progress.h"
#include "l2tpctl/save.h"
#include "os/file.h"

#define PART_MAX 40000u		/* octets: with each of them escaped it is less than a message may have */
#define MUCH (1u << 20)		/* octets that take the daemon a while */

struct restore {
	struct run *run;
	struct error *error;
	struct progress progress;
	const char *path;
	bool check_only;
	struct source_list sources;
	json_int_t number;		/* of the restore, as the daemon calls it */
	size_t sent;
	unsigned int mistakes;
};

/* --- reading --- */

static int found(void *sink, const char *path, char *text, size_t length, struct error *error)
{
	return source_add_file(sink, path, text, length, error);
}

static int read_files(void *context, const char *path, struct source_list *list, struct error *error)
{
	return os_file_read_all(path, false, SOURCE_OCTETS_MAX - list->octets, found, list, error);
}

static void print_mistake(const struct restore *restore, const char *mistake)
{
	json_t *object;

	if (!restore->run->json) {
		fprintf(stderr, "%s\n", mistake);
		return;
	}
	object = json_pack("{s:{s:s, s:s}}", "error", "code", error_code_name(ERROR_VALUE), "message", mistake);
	json_dumpf(object, stderr, 0);
	fputc('\n', stderr);
	json_decref(object);
}

static const char *source_name(const struct restore *restore)
{
	return strcmp(restore->path, "-") == 0 ? "standard input" : restore->path;
}

static int refuse(const struct restore *restore)
{
	return error_set(restore->error, ERROR_VALUE, NULL, "%u mistake%s in %s: nothing was changed",
			 restore->mistakes, restore->mistakes == 1 ? "" : "s", source_name(restore));
}

/* What was wrong with includes. */
static int tell_faults(struct restore *restore)
{
	char line[3 * ERROR_TEXT_MAX];

	for (unsigned int i = 0; i < restore->sources.count; i++) {
		const struct source *piece = &restore->sources.items[i];

		if (!piece->fault)
			continue;
		snprintf(line, sizeof(line), "%s:%u:%u: %s", piece->name, piece->first_line, piece->first_column,
			 piece->fault->text);
		print_mistake(restore, line);
		restore->mistakes++;
	}
	return restore->mistakes ? refuse(restore) : 0;
}

/* --- sending --- */

/* A call that answers once. *answer: the caller's. */
static enum api_outcome call(struct restore *restore, const char *method, json_t *parameters, json_t **answer)
{
	struct api *api = &restore->run->api;
	enum api_outcome outcome = api_call(api, method, parameters, false, restore->error);
	bool continues;

	*answer = NULL;
	return outcome == API_OK ? api_reply(api, answer, &continues, restore->error) : outcome;
}

/* The octets of the next part: whole lines where they fit. */
static size_t part_length(const char *text, size_t left)
{
	const char *newline;

	if (left <= PART_MAX)
		return left;
	newline = memrchr(text, '\n', PART_MAX);
	return newline ? (size_t)(newline - text) + 1 : 0;
}

static unsigned int count_lines(const char *text, size_t length)
{
	unsigned int lines = 0;

	for (const char *at = text; (at = memchr(at, '\n', length - (size_t)(at - text))); at++)
		lines++;
	return lines;
}

static enum api_outcome send_part(struct restore *restore, const char *name, unsigned int line, const char *text,
				  size_t length)
{
	json_t *part = memchr(text, '\0', length) ? NULL : json_stringn(text, length), *answer;
	enum api_outcome outcome;

	if (!part || !length) {
		json_decref(part);
		error_set(restore->error, ERROR_SYNTAX, NULL,
			  length ? "%s is no text in UTF-8, in line %u or behind it" :
				   "%s has a line that is too long, line %u", name, line);
		return API_REFUSED;
	}
	outcome = call(restore, "ConfigRestorePart",
		       json_pack("{s:I, s:s, s:I, s:o}", "restore", restore->number, "name", name, "first_line",
				 (json_int_t)line, "text", part), &answer);
	json_decref(answer);
	restore->sent += length;
	progress_show(&restore->progress, "sending", restore->sent, restore->sources.octets);
	return outcome;
}

static enum api_outcome send_piece(struct restore *restore, const struct source *piece)
{
	enum api_outcome outcome = API_OK;
	unsigned int line = piece->first_line;
	size_t done = 0;

	while (outcome == API_OK && done < piece->length) {
		size_t length = part_length(piece->text + done, piece->length - done);

		outcome = send_part(restore, piece->name, line, piece->text + done, length);
		line += count_lines(piece->text + done, length);
		done += length;
	}
	return outcome;
}

static enum api_outcome send_all(struct restore *restore)
{
	enum api_outcome outcome;
	json_t *answer;

	outcome = call(restore, "ConfigRestoreBegin", json_object(), &answer);
	restore->number = json_integer_value(json_object_get(answer, "restore"));
	json_decref(answer);
	for (unsigned int i = 0; i < restore->sources.count && outcome == API_OK; i++)
		outcome = send_piece(restore, &restore->sources.items[i]);
	return outcome;
}

/* --- committing --- */

static void tell(const struct restore *restore, const json_t *answer)
{
	json_int_t tunnels = json_integer_value(json_object_get(answer, "tunnels"));
	json_int_t sessions = json_integer_value(json_object_get(answer, "sessions"));

	if (restore->run->json)
		json_dumpf(answer, stdout, JSON_INDENT(2));
	if (restore->run->json)
		putchar('\n');
	if (restore->run->json || restore->run->quiet)
		return;
	fprintf(stderr, "%s%s: %" JSON_INTEGER_FORMAT " tunnel%s, %" JSON_INTEGER_FORMAT " session%s%s\n",
		restore->check_only ? "" : "Restored configuration of ", source_name(restore), tunnels,
		tunnels == 1 ? "" : "s", sessions, sessions == 1 ? "" : "s",
		restore->check_only ? ", no mistakes" : "");
}

static enum status finish(struct restore *restore, const json_t *answer)
{
	const json_t *mistakes = json_object_get(answer, "mistakes"), *mistake;
	size_t i;

	restore->mistakes = (unsigned int)json_integer_value(json_object_get(answer, "mistake_count"));
	if (!restore->mistakes) {
		tell(restore, answer);
		return STATUS_OK;
	}
	json_array_foreach(mistakes, i, mistake)
		print_mistake(restore, json_string_value(mistake) ? json_string_value(mistake) : "");
	refuse(restore);
	return STATUS_REFUSED;
}

static enum status commit(struct restore *restore)
{
	enum api_outcome outcome;
	enum status status;
	json_t *answer;

	progress_wait(&restore->progress, restore->check_only ? "checking" : "applying",
		      restore->sources.octets > MUCH);
	outcome = call(restore, "ConfigRestoreCommit",
		       json_pack("{s:I, s:b}", "restore", restore->number, "check_only", restore->check_only), &answer);
	progress_end(&restore->progress);
	status = outcome == API_OK ? finish(restore, answer) : run_status(outcome);
	json_decref(answer);
	return status;
}

static enum status restore_run(struct run *run, const char *path, bool check_only, struct error *error)
{
	struct restore restore = { .run = run, .error = error, .path = path, .check_only = check_only };
	enum api_outcome outcome;
	enum status status = STATUS_REFUSED;

	if (!path[0]) {		/* nothing, restored by mistake, would delete everything */
		error_set(error, ERROR_MISSING, "file", "which file? Give file=FILE, or file=- for standard input");
		return STATUS_USAGE;
	}
	if (strcmp(restore.path, "-") == 0 && run->source) {
		error_set(error, ERROR_VALUE, "file", "standard input is the script: give file=FILE");
		return STATUS_USAGE;
	}
	progress_begin(&restore.progress, run->quiet);
	if (source_load(&restore.sources, restore.path, read_files, NULL, error) == 0 && tell_faults(&restore) == 0) {
		outcome = send_all(&restore);
		status = outcome == API_OK ? commit(&restore) : run_status(outcome);
		progress_end(&restore.progress);
	}
	source_free(&restore.sources);
	return status;
}

enum status configuration_run(struct run *run, const struct command *command, struct error *error)
{
	const char *path = command->config.file.file;

	if (command->verb == CONFIG_SAVE)
		return save_run(run, path, error);
	return restore_run(run, path, command->verb == CONFIG_CHECK, error);
}
