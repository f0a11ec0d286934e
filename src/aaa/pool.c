/* SPDX-License-Identifier: MIT */
/*
 * Who gets what.  The number of a lease of a pool is out of its pool's unused numbers as long as the lease is known,
 * in use or not; so are those of our own addresses.  How pools come, change and go is in pool_change.c.
 */
#include "aaa/pool.h"

#include <stdlib.h>
#include <string.h>

#include <utlist.h>

#include "aaa/pool_internal.h"

/* --- the store --- */

void pools_save(struct pools *pools, const struct pool_lease *lease)
{
	struct aaa_store_lease saved = { .user = pool_lease_user(lease), .in_use = lease->in_use };

	if (!pools->store || !lease->pool)
		return;
	saved.order = ++pools->order;
	saved.pool = lease->pool->config.name;
	pool_lease_prefix(lease, &saved.prefix);
	pools->store->lease_save(pools->store->context, &saved);
}

void pools_unsave(struct pools *pools, const struct pool_lease *lease)
{
	struct prefix prefix;

	if (!pools->store || !lease->pool)
		return;
	pool_lease_prefix(lease, &prefix);
	pools->store->lease_remove(pools->store->context, lease->pool->config.name, &prefix);
}

/* --- our own --- */

bool pools_is_own(const struct pools *pools, const struct prefix *prefix)
{
	const struct pool_own *own;

	LL_FOREACH(pools->own, own)
		if (prefix_contains(prefix, &own->address))
			return true;
	return false;
}

/* The pool in whose space the address is, and the number there. NULL: none. */
static struct pool *find_containing(const struct pools *pools, const struct address *address, uint64_t *number)
{
	struct pool *pool, *next;

	HASH_ITER(hh, pools->pools, pool, next)
		if (pool_space_number(&pool->space, address, number))
			return pool;
	return NULL;
}

static struct pool_own *find_own(const struct pools *pools, const struct address *address)
{
	struct pool_own *own;

	LL_FOREACH(pools->own, own)
		if (address_equal(&own->address, address))
			return own;
	return NULL;
}

static int no_memory(struct error *error)
{
	return error_set(error, ERROR_SYSTEM, NULL, "out of memory for addresses of pools");
}

/* Nobody has it, or is remembered to have had it: it is out of the unused, without a lease. False: out of memory. */
static bool withdraw(struct pools *pools, const struct address *address)
{
	struct pool_lease *lease;
	struct prefix prefix;
	struct pool *pool;
	uint64_t number;

	pool = find_containing(pools, address, &number);
	if (!pool)
		return true;
	pool_space_prefix(&pool->space, number, &prefix);
	if (pools_is_own(pools, &prefix))
		return true;
	lease = pool_lease_find(&pools->leases, &prefix);
	if (lease && !lease->in_use) {
		pools_unsave(pools, lease);
		pool_lease_free(&pools->leases, lease);
	} else if (!lease && !pool_unused_take_this(&pool->unused, number)) {
		return false;
	}
	pool->own++;
	return true;
}

int pools_add_own(struct pools *pools, const struct address *address, struct error *error)
{
	struct pool_own *own = find_own(pools, address);

	if (!own) {
		own = calloc(1, sizeof(*own));
		if (!own || !withdraw(pools, address)) {
			free(own);
			return no_memory(error);
		}
		own->address = *address;
		LL_PREPEND(pools->own, own);
	}
	own->count++;
	return 0;
}

void pools_remove_own(struct pools *pools, const struct address *address)
{
	struct pool_own *own = find_own(pools, address);
	struct prefix prefix;
	struct pool *pool;
	uint64_t number;

	if (!own || --own->count)
		return;
	LL_DELETE(pools->own, own);
	free(own);
	pool = find_containing(pools, address, &number);
	if (!pool)
		return;
	pool_space_prefix(&pool->space, number, &prefix);
	if (pools_is_own(pools, &prefix))
		return;
	pool->own--;
	if (!pool_lease_find(&pools->leases, &prefix))
		pool_unused_put_back(&pool->unused, number);
}

/* --- taking and giving back --- */

static int begin_use(struct pools *pools, struct pool_lease *lease)
{
	if (lease->pool) {
		lease->pool->in_use++;
		lease->pool->given++;
	}
	pools_save(pools, lease);
	return 0;
}

/* One that is remembered, for whoever this is. */
static int take_remembered(struct pools *pools, struct pool_lease *lease, const char *user, struct error *error)
{
	pool_lease_recall(lease);
	if (strcmp(pool_lease_user(lease), user) != 0 && !pool_lease_give(&pools->leases, lease, lease->pool, user)) {
		pool_lease_remember(lease);
		return no_memory(error);
	}
	return begin_use(pools, lease);
}

static int take_new(struct pools *pools, struct pool *pool, uint64_t number, const char *user, struct prefix *taken,
		    struct error *error)
{
	struct pool_lease *lease;

	pool_space_prefix(&pool->space, number, taken);
	lease = pool_lease_add(&pools->leases, taken, pool, user);
	if (!lease) {
		pool_unused_put_back(&pool->unused, number);
		return no_memory(error);
	}
	return begin_use(pools, lease);
}

int pools_take(struct pools *pools, const char *name, const char *user, struct prefix *taken, struct error *error)
{
	struct pool_lease *lease;
	struct pool *pool;
	uint64_t number;

	HASH_FIND_STR(pools->pools, name, pool);
	if (!pool)
		return error_set(error, ERROR_UNKNOWN, "pool_name", "there is no pool %s: create it", name);
	lease = pool_lease_of(&pools->leases, pool, user);
	if (!lease && pool_unused_take(&pool->unused, &number))
		return take_new(pools, pool, number, user, taken, error);
	if (!lease)
		lease = pool->remembered;
	if (!lease) {
		pool->refused++;
		return error_set(error, ERROR_LIMIT, "pool_name",
				 "pool %s is empty: all %llu are in use; give it another range", name,
				 (unsigned long long)pool->in_use);
	}
	pool_lease_prefix(lease, taken);
	return take_remembered(pools, lease, user, error);
}

