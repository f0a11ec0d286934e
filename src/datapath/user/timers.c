/* SPDX-License-Identifier: MIT */
/*
 * What happens because time passes, in the control thread: carriers that are lost for want of packets, narrow paths
 * that may have become wide again, packets dropped of which nobody was told, and changed routes (routes.c).
 * The timer runs only while there are such sessions, paths or packets.
 */
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>
#include <utlist.h>

#include "datapath/user/network.h"
#include "datapath/user/worker.h"
#include "os/tap.h"

#define TIMER_LEAST_MS 20		/* many sessions' deadlines are served together */
#define DROPS_END_MS 6000		/* longer than the log waits between two lines of a flood */
#define PATH_PROBE_MS 60000		/* the kernel forgets a learnt path MTU after 600 s */

uint64_t timers_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void arm(struct user_datapath *dp, uint64_t delay)
{
	struct itimerspec when = { .it_value = { (time_t)(delay / 1000), (long)(delay % 1000) * 1000000 } };

	(void)timerfd_settime(dp->timer_fd, 0, &when, NULL);
}

static void arm_next(struct user_datapath *dp, uint64_t now)
{
	const struct session *session;
	uint64_t next = dp->path_probe;

	DL_FOREACH2(dp->timed, session, timed_next) {
		uint64_t due = shared_get(session->last_arrival) + session->config.carrier_timeout;

		if (!next || due < next)
			next = due;
	}
	if (dp->drops_end && (!next || dp->drops_end < next))
		next = dp->drops_end;
	if (dp->routes_due && (!next || dp->routes_due < next))
		next = dp->routes_due;
	if (next)
		arm(dp, next > now + TIMER_LEAST_MS ? next - now : TIMER_LEAST_MS);
}

int timers_open(struct user_datapath *dp)
{
	dp->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	return dp->timer_fd < 0 ? -1 : 0;
}

void timers_unwatch(struct user_datapath *dp, struct session *session)
{
	if (!session->timed)
		return;
	DL_DELETE2(dp->timed, session, timed_prev, timed_next);
	session->timed = false;
}

void timers_watch(struct user_datapath *dp, struct session *session)
{
	uint64_t now = timers_now();

	timers_unwatch(dp, session);
	if (!session->config.carrier_timeout) {
		if (!shared_get(session->carrier) && session->device >= 0)
			tap_set_carrier(session->device, true);
		shared_set(session->carrier, true);
		return;
	}
	if (!shared_get(session->carrier))
		return;
	shared_set(session->last_arrival, now);
	DL_APPEND2(dp->timed, session, timed_prev, timed_next);
	session->timed = true;
	arm_next(dp, now);
}

void timers_probe_paths(struct user_datapath *dp)
{
	uint64_t now = timers_now();

	dp->path_probe = now + PATH_PROBE_MS;
	arm_next(dp, now);
}

void timers_await_drops_end(struct user_datapath *dp)
{
	uint64_t now = timers_now();

	dp->drops_end = now + DROPS_END_MS;
	arm_next(dp, now);
}

void timers_await_routes(struct user_datapath *dp, uint64_t when)
{
	dp->routes_due = when;
	arm_next(dp, timers_now());
}

/* The device first: a worker that sees the flag cleared must find the carrier down. */
static void lose_carrier(struct user_datapath *dp, struct session *session)
{
	if (session->device >= 0)
		tap_set_carrier(session->device, false);
	shared_set(session->carrier, false);
	timers_unwatch(dp, session);
}

static int probe_paths(struct user_datapath *dp, struct datapath_event *events, int max)
{
	struct tunnel *tunnel;
	uint32_t position = 0;
	int count = 0;

	dp->path_probe = 0;
	while ((tunnel = handle_next(&dp->tunnels, &position))) {
		if (!tunnel->narrowed || !tunnel->path)
			continue;
		if (count == max) {	/* the rest at once, when these events were taken */
			dp->path_probe = timers_now();
			break;
		}
		if (tunnel_refresh_mtu(dp, tunnel, 0))
			events[count++] = (struct datapath_event){ .kind = DATAPATH_EVENT_PATH_MTU,
								   .tunnel = tunnel->self, .mtu = tunnel->path->mtu };
		tunnel->narrowed = tunnel->path->mtu < tunnel->path->widest || tunnel->path->distrusted;
		if (tunnel->narrowed)
			dp->path_probe = timers_now() + PATH_PROBE_MS;
	}
	return count;
}

int timers_run(struct user_datapath *dp, struct datapath_event *events, int max)
{
	uint64_t now, expirations;
	struct session *session, *next;
	int count = 0;

	if (read(dp->timer_fd, &expirations, sizeof(expirations)) < 0)
		return 0;
	now = timers_now();
	DL_FOREACH_SAFE2(dp->timed, session, next, timed_next) {
		if (count == max || now < shared_get(session->last_arrival) + session->config.carrier_timeout)
			continue;
		lose_carrier(dp, session);
		events[count++] = (struct datapath_event){ .kind = DATAPATH_EVENT_CARRIER, .carrier = false,
							   .tunnel = session->tunnel->self, .session = session->self };
	}
	if (dp->path_probe && now >= dp->path_probe)
		count += probe_paths(dp, events + count, max - count);
	if (dp->routes_due && now >= dp->routes_due)
		routes_settle(dp);
	count += notice_ends(dp, now, events + count, max - count);
	arm_next(dp, now);
	return count;
}
