/* SPDX-License-Identifier: MIT */
/*
 * Sessions: made completely before a worker can see them, unseen by every worker before they go.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <utlist.h>

#include "base/packet.h"
#include "datapath/user/accelerate.h"
#include "datapath/user/device.h"
#include "datapath/user/frames.h"
#include "datapath/user/network.h"
#include "datapath/user/tap.h"
#include "datapath/user/worker.h"
#include "os/tap.h"
#include "wire/data_header_v2.h"

#define SESSION_PPP_FIELDS (DATAPATH_SESSION_PPP | DATAPATH_SESSION_MPPE | DATAPATH_SESSION_MPPE_FLUSH | \
			    CIPHER_DIRECTIONS | DATAPATH_SESSION_RATE)
#define DEVICE_MTU_LEAST 68		/* RFC 791 */
#define DEVICE_MTU_MOST (65535 - ETHERNET_HEADER)

/* --- MTU --- */

static uint32_t frame_overhead(const struct session *session)
{
	switch ((enum l2tp_pw_type)session->pw_type) {
	case L2TP_PW_ETH:
		return ETHERNET_HEADER;
	case L2TP_PW_ETH_VLAN:
		return ETHERNET_HEADER + VLAN_TAG;
	case L2TP_PW_IP:
	case L2TP_PW_PPP:	/* its frames are told with all that is in them */
		break;
	}
	return 0;
}

uint32_t session_frame(const struct session *session, const struct path *path)
{
	uint32_t overhead = session->header_length + frame_overhead(session), mtu = path ? path->mtu : PATH_MTU_DEFAULT;
	sa_family_t family = path ? path->peer.address.family : AF_INET;

	overhead += family == AF_INET6 ? IPV6_HEADER : IPV4_HEADER;
	if (session->encap == L2TP_ENCAP_UDP)
		overhead += UDP_HEADER;
	if (mtu < overhead + DEVICE_MTU_LEAST)
		return DEVICE_MTU_LEAST;
	return mtu - overhead < DEVICE_MTU_MOST ? mtu - overhead : DEVICE_MTU_MOST;
}

/* The MTU that the session's device should have on this path. */
static uint32_t session_mtu(const struct session *session, const struct path *path)
{
	uint32_t fixed = session->config.mtu_mode == DATAPATH_MTU_FIXED ? session->config.mtu : 0;

	if (session->network)
		return network_mtu(&session->network->ppp, session->cipher && session->cipher->send,
				   session_frame(session, path), fixed);
	return fixed ? fixed : session_frame(session, path);
}

static int change_mtu(struct session *session, uint32_t mtu, struct error *error)
{
	if (session->mtu == mtu)
		return 0;
	if (session->device >= 0 && device_set_mtu(session->own, mtu, error) < 0)
		return -1;
	shared_set(session->mtu, mtu);
	return 0;
}

/* --- worker --- */

/* A tunnel's first session is sent by the worker at which its packets arrive: what answers a packet
 * then needs no other thread. Further ones are spread. */
static struct worker *choose_worker(struct user_datapath *dp, const struct session *session)
{
	const struct tunnel *tunnel = session->tunnel;
	unsigned int arrival = steer_worker(session->encap, &tunnel->config.peer, session->session_id,
					    dp->worker_count);

	if (session->network && session->network->shared)
		return session->worker;		/* its device's */
	/* All of a session with a frame socket meets one worker (frames.h), as may one that can get one (channel.c). */
	if (session->frames || (session->as_kernel && session->pw_type == L2TP_PW_PPP))
		return &dp->workers[arrival];
	return &dp->workers[(arrival + session->rank) % dp->worker_count];
}

int session_watch(struct worker *worker, struct session *session)
{
	if (session->frames)
		return frames_watch(worker, session);
	return session->device < 0 ? 0 : worker_watch(worker, session->device, &session->source);
}

void session_unwatch(struct worker *worker, const struct session *session)
{
	if (session->frames)
		frames_unwatch(worker, session);
	else if (session->device >= 0)
		worker_unwatch(worker, session->device);
}

static void stop_reading(struct worker *worker, void *context)
{
	const struct session *session = context;

	session_unwatch(worker, session);
}

void session_change_worker(struct user_datapath *dp, struct session *session)
{
	struct worker *worker = choose_worker(dp, session);

	if (worker == session->worker)
		return;
	worker_run(session->worker, stop_reading, session);
	session->worker = worker;
	(void)session_watch(worker, session);
}

