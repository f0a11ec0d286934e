/* SPDX-License-Identifier: MIT */
/*
 * config save.
 */
#ifndef L2TPD_L2TPCTL_SAVE_H
#define L2TPD_L2TPCTL_SAVE_H

#include "l2tpctl/run.h"

/* path "" or "-": to standard output, without secrets. */
enum status save_run(struct run *run, const char *path, struct error *error);

#endif
