/* SPDX-License-Identifier: MIT */
/*
 * Command-line options from a table, from which --help and the man page come as well.
 */
#ifndef L2TPD_OS_OPTIONS_H
#define L2TPD_OS_OPTIONS_H

#include <stdio.h>

/* An option with a letter has the letter as its id, one without an id from here on. */
#define OS_OPTION_LONG 256

struct os_option {
	int id;			/* letter, or >= OS_OPTION_LONG; 0 ends the table */
	const char *name;	/* after "--"; NULL: it has a letter only */
	const char *argument;	/* what it takes, "FILE"; NULL: nothing */
	const char *help;	/* no capital, no full stop */
	const char *refused;	/* known, but not taken: what to use instead; these are the last of a table */
};

struct os_program {
	const char *name;
	const char *synopsis;	/* after its name */
	const char *summary;	/* one line */
	const struct os_option *options;
	const char *more;	/* lines behind the options, or NULL */
};

#define OS_OPTIONS_MAX 32	/* of one program */

#define OS_OPTIONS_END (-1)	/* no more options: *first is the first word that is none */
#define OS_OPTIONS_BAD (-2)	/* a message is on standard error */

/* The next option's id, its argument in *argument. Options after the first other word are not
 * options but words. */
int os_options_next(const struct os_program *program, int argc, char **argv, const char **argument, int *first);

void os_options_help(const struct os_program *program, FILE *out);

#endif
