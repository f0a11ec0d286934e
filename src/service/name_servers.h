/* SPDX-License-Identifier: MIT */
/*
 * Name servers that peers told, for this host (use_dns): what the outside has to do about them waits in a queue.  Those
 * of IPv4 come by IPCP, those of IPv6 by router advertisement (RFC 8106), which is valid for a while.
 */
#ifndef L2TPD_SERVICE_NAME_SERVERS_H
#define L2TPD_SERVICE_NAME_SERVERS_H

#include "service/session_ppp.h"

/* IPv4 or IPv6 is up. Nothing happens when its profile does not want them, the peer told none, or the daemon ends. */
void name_servers_use(struct service *service, struct session_ppp *ppp);
/* No more; its device must have its name still. */
void name_servers_drop(struct service *service, struct session_ppp *ppp);
/* An IPv6 packet of the peer, which may be an advertisement. */
void name_servers_hear(struct service *service, struct session_ppp *ppp, const uint8_t *packet, size_t length);
/* What was advertised counts no more: IPv6 is down. */
void name_servers_forget(struct session_ppp *ppp);
/* Those of IPv6; AF_UNSPEC: there is none. */
void name_servers_view(const struct session_ppp *ppp, struct address servers[2]);
void name_servers_due(struct service *service, struct session_ppp *ppp);
uint64_t name_servers_next(const struct session_ppp *ppp);
void name_servers_end(struct service *service);

#endif
