/* SPDX-License-Identifier: MIT */
/*
 * Names to addresses without waiting: /etc/hosts and DNS, on the event loop.
 */
#ifndef L2TPD_OS_RESOLVER_H
#define L2TPD_OS_RESOLVER_H

#include <event2/event.h>

#include "base/address.h"
#include "base/handle.h"

#define OS_RESOLVER_ADDRESSES_MAX 16	/* of one name; what exceeds them is not told */

struct os_resolver;

/* The answer to a lookup: count addresses, or none and the reason. Always called from the event
 * loop, never from within os_resolver_lookup(). */
typedef void os_resolver_done_fn(void *context, handle tag, const struct address *addresses, unsigned int count,
				 const char *reason);

/* NULL when out of memory. */
struct os_resolver *os_resolver_new(struct event_base *loop, os_resolver_done_fn *done, void *context);
/* Gives up what is under way; done is not called any more. Runs the loop for a moment. */
void os_resolver_free(struct os_resolver *resolver);

/* Look up host, for addresses of this family (AF_UNSPEC: any). tag comes back with the answer.
 * What goes wrong here, too, is told through done; only without memory nothing is. */
void os_resolver_lookup(struct os_resolver *resolver, handle tag, const char *host, sa_family_t family);

#endif
