/* SPDX-License-Identifier: MIT */
/* Where peers may ask for tunnels: nowhere, unless something is configured that accepts them. */
#ifndef L2TPD_SERVICE_LISTEN_H
#define L2TPD_SERVICE_LISTEN_H

#include "service/internal.h"

/* Does this peer profile accept tunnels that peers ask for? */
bool listen_accepts(const struct profile *profile);
/* What is configured may have changed. */
void listen_update(struct service *service);
/* Keep the port of this tunnel for as long as its peer may have to be told again that it is gone. */
void listen_linger(struct service *service, const struct tunnel *tunnel);
void listen_expire(struct service *service);
uint64_t listen_deadline(const struct service *service);
void listen_end(struct service *service);

#endif
