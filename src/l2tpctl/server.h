/* SPDX-License-Identifier: MIT */
/*
 * The commands `server show` and `server modify name=HOST`: whose daemon the commands that follow are for.
 * OpenL2TP's words for what the option -H chooses.
 */
#ifndef L2TPD_L2TPCTL_SERVER_H
#define L2TPD_L2TPCTL_SERVER_H

#include <stdbool.h>

#include "l2tpctl/api.h"
#include "l2tpctl/exit.h"

/* Is this a command about the server? */
bool server_is_meant(const char *const *words, unsigned int count);
/* Carry it out. "localhost", "local" and nothing are this host. */
enum status server_run(struct api *api, const char *const *words, unsigned int count, bool json, struct error *error);

#endif
