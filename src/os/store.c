/* SPDX-License-Identifier: MIT */
/*
 * Operations as octets, in batches: one that is gathered, one of what waits for the thread, one that the thread writes.
 * A batch that cannot be written is tried again, whole, before what has come since: order matters.
 */
#include "os/store.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "os/clock.h"
#include "os/close.h"
#include "os/store_database.h"

#define TROUBLE_MAX 512
#define BATCH_KEPT (1 << 20)		/* octets: more is given back when a batch is done */

enum kind { LEASE_SAVE, LEASE_REMOVE, RECORD_SAVE, RECORD_REMOVE };

struct operation {			/* behind it: pool and user with their NULs, or the record's octets */
	uint32_t size;			/* of all, a multiple of OPERATION_ALIGN */
	enum kind kind;
	uint64_t number;		/* order or id */
	uint32_t pool_size, user_size, length;
	bool in_use;
	struct prefix prefix;
};

#define OPERATION_ALIGN sizeof(uint64_t)

struct batch {
	uint8_t *octets;
	size_t used, size;
};

struct os_store {
	struct store_database *database;	/* the thread's, and with it held by loading */
	char *path;
	pthread_t thread;
	int event_fd;
	struct batch gathered;
	char told[TROUBLE_MAX];			/* trouble, as the log has it */
	uint64_t told_lost;
	bool has_told_loss;			/* since the trouble began */
	struct log_limit losses;

	pthread_mutex_t mutex;			/* of what follows */
	pthread_cond_t wake, idle;
	struct batch waiting;
	bool is_writing, stop;
	bool is_busy;				/* the thread uses the database, without the mutex */
	char trouble[TROUBLE_MAX];
	uint64_t lost;				/* batches that there was no room for */

	struct batch current;			/* the thread's */
};

/* --- batches --- */

static bool batch_reserve(struct batch *batch, size_t more)
{
	size_t size = batch->size ? batch->size : 4096;
	uint8_t *octets;

	while (size < batch->used + more)
		size *= 2;
	if (size == batch->size)
		return true;
	octets = realloc(batch->octets, size);
	if (!octets)
		return false;
	batch->octets = octets;
	batch->size = size;
	return true;
}

/* What is behind the operation is still to be written. NULL when out of memory. */
static uint8_t *batch_add(struct batch *batch, struct operation *operation)
{
	size_t size = sizeof(*operation) + operation->pool_size + operation->user_size + operation->length;
	uint8_t *place;

	size = (size + OPERATION_ALIGN - 1) / OPERATION_ALIGN * OPERATION_ALIGN;
	if (!batch_reserve(batch, size))
		return NULL;
	operation->size = (uint32_t)size;
	place = batch->octets + batch->used;
	memcpy(place, operation, sizeof(*operation));
	batch->used += size;
	return place + sizeof(*operation);
}

static void batch_clear(struct batch *batch)
{
	if (batch->used)
		explicit_bzero(batch->octets, batch->used);
	batch->used = 0;
	if (batch->size > BATCH_KEPT) {
		free(batch->octets);
		*batch = (struct batch){ .octets = NULL };
	}
}

static void batch_free(struct batch *batch)
{
	batch_clear(batch);
	free(batch->octets);
}

/* --- the thread --- */

static bool carry_out(struct store_database *database, const struct operation *operation, const uint8_t *behind)
{
	const char *pool = (const char *)behind, *user = pool + operation->pool_size;
	struct aaa_store_lease lease = { pool, user, operation->prefix, operation->in_use, operation->number };

	switch (operation->kind) {
	case LEASE_SAVE:
		return store_database_save_lease(database, &lease);
	case LEASE_REMOVE:
		return store_database_remove_lease(database, pool, &operation->prefix);
	case RECORD_SAVE:
		return store_database_save_record(database, operation->number, behind, operation->length);
	case RECORD_REMOVE:
		return store_database_remove_record(database, operation->number);
	}
	return true;
}

static bool write_all(struct store_database *database, const struct batch *batch)
{
	struct operation operation;

	if (!store_database_begin(database))
		return false;
	for (size_t at = 0; at < batch->used; at += operation.size) {
		memcpy(&operation, batch->octets + at, sizeof(operation));
		if (!carry_out(database, &operation, batch->octets + at + sizeof(operation)))
			return false;
	}
	return store_database_commit(database);
}

static void tell_loop(struct os_store *store)
{
	uint64_t one = 1;

	if (write(store->event_fd, &one, sizeof(one)) < 0)
		return;		/* it is readable already */
}

