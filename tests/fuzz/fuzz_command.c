/* SPDX-License-Identifier: MIT */
/*
 * The command language over arbitrary text: the reader always gets on, an error says something,
 * and what parses is written, and its values printed, in a way that reads as the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/command.h"
#include "fuzz.h"

static void check_error(const struct error *error, struct config_place place)
{
	must(error->code != ERROR_NONE && error->text[0]);
	must(!error->text[text_printable_length(error->text)]);
	must(place.line > 0 && place.column > 0);
}

/* Each value, printed and parsed, is the same value. */
static void check_values(const struct command *command)
{
	const struct param_table *table = config_tables[command->object];

	for (unsigned int row = 0; row < table->count; row++) {
		union any_config again = { 0 };
		char text[PARAM_TEXT_MAX];
		struct error error;

		if (!param_set_has(&command->set, row))
			continue;
		must(config_param_allowed(command->object, command->verb, row));
		if (config_param_bare(command->object, command->verb, row))
			continue;
		param_format(table, row, &command->config, text);
		must(param_parse(table, row, text, &again, &error) == 0);
		must(param_equal(table, row, &command->config, &again));
	}
}

static void check_same(const struct command *a, const struct command *b)
{
	const struct param_table *table = config_tables[a->object];

	must(a->object == b->object && a->verb == b->verb && a->options == b->options);
	must(!memcmp(&a->set, &b->set, sizeof(a->set)));
	for (unsigned int row = 0; row < table->count; row++)
		must(!param_set_has(&a->set, row) || param_equal(table, row, &a->config, &b->config));
}

/* The whole command, written and read, is the same command. */
static void check_written(const struct command *command)
{
	struct command_reader reader;
	struct config_place place;
	struct command again;
	struct error error;
	char text[COMMAND_TEXT_MAX];
	int size = command_write(command, text, sizeof(text));

	must(size > 0);
	if (command_reader_begin(&reader, text, (size_t)size) < 0)
		return;
	must(command_reader_next(&reader, &again, &place, &error) == 1);
	check_same(command, &again);
	must(command_reader_next(&reader, &again, &place, &error) == 0);
	command_reader_end(&reader);
}

/* What a list is asked for can be asked of anything. */
static void check_extra(const struct command_extra *extra, const struct command *command)
{
	static const char *const values[] = { NULL, "", "0", "yes", "192.0.2.1:1701", "[2001:db8::1]:1701", "lns" };

	must(extra->where_count <= COMMAND_CONDITIONS_MAX);
	must(command->verb == CONFIG_LIST || (!extra->where_count && !extra->sort && !extra->limit));
	for (unsigned int i = 0; i < extra->where_count; i++) {
		const struct list_condition *condition = &extra->where[i];

		must(condition->column->object == command->object && strchr("=!<>~", condition->op));
		must(strlen(condition->value) < sizeof(condition->value));
		for (size_t j = 0; j < sizeof(values) / sizeof(values[0]); j++) {
			bool holds = condition_holds(condition, values[j]);

			must(!holds || values[j] || condition->op == '!');
		}
	}
	must(!extra->sort || extra->sort->object == command->object);
	for (size_t j = 1; extra->sort && j < sizeof(values) / sizeof(values[0]); j++)
		must(column_compare(extra->sort, values[j], values[j - 1]) ==
		     -column_compare(extra->sort, values[j - 1], values[j]) ||
		     (column_compare(extra->sort, values[j], values[j - 1]) < 0) !=
		     (column_compare(extra->sort, values[j - 1], values[j]) < 0));
}

/* Wherever a service may point, there is a place. */
static void check_places(const struct command_reader *reader, const struct command *command)
{
	const struct param_table *table = config_tables[command->object];

	for (unsigned int row = 0; row < table->count; row++) {
		struct config_place place = command_reader_place_of(reader, command, table->params[row].name);

		must(place.line > 0 && place.column > 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
	struct command_reader reader;
	struct config_place place;
	struct command command;
	struct error error;
	int result;

	if (command_reader_begin(&reader, (const char *)data, length) < 0)
		return 0;
	do {
		const char *before = reader.position;

		memset(&error, 0, sizeof(error));
		result = command_reader_next(&reader, &command, &place, &error);
		must(result == 0 || reader.position > before);
		if (result < 0) {
			check_error(&error, place);
			must(!error.object[text_printable_length(error.object)]);
			if (command_salvage(reader.words, reader.word_count, &command))
				check_values(&command);
		}
		if (result <= 0)
			continue;
		check_values(&command);
		check_written(&command);
		check_extra(&reader.extra, &command);
		check_places(&reader, &command);
	} while (result);
	must(reader.position == reader.end);
	command_reader_end(&reader);
	return 0;
}
