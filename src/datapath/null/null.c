/* SPDX-License-Identifier: MIT */
/*
 * The operations of the null datapath.
 */
#include "datapath/null/null.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "datapath/null/internal.h"
#include "wire/data_header_v2.h"

static int no_memory(struct error *error)
{
	return error_set(error, ERROR_SYSTEM, NULL, "out of memory");
}

static int stale_tunnel(struct error *error)
{
	return error_set(error, ERROR_UNKNOWN, NULL, "the datapath has no such tunnel");
}

static int stale_session(struct error *error)
{
	return error_set(error, ERROR_UNKNOWN, NULL, "the datapath has no such session");
}

static void stats_add(struct datapath_stats *sum, const struct datapath_stats *stats)
{
	if (!stats)
		return;
	sum->tx_packets += stats->tx_packets;
	sum->tx_bytes += stats->tx_bytes;
	sum->tx_errors += stats->tx_errors;
	sum->rx_packets += stats->rx_packets;
	sum->rx_bytes += stats->rx_bytes;
}

static void tunnel_free(struct null_datapath *null, struct null_tunnel *tunnel)
{
	struct null_session *session, *next;

	DL_FOREACH_SAFE(tunnel->sessions, session, next)
		null_session_free(null, session);
	handle_remove(&null->tunnels, tunnel->handle);
	null_port_put(null, tunnel->port);
	null->taps -= tunnel->snaplen > 0;
	free(tunnel);
}

static void null_close(struct datapath *dp)
{
	struct null_datapath *null = null_of(dp);
	struct null_tunnel *tunnel;
	uint32_t position = 0;

	while ((tunnel = handle_next(&null->tunnels, &position)))
		tunnel_free(null, tunnel);
	handle_table_clear(&null->tunnels);
	handle_table_clear(&null->sessions);
	null_forget_devices(null);
	free(null->log);
	free(null->events);
	null_forget_packets(&null->packets);
	null_forget_packets(&null->given);
	null_forget_messages(null);
	free(null);
}

static int null_event_fd(struct datapath *dp)
{
	return -1;
}

static int null_events(struct datapath *dp, struct datapath_event *events, int max)
{
	struct null_datapath *null = null_of(dp);
	int count = null->event_count < max ? null->event_count : max;

	if (count <= 0)
		return 0;
	memcpy(events, null->events, (size_t)count * sizeof(*events));
	null->event_count -= count;
	memmove(null->events, null->events + count, (size_t)null->event_count * sizeof(*events));
	return count;
}

static void null_totals(struct datapath *dp, struct datapath_totals *totals)
{
	memset(totals, 0, sizeof(*totals));
}

static bool are_v2_ids(uint32_t id, uint32_t peer_id)
{
	return id && id <= UINT16_MAX && peer_id <= UINT16_MAX;
}

static int tunnel_add(struct null_datapath *null, const struct datapath_tunnel_config *config, handle *result,
		      struct error *error)
{
	struct null_tunnel *tunnel;

	if (config->version == 2 && (config->encap != L2TP_ENCAP_UDP ||
				     !are_v2_ids(config->tunnel_id, config->peer_tunnel_id)))
		return error_set(error, ERROR_VALUE, NULL, "version 2 runs over UDP, with ids of 1 to 65535");
	if (null_fails(null, DATAPATH_NULL_TUNNEL_ADD, error))
		return -1;
	tunnel = calloc(1, sizeof(*tunnel));
	if (!tunnel)
		return no_memory(error);
	tunnel->config = *config;
	if (null_port_of_tunnel(null, tunnel, error) < 0) {
		free(tunnel);
		return -1;
	}
	tunnel->handle = handle_add(&null->tunnels, tunnel);
	if (tunnel->handle == HANDLE_NONE) {
		null_port_put(null, tunnel->port);
		free(tunnel);
		return no_memory(error);
	}
	*result = tunnel->handle;
	return 0;
}

/* The peer may be of the other family now. */
static int change_peer(struct null_datapath *null, struct null_tunnel *tunnel, const struct endpoint *peer,
		       struct error *error)
{
	struct endpoint before = tunnel->config.peer;
	struct null_port *old = tunnel->port;

