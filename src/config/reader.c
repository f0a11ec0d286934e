/* SPDX-License-Identifier: MIT */
/*
 * Texts to commands: splits into words, takes quotes away, and remembers where everything stood.
 * The text is whatever somebody put into a file; it is read once, octet by octet, and never
 * beyond its end.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/command.h"

int command_reader_begin(struct command_reader *reader, const char *text, size_t length)
{
	static const char byte_order_mark[] = "\xef\xbb\xbf";	/* some editors begin files with it */

	memset(reader, 0, sizeof(*reader));
	reader->storage = malloc(COMMAND_TEXT_MAX);
	if (!reader->storage)
		return -1;
	reader->position = text;
	reader->end = text + length;
	reader->place = (struct config_place){ 1, 1 };
	if (length >= 3 && !memcmp(text, byte_order_mark, 3))
		reader->position += 3;
	return 0;
}

void command_reader_end(struct command_reader *reader)
{
	free(reader->storage);
	memset(reader, 0, sizeof(*reader));
}

/* The octet at position + ahead; the end of the text reads as the end of a line. */
static char look(const struct command_reader *reader, size_t ahead)
{
	return ahead < (size_t)(reader->end - reader->position) ? reader->position[ahead] : '\n';
}

static bool at_end(const struct command_reader *reader)
{
	return reader->position == reader->end;
}

