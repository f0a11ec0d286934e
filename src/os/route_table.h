/* SPDX-License-Identifier: MIT */
/*
 * Entries of the kernel's main routing table, through rtnetlink: ours, which carry a protocol number of our own so that
 * a successor finds them, and what others have put there.
 */
#ifndef L2TPD_OS_ROUTE_TABLE_H
#define L2TPD_OS_ROUTE_TABLE_H

#include "base/prefix.h"
#include "os/link.h"

#define ROUTE_PROTOCOL 115		/* of our routes (rtm_protocol): as L2TP's among IP protocols */

struct route {
	struct prefix destination;	/* length 0: default */
	struct address gateway;		/* AF_UNSPEC: none: whatever is there, is on the link */
	uint32_t ifindex;
	uint32_t metric;		/* 0: the system's */
};

/* One that is there already is no error. */
int route_add(struct link_channel *channel, const struct route *route, struct error *error);
void route_remove(struct link_channel *channel, const struct route *route);
/* Remove those of our protocol with this metric. */
void route_remove_metric(struct link_channel *channel, uint32_t metric);

/* The main table's best route to this address, as if our own and those through `but` were not there: what a packet
 * outside of our interfaces would take. False: there is none. route->destination is the address itself. */
bool route_around(struct link_channel *channel, const struct address *to, uint32_t but, struct route *route);
/* The index of the device by which packets between these addresses leave, whatever table says so; 0: there is none. */
uint32_t route_device(struct link_channel *channel, const struct address *from, const struct address *to);

#endif
