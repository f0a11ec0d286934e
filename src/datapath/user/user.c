/* SPDX-License-Identifier: MIT */
/* Opening and closing the datapath, its totals and its events. See user.h for the whole picture. */
#include "datapath/user/user.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>
#include <utlist.h>

#include "datapath/bpf/accelerator.h"
#include "datapath/user/network.h"
#include "datapath/user/shared.h"
#include "datapath/user/tap.h"
#include "datapath/user/worker.h"
#include "os/close.h"
#include "os/tap.h"

#define DESCRIPTORS 16384		/* for as many sessions without delay; 8 octets each */

/* --- events --- */

static int refresh_paths(struct user_datapath *dp, const struct endpoint *peer, uint32_t reported,
			 struct datapath_event *events, int max)
{
	struct tunnel *tunnel;
	uint32_t position = 0, before;
	int count = 0;

	while (count < max && (tunnel = handle_next(&dp->tunnels, &position))) {
		if (!address_equal(&tunnel->config.peer.address, &peer->address))
			continue;
		before = tunnel->path ? tunnel->path->mtu : 0;
		if (tunnel_refresh_mtu(dp, tunnel, reported))
			events[count++] = (struct datapath_event){ .kind = DATAPATH_EVENT_PATH_MTU,
								   .tunnel = tunnel->self, .mtu = tunnel->path->mtu };
		/* Not wider than before: narrow, or trains were refused. It need not stay so. */
		tunnel->narrowed = tunnel->path && tunnel->path->mtu <= before;
		if (tunnel->narrowed)
			timers_probe_paths(dp);
	}
	return count;
}

static int tell_unreachable(struct user_datapath *dp, const struct endpoint *peer, struct datapath_event *events,
			    int max)
{
	const struct tunnel *tunnel;
	uint32_t position = 0;
	int count = 0;

	while (count < max && (tunnel = handle_next(&dp->tunnels, &position)))
		if (address_equal(&tunnel->config.peer.address, &peer->address) &&
		    (!peer->port || tunnel->config.peer.port == peer->port))
			events[count++] = (struct datapath_event){ .kind = DATAPATH_EVENT_UNREACHABLE,
								   .tunnel = tunnel->self, .source = *peer };
	return count;
}

static int translate(struct user_datapath *dp, const struct notice *notice, struct datapath_event *events, int max)
{
	struct session *session;

	switch (notice->event.kind) {
	case DATAPATH_EVENT_PATH_MTU:
		return refresh_paths(dp, &notice->event.source, notice->event.mtu, events, max);
	case DATAPATH_EVENT_UNREACHABLE:
		return tell_unreachable(dp, &notice->event.source, events, max);
	case DATAPATH_EVENT_CARRIER:
		session = handle_get(&dp->sessions, notice->event.session);
		if (session)
			timers_watch(dp, session);
		break;
	case DATAPATH_EVENT_DEVICE_GONE:
		if (notice->event.session == HANDLE_NONE) {
			shared_gone(dp);
			return 0;
		}
		session = handle_get(&dp->sessions, notice->event.session);
		if (session)
			session->device_gone_told = true;
		break;
	case DATAPATH_EVENT_MPPE_LOST:
	case DATAPATH_EVENT_SEQUENCE:
		break;
	case DATAPATH_EVENT_DROPPED:
		events[0] = notice->event;
		return notice_count(dp, &events[0]);
	}
	events[0] = notice->event;
	return 1;
}

/* What a session has become that no notice told of. */
static bool overlooked(struct user_datapath *dp, struct session *session, struct datapath_event *event)
{
	*event = (struct datapath_event){ .session = session->self, .tunnel = session->tunnel->self };
	if (shared_get(session->device_gone) && !session->device_gone_told) {
		event->kind = DATAPATH_EVENT_DEVICE_GONE;
		return session->device_gone_told = true;
	}
	if (!session->config.carrier_timeout || session->timed || !shared_get(session->carrier))
		return false;
	event->kind = DATAPATH_EVENT_CARRIER;
	event->carrier = true;
	timers_watch(dp, session);
	return true;
}

/* More was to tell than the queue holds: look at every session. */
static int sweep(struct user_datapath *dp, struct datapath_event *events, int max)
{
	struct session *session;
	uint32_t position = 0;
	int count = 0;

	while ((session = handle_next(&dp->sessions, &position))) {
		if (count == max) {
			notice_overflow_again(dp->notices);
			break;
		}
		count += overlooked(dp, session, &events[count]);
	}
	return count;
}

