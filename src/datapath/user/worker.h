/* SPDX-License-Identifier: MIT */
/*
 * A worker: one thread, one epoll and some sockets beside it, its buffers.  It never blocks but where it
 * waits for them, and everything it needs for a packet was allocated when it started.
 */
#ifndef L2TPD_DATAPATH_USER_WORKER_H
#define L2TPD_DATAPATH_USER_WORKER_H

#include <pthread.h>

#include "datapath/user/coalesce.h"
#include "datapath/user/internal.h"

#define WORKER_EVENTS 64		/* sources served between two quiescent states */
#define WORKER_POLLED_MAX 16		/* sockets that are polled, see worker_watch_socket() */

/* A call that the control thread wants run between two rounds. */
struct worker_call {
	pthread_mutex_t mutex;
	pthread_cond_t done;
	void (*function)(struct worker *worker, void *context);	/* NULL: none pending */
	void *context;
};

struct frame_buffers;

struct polled {
	int fd;
	struct source *source;
};

struct worker {
	struct user_datapath *dp;
	unsigned int index;
	pthread_t thread;
	bool running;
	int epoll_fd;
	struct polled polled[WORKER_POLLED_MAX];	/* the worker writes */
	unsigned int polled_count;
	int wake_fd;
	struct source wake;
	struct worker_call call;
	bool stop;
	size_t bulk;			/* octets of this round that came in trains of full packets */
	bool backlog;			/* a source of this round has more */
	uint64_t now;			/* monotonic ms, coarse, of this round */
	struct datapath_totals totals;	/* this worker writes */
	uint32_t dropped[NOTICE_DROP_KINDS];	/* by reason; this worker writes */
	struct session *holding;	/* sessions with held packets */
	int verdict;			/* on the packet just received: enum datapath_drop and what tap.h adds */
	uint32_t tap_lost;		/* packets of taps without room in the ring, not yet told */
	struct ring *ring;		/* RCU: for tapped packets; NULL: nothing is tapped */
	struct ring *closing_ring;	/* control: while the rings are removed */
	struct ring *strays;		/* control messages that the kernel put behind data (message.h) */
	struct ring *punts;		/* frames of PPP sessions for the engine (punt.h) */
	struct transmitter *transmitter;
	struct receiver *receiver;
	struct frame_buffers *frames;	/* NULL until a session has a frame socket */
	struct coalescer coalescer;
};

int worker_start(struct worker *worker, struct user_datapath *dp, unsigned int index, struct error *error);
void worker_stop(struct worker *worker);

/* Control: run function in the worker's thread and wait for it. On return nothing that the
 * worker fetched from its epoll before is in use any more. */
void worker_run(struct worker *worker, void (*function)(struct worker *worker, void *context), void *context);
/* Monotonic ms, to some 4 ms: cheap enough for each round. */
uint64_t worker_clock(void);
int worker_watch(struct worker *worker, int fd, struct source *source);	/* 0 or -1 with errno */
void worker_unwatch(struct worker *worker, int fd);
/* Control: a socket that sends much. An epoll waits at it always, and each packet of a train that is freed wakes it
 * for nothing, which is a tenth of a sender's time; poll() waits only while the worker sleeps. Sockets beyond
 * WORKER_POLLED_MAX are in the epoll. */
int worker_watch_socket(struct worker *worker, int fd, struct source *source);	/* 0 or -1 with errno */
/* In the worker's thread. */
void worker_unwatch_socket(struct worker *worker, int fd);

/* transmit.c: a session's device has frames */
struct transmitter *transmitter_new(void);
void transmitter_free(struct transmitter *transmitter);
void transmit_ready(struct worker *worker, struct source *source, uint32_t events);
/* One whole L2TP message, which stays in place until transmit_flush(). */
void transmit_message(struct worker *worker, struct session *session, const struct path *path, const uint8_t *octets,
		      uint32_t length);
/* Send what this round has gathered. */
void transmit_flush(struct worker *worker);

/* receive.c: a group's socket has packets */
struct receiver *receiver_new(void);
void receiver_free(struct receiver *receiver);
void receive_ready(struct worker *worker, struct source *source, uint32_t events);
void receive_control_ready(struct worker *worker, struct source *source, uint32_t events);
/* What a packet of a session ends as: its frame is counted and delivered, or it counts as an error and in *counter,
 * which may be NULL. */
void receive_accept(struct worker *worker, struct session *session, uint8_t *frame, size_t length);
void receive_discard(struct worker *worker, struct session *session, enum datapath_drop drop, uint64_t *counter);

/* receive_held.c: packets that came ahead of their turn */
/* One more. */
void receive_hold(struct worker *worker, struct session *session, uint32_t number, const uint8_t *frame, size_t length);
/* Deliver those whose turn has come, or whose time. */
void receive_drain(struct worker *worker, struct session *session);
/* Those of all sessions whose time has come; and the ms until the next, -1 for none. */
void receive_expire(struct worker *worker);
int receive_timeout(const struct worker *worker);
/* Deliver what is held for this session, in this worker; its packets will arrive at another one. */
void receive_release(struct worker *worker, struct session *session);
/* Forget what is held for this session. */
void receive_forget(struct worker *worker, struct session *session);

/* receive_kernel.c: of sessions as_kernel, a packet with a number, and one without while others wait */
/* Tell those who listen in (somebody does) of a session that has the kernel's order. nr: expected, or was. */
void receive_kernel_tell(struct worker *worker, const struct session *session, enum datapath_sequence what,
			 uint32_t nr);
void receive_kernel_numbered(struct worker *worker, struct session *session, uint32_t number, uint8_t *frame,
			     size_t length);
void receive_kernel_behind(struct worker *worker, struct session *session, const uint8_t *frame, size_t length);

/* deliver.c */
/* frame: modifiable, stays in place until deliver_flush(). */
void deliver_frame(struct worker *worker, struct session *session, uint8_t *frame, size_t length);
void deliver_flush(struct worker *worker);
/* A packet of this session is dropped: counted, and perhaps told. */
void deliver_refuse(struct worker *worker, struct session *session, enum datapath_drop drop);
coalesce_emit_fn deliver_emit;

/* notice.c: what workers tell the control thread, rate-limited where they do it */
struct notice_queue *notice_queue_new(struct error *error);
void notice_queue_free(struct notice_queue *queue);
int notice_fd(const struct notice_queue *queue);
void notice_drop(struct worker *worker, enum datapath_drop drop, const struct session *session, uint32_t session_id,
		 const struct endpoint *source);
void notice_post(struct worker *worker, const struct datapath_event *event);
/* For those who listen in: there may be any number of them, of which only so many are told. */
void notice_sequence(struct worker *worker, const struct datapath_event *event);
/* Control: a peer address the network complained about, or a device that is gone, and so on. */
struct notice {
	struct datapath_event event;	/* UNREACHABLE, PATH_MTU: source is the peer complained about */
};
int notice_take(struct notice_queue *queue, struct notice *notices, int max);
/* Were notices dropped since it was last asked? Then the sessions' flags tell what they said. */
bool notice_overflowed(struct notice_queue *queue);
void notice_overflow_again(struct notice_queue *queue);

#endif
