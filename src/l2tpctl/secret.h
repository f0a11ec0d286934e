/* SPDX-License-Identifier: MIT */
/*
 * Secrets that are given to this program: typed, piped, or written on its command line.
 */
#ifndef L2TPD_L2TPCTL_SECRET_H
#define L2TPD_L2TPCTL_SECRET_H

#include "l2tpctl/run.h"

/* Put what X_file=- stands for in the command's X: typed at a prompt where standard input is a terminal, else the
 * next line of standard input.  Other places of secrets are the daemon's to read. -1: *error says why not. */
int secret_take(const struct run *run, struct command *command, struct error *error);

/* Warn of a secret that is among the words of the command line: others can see those. */
void secret_warn(const struct command *command);

#endif
