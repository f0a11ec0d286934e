/* SPDX-License-Identifier: MIT */
/* Sessions that are asked for by their peer. */
#ifndef L2TPD_SERVICE_ON_DEMAND_H
#define L2TPD_SERVICE_ON_DEMAND_H

#include "service/internal.h"

/* The tunnel for a session that was given dest_ipaddr. NULL: there is none, and none can be made. */
struct tunnel *on_demand_tunnel(struct service *service, const struct session_config *wanted,
				enum service_origin origin, bool *is_new, struct error *error);

#endif
