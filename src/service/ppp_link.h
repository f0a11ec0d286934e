/* SPDX-License-Identifier: MIT */
/* The engine of PPP (room ppp) and the service: frames in and out, what it tells, its time. As protocol.h. */
#ifndef L2TPD_SERVICE_PPP_LINK_H
#define L2TPD_SERVICE_PPP_LINK_H

#include "service/internal.h"

/* -1: out of memory. */
int ppp_link_begin(struct service *service);
void ppp_link_end(struct service *service);
/* A message of the datapath that has a session: a frame. */
void ppp_link_receive(struct service *service, const struct datapath_message *message);
/* Returns whether there were any. */
bool ppp_link_take_events(struct service *service);
/* Send the frames that there are. */
void ppp_link_transmit(struct service *service);
void ppp_link_expire(struct service *service);
uint64_t ppp_link_deadline(const struct service *service);

#endif
