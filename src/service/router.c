/* SPDX-License-Identifier: MIT */
/* See router.h. */
#include "service/router.h"

void router_begin(struct service *service, struct session_ppp *ppp)
{
}

void router_end(struct service *service, struct session_ppp *ppp)
{
}

bool router_receive(struct service *service, struct session_ppp *ppp, const uint8_t *frame, size_t length)
{
	return false;
}

void router_due(struct service *service, struct session_ppp *ppp)
{
}

uint64_t router_next(const struct session_ppp *ppp)
{
	return SERVICE_NEVER;
}
