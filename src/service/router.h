/* SPDX-License-Identifier: MIT */
/* The router that a peer with a prefix finds at our end: router advertisements, and DHCPv6 that delegates prefixes. */
#ifndef L2TPD_SERVICE_ROUTER_H
#define L2TPD_SERVICE_ROUTER_H

#include "service/session_ppp.h"

/* Was the peer given something of IPv6 that it is told of here? */
bool router_is_wanted(const struct session_ppp *ppp);
/* IPv6 is up: nothing happens when the peer has no prefix, or it began before. */
void router_begin(struct service *service, struct session_ppp *ppp);
void router_end(struct session_ppp *ppp);
/* A frame of this session: was it for the router? */
bool router_receive(struct service *service, struct session_ppp *ppp, const uint8_t *frame, size_t length);
void router_due(struct service *service, struct session_ppp *ppp);
uint64_t router_next(const struct session_ppp *ppp);

#endif
