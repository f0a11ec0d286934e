/* SPDX-License-Identifier: MIT */
/* Opening and closing the datapath, its events, and what the kernel has nothing for. See kernel.h for the picture. */
#include "datapath/kernel/kernel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "datapath/kernel/internal.h"
#include "os/close.h"
#include "os/genl.h"

#define DRAINED_AT_ONCE 64		/* messages of one socket, before other events have their turn */
#define READY_AT_ONCE 16		/* sockets, likewise */
/* In what epoll tells, where else the handle of a tunnel is */
#define ROUTES UINT64_MAX
#define NOTICES (UINT64_MAX - 1)
#define LOOKS (UINT64_MAX - 2)
#define SEQUENCES (UINT64_MAX - 3)
#define PATHS (UINT64_MAX - 4)
#define FOLLOW_S 1			/* what routers say is not announced */

static void native_close(struct datapath *base)
{
	struct native_datapath *dp = native_of(base);
	struct native_tunnel *tunnel;
	uint32_t position = 0;

	while ((tunnel = handle_next(&dp->tunnels, &position)))
		native_tunnel_delete(base, tunnel->self);
	handle_table_clear(&dp->tunnels);
	handle_table_clear(&dp->sessions);
	link_channel_close(dp->pins.links);
	os_close(&dp->event_fd);
	os_close(&dp->monitor_fd);
	os_close(&dp->message_fd);
	os_close(&dp->notice_fd);
	os_close(&dp->look_fd);
	os_close(&dp->sequence_fd);
	os_close(&dp->follow_fd);
	os_close(&dp->packet_fd);
	tracepoints_close(dp->sequences);
	free(dp->packet_arena);
	free(dp->arena);
	free(dp);
}

/* --- events --- */

static int native_event_fd(struct datapath *base)
{
	return native_of(base)->event_fd;
}

void native_notice(const struct native_datapath *dp)
{
	const uint64_t one = 1;

	if (write(dp->notice_fd, &one, sizeof(one)) < 0)
		return;		/* it is readable already */
}

void native_session_gone(const struct native_datapath *dp, struct native_session *session)
{
	session->gone = true;
	native_notice(dp);
}

static void look_for_sessions(struct native_datapath *dp)
{
	struct native_session *session;
	uint32_t position = 0;

	while ((session = handle_next(&dp->sessions, &position)))
		if (!session->gone && native_session_is_lost(dp, session))
			native_session_gone(dp, session);
}

static void set_follow_timer(const struct native_datapath *dp, time_t seconds)
{
	const struct timespec time = { .tv_sec = seconds };

	(void)timerfd_settime(dp->follow_fd, 0, &(struct itimerspec){ time, time }, NULL);
}

void native_follow(const struct native_datapath *dp, const struct native_session *session)
{
	if (session->config.mtu_mode == DATAPATH_MTU_FOLLOW && !session->ppp)
		set_follow_timer(dp, FOLLOW_S);
}

static void follow_paths(struct native_datapath *dp)
{
	struct native_session *session;
	uint32_t position = 0;
	uint64_t expired;
	bool any = false;

	if (read(dp->follow_fd, &expired, sizeof(expired)) < 0)
		return;
	while ((session = handle_next(&dp->sessions, &position))) {
		if (session->config.mtu_mode != DATAPATH_MTU_FOLLOW || session->ppp)
			continue;
		native_session_settle(session);
		any = true;
	}
	if (!any)
		set_follow_timer(dp, 0);
}

/* Routes, or interfaces. */
static void routes_changed(struct native_datapath *dp)
{
	struct native_tunnel *tunnel;
	uint32_t position = 0;

	if (!link_monitor_drain(dp->monitor_fd))
		return;
	while ((tunnel = handle_next(&dp->tunnels, &position))) {
		native_tunnel_try_peer(dp, tunnel);
		native_tunnel_settle(tunnel);
	}
	own_pins_settle(&dp->pins);
	look_for_sessions(dp);
}

/* A packet that the kernel found no session for. */
static void count(struct datapath_totals *totals, enum l2tp_encap encap, const uint8_t *octets, size_t length)
{
	uint32_t session_id;
	size_t offset;

	switch (data_header_demux(encap, octets, length, &session_id, &offset)) {
	case DATA_KIND_SHORT:
		totals->rx_short++;
		break;
	case DATA_KIND_CONTROL:
		totals->rx_control++;
		break;
	case DATA_KIND_VERSION:
		totals->rx_version++;
		break;
	case DATA_KIND_V2:
	case DATA_KIND_V3:
		totals->rx_unknown_session++;
		break;
	}
}

