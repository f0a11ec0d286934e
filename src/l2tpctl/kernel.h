/* SPDX-License-Identifier: MIT */
/*
 * The commands `kernel pppol2tp` and `kernel tunnels`: texts as the kernel's files have them.
 */
#ifndef L2TPD_L2TPCTL_KERNEL_H
#define L2TPD_L2TPCTL_KERNEL_H

#include "config/command.h"
#include "l2tpctl/run.h"

/* Carry it out. *error is filled with every status but STATUS_OK. */
enum status kernel_run(struct run *run, const struct command *command, struct error *error);

#endif
