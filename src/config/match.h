/* SPDX-License-Identifier: MIT */
/*
 * Finding a word in a list the way people type: any case, any unambiguous prefix, an exact match
 * before every prefix; and what to tell them when that fails.  Used for objects, verbs,
 * parameters, options and values alike.
 */
#ifndef L2TPD_CONFIG_MATCH_H
#define L2TPD_CONFIG_MATCH_H

#include <stdbool.h>
#include <stddef.h>

/* A list is seen through this function: the name at an index, NULL behind the last. */
typedef const char *match_list_fn(const void *list, unsigned int index);

#define MATCH_NONE (-1)
#define MATCH_AMBIGUOUS (-2)

/* The index of the one entry that word means. */
int match_find(match_list_fn *name_at, const void *list, const char *word, bool exact_only);

/* The entries that begin with word, "a, b, c", cut off at size with "..."; "" as word: all. Returns out. */
const char *match_candidates(match_list_fn *name_at, const void *list, const char *word, char *out, size_t size);

/* The entry most like word, or NULL when none is near enough to be what was meant. */
const char *match_nearest(match_list_fn *name_at, const void *list, const char *word);

#endif
