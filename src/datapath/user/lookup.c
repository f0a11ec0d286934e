/* SPDX-License-Identifier: MIT */
/* See lookup.h. It grows step by step, as the table of sessions does and for the reasons told there (table.c). */
#include "datapath/user/lookup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <urcu-qsbr.h>
#include <urcu/rculfhash.h>

#include "base/octets.h"

#define BUCKETS 64			/* to begin with */
#define LENGTHS 129			/* of prefixes: 0..128 */
#define WORDS 3				/* of bits, one for each length */

struct lookup_key {
	uint8_t address[16];		/* IPv4: the first four; zero behind the prefix */
	uint8_t length;
	bool ipv6;
};

struct lookup_entry {
	struct cds_lfht_node node;
	struct lookup_key key;
	void *owner;
};

struct lookup {
	struct cds_lfht *table;
	unsigned long count, buckets;
	uint64_t used[2][WORDS];	/* lengths in use, IPv4 and IPv6; workers read it */
	unsigned int counts[2][LENGTHS];
};

static unsigned long hash(const struct lookup_key *key)
{
	uint64_t value = octets_u64(key->address) * 0x9e3779b97f4a7c15ul + octets_u64(key->address + 8);

	value ^= value >> 29;
	value = (value + key->length) * 0xbf58476d1ce4e5b9ul;
	return value ^ value >> 32;
}

static int match(struct cds_lfht_node *node, const void *context)
{
	const struct lookup_entry *entry = caa_container_of(node, struct lookup_entry, node);
	const struct lookup_key *key = context;

	return octets_same(entry->key.address, key->address, 16) && entry->key.length == key->length &&
	       entry->key.ipv6 == key->ipv6;
}

static struct lookup_entry *find(const struct lookup *lookup, const struct lookup_key *key)
{
	struct cds_lfht_node *node;
	struct cds_lfht_iter iter;

	cds_lfht_lookup(lookup->table, hash(key), match, key, &iter);
	node = cds_lfht_iter_get_node(&iter);
	return node ? caa_container_of(node, struct lookup_entry, node) : NULL;
}

/* --- the control thread --- */

struct lookup *lookup_new(void)
{
	struct lookup *lookup = calloc(1, sizeof(*lookup));

	if (!lookup)
		return NULL;
	lookup->buckets = BUCKETS;
	lookup->table = cds_lfht_new(BUCKETS, BUCKETS, 0, 0, NULL);
	if (lookup->table)
		return lookup;
	free(lookup);
	return NULL;
}

void lookup_free(struct lookup *lookup)
{
	if (!lookup)
		return;
	cds_lfht_destroy(lookup->table, NULL);
	free(lookup);
}

unsigned long lookup_count(const struct lookup *lookup)
{
	return lookup->count;
}

static void make_key(const struct prefix *prefix, struct lookup_key *key)
{
	*key = (struct lookup_key){ .length = prefix->length, .ipv6 = prefix->address.family == AF_INET6 };
	memcpy(key->address, prefix->address.bytes, key->ipv6 ? 16 : 4);
}

/* One more, or one less. Workers ask a length before the first is added, and not after the last was removed. */
static void count_length(struct lookup *lookup, const struct lookup_key *key, bool more)
{
	unsigned int *count = &lookup->counts[key->ipv6][key->length];
	uint64_t *word = &lookup->used[key->ipv6][key->length / 64], bit = (uint64_t)1 << key->length % 64;

	*count += more ? 1 : -1u;
	__atomic_store_n(word, *count ? *word | bit : *word & ~bit, __ATOMIC_RELEASE);
}

int lookup_add(struct lookup *lookup, const struct prefix *prefix, void *owner)
{
	struct lookup_entry *entry = malloc(sizeof(*entry)), *there;
	struct lookup_key key;

	make_key(prefix, &key);
	rcu_thread_online();
	there = find(lookup, &key);
	if (there || !entry) {
		errno = !there ? ENOMEM : EEXIST;
		free(entry);
		rcu_thread_offline();
		return there && there->owner == owner ? 0 : -1;
	}
	cds_lfht_node_init(&entry->node);
	entry->key = key;
	entry->owner = owner;
	count_length(lookup, &key, true);
	cds_lfht_add(lookup->table, hash(&key), &entry->node);
	if (++lookup->count > lookup->buckets) {
		lookup->buckets *= 2;
		cds_lfht_resize(lookup->table, lookup->buckets);
	}
	rcu_thread_offline();
	return 0;
}

struct lookup_entry *lookup_remove(struct lookup *lookup, const struct prefix *prefix, const void *owner)
{
	struct lookup_entry *entry;
	struct lookup_key key;

	make_key(prefix, &key);
	rcu_thread_online();
	entry = find(lookup, &key);
	if (entry && entry->owner == owner) {
		cds_lfht_del(lookup->table, &entry->node);
		count_length(lookup, &key, false);
		lookup->count--;
	} else {
		entry = NULL;
	}
	rcu_thread_offline();
	return entry;
}

/* --- workers --- */

/* Keep so many bits of the address. */
static void mask(uint8_t *address, unsigned int length)
{
	unsigned int whole = length / 8;

	if (length == 128)
		return;
	address[whole] &= (uint8_t)(0xff00 >> length % 8);
	memset(address + whole + 1, 0, 16 - whole - 1);
}

void *lookup_find(const struct lookup *lookup, const uint8_t *address, bool ipv6)
{
	struct lookup_key key = { .ipv6 = ipv6 };

	memcpy(key.address, address, ipv6 ? 16 : 4);
	for (unsigned int word = ipv6 ? WORDS : 1; word-- > 0;) {
		uint64_t lengths = __atomic_load_n(&lookup->used[ipv6][word], __ATOMIC_ACQUIRE);

		for (; lengths; lengths &= ~((uint64_t)1 << key.length % 64)) {
			const struct lookup_entry *entry;

			key.length = (uint8_t)(word * 64 + 63 - (unsigned int)__builtin_clzll(lengths));
			mask(key.address, key.length);
			entry = find(lookup, &key);
			if (entry)
				return entry->owner;
		}
	}
	return NULL;
}
