/* SPDX-License-Identifier: MIT */
/*
 * What failed last, for whoever asks later: the events (event.c) are for those who watch.
 */
#include <stdio.h>
#include <string.h>

#include "service/state.h"

#define LIMIT_QUIET_MS 1000

static const char *const names[] = {
	[SERVICE_FAILURE_PROTOCOL] = "protocol",
	[SERVICE_FAILURE_RESOLVE] = "resolve",
	[SERVICE_FAILURE_UNREACHABLE] = "unreachable",
	[SERVICE_FAILURE_DEVICE] = "device",
	[SERVICE_FAILURE_CARRIER] = "carrier",
	[SERVICE_FAILURE_AUTHORIZER] = "authorizer",
	[SERVICE_FAILURE_LIMIT] = "limit",
	[SERVICE_FAILURE_CONFIGURATION] = "configuration",
};

const char *service_failure_name(enum service_failure_class class)
{
	return names[class];
}

static void fill_names(struct service_failure *failure, const struct tunnel *tunnel, const struct session *session)
{
	if (tunnel) {
		failure->tunnel_id = tunnel->config.tunnel_id;
		failure->peer = tunnel->peer;
		memcpy(failure->tunnel_name, tunnel->config.tunnel_name, sizeof(failure->tunnel_name));
	}
	if (session) {
		failure->session_id = session_id(session);
		snprintf(failure->session_name, sizeof(failure->session_name), "%s", session_name(session));
	}
}

/* Was it to come up, and has not? */
static void count_failure(struct service_setbacks *setbacks, enum service_failure_class class,
			  const struct tunnel *tunnel, const struct session *session)
{
	bool setup = class == SERVICE_FAILURE_PROTOCOL || class == SERVICE_FAILURE_RESOLVE ||
		     class == SERVICE_FAILURE_AUTHORIZER;

	if (!setup || !tunnel)
		return;
	if (session)
		setbacks->session_failures += !session->up_since;
	else
		setbacks->tunnel_failures += !tunnel->up_since;
}

void history_add(struct service *service, enum service_failure_class class, const struct tunnel *tunnel,
		 const struct session *session, const char *reason)
{
	struct history *history = service->events ? &service->events->history : NULL;
	struct service_failure *failure;

	if (!history)
		return;
	failure = &history->failures[history->count++ % SERVICE_FAILURES_MAX];
	*failure = (struct service_failure){ .when = service->now, .class = class };
	count_failure(&history->setbacks, class, tunnel, session);
	fill_names(failure, tunnel, session);
	snprintf(failure->reason, sizeof(failure->reason), "%s", reason);
}

void history_limit(struct service *service, unsigned int which, const char *parameter, const char *reason)
{
	struct history *history = service->events ? &service->events->history : NULL;
	char text[ERROR_TEXT_MAX];

	if (!history)
		return;
	history->setbacks.too_many_tunnels += which == HISTORY_TUNNELS;
	history->setbacks.too_many_sessions += which == HISTORY_SESSIONS;
	if (history->limit_told[which] && service->now < history->limit_told[which] + LIMIT_QUIET_MS)
		return;
	history->limit_told[which] = service->now;
	snprintf(text, sizeof(text), "%s: %s", parameter, reason);
	history_add(service, SERVICE_FAILURE_LIMIT, NULL, NULL, text);
	event_system(service, SERVICE_EVENT_LIMIT_HIT, SERVICE_ORIGIN_ADMIN, text, NULL);
}

void history_refused(struct service *service, enum service_resource resource, const struct error *error)
{
	if (service->events && error && error->code == ERROR_SYSTEM)
		service->events->history.setbacks.no_resources[resource]++;
}

unsigned int service_failures(const struct service *service, struct service_failure *failures, unsigned int max)
{
	const struct history *history = service->events ? &service->events->history : NULL;
	unsigned int count = 0;

	while (history && count < max && count < SERVICE_FAILURES_MAX && count < history->count) {
		failures[count] = history->failures[(history->count - 1 - count) % SERVICE_FAILURES_MAX];
		count++;
	}
	return count;
}
