/* SPDX-License-Identifier: MIT */
/*
 * How the program and its supervisor come to be.  It is the process that was started which becomes the program: its
 * parent, its number, terminal, signals and exit status are the program's without anybody who passes them on.  The
 * supervisor is nobody's child, so that the program has none that it does not know of.
 */
#ifndef L2TPD_L2TPRUN_LAUNCH_H
#define L2TPD_L2TPRUN_LAUNCH_H

#include "base/error.h"

/* Begin a supervisor and put this process under it; path: l2tpd's socket. 0, or -1: then this process should end, since
 * nobody may answer its calls. */
int launch_supervisor(const char *path, struct error *error);

/* Become the program. Returns only when that fails: the exit status, with the reason on standard error. */
int launch_program(char **program);

#endif
