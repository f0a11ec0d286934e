/* SPDX-License-Identifier: MIT */
/* Name servers that peers told, for this host (use_dns): what the outside has to do about them waits in a queue. */
#ifndef L2TPD_SERVICE_NAME_SERVERS_H
#define L2TPD_SERVICE_NAME_SERVERS_H

#include "service/session_ppp.h"

/* IPv4 is up. Nothing happens when its profile does not want them, or the peer told none. */
void name_servers_use(struct service *service, struct session_ppp *ppp);
/* No more; its device must have its name still. */
void name_servers_drop(struct service *service, struct session_ppp *ppp);
void name_servers_end(struct service *service);

#endif
