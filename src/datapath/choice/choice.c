/* SPDX-License-Identifier: MIT */
/* Opening and closing, and the operations that are handed on as they are. See choice.h for the picture. */
#include "datapath/choice/choice.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "datapath/choice/internal.h"

#define BATCH 64			/* of messages that are handed on with other handles */
#define DELETED 4096			/* of sessions, likewise: devices that go together wait for the kernel once */

static struct datapath *user_of(struct datapath *dp)
{
	return choice_of(dp)->backends[CHOICE_USER];
}

/* --- opening and closing --- */

static void choice_close(struct datapath *dp)
{
	struct choice *choice = choice_of(dp);
	struct choice_tunnel *tunnel;
	uint32_t position = 0;

	/* those in user space lie in fewer requests: its close() removes them all at once */
	while ((tunnel = handle_next(&choice->tunnels, &position)))
		if (tunnel->backend == CHOICE_KERNEL)
			choice_tunnel_delete(dp, tunnel->self);
	for (int i = CHOICE_BACKENDS; i-- > 0;)
		if (choice->backends[i])
			datapath_ops(choice->backends[i])->close(choice->backends[i]);
	position = 0;
	while ((tunnel = handle_next(&choice->tunnels, &position)))
		free(tunnel);
	handle_table_clear(&choice->tunnels);
	for (int i = 0; i < CHOICE_BACKENDS; i++)
		free(choice->owners[i].slots);
	if (choice->event_fd >= 0)
		close(choice->event_fd);
	if (choice->packet_fd >= 0)
		close(choice->packet_fd);
	free(choice);
}

static bool watch_one(int epoll_fd, int fd)
{
	struct epoll_event event = { .events = EPOLLIN };

	return fd < 0 || epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0;
}

static int watch(const struct choice *choice, struct datapath *backend, struct error *error)
{
	if (watch_one(choice->event_fd, datapath_ops(backend)->event_fd(backend)) &&
	    watch_one(choice->packet_fd, datapath_ops(backend)->packet_fd(backend)))
		return 0;
	return error_system(error, errno, NULL, "cannot start the datapath");
}

struct datapath *choice_kernel(struct choice *choice, struct error *error)
{
	struct datapath *kernel;

	if (choice->backends[CHOICE_KERNEL])
		return choice->backends[CHOICE_KERNEL];
	choice->kernel_is_absent = false;
	if (choice->open_kernel(choice->instance, &kernel, error) < 0)
		return NULL;
	if (watch(choice, kernel, error) < 0) {
		datapath_ops(kernel)->close(kernel);
		return NULL;
	}
	if (choice->listens && datapath_ops(kernel)->listen_in)
		datapath_ops(kernel)->listen_in(kernel, true);
	return choice->backends[CHOICE_KERNEL] = kernel;
}

/* --- events and packets --- */

static int choice_event_fd(struct datapath *dp)
{
	return choice_of(dp)->event_fd;
}

static int events_of(struct choice *choice, enum choice_backend backend, struct datapath_event *events, int max)
{
	struct datapath *dp = choice->backends[backend];
	int count = dp && max > 0 ? datapath_ops(dp)->events(dp, events, max) : 0;

	for (int i = 0; i < count; i++) {
		events[i].tunnel = choice_tunnel_outer(choice, backend, events[i].tunnel);
		events[i].session = choice_session_handle(backend, events[i].session);
	}
	return count;
}

static int choice_events(struct datapath *dp, struct datapath_event *events, int max)
{
	struct choice *choice = choice_of(dp);
	int count = events_of(choice, CHOICE_KERNEL, events, max);

	return count + events_of(choice, CHOICE_USER, events + count, max - count);
}

static void choice_totals(struct datapath *dp, struct datapath_totals *totals)
{
	struct datapath *kernel = choice_of(dp)->backends[CHOICE_KERNEL];
	struct datapath_totals more = { 0 };

	datapath_ops(user_of(dp))->totals(user_of(dp), totals);
	if (kernel)
		datapath_ops(kernel)->totals(kernel, &more);
	totals->rx_short += more.rx_short;
	totals->rx_version += more.rx_version;
	totals->rx_unknown_session += more.rx_unknown_session;
	totals->rx_wrong_source += more.rx_wrong_source;
	totals->rx_control += more.rx_control;
	totals->rx_oversize += more.rx_oversize;
	totals->socket_errors += more.socket_errors;
	totals->tx_unsent += more.tx_unsent;
}

static int choice_packet_fd(struct datapath *dp)
{
	return choice_of(dp)->packet_fd;
}

static int packets_of(struct choice *choice, enum choice_backend backend, struct datapath_packet *packets, int max)
{
	struct datapath *dp = choice->backends[backend];
	int count = dp && max > 0 ? datapath_ops(dp)->packets(dp, packets, max) : 0;

	for (int i = 0; i < count; i++) {
		packets[i].tunnel = choice_tunnel_outer(choice, backend, packets[i].tunnel);
		packets[i].session = choice_session_handle(backend, packets[i].session);
	}
	return count;
}