bool native_is_control(struct native_datapath *dp, const uint8_t *octets, size_t length)
{
	uint32_t session_id;
	size_t offset;

	if (data_header_demux(L2TP_ENCAP_UDP, octets, length, &session_id, &offset) == DATA_KIND_CONTROL)
		return true;
	count(&dp->totals, L2TP_ENCAP_UDP, octets, length);
	return false;
}

/* Returns whether the network says that the peer cannot be reached. */
static bool drain(struct native_datapath *dp, const struct native_tunnel *tunnel)
{
	enum l2tp_encap encap = tunnel->config.encap;
	bool unreachable = false;
	uint8_t octets[64];

	for (int i = 0; i < DRAINED_AT_ONCE; i++) {
		ssize_t length = recv(tunnel->fd, octets, sizeof(octets), 0);

		if (length >= 0 && encap == L2TP_ENCAP_IP)	/* the kernel took off what tells that it is one */
			dp->totals.rx_control++;
		else if (length >= 0)
			count(&dp->totals, encap, octets, (size_t)length);
		else if (errno == EAGAIN)
			break;
		else if (errno != EINTR)
			unreachable = true;
	}
	return unreachable;
}

static bool take_gone(struct native_session *session, struct datapath_event *event)
{
	if (!session->gone || session->gone_told)
		return false;
	session->gone_told = true;
	event->kind = DATAPATH_EVENT_DEVICE_GONE;
	return true;
}

static bool take_lost(struct native_session *session, struct datapath_event *event)
{
	if (!session->ppp || !session->ppp->mppe.untold)
		return false;
	session->ppp->mppe.untold = false;
	event->kind = DATAPATH_EVENT_MPPE_LOST;
	event->remedy = session->ppp->mppe.remedy;
	return true;
}

/* Sessions that somebody removed from the kernel, or whose tunnel; and those whose packets cannot be deciphered. */
static int tell_noticed(struct native_datapath *dp, struct datapath_event *events, int max)
{
	struct native_session *session;
	uint32_t position = 0;
	uint64_t count_read;
	int told = 0;

	if (read(dp->notice_fd, &count_read, sizeof(count_read)) < 0)
		return 0;
	while (told < max && (session = handle_next(&dp->sessions, &position))) {
		struct datapath_event event = { .tunnel = session->tunnel->self, .session = session->self };

		if (take_gone(session, &event) || take_lost(session, &event))
			events[told++] = event;
	}
	if (told == max && write(dp->notice_fd, &count_read, sizeof(count_read)) < 0)
		return told;
	return told;
}

static int take_event(struct native_datapath *dp, uint64_t what, struct datapath_event *event)
{
	const struct native_tunnel *tunnel = handle_get(&dp->tunnels, what);

	if (what == ROUTES)
		routes_changed(dp);
	if (what == NOTICES)
		native_notices_hear(dp);
	if (what == LOOKS)
		native_notices_look(dp);
	if (what == PATHS)
		follow_paths(dp);
	if (what == SEQUENCES)
		native_sequences_look(dp);
	if (!tunnel || !drain(dp, tunnel))
		return 0;
	*event = (struct datapath_event){ .kind = DATAPATH_EVENT_UNREACHABLE, .tunnel = tunnel->self,
					  .source = tunnel->config.peer };
	return 1;
}

static int native_events(struct datapath *base, struct datapath_event *events, int max)
{
	struct native_datapath *dp = native_of(base);
	struct epoll_event ready[READY_AT_ONCE];
	int told = tell_noticed(dp, events, max), wanted, found;

	told += native_sequences(dp, events + told, max - told);
	wanted = max - told < READY_AT_ONCE ? max - told : READY_AT_ONCE;
	found = wanted > 0 ? epoll_wait(dp->event_fd, ready, wanted, 0) : 0;
	for (int i = 0; i < found; i++)
		told += take_event(dp, ready[i].data.u64, &events[told]);
	return told;
}

static void native_totals(struct datapath *base, struct datapath_totals *totals)
{
	*totals = native_of(base)->totals;
}

/* --- what the kernel has nothing for --- */

static int native_listen(struct datapath *base, const struct datapath_port_config *config, handle *port,
			 struct error *error)
{
	return error_set(error, ERROR_UNSUPPORTED, NULL, "the kernel listens to nobody: datapath=user does");
}

