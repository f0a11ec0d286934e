/* SPDX-License-Identifier: MIT */
/* Tunnels: a socket of ours, which the kernel is given. */
#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <linux/l2tp.h>		/* it wants the one before it */
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <utlist.h>

#include "datapath/kernel/internal.h"
#include "datapath/kernel/refuse.h"
#include "os/close.h"
#include "os/netns.h"
#include "os/socket.h"

#define IDS_TRIED 8

static struct native_tunnel *tunnel_get(struct native_datapath *dp, handle h, struct error *error)
{
	struct native_tunnel *tunnel = handle_get(&dp->tunnels, h);

	if (!tunnel)
		error_set(error, ERROR_UNKNOWN, NULL, "the datapath has no such tunnel");
	return tunnel;
}

/* --- making one --- */

static uint32_t another_id(uint32_t id)
{
	return (id + 0x80000001u) | 0x80000000u;
}

static bool has_id(const struct native_datapath *dp, const struct native_tunnel *but, uint32_t id)
{
	const struct native_tunnel *tunnel;
	uint32_t position = 0;

	while ((tunnel = handle_next(&dp->tunnels, &position)))
		if (tunnel != but && tunnel->space == but->space && tunnel->tunnel_id == id)
			return true;
	return false;
}

/* A reload tries what is to replace a tunnel while that is still there: it must not fail for the id, which is in no
 * packet of version 3. */
static uint32_t choose_id(const struct native_datapath *dp, const struct native_tunnel *tunnel, uint32_t id)
{
	while (has_id(dp, tunnel, id))
		id = another_id(id);
	return id;
}

static int open_socket(struct native_tunnel *tunnel, struct error *error)
{
	int saved = netns_enter(tunnel->config.netns, error);

	if (saved < 0)
		return -1;
	tunnel->fd = native_socket_open(&tunnel->config, tunnel->tunnel_id, error);
	netns_leave(saved);
	return tunnel->fd < 0 ? -1 : 0;
}

static int tell_kernel(const struct native_datapath *dp, const struct native_tunnel *tunnel, struct error *error)
{
	_Alignas(struct nlmsghdr) char buffer[NATIVE_REQUEST_MAX];
	struct nlmsghdr *request = native_tunnel_create(buffer, dp->family, &tunnel->config, tunnel->tunnel_id,
							tunnel->fd);

	if (native_channel_create(tunnel->space->channel, request) == 0)
		return 0;
	if (errno == EEXIST)
		return error_set(error, ERROR_EXISTS, "tunnel_id", "the kernel has tunnel %u already, which is not "
				 "ours: `ip l2tp del tunnel tunnel_id %u` removes it", tunnel->tunnel_id,
				 tunnel->tunnel_id);
	return error_system(error, errno, NULL, "the kernel does not make the tunnel");
}

static void tell_kernel_no_more(const struct native_datapath *dp, const struct native_tunnel *tunnel)
{
	_Alignas(struct nlmsghdr) char buffer[NATIVE_REQUEST_MAX];

	(void)native_channel_request(tunnel->space->channel,
				     native_tunnel_request(buffer, dp->family, L2TP_CMD_TUNNEL_DELETE,
							   tunnel->tunnel_id), NULL);
	native_channel_await_end(tunnel->space->channel,
				 native_tunnel_request(buffer, dp->family, L2TP_CMD_TUNNEL_GET, tunnel->tunnel_id));
}

/* What the kernel does not take, and errors of the network, can be read from it. */
static int watch(const struct native_datapath *dp, const struct native_tunnel *tunnel, struct error *error)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = tunnel->self };

	if (tunnel->config.version == 2)
		return native_watch_tunnel(dp, tunnel, error);
	if (epoll_ctl(dp->event_fd, EPOLL_CTL_ADD, tunnel->fd, &event) == 0)
		return 0;
	return error_system(error, errno, NULL, "cannot watch the tunnel's socket");
}

/* The peer's id cannot be changed in the kernel, so of version 2 there is nothing before it is known. */
static bool is_complete(const struct datapath_tunnel_config *config)
{
	return config->version != 2 || (config->peer_tunnel_id && config->peer.address.family != AF_UNSPEC);
}

static void close_socket(struct native_tunnel *tunnel)
{
	os_close(&tunnel->fd);
	tunnel->connected = false;
}

