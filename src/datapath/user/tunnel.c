/* SPDX-License-Identifier: MIT */
/*
 * Tunnels, and the path to each one's peer.  Workers see a tunnel only through its path, which is
 * never changed but replaced: what a worker has begun with the old one ends before the old one goes.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "datapath/user/accelerate.h"
#include "datapath/user/network.h"
#include "datapath/user/tap.h"
#include "datapath/user/worker.h"
#include "os/route.h"

#define IP_DATAGRAM_MAX 65535

/* --- ancillary data that is the same for every packet --- */

static void control_put(struct path *path, int level, int type, int value)
{
	struct cmsghdr *header = (struct cmsghdr *)(void *)(path->control + path->control_length);

	header->cmsg_level = level;
	header->cmsg_type = type;
	header->cmsg_len = CMSG_LEN(sizeof(value));
	memcpy(CMSG_DATA(header), &value, sizeof(value));
	path->control_length += CMSG_SPACE(sizeof(value));
}

static void path_mark(struct path *path, const struct datapath_tunnel_config *config)
{
	bool ipv6 = path->peer.address.family == AF_INET6;

	path->ttl = config->ttl;
	path->dscp = config->dscp;
	if (config->ttl > 0)
		control_put(path, ipv6 ? IPPROTO_IPV6 : IPPROTO_IP, ipv6 ? IPV6_HOPLIMIT : IP_TTL, config->ttl);
	if (config->dscp > 0)
		control_put(path, ipv6 ? IPPROTO_IPV6 : IPPROTO_IP, ipv6 ? IPV6_TCLASS : IP_TOS, config->dscp << 2);
	if (config->fwmark)
		control_put(path, SOL_SOCKET, SO_MARK, (int)config->fwmark);
}

/* The address by which packets leave, where the sockets leave it open. */
static void path_set_source(struct path *path, const struct datapath_tunnel_config *config)
{
	path->local = path->group->local;
	if (!address_is_any(&path->local.address) || address_is_any(&config->local.address) ||
	    config->local.address.family != path->local.address.family)
		return;
	path->local.address = config->local.address;
	path->control_length += message_put_source(path->control + path->control_length, &path->local.address);
}

/* Raw sockets know of no ports. */
static void path_name_peer(struct path *path)
{
	struct endpoint peer = path->peer;

	if (path->group->shadow)
		peer.port = 0;
	path->peer_name_length = endpoint_to_sockaddr(&peer, &path->peer_name);
}

/* --- path MTU --- */

static uint32_t least_mtu(const struct path *path)
{
	return path->peer.address.family == AF_INET6 ? PATH_MTU_LEAST_V6 : PATH_MTU_LEAST_V4;
}

/* With the kernel's own memory spoilt, an ICMP message can still say what may be true. */
static uint32_t believable(const struct path *path, uint32_t reported)
{
	if (!path->mtu)
		return least_mtu(path);
	return reported >= least_mtu(path) && reported < path->mtu ? reported : path->mtu;
}

/* A path that claims to be narrower than any may be is the work of a forged ICMP message: what was
 * known before holds, and the sockets stop heeding what the kernel learnt. */
static void path_set_mtu(struct path *path, const struct datapath_tunnel_config *config, uint32_t reported)
{
	struct route_query query = { &config->local.address, &path->peer, config->netns, config->bind_interface,
				     config->fwmark };
	uint32_t mtu = path->mtu ? path->mtu : PATH_MTU_DEFAULT, headers;	/* unless a route says otherwise */

	(void)route_path_mtu(&query, &mtu);
	path->distrusted = mtu < least_mtu(path);
	group_trust_icmp(path->group, !path->distrusted);
	if (path->distrusted)
		mtu = believable(path, reported);
	path->mtu = mtu < IP_DATAGRAM_MAX ? mtu : IP_DATAGRAM_MAX;
	if (path->mtu > path->widest)
		path->widest = path->mtu;
	headers = (path->peer.address.family == AF_INET6 ? IPV6_HEADER : IPV4_HEADER) + UDP_HEADER;
	path->train_max = path->group->encap == L2TP_ENCAP_UDP && !path->group->shadow ? path->mtu - headers : 0;
}

/* --- paths --- */

static void count_foreign(const struct path *path, int change)
{
	if (path->foreign)
		shared_set(path->group->foreign, path->group->foreign + (unsigned int)change);
}

static void path_free(struct user_datapath *dp, struct path *path)
{
	if (!path)
		return;
	if (path->zero_checksum_rx)
		group_accept_zero_checksums(path->group, false);
	if (path->controls)
		group_control_end(dp, path->group);
	count_foreign(path, -1);
	group_put(dp, path->group);
	free(path);
}

static bool wants_control(const struct datapath_tunnel_config *config)
{
	return config->version == 2 && !config->shadow && !config->no_control;
}

