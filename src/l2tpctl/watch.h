/* SPDX-License-Identifier: MIT */
/*
 * What `l2tpctl watch` does: on a terminal the busiest sessions with their rates and what happens, until q is pressed;
 * elsewhere, and with -j, an event a line until it is ended.
 */
#ifndef L2TPD_L2TPCTL_WATCH_H
#define L2TPD_L2TPCTL_WATCH_H

#include "l2tpctl/run.h"

enum status watch_run(struct run *run, const struct command *command, struct error *error);


#endif
