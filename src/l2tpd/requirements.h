/* SPDX-License-Identifier: MIT */
/*
 * What the daemon needs of its machine before it begins.
 */
#ifndef L2TPD_L2TPD_REQUIREMENTS_H
#define L2TPD_L2TPD_REQUIREMENTS_H

#include <stdbool.h>

#include "base/error.h"

/* Rights, and /dev/net/tun, for a datapath that makes devices. Errors say what
 * to do. */
int requirements_check(struct error *error);
/* Can it be seen what rights programs have? Those under l2tprun may do nothing otherwise. */
bool requirements_see_programs(void);
/* As many open files as the system allows: each session holds one. */
void requirements_raise_limits(void);

#endif