void session_adapt(struct user_datapath *dp, struct session *session)
{
	bool waiting = session->config.mtu_mode == DATAPATH_MTU_AUTO && !session->mtu_settled;

	if (!session->tunnel->path)
		return;
	session_change_worker(dp, session);
	if (session->config.mtu_mode != DATAPATH_MTU_FOLLOW && !waiting)
		return;
	session->mtu_settled = true;
	(void)change_mtu(session, session_mtu(session, session->tunnel->path), NULL);
}

/* --- making one --- */

static void set_identity_v2(struct session *session)
{
	const struct datapath_tunnel_config *tunnel = &session->tunnel->config;

	session->kind = SESSION_V2;
	session->key = tunnel->tunnel_id << 16 | session->session_id;
	session->peer_tunnel_id = (uint16_t)tunnel->peer_tunnel_id;
	session->peer_cookie_length = 0;
	session->sublayer_length = 0;
	session->header_length = DATA_HEADER_V2_MAX;
}

static void set_identity(struct session *session, const struct datapath_session_config *config)
{
	enum l2tp_encap encap = session->tunnel->config.encap;

	session->config.peer_session_id = config->peer_session_id;
	session->config.cookie_length = config->cookie_length;
	session->kind = (uint8_t)encap;
	session->key = config->session_id;
	session->session_id = config->session_id;
	session->encap = (uint8_t)encap;
	session->pw_type = (uint8_t)config->pw_type;
	session->peer_cookie_length = config->peer_cookie_length;
	memcpy(session->peer_cookie, config->peer_cookie, sizeof(session->peer_cookie));
	session->sublayer_length = config->l2spec == L2TP_L2SPEC_DEFAULT ? 4 : 0;
	session->layer = config->pw_type == L2TP_PW_IP || config->pw_type == L2TP_PW_PPP ? FRAME_IP : FRAME_ETHERNET;
	session->vlan_id = config->vlan_id;
	session->header_length = (uint8_t)data_header_template(encap, config->peer_session_id, config->cookie,
							       config->cookie_length, config->l2spec, session->header);
	session->receive_overhead = (uint16_t)data_header_length(encap, config->peer_cookie_length, config->l2spec);
	session->source.ready = transmit_ready;
	if (session->tunnel->config.version == 2)
		set_identity_v2(session);
}

static void take_settings(struct session_settings *to, const struct datapath_session_config *from, unsigned int fields)
{
	if (fields & DATAPATH_SESSION_MTU) {
		to->mtu_mode = from->mtu_mode;
		to->mtu = from->mtu;
	}
	if (fields & DATAPATH_SESSION_SEND_SEQ)
		to->send_seq = from->send_seq;
	if (fields & DATAPATH_SESSION_RECV_SEQ)
		to->recv_seq = from->recv_seq;
	if (fields & DATAPATH_SESSION_LNS_MODE)
		to->lns_mode = from->lns_mode;
	if (fields & DATAPATH_SESSION_MSS)
		to->mss_clamp = from->mss_clamp;
	if (fields & DATAPATH_SESSION_CARRIER)
		to->carrier_timeout = from->carrier_timeout;
	if (fields & DATAPATH_SESSION_PRIORITY)
		to->priority = from->priority;
}

static void set_settings(struct session *session, const struct session_settings *config)
{
	shared_set(session->send_seq, config->send_seq);
	shared_set(session->recv_seq, config->recv_seq);
	shared_set(session->lns_mode, config->lns_mode);
	shared_set(session->mss_clamp, config->mss_clamp);
	shared_set(session->priority, config->priority);
	shared_set(session->carrier_timeout, config->carrier_timeout);
}

static int set_reorder(struct session *session, uint32_t timeout, struct error *error)
{
	struct reorder *reorder;

	if (timeout && !session->reorder && !session->as_kernel) {
		reorder = reorder_new();
		if (!reorder)
			return error_system(error, ENOMEM, "reorder_timeout", "cannot make a reorder queue");
		rcu_assign_pointer(session->reorder, reorder);
	}
	shared_set(session->reorder_timeout, timeout);
	return 0;
}

static int set_rules(struct session *session, const struct datapath_session_config *config, struct error *error)
{
	if (!config->as_kernel)
		return 0;
	session->as_kernel = sequence_kernel_new(session->kind == SESSION_V2 ? UINT16_MAX : DATA_SEQUENCE_MASK);
	if (config->pw_type == L2TP_PW_PPP)
		session->carried = calloc(1, sizeof(*session->carried));
	if (session->as_kernel && (session->carried || config->pw_type != L2TP_PW_PPP))
		return 0;
	return error_system(error, ENOMEM, NULL, "cannot make the session");
}

