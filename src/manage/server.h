/* SPDX-License-Identifier: MIT */
/*
 * What the server (server.c) and its connections (client.c) share.
 */
#ifndef L2TPD_MANAGE_SERVER_H
#define L2TPD_MANAGE_SERVER_H

#include <event2/bufferevent.h>
#include <event2/listener.h>
#include <sys/types.h>

#include "base/log.h"
#include "manage/methods.h"

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
	pid_t pid;
	uid_t uid;
	struct client *prev, *next;
};

struct manage {
	struct event_base *loop;
	struct service *service;
	struct manage_host host;
	struct evconnlistener *listener;
	struct event *accept_again;	/* after the process ran out of descriptors */
	struct client *clients;		/* in the order of their arrival */
	unsigned int count;
	struct log_limit cut_off, refused;
};

/* Takes fd over, also when it fails (no memory): then it is closed. */
void client_new(struct manage *manage, int fd);
void client_free(struct client *client);
/* Free it and say why. */
void client_cut_off(struct client *client, const char *why);

#endif
