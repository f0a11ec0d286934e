/* SPDX-License-Identifier: MIT */
/*
 * The answer of explain, for people.
 */
#ifndef L2TPD_L2TPCTL_EXPLAIN_H
#define L2TPD_L2TPCTL_EXPLAIN_H

#include <jansson.h>
#include <stdio.h>

#include "config/command.h"

/* Rows as explain tells them. object: what a profile of them is applied to, for the remark. */
void explain_rows(const json_t *rows, const char *object, FILE *out);
void explain_print(const struct command *command, const json_t *answer, FILE *out);

#endif