static void native_unlisten(struct datapath *base, handle port)
{
}

static int native_device_add(struct datapath *base, const struct datapath_device_config *config, handle *device,
			     struct error *error)
{
	return error_set(error, ERROR_UNSUPPORTED, NULL, "the kernel has no interfaces that PPP sessions share: "
			 "datapath=user has");
}

/* Programs that want the kernel's API find it in the kernel. */
static int native_session_channel(struct datapath *base, handle session, const struct datapath_channel *channel,
				  struct error *error)
{
	return error_set(error, ERROR_UNSUPPORTED, NULL, "the kernel's sessions have the kernel's own sockets");
}

static void native_device_delete(struct datapath *base, handle device)
{
}

static const char *native_moved_by(struct datapath *base, handle tunnel)
{
	return handle_get(&native_of(base)->tunnels, tunnel) ? "kernel" : NULL;
}

/* --- opening --- */

static const struct datapath_ops native_ops = {
	.name = "kernel",
	.close = native_close,
	.event_fd = native_event_fd,
	.events = native_events,
	.totals = native_totals,
	.listen = native_listen,
	.unlisten = native_unlisten,
	.receive = native_receive,
	.send = native_send,
	.tunnel_add = native_tunnel_add,
	.tunnel_modify = native_tunnel_modify,
	.tunnel_delete = native_tunnel_delete,
	.tunnel_info = native_tunnel_info,
	.moved_by = native_moved_by,
	.session_add = native_session_add,
	.session_modify = native_session_modify,
	.session_delete = native_session_delete,
	.session_info = native_session_info,
	.session_channel = native_session_channel,
	.device_add = native_device_add,
	.device_delete = native_device_delete,
	.listen_in = native_listen_in,
	.tap = native_tap,
	.packet_fd = native_packet_fd,
	.packets = native_packets,
};

static int open_family(struct native_datapath *dp, struct error *error)
{
	int found = os_genl_find("l2tp", &dp->family, error);

	dp->group = found > 0 ? os_genl_group("l2tp") : 0;
	if (found)
		return found < 0 ? -1 : 0;
	return error_set(error, ERROR_SYSTEM, "datapath", "this kernel has no L2TP: `modprobe l2tp_netlink` loads it "
			 "where there are modules, and datapath=user needs none");
}

static bool watch(const struct native_datapath *dp, int fd, uint64_t what)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = what };

	return fd >= 0 && epoll_ctl(dp->event_fd, EPOLL_CTL_ADD, fd, &event) == 0;
}

void native_watch_notices(const struct native_datapath *dp, const struct native_space *space)
{
	(void)watch(dp, native_channel_notices(space->channel), NOTICES);
}

static int open_events(struct native_datapath *dp, struct error *error)
{
	dp->event_fd = epoll_create1(EPOLL_CLOEXEC);
	dp->monitor_fd = link_monitor_open();
	dp->message_fd = epoll_create1(EPOLL_CLOEXEC);
	dp->notice_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	dp->look_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	dp->sequence_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	dp->follow_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	dp->packet_fd = epoll_create1(EPOLL_CLOEXEC);
	if (dp->event_fd >= 0 && dp->packet_fd >= 0 && watch(dp, dp->monitor_fd, ROUTES) &&
	    watch(dp, dp->message_fd, HANDLE_NONE) && watch(dp, dp->notice_fd, HANDLE_NONE) &&
	    watch(dp, dp->look_fd, LOOKS) && watch(dp, dp->sequence_fd, SEQUENCES) &&
	    watch(dp, dp->follow_fd, PATHS))
		return 0;
	return error_system(error, errno, NULL, "cannot start the datapath");
}

int datapath_kernel_open(const char *instance, struct datapath **result, struct error *error)
{
	struct native_datapath *dp = calloc(1, sizeof(*dp));

	if (!dp)
		return error_system(error, ENOMEM, NULL, "cannot start the datapath");
	dp->base.ops = &native_ops;
	dp->event_fd = dp->monitor_fd = dp->message_fd = dp->notice_fd = dp->packet_fd = -1;
	dp->look_fd = dp->sequence_fd = dp->follow_fd = -1;
	dp->pins.number = own_number(instance);
	*result = (struct datapath *)(void *)dp;
	if (open_family(dp, error) == 0 && open_events(dp, error) == 0 &&
	    (dp->pins.links = link_channel_open(error)))
		return 0;
	native_close(*result);
	*result = NULL;
	return -1;
}
