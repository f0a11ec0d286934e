/* SPDX-License-Identifier: MIT */
/*
 * What a pool can give, as numbers from 0 on: the addresses or prefixes in its ranges, one range behind the other.
 */
#ifndef L2TPD_AAA_POOL_SPACE_H
#define L2TPD_AAA_POOL_SPACE_H

#include "aaa/pool.h"

__extension__ typedef unsigned __int128 pool_value;	/* an address or prefix, without the bits behind its length */

struct pool_space_range {
	pool_value first;
	uint64_t start, count;		/* numbers */
};

struct pool_space {
	sa_family_t family;
	uint8_t length;			/* bits of what is given */
	unsigned int range_count;
	uint64_t size;
	struct pool_space_range ranges[POOL_RANGES_MAX];
};

/* -1: the configuration's ranges make no pool: error says which parameter is wrong. */
int pool_space_make(const struct pool_config *config, struct pool_space *space, struct error *error);
/* number < space->size */
void pool_space_prefix(const struct pool_space *space, uint64_t number, struct prefix *prefix);
/* The number of what contains this address. False: none does. */
bool pool_space_number(const struct pool_space *space, const struct address *address, uint64_t *number);

#endif