/* A tunnel's are all of one of them. */
static int choice_packets(struct datapath *dp, struct datapath_packet *packets, int max)
{
	struct choice *choice = choice_of(dp);
	int count = packets_of(choice, CHOICE_KERNEL, packets, max);

	return count + packets_of(choice, CHOICE_USER, packets + count, max - count);
}

static int choice_tap(struct datapath *dp, handle h, handle session, uint32_t snaplen, struct error *error)
{
	const struct choice_tunnel *tunnel = choice_tunnel_get(choice_of(dp), h, error);
	enum choice_backend backend;
	handle inner = choice_session_inner(session, &backend);
	struct datapath *moving;

	if (!tunnel)
		return -1;
	moving = choice_of(dp)->backends[tunnel->backend];
	return datapath_ops(moving)->tap(moving, tunnel->inner[tunnel->backend], inner, snaplen, error);
}

/* --- ports and messages --- */

static int choice_listen(struct datapath *dp, const struct datapath_port_config *config, handle *port,
			 struct error *error)
{
	return datapath_ops(user_of(dp))->listen(user_of(dp), config, port, error);
}

static void choice_unlisten(struct datapath *dp, handle port)
{
	datapath_ops(user_of(dp))->unlisten(user_of(dp), port);
}

/* A control message at the kernel's socket of a tunnel came to the port beside which that is bound. */
static int receive_of(struct choice *choice, enum choice_backend backend, struct datapath_message *messages, int max)
{
	struct datapath *dp = choice->backends[backend];
	int count = dp && max > 0 ? datapath_ops(dp)->receive(dp, messages, max) : 0;

	for (int i = 0; i < count; i++) {
		const struct choice_tunnel *tunnel =
			backend == CHOICE_KERNEL ? choice_tunnel_called(choice, backend, messages[i].tunnel) : NULL;

		messages[i].session = choice_session_handle(backend, messages[i].session);
		messages[i].tunnel = HANDLE_NONE;
		if (tunnel)
			messages[i].port = tunnel->port;
	}
	return count;
}

static int choice_receive(struct datapath *dp, struct datapath_message *messages, int max)
{
	struct choice *choice = choice_of(dp);
	enum choice_backend first = choice->kernel_is_next ? CHOICE_KERNEL : CHOICE_USER;
	int count = receive_of(choice, first, messages, max);

	choice->kernel_is_next = !choice->kernel_is_next;
	return count + receive_of(choice, first == CHOICE_USER ? CHOICE_KERNEL : CHOICE_USER, messages + count,
				  max - count);
}

/* Control messages leave by the ports, frames by whoever has the session. */
static enum choice_backend hand_on(const struct choice *choice, const struct datapath_message *message,
				   struct datapath_message *as)
{
	enum choice_backend backend = CHOICE_USER;
	const struct choice_tunnel *tunnel = handle_get(&choice->tunnels, message->tunnel);

	*as = *message;
	if (message->session != HANDLE_NONE)
		as->session = choice_session_inner(message->session, &backend);
	as->tunnel = tunnel ? tunnel->inner[CHOICE_USER] : HANDLE_NONE;
	return backend;
}

/* In runs of those that go to the same one, so that the order stays. */
static void choice_send(struct datapath *dp, const struct datapath_message *messages, int count)
{
	struct choice *choice = choice_of(dp);
	struct datapath_message run[BATCH];
	int length = 0, next = 0;

	while (next < count) {
		enum choice_backend backend = hand_on(choice, &messages[next++], &run[0]);

		for (length = 1; length < BATCH && next < count; length++, next++)
			if (hand_on(choice, &messages[next], &run[length]) != backend)
				break;
		if (choice->backends[backend])
			datapath_ops(choice->backends[backend])->send(choice->backends[backend], run, length);
	}
}

/* --- sessions --- */

static int add_session(const struct choice *choice, const struct choice_tunnel *tunnel,
		       const struct datapath_session_config *config, handle *session, struct error *error)
{
	struct datapath *moving = choice->backends[tunnel->backend];
	struct datapath_session_config as = *config;
	handle inner;

	as.tunnel = tunnel->inner[tunnel->backend];
	if (datapath_ops(moving)->session_add(moving, &as, &inner, error) < 0)
		return -1;
	*session = choice_session_handle(tunnel->backend, inner);
	return 0;
}

static int choice_session_add(struct datapath *dp, const struct datapath_session_config *config, handle *session,
			      struct error *error)
{
	struct choice *choice = choice_of(dp);
	struct choice_tunnel *tunnel = choice_tunnel_get(choice, config->tunnel, error);
	struct error refused = { 0 };

	if (!tunnel)
		return -1;
	if (add_session(choice, tunnel, config, session, &refused) == 0) {
		tunnel->may_move = false;
		return 0;
	}
	if (refused.code == ERROR_UNSUPPORTED && choice_tunnel_move(choice, tunnel, &refused) == 0)
		return add_session(choice, tunnel, config, session, error);
	if (error)
		*error = refused;
	return -1;
}