static void advance(struct command_reader *reader)
{
	char c = *reader->position++;

	if (c == '\n') {
		reader->place.line++;
		reader->place.column = 1;
	} else if ((c & 0xc0) != 0x80) {	/* the later octets of a character are no column */
		reader->place.column++;
	}
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Is the end of a line ahead octets away? */
static bool is_line_end(const struct command_reader *reader, size_t ahead)
{
	return look(reader, ahead) == '\n' || (look(reader, ahead) == '\r' && look(reader, ahead + 1) == '\n');
}

/* A '\' that continues the command on the next line. */
static bool is_continuation(const struct command_reader *reader)
{
	return look(reader, 0) == '\\' && is_line_end(reader, 1);
}

static void skip_to_line_end(struct command_reader *reader)
{
	while (!at_end(reader) && look(reader, 0) != '\n')
		advance(reader);
}

/* The rest of a command that cannot be read, with the lines that continue it. */
static void skip_command(struct command_reader *reader)
{
	bool continued;

	do {
		continued = false;
		while (!at_end(reader) && !is_line_end(reader, 0)) {
			continued = look(reader, 0) == '\\';
			advance(reader);
		}
		skip_to_line_end(reader);
		if (continued && !at_end(reader))
			advance(reader);
	} while (continued);
}

/* Blanks, continuations and a comment, up to where a word or the end of the command is. */
static void skip_blanks(struct command_reader *reader)
{
	while (!at_end(reader)) {
		if (is_continuation(reader)) {
			skip_to_line_end(reader);
			if (!at_end(reader))
				advance(reader);
		} else if (is_blank(look(reader, 0)) || (look(reader, 0) == '\r' && is_line_end(reader, 0))) {
			advance(reader);
		} else {
			break;
		}
	}
	if (look(reader, 0) == '#')
		skip_to_line_end(reader);
}

static bool is_command_end(const struct command_reader *reader)
{
	return look(reader, 0) == ';' || is_line_end(reader, 0);
}

static bool is_word_end(const struct command_reader *reader)
{
	return is_blank(look(reader, 0)) || is_command_end(reader) || is_continuation(reader);
}

static int store(struct command_reader *reader, char c, struct error *error)
{
	if (reader->stored == COMMAND_TEXT_MAX)
		return error_set(error, ERROR_LIMIT, NULL, "a command may have %d octets, this one has more: "
				 "is a quote or the end of a line missing", COMMAND_TEXT_MAX);
	reader->storage[reader->stored++] = c;
	return 0;
}

/* Take the octet at position into the word. */
static int take(struct command_reader *reader, struct error *error)
{
	unsigned char c = (unsigned char)look(reader, 0);
	unsigned int word = reader->word_count;

	if (c < ' ' || c == 0x7f)
		return error_set(error, ERROR_SYNTAX, NULL, "control character 0x%02x: only text is allowed", c);
	if (store(reader, (char)c, error) < 0)
		return -1;
	advance(reader);
	if (c == '=' && !reader->value_place[word].line)
		reader->value_place[word] = reader->place;
	return 0;
}

/* What is between double quotes; position is behind the first. On failure *place is where to look. */
static int take_quoted(struct command_reader *reader, struct config_place *place, struct error *error)
{
	struct config_place begin = *place;

	while (look(reader, 0) != '"') {
		if (is_line_end(reader, 0)) {
			*place = begin;
			return error_set(error, ERROR_SYNTAX, NULL, "this quote is not closed on its line");
		}
		if (look(reader, 0) == '\\' && (look(reader, 1) == '"' || look(reader, 1) == '\\'))
			advance(reader);
		*place = reader->place;
		if (take(reader, error) < 0)
			return -1;
	}
	advance(reader);
	return 0;
}

/* A '\' with nothing but blanks behind it on its line. */
static bool is_blunt_continuation(const struct command_reader *reader)
{
	size_t ahead = 1;

	if (look(reader, 0) != '\\' || !is_blank(look(reader, 1)))
		return false;
	while (is_blank(look(reader, ahead)))
		ahead++;
	return is_line_end(reader, ahead);
}

static int read_word(struct command_reader *reader, struct config_place *place, struct error *error)
{
	unsigned int word = reader->word_count;
	char *begin = reader->storage + reader->stored;

	*place = reader->place;
	if (word == COMMAND_WORDS_MAX)
		return error_set(error, ERROR_LIMIT, NULL, "a command may have %d words", COMMAND_WORDS_MAX);
	if (is_blunt_continuation(reader))
		return error_set(error, ERROR_SYNTAX, NULL, "blanks follow the '\\': it must end its line");
	if (!word)
		reader->begin = reader->position;
	reader->words[word] = begin;
	reader->word_place[word] = reader->place;
	reader->value_place[word] = (struct config_place){ 0, 0 };
	while (!is_word_end(reader)) {
		*place = reader->place;
		if (look(reader, 0) == '"') {
			advance(reader);
			if (take_quoted(reader, place, error) < 0)
				return -1;
		} else if (take(reader, error) < 0) {
			return -1;
		}
	}
	*place = reader->word_place[word];
	if (store(reader, '\0', error) < 0)
		return -1;
	if (begin[text_printable_length(begin)])
		return error_set(error, ERROR_SYNTAX, NULL, "this word is not printable UTF-8 text");
	if (!reader->value_place[word].line)
		reader->value_place[word] = *place;
	reader->word_count++;
	return 0;
}

/* The words of the next command; none at the end of the text. */
static int read_words(struct command_reader *reader, struct config_place *place, struct error *error)
{
	reader->word_count = 0;
	reader->stored = 0;
	for (;;) {
		skip_blanks(reader);
		if (!is_command_end(reader)) {
			if (read_word(reader, place, error) < 0)
				return -1;
			continue;
		}
		reader->end_place = reader->place;
		if (reader->word_count || at_end(reader))
			return 0;
		advance(reader);
	}
}

int command_reader_words(struct command_reader *reader, struct config_place *place, struct error *error)
{
	if (read_words(reader, place, error) < 0) {
		skip_command(reader);
		return -1;
	}
	if (!reader->word_count)
		return 0;
	*place = reader->word_place[0];
	return 1;
}

int command_reader_next(struct command_reader *reader, struct command *command,
			struct config_place *place, struct error *error)
{
	unsigned int bad_word;
	struct error ignored;
	int found;

	if (!error)
		error = &ignored;	/* its code is looked at below */
	found = command_reader_words(reader, place, error);
	if (found <= 0)
		return found;
	if (command_parse(reader->words, reader->word_count, command, &reader->extra, &bad_word, error) == 0)
		return 1;
	if (bad_word == reader->word_count)
		*place = reader->end_place;
	else
		*place = error->code == ERROR_VALUE ? reader->value_place[bad_word] : reader->word_place[bad_word];
	return -1;
}

struct config_place command_reader_place_of(const struct command_reader *reader, const struct command *command,
					    const char *parameter)
{
	const struct param_table *table = config_tables[command->object];
	int row = param_find(table, parameter, true, NULL);

	for (unsigned int word = 1; row >= 0 && word < reader->word_count; word++) {
		const char *equals = strchr(reader->words[word], '=');
		char name[ERROR_PARAMETER_MAX];

		if (!equals || equals - reader->words[word] >= (ptrdiff_t)sizeof(name))
			continue;
		snprintf(name, sizeof(name), "%.*s", (int)(equals - reader->words[word]), reader->words[word]);
		if (param_find(table, name, false, NULL) == row)
			return reader->value_place[word];
	}
	return reader->word_place[0];
}
