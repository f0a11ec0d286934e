/* SPDX-License-Identifier: MIT */
/*
 * The management API: a Varlink server (varlink.org) on a Unix socket.
 *
 * It lives on the caller's event loop and calls the service.  Every client is hostile: messages,
 * clients, their silence and their slowness have limits, named below; who exceeds one is cut
 * off with a log line, and costs the others nothing.
 */
#ifndef L2TPD_MANAGE_MANAGE_H
#define L2TPD_MANAGE_MANAGE_H

#include <event2/event.h>
#include <stdint.h>

#include "base/error.h"
#include "config/secret.h"
#include "config/source.h"
#include "manage/role.h"
#include "service/service.h"

#define MANAGE_CLIENTS_MAX 1024		/* at once; one more and the longest idle is cut off */
#define MANAGE_USER_MAX (MANAGE_CLIENTS_MAX / 2)	/* of these one user's, but for root */
#define MANAGE_INPUT_MAX (16u << 20)	/* octets of unfinished messages in all; then the longest is cut off */
#define MANAGE_UNFINISHED_MS 10000	/* for a client's first call, and for the rest of a message begun */
#define MANAGE_IDLE_MS 600000		/* between two calls */
#define MANAGE_MISTAKES_MAX 20		/* of a configuration that is restored, told in one reply */
#define MANAGE_STALLED_MS 10000		/* for a client that reads nothing of a reply */

/* A configuration that a client sent. */
struct manage_restore {
	struct source_list sources;		/* may be taken */
	bool check_only;
	/* filled in: what it makes, or what is wrong with it */
	uint32_t tunnels, sessions;
	unsigned int mistake_count;
	char *mistakes[MANAGE_MISTAKES_MAX];	/* the first of them, as "NAME:LINE:COLUMN: what", from malloc() */
};

#define MANAGE_KERNEL_PIECE 2048

typedef void manage_program_done_fn(void *done_context, int status, bool out_of_time);

/* What the program around it provides. */
struct manage_host {
	void *context;
	uint64_t (*now)(void);			/* monotonic milliseconds */
	/* Read the configuration file again. */
	int (*reload)(void *context, struct error *error);
	/* Make texts the whole configuration, or only find out whether they could be. -1: nothing has changed. */
	int (*restore)(void *context, struct manage_restore *restore);
	/* Can what this says of the system be had, as far as it is the program's? -1: no. NULL: it can. */
	int (*try_system)(void *context, const struct system_config *wanted, struct error *error);
	/* Where secrets are that commands do not tell themselves. */
	secret_read_fn *read_secret;
	/* A command was carried out: requests and deadlines of the service may have changed. */
	void (*changed)(void *context);
	/* A text in which the kernel tells of the tunnels that programs have made through its API in this network
	 * namespace ("": ours): begin, take pieces of at most MANAGE_KERNEL_PIECE octets until one has none, end.
	 * version2: of tunnels of version 2, else of all.  begin NULL: there is no such API; it returns NULL with
	 * *error filled. */
	void *(*kernel_text_begin)(void *context, const char *netns, bool version2, struct error *error);
	size_t (*kernel_text_next)(void *text, char *piece);
	void (*kernel_text_end)(void *text);
	struct role_groups groups;		/* who may use the API besides root */
	/* Hook programs.  1: there is one at path that may be run, 0: there is none, -1: it must not be run. */
	int (*program_at)(const char *path, struct error *error);
	/* Start one, with these arguments (NULL: none), the first of which is its name; done is called once when it
	 * has ended, later.  status is that of waitpid().  NULL with *error filled when it could not be started. */
	void *(*run_program)(void *context, const char *path, char *const arguments[], char *const environment[],
			     unsigned int limit_ms, manage_program_done_fn *done, void *done_context,
			     struct error *error);
	void (*kill_program)(void *program);	/* done is not called any more */
};

struct manage;

/* *host is copied.  All events of clients get the loop's last priority. NULL when out of memory. */
struct manage *manage_new(struct event_base *loop, struct service *service, const struct manage_host *host);
/* Accept clients on this listening socket, which stays the caller's. -1 when out of memory. */
int manage_listen(struct manage *manage, int fd);
/* See to what the service has that clients or others wait for.  To be called after each call of the
 * service that is given the time. */
void manage_settle(struct manage *manage);
/* Has every program that hooks run ended? */
bool manage_is_done(const struct manage *manage);

/* Before a configuration of the system is made true: can it be? -1: no, *error says why. 0: what it takes is
 * there, until manage_settle(). */
int manage_try_system(struct manage *manage, const struct system_config *wanted, struct error *error);

/* Why a call may wait (CALL_WAIT). */
#define MANAGE_EVENTS (1u << 0)		/* the service has new events */
#define MANAGE_QUESTIONS (1u << 1)	/* ... questions for an authorizer */
#define MANAGE_PACKETS (1u << 2)	/* the datapath has captured packets */
/* Wake the calls that wait for any of these; they are asked again when the loop turns. */
void manage_notify(struct manage *manage, unsigned int what);

/* Cut off all clients. NULL is legal. */
void manage_free(struct manage *manage);

#endif
