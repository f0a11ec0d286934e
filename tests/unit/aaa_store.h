/* SPDX-License-Identifier: MIT */
/*
 * A store in memory: what a daemon's successor would find.
 */
#ifndef L2TPD_TESTS_UNIT_AAA_STORE_H
#define L2TPD_TESTS_UNIT_AAA_STORE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aaa/store.h"

struct memory_lease {
	char pool[64], user[64];
	struct prefix prefix;
	bool in_use;
	uint64_t order;
};

struct memory_store {
	struct memory_lease leases[1024];
	size_t count, saved;		/* saved: how often */
};

static inline struct memory_lease *memory_find(struct memory_store *store, const char *pool,
					       const struct prefix *prefix)
{
	for (size_t i = 0; i < store->count; i++)
		if (!strcmp(store->leases[i].pool, pool) && prefix_equal(&store->leases[i].prefix, prefix))
			return &store->leases[i];
	return NULL;
}

static inline int memory_save(void *context, const struct aaa_store_lease *lease)
{
	struct memory_store *store = context;
	struct memory_lease *found = memory_find(store, lease->pool, &lease->prefix);

	if (!found)
		found = &store->leases[store->count++];
	snprintf(found->pool, sizeof(found->pool), "%s", lease->pool);
	snprintf(found->user, sizeof(found->user), "%s", lease->user);
	found->prefix = lease->prefix;
	found->in_use = lease->in_use;
	found->order = lease->order;
	store->saved++;
	return 0;
}

static inline void memory_remove(void *context, const char *pool, const struct prefix *prefix)
{
	struct memory_store *store = context;
	struct memory_lease *found = memory_find(store, pool, prefix);

	if (found)
		*found = store->leases[--store->count];
}

static inline int memory_compare(const void *a, const void *b)
{
	const struct memory_lease *x = a, *y = b;

	if (x->in_use != y->in_use)
		return x->in_use - y->in_use;
	return (x->order > y->order) - (x->order < y->order);
}

static inline int memory_load(void *context, const char *pool, aaa_store_lease_fn *each, void *argument)
{
	struct memory_store *store = context, *copy = malloc(sizeof(*copy));

	*copy = *store;
	qsort(copy->leases, copy->count, sizeof(*copy->leases), memory_compare);
	for (size_t i = 0; i < copy->count; i++) {
		const struct memory_lease *found = &copy->leases[i];
		struct aaa_store_lease lease = { found->pool, found->user, found->prefix, found->in_use, found->order };

		if (strcmp(found->pool, pool) == 0)
			each(argument, &lease);
	}
	free(copy);
	return 0;
}

static inline struct aaa_store memory_store(struct memory_store *store)
{
	return (struct aaa_store){
		.context = store, .lease_save = memory_save, .lease_remove = memory_remove, .lease_load = memory_load,
	};
}

#endif
