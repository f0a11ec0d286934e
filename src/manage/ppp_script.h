/* SPDX-License-Identifier: MIT */
/* pppd's scripts (pppd(8), SCRIPTS): ip-up and the others are run with pppd's arguments and environment. */
#ifndef L2TPD_MANAGE_PPP_SCRIPT_H
#define L2TPD_MANAGE_PPP_SCRIPT_H

#include "manage/environment.h"
#include "service/event.h"

struct ppp_script {
	char *arguments[8];		/* with the name; NULL ends them */
	char local[ADDRESS_TEXT_MAX], remote[ADDRESS_TEXT_MAX];
	char parameter[CONFIG_NAME_MAX + 8];	/* as OpenL2TP gave pppd: l2tp-TUNNEL */
};

/* The script for this event; NULL: there is none, or none are to be run. */
const char *ppp_script_path(const struct system_config *system, enum service_event_kind kind);
/* path and event must last as long as the arguments. */
void ppp_script_describe(struct ppp_script *script, const struct service_event *event, const char *path,
			 struct environment *environment);

#endif