/* The mutex is held, but not while it writes. */
static bool write_current(struct os_store *store)
{
	char trouble[TROUBLE_MAX] = "";
	bool is_written;

	store->is_busy = true;
	pthread_mutex_unlock(&store->mutex);
	is_written = write_all(store->database, &store->current);
	if (!is_written) {
		snprintf(trouble, sizeof(trouble), "cannot write %s: %s", store->path,
			 store_database_problem(store->database));
		store_database_roll_back(store->database);
	}
	pthread_mutex_lock(&store->mutex);
	store->is_busy = false;
	pthread_cond_broadcast(&store->idle);
	if (strcmp(store->trouble, trouble) != 0) {
		memcpy(store->trouble, trouble, sizeof(trouble));
		tell_loop(store);
	}
	return is_written;
}

/* Until it is time to try again, or to end. The mutex is held. */
static void wait_for_retry(struct os_store *store)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += OS_STORE_RETRY / 1000;
	while (!store->stop && pthread_cond_timedwait(&store->wake, &store->mutex, &until) != ETIMEDOUT)
		;
}

static void take_waiting(struct os_store *store)
{
	struct batch empty = store->current;

	store->current = store->waiting;
	store->waiting = empty;
}

/* The mutex is held. */
static void write_what_waits(struct os_store *store)
{
	bool is_last;

	store->is_writing = true;
	take_waiting(store);
	do {
		is_last = store->stop;
		if (write_current(store))
			break;
		if (!is_last)
			wait_for_retry(store);
	} while (!is_last);
	batch_clear(&store->current);
	store->is_writing = false;
	pthread_cond_broadcast(&store->idle);
}

static void *write_for_ever(void *argument)
{
	struct os_store *store = argument;

	pthread_mutex_lock(&store->mutex);
	while (!store->stop || store->waiting.used) {
		if (store->waiting.used)
			write_what_waits(store);
		else
			pthread_cond_wait(&store->wake, &store->mutex);
	}
	pthread_mutex_unlock(&store->mutex);
	return NULL;
}

/* --- what others call --- */

/* Each thing that is gathered may be lost as long as the trouble lasts. */
static void tell_loss(struct os_store *store, bool is_trouble, uint64_t lost)
{
	bool is_more = lost > store->told_lost;

	if (is_more && !store->has_told_loss)
		log_limited(&store->losses, os_clock_ms(), LOG_LEVEL_ERROR,
			    "too much waits to be written to %s: leases and accounting records are lost", store->path);
	store->has_told_loss = is_trouble && (is_more || store->has_told_loss);
	store->told_lost = lost;
}

/* The log says once that something is wrong, and once that it is right again. */
static void tell(struct os_store *store, const char *trouble, uint64_t lost)
{
	if (*trouble && strcmp(trouble, store->told) != 0)
		log_error("%s; leases and accounting records wait in memory, and are lost if l2tpd ends", trouble);
	if (!*trouble && *store->told)
		log_info("%s is written again", store->path);
	tell_loss(store, *trouble, lost);
	snprintf(store->told, sizeof(store->told), "%s", trouble);
}

static const char *get_trouble(void *context)
{
	struct os_store *store = context;
	char trouble[TROUBLE_MAX];
	uint64_t lost, count;

	if (read(store->event_fd, &count, sizeof(count)) < 0)
		count = 0;	/* nothing was told, which does not matter */
	pthread_mutex_lock(&store->mutex);
	memcpy(trouble, store->trouble, sizeof(trouble));
	lost = store->lost;
	pthread_mutex_unlock(&store->mutex);
	tell(store, trouble, lost);
	return store->told;
}

/* The mutex is held. */
static void hand_over(struct os_store *store)
{
	struct batch *waiting = &store->waiting, empty;

	if (!waiting->used) {
		empty = *waiting;
		*waiting = store->gathered;
		store->gathered = empty;
	} else if (waiting->used + store->gathered.used > OS_STORE_WAITING_MAX ||
		   !batch_reserve(waiting, store->gathered.used)) {
		store->lost++;
		tell_loop(store);
	} else {
		memcpy(waiting->octets + waiting->used, store->gathered.octets, store->gathered.used);
		waiting->used += store->gathered.used;
	}
	pthread_cond_signal(&store->wake);
}

static void commit(void *context)
{
	struct os_store *store = context;

	if (!store->gathered.used)
		return;
	pthread_mutex_lock(&store->mutex);
	hand_over(store);
	pthread_mutex_unlock(&store->mutex);
	batch_clear(&store->gathered);
}

bool os_store_flush(struct os_store *store)
{
	bool is_written;

	commit(store);
	pthread_mutex_lock(&store->mutex);
	while ((store->waiting.used || store->is_writing) && !*store->trouble)
		pthread_cond_wait(&store->idle, &store->mutex);
	is_written = !store->waiting.used && !store->is_writing;
	pthread_mutex_unlock(&store->mutex);
	return is_written;
}

