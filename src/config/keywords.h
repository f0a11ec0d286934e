/* SPDX-License-Identifier: MIT */
/*
 * The words that commands are made of, as a tree: a word leads to those that may follow it, or is the
 * last that says what is to be done.  Private to this room; command.h has what others need of it.
 */
#ifndef L2TPD_CONFIG_KEYWORDS_H
#define L2TPD_CONFIG_KEYWORDS_H

#include "config/command.h"

/* Which parameters a command takes. */
enum takes {
	TAKES_NONE,
	TAKES_KEYS,		/* those that name the object */
	TAKES_LIVE,		/* and those that can change while it exists */
	TAKES_ALL,
	TAKES_PROFILE,		/* what a profile of such objects may hold, and its name */
	TAKES_UNSET,		/* the same, but without values */
};

struct keyword {
	const char *name;		/* NULL ends a table */
	const char *feature;		/* not supported yet: what it comes with */
	const char *refusal;		/* never supported: what to do instead */
	bool newer;			/* OpenL2TP has it not: counts when no word of OpenL2TP is meant */
	const struct keyword *next;	/* one of these follows; NULL: this is the last word */
	enum config_object object;	/* of the last word */
	enum config_verb verb;
	enum takes takes;
	unsigned int options;
	bool bare;			/* its parameter may be written without its name */
	const char *help;
};

extern const struct keyword keyword_objects[];	/* what a command may begin with */
extern const struct keyword keyword_options[];	/* .options is the option's bit */

/* The word, which is supported, or NULL and an error.  before: the words before it, "tunnel profile", or "". */
const struct keyword *keyword_find(const struct keyword *list, const char *before, const char *word,
				   struct error *error);
/* Those that are supported, "a, b, c". Returns out. */
const char *keyword_list(const struct keyword *list, char *out, size_t size);
/* Is it, or anything that follows it, supported? */
bool keyword_supported(const struct keyword *keyword);
/* The option that a word without '=' is, supported or not; NULL: none. */
const struct keyword *keyword_option(const char *word);
/* The last word of a command; NULL: there is no such command yet. */
const struct keyword *keyword_of(enum config_object object, enum config_verb verb);
int keyword_refuse(const struct keyword *keyword, const char *before, struct error *error);

#endif
