/* SPDX-License-Identifier: MIT */
/*
 * l2tprun's command line.
 */
#ifndef L2TPD_L2TPRUN_OPTIONS_H
#define L2TPD_L2TPRUN_OPTIONS_H

#include <stdbool.h>

#include "os/options.h"

/* As of other programs that run programs; what the program itself ends with comes through unchanged. */
enum { EXIT_OWN_FAILURE = 125, EXIT_CANNOT_RUN = 126, EXIT_NOT_FOUND = 127 };

struct run_options {
	const char *socket;	/* l2tpd's */
	bool force;		/* also where the kernel has L2TP */
	bool plan;		/* only tell */
	char **program;		/* with its arguments */
};

extern const struct os_program l2tprun_program;

/* Returns -1 to go on, else the exit status. */
int run_options_parse(int argc, char **argv, struct run_options *options);

#endif
