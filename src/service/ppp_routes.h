/* SPDX-License-Identifier: MIT */
/* Routes to a device that sessions share: the ranges of pools as networks. */
#ifndef L2TPD_SERVICE_PPP_ROUTES_H
#define L2TPD_SERVICE_PPP_ROUTES_H

#include "service/internal.h"

#define PPP_ROUTES_MAX 256

/* Of the pools that this profile gives from. Returns how many. */
unsigned int ppp_routes_of(const struct service *service, const struct ppp_profile_config *profile,
			   struct prefix routes[PPP_ROUTES_MAX]);

#endif
