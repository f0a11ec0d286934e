/* SPDX-License-Identifier: MIT */
/*
 * The command language: words become a struct command.  The same language is typed into
 * l2tpctl, given on its command line, and written in configuration files.
 *
 *	OBJECT VERB [name=value ...] [flag ...]
 *
 * Object, verb and parameter names may be abbreviated to any unambiguous prefix, in any case.
 * In files '#' begins a comment, '\' at the end of a line continues it, ';' and the end of a line
 * end a command; double quotes group, \" and \\ inside them stand for themselves.
 */
#ifndef L2TPD_CONFIG_COMMAND_H
#define L2TPD_CONFIG_COMMAND_H

#include "config/objects.h"

enum config_verb {
	CONFIG_CREATE, CONFIG_MODIFY, CONFIG_DELETE, CONFIG_SHOW, CONFIG_LIST, CONFIG_RELOAD, CONFIG_VERB_COUNT,
};

/* Flags and filters of list and show. */
enum config_option { CONFIG_OPTION_NAMES = 1 << 0, CONFIG_OPTION_CONFIG = 1 << 1, CONFIG_OPTION_STATISTICS = 1 << 2,
		     CONFIG_OPTION_STATUS = 1 << 3, CONFIG_OPTION_VERSION = 1 << 4 };

struct command {
	enum config_object object;
	enum config_verb verb;
	unsigned int options;
	union any_config config;	/* rows not in set: zero */
	struct param_set set;		/* list: set rows are filters */
};

/* Where a word stood: for file:line:column. */
struct config_place {
	unsigned int line, column;	/* from 1; 0: not known */
};

#define COMMAND_WORDS_MAX 200

/* words[0..count-1], already split and unquoted; on failure *bad_word is the index of the word
 * to blame (count when one is missing). bad_word may be NULL. */
int command_parse(const char *const *words, unsigned int count, struct command *command,
		  unsigned int *bad_word, struct error *error);

/* The next command of a text, for files and scripts. */
struct command_reader {
	const char *text, *position, *end;
	unsigned int line, column;
	struct config_place place;				/* of the command last read */
	struct config_place word_place[COMMAND_WORDS_MAX];	/* of its words */
	int word_row[COMMAND_WORDS_MAX];			/* row that a word set, -1: none */
	unsigned int word_count;
	char *storage;						/* words, unquoted; owned by the reader */
	const char *words[COMMAND_WORDS_MAX];
};

/* text need not be NUL-terminated and must outlive the reader. -1 when out of memory. */
int command_reader_begin(struct command_reader *reader, const char *text, size_t length);
void command_reader_end(struct command_reader *reader);
/* 1: *command is the next one; 0: end of text; -1: *error and *place say what and where. */
int command_reader_next(struct command_reader *reader, struct command *command,
			struct config_place *place, struct error *error);
/* Where the parameter of this name stood in the command last read (the command itself if it did not). */
struct config_place command_reader_place_of(const struct command_reader *reader, const struct command *command,
					    const char *parameter);

/* The tables behind `?`, completion and the man pages. */
const char *config_object_name(enum config_object object);
const char *config_verb_name(enum config_verb verb);
bool config_verb_allowed(enum config_object object, enum config_verb verb);
const char *config_verb_help(enum config_object object, enum config_verb verb);
/* Which options a verb of an object takes, and their names. */
unsigned int config_options_allowed(enum config_object object, enum config_verb verb);
const char *config_option_name(enum config_option option);

#endif
