/* SPDX-License-Identifier: MIT */
/*
 * The one table of parameters.  A row says everything about a parameter: the command language,
 * `?` help, validation, the configuration file, `show`, the JSON API, the interface file and the
 * man pages all come from it.  A value lives in a member of the object's config struct
 * (objects.h); which members were set is a bit per row, so that defaults and inheritance are a
 * matter of overlaying one config on another.
 */
#ifndef L2TPD_CONFIG_PARAM_H
#define L2TPD_CONFIG_PARAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum param_type {		/* type of the member */
	PARAM_BOOL,		/* bool */
	PARAM_U16,		/* uint16_t */
	PARAM_U32,		/* uint32_t */
	PARAM_ENUM,		/* int, one of the row's words; its number may be written instead of the word */
	PARAM_U32_OR_WORD,	/* int64_t: min..max, or a word's (negative or special) value, e.g. mtu, ttl, dscp */
	PARAM_STRING,		/* char[], printable UTF-8; min: the least length; the most is size - 1 */
	PARAM_HOST,		/* char[]: literal unicast address or host name */
	PARAM_ADDRESS,		/* struct address */
	PARAM_OCTETS,		/* struct param_octets, or the long one: its size tells */
	PARAM_MAC,		/* uint8_t[6] */
	PARAM_FLAGS,		/* uint32_t: some of the row's words, "fsm,api"; a number, all, none */
	PARAM_PREFIX,		/* struct prefix: ADDRESS[/LENGTH] */
	PARAM_PATH,		/* char[]: of a file, or what the row's help says; as PARAM_STRING otherwise */
	PARAM_SPEED,		/* struct param_speed: RX[:TX]; one number is both */
	PARAM_NAMES,		/* char[]: names of objects, with commas: text_next_item() */
	PARAM_RANGES,		/* char[]: ranges of addresses, with commas: text_next_item(), range_parse() */
	PARAM_UNSUPPORTED,	/* no member: OpenL2TP's name whose feature has not landed; refused by name */
};

enum param_flags {
	PARAM_KEY = 1 << 0,		/* names the object; given with every verb */
	PARAM_LIVE = 1 << 1,		/* modify may change it; without this it is create-only */
	PARAM_SECRET = 1 << 2,		/* shown as set or not set, never its value; nor do errors quote it */
	PARAM_HEX = 1 << 3,		/* a number that is printed as hexadecimal */
	PARAM_NAME = 1 << 4,		/* a key, too; in a modify that gives the object's id it is the new name */
	PARAM_PROFILE = 1 << 5,		/* a profile of such objects may hold it */
	PARAM_PROFILE_KEY = 1 << 6,	/* names the profile, when the object is a profile: profile_name */
	PARAM_READ_FILE = 1 << 7,	/* where the value of the secret row before it is read from */
	PARAM_DELETE = 1 << 8,		/* says how to delete: no other verb has it, and nothing is kept of it */
	PARAM_ACTION = 1 << 9,		/* something is done when it is given, and nothing is kept of it */
	PARAM_V2 = 1 << 10,		/* means nothing where version=3 */
	PARAM_V3 = 1 << 11,		/* means nothing where version=2 */
	PARAM_PPP = 1 << 12,		/* of sessions: means nothing where they carry no PPP */
	PARAM_IN_FILES = 1 << 13,	/* counts where a configuration file says it: commands do not change it */
};

#define PARAM_RANGES_MAX 16		/* in one PARAM_RANGES */

#define PARAM_OCTETS_MAX 8
struct param_octets {
	uint8_t length;
	uint8_t octets[PARAM_OCTETS_MAX];
};

#define PARAM_LONG_OCTETS_MAX 127	/* no list of LCP options has more */
struct param_long_octets {
	uint8_t length;
	uint8_t octets[PARAM_LONG_OCTETS_MAX];
};

struct param_speed {		/* bit/s, as they come in and as they go out; 0: not told */
	uint32_t rx, tx;
};

struct param_word {
	const char *name;		/* NULL ends the list */
	int64_t value;			/* several names may have one value: the first is the one printed;
					 * of PARAM_FLAGS: one bit, or several for a name of more than one */
	const char *feature;		/* not supported yet: what it comes with */
};

#define WORD(word_name, word_value) { .name = (word_name), .value = (word_value) }

