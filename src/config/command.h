/* SPDX-License-Identifier: MIT */
/*
 * The command language: words become a struct command.  The same language is typed into
 * l2tpctl, given on its command line, and written in configuration files.
 *
 *	OBJECT VERB [name=value ...] [option ...]
 *
 * An object may have two words: tunnel profile.  Lists take conditions on columns besides:
 * rx_bytes>1000 sort=-rx_bytes limit=10.  Some commands have a second form: explain tunnel, status,
 * include FILE.
 * Object, verb, option and parameter names and the words among values may be abbreviated to any
 * unambiguous prefix, in any case.
 * In files '#' where a word could begin starts a comment, '\' at the end of a line continues the
 * command on the next, ';' and the end of a line end a command; double quotes group, \" and \\
 * inside them stand for " and \.  Lines may end in CR LF.  Text is UTF-8 without control characters.
 */
#ifndef L2TPD_CONFIG_COMMAND_H
#define L2TPD_CONFIG_COMMAND_H

#include "config/column.h"
#include "config/objects.h"

enum config_verb {
	CONFIG_CREATE, CONFIG_MODIFY, CONFIG_DELETE, CONFIG_SHOW, CONFIG_LIST,
	CONFIG_UNSET, CONFIG_APPLY,					/* of profiles */
	CONFIG_EXPLAIN,							/* of tunnels, sessions and peers */
	CONFIG_RELOAD, CONFIG_STATUS, CONFIG_WATCH,			/* of the system */
	CONFIG_SAVE, CONFIG_RESTORE, CONFIG_CHECK, CONFIG_INCLUDE,	/* of config */
	CONFIG_CAPTURE_TUNNEL, CONFIG_CAPTURE_SESSION,			/* of capture */
	CONFIG_KERNEL_PPPOL2TP, CONFIG_KERNEL_TUNNELS,			/* of kernel */
	CONFIG_VERB_COUNT,
};

/* Words without value. */
enum config_option {
	CONFIG_OPTION_NAMES = 1 << 0, CONFIG_OPTION_CONFIG = 1 << 1, CONFIG_OPTION_STATISTICS = 1 << 2,
	CONFIG_OPTION_STATUS = 1 << 3, CONFIG_OPTION_VERSION = 1 << 4,
	CONFIG_OPTION_APP = 1 << 5,		/* debug: the daemon itself */
	CONFIG_OPTION_ALL = 1 << 6,		/* status: every tunnel */
	CONFIG_OPTION_LOCAL_ONLY = 1 << 7, CONFIG_OPTION_REMOTE_ONLY = 1 << 8,	/* list: made here, or by peers */
	CONFIG_OPTION_TRANSPORT = 1 << 9,	/* show: of a tunnel's control messages */
};
#define CONFIG_OPTION_COUNT 10		/* option i is 1 << i */

struct command {
	enum config_object object;
	enum config_verb verb;
	unsigned int options;
	union any_config config;	/* rows not in set: zero */
	struct param_set set;		/* list: set rows are filters; unset: rows that are taken out, and the key */
};

/* What only lists have, besides. */
#define COMMAND_CONDITIONS_MAX 8
struct command_extra {
	unsigned int where_count;
	struct list_condition where[COMMAND_CONDITIONS_MAX];	/* all must hold */
	const struct column *sort;		/* NULL: by ids */
	bool descending;
	uint32_t limit;				/* 0: none */
};

/* Where a word stood: for file:line:column. */
struct config_place {
	unsigned int line, column;	/* from 1, columns in characters; 0: not known */
};

#define COMMAND_WORDS_MAX 200		/* more than any object has parameters */
#define COMMAND_TEXT_MAX 8192		/* octets of the words of one command; the longest fits */

/* words[0..count-1], already split and unquoted; on failure *bad_word is the index of the word
 * to blame (count when one is missing). bad_word may be NULL.  With ERROR_VALUE it is the value in
 * that word that is wrong.  extra may be NULL: then conditions of lists are refused.  Which parameters
 * must be there, and whether they fit each other, is left to the service. */
