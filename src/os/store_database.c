/* SPDX-License-Identifier: MIT */
/*
 * SQLite, with a write-ahead log: what kills the daemon leaves whole transactions.  The lock that keeps a second daemon
 * out is one of a file of its own, so that administrators can look into the database while the daemon runs.
 */
#include "os/store_database.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/close.h"

#define APPLICATION 0x4c325450		/* "L2TP": whose file it is */
#define VERSION 1			/* of the schema */

enum statement {
	SAVE_LEASE, REMOVE_LEASE, LOAD_LEASES, SAVE_RECORD, REMOVE_RECORD, LOAD_RECORDS, BEGIN, COMMIT, ROLL_BACK,
	STATEMENTS,
};

static const char *const statements[STATEMENTS] = {
	[SAVE_LEASE] = "INSERT OR REPLACE INTO leases (pool, prefix, user, in_use, used) VALUES (?1, ?2, ?3, ?4, ?5)",
	[REMOVE_LEASE] = "DELETE FROM leases WHERE pool = ?1 AND prefix = ?2",
	[LOAD_LEASES] = "SELECT prefix, user, in_use, used FROM leases WHERE pool = ?1 ORDER BY in_use, used",
	[SAVE_RECORD] = "INSERT OR REPLACE INTO records (id, octets) VALUES (?1, ?2)",
	[REMOVE_RECORD] = "DELETE FROM records WHERE id = ?1",
	[LOAD_RECORDS] = "SELECT id, octets FROM records ORDER BY id",
	[BEGIN] = "BEGIN IMMEDIATE",
	[COMMIT] = "COMMIT",
	[ROLL_BACK] = "ROLLBACK",
};

static const char schema[] =
	"BEGIN;"
	"CREATE TABLE leases (pool TEXT NOT NULL, prefix TEXT NOT NULL, user TEXT NOT NULL, in_use INTEGER NOT NULL,"
	" used INTEGER NOT NULL, PRIMARY KEY (pool, prefix)) WITHOUT ROWID;"
	"CREATE TABLE records (id INTEGER PRIMARY KEY, octets BLOB NOT NULL);"
	"PRAGMA application_id = 1278366800;"
	"PRAGMA user_version = 1;"
	"COMMIT;";

struct store_database {
	sqlite3 *sqlite;
	sqlite3_stmt *statements[STATEMENTS];
	int lock_fd;
};

const char *store_database_problem(const struct store_database *database)
{
	return sqlite3_errmsg(database->sqlite);
}

