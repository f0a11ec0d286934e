/* SPDX-License-Identifier: MIT */
/*
 * What must outlive the daemon, leases of addresses and accounting records that no server has acknowledged, as pool.c
 * and radius.c want it kept: a table of functions that are handed in; nothing here knows a file or a database
 * (os/store.h has one).  A NULL store keeps nothing: dry runs, tests.
 *
 * What is saved is gathered and written in one go, in the background; it is called by one thread.  When the disk does
 * not take it the daemon goes on without: the store tells that in the log, and by trouble().
 */
#ifndef L2TPD_AAA_STORE_H
#define L2TPD_AAA_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/prefix.h"

/* One that was saved. octets are valid until this returns. */
typedef void aaa_store_record_fn(void *argument, uint64_t id, const uint8_t *octets, size_t length);

/* One address or prefix of a pool. Strings are views for the time of the call. */
struct aaa_store_lease {
	const char *pool, *user;
	struct prefix prefix;
	bool in_use;			/* else: remembered, for when the user comes back */
	uint64_t order;			/* greater: used later; up to 2^63 - 1 */
};
typedef void aaa_store_lease_fn(void *argument, const struct aaa_store_lease *lease);

struct aaa_store {
	void *context;			/* first argument of all */

	/* Accounting records that no server has acknowledged. ids are the caller's, and not used twice. */
	/* Saved, or saved anew. -1: it is not durable. */
	int (*record_save)(void *context, uint64_t id, const uint8_t *octets, size_t length);
	void (*record_remove)(void *context, uint64_t id);
	/* All there are, in the order of their ids. -1: they cannot be read. */
	int (*record_load)(void *context, aaa_store_record_fn *each, void *argument);

	/* Leases, by pool and prefix. Saved, or saved anew. -1: it is not durable. */
	int (*lease_save)(void *context, const struct aaa_store_lease *lease);
	void (*lease_remove)(void *context, const char *pool, const struct prefix *prefix);
	/* All of one pool: those not in use first, each in their order. each may save and remove. -1: they cannot be
	 * read. */
	int (*lease_load)(void *context, const char *pool, aaa_store_lease_fn *each, void *argument);

	/* The end of a batch, as the program sees it: all of it is kept, or nothing. Waits for no disk. */
	void (*commit)(void *context);
	/* Why nothing is kept at the moment, as a sentence; "": all is well. */
	const char *(*trouble)(void *context);
};

#endif
