/* SPDX-License-Identifier: MIT */
/*
 * The API over a service with the null datapath, without a socket: what the tests of calls have in common.
 */
#ifndef L2TPD_TESTS_UNIT_MANAGE_WORLD_H
#define L2TPD_TESTS_UNIT_MANAGE_WORLD_H

#include <stdlib.h>
#include <string.h>

#include "config/command.h"
#include "datapath/null/null.h"
#include "manage/server.h"

#include "test.h"

/* The first member of a fixture that has more. */
struct manage_world {
	struct datapath *dp;
	struct service *service;
	struct event_base *loop;
	struct manage *manage;
	struct caller caller;		/* whose calls those of manage_world_call() are */
};

static inline uint64_t manage_world_now(void)
{
	return 5000;
}

static inline void manage_world_changed(void *context)
{
}

/* host: what the program around it does; now and changed are there without it. */
static inline void manage_world_begin(struct manage_world *world, struct manage_host host)
{
	host.now = host.now ? host.now : manage_world_now;
	host.changed = host.changed ? host.changed : manage_world_changed;
	world->dp = datapath_null_new();
	world->service = service_new(world->dp, NULL);
	world->loop = event_base_new();
	world->manage = manage_new(world->loop, world->service, &host);
	assert_non_null(world->manage);
	world->caller = (struct caller){ 1, 0, ROLE_CHANGE };
}

static inline void manage_world_end(struct manage_world *world)
{
	manage_free(world->manage);
	event_base_free(world->loop);
	service_free(world->service);
	datapath_ops(world->dp)->close(world->dp);
}

/* Carry out the commands of a text, which must be right. */
static inline void manage_world_execute(struct manage_world *world, const char *text)
{
	struct command_reader reader;
	struct config_place place;
	struct command command;
	struct error error;
	int found;

	assert_int_equal(command_reader_begin(&reader, text, strlen(text)), 0);
	while ((found = command_reader_next(&reader, &command, &place, &error)) > 0)
		if (service_execute(world->service, &command, SERVICE_ORIGIN_ADMIN, manage_world_now(), NULL,
				    &error) < 0)
			fail_msg("%s", error.text);
	if (found < 0)
		fail_msg("%s", error.text);
	command_reader_end(&reader);
}

/* Begin the call that this message is. */
static inline bool manage_world_call(struct manage_world *world, struct call *call, const char *message)
{
	struct error error = { 0 };
	bool ok = call_begin(call, world->manage, &world->caller, message, strlen(message), &error);

	assert_true(ok || error.text[0]);
	return ok;
}

/* A step, and its reply as a tree; NULL: there is none. */
static inline enum call_step manage_world_next(struct call *call, json_t **reply)
{
	struct emit emit = { .text = NULL };
	enum call_step step = call_next(call, &emit);

	*reply = emit.length ? json_loadb(emit.text, emit.length, JSON_REJECT_DUPLICATES, NULL) : NULL;
	assert_int_equal(*reply != NULL, emit.length != 0);
	assert_false(emit.failed);
	emit_free(&emit);
	return step;
}

#endif