static void session_free(struct session *session)
{
	reorder_free(session->reorder);
	sequence_kernel_free(session->as_kernel);
	free(session->carried);
	network_free(session);
	free(session->own);
	free(session);
}

/* From here on workers see it. */
static int publish(struct user_datapath *dp, struct session *session, struct error *error)
{
	session->self = handle_add(&dp->sessions, session);
	if (session->self == HANDLE_NONE)
		return error_system(error, ENOMEM, NULL, "cannot make the session");
	if (session_watch(session->worker, session) < 0) {
		handle_remove(&dp->sessions, session->self);
		return error_system(error, errno, NULL, "cannot watch the interface");
	}
	rcu_thread_online();
	table_add(dp, session);
	rcu_thread_offline();
	DL_APPEND(session->tunnel->sessions, session);
	return 0;
}

static int check_version(const struct tunnel *tunnel, const struct datapath_session_config *config,
			 struct error *error)
{
	if (tunnel->config.version == 2 && config->pw_type != L2TP_PW_PPP)
		return error_set(error, ERROR_VALUE, "pw_type", "version 2 carries PPP, and nothing else");
	if (tunnel->config.version == 2 && (!config->session_id || config->session_id > UINT16_MAX ||
					    config->peer_session_id > UINT16_MAX))
		return error_set(error, ERROR_VALUE, "session_id", "ids of version 2 are 1 to 65535");
	return 0;
}

static struct session *session_allocate(struct user_datapath *dp, const struct datapath_session_config *config,
					struct error *error)
{
	struct tunnel *tunnel = handle_get(&dp->tunnels, config->tunnel);
	struct session *session;

	if (!tunnel) {
		error_set(error, ERROR_UNKNOWN, NULL, "the datapath has no such tunnel");
		return NULL;
	}
	session = aligned_alloc(64, (sizeof(*session) + 63) & ~(size_t)63);
	if (!session) {
		error_system(error, ENOMEM, NULL, "cannot make the session");
		return NULL;
	}
	memset(session, 0, sizeof(*session));
	if (check_version(tunnel, config, error) < 0) {
		free(session);
		return NULL;
	}
	session->tunnel = tunnel;
	session->device = -1;
	session->carrier = true;
	session->rank = tunnel->made++;
	return session;
}

static int attach_device(struct user_datapath *dp, struct session *session,
			 const struct datapath_session_config *config, struct error *error)
{
	struct device *device = device_new(session->layer == FRAME_IP ? DEVICE_IP : DEVICE_ETHERNET, config->ifname,
					   config->netns);

	session->own = device;
	if (!device)
		return error_system(error, ENOMEM, NULL, "cannot make the interface");
	device->up = config->interface_up;
	device->has_mac = config->has_mac;
	memcpy(device->mac, config->mac, sizeof(device->mac));
	memcpy(device->bridge, config->bridge, sizeof(device->bridge));
	if (device_create(dp, device, session->mtu, error) < 0)
		return -1;
	session->device = device->fd;
	return 0;
}

/* Its frames are the engine's. In which namespace a device shall be is said now. */
static int attach_engine(struct user_datapath *dp, struct session *session,
			 const struct datapath_session_config *config, struct error *error)
{
	if (*config->netns) {
		session->own = device_new(DEVICE_PPP, "", config->netns);
		if (!session->own)
			return error_system(error, ENOMEM, NULL, "cannot make the session");
	}
	return messages_need(dp, error);
}

/* Where its frames go. */
static int attach(struct user_datapath *dp, struct session *session, const struct datapath_session_config *config,
		  struct error *error)
{
	if (session->pw_type != L2TP_PW_PPP)
		return attach_device(dp, session, config, error);
	if (config->frames && *config->frames)
		return frames_open(dp, session, config->frames, error);
	return attach_engine(dp, session, config, error);
}

/* devices: room for as many. */
static void remove_attachments(struct user_datapath *dp, struct session *const *sessions, struct device **devices,
			       int count)
{
	for (int i = 0; i < count; i++)
		devices[i] = sessions[i]->own;
	device_remove(dp, devices, count);
	for (int i = 0; i < count; i++)
		frames_close(sessions[i]);
}

int session_add(struct datapath *base, const struct datapath_session_config *config, handle *result,
		struct error *error)
{
	struct user_datapath *dp = user_datapath(base);
	struct session *session = session_allocate(dp, config, error);
	struct device *device;

