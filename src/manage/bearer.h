/* SPDX-License-Identifier: MIT */
/*
 * The program that opens bearers of outgoing calls: hook_directory/bearer.  It is told the number and what else the LNS
 * wants; that it ends well means that the bearer is there, and its exit status else says why not.  hook_timeout is for
 * others: a telephone rings longer, so it may take BEARER_LIMIT_MS.
 */
#ifndef L2TPD_MANAGE_BEARER_H
#define L2TPD_MANAGE_BEARER_H

#include "manage/manage.h"

#define BEARER_LIMIT_MS 60000
#define BEARERS_AT_ONCE 64	/* programs; other calls wait */

struct bearers;

/* NULL when out of memory. */
struct bearers *bearers_new(struct service *service, const struct manage_host *host);
/* Kills what runs. NULL is legal. */
void bearers_free(struct bearers *bearers);
/* See to new calls. */
void bearers_settle(struct bearers *bearers);

#endif
