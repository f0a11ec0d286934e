/* SPDX-License-Identifier: MIT */
/*
 * From texts to what they say.  A configuration is tried as a whole (trial.c) before anything happens, and
 * every mistake in it is told, not only the first.
 */
#include "l2tpd/configuration.h"

#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "l2tpd/files.h"
#include "l2tpd/radius_hint.h"
#include "l2tpd/trial.h"

void configuration_log_error(const char *line)
{
	log_error("%s", line);
}

/* --- telling what is wrong --- */

struct where {
	const char *file;		/* NULL: nowhere in particular */
	struct config_place place;
};

static void tell_line(struct configuration *configuration, const char *line)
{
	if (configuration->errors < CONFIGURATION_ERRORS_MAX) {
		configuration->lines[configuration->errors] = strdup(line);
		if (configuration->tell)
			configuration->tell(line);
	} else if (configuration->errors == CONFIGURATION_ERRORS_MAX && configuration->tell) {
		configuration->tell("more is wrong, which is not shown");
	}
	configuration->errors++;
}

static void tell(struct configuration *configuration, struct where where, const struct error *error)
{
	char line[CONFIGURATION_LINE_MAX], place[64] = "";

	if (where.place.line)
		snprintf(place, sizeof(place), ":%u:%u", where.place.line, where.place.column);
	snprintf(line, sizeof(line), "%s%s%s%s%s%s", where.file ? where.file : "", place, where.file ? ": " : "",
		 error->object, error->object[0] ? ": " : "", error->text);
	tell_line(configuration, line);
}

static void tell_no_memory(struct configuration *configuration)
{
	tell_line(configuration, "out of memory");
}

const char *configuration_first_error(const struct configuration *configuration)
{
	return configuration->lines[0] ? configuration->lines[0] : "";
}

/* Where the command of this number stood in a piece, or the parameter in it that an error names. *left: to be
 * passed by, before and after. */
static struct config_place place_in(const struct source *piece, unsigned int *left, const struct error *error)
{
	struct config_place place = { 0, 0 };
	struct command_reader reader;
	struct command command;

	if (!piece->text || source_reader_begin(&reader, piece) < 0)
		return place;
	while (command_reader_next(&reader, &command, &place, NULL) > 0) {
		if ((*left)-- > 0)
			continue;
		if (error->parameter[0])
			place = command_reader_place_of(&reader, &command, error->parameter);
		command_reader_end(&reader);
		return place;
	}
	command_reader_end(&reader);
	return (struct config_place){ 0, 0 };
}

/* Reads the texts once more, up to there: that only happens when something is wrong, and so nothing must be
 * remembered of each command. */
static struct where find(const struct configuration *configuration, unsigned int number, const struct error *error)
{
	for (unsigned int i = 0; i < configuration->sources.count; i++) {
		const struct source *piece = &configuration->sources.items[i];
		struct config_place place = place_in(piece, &number, error);

		if (place.line)
			return (struct where){ piece->name, place };
	}
	return (struct where){ configuration->sources.count ? configuration->sources.items[0].name : NULL, { 0, 0 } };
}

/* Where this parameter of the system was given last, which is what counts. */
static struct where find_system(const struct configuration *configuration, const struct error *error)
{
	struct where where = { .file = NULL };

	for (unsigned int i = 0; i < configuration->sources.count; i++) {
		const struct source *piece = &configuration->sources.items[i];
		struct command_reader reader;
		struct config_place place;
		struct command command;

		if (!piece->text || source_reader_begin(&reader, piece) < 0)
			continue;
		while (command_reader_next(&reader, &command, &place, NULL) > 0) {
			int row = param_find(config_tables[CONFIG_SYSTEM], error->parameter, true, NULL);

			if (command.object == CONFIG_SYSTEM && row >= 0 &&
			    param_set_has(&command.set, (unsigned int)row))
				where = (struct where){ piece->name,
							command_reader_place_of(&reader, &command, error->parameter) };
		}
		command_reader_end(&reader);
	}
	return where;
}

/* --- trying --- */

static void tell_misplaced(struct configuration *configuration, struct where where, const struct command *command)
{
	struct error error = { 0 };

	error_set(&error, ERROR_SYNTAX, NULL,
		  "%s %s has no place in a configuration file, which only creates and modifies",
		  config_object_name(command->object), config_verb_name(command->verb));
	tell(configuration, where, &error);
}

/* Told where the parameter to blame stands; nothing where the mistake was told before. */
static void try_command(struct configuration *configuration, struct trial *trial, const struct command_reader *reader,
			struct command *command, struct where where)
{
	struct error error = { 0 };

	if (secret_fill(command, files_read_secret, NULL, &error) < 0)
		trial_unreadable(trial, command);
	else if (trial_command(trial, command, &error) == 0 || !error.text[0])
		return;
	if (error.parameter[0])
		where.place = command_reader_place_of(reader, command, error.parameter);
	tell(configuration, where, &error);
}

