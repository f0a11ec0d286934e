/* SPDX-License-Identifier: MIT */
/*
 * The commands `capture tunnel` and `capture session`: packets into a file until there are enough, time is up,
 * somebody presses ^C, or what is captured is deleted.
 */
#ifndef L2TPD_L2TPCTL_CAPTURE_H
#define L2TPD_L2TPCTL_CAPTURE_H

#include "config/command.h"
#include "l2tpctl/run.h"

/* Carry it out. *error is filled with every status but STATUS_OK. */
enum status capture_run(struct run *run, const struct command *command, struct error *error);

#endif
