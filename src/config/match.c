/* SPDX-License-Identifier: MIT */
/*
 * Words of a list: prefixes, candidates, and the nearest for "did you mean".
 */
#include "config/match.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define NEAREST_LENGTH_MAX 40	/* no name of ours is longer */

int match_find(match_list_fn *name_at, const void *list, const char *word, bool exact_only)
{
	size_t length = strlen(word);
	int found = MATCH_NONE;
	const char *name;

	for (unsigned int i = 0; (name = name_at(list, i)); i++) {
		if (!strcasecmp(name, word))
			return (int)i;
		if (!exact_only && length && !strncasecmp(name, word, length))
			found = found == MATCH_NONE ? (int)i : MATCH_AMBIGUOUS;
	}
	return found;
}

const char *match_candidates(match_list_fn *name_at, const void *list, const char *word, char *out, size_t size)
{
	size_t length = strlen(word), used = 0;
	const char *name;

	out[0] = '\0';
	for (unsigned int i = 0; (name = name_at(list, i)); i++) {
		const char *comma = used ? ", " : "";

		if (strncasecmp(name, word, length) != 0)
			continue;
		if (used + strlen(comma) + strlen(name) + sizeof(", ...") > size) {
			snprintf(out + used, size - used, "%s...", comma);
			break;
		}
		used += (size_t)snprintf(out + used, size - used, "%s%s", comma, name);
	}
	return out;
}

static unsigned int smaller(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

/* How many letters must be changed, added or left out to make name from word (Levenshtein). */
static unsigned int distance(const char *word, const char *name)
{
	unsigned int costs[NEAREST_LENGTH_MAX + 1];	/* of the word so far against each prefix of name */
	size_t length = strlen(name);

	if (length > NEAREST_LENGTH_MAX || strlen(word) > NEAREST_LENGTH_MAX)
		return NEAREST_LENGTH_MAX;
	for (size_t i = 0; i <= length; i++)
		costs[i] = (unsigned int)i;
	for (; *word; word++) {
		unsigned int diagonal = costs[0]++;

		for (size_t i = 1; i <= length; i++) {
			unsigned int replaced = diagonal + (strncasecmp(word, name + i - 1, 1) != 0);

			diagonal = costs[i];
			costs[i] = smaller(replaced, smaller(diagonal, costs[i - 1]) + 1);
		}
	}
	return costs[length];
}

const char *match_nearest(match_list_fn *name_at, const void *list, const char *word)
{
	unsigned int least = (unsigned int)strlen(word) / 3;	/* a third of the letters wrong: still meant */
	const char *nearest = NULL, *name;

	if (!least)
		least = 1;
	for (unsigned int i = 0; (name = name_at(list, i)); i++) {
		unsigned int cost = distance(word, name);

		if (cost > least || (nearest && cost == least))
			continue;
		least = cost;
		nearest = name;
	}
	return nearest;
}
