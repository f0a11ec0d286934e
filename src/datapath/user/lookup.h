/* SPDX-License-Identifier: MIT */
/*
 * Whose address is it?  The owners of addresses and prefixes behind a shared device: an RCU hash of prefixes, asked
 * once for each length that is in use, the longest first.  Nearly all are hosts, with one or two lengths of prefixes
 * beside them, so that this is a hash lookup or two however many owners there are; it costs an owner some sixty octets.
 */
#ifndef L2TPD_DATAPATH_USER_LOOKUP_H
#define L2TPD_DATAPATH_USER_LOOKUP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/prefix.h"

struct lookup;
struct lookup_entry;

/* --- the control thread, registered with RCU --- */
struct lookup *lookup_new(void);		/* NULL when out of memory */
void lookup_free(struct lookup *lookup);	/* empty, and no worker sees it any more */
/* The prefix is this owner's. 0; -1 with errno EEXIST when it is another's, or ENOMEM. Of the same owner: no change. */
int lookup_add(struct lookup *lookup, const struct prefix *prefix, void *owner);
/* It is not any more: the entry, to be freed (free()) after a grace period. NULL: it is not this owner's. */
struct lookup_entry *lookup_remove(struct lookup *lookup, const struct prefix *prefix, const void *owner);
unsigned long lookup_count(const struct lookup *lookup);

/* --- workers, between quiescent states --- */
/* The owner of the longest prefix that contains this address of 4 or 16 octets; NULL: nobody. */
void *lookup_find(const struct lookup *lookup, const uint8_t *address, bool ipv6);

#endif