static int make_as(const struct native_datapath *dp, struct native_tunnel *tunnel, struct error *error)
{
	int connected = -1;

	if (open_socket(tunnel, error) < 0)
		return -1;
	connected = native_socket_connect(tunnel->fd, &tunnel->config, error);
	tunnel->connected = connected > 0;
	if (connected >= 0 && tell_kernel(dp, tunnel, error) == 0 && watch(dp, tunnel, error) == 0)
		return 0;
	close_socket(tunnel);	/* what the kernel has of it goes with the socket */
	return -1;
}

/* Another program's tunnel may have the id, another l2tpd's, or that of one that was killed and is being taken
 * apart. */
static int make(const struct native_datapath *dp, struct native_tunnel *tunnel, struct error *error)
{
	struct error refused = { 0 };

	for (int i = 0; i < IDS_TRIED; i++) {
		if (make_as(dp, tunnel, &refused) == 0)
			return 0;
		if (refused.code != ERROR_EXISTS || tunnel->config.version == 2)
			break;
		tunnel->tunnel_id = choose_id(dp, tunnel, another_id(tunnel->tunnel_id));
	}
	if (error)
		*error = refused;
	return -1;
}

/* Its sessions are gone with it; until the last is known to be, a new one would be between the old ones. */
int native_tunnel_revive(const struct native_datapath *dp, struct native_tunnel *tunnel)
{
	const struct native_session *session;

	DL_FOREACH(tunnel->sessions, session) {
		if (!session->gone)
			goto fail;
	}
	close_socket(tunnel);
	if (make(dp, tunnel, NULL) == 0)
		return 0;
fail:
	errno = ENODEV;
	return -1;
}

static void unmake(struct native_datapath *dp, struct native_tunnel *tunnel)
{
	while (tunnel->sessions)
		native_session_delete((struct datapath *)(void *)dp, &tunnel->sessions->self, 1);
	if (tunnel->fd < 0)
		return;
	tell_kernel_no_more(dp, tunnel);
	close_socket(tunnel);
}

static void tunnel_free(struct native_datapath *dp, struct native_tunnel *tunnel)
{
	native_tap_forget_tunnel(dp, tunnel);
	handle_remove(&dp->tunnels, tunnel->self);
	native_space_put(dp, tunnel->space);
	free(tunnel);
}

static int tunnel_begin(struct native_datapath *dp, struct native_tunnel *tunnel, struct error *error)
{
	tunnel->space = native_space_get(dp, tunnel->config.netns, error);
	if (!tunnel->space)
		return -1;
	tunnel->self = handle_add(&dp->tunnels, tunnel);
	if (tunnel->self == HANDLE_NONE)
		return error_system(error, ENOMEM, NULL, "cannot make the tunnel");
	tunnel->tunnel_id = tunnel->config.tunnel_id;
	if (tunnel->config.version != 2)
		tunnel->tunnel_id = choose_id(dp, tunnel, tunnel->config.tunnel_id);
	return is_complete(&tunnel->config) ? make(dp, tunnel, error) : 0;
}

int native_tunnel_add(struct datapath *base, const struct datapath_tunnel_config *config, handle *result,
		      struct error *error)
{
	struct native_datapath *dp = native_of(base);
	struct native_tunnel *tunnel;

	if (native_refuse_tunnel(config, UINT_MAX, error) < 0)
		return -1;
	tunnel = calloc(1, sizeof(*tunnel));
	if (!tunnel)
		return error_system(error, ENOMEM, NULL, "cannot make the tunnel");
	tunnel->fd = -1;
	tunnel->config = *config;
	if (tunnel_begin(dp, tunnel, error) < 0) {
		tunnel_free(dp, tunnel);
		return -1;
	}
	*result = tunnel->self;
	return 0;
}

/* --- changing one --- */

void native_tunnel_settle(struct native_tunnel *tunnel)
{
	struct native_session *session;

	DL_FOREACH(tunnel->sessions, session)
		native_session_settle(session);
}

/* The socket is as the configuration says. */
static int adapt(struct native_tunnel *tunnel, const struct datapath_tunnel_config *config, unsigned int fields,
		 struct error *error)
{
	int connected = tunnel->connected;

