/* SPDX-License-Identifier: MIT */
/*
 * What `l2tpctl status` tells: what is up, since when, who and from where, how much, what failed last and why.
 */
#ifndef L2TPD_L2TPCTL_STATUS_H
#define L2TPD_L2TPCTL_STATUS_H

#include <jansson.h>
#include <stdio.h>

#include "l2tpctl/run.h"

enum status status_run(struct run *run, const struct command *command, struct error *error);

/* All of it for people: {version, state, tunnels, down_sessions, failures}. all: every tunnel, not only the first
 * STATUS_TUNNELS_SHOWN; those that are not up come first. */
#define STATUS_TUNNELS_SHOWN 20
#define STATUS_FAILURES_SHOWN 5
void status_print(const json_t *status, bool all, FILE *out);

#endif