/* NULL with *error filled: there is no such backend. */
static struct datapath *moving_session(struct datapath *dp, handle session, handle *inner, struct error *error)
{
	enum choice_backend backend;
	struct datapath *moving;

	*inner = choice_session_inner(session, &backend);
	moving = choice_of(dp)->backends[backend];
	if (!moving)
		error_set(error, ERROR_UNKNOWN, NULL, "the datapath has no such session");
	return moving;
}

static int choice_session_modify(struct datapath *dp, handle session, const struct datapath_session_config *config,
				 unsigned int fields, struct error *error)
{
	handle inner;
	struct datapath *moving = moving_session(dp, session, &inner, error);

	return moving ? datapath_ops(moving)->session_modify(moving, inner, config, fields, error) : -1;
}

static void choice_session_delete(struct datapath *dp, const handle *sessions, int count)
{
	struct choice *choice = choice_of(dp);
	handle inner[CHOICE_BACKENDS][DELETED];

	for (int next = 0; next < count;) {
		int lengths[CHOICE_BACKENDS] = { 0 };

		for (int i = 0; i < DELETED && next < count; i++, next++) {
			enum choice_backend backend;
			handle session = choice_session_inner(sessions[next], &backend);

			inner[backend][lengths[backend]++] = session;
		}
		for (int i = 0; i < CHOICE_BACKENDS; i++)
			if (lengths[i] && choice->backends[i])
				datapath_ops(choice->backends[i])->session_delete(choice->backends[i], inner[i],
										  lengths[i]);
	}
}

static int choice_session_info(struct datapath *dp, handle session, struct datapath_session_info *info)
{
	handle inner;
	struct datapath *moving = moving_session(dp, session, &inner, NULL);

	return moving ? datapath_ops(moving)->session_info(moving, inner, info) : -1;
}

static int choice_session_channel(struct datapath *dp, handle session, const struct datapath_channel *channel,
				  struct error *error)
{
	handle inner;
	struct datapath *moving = moving_session(dp, session, &inner, error);

	return moving ? datapath_ops(moving)->session_channel(moving, inner, channel, error) : -1;
}

/* Devices that sessions share are the one's in user space. */
static int choice_device_add(struct datapath *dp, const struct datapath_device_config *config, handle *device,
			     struct error *error)
{
	return datapath_ops(user_of(dp))->device_add(user_of(dp), config, device, error);
}

static void choice_device_delete(struct datapath *dp, handle device)
{
	datapath_ops(user_of(dp))->device_delete(user_of(dp), device);
}

static void choice_listen_in(struct datapath *dp, bool on)
{
	struct choice *choice = choice_of(dp);

	choice->listens = on;
	for (int i = 0; i < CHOICE_BACKENDS; i++)
		if (choice->backends[i] && datapath_ops(choice->backends[i])->listen_in)
			datapath_ops(choice->backends[i])->listen_in(choice->backends[i], on);
}

static const struct datapath_ops choice_ops = {
	.name = "per tunnel",
	.close = choice_close,
	.event_fd = choice_event_fd,
	.events = choice_events,
	.totals = choice_totals,
	.listen = choice_listen,
	.unlisten = choice_unlisten,
	.receive = choice_receive,
	.send = choice_send,
	.tunnel_add = choice_tunnel_add,
	.tunnel_modify = choice_tunnel_modify,
	.tunnel_delete = choice_tunnel_delete,
	.tunnel_info = choice_tunnel_info,
	.moved_by = choice_moved_by,
	.session_add = choice_session_add,
	.session_modify = choice_session_modify,
	.session_delete = choice_session_delete,
	.session_info = choice_session_info,
	.session_channel = choice_session_channel,
	.device_add = choice_device_add,
	.device_delete = choice_device_delete,
	.listen_in = choice_listen_in,
	.tap = choice_tap,
	.packet_fd = choice_packet_fd,
	.packets = choice_packets,
};

int datapath_choice_open(struct datapath *user, datapath_choice_open_kernel_fn *open_kernel, const char *instance,
			 struct datapath **result, struct error *error)
{
	struct choice *choice = calloc(1, sizeof(*choice));

	if (!choice) {
		datapath_ops(user)->close(user);
		return error_system(error, ENOMEM, NULL, "cannot start the datapath");
	}
	choice->base.ops = &choice_ops;
	choice->backends[CHOICE_USER] = user;
	choice->open_kernel = open_kernel;
	choice->instance = instance;
	*result = (struct datapath *)(void *)choice;
	choice->event_fd = epoll_create1(EPOLL_CLOEXEC);
	choice->packet_fd = epoll_create1(EPOLL_CLOEXEC);
	if (choice->event_fd >= 0 && choice->packet_fd >= 0 && watch(choice, user, error) == 0)
		return 0;
	if (choice->event_fd < 0 || choice->packet_fd < 0)
		error_system(error, errno, NULL, "cannot start the datapath");
	choice_close(*result);
	*result = NULL;
	return -1;
}
