/* SPDX-License-Identifier: MIT */
/*
 * A program for each outgoing call that waits for its bearer.
 */
#include "manage/bearer.h"

#include <stdio.h>
#include <stdlib.h>
#include <utlist.h>

#include "base/log.h"
#include "manage/environment.h"
#include "service/bearer.h"

#define PROGRAM_PATH_MAX (CONFIG_PATH_MAX + 16)

struct opening {
	struct bearers *bearers;
	handle session;
	void *program;
	struct opening *prev, *next;
};

struct bearers {
	struct service *service;
	struct manage_host host;
	struct opening *running;
	unsigned int running_count;
	struct log_limit failed;
};

static void answer(struct bearers *bearers, handle session, enum service_bearer_outcome outcome, int cdn,
		   const char *reason)
{
	service_bearer(bearers->service, session, outcome, cdn, reason, bearers->host.now());
}

static void ended(void *context, int status, bool out_of_time)
{
	struct opening *opening = context;
	struct bearers *bearers = opening->bearers;
	bool is_open = !status && !out_of_time;

	DL_DELETE(bearers->running, opening);
	bearers->running_count--;
	answer(bearers, opening->session, is_open ? SERVICE_BEARER_CONNECTED : SERVICE_BEARER_FAILED,
	       status & 0x7f ? 0 : status >> 8,
	       out_of_time ? "the bearer was not open in time" : "the bearer could not be opened");
	free(opening);
	bearers->host.changed(bearers->host.context);
}

static void describe(const struct service_bearer *bearer, struct environment *environment)
{
	char peer[ADDRESS_TEXT_MAX];

	environment_begin(environment, "bearer");
	environment_add(environment, "tunnel_name", bearer->tunnel_name);
	environment_add_number(environment, "tunnel_id", bearer->tunnel_id);
	environment_add_number(environment, "session_id", bearer->session_id);
	environment_add(environment, "peer", address_format(&bearer->peer, peer, sizeof(peer)));
	environment_add(environment, "called_number", bearer->called_number);
	environment_add(environment, "sub_address", bearer->sub_address);
	environment_add_number(environment, "bearer_type", (uint64_t)bearer->bearer_type);
	environment_add_number(environment, "framing_type", (uint64_t)bearer->framing_type);
	environment_add_number(environment, "minimum_bps", bearer->minimum_bps);
	environment_add_number(environment, "maximum_bps", bearer->maximum_bps);
}

static bool start(struct bearers *bearers, const struct service_bearer *bearer, const char *path,
		  struct error *error)
{
	struct opening *opening = calloc(1, sizeof(*opening));
	struct environment environment;

	if (!opening) {
		error_set(error, ERROR_SYSTEM, NULL, "out of memory");
		return false;
	}
	*opening = (struct opening){ .bearers = bearers, .session = bearer->session };
	describe(bearer, &environment);
	opening->program = bearers->host.run_program(bearers->host.context, path, NULL, environment.pointers,
						     BEARER_LIMIT_MS, ended, opening, error);
	if (!opening->program) {
		free(opening);
		return false;
	}
	DL_APPEND(bearers->running, opening);
	bearers->running_count++;
	return true;
}

/* 0: there is no such program. */
static int find_program(const struct bearers *bearers, char path[PROGRAM_PATH_MAX], struct error *error)
{
	const char *directory = service_system(bearers->service)->hook_directory;

	if (!directory[0])
		return 0;
	snprintf(path, PROGRAM_PATH_MAX, "%s/bearer", directory);
	return bearers->host.program_at(path, error);
}

static void open_bearer(struct bearers *bearers, const struct service_bearer *bearer)
{
	char path[PROGRAM_PATH_MAX];
	struct error error;
	int found = find_program(bearers, path, &error);

	if (found == 0) {
		answer(bearers, bearer->session, SERVICE_BEARER_ABSENT, 0, "");
		return;
	}
	if (found > 0 && start(bearers, bearer, path, &error)) {
		answer(bearers, bearer->session, SERVICE_BEARER_BEGUN, 0, "");
		return;
	}
	log_limited(&bearers->failed, bearers->host.now(), LOG_LEVEL_WARNING, "%s", error.text);
	answer(bearers, bearer->session, SERVICE_BEARER_FAILED, 0, "the bearer could not be opened");
}

void bearers_settle(struct bearers *bearers)
{
	struct service_bearer bearer;

	while (bearers->running_count < BEARERS_AT_ONCE && service_next_bearer(bearers->service, &bearer))
		open_bearer(bearers, &bearer);
}

struct bearers *bearers_new(struct service *service, const struct manage_host *host)
{
	struct bearers *bearers = calloc(1, sizeof(*bearers));

	if (bearers)
		*bearers = (struct bearers){ .service = service, .host = *host };
	return bearers;
}

void bearers_free(struct bearers *bearers)
{
	struct opening *opening, *next;

	if (!bearers)
		return;
	DL_FOREACH_SAFE(bearers->running, opening, next) {
		bearers->host.kill_program(opening->program);
		free(opening);
	}
	free(bearers);
}
