/* SPDX-License-Identifier: MIT */
/* The engine of the control protocol (room control) and the service: messages in and out, what it tells, its time. */
#ifndef L2TPD_SERVICE_PROTOCOL_H
#define L2TPD_SERVICE_PROTOCOL_H

#include "service/internal.h"

/* -1: out of memory. */
int protocol_begin(struct service *service);
void protocol_end(struct service *service);
/* The engine was told something that may have consequences here. */
void protocol_take_events(struct service *service);
void protocol_expire(struct service *service);
uint64_t protocol_deadline(const struct service *service);
/* The engine's counters since reset_statistics was given last; and that it is given now. */
void protocol_counters(const struct service *service, struct control_counters *counters);
void protocol_reset_counters(struct service *service);

#endif
