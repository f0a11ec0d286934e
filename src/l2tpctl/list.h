/* SPDX-License-Identifier: MIT */
/*
 * The answer of a list: as it comes in, or sorted, and cut off where a limit was given.
 */
#ifndef L2TPD_L2TPCTL_LIST_H
#define L2TPD_L2TPCTL_LIST_H

#include "l2tpctl/run.h"

/* extra: what the command has besides. Call the list's method and print what it answers. */
enum api_outcome list_run(struct run *run, const struct command *command, const struct command_extra *extra,
			  struct error *error);

#endif
