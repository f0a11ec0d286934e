/* SPDX-License-Identifier: MIT */
/*
 * What `l2tpctl status` tells: what is up, since when, who and from where, how much, what failed last and why.
 */
#ifndef L2TPD_L2TPCTL_STATUS_H
#define L2TPD_L2TPCTL_STATUS_H

#include "l2tpctl/run.h"

enum status status_run(struct run *run, const struct command *command, struct error *error);

#endif
