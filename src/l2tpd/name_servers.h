/* SPDX-License-Identifier: MIT */
/* Name servers that peers told (use_dns) are given to whoever has the host's: systemd-resolved, or resolvconf. */
#ifndef L2TPD_L2TPD_NAME_SERVERS_H
#define L2TPD_L2TPD_NAME_SERVERS_H

#include <event2/event.h>

#include "service/service.h"

/* See to what the service wants. */
void name_servers_settle(struct event_base *loop, struct service *service);

#endif
