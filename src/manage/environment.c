/* SPDX-License-Identifier: MIT */
/* The environment of hook programs: nothing but PATH and what they are told. */
#include "manage/environment.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"

#define PATH "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

static char *next(struct environment *environment)
{
	char *text;

	if (environment->count == ENVIRONMENT_VARIABLES_MAX)
		abort();	/* no input causes so many */
	text = environment->text[environment->count];
	environment->pointers[environment->count++] = text;
	environment->pointers[environment->count] = NULL;
	return text;
}

void environment_begin(struct environment *environment, const char *event)
{
	environment->count = 0;
	snprintf(next(environment), ENVIRONMENT_VALUE_MAX, PATH);
	environment_add(environment, "event", event);
}

void environment_add(struct environment *environment, const char *name, const char *value)
{
	char *text = next(environment), *at = text + snprintf(text, ENVIRONMENT_VALUE_MAX, "L2TPD_");

	for (; *name; name++)
		*at++ = (char)toupper((unsigned char)*name);
	snprintf(at, ENVIRONMENT_VALUE_MAX - (size_t)(at - text), "=%s", value);
	text_make_printable(text);
}

void environment_add_plain(struct environment *environment, const char *name, const char *value)
{
	char *text = next(environment);

	snprintf(text, ENVIRONMENT_VALUE_MAX, "%s=%s", name, value);
	text_make_printable(text);
}

void environment_add_number(struct environment *environment, const char *name, uint64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)number);
	environment_add(environment, name, text);
}