static void refuse_unreadable(struct configuration *configuration, struct trial *trial,
			      const struct command_reader *reader, struct where where, const struct error *error)
{
	struct command rest;

	tell(configuration, where, error);
	trial_unreadable(trial, command_salvage(reader->words, reader->word_count, &rest) ? &rest : NULL);
}

/* Every command, also after one that failed. */
static void try_commands(struct configuration *configuration, struct trial *trial, struct command_reader *reader,
			 const char *name)
{
	struct where where = { .file = name };
	struct error error = { 0 };
	struct command command;
	int found;

	while ((found = command_reader_next(reader, &command, &where.place, &error)) != 0) {
		if (found < 0)
			refuse_unreadable(configuration, trial, reader, where, &error);
		else if (!config_verb_in_files(command.object, command.verb))
			tell_misplaced(configuration, where, &command);
		else
			try_command(configuration, trial, reader, &command, where);
	}
}

/* What an include that failed would have made is not known. */
static void try_piece(struct configuration *configuration, struct trial *trial, const struct source *piece)
{
	struct where begin = { piece->name, { piece->first_line, piece->first_column } };
	struct command_reader reader;

	if (piece->fault) {
		tell(configuration, begin, piece->fault);
		trial_unreadable(trial, NULL);
	} else if (source_reader_begin(&reader, piece) < 0) {
		tell_no_memory(configuration);
	} else {
		try_commands(configuration, trial, &reader, piece->name);
		command_reader_end(&reader);
	}
}

/* Profiles may name those that come after them, so only now it is known whether all are there. */
static void try_names(struct configuration *configuration)
{
	struct error error = { 0 };
	unsigned int failed;

	if (service_reload_names(configuration->reload, &failed, &error) < 0)
		tell(configuration, find(configuration, failed, &error), &error);
}

static int try(struct configuration *configuration)
{
	struct error error = { 0 };
	struct trial trial;

	configuration->reload = service_reload_begin();
	if (!configuration->reload) {
		tell_no_memory(configuration);
		return -1;
	}
	if (radius_hint_add(&configuration->sources, &error) < 0)
		tell(configuration, (struct where){ .file = NULL }, &error);
	trial_begin(&trial, configuration->reload);
	for (unsigned int i = 0; i < configuration->sources.count; i++)
		try_piece(configuration, &trial, &configuration->sources.items[i]);
	if (!configuration->errors)
		try_names(configuration);
	return configuration->errors ? -1 : 0;
}

/* --- from beginning to end --- */

/* The text is copied: it becomes the list's. */
static int load_command_line(struct configuration *configuration, const char *before, struct error *error)
{
	char *text = strdup(before);

	if (!text)
		return error_set(error, ERROR_SYSTEM, NULL, "out of memory");
	return source_add_text(&configuration->sources, "command line", 1, text, strlen(text), error);
}

int configuration_load(struct configuration *configuration, const char *before, const char *path,
		       enum configuration_file file, configuration_tell_fn *tell_fn)
{
	bool regular = file == CONFIGURATION_AGAIN;
	struct error error = { 0 };

	*configuration = (struct configuration){ .tell = tell_fn };
	if (before[0] && load_command_line(configuration, before, &error) < 0) {
		tell(configuration, (struct where){ .file = NULL }, &error);
		return -1;
	}
	if (file == CONFIGURATION_OPTIONAL && access(path, F_OK) < 0 && errno == ENOENT)
		return try(configuration);
	if (source_load(&configuration->sources, path, files_read, &regular, &error) < 0) {
		tell(configuration, (struct where){ .file = NULL }, &error);
		return -1;
	}
	return try(configuration);
}

int configuration_load_texts(struct configuration *configuration, struct source_list *sources,
			     configuration_tell_fn *tell_fn)
{
	*configuration = (struct configuration){ .sources = *sources, .tell = tell_fn };
	*sources = (struct source_list){ .items = NULL };
	return try(configuration);
}

int configuration_apply(struct configuration *configuration, struct service *service, struct manage *manage,
			enum service_reload_mode mode, uint64_t now)
{
	struct service_reload *reload = configuration->reload;
	struct system_config system;
	struct error error = { 0 };
	unsigned int failed = 0;

	service_reload_system(reload, service, mode, &system);
	if (manage && manage_try_system(manage, &system, &error) < 0) {
		tell(configuration, find_system(configuration, &error), &error);
		return -1;
	}
	configuration->reload = NULL;
	if (service_reload_finish(reload, service, mode, now, &failed, &error) == 0)
		return 0;
	tell(configuration, find(configuration, failed, &error), &error);
	return -1;
}

/* Trying it took as much as all that runs, which is the system's again. */
void configuration_free(struct configuration *configuration)
{
	service_reload_abort(configuration->reload);
	source_free(&configuration->sources);
	for (unsigned int i = 0; i < CONFIGURATION_ERRORS_MAX; i++)
		free(configuration->lines[i]);
	*configuration = (struct configuration){ .tell = NULL };
	malloc_trim(0);
}
