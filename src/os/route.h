/* SPDX-License-Identifier: MIT */
/*
 * What the kernel's routes say of a peer: the source address it would be sent from and the path MTU.
 */
#ifndef L2TPD_OS_ROUTE_H
#define L2TPD_OS_ROUTE_H

#include "base/address.h"
#include "base/error.h"

struct route_query {
	const struct address *source;		/* AF_UNSPEC: any */
	const struct endpoint *peer;
	const char *netns;			/* "" ours; netns.h */
	const char *bind_interface;		/* "" any */
	uint32_t fwmark;
};

/* *source: from which address packets to the peer go. -1 when there is no route (now). */
int route_source(const struct route_query *query, struct address *source);
/* *mtu: octets of an IP packet. -1 when there is no route (now): not an error of configuration. */
int route_path_mtu(const struct route_query *query, uint32_t *mtu);

#endif
