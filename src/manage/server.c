/* SPDX-License-Identifier: MIT */
/*
 * The listening side of the API: who may come in, and who has to leave for it.
 */
#include "manage/server.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utlist.h>

#include "manage/authorizer.h"
#include "manage/capture.h"
#include "manage/bearer.h"
#include "manage/hooks.h"
#include "manage/interface.h"
#include "manage/subscribe.h"

#define ACCEPT_AT_ONCE 16
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

/* How many clients this user has. */
static unsigned int count_of(const struct manage *manage, uid_t uid)
{
	const struct client *client;
	unsigned int count = 0;

	DL_FOREACH(manage->clients, client)
		count += client->caller.uid == uid;
	return count;
}

/* The reason is for a program that does not wait to be asked; others find it in the log. */
static void refuse_stranger(struct manage *manage, int fd, const struct caller *caller)
{
	static const char told[] = "{\"error\":\"" INTERFACE_NAME ".PermissionDenied\",\"parameters\":{\"message\":"
				   "\"only root and members of l2tpd's groups may use its API: see --admin-group and "
				   "--read-group in l2tpd(8)\"}}";

	manage->counters.refused++;
	log_limited(&manage->stranger, manage->host.now(), LOG_LEVEL_WARNING,
		    "API: client pid %d (uid %u) refused: it is neither root nor in one of the groups that may use the "
		    "API", (int)caller->pid, (unsigned int)caller->uid);
	send(fd, told, sizeof(told), MSG_DONTWAIT | MSG_NOSIGNAL);
	close(fd);
}

static void refuse_for_number(struct manage *manage, int fd, const struct caller *caller, const char *why)
{
	manage->counters.refused++;
	log_limited(&manage->refused, manage->host.now(), LOG_LEVEL_WARNING, "API: client pid %d (uid %u) refused: %s",
		    (int)caller->pid, (unsigned int)caller->uid, why);
	close(fd);
}

static void admit(struct manage *manage, int fd)
{
	struct caller caller = role_of_peer(fd, &manage->host.groups);
	struct client *idle;

	if (caller.role == ROLE_NONE) {
		refuse_stranger(manage, fd, &caller);
		return;
	}
	if (caller.uid != 0 && count_of(manage, caller.uid) >= MANAGE_USER_MAX) {
		refuse_for_number(manage, fd, &caller, "this user has half of all clients that can be");
		return;
	}
	if (manage->count >= MANAGE_CLIENTS_MAX) {
		idle = longest_idle(manage);
		if (!idle) {
			refuse_for_number(manage, fd, &caller, "as many as can be are connected, and none is idle");
			return;
		}
		client_cut_off(idle, "the longest idle had to leave for a new client");
	}
	client_new(manage, fd, &caller);
}

static void accept_failed(struct manage *manage)
{
	static const struct timeval pause = { ACCEPT_PAUSE_MS / 1000, ACCEPT_PAUSE_MS % 1000 * 1000 };

	log_limited(&manage->refused, manage->host.now(), LOG_LEVEL_WARNING, "API: cannot accept clients: %s%s",
		    strerror(errno), errno == EMFILE ? ": raise the limit of open files (LimitNOFILE=)" : "");
	/* the socket stays readable: without a pause the loop would spin */
	event_del(manage->arrival);
	event_add(manage->accept_again, &pause);
}

/* A few at a time: who connects all the time must not keep those who are there from their turn. */
static void arrived(evutil_socket_t listening, short what, void *context)
{
	struct manage *manage = context;

	for (int i = 0; i < ACCEPT_AT_ONCE; i++) {
		/* cppcheck-suppress nullPointer ; who came is learned from SO_PEERCRED */
		int fd = accept4(listening, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd >= 0) {
			admit(manage, fd);
		} else if (errno != EINTR && errno != ECONNABORTED) {
			if (errno != EAGAIN)
				accept_failed(manage);
			return;
		}
	}
}

static void accept_again(evutil_socket_t fd, short what, void *context)
{
	struct manage *manage = context;

	event_add(manage->arrival, NULL);
}

struct manage *manage_new(struct event_base *loop, struct service *service, const struct manage_host *host)
{
	struct manage *manage = calloc(1, sizeof(*manage));

	if (!manage)
		return NULL;
	*manage = (struct manage){ .loop = loop, .service = service, .host = *host,
				   .priority = event_base_get_npriorities(loop) - 1 };
	manage->accept_again = event_new(loop, -1, 0, accept_again, manage);
	manage->http_again = event_new(loop, -1, 0, http_again, manage);
	manage->hooks = hooks_new(service, host);
	manage->bearers = bearers_new(service, host);
	if (manage->accept_again && manage->http_again && manage->hooks && manage->bearers &&
	    captures_open(manage) == 0)
		return manage;
	manage_free(manage);
	return NULL;
}

int manage_listen(struct manage *manage, int fd)
{
	manage->arrival = event_new(manage->loop, fd, EV_READ | EV_PERSIST, arrived, manage);
	if (!manage->arrival || event_priority_set(manage->arrival, manage->priority) < 0)
		return -1;
	return event_add(manage->arrival, NULL);
}

void manage_notify(struct manage *manage, unsigned int what)
{
	struct client *client;

	if (!manage->waiting)
		return;
	DL_FOREACH(manage->clients, client)
		if (client->waiting && client->call.waits_for & what)
			client_wake(client);
}

void manage_settle(struct manage *manage)
{
	captures_settle(manage);
	http_settle(manage);
	subscribe_settle(manage);
	authorizer_settle(manage);
	hooks_settle(manage->hooks);
	bearers_settle(manage->bearers);
}

bool manage_is_done(const struct manage *manage)
{
	return hooks_are_done(manage->hooks);
}

int manage_try_system(struct manage *manage, const struct system_config *wanted, struct error *error)
{
	if (manage->host.try_system && manage->host.try_system(manage->host.context, wanted, error) < 0)
		return -1;
	return http_try(manage, wanted, error);
}

void manage_free(struct manage *manage)
{
	struct client *client, *next;

	if (!manage)
		return;
	manage->closing = true;
	if (manage->arrival)
		event_free(manage->arrival);
	DL_FOREACH_SAFE(manage->clients, client, next)
		client_free(client);
	if (manage->accept_again)
		event_free(manage->accept_again);
	hooks_free(manage->hooks);
	bearers_free(manage->bearers);
	captures_free(manage);
	restore_free(manage->restore);
	http_close(manage->http);
	http_close(manage->http_tried);
	if (manage->http_again)
		event_free(manage->http_again);
	emit_free(&manage->reply);
	free(manage);
}
