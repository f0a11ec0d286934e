/* SPDX-License-Identifier: MIT */
/*
 * How pools come, change and go while users have what is theirs.  A pool's numbers are counted anew from its new ranges
 * first; only when that has succeeded anything changes.
 */
#include <stdlib.h>
#include <string.h>

#include <utlist.h>

#include "aaa/pool.h"
#include "aaa/pool_internal.h"

struct pools *pools_new(const struct aaa_store *store)
{
	struct pools *pools = calloc(1, sizeof(*pools));

	if (pools)
		pools->store = store;
	return pools;
}

static void pool_free(struct pools *pools, struct pool *pool)
{
	if (pool->hh.tbl)
		HASH_DEL(pools->pools, pool);
	pool_unused_clear(&pool->unused);
	free(pool);
}

void pools_free(struct pools *pools)
{
	struct pool_lease *lease, *next_lease;
	struct pool_own *own, *next_own;
	struct pool *pool, *next;

	if (!pools)
		return;
	HASH_ITER(hh, pools->leases.leases, lease, next_lease)
		pool_lease_free(&pools->leases, lease);
	HASH_ITER(hh, pools->pools, pool, next)
		pool_free(pools, pool);
	LL_FOREACH_SAFE(pools->own, own, next_own)
		free(own);
	free(pools);
}

/* --- what is out --- */

static bool find_number(const struct pool_space *space, const struct pool_lease *lease, uint64_t *number)
{
	struct prefix prefix;

	pool_lease_prefix(lease, &prefix);
	return prefix.length == space->length && pool_space_number(space, &prefix.address, number);
}

/* Those whom the pool has to do with: its own leases, and those that it would have if it had been there. */
static bool concerns(const struct pool *pool, const struct pool_lease *lease)
{
	return lease->pool == pool || !lease->pool;
}

static bool take_leases(const struct pools *pools, const struct pool *pool, const struct pool_space *space,
			struct pool_unused *unused)
{
	struct pool_lease *lease, *next;
	uint64_t number;

	HASH_ITER(hh, pools->leases.leases, lease, next)
		if (concerns(pool, lease) && find_number(space, lease, &number) &&
		    !pool_unused_take_this(unused, number))
			return false;
	return true;
}

/* Is own the first of those of ours in the same thing? */
static bool is_first(const struct pools *pools, const struct pool_own *own, const struct prefix *prefix)
{
	const struct pool_own *other;

	LL_FOREACH(pools->own, other)
		if (prefix_contains(prefix, &other->address))
			return other == own;
	return false;
}

static bool take_own(const struct pools *pools, const struct pool *pool, const struct pool_space *space,
		     struct pool_unused *unused, uint64_t *count)
{
	const struct pool_own *own;
	struct pool_lease *lease;
	struct prefix prefix;
	uint64_t number;

	*count = 0;
	LL_FOREACH(pools->own, own) {
		if (!pool_space_number(space, &own->address, &number))
			continue;
		pool_space_prefix(space, number, &prefix);
		if (!is_first(pools, own, &prefix))
			continue;
		++*count;
		lease = pool_lease_find(&pools->leases, &prefix);
		if ((!lease || !concerns(pool, lease)) && !pool_unused_take_this(unused, number))
			return false;
	}
	return true;
}

/* What is left of the space when everybody keeps what fits. */
static int count_unused(const struct pools *pools, const struct pool *pool, const struct pool_space *space,
			struct pool_unused *unused, uint64_t *own, struct error *error)
{
	*unused = (struct pool_unused){ .size = space->size };
	if (take_leases(pools, pool, space, unused) && take_own(pools, pool, space, unused, own))
		return 0;
	pool_unused_clear(unused);
	return error_set(error, ERROR_SYSTEM, NULL, "out of memory for pools");
}

/* --- who has what --- */

/* A user keeps what is of no pool now. */
static void move_out(struct pools *pools, struct pool_lease *lease)
{
	lease->pool->in_use--;
	if (!pool_lease_give(&pools->leases, lease, NULL, pool_lease_user(lease)))
		pool_lease_give(&pools->leases, lease, NULL, "");
}

