/* SPDX-License-Identifier: MIT */
/*
 * Log lines for what the datapath reports.
 */
#ifndef L2TPD_L2TPD_NOTICES_H
#define L2TPD_L2TPD_NOTICES_H

#include "base/log.h"
#include "service/service.h"

#define NOTICES_DROPS (DATAPATH_DROP_CROWDED + 1)	/* reasons of enum datapath_drop */

struct notices {		/* zero-initialise */
	struct log_limit drops[NOTICES_DROPS];	/* each reason has its own: one does not hide the others */
};

/* Before the service is told of the event. now: monotonic ms. */
void notices_tell(struct notices *notices, const struct service *service, const struct datapath_event *event,
		  uint64_t now);

#endif
