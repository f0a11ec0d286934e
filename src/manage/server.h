/* SPDX-License-Identifier: MIT */
/*
 * What the server (server.c) and its connections (client.c) share.
 */
#ifndef L2TPD_MANAGE_SERVER_H
#define L2TPD_MANAGE_SERVER_H

#include <event2/bufferevent.h>
#include <sys/types.h>

#include "base/log.h"
#include "manage/http.h"
#include "manage/methods.h"
#include "manage/metrics.h"

struct client {
	struct manage *manage;
	struct bufferevent *stream;
	struct event *deadline;		/* of its silence */
	struct event *turn;		/* other work first, then go on with this client */
	struct call call;		/* method or refusal set: one is under way */
	size_t searched;		/* octets of the input known to hold no end of a message */
	uint64_t idle_since;		/* monotonic ms; 0: busy */
	bool unfinished;		/* the deadline is that of an unfinished message or first call */
	bool called;			/* it made a call before */
	bool input_ended;		/* it will send nothing more, but may wait for replies */
	bool waiting;			/* the call under way waits for manage_notify() */
	size_t input_counted;		/* octets of its that manage->input counts */
	struct caller caller;
	struct client *prev, *next;
};

struct manage_counters {	/* since the start */
	uint64_t clients, calls, cut_off, refused;
};

struct manage {
	struct event_base *loop;
	struct service *service;
	struct manage_host host;
	int priority;			/* of the events of clients: the loop's last */
	struct event *arrival, *accept_again;	/* accept_again: after the process ran out of descriptors */
	struct client *clients;		/* in the order of their arrival */
	struct captures *captures;
	unsigned int count;
	unsigned int waiting;		/* clients whose call waits */
	size_t input;			/* octets that were read and not yet understood, of all clients */
	struct emit reply;		/* room for one; its text is nobody's between two steps */
	struct restore *restore;	/* of methods_config.c: a configuration that is being sent, or NULL */
	uint64_t restores;		/* begun so far */
	struct manage_counters counters;
	struct hooks *hooks;
	struct bearers *bearers;
	const struct call *authorizer;	/* AuthorizerRegister, while it lasts */
	bool closing;
	struct http *http, *http_tried;	/* NULL: off; tried: for a configuration that is about to be made true */
	struct endpoint http_failed;	/* where metrics cannot be told */
	struct event *http_again;	/* when that is tried again */
	struct metrics_memory metrics_memory;
	uint64_t told_event;		/* the last one that subscribers were woken for */
	struct log_limit cut_off, refused, stranger, overtaken;
};

/* Takes fd over, also when it fails (no memory): then it is closed. */
void client_new(struct manage *manage, int fd, const struct caller *caller);
void client_free(struct client *client);
/* Free it and say why. */
void client_cut_off(struct client *client, const char *why);
/* Forget a configuration that was being sent. NULL is legal. */
void restore_free(struct restore *restore);
/* Its call need wait no longer. */
void client_wake(struct client *client);

#endif
