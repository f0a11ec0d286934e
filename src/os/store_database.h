/* SPDX-License-Identifier: MIT */
/*
 * The database under store.c: its schema, and one operation at a time.  One thread at a time may use it.
 */
#ifndef L2TPD_OS_STORE_DATABASE_H
#define L2TPD_OS_STORE_DATABASE_H

#include "aaa/store.h"
#include "base/error.h"

struct store_database;

/* As os_store_open(). */
int store_database_open(const char *path, struct store_database **database, struct error *error);
void store_database_close(struct store_database *database);

/* Operations between begin and commit are kept together or not at all. All return false when it did not work: then roll
 * back; store_database_problem() says why. */
bool store_database_begin(struct store_database *database);
bool store_database_commit(struct store_database *database);
void store_database_roll_back(struct store_database *database);
bool store_database_save_lease(struct store_database *database, const struct aaa_store_lease *lease);
bool store_database_remove_lease(struct store_database *database, const char *pool, const struct prefix *prefix);
bool store_database_save_record(struct store_database *database, uint64_t id, const uint8_t *octets, size_t length);
bool store_database_remove_record(struct store_database *database, uint64_t id);

bool store_database_load_leases(struct store_database *database, const char *pool, aaa_store_lease_fn *each,
				void *argument);
bool store_database_load_records(struct store_database *database, aaa_store_record_fn *each, void *argument);
/* Of what failed last. */
const char *store_database_problem(const struct store_database *database);

#endif