static struct path *path_new(struct user_datapath *dp, const struct datapath_tunnel_config *config,
			     const struct path *before, struct error *error)
{
	bool ipv6 = config->peer.address.family == AF_INET6;
	struct path *path = calloc(1, sizeof(*path));

	if (!path) {
		error_system(error, ENOMEM, NULL, "cannot make the tunnel");
		return NULL;
	}
	path->group = group_get(dp, config, before ? before->group : NULL, error);
	if (!path->group || (wants_control(config) && group_control(dp, path->group, error) < 0))
		goto fail;
	path->controls = wants_control(config);
	path->foreign = config->shadow && config->encap == L2TP_ENCAP_IP;
	path->open = config->shadow && address_is_any(&config->peer.address);
	count_foreign(path, 1);
	path->zero_checksum = config->encap == L2TP_ENCAP_UDP &&
			      (ipv6 ? config->udp_zero_csum6_tx : !config->udp_checksum);
	path->zero_checksum_rx = config->encap == L2TP_ENCAP_UDP && ipv6 && config->udp_zero_csum6_rx;
	if (path->zero_checksum_rx)
		group_accept_zero_checksums(path->group, true);
	if (path->zero_checksum && !config->shadow && group_zero_checksum_fd(dp, path->group, error) < 0)
		goto fail;
	path->peer = config->peer;
	if (config->encap == L2TP_ENCAP_IP)
		path->peer.port = 0;
	path_name_peer(path);
	path_mark(path, config);
	path_set_source(path, config);
	path_set_mtu(path, config, 0);
	return path;
fail:
	if (path->group)
		path_free(dp, path);
	else
		free(path);
	return NULL;
}

/* Is there anywhere that packets may come from? */
static bool has_way(const struct datapath_tunnel_config *config)
{
	if (config->shadow && config->encap == L2TP_ENCAP_UDP && !config->local.port)
		return false;
	return config->peer.address.family != AF_UNSPEC;
}

/* Workers use the new one from now on; the old one is gone when this returns. */
static void path_replace(struct user_datapath *dp, struct tunnel *tunnel, struct path *path)
{
	struct path *old = rcu_xchg_pointer(&tunnel->path, path);

	tunnel->source_asked = false;
	synchronize_rcu();
	path_free(dp, old);
}

bool tunnel_refresh_mtu(struct user_datapath *dp, struct tunnel *tunnel, uint32_t reported)
{
	struct path *path, *old = tunnel->path;
	struct session *session;
	bool changed;

	if (!old)
		return false;
	path = malloc(sizeof(*path));
	if (!path)
		return false;
	*path = *old;
	path_set_mtu(path, &tunnel->config, reported);
	changed = path->mtu != old->mtu;
	if (!changed && !(!reported && path->train_max != shared_get(old->train_max))) {
		free(path);
		return false;
	}
	path->group->users++;
	if (path->zero_checksum_rx)
		group_accept_zero_checksums(path->group, true);
	if (path->controls)
		(void)group_control(dp, path->group, NULL);	/* it is one more */
	count_foreign(path, 1);
	path_replace(dp, tunnel, path);
	DL_FOREACH(tunnel->sessions, session) {
		session_adapt(dp, session);
		accelerate_settle(dp, session);
	}
	return changed;
}

/* --- operations --- */

static int check_version(const struct datapath_tunnel_config *config, struct error *error)
{
	if (config->version != 2)
		return 0;
	if (config->encap != L2TP_ENCAP_UDP)
		return error_set(error, ERROR_VALUE, "encap", "version 2 runs over UDP only");
	if (!config->tunnel_id || config->tunnel_id > UINT16_MAX || config->peer_tunnel_id > UINT16_MAX)
		return error_set(error, ERROR_VALUE, "tunnel_id", "ids of version 2 are 1 to 65535");
	return 0;
}

int tunnel_add(struct datapath *base, const struct datapath_tunnel_config *config, handle *result, struct error *error)
{
	struct user_datapath *dp = user_datapath(base);
	struct tunnel *tunnel = calloc(1, sizeof(*tunnel));

	if (!tunnel)
		return error_system(error, ENOMEM, NULL, "cannot make the tunnel");
	if (check_version(config, error) < 0)
		goto fail;
	tunnel->config = *config;
	if (has_way(config)) {
		tunnel->path = path_new(dp, config, NULL, error);
		if (!tunnel->path)
			goto fail;
	}
	tunnel->self = handle_add(&dp->tunnels, tunnel);
	if (tunnel->self == HANDLE_NONE) {
		error_system(error, ENOMEM, NULL, "cannot make the tunnel");
		goto fail;
	}
	*result = tunnel->self;
	return 0;
fail:
	path_free(dp, tunnel->path);
	free(tunnel);
	return -1;
}

static struct tunnel *tunnel_get(const struct user_datapath *dp, handle h, struct error *error)
{
	struct tunnel *tunnel = handle_get(&dp->tunnels, h);