static void adopt(struct pools *pools, struct pool *pool, struct pool_lease *lease)
{
	if (!pool_lease_give(&pools->leases, lease, pool, pool_lease_user(lease)))
		pool_lease_give(&pools->leases, lease, pool, "");
	pool->in_use++;
	pools_save(pools, lease);
}

/* What of this pool does not fit into the space that it will have. */
static void make_way(struct pools *pools, struct pool *pool, const struct pool_space *space)
{
	struct pool_lease *lease, *next;
	uint64_t number;

	HASH_ITER(hh, pools->leases.leases, lease, next) {
		if (lease->pool != pool || find_number(space, lease, &number))
			continue;
		pools_unsave(pools, lease);
		if (lease->in_use)
			move_out(pools, lease);
		else
			pool_lease_free(&pools->leases, lease);
	}
}

static void adopt_all(struct pools *pools, struct pool *pool)
{
	struct pool_lease *lease, *next;
	uint64_t number;

	HASH_ITER(hh, pools->leases.leases, lease, next)
		if (!lease->pool && find_number(&pool->space, lease, &number))
			adopt(pools, pool, lease);
}

/* --- the store --- */

struct loading {
	struct pools *pools;
	struct pool *pool;
};

/* False: it is for no one any more. */
static bool restore(struct loading *loading, const struct aaa_store_lease *saved)
{
	struct pool *pool = loading->pool;
	struct pool_lease *lease;
	uint64_t number;

	lease = pool_lease_find(&loading->pools->leases, &saved->prefix);
	if (lease && lease->pool == pool)
		return true;
	if (saved->prefix.length != pool->space.length ||
	    !pool_space_number(&pool->space, &saved->prefix.address, &number) ||
	    pools_is_own(loading->pools, &saved->prefix) || lease ||
	    pool->remembered_count >= POOL_REMEMBERED_MAX || !pool_unused_take_this(&pool->unused, number))
		return false;
	lease = pool_lease_add(&loading->pools->leases, &saved->prefix, pool, saved->user);
	if (!lease) {
		pool_unused_put_back(&pool->unused, number);
		return false;
	}
	pool_lease_remember(lease);
	if (saved->in_use)
		pools_save(loading->pools, lease);
	return true;
}

static void restore_or_remove(void *argument, const struct aaa_store_lease *saved)
{
	struct loading *loading = argument;
	struct pools *pools = loading->pools;

	if (pools->order < saved->order)
		pools->order = saved->order;
	if (!restore(loading, saved))
		pools->store->lease_remove(pools->store->context, loading->pool->config.name, &saved->prefix);
}

static void load(struct pools *pools, struct pool *pool)
{
	struct loading loading = { pools, pool };

	/* what cannot be read is not known, and the store has told so */
	if (pools->store)
		pools->store->lease_load(pools->store->context, pool->config.name, restore_or_remove, &loading);
}

/* --- pools --- */

static int check_two(const struct pool_config *config, const struct pool_config *other, struct error *error)
{
	char text[RANGE_TEXT_MAX];

	for (unsigned int i = 0; i < config->range_count; i++)
		for (unsigned int k = 0; k < other->range_count; k++)
			if (range_overlaps(&config->ranges[i], &other->ranges[k]))
				return error_set(error, ERROR_VALUE, "range", "%s overlaps a range of pool %s",
						 range_format(&config->ranges[i], text, sizeof(text)), other->name);
	return 0;
}

static struct pool *add_pool(struct pools *pools, const struct pool_config *config)
{
	struct pool *pool = calloc(1, sizeof(*pool));

	if (!pool)
		return NULL;
	pool->config = *config;
	HASH_ADD_STR(pools->pools, config.name, pool);
	if (pool->hh.tbl)
		return pool;
	free(pool);
	return NULL;
}

