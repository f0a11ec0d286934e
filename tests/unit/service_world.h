/* SPDX-License-Identifier: MIT */
/*
 * A service over the null datapath, spoken to in the command language: what the tests of the
 * service have in common.
 */
#ifndef L2TPD_TESTS_UNIT_SERVICE_WORLD_H
#define L2TPD_TESTS_UNIT_SERVICE_WORLD_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "datapath/null/null.h"
#include "service/service.h"

#include "test.h"

struct world {
	struct datapath *dp;
	struct service *service;
	uint64_t now;
	struct service_result result;
	struct error error;
	unsigned int failed;		/* of the last reload */
};

static uint64_t world_random_state;

static void world_random(void *octets, size_t length)
{
	uint8_t *out = octets;

	for (size_t i = 0; i < length; i++) {
		world_random_state = world_random_state * 6364136223846793005u + 1442695040888963407u;
		out[i] = (uint8_t)(world_random_state >> 56);
	}
}

static inline int world_begin(void **state)
{
	struct world *world = calloc(1, sizeof(*world));

	assert_non_null(world);
	world->dp = datapath_null_new();
	assert_non_null(world->dp);
	world->service = service_new(world->dp, world_random);
	assert_non_null(world->service);
	world->now = 1000;
	*state = world;
	return 0;
}

static inline int world_end(void **state)
{
	struct world *world = *state;

	service_free(world->service);
	datapath_ops(world->dp)->close(world->dp);
	free(world);
	return 0;
}

/* The commands of a text; the caller frees them. The text must be right. */
static inline struct command *world_parse(const char *text, unsigned int *count)
{
	struct command_reader reader;
	struct command *commands = NULL, command;
	struct config_place place;
	struct error error;
	int ret;

	*count = 0;
	assert_int_equal(command_reader_begin(&reader, text, strlen(text)), 0);
	while ((ret = command_reader_next(&reader, &command, &place, &error)) == 1) {
		if ((*count & (*count - 1)) == 0)	/* a copy for each would take most of a large test's time */
			commands = realloc(commands, (*count ? 2 * *count : 1) * sizeof(*commands));
		assert_non_null(commands);
		commands[(*count)++] = command;
	}
	if (ret < 0)
		fail_msg("%u:%u: %s", place.line, place.column, error.text);
	command_reader_end(&reader);
	return commands;
}

static inline int world_execute(struct world *world, enum service_origin origin, const char *text)
{
	unsigned int count;
	struct command *commands = world_parse(text, &count);
	int ret = 0;

	memset(&world->error, 0, sizeof(world->error));
	for (unsigned int i = 0; i < count && !ret; i++)
		ret = service_execute(world->service, &commands[i], origin, world->now, &world->result, &world->error);
	free(commands);
	return ret;
}

/* A create, carried out as a modify: the language refuses immutable parameters before the service can. */
static inline int world_modify(struct world *world, const char *text)
{
	unsigned int count;
	struct command *command = world_parse(text, &count);
	int ret;

	assert_int_equal(count, 1);
	command->verb = CONFIG_MODIFY;
	memset(&world->error, 0, sizeof(world->error));
	ret = service_execute(world->service, command, SERVICE_ORIGIN_ADMIN, world->now, &world->result,
			      &world->error);
	free(command);
	return ret;
}

static inline int world_reload(struct world *world, const char *text)
{
	unsigned int count;
	struct command *commands = world_parse(text, &count);
	int ret;

	memset(&world->error, 0, sizeof(world->error));
	world->failed = 9999;
	ret = service_reload(world->service, commands, count, world->now, &world->failed, &world->error);
	free(commands);
	return ret;
}

static inline void world_expect(struct world *world, int ret)
{
	if (ret)
		fail_msg("refused: %s", world->error.text);
}

static inline void world_expect_error(struct world *world, int ret, enum error_code code, const char *parameter,
				      const char *part)
{
	if (!ret)
		fail_msg("not refused, but should be: %s", part);
	if (!strstr(world->error.text, part))
		fail_msg("\"%s\" does not say \"%s\"", world->error.text, part);
	assert_string_equal(world->error.parameter, parameter);
	assert_string_equal(error_code_name(world->error.code), error_code_name(code));
	assert_in_range(strlen(world->error.text), 1, ERROR_TEXT_MAX - 2);	/* not cut off */
}

