/* SPDX-License-Identifier: MIT */
/* See state_file.h. */
#include "l2tpd/state_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "os/store.h"

struct state {
	struct event_base *loop;
	const struct service *service;
	struct aaa_store outer, inner;	/* what the service has; what the file has */
	struct os_store *file;		/* NULL: not opened yet, or it cannot be */
	bool was_tried;
	char path[CONFIG_PATH_MAX];	/* what was tried */
	struct event *trouble;
};

static void look(evutil_socket_t fd, short what, void *context)
{
	struct state *state = context;

	state->inner.trouble(state->inner.context);
}

static void watch(struct state *state)
{
	int fd = os_store_fd(state->file);

	if (fd >= 0)
		state->trouble = event_new(state->loop, fd, EV_READ | EV_PERSIST, look, state);
	if (state->trouble)
		event_add(state->trouble, NULL);
}

/* Without it the daemon works, and forgets: that is told. */
static bool open_file(struct state *state)
{
	struct error error;

	if (state->was_tried)
		return state->file;
	state->was_tried = true;
	snprintf(state->path, sizeof(state->path), "%s", service_system(state->service)->state_file);
	if (os_store_open(state->path, &state->file, &error) < 0) {
		state->file = NULL;
		log_error("%s; leases and accounting are forgotten when l2tpd ends", error.text);
		return false;
	}
	state->inner = os_store_functions(state->file);
	watch(state);
	return true;
}

static int record_save(void *context, uint64_t id, const uint8_t *octets, size_t length)
{
	struct state *state = context;

	return open_file(state) ? state->inner.record_save(state->inner.context, id, octets, length) : -1;
}

static void record_remove(void *context, uint64_t id)
{
	struct state *state = context;

	if (open_file(state))
		state->inner.record_remove(state->inner.context, id);
}

static int record_load(void *context, aaa_store_record_fn *each, void *argument)
{
	struct state *state = context;

	return open_file(state) ? state->inner.record_load(state->inner.context, each, argument) : -1;
}

static int lease_save(void *context, const struct aaa_store_lease *lease)
{
	struct state *state = context;

	return open_file(state) ? state->inner.lease_save(state->inner.context, lease) : -1;
}

static void lease_remove(void *context, const char *pool, const struct prefix *prefix)
{
	struct state *state = context;

	if (open_file(state))
		state->inner.lease_remove(state->inner.context, pool, prefix);
}

static int lease_load(void *context, const char *pool, aaa_store_lease_fn *each, void *argument)
{
	struct state *state = context;

	return open_file(state) ? state->inner.lease_load(state->inner.context, pool, each, argument) : -1;
}

static void commit(void *context)
{
	struct state *state = context;

	if (state->file)
		state->inner.commit(state->inner.context);
}

static const char *trouble(void *context)
{
	struct state *state = context;

	return state->file ? state->inner.trouble(state->inner.context) : "";
}

struct state *state_new(struct event_base *loop)
{
	struct state *state = calloc(1, sizeof(*state));

	if (!state)
		return NULL;
	state->loop = loop;
	state->outer = (struct aaa_store){
		.context = state,
		.record_save = record_save,
		.record_remove = record_remove,
		.record_load = record_load,
		.lease_save = lease_save,
		.lease_remove = lease_remove,
		.lease_load = lease_load,
		.commit = commit,
		.trouble = trouble,
	};
	return state;
}

void state_set_service(struct state *state, const struct service *service)
{
	state->service = service;
}

const struct aaa_store *state_store(struct state *state)
{
	return &state->outer;
}

/* What it has to know is in the one there is; and what another one has would have had to be known when pools were made
 * and accounting began. */
int state_try(const struct state *state, const char *path, struct error *error)
{
	if (!state->was_tried || strcmp(state->path, path) == 0)
		return 0;
	return error_set(error, ERROR_IMMUTABLE, "state_file",
			 "state_file cannot be changed any more, %s%s: write it into the configuration file, and restart "
			 "l2tpd", state->path, state->file    ? " is in use" :
					       state->path[0] ? " could not be opened" :
								"there was none when it was needed");
}

void state_free(struct state *state)
{
	if (!state)
		return;
	if (state->trouble)
		event_free(state->trouble);
	if (state->file)
		os_store_close(state->file);
	free(state);
}
