/* SPDX-License-Identifier: MIT */
/*
 * From file to commands.  A file is tried as a whole (trial.c) before anything happens, and every
 * mistake in it is told, not only the first.
 */
#include "l2tpd/configuration.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "l2tpd/trial.h"
#include "os/file.h"

void configuration_log_error(const char *line)
{
	log_error("%s", line);
}

static void tell(struct configuration *configuration, struct config_place place, const char *text)
{
	char line[CONFIGURATION_LINE_MAX];

	if (place.line)
		snprintf(line, sizeof(line), "%s:%u:%u: %s", configuration->path, place.line, place.column, text);
	else
		snprintf(line, sizeof(line), "%s: %s", configuration->path, text);
	if (!configuration->errors++)
		snprintf(configuration->first_error, sizeof(configuration->first_error), "%s", line);
	if (configuration->errors <= CONFIGURATION_ERRORS_MAX)
		configuration->tell(line);
	else if (configuration->errors == CONFIGURATION_ERRORS_MAX + 1)
		configuration->tell("more is wrong, which is not shown");
}

static const struct config_place no_place = { 0, 0 };

/* Where this command, or the parameter in it that an error names, stood.  Reads the text up to there
 * again: that only happens when something is wrong, and so nothing must be remembered of each command. */
static struct config_place place_of(const struct configuration *configuration, unsigned int number,
				    const struct error *error)
{
	struct config_place place = no_place;
	struct command_reader reader;
	struct command command;
	int found = 1;

	if (!configuration->text || command_reader_begin(&reader, configuration->text, configuration->length) < 0)
		return place;
	for (unsigned int i = 0; i <= number && found > 0; i++)
		found = command_reader_next(&reader, &command, &place, NULL);
	if (found > 0 && error->parameter[0])
		place = command_reader_place_of(&reader, &command, error->parameter);
	command_reader_end(&reader);
	return found > 0 ? place : no_place;
}

static void tell_misplaced(struct configuration *configuration, struct config_place place,
			   const struct command *command)
{
	char text[ERROR_TEXT_MAX];

	snprintf(text, sizeof(text), "%s %s has no place in a configuration file, which only creates and modifies",
		 config_object_name(command->object), config_verb_name(command->verb));
	tell(configuration, place, text);
}

/* Told where the parameter to blame stands; nothing where the mistake was told before. */
static void try_command(struct configuration *configuration, struct trial *trial, const struct command_reader *reader,
			const struct command *command, struct config_place place)
{
	struct error error = { 0 };

	if (trial_command(trial, command, &error) == 0 || !error.text[0])
		return;
	if (error.parameter[0])
		place = command_reader_place_of(reader, command, error.parameter);
	tell(configuration, place, error.text);
}

static void refuse_unreadable(struct configuration *configuration, struct trial *trial,
			      const struct command_reader *reader, struct config_place place, const char *text)
{
	struct command rest;

	tell(configuration, place, text);
	trial_unreadable(trial, command_salvage(reader->words, reader->word_count, &rest) ? &rest : NULL);
}

/* Every command, also after one that failed. */
static void try_all(struct configuration *configuration, struct trial *trial, struct command_reader *reader)
{
	struct config_place place;
	struct command command;
	struct error error = { 0 };
	int found;

	while ((found = command_reader_next(reader, &command, &place, &error)) != 0) {
		if (found < 0)
			refuse_unreadable(configuration, trial, reader, place, error.text);
		else if (!config_verb_in_files(command.object, command.verb))
			tell_misplaced(configuration, place, &command);
		else
			try_command(configuration, trial, reader, &command, place);
	}
}

static void parse(struct configuration *configuration)
{
	struct command_reader reader = { .storage = NULL };
	struct trial trial;
	const char *text = configuration->text ? configuration->text : "";	/* optional, and not there */

	configuration->reload = service_reload_begin();
	if (!configuration->reload || command_reader_begin(&reader, text, configuration->length) < 0) {
		tell(configuration, no_place, "out of memory");
		return;
	}
	trial_begin(&trial, configuration->reload);
	try_all(configuration, &trial, &reader);
	command_reader_end(&reader);
}

int configuration_load(struct configuration *configuration, const char *path, bool optional,
		       configuration_tell_fn *tell_fn)
{
	struct error error = { 0 };

	*configuration = (struct configuration){ .path = path, .tell = tell_fn };
	if ((!optional || access(path, F_OK) == 0 || errno != ENOENT) &&
	    os_file_read(path, CONFIGURATION_OCTETS_MAX, &configuration->text, &configuration->length, &error) < 0) {
		configuration->errors = 1;
		snprintf(configuration->first_error, sizeof(configuration->first_error), "%s", error.text);
		tell_fn(error.text);
		return -1;
	}
	parse(configuration);
	return configuration->errors ? -1 : 0;
}

int configuration_apply(struct configuration *configuration, struct service *service, uint64_t now)
{
	struct service_reload *reload = configuration->reload;
	struct error error = { 0 };
	unsigned int failed = 0;

	configuration->reload = NULL;
	if (service_reload_finish(reload, service, SERVICE_RELOAD_FILE, now, &failed, &error) == 0)
		return 0;
	tell(configuration, place_of(configuration, failed, &error), error.text);
	return -1;
}

void configuration_free(struct configuration *configuration)
{
	service_reload_abort(configuration->reload);
	free(configuration->text);
	*configuration = (struct configuration){ .path = NULL };
}
