/* SPDX-License-Identifier: MIT */
/* PPP in a session, as those see it who are not this room. */
#ifndef L2TPD_SERVICE_VIEW_PPP_H
#define L2TPD_SERVICE_VIEW_PPP_H

#include "service/session_ppp.h"

void view_ppp(const struct service *service, const struct session_ppp *ppp, struct service_ppp_view *view);
/* "MS-CHAPv2"; NULL: nothing was proved. */
const char *view_method(enum credentials_method method);

#endif
