/* SPDX-License-Identifier: MIT */
/*
 * What a peer, or whoever sends us packets, can cause is limited in its rate.
 */
#include "l2tpd/notices.h"

#include <stdio.h>

#include "service/about.h"

static const char *const drop_reasons[NOTICES_DROPS] = {
	[DATAPATH_DROP_SHORT] = "too short for an L2TP header",
	[DATAPATH_DROP_VERSION] = "of another version of L2TP",
	[DATAPATH_DROP_UNKNOWN_SESSION] = "for a session that does not exist",
	[DATAPATH_DROP_WRONG_SOURCE] = "not from its session's peer",
	[DATAPATH_DROP_COOKIE] = "with a wrong cookie: compare cookie and peer_cookie of both ends",
	[DATAPATH_DROP_SEQUENCE] = "without a sequence number, or with one that is old",
	[DATAPATH_DROP_INVALID] = "that is malformed: compare l2spec_type and cookie lengths of both ends",
	[DATAPATH_DROP_OVERSIZE] =
		"that is larger than the interface takes: raise mtu here or lower it at the other end",
	[DATAPATH_DROP_UNATTACHED] = "whose frames nobody takes: connect to the session's frame socket",
	[DATAPATH_DROP_CONTROL] = "with a control message, which static tunnels do not have",
	[DATAPATH_DROP_CLOSED] = "of a network protocol that its session does not carry now",
	[DATAPATH_DROP_SOURCE] = "whose source is not its session's address",
	[DATAPATH_DROP_CLEAR] = "that is in clear, or cannot be deciphered",
	[DATAPATH_DROP_RATE] = "above its session's rate",
	[DATAPATH_DROP_CROWDED] = "for the PPP engine, which has more than it can take",
};

/* Of those that no line told of yet. */
static void tell_end(struct log_limit *limit, const struct datapath_event *event, uint64_t now)
{
	static const struct log_about about = { .event = "dropped" };

	if (limit->dropped)
		log_limited_about(limit, now, LOG_LEVEL_WARNING, &about, "more packets were dropped before: %s",
				  drop_reasons[event->drop]);
}

/* A line for each packet, in principle: those that the datapath did not tell of are dropped lines, too. */
static void tell_drop(struct notices *notices, const struct service *service, const struct datapath_event *event,
		      uint64_t now)
{
	struct log_limit *limit = &notices->drops[event->drop];
	char source[ENDPOINT_TEXT_MAX], session[32] = "";
	struct service_about about;

	if (event->session_id)
		snprintf(session, sizeof(session), " (session id %u)", event->session_id);
	limit->dropped += event->untold;
	if (event->source.address.family == AF_UNSPEC) {
		tell_end(limit, event, now);
		return;
	}
	log_limited_about(limit, now, LOG_LEVEL_WARNING, service_about_event(service, event, &about),
			  "dropped a packet from %s%s %s", endpoint_format(&event->source, source, sizeof(source)),
			  session, drop_reasons[event->drop]);
}

void notices_tell(struct notices *notices, const struct service *service, const struct datapath_event *event,
		  uint64_t now)
{
	if (event->kind == DATAPATH_EVENT_DROPPED && event->drop < NOTICES_DROPS)
		tell_drop(notices, service, event, now);
}