	if (!session)
		return -1;
	set_identity(session, config);
	take_settings(&session->config, config, UINT_MAX);
	set_settings(session, &session->config);
	tap_join(session);
	session->mtu = session_mtu(session, session->tunnel->path);
	session->mtu_settled = session->tunnel->path != NULL;
	if (set_rules(session, config, error) < 0 ||
	    set_reorder(session, config->reorder_timeout, error) < 0 ||
	    attach(dp, session, config, error) < 0)
		goto fail;
	session->worker = choose_worker(dp, session);
	if (publish(dp, session, error) < 0) {
		remove_attachments(dp, &session, &device, 1);
		goto fail;
	}
	timers_watch(dp, session);
	if (config->mtu_mode == DATAPATH_MTU_FOLLOW)
		user_follow_routes(dp);
	accelerate_settle(dp, session);
	*result = session->self;
	return 0;
fail:
	session_free(session);
	return -1;
}

/* --- changing one --- */

int session_modify(struct datapath *base, handle h, const struct datapath_session_config *config, unsigned int fields,
		   struct error *error)
{
	struct user_datapath *dp = user_datapath(base);
	struct session *session = handle_get(&dp->sessions, h);
	struct session_settings before;

	if (!session)
		return error_set(error, ERROR_UNKNOWN, NULL, "the datapath has no such session");
	before = session->config;
	session->config.send_seq = shared_get(session->send_seq);	/* may follow the peer */
	take_settings(&session->config, config, fields);
	if (fields & DATAPATH_SESSION_PPP) {
		session->config.mtu_mode = config->mtu_mode;
		session->config.mtu = config->mtu;
		fields |= DATAPATH_SESSION_MTU;
	}
	if (fields & SESSION_PPP_FIELDS && !session->frames && session->pw_type == L2TP_PW_PPP &&
	    network_modify(dp, session, config, fields, error) < 0)
		goto fail;
	if (fields & (DATAPATH_SESSION_MTU | DATAPATH_SESSION_MPPE)) {
		if (config->mtu_mode == DATAPATH_MTU_FOLLOW)
			user_follow_routes(dp);
		if (change_mtu(session, session_mtu(session, session->tunnel->path), error) < 0)
			goto fail;
	}
	if (fields & DATAPATH_SESSION_REORDER && set_reorder(session, config->reorder_timeout, error) < 0)
		goto fail;
	set_settings(session, &session->config);
	timers_watch(dp, session);
	accelerate_settle(dp, session);
	return 0;
fail:
	session->config = before;
	return -1;
}

/* --- removing --- */

struct batch {
	struct session **sessions;
	struct device **devices;	/* room for theirs */
	int count;
};

static void withdraw(struct worker *worker, void *context)
{
	const struct batch *batch = context;

	for (int i = 0; i < batch->count; i++) {
		if (batch->sessions[i]->worker == worker)
			session_unwatch(worker, batch->sessions[i]);
		receive_forget(worker, batch->sessions[i]);
	}
}

static void bury(struct user_datapath *dp, struct session *session)
{
	struct tunnel *tunnel = session->tunnel;
	struct datapath_stats stats;

	session_stats(session, &stats);
	stats.rx_invalid = session->rx.invalid;
	stats_add(&tunnel->gone, &stats);
	timers_unwatch(dp, session);
	tap_forget_session(dp, session);
	accelerate_free(dp, session);
	DL_DELETE(tunnel->sessions, session);
	session_free(session);
}

static void remove_batch(struct user_datapath *dp, struct batch *batch)
{
	rcu_thread_online();
	for (int i = 0; i < batch->count; i++)
		table_remove(dp, batch->sessions[i]);
	rcu_thread_offline();
	for (int i = 0; i < batch->count; i++) {
		accelerate_end(batch->sessions[i]);
		network_withdraw(dp, batch->sessions[i]);
	}
	synchronize_rcu();
	for (unsigned int i = 0; i < dp->worker_count; i++)
		worker_run(&dp->workers[i], withdraw, batch);
	remove_attachments(dp, batch->sessions, batch->devices, batch->count);
	for (int i = 0; i < batch->count; i++)
		bury(dp, batch->sessions[i]);
}

