/* SPDX-License-Identifier: MIT */
/*
 * Which addresses a session has: from what its user was granted, its PPP profile and the pools; and that they are given
 * back.
 */
#ifndef L2TPD_SERVICE_NETWORK_H
#define L2TPD_SERVICE_NETWORK_H

#include "service/session_ppp.h"

/* Both ends have proved what they had to: tell the engine which addresses there are; close it when there are none. */
void network_configure(struct service *service, struct session_ppp *ppp);
/* A network protocol, or encryption, came up or went down. */
void network_event_of(struct service *service, struct session_ppp *ppp, const struct ppp_event *event);
/* Addresses go back. tell: the datapath, too, is to carry nothing any more. */
void network_down(struct service *service, struct session_ppp *ppp, bool tell);
/* Is this the session's, by its prefixes or by itself? */
bool network_has_ipv6(const struct session_ppp *ppp, const struct address *address);

#endif
