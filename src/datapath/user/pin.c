/* SPDX-License-Identifier: MIT */
/*
 * When the pins of sessions' own devices are looked after: see own/own.h. (Between a change of routes and our answer a
 * packet to the peer may come out of the session's device: ppp_transmit.c drops it.)
 */
#include "datapath/user/network.h"

#define PIN_INTERVAL_MS 500		/* between two looks: to read all routes of a large table takes time */

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

void pin_refresh(struct user_datapath *dp)
{
	dp->pins_settled = timers_now();
	dp->pins_due = 0;
	own_pins_settle(&dp->pins);
}

void pin_routes_changed(struct user_datapath *dp)
{
	if (!dp->pins.list || dp->pins_due)
		return;
	if (timers_now() - dp->pins_settled >= PIN_INTERVAL_MS)
		pin_refresh(dp);
	else
		timers_await_pins(dp, dp->pins_settled + PIN_INTERVAL_MS);
}
