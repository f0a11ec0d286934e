/* SPDX-License-Identifier: MIT */
/* Who is there: the names that peers have proved, each with the sessions in which they did. */
#ifndef L2TPD_SERVICE_SUBSCRIBER_H
#define L2TPD_SERVICE_SUBSCRIBER_H

#include "service/session_ppp.h"

struct subscriber {
	struct session_ppp *sessions;	/* the oldest first; never NULL */
	uint32_t count;
	uint32_t accepted;		/* by a RADIUS server (enum radius_authentic) or from the files */
	UT_hash_handle hh;
	char name[];
};

/* How many sessions it has; 0: it is not there. */
uint32_t subscriber_sessions(const struct service *service, const char *name);
/* The oldest of its sessions; NULL: there is none. */
struct session *subscriber_oldest(const struct service *service, const char *name);
/* False: out of memory. Nothing happens when it has this name already. */
bool subscriber_enter(struct service *service, struct session_ppp *ppp, const char *name);
void subscriber_leave(struct service *service, struct session_ppp *ppp);

#endif
