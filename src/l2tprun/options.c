/* SPDX-License-Identifier: MIT */
/*
 * The table of l2tprun's options, for the program and its man page.
 */
#include "l2tprun/options.h"

#include <stdlib.h>

#include "kernel/attach.h"

static const struct os_option rows[] = {
	{ 's', "socket", "PATH",
	  "where l2tpd waits for l2tprun, " KERNEL_ATTACH_SOCKET_DEFAULT " unless given", NULL },
	{ 'f', "force", NULL, "also on a kernel that has L2TP itself: l2tpd answers in its place", NULL },
	{ 'n', "dry-run", NULL, "only tell what would happen, and what is missing", NULL },
	{ 'h', "help", NULL, "show this", NULL },
	{ 'V', "version", NULL, "show the version", NULL },
	{ .id = 0 },
};

const struct os_program l2tprun_program = {
	.name = "l2tprun",
	.synopsis = "[OPTION...] PROGRAM [ARGUMENT...]",
	.summary = "Run a program, and what it runs, as on a kernel with L2TP: l2tpd answers in the kernel's place.",
	.options = rows,
	.more = "For example\n"
		"  l2tprun ip l2tp show tunnel\n"
		"  l2tprun sh\n",
};

static int take(int id, const char *argument, struct run_options *options)
{
	switch (id) {
	case 's':
		options->socket = argument;
		return -1;
	case 'f':
		options->force = true;
		return -1;
	case 'n':
		options->plan = true;
		return -1;
	case 'h':
		os_options_help(&l2tprun_program, stdout);
		return EXIT_SUCCESS;
	case 'V':
		puts("l2tprun " L2TPD_VERSION);
		return EXIT_SUCCESS;
	default:
		return EXIT_OWN_FAILURE;
	}
}

int run_options_parse(int argc, char **argv, struct run_options *options)
{
	const char *argument;
	int id, first = 1, status = -1;

	*options = (struct run_options){ .socket = KERNEL_ATTACH_SOCKET_DEFAULT };
	while (status < 0 && (id = os_options_next(&l2tprun_program, argc, argv, &argument, &first)) != OS_OPTIONS_END)
		status = take(id, argument, options);
	if (status >= 0)
		return status;
	options->program = argv + first;
	if (first < argc || options->plan)
		return -1;
	fputs("l2tprun: which program shall run? l2tprun --help has examples\n", stderr);
	return EXIT_OWN_FAILURE;
}
