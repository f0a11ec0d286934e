/* SPDX-License-Identifier: MIT */
/*
 * Errors for people.  A text may quote what a user or a peer wrote, so it is made printable here,
 * once, and whoever shows it (terminal, log, JSON) needs no care of its own.
 */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

static void fill(struct error *error, enum error_code code, const char *parameter, const char *format, va_list values)
{
	error->code = code;
	error->object[0] = '\0';
	snprintf(error->parameter, sizeof(error->parameter), "%s", parameter ? parameter : "");
	text_make_printable(error->parameter);
	vsnprintf(error->text, sizeof(error->text), format, values);
	text_make_printable(error->text);
}

int error_set(struct error *error, enum error_code code, const char *parameter, const char *format, ...)
{
	va_list values;

	if (error) {
		va_start(values, format);
		fill(error, code, parameter, format, values);
		va_end(values);
	}
	return -1;
}

int error_system(struct error *error, int errno_value, const char *parameter, const char *format, ...)
{
	char reason[64];
	size_t used;
	va_list values;

	if (error) {
		va_start(values, format);
		fill(error, ERROR_SYSTEM, parameter, format, values);
		va_end(values);
		used = strlen(error->text);
		snprintf(error->text + used, sizeof(error->text) - used, ": %s",
			 strerror_r(errno_value, reason, sizeof(reason)));
		text_make_printable(error->text);
	}
	return -1;
}

void error_name_object(struct error *error, const char *object)
{
	if (!error || error->object[0])
		return;
	snprintf(error->object, sizeof(error->object), "%s", object);
	text_make_printable(error->object);
}

const char *error_code_name(enum error_code code)
{
	static const char *const names[] = {
		[ERROR_NONE] = "none",
		[ERROR_SYNTAX] = "syntax",
		[ERROR_VALUE] = "value",
		[ERROR_MISSING] = "missing",
		[ERROR_UNKNOWN] = "unknown",
		[ERROR_EXISTS] = "exists",
		[ERROR_UNSUPPORTED] = "unsupported",
		[ERROR_IMMUTABLE] = "immutable",
		[ERROR_LIMIT] = "limit",
		[ERROR_SYSTEM] = "system",
	};

	return (unsigned int)code < sizeof(names) / sizeof(names[0]) ? names[code] : "unknown";
}
