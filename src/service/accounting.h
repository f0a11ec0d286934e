/* SPDX-License-Identifier: MIT */
/* What sessions of users have used is told to RADIUS servers: when they begin, meanwhile, and at their end. */
#ifndef L2TPD_SERVICE_ACCOUNTING_H
#define L2TPD_SERVICE_ACCOUNTING_H

#include "service/session_ppp.h"

/* It has a network protocol. Nothing happens when it was told, or need not be. */
void accounting_start(struct service *service, struct session_ppp *ppp);
/* The datapath must have it still; stays: it keeps it, and what begins next is another for those who are told.
 * Nothing happens when it was not told that it began. */
void accounting_stop(struct service *service, struct session_ppp *ppp, bool stays);
void accounting_due(struct service *service, struct session_ppp *ppp);
/* The interval may have changed. */
void accounting_interval(struct service *service, struct session_ppp *ppp);
uint64_t accounting_next(const struct session_ppp *ppp);

#endif
