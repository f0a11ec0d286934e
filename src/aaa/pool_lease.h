/* SPDX-License-Identifier: MIT */
/*
 * Leases: who has, or had, which address or prefix.  All of a daemon are found by what they are, those that nobody uses
 * at the moment also by who had them, and in the order in which they were given back.
 */
#ifndef L2TPD_AAA_POOL_LEASE_H
#define L2TPD_AAA_POOL_LEASE_H

#define HASH_NONFATAL_OOM 1	/* an element that could not be added has hh.tbl NULL */
#include <uthash.h>

#include "aaa/pool.h"

struct pool;

struct pool_lease_key {			/* no octet of it is not set */
	uint8_t family, length;		/* 4 or 6; bits */
	uint8_t octets[16];
};

struct pool_lease {
	UT_hash_handle hh;
	struct pool_lease_key key;
	bool in_use;
	struct pool *pool;		/* NULL: of none, and then not remembered */
	struct pool_owner *owner;	/* NULL: nobody who is known */
	/* while it is remembered */
	struct pool_lease *prev, *next;			/* of all of its pool, the oldest first */
	struct pool_lease *owner_prev, *owner_next;	/* of its owner */
};

/* A user of a pool, as long as one of its leases is known. */
struct pool_owner {
	UT_hash_handle hh;
	uint32_t leases;
	struct pool_lease *remembered;
	size_t key_length;
	struct pool *pool;		/* this and the name are the key */
	char name[];
};

struct pool_leases {			/* zero-initialise before use */
	struct pool_lease *leases;
	struct pool_owner *owners;
};

void pool_lease_prefix(const struct pool_lease *lease, struct prefix *prefix);
struct pool_lease *pool_lease_find(const struct pool_leases *leases, const struct prefix *prefix);
/* In use, of this user ("": of nobody who is known). NULL when out of memory. */
struct pool_lease *pool_lease_add(struct pool_leases *leases, const struct prefix *prefix, struct pool *pool,
				  const char *user);
/* Whatever its state; lists (of its pool) may be NULL when it is not remembered. */
void pool_lease_free(struct pool_leases *leases, struct pool_lease *lease);
/* Into the hands of another user, or another pool. It must be in use. False when out of memory: it is as it was. */
bool pool_lease_give(struct pool_leases *leases, struct pool_lease *lease, struct pool *pool, const char *user);
/* In use -> remembered, as the newest of its pool; and back. */
void pool_lease_remember(struct pool_lease *lease);
void pool_lease_recall(struct pool_lease *lease);
/* The newest that this user had of the pool; NULL: none. */
struct pool_lease *pool_lease_of(const struct pool_leases *leases, struct pool *pool, const char *user);
const char *pool_lease_user(const struct pool_lease *lease);

#endif