	if (tunnel->fd < 0)
		return 0;
	if (fields & DATAPATH_TUNNEL_CHECKSUM && native_socket_set_checksums(tunnel->fd, config, error) < 0)
		return -1;
	if (fields & DATAPATH_TUNNEL_MARKING && native_socket_mark(tunnel->fd, config, error) < 0)
		return -1;
	/* Another mark may lead along another route. */
	if (fields & (DATAPATH_TUNNEL_PEER | DATAPATH_TUNNEL_MARKING))
		connected = native_socket_connect(tunnel->fd, config, error);
	if (connected < 0)
		return -1;
	tunnel->connected = connected;
	return 0;
}

/* Of version 2: the kernel is to know of it now, no more, or by another id of the peer's. */
static bool is_to_be_remade(const struct native_tunnel *tunnel, const struct datapath_tunnel_config *wanted)
{
	return tunnel->config.version == 2 && (tunnel->config.peer_tunnel_id != wanted->peer_tunnel_id ||
					       (tunnel->fd >= 0) != is_complete(wanted));
}

static int remake(struct native_datapath *dp, struct native_tunnel *tunnel,
		  const struct datapath_tunnel_config *wanted, struct error *error)
{
	unmake(dp, tunnel);
	tunnel->config = *wanted;
	if (!is_complete(wanted) || make(dp, tunnel, error) == 0) {
		native_tap_again(dp, tunnel);
		return 0;
	}
	tunnel->config.peer_tunnel_id = 0;
	return -1;
}

int native_tunnel_modify(struct datapath *base, handle h, const struct datapath_tunnel_config *config,
			 unsigned int fields, struct error *error)
{
	struct native_tunnel *tunnel = tunnel_get(native_of(base), h, error);
	struct datapath_tunnel_config wanted;

	if (!tunnel || native_refuse_tunnel(config, fields, error) < 0)
		return -1;
	wanted = tunnel->config;
	datapath_tunnel_take(&wanted, config, fields);
	if (!wanted.local.port)
		wanted.local.port = config->local.port;		/* that which was found meanwhile */
	if (is_to_be_remade(tunnel, &wanted))
		return remake(native_of(base), tunnel, &wanted, error);
	if (wanted.peer_tunnel_id != tunnel->config.peer_tunnel_id)
		return error_set(error, ERROR_IMMUTABLE, "peer_tunnel_id", "the kernel cannot change it: "
				 "delete the tunnel and make it again");
	if (adapt(tunnel, &wanted, fields, error) < 0) {
		(void)adapt(tunnel, &tunnel->config, fields, NULL);
		return -1;
	}
	tunnel->config = wanted;
	native_tap_again(native_of(base), tunnel);
	native_tunnel_settle(tunnel);
	return 0;
}

void native_tunnel_try_peer(const struct native_datapath *dp, struct native_tunnel *tunnel)
{
	if (tunnel->fd < 0 || tunnel->connected || tunnel->config.peer.address.family == AF_UNSPEC)
		return;
	tunnel->connected = native_socket_connect(tunnel->fd, &tunnel->config, NULL) > 0;
	native_tap_again(dp, tunnel);
	native_tunnel_settle(tunnel);
}

/* --- the rest --- */

void native_tunnel_delete(struct datapath *base, handle h)
{
	struct native_datapath *dp = native_of(base);
	struct native_tunnel *tunnel = tunnel_get(dp, h, NULL);

	if (!tunnel)
		return;
	unmake(dp, tunnel);
	tunnel_free(dp, tunnel);
}

int native_tunnel_info(struct datapath *base, handle h, struct datapath_tunnel_info *info)
{
	struct native_datapath *dp = native_of(base);
	struct native_tunnel *tunnel = tunnel_get(dp, h, NULL);
	struct native_record record = { 0 };
	_Alignas(struct nlmsghdr) char buffer[NATIVE_REQUEST_MAX];

	if (!tunnel)
		return -1;
	*info = (struct datapath_tunnel_info){ .local = tunnel->config.local };
	if (tunnel->connected) {
		(void)os_socket_local(tunnel->fd, &info->local);
		info->path_mtu = native_socket_path_mtu(tunnel->fd);
	}
	if (tunnel->fd < 0)
		return 0;
	/* Somebody may have removed it: then there is nothing to count. */
	(void)native_channel_request(tunnel->space->channel,
				     native_tunnel_request(buffer, dp->family, L2TP_CMD_TUNNEL_GET,
							   tunnel->tunnel_id), &record);
	info->stats = record.stats;
	return 0;
}
