/* SPDX-License-Identifier: MIT */
/*
 * struct command to text: the reverse of reader.c, for saving and showing configurations.
 */
#include <string.h>

#include "config/command.h"

/* Text that grows in a buffer of fixed size and remembers when it did not fit. */
struct writer {
	char *out;
	size_t size, used;
	bool full;
};

static void put_char(struct writer *writer, char c)
{
	if (writer->used + 1 < writer->size)
		writer->out[writer->used++] = c;
	else
		writer->full = true;
}

static void put(struct writer *writer, const char *text)
{
	while (*text)
		put_char(writer, *text++);
}

static void put_value(struct writer *writer, const char *value)
{
	bool quotes = !*value || strpbrk(value, " \"\\;#");

	if (quotes)
		put_char(writer, '"');
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			put_char(writer, '\\');
		put_char(writer, *value);
	}
	if (quotes)
		put_char(writer, '"');
}

static int finish(const struct writer *writer)
{
	if (writer->size)
		writer->out[writer->used] = '\0';
	return writer->full ? -1 : (int)writer->used;
}

int command_quote(const char *value, char *out, size_t size)
{
	struct writer writer = { .out = out, .size = size };

	put_value(&writer, value);
	return finish(&writer);
}

static void put_row(struct writer *writer, const struct command *command, unsigned int row)
{
	const struct param_table *table = config_tables[command->object];
	char value[PARAM_TEXT_MAX];

	put_char(writer, ' ');
	put(writer, table->params[row].name);
	if (config_param_bare(command->object, command->verb, row))
		return;
	put_char(writer, '=');
	put_value(writer, param_format(table, row, &command->config, value));
}

int command_write(const struct command *command, char *out, size_t size)
{
	const struct param_table *table = config_tables[command->object];
	struct writer writer = { .out = out, .size = size };
	unsigned int first = config_is_profile(command->object) ? config_profile_row(command->object) : PARAM_SET_MAX;

	put(&writer, config_object_name(command->object));
	put_char(&writer, ' ');
	put(&writer, config_verb_name(command->verb));
	/* of whom it is comes first: in the tables of tunnels and sessions a profile's name stands far behind */
	if (first < table->count && param_set_has(&command->set, first))
		put_row(&writer, command, first);
	for (unsigned int row = 0; row < table->count; row++) {
		if (row != first && param_set_has(&command->set, row))
			put_row(&writer, command, row);
	}
	for (unsigned int i = 0; i < CONFIG_OPTION_COUNT; i++) {
		if (!(command->options & 1u << i))
			continue;
		put_char(&writer, ' ');
		put(&writer, config_option_name(1u << i));
	}
	return finish(&writer);
}
