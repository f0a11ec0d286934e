/* SPDX-License-Identifier: MIT */
/*
 * Frame sockets: where a PPP session has no device, another program takes and gives its frames, by an AF_UNIX
 * SOCK_SEQPACKET socket each of whose packets is one frame.  One client at a time; who comes while one is there finds
 * the connection closed.  A session's socket and its packets from the wire have the same worker, so that nothing of it
 * is shared.
 */
#ifndef L2TPD_DATAPATH_USER_FRAMES_H
#define L2TPD_DATAPATH_USER_FRAMES_H

#include "datapath/user/worker.h"

/* --- the control thread --- */
/* Listen on path for the session, whose frames member is set then. What a daemon that died left at path is replaced. */
int frames_open(struct user_datapath *dp, struct session *session, const char *path, struct error *error);
/* One for this client, whose descriptor is copied, and for no other; the session does not have it yet. NULL: *error. */
struct frame_socket *frames_adopt(struct user_datapath *dp, struct session *session, int client, struct error *error);
void frames_free_socket(struct frame_socket *frames);	/* NULL is legal; no worker sees it any more */
/* Close and remove it from the file system; no worker sees it any more. Legal without one. */
void frames_close(struct session *session);
int frames_watch(struct worker *worker, struct session *session);	/* 0 or -1 with errno */
bool frames_attached(const struct session *session);
/* Buffers of workers, which have ended. */
void frames_free(struct frame_buffers *buffers);

/* --- the session's worker --- */
void frames_unwatch(struct worker *worker, const struct session *session);
/* frame stays in place until frames_flush(). False: nobody is connected. */
bool frames_deliver(struct worker *worker, struct session *session, uint8_t *frame, size_t length);
void frames_flush(struct worker *worker);
/* Send what the client has given until now; who gives more meanwhile is not waited for for ever. */
void frames_pump(struct worker *worker, struct session *session);

#endif