static int refuse_taken(const struct prefix *wanted, const struct pool_lease *lease,
			struct error *error)
{
	char text[PREFIX_TEXT_MAX];
	const char *user = lease ? pool_lease_user(lease) : "";

	prefix_format(wanted, text, sizeof(text));
	if (!lease)
		return error_set(error, ERROR_EXISTS, NULL, "%s is an address of our own", text);
	if (!*user)
		return error_set(error, ERROR_EXISTS, NULL, "%s is in use", text);
	return error_set(error, ERROR_EXISTS, NULL, "%s is in use by %s", text, user);
}

/* A pool that would give parts of it; NULL: none. */
static const struct pool *find_inside(const struct pools *pools, const struct prefix *wanted)
{
	const struct pool *pool, *next;

	HASH_ITER(hh, pools->pools, pool, next)
		for (unsigned int i = 0; i < pool->config.range_count; i++)
			if (wanted->length < pool->space.length &&
			    prefix_contains(wanted, &pool->config.ranges[i].first))
				return pool;
	return NULL;
}

static int take_outside(struct pools *pools, const struct prefix *wanted, const char *user, struct error *error)
{
	const struct pool *inside = find_inside(pools, wanted);
	char text[PREFIX_TEXT_MAX];
	struct pool_lease *lease;

	if (inside)
		return error_set(error, ERROR_VALUE, NULL, "in %s are addresses of pool %s, which others are given",
				 prefix_format(wanted, text, sizeof(text)), inside->config.name);
	lease = pool_lease_add(&pools->leases, wanted, NULL, user);
	return lease ? begin_use(pools, lease) : no_memory(error);
}

int pools_take_this(struct pools *pools, const struct prefix *wanted, const char *user, struct error *error)
{
	struct pool_lease *lease = pool_lease_find(&pools->leases, wanted);
	struct prefix taken;
	struct pool *pool;
	uint64_t number;

	if (wanted->address.family == AF_UNSPEC)
		return error_set(error, ERROR_VALUE, NULL, "no address is given");
	if ((lease && lease->in_use) || pools_is_own(pools, wanted))
		return refuse_taken(wanted, lease, error);
	if (lease)
		return take_remembered(pools, lease, user, error);
	pool = find_containing(pools, &wanted->address, &number);
	if (!pool)
		return take_outside(pools, wanted, user, error);
	if (wanted->length != pool->space.length)
		return error_set(error, ERROR_VALUE, NULL,
				 "a /%u cannot be out of pool %s, which gives /%u: take one from outside of its ranges",
				 wanted->length, pool->config.name, pool->space.length);
	if (!pool_unused_take_this(&pool->unused, number))
		return no_memory(error);
	return take_new(pools, pool, number, user, &taken, error);
}

int pools_take_around(struct pools *pools, const struct address *address, const char *user, struct prefix *taken,
		      struct error *error)
{
	const struct pool *pool;
	uint64_t number;

	*taken = (struct prefix){ *address, address->family == AF_INET ? 32 : 128 };
	pool = find_containing(pools, address, &number);
	if (pool)
		pool_space_prefix(&pool->space, number, taken);
	return pools_take_this(pools, taken, user, error);
}

/* Nobody is remembered to have had it. */
static void forget(struct pools *pools, struct pool_lease *lease)
{
	struct pool *pool = lease->pool;
	struct prefix prefix;
	uint64_t number;

	pool_lease_prefix(lease, &prefix);
	if (pool_space_number(&pool->space, &prefix.address, &number) && !pools_is_own(pools, &prefix) &&
	    !pool_unused_put_back(&pool->unused, number))
		return;
	pools_unsave(pools, lease);
	pool_lease_free(&pools->leases, lease);
}

void pools_give_back(struct pools *pools, const struct prefix *taken)
{
	struct pool_lease *lease = pool_lease_find(&pools->leases, taken);
	struct pool *pool = lease ? lease->pool : NULL;

	if (!lease || !lease->in_use)
		return;
	if (!pool) {
		pool_lease_free(&pools->leases, lease);
		return;
	}
	pool->in_use--;
	if (pools_is_own(pools, taken)) {
		forget(pools, lease);
		return;
	}
	pool_lease_remember(lease);
	pools_save(pools, lease);
	if (pool->remembered_count > POOL_REMEMBERED_MAX)
		forget(pools, pool->remembered);
}

/* --- what there is --- */

static void fill_view(const struct pool *pool, struct pool_view *view)
{
	*view = (struct pool_view){
		.name = pool->config.name,
		.config = &pool->config,
		.size = pool->space.size - pool->own,
		.in_use = pool->in_use,
		.remembered = pool->remembered_count,
		.given = pool->given,
		.refused = pool->refused,
	};
}

bool pools_view(const struct pools *pools, const char *name, struct pool_view *view)
{
	const struct pool *pool;

	HASH_FIND_STR(pools->pools, name, pool);
	if (pool)
		fill_view(pool, view);
	return pool;
}

const char *pools_who(const struct pools *pools, const struct prefix *prefix)
{
	const struct pool_lease *lease = pool_lease_find(&pools->leases, prefix);

	return lease && lease->in_use ? pool_lease_user(lease) : NULL;
}
