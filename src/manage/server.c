/* SPDX-License-Identifier: MIT */
/*
 * The listening side of the API: who may come in, and who has to leave for it.
 */
#include "manage/server.h"

#include <errno.h>
#include <event2/listener.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <utlist.h>

#include "manage/manage.h"

#define ACCEPT_PAUSE_MS 1000	/* when there are no descriptors left */

/* The client that has been idle for longest; NULL when all are busy. */
static struct client *longest_idle(const struct manage *manage)
{
	struct client *client, *found = NULL;

	DL_FOREACH(manage->clients, client)
		if (client->idle_since && (!found || client->idle_since < found->idle_since))
			found = client;
	return found;
}

static void accepted(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *name, int length,
		     void *context)
{
	struct manage *manage = context;
	struct client *idle;

	if (manage->count >= MANAGE_CLIENTS_MAX) {
		idle = longest_idle(manage);
		if (!idle) {
			log_limited(&manage->refused, manage->host.now(), LOG_LEVEL_WARNING,
				    "API: a client was refused: %u are connected and none is idle", manage->count);
			close(fd);
			return;
		}
		client_cut_off(idle, "the longest idle had to leave for a new client");
	}
	client_new(manage, fd);
}

static void accept_failed(struct evconnlistener *listener, void *context)
{
	static const struct timeval pause = { ACCEPT_PAUSE_MS / 1000, ACCEPT_PAUSE_MS % 1000 * 1000 };
	struct manage *manage = context;

	log_limited(&manage->refused, manage->host.now(), LOG_LEVEL_WARNING, "API: cannot accept clients: %s",
		    strerror(errno));
	/* the socket stays readable: without a pause the loop would spin */
	evconnlistener_disable(listener);
	event_add(manage->accept_again, &pause);
}

static void accept_again(evutil_socket_t fd, short what, void *context)
{
	struct manage *manage = context;

	evconnlistener_enable(manage->listener);
}

struct manage *manage_new(struct event_base *loop, struct service *service, const struct manage_host *host)
{
	struct manage *manage = calloc(1, sizeof(*manage));

	if (!manage)
		return NULL;
	*manage = (struct manage){ .loop = loop, .service = service, .host = *host };
	manage->accept_again = event_new(loop, -1, 0, accept_again, manage);
	if (!manage->accept_again) {
		free(manage);
		return NULL;
	}
	return manage;
}

int manage_listen(struct manage *manage, int fd)
{
	manage->listener = evconnlistener_new(manage->loop, accepted, manage, LEV_OPT_CLOSE_ON_EXEC, 0, fd);
	if (!manage->listener)
		return -1;
	evconnlistener_set_error_cb(manage->listener, accept_failed);
	return 0;
}

void manage_free(struct manage *manage)
{
	struct client *client, *next;

	if (!manage)
		return;
	if (manage->listener)
		evconnlistener_free(manage->listener);
	DL_FOREACH_SAFE(manage->clients, client, next)
		client_free(client);
	event_free(manage->accept_again);
	free(manage);
}
