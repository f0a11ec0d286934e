/* SPDX-License-Identifier: MIT */
/*
 * getopt_long() driven by a table.
 */
#include "os/options.h"

#include <getopt.h>

#define HELP_COLUMN 26	/* where the help texts begin */

int os_options_next(const struct os_program *program, int argc, char **argv, const char **argument, int *first)
{
	char letters[2 * OS_OPTIONS_MAX + 2] = "+", *letter = letters + 1;
	struct option names[OS_OPTIONS_MAX + 1] = { 0 };
	const struct os_option *option = program->options;
	int id;

	for (int i = 0; i < OS_OPTIONS_MAX && option->id; i++, option++) {
		names[i] = (struct option){ .name = option->name, .val = option->id,
					    .has_arg = option->argument ? required_argument : no_argument };
		if (option->id >= OS_OPTION_LONG)
			continue;
		*letter++ = (char)option->id;
		if (option->argument)
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
	return id;
}

void os_options_help(const struct os_program *program, FILE *out)
{
	fprintf(out, "Usage: %s %s\n%s\n\n", program->name, program->synopsis, program->summary);
	for (const struct os_option *option = program->options; option->id; option++) {
		int width = option->id < OS_OPTION_LONG ? fprintf(out, "  -%c, ", option->id) : fprintf(out, "      ");

		width += fprintf(out, "--%s%s%s", option->name, option->argument ? " " : "",
				 option->argument ? option->argument : "");
		fprintf(out, "%*s%s\n", width < HELP_COLUMN ? HELP_COLUMN - width : 1, "", option->help);
	}
	if (program->more)
		fprintf(out, "\n%s", program->more);
}