void store_database_close(struct store_database *database)
{
	if (!database)
		return;
	for (unsigned int i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(database->statements[i]);
	sqlite3_close(database->sqlite);
	os_close(&database->lock_fd);
	free(database);
}

/* --- opening --- */

/* What cannot be opened for want of its folder, which is then made. */
static int make_folder(const char *path)
{
	char copy[PATH_MAX];

	if (snprintf(copy, sizeof(copy), "%s", path) >= (int)sizeof(copy))
		return -1;
	return mkdir(dirname(copy), 0700);
}

/* Readable for nobody else: there are names in it, and what RADIUS servers were to be told. */
static int create(const char *path)
{
	int flags = O_RDWR | O_CREAT | O_CLOEXEC, fd = open(path, flags, 0600);

	if (fd < 0 && errno == ENOENT && make_folder(path) == 0)
		fd = open(path, flags, 0600);
	return fd;
}

static int lock(struct store_database *database, const char *path, struct error *error)
{
	char name[PATH_MAX];

	if (snprintf(name, sizeof(name), "%s-lock", path) >= (int)sizeof(name))
		return error_set(error, ERROR_VALUE, "state_file", "the path of the state file is too long");
	database->lock_fd = create(name);
	if (database->lock_fd < 0)
		return error_system(error, errno, "state_file", "cannot make %s", name);
	if (flock(database->lock_fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	if (errno != EWOULDBLOCK)
		return error_system(error, errno, "state_file", "cannot lock %s", name);
	return error_set(error, ERROR_EXISTS, "state_file", "another l2tpd uses %s: give each its own state_file",
			 path);
}

static int refuse(const struct store_database *database, const char *path, struct error *error)
{
	int code = sqlite3_errcode(database->sqlite);

	if (code == SQLITE_NOTADB || code == SQLITE_CORRUPT)
		return error_set(error, ERROR_SYSTEM, "state_file",
				 "%s is damaged (%s): move it away to start with an empty one", path,
				 store_database_problem(database));
	return error_set(error, ERROR_SYSTEM, "state_file", "%s cannot be used: %s", path,
			 store_database_problem(database));
}

/* The first column of the first row of a query; -1: none. text may be NULL. */
static int64_t ask(const struct store_database *database, const char *query, char *text, size_t size)
{
	sqlite3_stmt *statement;
	int64_t value = -1;

	if (sqlite3_prepare_v2(database->sqlite, query, -1, &statement, NULL) != SQLITE_OK)
		return -1;
	if (sqlite3_step(statement) == SQLITE_ROW) {
		value = sqlite3_column_int64(statement, 0);
		if (text)
			snprintf(text, size, "%s", (const char *)sqlite3_column_text(statement, 0));
	}
	sqlite3_finalize(statement);
	return value;
}

static bool run(const struct store_database *database, const char *commands)
{
	return sqlite3_exec(database->sqlite, commands, NULL, NULL, NULL) == SQLITE_OK;
}

/* Whose it is, and whether it is whole. */
static int check_content(const struct store_database *database, const char *path, struct error *error)
{
	int64_t application = ask(database, "PRAGMA application_id", NULL, 0);
	int64_t version = ask(database, "PRAGMA user_version", NULL, 0);
	int64_t tables = ask(database, "SELECT count(*) FROM sqlite_master", NULL, 0);
	char found[128] = "";

	if (application < 0 || version < 0 || tables < 0)
		return refuse(database, path, error);
	if (tables == 0)
		return run(database, schema) ? 0 : refuse(database, path, error);
	if (application != APPLICATION)
		return error_set(error, ERROR_VALUE, "state_file", "%s is a database of another program", path);
	if (version != VERSION)
		return error_set(error, ERROR_VALUE, "state_file",
				 "%s is of a newer l2tpd (its version is %d, not %d): move it away, or use that one",
				 path, (int)version, VERSION);
	ask(database, "PRAGMA quick_check(1)", found, sizeof(found));
	if (strcmp(found, "ok") == 0)
		return 0;
	return error_set(error, ERROR_SYSTEM, "state_file",
			 "%s is damaged (%s): move it away to start with an empty one", path, found);
}

static int prepare(struct store_database *database, const char *path, struct error *error)
{
	for (unsigned int i = 0; i < STATEMENTS; i++)
		if (sqlite3_prepare_v3(database->sqlite, statements[i], -1, SQLITE_PREPARE_PERSISTENT,
				       &database->statements[i], NULL) != SQLITE_OK)
			return refuse(database, path, error);
	return 0;
}

static int open_file(struct store_database *database, const char *path, struct error *error)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
	int fd = create(path);

	if (fd < 0)
		return error_system(error, errno, "state_file", "cannot open the state file %s", path);
	close(fd);
	if (sqlite3_open_v2(path, &database->sqlite, flags, NULL) != SQLITE_OK)
		return refuse(database, path, error);
	sqlite3_busy_timeout(database->sqlite, 1000);
	if (!run(database, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 4194304"))
		return refuse(database, path, error);
	if (check_content(database, path, error) < 0)
		return -1;
	return prepare(database, path, error);
}

int store_database_open(const char *path, struct store_database **database, struct error *error)
{
	*database = calloc(1, sizeof(**database));
	if (!*database)
		return error_set(error, ERROR_SYSTEM, NULL, "out of memory for the state file");
	(*database)->lock_fd = -1;
	if (lock(*database, path, error) == 0 && open_file(*database, path, error) == 0)
		return 0;
	store_database_close(*database);
	*database = NULL;
	return -1;
}

/* --- operations --- */

static bool finish(sqlite3_stmt *statement)
{
	bool is_done = sqlite3_step(statement) == SQLITE_DONE;

	sqlite3_reset(statement);
	sqlite3_clear_bindings(statement);
	return is_done;
}

bool store_database_begin(struct store_database *database)
{
	return finish(database->statements[BEGIN]);
}

bool store_database_commit(struct store_database *database)
{
	return finish(database->statements[COMMIT]);
}

void store_database_roll_back(struct store_database *database)
{
	/* some errors have done it already */
	if (!sqlite3_get_autocommit(database->sqlite))
		finish(database->statements[ROLL_BACK]);
}

static void bind_text(sqlite3_stmt *statement, int number, const char *text)
{
	sqlite3_bind_text(statement, number, text, -1, SQLITE_STATIC);
}

bool store_database_save_lease(struct store_database *database, const struct aaa_store_lease *lease)
{
	sqlite3_stmt *statement = database->statements[SAVE_LEASE];
	char prefix[PREFIX_TEXT_MAX];

	bind_text(statement, 1, lease->pool);
	bind_text(statement, 2, prefix_format(&lease->prefix, prefix, sizeof(prefix)));
	bind_text(statement, 3, lease->user);
	sqlite3_bind_int(statement, 4, lease->in_use);
	sqlite3_bind_int64(statement, 5, (int64_t)lease->order);
	return finish(statement);
}

bool store_database_remove_lease(struct store_database *database, const char *pool, const struct prefix *prefix)
{
	sqlite3_stmt *statement = database->statements[REMOVE_LEASE];
	char text[PREFIX_TEXT_MAX];

	bind_text(statement, 1, pool);
	bind_text(statement, 2, prefix_format(prefix, text, sizeof(text)));
	return finish(statement);
}

bool store_database_save_record(struct store_database *database, uint64_t id, const uint8_t *octets, size_t length)
{
	sqlite3_stmt *statement = database->statements[SAVE_RECORD];

	sqlite3_bind_int64(statement, 1, (int64_t)id);
	/* an empty record is not NULL */
	sqlite3_bind_blob64(statement, 2, length ? octets : (const uint8_t *)"", length, SQLITE_STATIC);
	return finish(statement);
}

bool store_database_remove_record(struct store_database *database, uint64_t id)
{
	sqlite3_stmt *statement = database->statements[REMOVE_RECORD];

	sqlite3_bind_int64(statement, 1, (int64_t)id);
	return finish(statement);
}

/* --- loading --- */

/* A row that somebody has meddled with is not there. */
static void give_lease(sqlite3_stmt *statement, const char *pool, aaa_store_lease_fn *each, void *argument)
{
	const char *prefix = (const char *)sqlite3_column_text(statement, 0);
	const char *user = (const char *)sqlite3_column_text(statement, 1);
	struct aaa_store_lease lease = {
		.pool = pool, .user = user,
		.in_use = sqlite3_column_int(statement, 2),
		.order = (uint64_t)sqlite3_column_int64(statement, 3) & INT64_MAX,
	};

	if (prefix && user && prefix_parse(prefix, &lease.prefix))
		each(argument, &lease);
}

bool store_database_load_leases(struct store_database *database, const char *pool, aaa_store_lease_fn *each,
				void *argument)
{
	sqlite3_stmt *statement = database->statements[LOAD_LEASES];
	int result;

	bind_text(statement, 1, pool);
	while ((result = sqlite3_step(statement)) == SQLITE_ROW)
		give_lease(statement, pool, each, argument);
	sqlite3_reset(statement);
	sqlite3_clear_bindings(statement);
	return result == SQLITE_DONE;
}

bool store_database_load_records(struct store_database *database, aaa_store_record_fn *each, void *argument)
{
	sqlite3_stmt *statement = database->statements[LOAD_RECORDS];
	int result;

	while ((result = sqlite3_step(statement)) == SQLITE_ROW) {
		const uint8_t *octets = sqlite3_column_blob(statement, 1);
		int length = sqlite3_column_bytes(statement, 1);

		each(argument, (uint64_t)sqlite3_column_int64(statement, 0), octets, (size_t)length);
	}
	sqlite3_reset(statement);
	return result == SQLITE_DONE;
}
