/* SPDX-License-Identifier: MIT */
/*
 * The text of pppd's secrets files, cut into lines of words: quotes, escapes and comments as pppd(8) has them.  What
 * the words mean is the business of users.c.
 */
#ifndef L2TPD_AAA_USERS_LINE_H
#define L2TPD_AAA_USERS_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define USERS_WORD_MAX 1024		/* octets with a NUL at the end; pppd's MAXWORDLEN */
#define USERS_WORDS_MAX 16		/* of a line that are kept; the others are counted */

struct users_word {
	uint16_t at;			/* where its octets are; a NUL is behind them, and none in them */
	uint16_t length;
	uint32_t line, column;		/* where it begins, from 1 */
};

struct users_line {
	struct users_word words[USERS_WORDS_MAX];
	unsigned int count;		/* of words, also of those that are not kept */
	size_t used;
	char octets[USERS_WORDS_MAX * 64 + 3 * USERS_WORD_MAX];	/* secrets, too: wiped by who has the line */
};

struct users_text {
	const char *path;		/* for errors */
	const char *position, *end;
	uint32_t line, column;		/* of position, from 1 */
};

struct users_text users_text_over(const char *path, const char *text, size_t length);
/* The next line that has words: 1; 0: there is none; -1: it cannot be read: error begins with "path:line:column: ", and
 * quotes nothing. */
int users_text_next(struct users_text *text, struct users_line *line, struct error *error);
const char *users_line_word(const struct users_line *line, unsigned int number);
/* Error about a place in the text. Returns -1. */
int users_text_refuse(const struct users_text *text, uint32_t line, uint32_t column, struct error *error,
		      const char *what);

#endif