struct param {
	const char *name;
	const char *alias;		/* another name that may be written (whole), or NULL */
	enum param_type type;
	unsigned int flags;
	size_t offset, size;		/* of the member */
	int64_t min, max;		/* of numbers, both included; min of strings: octets */
	const char *default_text;	/* as a user would write it; NULL: none */
	const struct param_word *words;
	const char *unit;		/* "ms", "s" or NULL */
	const char *allowed;		/* what is allowed, for people, where type and range do not say it */
	bool (*check)(const void *member);	/* what type and range cannot say; NULL: nothing */
	const char *feature;		/* PARAM_UNSUPPORTED: what it comes with, NULL: help says what to do */
	const char *help;		/* one sentence, no full stop */
	const char *reference;		/* "RFC 3931 4.1", the kernel's attribute, or NULL */
};

/* Is its value kept in configurations? Not so what is only done. */
static inline bool param_is_kept(const struct param *param)
{
	return param->type != PARAM_UNSUPPORTED && !(param->flags & (PARAM_DELETE | PARAM_ACTION));
}

struct param_table {
	const char *object;		/* "tunnel" */
	const struct param *params;
	unsigned int count;		/* <= PARAM_SET_MAX */
	size_t size;			/* of the config struct */
};

#define PARAM_SET_MAX 128
struct param_set {			/* which rows were set explicitly */
	uint64_t bits[PARAM_SET_MAX / 64];
};

static inline bool param_set_has(const struct param_set *set, unsigned int row)
{
	return set->bits[row / 64] >> row % 64 & 1;
}

static inline void param_set_add(struct param_set *set, unsigned int row)
{
	set->bits[row / 64] |= (uint64_t)1 << row % 64;
}

static inline void param_set_remove(struct param_set *set, unsigned int row)
{
	set->bits[row / 64] &= ~((uint64_t)1 << row % 64);
}

/* The first row from this one on that is in the set; PARAM_SET_MAX when there is none:
 * for (row = param_set_next(set, 0); row < PARAM_SET_MAX; row = param_set_next(set, row + 1)) */
static inline unsigned int param_set_next(const struct param_set *set, unsigned int row)
{
	for (; row < PARAM_SET_MAX; row = (row / 64 + 1) * 64) {
		uint64_t rest = set->bits[row / 64] >> row % 64;

		if (rest)
			return row + (unsigned int)__builtin_ctzll(rest);
	}
	return PARAM_SET_MAX;
}

static inline bool param_set_is_empty(const struct param_set *set)
{
	return param_set_next(set, 0) == PARAM_SET_MAX;
}

/* Exact name, else an unambiguous prefix, any case. Returns the row, or -1 with *error filled
 * (unknown: names the nearest; ambiguous: lists the candidates; exact_only: no prefixes). */
int param_find(const struct param_table *table, const char *name, bool exact_only, struct error *error);

/* Does an empty value say that there is none, whatever a profile says?  Of addresses and numbers; strings have
 * their least length. */
bool param_may_be_none(const struct param *param);

/* Parse text into the row's member of *config.  Errors name parameter, value and what is allowed;
 * the member is then as it was.  All octets of strings behind the NUL become zero. */
int param_parse(const struct param_table *table, unsigned int row, const char *text, void *config, struct error *error);

/* Print the row's member as a user would write it; returns out ("" for an empty value and for
 * PARAM_UNSUPPORTED). Secrets too: it is for saving. */
#define PARAM_TEXT_MAX 512
const char *param_format(const struct param_table *table, unsigned int row, const void *config,
			 char out[PARAM_TEXT_MAX]);

/* Fill *config (table->size octets) with every row's built-in default. */
void param_defaults(const struct param_table *table, void *config);

/* Are the members of this row equal in a and b? */
bool param_equal(const struct param_table *table, unsigned int row, const void *a, const void *b);

/* Copy the row's member from one config to another. */
void param_copy(const struct param_table *table, unsigned int row, void *to, const void *from);

/* "yes|no", "0..4294967295", "none|default": for help and error messages; returns out. */
const char *param_allowed(const struct param *param, char out[PARAM_TEXT_MAX]);

/* The words that may be written for a value, or in one: of PARAM_ENUM, PARAM_U32_OR_WORD, PARAM_FLAGS and
 * PARAM_BOOL; NULL for other types. */
const struct param_word *param_words(const struct param *param);

#endif
