/* SPDX-License-Identifier: MIT */
/*
 * How workers and the control thread pass on to each other what the kernel gave to the wrong one (message.c).
 */
#ifndef L2TPD_DATAPATH_USER_MESSAGE_H
#define L2TPD_DATAPATH_USER_MESSAGE_H

#include "datapath/user/ring.h"
#include "datapath/user/worker.h"

/* The rest of a message that the kernel joined of datagrams. */
struct receive_rest {
	const struct socket_group *group;
	const struct sockaddr_storage *name;	/* who sent it */
	uint8_t *octets;
	size_t length, step;			/* of all; of each datagram but the last */
};

/* --- message.c --- */
/* A worker put something into a ring that was empty. */
void messages_wake(struct user_datapath *dp);
/* A worker met a control message. False: the ring is full. */
bool message_stray(struct worker *worker, const struct socket_group *group, const struct endpoint *peer,
		   const uint8_t *octets, size_t length);

/* --- receive.c --- */
enum receive_kind { RECEIVE_CONTROL, RECEIVE_DATA, RECEIVE_NEITHER };

/* The control thread, with its own worker: what is the first datagram of the rest, which has this length? A control
 * message is shown to taps; what is neither is counted. */
enum receive_kind receive_control(struct worker *worker, const struct receive_rest *rest, size_t length);
/* A worker: all that there is. context: struct receive_rest. For worker_run(). */
void receive_rest(struct worker *worker, void *context);
void receive_errors(struct worker *worker, const struct group_socket *socket);

/* --- send.c --- */
struct outbox *outbox_new(void);
void outbox_free(struct outbox *outbox);

/* --- tap.c --- */
void tap_message_sent(struct worker *worker, const struct tunnel *tunnel, const struct socket_group *group,
		      const struct datapath_message *message, int drop);

#endif
