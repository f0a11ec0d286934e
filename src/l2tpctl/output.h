/* SPDX-License-Identifier: MIT */
/*
 * Answers of the daemon for people.
 */
#ifndef L2TPD_L2TPCTL_OUTPUT_H
#define L2TPD_L2TPCTL_OUTPUT_H

#include <jansson.h>
#include <stdio.h>

#include "config/command.h"
#include "l2tpctl/table.h"

/* The object in the answer of a show method. */
const json_t *output_shown(const json_t *answer);

/* One object, as the API's show methods answer: labelled lines. options choose parts of it. */
void output_show(const struct command *command, const json_t *answer, FILE *out);

/* A list: begin, each object, then table_end(). With the option `names` a name or id per line. */
void output_list_begin(const struct command *command, struct table *table);
void output_list_object(const struct command *command, const json_t *object, struct table *table, FILE *out);

/* "Created tunnel 1" */
void output_notice(const struct command *command, const json_t *answer, FILE *out);

#endif