	tunnel->config.peer = *peer;
	if (before.address.family == peer->address.family)
		return 0;
	tunnel->port = NULL;
	if (null_port_of_tunnel(null, tunnel, error) < 0) {
		tunnel->config.peer = before;
		tunnel->port = old;
		return -1;
	}
	null_port_put(null, old);
	return 0;
}

static int null_tunnel_add(struct datapath *dp, const struct datapath_tunnel_config *config, handle *tunnel,
			   struct error *error)
{
	struct datapath_null_entry entry = { .operation = DATAPATH_NULL_TUNNEL_ADD };

	entry.failed = tunnel_add(null_of(dp), config, &entry.tunnel, error) < 0;
	null_log(null_of(dp), &entry);
	if (!entry.failed)
		*tunnel = entry.tunnel;
	return entry.failed ? -1 : 0;
}

static int tunnel_modify(struct null_datapath *null, handle tunnel, const struct datapath_tunnel_config *config,
			 unsigned int fields, struct error *error)
{
	struct null_tunnel *found = handle_get(&null->tunnels, tunnel);

	if (!found)
		return stale_tunnel(error);
	if (null_fails(null, DATAPATH_NULL_TUNNEL_MODIFY, error))
		return -1;
	if (fields & DATAPATH_TUNNEL_PEER && change_peer(null, found, &config->peer, error) < 0)
		return -1;
	datapath_tunnel_take(&found->config, config, fields);
	return 0;
}

static int null_tunnel_modify(struct datapath *dp, handle tunnel, const struct datapath_tunnel_config *config,
			      unsigned int fields, struct error *error)
{
	struct datapath_null_entry entry = {
		.operation = DATAPATH_NULL_TUNNEL_MODIFY, .tunnel = tunnel, .fields = fields,
	};

	entry.failed = tunnel_modify(null_of(dp), tunnel, config, fields, error) < 0;
	null_log(null_of(dp), &entry);
	return entry.failed ? -1 : 0;
}

static void null_tunnel_delete(struct datapath *dp, handle tunnel)
{
	struct null_datapath *null = null_of(dp);
	struct null_tunnel *found = handle_get(&null->tunnels, tunnel);
	struct datapath_null_entry entry = {
		.operation = DATAPATH_NULL_TUNNEL_DELETE, .tunnel = tunnel, .failed = !found,
	};

	null_log(null, &entry);
	if (found)
		tunnel_free(null, found);
}

static int null_tunnel_info(struct datapath *dp, handle tunnel, struct datapath_tunnel_info *info)
{
	const struct null_tunnel *found = handle_get(&null_of(dp)->tunnels, tunnel);
	const struct null_session *session;

	if (!found)
		return -1;
	*info = (struct datapath_tunnel_info){ .local = found->config.local, .stats = found->gone };
	if (found->port) {
		info->port = found->port->handle;
		info->local.port = found->port->config.local.port;
	}
	if (found->config.peer.address.family != AF_UNSPEC)
		info->path_mtu = DATAPATH_NULL_PATH_MTU;
	DL_FOREACH(found->sessions, session)
		stats_add(&info->stats, session->stats);
	return 0;
}

static int session_add(struct null_datapath *null, const struct datapath_session_config *config, handle *result,
		       struct error *error)
{
	struct null_tunnel *tunnel = handle_get(&null->tunnels, config->tunnel);
	struct null_session *session;

	if (!tunnel)
		return stale_tunnel(error);
	if (tunnel->config.version == 2 && config->pw_type != L2TP_PW_PPP)
		return error_set(error, ERROR_VALUE, "pw_type", "version 2 carries PPP");
	if (tunnel->config.version == 2 && !are_v2_ids(config->session_id, config->peer_session_id))
		return error_set(error, ERROR_VALUE, "session_id", "ids of version 2 are 1 to 65535");
	if (null_fails(null, DATAPATH_NULL_SESSION_ADD, error))
		return -1;
	session = null_session_new(null, tunnel, config);
	if (!session)
		return no_memory(error);
	if (session->device &&
	    null_name_take(null, session->device, config->netns, config->pw_type, error) < 0) {
		null_session_free(null, session);
		return -1;
	}
	*result = session->handle;
	return 0;
}

