/* SPDX-License-Identifier: MIT */
/*
 * What must outlive the daemon, as a table of functions that are handed in: nothing here knows a file or a database.
 * Whoever has it may keep what is saved for a moment and write it in one go; it is called by one thread.
 */
#ifndef L2TPD_AAA_STORE_H
#define L2TPD_AAA_STORE_H

#include <stddef.h>
#include <stdint.h>

/* One that was saved. octets are valid until this returns. */
typedef void aaa_store_record_fn(void *argument, uint64_t id, const uint8_t *octets, size_t length);

struct aaa_store {
	void *context;			/* first argument of all */

	/* Accounting records that no server has acknowledged. ids are the caller's, and not used twice. */
	/* Saved, or saved anew. -1: it is not durable. */
	int (*record_save)(void *context, uint64_t id, const uint8_t *octets, size_t length);
	void (*record_remove)(void *context, uint64_t id);
	/* All there are, in the order of their ids. -1: they cannot be read. */
	int (*record_load)(void *context, aaa_store_record_fn *each, void *argument);
};

#endif
