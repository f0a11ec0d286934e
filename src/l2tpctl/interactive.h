/* SPDX-License-Identifier: MIT */
/*
 * l2tpctl on a terminal.
 */
#ifndef L2TPD_L2TPCTL_INTERACTIVE_H
#define L2TPD_L2TPCTL_INTERACTIVE_H

#include "l2tpctl/run.h"

/* Prompt, run, until exit or the end of input. Always STATUS_OK: failures were seen. */
enum status run_interactive(struct run *run);

#endif