static int lease_save(void *context, const struct aaa_store_lease *lease)
{
	struct os_store *store = context;
	struct operation operation = {
		.kind = LEASE_SAVE, .number = lease->order, .in_use = lease->in_use, .prefix = lease->prefix,
		.pool_size = (uint32_t)strlen(lease->pool) + 1, .user_size = (uint32_t)strlen(lease->user) + 1,
	};
	uint8_t *behind = batch_add(&store->gathered, &operation);

	if (!behind)
		return -1;
	memcpy(behind, lease->pool, operation.pool_size);
	memcpy(behind + operation.pool_size, lease->user, operation.user_size);
	return *store->told ? -1 : 0;
}

static void lease_remove(void *context, const char *pool, const struct prefix *prefix)
{
	struct os_store *store = context;
	struct operation operation = {
		.kind = LEASE_REMOVE, .prefix = *prefix, .pool_size = (uint32_t)strlen(pool) + 1,
	};
	uint8_t *behind = batch_add(&store->gathered, &operation);

	if (behind)
		memcpy(behind, pool, operation.pool_size);
}

static int record_save(void *context, uint64_t id, const uint8_t *octets, size_t length)
{
	struct os_store *store = context;
	struct operation operation = { .kind = RECORD_SAVE, .number = id, .length = (uint32_t)length };
	uint8_t *behind = length < OS_STORE_WAITING_MAX ? batch_add(&store->gathered, &operation) : NULL;

	if (!behind)
		return -1;
	if (length)
		memcpy(behind, octets, length);
	return *store->told ? -1 : 0;
}

static void record_remove(void *context, uint64_t id)
{
	struct os_store *store = context;
	struct operation operation = { .kind = RECORD_REMOVE, .number = id };

	batch_add(&store->gathered, &operation);
}

/* --- loading --- */

/* Holds the thread off the database: by the mutex, when nothing is written. */
static void begin_load(struct os_store *store)
{
	os_store_flush(store);
	pthread_mutex_lock(&store->mutex);
	while (store->is_busy)
		pthread_cond_wait(&store->idle, &store->mutex);
}

static int end_load(struct os_store *store, bool is_read)
{
	if (!is_read)
		log_error("cannot read %s: %s", store->path, store_database_problem(store->database));
	pthread_mutex_unlock(&store->mutex);
	return is_read ? 0 : -1;
}

static int lease_load(void *context, const char *pool, aaa_store_lease_fn *each, void *argument)
{
	struct os_store *store = context;

	begin_load(store);
	return end_load(store, store_database_load_leases(store->database, pool, each, argument));
}

static int record_load(void *context, aaa_store_record_fn *each, void *argument)
{
	struct os_store *store = context;

	begin_load(store);
	return end_load(store, store_database_load_records(store->database, each, argument));
}

/* --- opening and closing --- */

struct aaa_store os_store_functions(struct os_store *store)
{
	return (struct aaa_store){
		.context = store,
		.record_save = record_save, .record_remove = record_remove, .record_load = record_load,
		.lease_save = lease_save, .lease_remove = lease_remove, .lease_load = lease_load,
		.commit = commit, .trouble = get_trouble,
	};
}

int os_store_fd(const struct os_store *store)
{
	return store->event_fd;
}

static void release(struct os_store *store)
{
	store_database_close(store->database);
	os_close(&store->event_fd);
	batch_free(&store->gathered);
	batch_free(&store->waiting);
	batch_free(&store->current);
	free(store->path);
	free(store);
}

static int start(struct os_store *store, const char *path, struct error *error)
{
	pthread_condattr_t monotonic;
	int result;

	store->path = strdup(path);
	store->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (!store->path || store->event_fd < 0)
		return error_system(error, errno, "state_file", "cannot open the state file %s", path);
	if (store_database_open(path, &store->database, error) < 0)
		return -1;
	pthread_mutex_init(&store->mutex, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&store->wake, &monotonic);
	pthread_cond_init(&store->idle, NULL);
	result = pthread_create(&store->thread, NULL, write_for_ever, store);
	return result == 0 ? 0 : error_system(error, result, NULL, "cannot start the thread of the state file");
}

int os_store_open(const char *path, struct os_store **store, struct error *error)
{
	*store = calloc(1, sizeof(**store));
	if (!*store)
		return error_set(error, ERROR_SYSTEM, NULL, "out of memory for the state file");
	(*store)->event_fd = -1;
	if (start(*store, path, error) == 0)
		return 0;
	release(*store);
	*store = NULL;
	return -1;
}

void os_store_close(struct os_store *store)
{
	if (!store)
		return;
	commit(store);
	pthread_mutex_lock(&store->mutex);
	store->stop = true;
	pthread_cond_signal(&store->wake);
	pthread_mutex_unlock(&store->mutex);
	pthread_join(store->thread, NULL);
	get_trouble(store);
	pthread_mutex_destroy(&store->mutex);
	pthread_cond_destroy(&store->wake);
	pthread_cond_destroy(&store->idle);
	release(store);
}
