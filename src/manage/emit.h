/* SPDX-License-Identifier: MIT */
/*
 * JSON written as text, straight from the structs of config and service by their tables: a list of
 * 100,000 sessions as trees of jansson would take ten times as long.  What is read is left to jansson
 * (json.h).
 *
 * A writer of a value or a member puts the comma before it where one is needed, so that callers have
 * nothing to count.  Nobody needs to look for memory that was not there but who sends the text: `failed`
 * says so, and stays.
 */
#ifndef L2TPD_MANAGE_EMIT_H
#define L2TPD_MANAGE_EMIT_H

#include <jansson.h>

#include "config/objects.h"
#include "manage/state.h"

struct emit {			/* zero-initialise before use */
	char *text;		/* not NUL-terminated; NULL as long as nothing was written */
	size_t length, size;
	bool failed;		/* out of memory: the text is incomplete */
};

void emit_free(struct emit *emit);
/* Take back what was written beyond this length. */
void emit_rewind(struct emit *emit, size_t length);

/* --- structure --- */
void emit_raw(struct emit *emit, const char *text);	/* as it is, no comma before it */
void emit_open(struct emit *emit, char bracket);	/* '{' or '[', as a value */
void emit_close(struct emit *emit, char bracket);	/* '}' or ']' */
/* "name": what is written next is its value. name needs no escaping: it comes from our tables. */
void emit_member(struct emit *emit, const char *name);
/* A member that is an object or an array: emit_member() and emit_open(). */
void emit_open_member(struct emit *emit, const char *name, char bracket);

/* --- values --- */
/* Control characters are escaped; what JSON cannot carry, or no terminal should get, becomes '?'. */
void emit_string(struct emit *emit, const char *text);
void emit_string_n(struct emit *emit, const char *text, size_t length);	/* text has no NUL in it */
void emit_unsigned(struct emit *emit, uint64_t number);
void emit_integer(struct emit *emit, int64_t number);
void emit_bool(struct emit *emit, bool truth);
/* NULL is written as null. */
void emit_json(struct emit *emit, const json_t *value);

/* --- members: the same with a name before it --- */
void emit_string_member(struct emit *emit, const char *name, const char *text);	/* NULL: no member */
void emit_unsigned_member(struct emit *emit, const char *name, uint64_t number);
void emit_bool_member(struct emit *emit, const char *name, bool truth);

/* --- by tables; only: the rows that are wanted, NULL: all --- */
/* An object with every parameter that has a value.  Secrets are left out. */
void emit_config(struct emit *emit, const struct param_table *table, const void *config,
		 const struct param_set *only);
/* An array of the names of those parameters that are set, secret ones as well. */
void emit_set(struct emit *emit, const struct param_table *table, const struct param_set *set);
/* An object of a table's rows read from *base. now: monotonic ms. */
void emit_state(struct emit *emit, const struct state_table *table, const void *base, uint64_t now,
		const struct param_set *only);

#endif