void user_follow_routes(struct user_datapath *dp)
{
	struct epoll_event event = { .events = EPOLLIN };

	if (dp->monitor_fd >= 0)
		return;
	dp->monitor_fd = link_monitor_open();
	if (dp->monitor_fd >= 0)
		(void)epoll_ctl(dp->event_fd, EPOLL_CTL_ADD, dp->monitor_fd, &event);
}

static bool follows(const struct tunnel *tunnel)
{
	const struct session *session;

	DL_FOREACH(tunnel->sessions, session)
		if (session->config.mtu_mode == DATAPATH_MTU_FOLLOW)
			return true;
	return false;
}

static int follow_routes(struct user_datapath *dp, struct datapath_event *events, int max)
{
	struct tunnel *tunnel;
	uint32_t position = 0;
	int count = 0;

	if (dp->monitor_fd < 0 || !link_monitor_drain(dp->monitor_fd))
		return 0;
	routes_changed(dp);
	while ((tunnel = handle_next(&dp->tunnels, &position))) {
		if (!follows(tunnel) || !tunnel_refresh_mtu(dp, tunnel, 0) || count == max)
			continue;
		events[count++] = (struct datapath_event){ .kind = DATAPATH_EVENT_PATH_MTU, .tunnel = tunnel->self,
							   .mtu = tunnel->path->mtu };
	}
	return count;
}

static int user_events(struct datapath *base, struct datapath_event *events, int max)
{
	struct user_datapath *dp = user_datapath(base);
	struct notice notice;
	int count = timers_run(dp, events, max);

	count += follow_routes(dp, events + count, max - count);
	while (count < max && notice_take(dp->notices, &notice, 1) == 1)
		count += translate(dp, &notice, events + count, max - count);
	if (notice_overflowed(dp->notices))
		count += sweep(dp, events + count, max - count);
	return count;
}

static void user_listen_in(struct datapath *base, bool on)
{
	shared_set(user_datapath(base)->listens_in, on);
}

static int user_event_fd(struct datapath *base)
{
	return user_datapath(base)->event_fd;
}

static void user_totals(struct datapath *base, struct datapath_totals *totals)
{
	struct user_datapath *dp = user_datapath(base);

	memset(totals, 0, sizeof(*totals));
	for (unsigned int i = 0; i <= dp->worker_count; i++) {
		const struct datapath_totals *part = &dp->workers[i].totals;

		totals->rx_short += shared_get(part->rx_short);
		totals->rx_version += shared_get(part->rx_version);
		totals->rx_unknown_session += shared_get(part->rx_unknown_session);
		totals->rx_wrong_source += shared_get(part->rx_wrong_source);
		totals->rx_control += shared_get(part->rx_control);
		totals->rx_oversize += shared_get(part->rx_oversize);
		totals->tx_unsent += shared_get(part->tx_unsent);
		totals->socket_errors += shared_get(part->socket_errors);
	}
}

/* --- opening and closing --- */

static void user_close(struct datapath *base)
{
	struct user_datapath *dp = user_datapath(base);
	struct tunnel *tunnel;
	uint32_t position = 0;

	/* All devices at once, before their descriptors are closed. */
	if (dp->links)
		(void)device_remove_leftovers(dp->links, dp->link_group);
	while ((tunnel = handle_next(&dp->tunnels, &position)))
		tunnel_delete(base, tunnel->self);
	shared_close(dp);
	while (dp->groups)	/* somebody still listens */
		message_unlisten(base, dp->groups->self);
	if (dp->worker_count)
		retire_all(dp);
	for (unsigned int i = 0; i < dp->worker_count; i++)
		worker_stop(&dp->workers[i]);
	if (dp->table)
		cds_lfht_destroy(dp->table, NULL);
	rcu_unregister_thread();
	device_forget_namespaces(dp);
	handle_table_clear(&dp->tunnels);
	handle_table_clear(&dp->sessions);
	handle_table_clear(&dp->ports);
	messages_close(dp);
	accelerator_close(dp->accelerator);
	link_channel_close(dp->links);
	notice_queue_free(dp->notices);
	os_close(&dp->event_fd);
	os_close(&dp->timer_fd);
	os_close(&dp->monitor_fd);
	os_close(&dp->tap_fd);
	free(dp->workers);
	free(dp);
}