static int null_session_add(struct datapath *dp, const struct datapath_session_config *config, handle *session,
			    struct error *error)
{
	struct datapath_null_entry entry = { .operation = DATAPATH_NULL_SESSION_ADD, .tunnel = config->tunnel };

	entry.failed = session_add(null_of(dp), config, &entry.session, error) < 0;
	null_log(null_of(dp), &entry);
	if (!entry.failed)
		*session = entry.session;
	return entry.failed ? -1 : 0;
}

static int session_modify(struct null_datapath *null, handle session, const struct datapath_session_config *config,
			  unsigned int fields, struct error *error)
{
	struct null_session *found = handle_get(&null->sessions, session);
	struct datapath_session_config changed;

	if (!found)
		return stale_session(error);
	if (null_fails(null, DATAPATH_NULL_SESSION_MODIFY, error))
		return -1;
	null_session_config(found, &changed);
	if (fields & DATAPATH_SESSION_PPP)
		fields |= DATAPATH_SESSION_MTU;
	datapath_session_take(&changed, config, fields);
	if (found->common->config.pw_type == L2TP_PW_PPP && null_ppp_modify(null, found, config, fields, error) < 0)
		return -1;
	return null_session_change(null, found, &changed) ? 0 : no_memory(error);
}

static int null_session_modify(struct datapath *dp, handle session, const struct datapath_session_config *config,
			       unsigned int fields, struct error *error)
{
	struct datapath_null_entry entry = {
		.operation = DATAPATH_NULL_SESSION_MODIFY, .session = session, .fields = fields,
	};

	entry.failed = session_modify(null_of(dp), session, config, fields, error) < 0;
	null_log(null_of(dp), &entry);
	return entry.failed ? -1 : 0;
}

static void null_session_delete(struct datapath *dp, const handle *sessions, int count)
{
	struct null_datapath *null = null_of(dp);
	struct datapath_null_entry entry = { .operation = DATAPATH_NULL_SESSION_DELETE, .count = count };

	if (count == 1)
		entry.session = sessions[0];
	for (int i = 0; i < count; i++) {
		struct null_session *session = handle_get(&null->sessions, sessions[i]);

		if (!session) {
			entry.failed = true;
			continue;
		}
		stats_add(&session->tunnel->gone, session->stats);
		null_session_free(null, session);
	}
	null_log(null, &entry);
}

/* Octets of the path's MTU that the device's packets do not get. */
static uint32_t overhead(const struct null_session *session)
{
	const struct datapath_tunnel_config *tunnel = &session->tunnel->config;
	const struct datapath_session_config *config = &session->common->config;
	uint32_t octets = tunnel->peer.address.family == AF_INET6 ? 40 : 20;

	octets += tunnel->encap == L2TP_ENCAP_UDP ? 8 : 0;
	if (tunnel->version == 2)
		return octets + (uint32_t)data_header_v2_length(true);
	octets += (uint32_t)data_header_length(tunnel->encap, config->cookie_length, config->l2spec);
	if (config->pw_type != L2TP_PW_IP && config->pw_type != L2TP_PW_PPP)
		octets += config->pw_type == L2TP_PW_ETH_VLAN ? 18 : 14;
	return octets;
}

static int null_session_channel(struct datapath *dp, handle session, const struct datapath_channel *channel,
				struct error *error)
{
	if (handle_get(&null_of(dp)->sessions, session))
		return 0;
	return error_set(error, ERROR_UNKNOWN, NULL, "the datapath has no such session");
}

