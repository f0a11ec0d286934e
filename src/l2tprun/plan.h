/* SPDX-License-Identifier: MIT */
/*
 * What l2tprun would do, and what is missing: l2tprun -n.
 */
#ifndef L2TPD_L2TPRUN_PLAN_H
#define L2TPD_L2TPRUN_PLAN_H

#include "l2tprun/options.h"

/* Print it. The exit status: EXIT_SUCCESS if it would work. */
int plan_print(const struct run_options *options);

#endif
