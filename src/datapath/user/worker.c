/* SPDX-License-Identifier: MIT */
/*
 * The worker's thread and loop, and how the control thread has something done between two rounds.
 * A worker is offline to RCU while it waits, so an idle one delays nobody.
 */
#include "datapath/user/worker.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "datapath/user/frames.h"
#include "os/close.h"

/* After a round in which so much arrived in trains of full packets, and all of it was taken, more will
 * follow at once. To wait a little before looking spares a wake-up for each train, as network cards
 * moderate their interrupts. */
#define BULK_OCTETS 60000
#define BULK_PAUSE_US 250

uint64_t worker_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void wake_ready(struct worker *worker, struct source *source, uint32_t events)
{
	uint64_t calls;

	if (read(worker->wake_fd, &calls, sizeof(calls)) < 0)
		return;
}

static void answer_call(struct worker *worker)
{
	struct worker_call *call = &worker->call;

	pthread_mutex_lock(&call->mutex);
	if (call->function) {
		call->function(worker, call->context);
		call->function = NULL;
		pthread_cond_signal(&call->done);
	}
	pthread_mutex_unlock(&call->mutex);
}

static void serve(struct worker *worker, struct epoll_event *events, int count)
{
	bool called = false;

	worker->now = worker_clock();
	for (int i = 0; i < count; i++) {
		struct source *source = events[i].data.ptr;

		called |= source == &worker->wake;
		source->ready(worker, source, events[i].events);
	}
	transmit_flush(worker);
	if (worker->holding)
		receive_expire(worker);
	/* Last: a call may free the sources of this round. */
	if (called)
		answer_call(worker);
}

/* Sleep until a source is ready; returns how many of events are filled. */
static int wait_for_events(struct worker *worker, struct epoll_event *events)
{
	struct pollfd fds[1 + WORKER_POLLED_MAX] = { { .fd = worker->epoll_fd, .events = POLLIN } };
	int count = 0;

	for (unsigned int i = 0; i < worker->polled_count; i++)
		fds[1 + i] = (struct pollfd){ .fd = worker->polled[i].fd, .events = POLLIN };
	if (poll(fds, 1 + worker->polled_count, receive_timeout(worker)) <= 0)
		return 0;
	if (fds[0].revents)
		count = epoll_wait(worker->epoll_fd, events, WORKER_EVENTS, 0);
	if (count < 0)
		count = 0;
	for (unsigned int i = 0; i < worker->polled_count; i++)
		if (fds[1 + i].revents)
			events[count++] = (struct epoll_event){ .events = (uint32_t)fds[1 + i].revents,
								.data.ptr = worker->polled[i].source };
	return count;
}

static void *worker_main(void *context)
{
	struct worker *worker = context;
	struct epoll_event events[WORKER_EVENTS + WORKER_POLLED_MAX];
	int count;

	/* Or the pause would take twice as long. */
	prctl(PR_SET_TIMERSLACK, 1000);
	rcu_register_thread();
	while (!worker->stop) {
		rcu_thread_offline();
		if (worker->bulk >= BULK_OCTETS && !worker->backlog)
			usleep(BULK_PAUSE_US);
		worker->bulk = 0;
		worker->backlog = false;
		count = wait_for_events(worker, events);
		rcu_thread_online();
		serve(worker, events, count);
	}
	rcu_unregister_thread();
	return NULL;
}

int worker_watch(struct worker *worker, int fd, struct source *source)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = source };

	return epoll_ctl(worker->epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

void worker_unwatch(struct worker *worker, int fd)
{
	(void)epoll_ctl(worker->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
}

static void add_polled(struct worker *worker, void *context)
{
	const struct polled *polled = context;

	worker->polled[worker->polled_count++] = *polled;
}

int worker_watch_socket(struct worker *worker, int fd, struct source *source)
{
	struct polled polled = { fd, source };

	/* Only for the control thread does it become more. */
	if (worker->polled_count == WORKER_POLLED_MAX)
		return worker_watch(worker, fd, source);
	worker_run(worker, add_polled, &polled);
	return 0;
}

void worker_unwatch_socket(struct worker *worker, int fd)
{
	for (unsigned int i = 0; i < worker->polled_count; i++)
		if (worker->polled[i].fd == fd) {
			worker->polled[i] = worker->polled[--worker->polled_count];
			return;
		}
	worker_unwatch(worker, fd);
}

void worker_run(struct worker *worker, void (*function)(struct worker *worker, void *context), void *context)
{
	struct worker_call *call = &worker->call;
	uint64_t one = 1;

	pthread_mutex_lock(&call->mutex);
	call->function = function;
	call->context = context;
	if (write(worker->wake_fd, &one, sizeof(one)) < 0)
		call->function = NULL;	/* cannot happen: the counter is far from its end */
	while (call->function)
		pthread_cond_wait(&call->done, &call->mutex);
	pthread_mutex_unlock(&call->mutex);
}

static int start_thread(struct worker *worker)
{
	sigset_t all, before;
	char name[16];
	int failed;

	/* Signals are the control thread's. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = pthread_create(&worker->thread, NULL, worker_main, worker);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (failed) {
		errno = failed;
		return -1;
	}
	worker->running = true;
	snprintf(name, sizeof(name), "worker%u", worker->index);
	pthread_setname_np(worker->thread, name);
	return 0;
}

int worker_start(struct worker *worker, struct user_datapath *dp, unsigned int index, struct error *error)
{
	worker->dp = dp;
	worker->index = index;
	worker->wake.ready = wake_ready;
	pthread_mutex_init(&worker->call.mutex, NULL);
	pthread_cond_init(&worker->call.done, NULL);
	coalescer_init(&worker->coalescer, deliver_emit, worker, dp->udp_offload);
	worker->transmitter = transmitter_new();
	worker->receiver = receiver_new();
	worker->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	worker->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (worker->transmitter && worker->receiver && worker->epoll_fd >= 0 && worker->wake_fd >= 0 &&
	    worker_watch(worker, worker->wake_fd, &worker->wake) == 0 && start_thread(worker) == 0)
		return 0;
	return error_system(error, errno, NULL, "cannot start a worker thread");
}

static void set_stop(struct worker *worker, void *context)
{
	worker->stop = true;
}

void worker_stop(struct worker *worker)
{
	if (worker->running) {
		worker_run(worker, set_stop, NULL);
		pthread_join(worker->thread, NULL);
	}
	os_close(&worker->wake_fd);
	os_close(&worker->epoll_fd);
	transmitter_free(worker->transmitter);
	receiver_free(worker->receiver);
	frames_free(worker->frames);
	pthread_cond_destroy(&worker->call.done);
	pthread_mutex_destroy(&worker->call.mutex);
}
