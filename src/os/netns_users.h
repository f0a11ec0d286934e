/* SPDX-License-Identifier: MIT */
/*
 * Who else keeps a network namespace?  The kernel counts that, but tells nobody.
 */
#ifndef L2TPD_OS_NETNS_USERS_H
#define L2TPD_OS_NETNS_USERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct netns_use {
	uint64_t identity;	/* as netns_identity() */
	bool used;
};

/* Mark those in which a thread of any process is, or that are mounted anywhere: a name that `ip netns` gave them,
 * perhaps in another mount namespace, where we cannot see it.  Those that only a socket or another descriptor keeps are
 * not found.  False: other processes are hidden from us.  Looks at all of them: not often. */
bool netns_find_users(struct netns_use *uses, size_t count);

#endif
