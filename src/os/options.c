/* SPDX-License-Identifier: MIT */
/*
 * getopt_long() driven by a table.
 */
#include "os/options.h"

#include <getopt.h>
#include <stdbool.h>

#define HELP_COLUMN 26	/* where the help texts begin */

/* Is it one that is only known to be refused? Then say what to use. */
static bool refuse(const struct os_program *program, int id)
{
	const struct os_option *option = program->options;

	while (option->id && option->id != id)
		option++;
	if (!option->refused)
		return false;
	fprintf(stderr, "%s: -%c is OpenL2TP's: %s\n", program->name, id, option->refused);
	return true;
}

int os_options_next(const struct os_program *program, int argc, char **argv, const char **argument, int *first)
{
	char letters[2 * OS_OPTIONS_MAX + 2] = "+", *letter = letters + 1;
	struct option names[OS_OPTIONS_MAX + 1] = { 0 };
	const struct os_option *option = program->options;
	int id, named = 0;

	for (int i = 0; i < OS_OPTIONS_MAX && option->id; i++, option++) {
		if (option->name)
			names[named++] = (struct option){ .name = option->name, .val = option->id,
							  .has_arg = option->argument ? required_argument
										      : no_argument };
		if (option->id >= OS_OPTION_LONG)
			continue;
		*letter++ = (char)option->id;
		if (option->argument && !option->refused)	/* refused also without */
			*letter++ = ':';
	}
	id = getopt_long(argc, argv, letters, names, NULL);
	*argument = optarg;
	*first = optind;
	if (id == -1)
		return OS_OPTIONS_END;
	if (id == '?') {
		fprintf(stderr, "%s --help lists the options\n", program->name);
		return OS_OPTIONS_BAD;
	}
	return refuse(program, id) ? OS_OPTIONS_BAD : id;
}

static void print_option(const struct os_option *option, FILE *out)
{
	bool letter = option->id < OS_OPTION_LONG;
	int width = letter ? fprintf(out, "  -%c%s", option->id, option->name ? ", " : "") : fprintf(out, "      ");

	width += fprintf(out, "%s%s%s%s", option->name ? "--" : "", option->name ? option->name : "",
			 option->argument ? " " : "", option->argument ? option->argument : "");
	fprintf(out, "%*s%s\n", width < HELP_COLUMN ? HELP_COLUMN - width : 1, "",
		option->refused ? option->refused : option->help);
}

void os_options_help(const struct os_program *program, FILE *out)
{
	const struct os_option *option = program->options;

	fprintf(out, "Usage: %s %s\n%s\n\n", program->name, program->synopsis, program->summary);
	for (; option->id && !option->refused; option++)
		print_option(option, out);
	if (option->id)
		fputs("\nFrom OpenL2TP, and refused:\n", out);
	for (; option->id; option++)
		print_option(option, out);
	if (program->more)
		fprintf(out, "\n%s", program->more);
}
