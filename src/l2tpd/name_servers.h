/* SPDX-License-Identifier: MIT */
/* Name servers that peers told (use_dns) are given to whoever has the host's: systemd-resolved, or resolvconf. */
#ifndef L2TPD_L2TPD_NAME_SERVERS_H
#define L2TPD_L2TPD_NAME_SERVERS_H

#include <event2/event.h>

#include "base/log.h"
#include "service/service.h"

struct name_servers_programs {
	struct event_base *loop;
	void (*changed)(void *context);	/* the last one has ended */
	void *context;
	unsigned int running;
	struct log_limit untold;
};

/* See to what the service wants. */
void name_servers_settle(struct name_servers_programs *programs, struct service *service);

#endif