static int open_events(struct user_datapath *dp, struct error *error)
{
	struct epoll_event event = { .events = EPOLLIN };

	dp->notices = notice_queue_new(error);
	if (!dp->notices)
		return -1;
	dp->event_fd = epoll_create1(EPOLL_CLOEXEC);
	dp->tap_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (dp->event_fd < 0 || dp->tap_fd < 0 || timers_open(dp) < 0 ||
	    epoll_ctl(dp->event_fd, EPOLL_CTL_ADD, notice_fd(dp->notices), &event) < 0 ||
	    epoll_ctl(dp->event_fd, EPOLL_CTL_ADD, dp->timer_fd, &event) < 0)
		return error_system(error, errno, NULL, "cannot start the datapath");
	return 0;
}

/* The table of descriptors grows by doubling, and while there are threads each growth waits for a
 * grace period of the kernel, some 20 ms. So it grows once, before there are any. */
static void reserve_descriptors(void)
{
	struct rlimit limit;
	int highest = DESCRIPTORS - 1, fd;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	if (limit.rlim_cur < DESCRIPTORS)
		highest = (int)limit.rlim_cur - 1;
	fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, highest);
	os_close(&fd);
}

static int start_workers(struct user_datapath *dp, unsigned int count, struct error *error)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	if (!count)
		count = processors > 0 ? (unsigned int)processors : 1;
	if (count > DATAPATH_USER_WORKERS_MAX)
		count = DATAPATH_USER_WORKERS_MAX;
	dp->workers = calloc(count + 1, sizeof(*dp->workers));
	if (!dp->workers)
		return error_system(error, ENOMEM, NULL, "cannot start the datapath");
	while (dp->worker_count < count) {
		struct worker *worker = &dp->workers[dp->worker_count++];

		dp->workers[count].dp = dp;
		worker->epoll_fd = worker->wake_fd = -1;
		if (worker_start(worker, dp, dp->worker_count - 1, error) < 0)
			return -1;
	}
	return 0;
}

static const char *user_moved_by(struct datapath *dp, handle tunnel)
{
	return handle_get(&user_datapath(dp)->tunnels, tunnel) ? "user" : NULL;
}

static const struct datapath_ops user_ops = {
	.name = "user",
	.close = user_close,
	.event_fd = user_event_fd,
	.events = user_events,
	.totals = user_totals,
	.listen = message_listen,
	.unlisten = message_unlisten,
	.receive = message_receive,
	.send = message_send,
	.tunnel_add = tunnel_add,
	.tunnel_modify = tunnel_modify,
	.tunnel_delete = tunnel_delete,
	.tunnel_info = tunnel_info,
	.moved_by = user_moved_by,
	.session_add = session_add,
	.session_modify = session_modify,
	.session_delete = session_delete,
	.session_info = session_info,
	.session_channel = session_channel,
	.device_add = shared_add,
	.device_delete = shared_delete,
	.listen_in = user_listen_in,
	.tap = tap_set,
	.packet_fd = tap_packet_fd,
	.packets = tap_packets,
};

int datapath_user_open(const struct datapath_user_options *options, struct datapath **result, struct error *error)
{
	struct user_datapath *dp = calloc(1, sizeof(*dp));

	if (!dp)
		return error_system(error, ENOMEM, NULL, "cannot start the datapath");
	dp->base.ops = &user_ops;
	dp->event_fd = dp->timer_fd = dp->monitor_fd = dp->tap_fd = -1;
	dp->link_group = dp->pins.number = own_number(options->instance);
	reserve_descriptors();
	rcu_register_thread();
	rcu_thread_offline();	/* the control thread is a reader only for moments */
	if (!table_new(dp)) {
		error_system(error, ENOMEM, NULL, "cannot start the datapath");
		goto fail;
	}
	dp->links = link_channel_open(error);
	if (!dp->links || tap_available(error) < 0 || open_events(dp, error) < 0)
		goto fail;
	(void)device_remove_leftovers(dp->links, dp->link_group);
	dp->pins.links = dp->links;
	own_pins_remove_leftovers(&dp->pins);
	dp->opened = timers_now();
	if (start_workers(dp, options->workers, error) < 0)
		goto fail;
	*result = (struct datapath *)(void *)dp;
	return 0;
fail:
	user_close((struct datapath *)(void *)dp);
	return -1;
}
