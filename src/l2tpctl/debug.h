/* SPDX-License-Identifier: MIT */
/*
 * What a debug command answers, for people.
 */
#ifndef L2TPD_L2TPCTL_DEBUG_H
#define L2TPD_L2TPCTL_DEBUG_H

#include <jansson.h>
#include <stdio.h>

/* The one line of OpenL2TP, and another where an object gets more categories than its own. */
void debug_print(const json_t *answer, FILE *out);

#endif
