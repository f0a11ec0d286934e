/* SPDX-License-Identifier: MIT */
/*
 * The commands about the configuration as a whole: config save, restore and check.  Files are this program's: the
 * daemon neither reads nor writes them.
 */
#ifndef L2TPD_L2TPCTL_CONFIGURATION_H
#define L2TPD_L2TPCTL_CONFIGURATION_H

#include "l2tpctl/run.h"

/* Carry it out; command->object is CONFIG_CONFIG. */
enum status configuration_run(struct run *run, const struct command *command, struct error *error);

#endif
