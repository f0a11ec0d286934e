/* SPDX-License-Identifier: MIT */
/*
 * A configuration file's commands tried one after the other on a service that moves nothing, so that
 * every mistake in the file is found in one run.  Where a command is refused, a stand-in takes the place
 * of what it would have made: what comes later in the file is not blamed for it.
 */
#ifndef L2TPD_L2TPD_TRIAL_H
#define L2TPD_L2TPD_TRIAL_H

#include <stdbool.h>

#include "config/command.h"

struct trial;

struct trial *trial_new(void);		/* NULL when out of memory */
void trial_free(struct trial *trial);

/* Would it be carried out? -1: no, *error says why; with an empty text it is only because of a mistake
 * that was told before. */
int trial_command(struct trial *trial, const struct command *command, struct error *error);
/* There was a command that could not be read; *rest is what could be read of it, NULL: nothing. */
void trial_unreadable(struct trial *trial, const struct command *rest);

#endif