/* The commands are carried out; they are refused with this code, this parameter and these words. */
#define DO(world, text) world_expect(world, world_execute(world, SERVICE_ORIGIN_ADMIN, text))
#define REFUSED(world, code, parameter, part, text) \
	world_expect_error(world, world_execute(world, SERVICE_ORIGIN_ADMIN, text), code, parameter, part)
#define MODIFY_REFUSED(world, code, parameter, part, text) \
	world_expect_error(world, world_modify(world, text), code, parameter, part)
#define RELOAD(world, text) world_expect(world, world_reload(world, text))
#define RELOAD_REFUSED(world, code, parameter, part, text) \
	world_expect_error(world, world_reload(world, text), code, parameter, part)

/* By the words of a show command. The handle is HANDLE_NONE when there is no such object. */
static inline handle world_find(struct world *world, const char *text)
{
	unsigned int count;
	struct command *command = world_parse(text, &count);
	handle found = HANDLE_NONE;

	assert_int_equal(count, 1);
	if (command->object == CONFIG_TUNNEL)
		service_find_tunnel(world->service, command, &found, NULL);
	else
		service_find_session(world->service, command, &found, NULL);
	free(command);
	return found;
}

static inline struct service_tunnel_view world_tunnel(struct world *world, const char *name)
{
	struct service_tunnel_view view;
	char text[128];

	snprintf(text, sizeof(text), "tunnel show tunnel_name=%s", name);
	assert_int_equal(service_tunnel_view(world->service, world_find(world, text), &view), 0);
	return view;
}

static inline struct service_session_view world_session(struct world *world, const char *tunnel, const char *name)
{
	struct service_session_view view;
	char text[256];

	snprintf(text, sizeof(text), "session show tunnel_name=%s session_name=%s", tunnel, name);
	assert_int_equal(service_session_view(world->service, world_find(world, text), &view), 0);
	return view;
}

static inline bool world_has(struct world *world, const char *text)
{
	return world_find(world, text) != HANDLE_NONE;
}

/* A tunnel to a literal address with nothing special about it. */
#define TUNNEL(name, id) \
	"tunnel create version=3 dest_ipaddr=192.0.2.2 tunnel_name=" name " tunnel_id=" id " peer_tunnel_id=" id "\n"
#define SESSION(tunnel, name, id) \
	"session create tunnel_name=" tunnel " session_name=" name " session_id=" id " peer_session_id=" id "\n"

/* One request to resolve a name, and this the answer. addresses: blanks between them, "" for none. */
static inline void world_answer(struct world *world, const char *addresses)
{
	struct address parsed[8];
	struct service_request request;
	char copy[256], *rest = copy, *word;
	unsigned int count = 0;

	assert_true(service_next_request(world->service, &request));
	snprintf(copy, sizeof(copy), "%s", addresses);
	while ((word = strsep(&rest, " "))) {
		if (word[0])
			assert_true(address_parse(word, &parsed[count++]));
	}
	service_resolved(world->service, request.tunnel, parsed, count, count ? NULL : "the name does not exist",
			 world->now);
}

static inline struct service_status world_status(struct world *world)
{
	struct service_status status;

	service_status(world->service, &status);
	return status;
}

/* How many operations of a kind the log has. */
static inline unsigned int world_logged(struct world *world, enum datapath_null_operation operation)
{
	const struct datapath_null_entry *log;
	unsigned int found = 0;
	size_t count;

	log = datapath_null_log(world->dp, &count);
	for (size_t i = 0; i < count; i++)
		found += log[i].operation == operation;
	return found;
}

static inline size_t world_log_length(struct world *world)
{
	size_t count;

	datapath_null_log(world->dp, &count);
	return count;
}

/* What the datapath was told of the session that it got last. */
static inline const struct datapath_session_config *world_last_session(struct world *world)
{
	const struct datapath_null_entry *log;
	handle session = HANDLE_NONE;
	size_t count;

	log = datapath_null_log(world->dp, &count);
	for (size_t i = 0; i < count; i++) {
		if (log[i].operation == DATAPATH_NULL_SESSION_ADD)
			session = log[i].session;
	}
	return datapath_null_session(world->dp, session);
}

#endif
