/* SPDX-License-Identifier: MIT */
/*
 * What the files pool*.c share.
 */
#ifndef L2TPD_AAA_POOL_INTERNAL_H
#define L2TPD_AAA_POOL_INTERNAL_H

#include "aaa/pool_lease.h"
#include "aaa/pool_space.h"
#include "aaa/pool_unused.h"

struct pool {
	UT_hash_handle hh;		/* by config.name */
	struct pool_config config;
	struct pool_space space;
	struct pool_unused unused;	/* numbers of space that nobody has, or is remembered to have had */
	struct pool_lease *remembered;	/* the oldest first */
	uint64_t in_use, remembered_count, own;	/* own: numbers that are ours */
	uint64_t given, refused;
};

struct pool_own {
	struct address address;
	uint32_t count;
	struct pool_own *next;
};

struct pools {
	const struct aaa_store *store;	/* NULL: none */
	struct pool *pools;
	struct pool_leases leases;
	struct pool_own *own;
	uint64_t order;			/* of what is taken or given back next */
};

/* Is the address of ours that this thing contains one? */
bool pools_is_own(const struct pools *pools, const struct prefix *prefix);
void pools_save(struct pools *pools, const struct pool_lease *lease);
void pools_unsave(struct pools *pools, const struct pool_lease *lease);

#endif