int command_parse(const char *const *words, unsigned int count, struct command *command,
		  struct command_extra *extra, unsigned int *bad_word, struct error *error);

/* How many words at the beginning say object and verb; 0 when they do not, or are not supported. */
unsigned int command_head(const char *const *words, unsigned int count, struct command *command);

/* Tell the words that may come after these, which do not yet say object and verb (help may be NULL).
 * False: they do, or are no words of a command. */
typedef void command_word_fn(void *context, const char *word, const char *help);
bool command_next_words(const char *const *words, unsigned int count, command_word_fn *tell, void *context);

/* Which object it is about, for people: "tunnel lon", "session 11 of tunnel lon"; what is not given is left
 * out. Returns out. */
const char *command_object(const struct command *command, char out[ERROR_OBJECT_MAX]);

/* What can be understood of words that are no command: object and verb, and the parameters that are
 * right. False: not even object and verb. */
bool command_salvage(const char *const *words, unsigned int count, struct command *command);

/* --- reading texts --- */

/* The next command of a text, for files and scripts. */
struct command_reader {
	const char *position, *end;
	const char *begin;					/* of the command last read */
	struct config_place place;				/* of position */
	struct config_place word_place[COMMAND_WORDS_MAX];	/* of the words of the command last read ... */
	struct config_place value_place[COMMAND_WORDS_MAX];	/* ... and of what follows their '=' */
	struct config_place end_place;				/* of its end */
	struct command_extra extra;				/* of the command last read */
	const char *words[COMMAND_WORDS_MAX];
	unsigned int word_count;
	char *storage;						/* the words, unquoted; owned by the reader */
	size_t stored;
};

/* text need not be NUL-terminated and must outlive the reader. -1 when out of memory. */
int command_reader_begin(struct command_reader *reader, const char *text, size_t length);
void command_reader_end(struct command_reader *reader);
/* 1: *command is the next one, *place where it begins; 0: end of text; -1: *error and *place say
 * what and where (error may be NULL).  After -1 it may be called again: reading goes on behind the bad command,
 * and words[0..word_count-1] are those that could be read of it. */
int command_reader_next(struct command_reader *reader, struct command *command,
			struct config_place *place, struct error *error);
/* As command_reader_next(), but only its words, whatever they mean. */
int command_reader_words(struct command_reader *reader, struct config_place *place, struct error *error);
/* Where the value of the parameter of this (whole) name stood in the command last read; where the
 * command began if it was not given. */
struct config_place command_reader_place_of(const struct command_reader *reader, const struct command *command,
					    const char *parameter);

/* --- writing --- */

/* The value as a word of a text, in quotes where it needs them. -1 when it does not fit. */
int command_quote(const char *value, char *out, size_t size);
/* The command as a text that reads as the same command, with whole names, without a line end.
 * out of COMMAND_TEXT_MAX always fits.  Returns its length, or -1 when it does not fit. */
int command_write(const struct command *command, char *out, size_t size);

/* --- the tables behind `?`, completion and the man pages --- */

const char *config_object_name(enum config_object object);		/* "tunnel", "tunnel profile" */
const char *config_verb_name(enum config_verb verb);
bool config_verb_allowed(enum config_object object, enum config_verb verb);	/* and supported */
const char *config_verb_help(enum config_object object, enum config_verb verb);	/* NULL: not allowed */
/* May it stand in a configuration file? There things are made, and what was made is changed. */
bool config_verb_in_files(enum config_object object, enum config_verb verb);
/* Does the verb take this parameter? Those not supported yet are taken by none. */
bool config_param_allowed(enum config_object object, enum config_verb verb, unsigned int row);
/* A command that no text was parsed for: does it have parameters that are for other verbs, or, when the verb takes only
 * what names its object, others at all? -1: it does, and *error says what is one too many. */
int command_check_keys(const struct command *command, struct error *error);
/* Is it written without a value: tunnel profile unset profile_name=x ttl? */
bool config_param_bare(enum config_object object, enum config_verb verb, unsigned int row);
/* Which options a verb of an object takes, and their names. */
unsigned int config_options_allowed(enum config_object object, enum config_verb verb);
const char *config_option_name(enum config_option option);

#endif
