/* SPDX-License-Identifier: MIT */
/*
 * The commands `server show` and `server modify name=HOST`: whose daemon the commands that follow are for.
 * OpenL2TP's words for what the option -H chooses.
 */
#ifndef L2TPD_L2TPCTL_SERVER_H
#define L2TPD_L2TPCTL_SERVER_H

#include "l2tpctl/run.h"

/* A host called "localhost", "local" or nothing is this one. */
enum status server_run(struct run *run, const struct command *command, struct error *error);

#endif
