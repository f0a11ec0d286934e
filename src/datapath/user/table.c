/* SPDX-License-Identifier: MIT */
/*
 * Sessions by kind and id, in a resizable lock-free hash (liburcu): readers never wait.
 *
 * It grows here, step by step, and not by itself: liburcu does that in a thread of its own, and when that gets no
 * processor while sessions come fast, chains become long, and then the table becomes as large as they were long.
 */
#include "datapath/user/internal.h"

#define TABLE_BUCKETS 256		/* to begin with */

struct table_key {
	uint8_t kind;
	uint32_t key;
};

static unsigned long key_hash(uint8_t kind, uint32_t key)
{
	return ((unsigned long)key + ((unsigned long)kind << 32)) * 0x9e3779b97f4a7c15ul >> 16;
}

static int key_match(struct cds_lfht_node *node, const void *key)
{
	const struct session *session = caa_container_of(node, struct session, node);
	const struct table_key *wanted = key;

	return session->key == wanted->key && session->kind == wanted->kind;
}

bool table_new(struct user_datapath *dp)
{
	dp->table = cds_lfht_new(TABLE_BUCKETS, TABLE_BUCKETS, 0, 0, NULL);
	dp->table_buckets = TABLE_BUCKETS;
	return dp->table;
}

void table_add(struct user_datapath *dp, struct session *session)
{
	cds_lfht_node_init(&session->node);
	cds_lfht_add(dp->table, key_hash(session->kind, session->key), &session->node);
	if (++dp->table_sessions <= dp->table_buckets)
		return;
	dp->table_buckets *= 2;
	cds_lfht_resize(dp->table, dp->table_buckets);
}

void table_remove(struct user_datapath *dp, struct session *session)
{
	cds_lfht_del(dp->table, &session->node);
	dp->table_sessions--;
}

static struct session *current(struct cds_lfht_iter *iter)
{
	struct cds_lfht_node *node = cds_lfht_iter_get_node(iter);

	return node ? caa_container_of(node, struct session, node) : NULL;
}

struct session *table_first(struct cds_lfht *table, uint8_t kind, uint32_t key, struct cds_lfht_iter *iter)
{
	struct table_key wanted = { kind, key };

	cds_lfht_lookup(table, key_hash(kind, key), key_match, &wanted, iter);
	return current(iter);
}

struct session *table_next(struct cds_lfht *table, struct session *session, struct cds_lfht_iter *iter)
{
	struct table_key key = { session->kind, session->key };

	cds_lfht_next_duplicate(table, key_match, &key, iter);
	return current(iter);
}
