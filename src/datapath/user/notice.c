/* SPDX-License-Identifier: MIT */
/*
 * What workers tell the control thread: a bounded queue behind an eventfd.  Reached only by what is
 * rare or was rate-limited by the worker, so a mutex will do.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "datapath/user/worker.h"

#define NOTICE_QUEUE_MAX 256		/* more are dropped: counters, and the flags of sessions, have them */
#define NOTICE_SEQUENCE_MAX 128		/* of these, about sequence numbers: others must find room */
#define NOTICE_SEQUENCES_A_SECOND 1000	/* who listens in must not drive out others' events */
#define NOTICE_DROP_INTERVAL_MS 1000	/* of one kind, over all workers */

struct notice_queue {
	pthread_mutex_t mutex;
	int fd;
	unsigned int first, count;
	bool overflow;			/* something was dropped that the control thread must find out otherwise */
	struct notice notices[NOTICE_QUEUE_MAX];
	uint64_t second;		/* of the clock: when sequences were counted last */
	unsigned int sequences;		/* in it */
	uint64_t last_drop[NOTICE_DROP_KINDS];	/* ms; any worker, through shared_get() */
};

struct notice_queue *notice_queue_new(struct error *error)
{
	struct notice_queue *queue = calloc(1, sizeof(*queue));

	if (!queue) {
		error_system(error, ENOMEM, NULL, "cannot start the datapath");
		return NULL;
	}
	queue->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (queue->fd < 0) {
		error_system(error, errno, NULL, "cannot start the datapath");
		free(queue);
		return NULL;
	}
	pthread_mutex_init(&queue->mutex, NULL);
	return queue;
}

void notice_queue_free(struct notice_queue *queue)
{
	if (!queue)
		return;
	close(queue->fd);
	pthread_mutex_destroy(&queue->mutex);
	free(queue);
}

int notice_fd(const struct notice_queue *queue)
{
	return queue->fd;
}

void notice_post(struct worker *worker, const struct datapath_event *event)
{
	struct notice_queue *queue = worker->dp->notices;
	uint64_t one = 1;

	pthread_mutex_lock(&queue->mutex);
	if (queue->count < NOTICE_QUEUE_MAX)
		queue->notices[(queue->first + queue->count++) % NOTICE_QUEUE_MAX].event = *event;
	else
		queue->overflow = true;
	pthread_mutex_unlock(&queue->mutex);
	/* The counter cannot overflow: the reader empties it. */
	if (write(queue->fd, &one, sizeof(one)) < 0)
		return;
}

static bool may_tell_sequence(struct notice_queue *queue, uint64_t now)
{
	bool may;

	pthread_mutex_lock(&queue->mutex);
	if (queue->second != now / 1000)
		queue->sequences = 0;
	queue->second = now / 1000;
	may = queue->count < NOTICE_SEQUENCE_MAX && queue->sequences++ < NOTICE_SEQUENCES_A_SECOND;
	pthread_mutex_unlock(&queue->mutex);
	return may;
}

void notice_sequence(struct worker *worker, const struct datapath_event *event)
{
	if (may_tell_sequence(worker->dp->notices, worker->now))
		notice_post(worker, event);
}

bool notice_overflowed(struct notice_queue *queue)
{
	bool overflow;

	pthread_mutex_lock(&queue->mutex);
	overflow = queue->overflow;
	queue->overflow = false;
	pthread_mutex_unlock(&queue->mutex);
	return overflow;
}

void notice_overflow_again(struct notice_queue *queue)
{
	uint64_t one = 1;

	pthread_mutex_lock(&queue->mutex);
	queue->overflow = true;
	pthread_mutex_unlock(&queue->mutex);
	if (write(queue->fd, &one, sizeof(one)) < 0)
		return;
}

void notice_drop(struct worker *worker, enum datapath_drop drop, const struct session *session, uint32_t session_id,
		 const struct endpoint *source)
{
	uint64_t *last = &worker->dp->notices->last_drop[drop];
	const struct path *path;
	struct datapath_event event = { .kind = DATAPATH_EVENT_DROPPED, .drop = drop, .session_id = session_id };

	if (drop == DATAPATH_DROP_RATE)
		return;		/* as ordered */
	counter_add(worker->dropped[drop], 1);
	if (worker->now - shared_get(*last) < NOTICE_DROP_INTERVAL_MS)
		return;
	shared_set(*last, worker->now);
	if (session) {
		event.session = session->self;
		event.tunnel = session->tunnel->self;
	}
	path = session ? rcu_dereference(session->tunnel->path) : NULL;
	if (source)
		event.source = *source;
	else if (path)
		event.source = path->peer;
	notice_post(worker, &event);
}

int notice_take(struct notice_queue *queue, struct notice *notices, int max)
{
	uint64_t posted;
	int taken = 0;

	/* Emptied first: a notice posted meanwhile makes it readable again. */
	if (read(queue->fd, &posted, sizeof(posted)) < 0 && errno != EAGAIN)
		return 0;
	pthread_mutex_lock(&queue->mutex);
	while (taken < max && queue->count) {
		notices[taken++] = queue->notices[queue->first];
		queue->first = (queue->first + 1) % NOTICE_QUEUE_MAX;
		queue->count--;
	}
	posted = queue->count > 0;
	pthread_mutex_unlock(&queue->mutex);
	if (posted && write(queue->fd, &posted, sizeof(posted)) < 0)
		return taken;
	return taken;
}

/* --- the control thread: every dropped packet is told of once, by itself or in a number --- */

/* Packets of which no event told; now one does. */
static uint32_t untold(struct user_datapath *dp, unsigned int drop)
{
	uint32_t sum = 0, before = dp->drops_told[drop];

	for (unsigned int i = 0; i <= dp->worker_count; i++)
		sum += shared_get(dp->workers[i].dropped[drop]);
	dp->drops_told[drop] = sum;
	return sum - before;
}

bool notice_count(struct user_datapath *dp, struct datapath_event *event)
{
	uint32_t packets = untold(dp, event->drop);

	dp->drops_seen |= 1u << event->drop;
	timers_await_drops_end(dp);
	event->untold = packets - 1;
	return packets > 0;
}

int notice_ends(struct user_datapath *dp, uint64_t now, struct datapath_event *events, int max)
{
	int count = 0;

	if (!dp->drops_end || now < dp->drops_end)
		return 0;
	for (unsigned int drop = 0; drop < NOTICE_DROP_KINDS && count < max; drop++) {
		if (!(dp->drops_seen & 1u << drop))
			continue;
		dp->drops_seen &= ~(1u << drop);
		events[count++] = (struct datapath_event){ .kind = DATAPATH_EVENT_DROPPED, .drop = drop,
							   .untold = untold(dp, drop) };
	}
	dp->drops_end = dp->drops_seen ? now : 0;
	return count;
}