	if (!tunnel)
		error_set(error, ERROR_UNKNOWN, NULL, "the datapath has no such tunnel");
	return tunnel;
}

static void release_held(struct worker *worker, void *context)
{
	struct tunnel *tunnel = context;
	struct session *session;

	DL_FOREACH(tunnel->sessions, session) {
		if (steer_worker(session->encap, &tunnel->leaving, session->session_id, worker->dp->worker_count) !=
		    worker->index)
			continue;
		receive_release(worker, session);
		session->sequence = (struct sequence){ 0 };	/* the new peer has its own */
	}
}

/* Packets of the new peer may arrive at another worker: first the old one must be done with them. */
static void leave_worker(struct user_datapath *dp, struct tunnel *tunnel)
{
	tunnel->leaving = tunnel->path->peer;
	path_replace(dp, tunnel, NULL);
	for (unsigned int i = 0; i < dp->worker_count; i++)
		worker_run(&dp->workers[i], release_held, tunnel);
}

static void set_peer_id(struct tunnel *tunnel, uint32_t peer_tunnel_id)
{
	struct session *session;

	tunnel->config.peer_tunnel_id = peer_tunnel_id;
	DL_FOREACH(tunnel->sessions, session)
		shared_set(session->peer_tunnel_id, (uint16_t)peer_tunnel_id);
}

int tunnel_modify(struct datapath *base, handle h, const struct datapath_tunnel_config *config, unsigned int fields,
		  struct error *error)
{
	struct user_datapath *dp = user_datapath(base);
	struct tunnel *tunnel = tunnel_get(dp, h, error);
	struct datapath_tunnel_config wanted;
	struct path *path = NULL;
	struct session *session;

	if (!tunnel)
		return -1;
	wanted = tunnel->config;
	datapath_tunnel_take(&wanted, config, fields);
	if (!(fields & ~(unsigned int)DATAPATH_TUNNEL_PEER_ID)) {
		set_peer_id(tunnel, wanted.peer_tunnel_id);
		return 0;	/* the path is as it was */
	}
	if (has_way(&wanted)) {
		path = path_new(dp, &wanted, tunnel->path, error);
		if (!path)
			return -1;
	}
	tunnel->config = wanted;
	set_peer_id(tunnel, wanted.peer_tunnel_id);
	if (tunnel->path && fields & DATAPATH_TUNNEL_PEER)
		leave_worker(dp, tunnel);
	DL_FOREACH(tunnel->sessions, session)
		session_change_worker(dp, session);
	path_replace(dp, tunnel, path);
	DL_FOREACH(tunnel->sessions, session) {
		session_adapt(dp, session);
		accelerate_settle(dp, session);
	}
	if (fields & DATAPATH_TUNNEL_PEER)
		routes_settle(dp);
	return 0;
}

void tunnel_delete(struct datapath *base, handle h)
{
	struct user_datapath *dp = user_datapath(base);
	struct tunnel *tunnel = handle_get(&dp->tunnels, h);
	struct session *session;
	int count = 0, i = 0;
	handle *sessions;

	if (!tunnel)
		return;
	DL_COUNT(tunnel->sessions, session, count);
	sessions = calloc((size_t)count + 1, sizeof(*sessions));
	DL_FOREACH(tunnel->sessions, session)
		if (sessions)
			sessions[i++] = session->self;
	if (sessions)
		session_delete(base, sessions, count);
	else	/* no memory for a batch: one by one */
		while (tunnel->sessions)
			session_delete(base, &tunnel->sessions->self, 1);
	free(sessions);
	handle_remove(&dp->tunnels, h);
	tap_forget_tunnel(dp, tunnel);
	path_replace(dp, tunnel, NULL);
	free(tunnel);
}

int tunnel_info(struct datapath *base, handle h, struct datapath_tunnel_info *info)
{
	struct tunnel *tunnel = tunnel_get(user_datapath(base), h, NULL);
	const struct session *session;
	struct datapath_stats sum;

	if (!tunnel)
		return -1;
	memset(info, 0, sizeof(*info));
	info->local = tunnel->config.local;
	if (tunnel->path) {
		info->port = tunnel->path->group->self;
		info->local = tunnel->path->local;
		info->path_mtu = tunnel->path->mtu;
		info->is_elsewhere = group_is_elsewhere(tunnel->path->group, &tunnel->config);
	}
	sum = tunnel->gone;
	DL_FOREACH(tunnel->sessions, session) {
		struct datapath_stats one;

		session_stats(session, &one);
		one.rx_invalid = shared_get(session->rx.invalid);
		stats_add(&sum, &one);
	}
	/* As the kernel counts: what went wrong with a packet is its session's business. */
	sum.rx_errors = sum.rx_seq_discards = sum.rx_oos_packets = sum.rx_cookie_discards = 0;
	info->stats = sum;
	return 0;
}
