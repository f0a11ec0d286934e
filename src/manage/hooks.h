/* SPDX-License-Identifier: MIT */
/*
 * Programs of the administrator's that are run at events: hook_directory/EVENT and hook_directory/any.
 *
 * Nobody waits for one.  Those of one tunnel and its sessions run one after the other in the order of
 * the events, others beside each other; what cannot run yet waits, and what waits too long in the
 * service's ring of events is lost, which is counted and logged.
 */
#ifndef L2TPD_MANAGE_HOOKS_H
#define L2TPD_MANAGE_HOOKS_H

#include "manage/manage.h"

#define HOOKS_AT_ONCE 8		/* programs that run at the same time */
#define HOOKS_WAITING 1024	/* that wait for their turn; what exceeds them waits in the ring of events */

struct hooks;

struct hooks_counters {		/* since the start */
	uint64_t run, failed, out_of_time, lost;	/* lost: events that were overtaken in the ring */
};

/* Events count from the service's first. NULL when out of memory. */
struct hooks *hooks_new(struct service *service, const struct manage_host *host);
/* Kills what runs. NULL is legal. */
void hooks_free(struct hooks *hooks);
/* See to new events. */
void hooks_settle(struct hooks *hooks);
/* Has every program that is to run ended? */
bool hooks_are_done(const struct hooks *hooks);
const struct hooks_counters *hooks_counters(const struct hooks *hooks);

#endif
