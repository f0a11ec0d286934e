/* SPDX-License-Identifier: MIT */
/*
 * What the daemon needs of its machine before it begins.
 */
#ifndef L2TPD_L2TPD_REQUIREMENTS_H
#define L2TPD_L2TPD_REQUIREMENTS_H

#include "base/error.h"

/* Rights and /dev/net/tun, for a datapath that makes devices. Errors say what to do. */
int requirements_check(struct error *error);
/* As many open files as the system allows: each session holds one. */
void requirements_raise_limits(void);

#endif
