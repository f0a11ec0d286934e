/* SPDX-License-Identifier: MIT */
/*
 * When what follows from routes is looked after: the pins of sessions' own devices (own/own.h), and by which device the
 * packets of accelerated sessions leave.  (Between a change of routes and our answer a packet to the peer may come out
 * of the session's device: ppp_transmit.c drops it.)
 */
#include "datapath/user/accelerate.h"
#include "datapath/user/network.h"

#define ROUTES_INTERVAL_MS 500		/* between two looks: to read all routes of a large table takes time */

void pin_add(struct user_datapath *dp, struct session *session)
{
	if (!dp->pins.list)
		user_follow_routes(dp);
	own_pin_add(&dp->pins, session, &session->tunnel->config.peer.address, &session->own->ifindex);
}

void pin_remove(struct user_datapath *dp, struct session *session)
{
	own_pin_remove(&dp->pins, session);
}

void routes_settle(struct user_datapath *dp)
{
	dp->routes_settled = timers_now();
	dp->routes_due = 0;
	own_pins_settle(&dp->pins);
	accelerate_settle_all(dp);
}

void routes_changed(struct user_datapath *dp)
{
	if ((!dp->pins.list && !dp->accelerations) || dp->routes_due)
		return;
	if (timers_now() - dp->routes_settled >= ROUTES_INTERVAL_MS)
		routes_settle(dp);
	else
		timers_await_routes(dp, dp->routes_settled + ROUTES_INTERVAL_MS);
}
