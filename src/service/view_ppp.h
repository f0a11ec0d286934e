/* SPDX-License-Identifier: MIT */
/* PPP in a session, as those see it who are not this room. */
#ifndef L2TPD_SERVICE_VIEW_PPP_H
#define L2TPD_SERVICE_VIEW_PPP_H

#include "service/event.h"
#include "service/session_ppp.h"

void view_ppp(const struct service *service, const struct session_ppp *ppp, struct service_ppp_view *view);
/* What events tell of it. config: the session's. */
void view_ppp_event(const struct service *service, const struct session_ppp *ppp, const struct session_config *config,
		    struct service_event_ppp *event);

#endif
