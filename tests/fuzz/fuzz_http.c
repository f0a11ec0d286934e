/* SPDX-License-Identifier: MIT */
/*
 * Octets to the server of metrics, as from a connection: what comes back is nothing or HTTP, and the
 * metrics come only after the token.
 */
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "datapath/null/null.h"
#include "fuzz.h"
#include "manage/server.h"

#define TOKEN "sesame"
#define TURNS_MAX 64	/* of the loop, for one input */

static uint64_t now(void)
{
	return 1000;
}

static void changed(void *context)
{
}

struct world {
	struct event_base *loop;
	struct manage *manage;
	struct http *http;
};

static void demand_token(struct service *service)
{
	struct command command = { .object = CONFIG_SYSTEM, .verb = CONFIG_MODIFY,
				   .config.system.metrics_token = TOKEN };

	param_set_add(&command.set, config_row(CONFIG_SYSTEM, "metrics_token"));
	if (service_execute(service, &command, SERVICE_ORIGIN_ADMIN, now(), NULL, NULL) < 0)
		abort();
}

/* Made once: libmicrohttpd's server outlives the inputs. */
static struct world *the_world(void)
{
	static const struct manage_host host = { .now = now, .changed = changed };
	static struct world world;
	struct endpoint local = { .port = 0 };
	struct datapath *dp;
	struct service *service;

	if (world.http)
		return &world;
	dp = datapath_null_new();
	service = dp ? service_new(dp, NULL) : NULL;
	world.loop = event_base_new();
	if (!service || !world.loop || !address_parse("127.0.0.1", &local.address))
		abort();
	demand_token(service);
	world.manage = manage_new(world.loop, service, &host);
	world.http = world.manage ? http_open(world.manage, &local, NULL) : NULL;
	if (!world.http)
		abort();
	return &world;
}

static bool contains(const uint8_t *data, size_t length, const char *text)
{
	return memmem(data, length, text, strlen(text)) != NULL;
}

/* Read what is there. False at the end of the stream. */
static bool take(int fd, uint8_t *answer, size_t size, size_t *have)
{
	ssize_t got;

	while ((got = recv(fd, answer + *have, size - *have, MSG_DONTWAIT)) > 0)
		*have += (size_t)got;
	return got < 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
	static uint8_t answer[256 << 10];
	struct world *world = the_world();
	size_t have = 0;
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) < 0)
		abort();
	if (send(ends[0], data, length, 0) < 0 && length)
		abort();
	shutdown(ends[0], SHUT_WR);
	if (http_add(world->http, ends[1]) < 0)
		abort();
	for (int turn = 0; turn < TURNS_MAX && take(ends[0], answer, sizeof(answer), &have); turn++)
		event_base_loop(world->loop, EVLOOP_NONBLOCK);
	close(ends[0]);
	event_base_loop(world->loop, EVLOOP_NONBLOCK);
	if (have && (have < 12 || memcmp(answer, "HTTP/1.", 7)))
		abort();
	if (contains(answer, have, "l2tpd_info") && !contains(data, length, TOKEN))
		abort();
	return 0;
}
