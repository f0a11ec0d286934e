/* SPDX-License-Identifier: MIT */
/*
 * Carrying out commands, wherever they come from.
 */
#ifndef L2TPD_L2TPCTL_RUN_H
#define L2TPD_L2TPCTL_RUN_H

#include "config/command.h"
#include "l2tpctl/api.h"
#include "l2tpctl/exit.h"

struct run {
	struct api api;
	bool json, quiet;
	const char *source;		/* of a script: its name, for errors; else NULL */
};

/* The words of the program's command line. */
enum status run_words(struct run *run, const char *const *words, unsigned int count);

/* A text of commands that begins at this line (from 1): stops at the first that fails. */
enum status run_text(struct run *run, const char *text, size_t length, unsigned int line);

/* Standard input as a script: each command is carried out as soon as its line is there. */
enum status run_script(struct run *run);

/* The exit status that tells of this outcome. */
enum status run_status(enum api_outcome outcome);

/* Is this line one of the words that end a script or an interactive session? */
bool run_is_exit(const char *line);

#endif
