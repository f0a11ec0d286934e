/* SPDX-License-Identifier: MIT */
/*
 * Frames of PPP sessions that are the engine's: negotiation, echoes and all else that carries no IP packet (ppp.c says
 * which).  The worker that met one puts it into a ring of its own, without a lock, from which receive() takes it.  A
 * session may put in so many octets and no more until time has passed: who floods is dropped, nobody else.
 */
#ifndef L2TPD_DATAPATH_USER_PUNT_H
#define L2TPD_DATAPATH_USER_PUNT_H

#include "datapath/user/worker.h"

#define PUNT_LENGTH_MAX 16384		/* octets of a frame: no MRU is larger that anybody uses */
#define PUNT_BURST 32768		/* octets of a session that may come at once: a 32nd of the ring, ... */
#define PUNT_RATE 32			/* ... and octets for each ms that has passed since */
/* Of one as_kernel, whose program may want to see its IP packets, too. */
#define PUNT_KERNEL_BURST 262144
#define PUNT_KERNEL_RATE 32768
#define PUNT_FRAME_LEAST 256		/* what a short frame counts: handling it costs no less */

/* --- the worker --- */
/* False: too large, or its session or all together have too many waiting. */
bool punt_frame(struct worker *worker, struct session *session, const uint8_t *frame, size_t length);

/* --- the control thread --- */
int punt_open(struct user_datapath *dp);	/* 0, or -1 when out of memory */
void punt_close(struct user_datapath *dp);
/* Up to max frames of sessions that still exist; they stay in place until punt_release(). */
int punt_take(struct user_datapath *dp, struct datapath_message *messages, int max);
void punt_release(struct user_datapath *dp);

#endif
