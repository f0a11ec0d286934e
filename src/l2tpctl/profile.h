/* SPDX-License-Identifier: MIT */
/*
 * Profiles, peers and users, for people.
 */
#ifndef L2TPD_L2TPCTL_PROFILE_H
#define L2TPD_L2TPCTL_PROFILE_H

#include <jansson.h>
#include <stdio.h>

#include "config/command.h"

/* A profile: what is set in it, then what an object gets from it that names nothing else. */
void profile_show(const struct command *command, const json_t *profile, FILE *out);
void profile_show_peer(const json_t *peer, FILE *out);
/* "Created tunnel profile branch"; of apply also what was not done. */
void profile_notice(const struct command *command, const json_t *answer, FILE *out);

#endif
