/* SPDX-License-Identifier: MIT */
/*
 * Octet by octet: a backslash makes an octet out of what follows, or nothing out of a newline; quotes of either kind
 * hold spaces and # together; a # at the begin or end of a word is a comment's.
 *
 * Unlike pppd we do not let quotes hold lines together: there a quote that was forgotten swallows other users.
 */
#include "aaa/users_line.h"

#include <string.h>

#define END (-1)

struct users_text users_text_over(const char *path, const char *text, size_t length)
{
	return (struct users_text){ path, text, text + length, 1, 1 };
}

int users_text_refuse(const struct users_text *text, uint32_t line, uint32_t column, struct error *error,
		      const char *what)
{
	return error_set(error, ERROR_SYNTAX, NULL, "%s:%u:%u: %s", text->path, line, column, what);
}

const char *users_line_word(const struct users_line *line, unsigned int number)
{
	return line->octets + line->words[number].at;
}

static int peek(const struct users_text *text)
{
	return text->position < text->end ? (unsigned char)*text->position : END;
}

static int take(struct users_text *text)
{
	int c = peek(text);

	if (c == END)
		return c;
	text->position++;
	text->column++;
	if (c == '\n') {
		text->line++;
		text->column = 1;
	}
	return c;
}

static bool is_space(int c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static int digit_of(int c, int base)
{
	int lower = c | 0x20, value = base;

	if (c >= '0' && c <= '9')
		value = c - '0';
	else if (lower >= 'a' && lower <= 'f')
		value = lower - 'a' + 10;
	return value < base ? value : -1;
}

/* Up to most digits, after what has been read of them. */
static int take_number(struct users_text *text, int base, int most)
{
	int value = 0, digit;

	while (most-- > 0 && (digit = digit_of(peek(text), base)) >= 0) {
		value = value * base + digit;
		take(text);
	}
	return value & 0xff;
}

/* What stands behind a backslash. */
static int take_escaped(struct users_text *text)
{
	static const char letters[] = "abfnrst", meant[] = "\a\b\f\n\r \t";
	const char *letter;
	int c = peek(text);

	if (digit_of(c, 8) >= 0)
		return take_number(text, 8, 3);
	take(text);
	if (c == 'x')
		return take_number(text, 16, 2);
	letter = c > 0 ? strchr(letters, c) : NULL;
	return letter ? meant[letter - letters] : c;
}

static int refuse_at(const struct users_text *text, const struct users_word *word, struct error *error,
		     const char *what)
{
	return users_text_refuse(text, word->line, word->column, error, what);
}

static int add_octet(struct users_text *text, struct users_line *line, struct users_word *word, int c,
		     struct error *error)
{
	if (c == 0)
		return users_text_refuse(text, text->line, text->column, error, "a NUL cannot be in a word");
	if (word->length + 1 >= USERS_WORD_MAX)
		return refuse_at(text, word, error, "a word is longer than 1023 octets; is a quote not closed?");
	if (line->used + 1 >= sizeof(line->octets))
		return refuse_at(text, word, error, "the line is too long");
	line->octets[line->used++] = (char)c;
	word->length++;
	return 0;
}

/* One octet or escape of a word. 1: done; 0: that was the word's end. */
static int take_octet(struct users_text *text, struct users_line *line, struct users_word *word, int *quote,
		      struct error *error)
{
	int c = peek(text);

	if (c == END || c == '\n')
		return *quote ? refuse_at(text, word, error, "a quote is not closed on its line") : 0;
	if (!*quote && (is_space(c) || c == '#'))
		return 0;
	take(text);
	if (c == '\\' && peek(text) == '\n') {
		take(text);
		return 1;
	}
	if (c == '\\' && peek(text) != END)
		return add_octet(text, line, word, take_escaped(text), error) < 0 ? -1 : 1;
	if (c == '\\')
		return 1;
	if (*quote ? c == *quote : c == '"' || c == '\'') {
		*quote = *quote ? 0 : c;
		return 1;
	}
	return add_octet(text, line, word, c, error) < 0 ? -1 : 1;
}

static int take_word(struct users_text *text, struct users_line *line, struct error *error)
{
	struct users_word word = { (uint16_t)line->used, 0, text->line, text->column };
	bool is_kept = line->count < USERS_WORDS_MAX;
	int quote = 0, result;

	if (line->used >= sizeof(line->octets))
		return refuse_at(text, &word, error, "the line is too long");
	do
		result = take_octet(text, line, &word, &quote, error);
	while (result > 0);
	if (result < 0)
		return -1;
	line->octets[line->used++] = '\0';
	if (is_kept)
		line->words[line->count] = word;
	else
		line->used = word.at;
	line->count++;
	return 0;
}

/* To the next word, or the end of the line. Returns the octet that is there. */
static int skip_space(struct users_text *text)
{
	int c;

	while ((c = peek(text)) != END && c != '\n') {
		if (c == '\\' && text->end - text->position > 1 && text->position[1] == '\n')
			take(text);
		else if (c == '#')
			while (peek(text) != '\n' && peek(text) != END)
				take(text);
		else if (!is_space(c))
			break;
		if (c != '#')
			take(text);
	}
	return c;
}

int users_text_next(struct users_text *text, struct users_line *line, struct error *error)
{
	int c;

	line->count = 0;
	line->used = 0;
	while ((c = skip_space(text)) != END) {
		if (c != '\n') {
			if (take_word(text, line, error) < 0)
				return -1;
			continue;
		}
		take(text);
		if (line->count)
			return 1;
	}
	return line->count ? 1 : 0;
}
