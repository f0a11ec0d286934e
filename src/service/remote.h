/* SPDX-License-Identifier: MIT */
/* What peers ask for: tunnels, and calls in them. */
#ifndef L2TPD_SERVICE_REMOTE_H
#define L2TPD_SERVICE_REMOTE_H

#include "control/control.h"
#include "service/internal.h"

/* An SCCRQ: accepted or refused at once. Its peer has proved nothing: nothing of it is kept but by the engine. */
void remote_request(struct service *service, const struct control_event *event);
void remote_request_down(struct service *service, const struct control_event *event);
/* A tunnel that a peer asked for is up. */
void remote_tunnel(struct service *service, const struct control_event *event);
/* An ICRQ or OCRQ. */
void remote_call(struct service *service, const struct control_event *event);

#endif
