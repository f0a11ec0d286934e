/* SPDX-License-Identifier: MIT */
/*
 * The one way to tell a person what went wrong.
 *
 * A function that can fail for a reason the user must learn returns 0 or -1 and fills a
 * struct error.  The text is a whole sentence without a full stop that names the remedy where
 * there is one; the code lets programs react (exit status of l2tpctl, errors of the API); the
 * object says which one it is about, the parameter, when there is one, lets the configuration reader
 * point at line and column.
 */
#ifndef L2TPD_BASE_ERROR_H
#define L2TPD_BASE_ERROR_H

enum error_code {
	ERROR_NONE = 0,
	ERROR_SYNTAX,		/* the words do not form a command */
	ERROR_VALUE,		/* a value is malformed, out of range or contradicts another */
	ERROR_MISSING,		/* a required parameter is absent */
	ERROR_UNKNOWN,		/* no object of that name or id */
	ERROR_EXISTS,		/* name, id or interface is taken */
	ERROR_UNSUPPORTED,	/* known, but its feature has not landed */
	ERROR_IMMUTABLE,	/* parameter cannot be changed on a live object */
	ERROR_LIMIT,		/* a configured or built-in limit is reached */
	ERROR_SYSTEM,		/* the operating system refused; the text names why and the remedy */
};

#define ERROR_TEXT_MAX 256
#define ERROR_PARAMETER_MAX 32
#define ERROR_OBJECT_MAX 160

struct error {
	enum error_code code;
	char parameter[ERROR_PARAMETER_MAX];	/* "" when no single parameter is to blame */
	char object[ERROR_OBJECT_MAX];		/* "tunnel lon": what the command was about, "" when not known */
	char text[ERROR_TEXT_MAX];
};

/* The text may quote foreign octets: what is not printable in them becomes '?'. A longer text is cut off.
 * Fill *error and return -1, so that a caller can write `return error_set(...)`.
 * The object is left empty: who executes commands knows it (error_name_object()).
 * parameter may be NULL.  error may be NULL: then only the return value counts. */
int error_set(struct error *error, enum error_code code, const char *parameter, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* As error_set() with ERROR_SYSTEM; appends ": " and the text of errno_value (a positive errno). */
int error_system(struct error *error, int errno_value, const char *parameter, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Say which object it is about, unless that is known already. error may be NULL. */
void error_name_object(struct error *error, const char *object);

/* The code's name in the API: "syntax", "value", ... */
const char *error_code_name(enum error_code code);

#endif
