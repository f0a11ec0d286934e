/* SPDX-License-Identifier: MIT */
/*
 * The tables and lists of leases, without a thought of who should get what.
 */
#include "aaa/pool_lease.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <utlist.h>

#include "aaa/pool_internal.h"

static struct pool_lease_key key_of(const struct prefix *prefix)
{
	bool is_v4 = prefix->address.family == AF_INET;
	struct pool_lease_key key = { is_v4 ? 4 : 6, prefix->length, { 0 } };

	memcpy(key.octets, prefix->address.bytes, is_v4 ? 4 : 16);
	return key;
}

void pool_lease_prefix(const struct pool_lease *lease, struct prefix *prefix)
{
	memset(prefix, 0, sizeof(*prefix));
	prefix->address.family = lease->key.family == 4 ? AF_INET : AF_INET6;
	memcpy(prefix->address.bytes, lease->key.octets, lease->key.family == 4 ? 4 : 16);
	prefix->length = lease->key.length;
}

struct pool_lease *pool_lease_find(const struct pool_leases *leases, const struct prefix *prefix)
{
	struct pool_lease_key key = key_of(prefix);
	struct pool_lease *lease;

	HASH_FIND(hh, leases->leases, &key, sizeof(key), lease);
	return lease;
}

/* --- owners --- */

#define OWNER_KEY offsetof(struct pool_owner, pool)

struct owner_key {
	struct pool *pool;
	char name[POOL_USER_MAX];
};

static size_t make_key(struct pool *pool, const char *user, struct owner_key *key)
{
	size_t length = strnlen(user, POOL_USER_MAX - 1);

	key->pool = pool;
	memcpy(key->name, user, length);
	key->name[length] = '\0';
	return offsetof(struct owner_key, name) + length;
}

static struct pool_owner *find_owner(const struct pool_leases *leases, struct pool *pool, const char *user)
{
	struct pool_owner *owner;
	struct owner_key key;
	size_t length = make_key(pool, user, &key);

	HASH_FIND(hh, leases->owners, &key, length, owner);
	return owner;
}

static struct pool_owner *get_owner(struct pool_leases *leases, struct pool *pool, const char *user)
{
	struct pool_owner *owner = find_owner(leases, pool, user);
	struct owner_key key;
	size_t length = make_key(pool, user, &key);

	if (owner)
		return owner;
	owner = calloc(1, OWNER_KEY + length + 1);
	if (!owner)
		return NULL;
	memcpy((char *)owner + OWNER_KEY, &key, length + 1);
	owner->key_length = length;
	HASH_ADD_KEYPTR(hh, leases->owners, (char *)owner + OWNER_KEY, length, owner);
	if (owner->hh.tbl)
		return owner;
	free(owner);
	return NULL;
}

static void leave_owner(struct pool_leases *leases, struct pool_owner *owner)
{
	if (!owner || --owner->leases)
		return;
	HASH_DEL(leases->owners, owner);
	free(owner);
}

/* --- leases --- */

bool pool_lease_give(struct pool_leases *leases, struct pool_lease *lease, struct pool *pool, const char *user)
{
	struct pool_owner *owner = *user ? get_owner(leases, pool, user) : NULL;

	if (*user && !owner)
		return false;
	if (owner)
		owner->leases++;
	leave_owner(leases, lease->owner);
	lease->owner = owner;
	lease->pool = pool;
	return true;
}

struct pool_lease *pool_lease_add(struct pool_leases *leases, const struct prefix *prefix, struct pool *pool,
				  const char *user)
{
	struct pool_lease *lease = calloc(1, sizeof(*lease));

	if (!lease)
		return NULL;
	lease->key = key_of(prefix);
	lease->in_use = true;
	if (pool_lease_give(leases, lease, pool, user))
		HASH_ADD(hh, leases->leases, key, sizeof(lease->key), lease);
	if (lease->hh.tbl)
		return lease;
	leave_owner(leases, lease->owner);
	free(lease);
	return NULL;
}

void pool_lease_free(struct pool_leases *leases, struct pool_lease *lease)
{
	if (!lease->in_use)
		pool_lease_recall(lease);
	leave_owner(leases, lease->owner);
	HASH_DEL(leases->leases, lease);
	free(lease);
}

void pool_lease_remember(struct pool_lease *lease)
{
	lease->in_use = false;
	lease->pool->remembered_count++;
	DL_APPEND(lease->pool->remembered, lease);
	if (lease->owner)
		DL_APPEND2(lease->owner->remembered, lease, owner_prev, owner_next);
}

void pool_lease_recall(struct pool_lease *lease)
{
	lease->in_use = true;
	lease->pool->remembered_count--;
	DL_DELETE(lease->pool->remembered, lease);
	if (lease->owner)
		DL_DELETE2(lease->owner->remembered, lease, owner_prev, owner_next);
}

struct pool_lease *pool_lease_of(const struct pool_leases *leases, struct pool *pool, const char *user)
{
	struct pool_owner *owner = *user ? find_owner(leases, pool, user) : NULL;

	return owner && owner->remembered ? owner->remembered->owner_prev : NULL;
}

const char *pool_lease_user(const struct pool_lease *lease)
{
	return lease->owner ? lease->owner->name : "";
}