void session_delete(struct datapath *base, const handle *handles, int count)
{
	struct user_datapath *dp = user_datapath(base);
	struct session *single;
	struct device *device;
	struct batch batch = { .sessions = &single, .devices = &device };

	if (count > 1) {
		batch.sessions = malloc((size_t)count * sizeof(*batch.sessions));
		batch.devices = malloc((size_t)count * sizeof(*batch.devices));
	}
	if (!batch.sessions || !batch.devices) {	/* no memory for a batch: one by one */
		for (int i = 0; i < count; i++)
			session_delete(base, &handles[i], 1);
		count = 0;
	}
	for (int i = 0; i < count; i++) {
		struct session *session = handle_remove(&dp->sessions, handles[i]);

		if (session)
			batch.sessions[batch.count++] = session;
	}
	if (batch.count)
		remove_batch(dp, &batch);
	if (batch.sessions != &single) {
		free(batch.sessions);
		free(batch.devices);
	}
}

/* --- looking --- */

void stats_add(struct datapath_stats *sum, const struct datapath_stats *more)
{
	sum->tx_packets += more->tx_packets;
	sum->tx_bytes += more->tx_bytes;
	sum->tx_errors += more->tx_errors;
	sum->rx_packets += more->rx_packets;
	sum->rx_bytes += more->rx_bytes;
	sum->rx_errors += more->rx_errors;
	sum->rx_seq_discards += more->rx_seq_discards;
	sum->rx_oos_packets += more->rx_oos_packets;
	sum->rx_cookie_discards += more->rx_cookie_discards;
	sum->rx_invalid += more->rx_invalid;
}

/* rx_invalid is the tunnel's: the kernel does not count it for sessions. */
void session_stats(const struct session *session, struct datapath_stats *stats)
{
	*stats = (struct datapath_stats){
		.tx_packets = shared_get(session->tx.packets) + session->engine.packets,
		.tx_bytes = shared_get(session->tx.bytes) + session->engine.bytes,
		.tx_errors = shared_get(session->tx.errors) + session->engine.errors,
		.rx_packets = shared_get(session->rx.packets),
		.rx_bytes = shared_get(session->rx.bytes),
		.rx_errors = shared_get(session->rx.errors),
		.rx_seq_discards = shared_get(session->rx.seq_discards),
		.rx_oos_packets = shared_get(session->rx.oos_packets),
		.rx_cookie_discards = shared_get(session->rx.cookie_discards),
	};
	accelerate_count(session, stats);
}

/* What is taken off is asked first: workers count on meanwhile. An engine's frame may be counted before it left. */
static uint64_t network_packets(const struct session *session)
{
	uint64_t others = __atomic_load_n(&session->others, __ATOMIC_ACQUIRE);
	uint64_t engine = __atomic_load_n(&session->tx_engine, __ATOMIC_ACQUIRE);
	uint64_t received = shared_get(session->rx.packets), sent = shared_get(session->tx.packets);

	return (received > others ? received - others : 0) + (sent > engine ? sent - engine : 0);
}

static void tell_carried(const struct session *session, struct datapath_carried *told)
{
	const struct carried *carried = session->carried;

	*told = (struct datapath_carried){
		.tx_packets = shared_get(carried->sent.packets),
		.tx_bytes = shared_get(carried->sent.bytes),
		.tx_time = shared_get(carried->sent.time),
		.rx_packets = shared_get(carried->received.packets),
		.rx_bytes = shared_get(carried->received.bytes),
		.rx_time = shared_get(carried->received.time),
	};
}

int session_info(struct datapath *base, handle h, struct datapath_session_info *info)
{
	struct session *session = handle_get(&user_datapath(base)->sessions, h);

	if (!session)
		return -1;
	memset(info, 0, sizeof(*info));
	info->moved_by = accelerate_moved_by(session);
	info->attached = frames_attached(session);
	info->is_elsewhere = session->own && device_is_elsewhere(session->own);
	if (session->device >= 0) {
		if (!tap_name(session->device, info->ifname))
			memcpy(info->ifname, session->own->ifname, sizeof(info->ifname));
		info->ifindex = session->own->ifindex;
	}
	info->mtu = session->mtu;
	info->carrier = shared_get(session->carrier);
	info->send_seq = shared_get(session->send_seq);
	info->nr = session->as_kernel ? sequence_kernel_next(session->as_kernel) :
					shared_get(session->sequence.expected);
	info->ns = shared_get(session->next_sequence) & (session->kind == SESSION_V2 ? 0xffff : DATA_SEQUENCE_MASK);
	if (session->pw_type == L2TP_PW_PPP && !session->frames)
		info->network_packets = network_packets(session);
	if (session->carried)
		tell_carried(session, &info->network);
	session_stats(session, &info->stats);
	return 0;
}
