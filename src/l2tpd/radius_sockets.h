/* SPDX-License-Identifier: MIT */
/* The sockets of the RADIUS client: each is made when its number is used for the first time. */
#ifndef L2TPD_L2TPD_RADIUS_SOCKETS_H
#define L2TPD_L2TPD_RADIUS_SOCKETS_H

#include <event2/event.h>

#include "service/service.h"

struct radius_sockets;

/* received is called after the service was told of what came. NULL when out of memory. */
struct radius_sockets *radius_sockets_new(struct event_base *loop, struct service *service,
					  void (*received)(void *context), void *context);
/* NULL is legal. */
void radius_sockets_free(struct radius_sockets *sockets);
/* Can radius_coa_port be this? -1: no. */
int radius_sockets_try(const struct radius_sockets *sockets, uint16_t port, struct error *error);
/* Send what is to be sent; listen where radius_coa_port says. */
void radius_sockets_settle(struct radius_sockets *sockets);

#endif
