/* SPDX-License-Identifier: MIT */
/* How long a session may last, and how long it may be idle. */
#ifndef L2TPD_SERVICE_PPP_LIMITS_H
#define L2TPD_SERVICE_PPP_LIMITS_H

#include "service/session_ppp.h"

struct ppp_limits {
	uint32_t session_timeout, idle_timeout;	/* s; 0: none */
};
void ppp_limits_of(const struct session_ppp *ppp, struct ppp_limits *limits);
/* Is it over? */
void ppp_limits_check(struct service *service, struct session_ppp *ppp);
uint64_t ppp_limits_next(const struct service *service, const struct session_ppp *ppp);

#endif
