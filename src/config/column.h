/* SPDX-License-Identifier: MIT */
/*
 * What lists of tunnels and sessions can show, be sorted by, and be asked for with conditions: values of
 * configuration, state and statistics alike, each with the name that `show` gives it.
 */
#ifndef L2TPD_CONFIG_COLUMN_H
#define L2TPD_CONFIG_COLUMN_H

#include "config/objects.h"

enum column_kind {
	COLUMN_TEXT,
	COLUMN_NUMBER,
	COLUMN_BOOL,
	COLUMN_ADDRESS,		/* an address, with or without a port: ADDRESS/LENGTH matches all in that network */
};

struct column {
	enum config_object object;	/* CONFIG_TUNNEL or CONFIG_SESSION */
	const char *name;		/* NULL ends the table */
	const char *heading;
	const char *path;		/* in an object as the API tells it: "statistics.rx_bytes" */
	enum column_kind kind;
	bool shown;			/* in `list`; the others only in conditions and for sorting */
};

extern const struct column config_columns[];

/* As param_find(); NULL instead of -1. */
const struct column *column_find(enum config_object object, const char *name, bool exact_only, struct error *error);

#define CONDITION_VALUE_MAX 64
struct list_condition {
	const struct column *column;
	char op;			/* '=', '!' (is not), '<', '>', '~' (contains, in any case) */
	char value[CONDITION_VALUE_MAX];
};

/* NAME, OP (= != < > ~) and VALUE as one text. The value must be one that the column can have. */
int condition_parse(enum config_object object, const char *text, struct list_condition *condition,
		    struct error *error);
/* Does it hold for this value, as text? NULL: the object has none, so only '!' holds. */
bool condition_holds(const struct list_condition *condition, const char *value);
/* For sorting: like strcmp(), but numbers by their size and addresses by theirs. NULL comes first. */
int column_compare(const struct column *column, const char *a, const char *b);

#endif