static int null_session_info(struct datapath *dp, handle session, struct datapath_session_info *info)
{
	const struct null_session *found = handle_get(&null_of(dp)->sessions, session);
	const struct datapath_session_config *config;

	if (!found)
		return -1;
	config = &found->common->config;
	*info = (struct datapath_session_info){
		.ifindex = found->device ? (uint32_t)session : 0,
		.mtu = config->mtu_mode == DATAPATH_MTU_FIXED ? config->mtu : DATAPATH_NULL_PATH_MTU - overhead(found),
		.carrier = !found->no_carrier,
		.send_seq = config->send_seq,
	};
	if (config->pw_type == L2TP_PW_PPP)
		info->mtu = null_ppp_mtu(found, info->mtu);
	if (found->stats)
		info->stats = *found->stats;
	info->network_packets = found->network_packets;
	if (found->device)
		memcpy(info->ifname, found->device->ifname, sizeof(info->ifname));
	return 0;
}

/* --- taps --- */

static int tap(struct null_datapath *null, handle tunnel, handle session, uint32_t snaplen, struct error *error)
{
	struct null_tunnel *tapped_tunnel = handle_get(&null->tunnels, tunnel);
	struct null_session *tapped_session = handle_get(&null->sessions, session);
	uint32_t *place;

	if (session != HANDLE_NONE && !tapped_session)
		return stale_session(error);
	if (session == HANDLE_NONE && !tapped_tunnel)
		return stale_tunnel(error);
	place = tapped_session ? &tapped_session->snaplen : &tapped_tunnel->snaplen;
	if (null_fails(null, DATAPATH_NULL_TAP, error))
		return -1;
	if (snaplen && !*place && null->taps == DATAPATH_TAPS_MAX)
		return error_set(error, ERROR_LIMIT, NULL, "%d tunnels and sessions are being captured: end one of "
				 "these captures first", DATAPATH_TAPS_MAX);
	null->taps += (snaplen > 0) - (*place > 0);
	*place = snaplen < DATAPATH_SNAPLEN_MAX ? snaplen : DATAPATH_SNAPLEN_MAX;
	return 0;
}

static int null_tap(struct datapath *dp, handle tunnel, handle session, uint32_t snaplen, struct error *error)
{
	struct datapath_null_entry entry = {
		.operation = DATAPATH_NULL_TAP, .tunnel = tunnel, .session = session, .snaplen = snaplen,
	};

	entry.failed = tap(null_of(dp), tunnel, session, snaplen, error) < 0;
	null_log(null_of(dp), &entry);
	return entry.failed ? -1 : 0;
}

static const char *null_moved_by(struct datapath *dp, handle tunnel)
{
	return handle_get(&null_of(dp)->tunnels, tunnel) ? "null" : NULL;
}

static int null_packet_fd(struct datapath *dp)
{
	return -1;
}

static int null_packets(struct datapath *dp, struct datapath_packet *packets, int max)
{
	struct null_datapath *null = null_of(dp);
	int count = 0;

	null_forget_packets(&null->given);
	while (count < max && null->packets) {
		struct null_packet *packet = null->packets;

		DL_DELETE(null->packets, packet);
		DL_APPEND(null->given, packet);
		packets[count++] = packet->packet;
	}
	return count;
}

static const struct datapath_ops null_ops = {
	.name = "null",
	.close = null_close,
	.event_fd = null_event_fd,
	.events = null_events,
	.totals = null_totals,
	.listen = null_listen,
	.unlisten = null_unlisten,
	.receive = null_receive,
	.send = null_send,
	.tunnel_add = null_tunnel_add,
	.tunnel_modify = null_tunnel_modify,
	.tunnel_delete = null_tunnel_delete,
	.tunnel_info = null_tunnel_info,
	.moved_by = null_moved_by,
	.session_add = null_session_add,
	.session_modify = null_session_modify,
	.session_delete = null_session_delete,
	.session_info = null_session_info,
	.session_channel = null_session_channel,
	.device_add = null_device_add,
	.device_delete = null_device_delete,
	.tap = null_tap,
	.packet_fd = null_packet_fd,
	.packets = null_packets,
};

struct datapath *datapath_null_new(void)
{
	struct null_datapath *null = calloc(1, sizeof(*null));

	if (!null)
		return NULL;
	null->base.ops = &null_ops;
	return (struct datapath *)(void *)null;
}
