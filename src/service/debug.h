/* SPDX-License-Identifier: MIT */
/*
 * Trace categories (base/trace.h) of one object: looked at and switched while it works.
 */
#ifndef L2TPD_SERVICE_DEBUG_H
#define L2TPD_SERVICE_DEBUG_H

#include "service/service.h"

struct service_debug {
	uint32_t flags;			/* the object's own trace_flags */
	uint32_t effective;		/* with those that it gets from others: a session from its tunnel */
};

/* Carry out `debug modify`, which leaves the categories that it does not name, or `debug show`.  Without a key,
 * or with CONFIG_OPTION_APP, it is the daemon's own. *debug tells what is so then. */
int service_debug(struct service *service, const struct command *command, uint64_t now, struct service_debug *debug,
		  struct error *error);

/* The categories by which a command is traced: of the tunnel or session that it names, while that is there,
 * and of the daemon; command NULL: of the daemon. */
uint32_t service_trace_mask(const struct service *service, const struct command *command);

#endif
