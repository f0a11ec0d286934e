/* SPDX-License-Identifier: MIT */
/*
 * What a debug command answers, for people.
 */
#include "l2tpctl/debug.h"

#include <string.h>

static const char *member(const json_t *answer, const char *name)
{
	const char *text = json_string_value(json_object_get(answer, name));

	return text ? text : "-";
}

void debug_print(const json_t *answer, FILE *out)
{
	const char *own = member(answer, "trace_flags"), *effective = member(answer, "effective");

	fprintf(out, "trace flags: %s\n", own);
	if (strcmp(own, effective))
		fprintf(out, "with those of others: %s\n", effective);
}
