/* SPDX-License-Identifier: MIT */
/* Between configurations, which administrators write, and what the engine of the control protocol is told. */
#ifndef L2TPD_SERVICE_SETTINGS_H
#define L2TPD_SERVICE_SETTINGS_H

#include "control/control.h"
#include "service/internal.h"

void settings_tunnel(const struct service *service, const struct tunnel_config *config,
		     struct control_tunnel_settings *settings);

/* The octets are config's. */
void settings_call(const struct service *service, const struct session_config *config,
		   struct control_call_settings *settings);
/* What a peer says of a call; *set gets the rows that it is. */
void settings_learn_call(const struct message *message, struct session_config *config, struct param_set *set);

/* What the LAC says that it negotiated with the caller, when the tunnel's settings permit to use it. Views of message,
 * which may be NULL. False: nothing. */
bool settings_proxy(const struct session *session, const struct message *message, struct ppp_proxy *proxy);

#define SETTINGS_REASON_MAX ERROR_TEXT_MAX
/* Why a tunnel (or session) went, in words. */
void settings_reason(const struct control_reason *reason, bool session, char text[SETTINGS_REASON_MAX]);

#endif