static bool is_same(const struct pool_config *a, const struct pool_config *b)
{
	if (a->range_count != b->range_count || a->length != b->length)
		return false;
	for (unsigned int i = 0; i < a->range_count; i++)
		if (a->ranges[i].length != b->ranges[i].length ||
		    !address_equal(&a->ranges[i].first, &b->ranges[i].first) ||
		    !address_equal(&a->ranges[i].last, &b->ranges[i].last))
			return false;
	return true;
}

static struct pool *find_pool(const struct pools *pools, const struct pool_config *config)
{
	struct pool *pool;

	HASH_FIND_STR(pools->pools, config->name, pool);
	return pool;
}

/* It is another, and fits among the others. */
static int apply(struct pools *pools, const struct pool_config *config, const struct pool_space *space,
		 struct error *error)
{
	struct pool *pool = find_pool(pools, config);
	struct pool_unused unused;
	bool is_new = !pool;
	uint64_t own = 0;

	if (count_unused(pools, pool, space, &unused, &own, error) < 0)
		return -1;
	if (is_new)
		pool = add_pool(pools, config);
	if (!pool) {
		pool_unused_clear(&unused);
		return error_set(error, ERROR_SYSTEM, NULL, "out of memory for pool %s", config->name);
	}
	make_way(pools, pool, space);
	pool_unused_clear(&pool->unused);
	pool->config = *config;
	pool->space = *space;
	pool->unused = unused;
	pool->own = own;
	adopt_all(pools, pool);
	if (is_new)
		load(pools, pool);
	return 0;
}

int pools_check(const struct pool_config *config, struct error *error)
{
	struct pool_space space;

	return pool_space_make(config, &space, error);
}

static void remove_pool(struct pools *pools, struct pool *pool)
{
	struct pool_lease *lease, *next;

	HASH_ITER(hh, pools->leases.leases, lease, next) {
		if (lease->pool != pool)
			continue;
		if (lease->in_use)
			move_out(pools, lease);
		else
			pool_lease_free(&pools->leases, lease);
	}
	pool_free(pools, pool);
}

/* --- all of them --- */

static int check_all(const struct pool_config *configs, size_t count, struct pool_space *spaces, size_t *failed,
		     struct error *error)
{
	for (*failed = 0; *failed < count; ++*failed) {
		const struct pool_config *config = &configs[*failed];

		if (pool_space_make(config, &spaces[*failed], error) < 0)
			return -1;
		for (size_t i = 0; i < *failed; i++)
			if (check_two(config, &configs[i], error) < 0)
				return -1;
	}
	return 0;
}

static bool has(const struct pool_config *configs, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(configs[i].name, name) == 0)
			return true;
	return false;
}

/* Pools go, and shrink, before others grow. */
static int apply_all(struct pools *pools, const struct pool_config *configs, size_t count,
		     const struct pool_space *spaces, size_t *failed, struct error *error)
{
	struct pool *pool, *next;

	HASH_ITER(hh, pools->pools, pool, next)
		if (!has(configs, count, pool->config.name))
			remove_pool(pools, pool);
	for (size_t i = 0; i < count; i++) {
		pool = find_pool(pools, &configs[i]);
		if (pool && !is_same(&pool->config, &configs[i]))
			make_way(pools, pool, &spaces[i]);
	}
	for (*failed = 0; *failed < count; ++*failed) {
		pool = find_pool(pools, &configs[*failed]);
		if ((!pool || !is_same(&pool->config, &configs[*failed])) &&
		    apply(pools, &configs[*failed], &spaces[*failed], error) < 0)
			return -1;
	}
	return 0;
}

int pools_set_all(struct pools *pools, const struct pool_config *configs, size_t count, size_t *failed,
		  struct error *error)
{
	struct pool_space *spaces = malloc((count + 1) * sizeof(*spaces));
	int result = -1;

	*failed = 0;
	if (!spaces)
		return error_set(error, ERROR_SYSTEM, NULL, "out of memory for pools");
	if (check_all(configs, count, spaces, failed, error) == 0)
		result = apply_all(pools, configs, count, spaces, failed, error);
	free(spaces);
	return result;
}
