/* SPDX-License-Identifier: MIT */
/*
 * What a tunnel or a session looks like in replies, dumps and notifications: the attributes that the kernel tells, in
 * its order.
 */
#include <string.h>

#include "kernel/internal.h"

static void put_stats(struct nlmsghdr *message, const struct datapath_stats *stats)
{
	struct nlattr *nest = nest_begin(message, L2TP_ATTR_STATS);

	mnl_attr_put_u64(message, L2TP_ATTR_TX_PACKETS, stats->tx_packets);
	mnl_attr_put_u64(message, L2TP_ATTR_TX_BYTES, stats->tx_bytes);
	mnl_attr_put_u64(message, L2TP_ATTR_TX_ERRORS, stats->tx_errors);
	mnl_attr_put_u64(message, L2TP_ATTR_RX_PACKETS, stats->rx_packets);
	mnl_attr_put_u64(message, L2TP_ATTR_RX_BYTES, stats->rx_bytes);
	mnl_attr_put_u64(message, L2TP_ATTR_RX_SEQ_DISCARDS, stats->rx_seq_discards);
	mnl_attr_put_u64(message, L2TP_ATTR_RX_COOKIE_DISCARDS, stats->rx_cookie_discards);
	mnl_attr_put_u64(message, L2TP_ATTR_RX_OOS_PACKETS, stats->rx_oos_packets);
	mnl_attr_put_u64(message, L2TP_ATTR_RX_ERRORS, stats->rx_errors);
	mnl_attr_put_u64(message, L2TP_ATTR_RX_INVALID, stats->rx_invalid);
	mnl_attr_nest_end(message, nest);
}

/* --- tunnels --- */

static void put_ports(struct nlmsghdr *message, const struct kernel_socket *socket)
{
	mnl_attr_put_u16(message, L2TP_ATTR_UDP_SPORT, socket->local.port);
	mnl_attr_put_u16(message, L2TP_ATTR_UDP_DPORT, socket->peer.port);
}

static void put_udp(struct nlmsghdr *message, const struct kernel_socket *socket)
{
	if (socket->local.address.family == AF_INET6) {
		if (socket->udp_zero_csum6_tx)
			mnl_attr_put(message, L2TP_ATTR_UDP_ZERO_CSUM6_TX, 0, NULL);
		if (socket->udp_zero_csum6_rx)
			mnl_attr_put(message, L2TP_ATTR_UDP_ZERO_CSUM6_RX, 0, NULL);
	} else {
		mnl_attr_put_u8(message, L2TP_ATTR_UDP_CSUM, socket->udp_checksum);
	}
	put_ports(message, socket);
}

static void put_addresses(struct nlmsghdr *message, const struct kernel_socket *socket)
{
	const struct address *local = &socket->local.address, *peer = &socket->peer.address;

	if (local->family == AF_INET6) {
		mnl_attr_put(message, L2TP_ATTR_IP6_SADDR, sizeof(local->v6), &local->v6);
		mnl_attr_put(message, L2TP_ATTR_IP6_DADDR, sizeof(peer->v6), &peer->v6);
	} else {
		mnl_attr_put(message, L2TP_ATTR_IP_SADDR, sizeof(local->v4), &local->v4);
		mnl_attr_put(message, L2TP_ATTR_IP_DADDR, sizeof(peer->v4), &peer->v4);
	}
}

void record_tunnel_stats(struct kernel *kernel, const struct kernel_tunnel *tunnel, struct datapath_stats *stats)
{
	struct service_tunnel_view view;

	memset(stats, 0, sizeof(*stats));
	if (service_tunnel_view(kernel->service, tunnel->service, &view) == 0)
		*stats = view.info.stats;
}

void record_tunnel(struct kernel *kernel, const struct kernel_tunnel *tunnel, struct nlmsghdr *message)
{
	struct datapath_stats stats;

	record_tunnel_stats(kernel, tunnel, &stats);
	mnl_attr_put_u8(message, L2TP_ATTR_PROTO_VERSION, tunnel->version);
	mnl_attr_put_u32(message, L2TP_ATTR_CONN_ID, tunnel->by_id.id);
	mnl_attr_put_u32(message, L2TP_ATTR_PEER_CONN_ID, tunnel->peer_id);
	mnl_attr_put_u32(message, L2TP_ATTR_DEBUG, 0);
	mnl_attr_put_u16(message, L2TP_ATTR_ENCAP_TYPE, tunnel->encap);
	put_stats(message, &stats);
	if (tunnel->encap == L2TP_ENCAPTYPE_UDP)
		put_udp(message, &tunnel->socket);
	put_addresses(message, &tunnel->socket);
}

/* --- sessions --- */

static void put_cookie(struct nlmsghdr *message, uint16_t type, const struct kernel_cookie *cookie)
{
	if (cookie->length)
		mnl_attr_put(message, type, cookie->length, cookie->octets);
}

static void put_identity(struct nlmsghdr *message, const struct kernel_session *session)
{
	mnl_attr_put_u32(message, L2TP_ATTR_CONN_ID, session->tunnel->by_id.id);
	mnl_attr_put_u32(message, L2TP_ATTR_SESSION_ID, session->id);
	mnl_attr_put_u32(message, L2TP_ATTR_PEER_CONN_ID, session->tunnel->peer_id);
	mnl_attr_put_u32(message, L2TP_ATTR_PEER_SESSION_ID, session->peer_id);
	mnl_attr_put_u32(message, L2TP_ATTR_DEBUG, 0);
	mnl_attr_put_u16(message, L2TP_ATTR_PW_TYPE, session->pw_type);
	if (session->ifname[0])
		mnl_attr_put_strz(message, L2TP_ATTR_IFNAME, session->ifname);
	put_cookie(message, L2TP_ATTR_COOKIE, &session->cookie);
	put_cookie(message, L2TP_ATTR_PEER_COOKIE, &session->peer_cookie);
}

void record_session_live(struct kernel *kernel, const struct kernel_session *session, struct datapath_stats *stats,
			 bool *send_seq)
{
	struct service_session_view view;
	bool is_carried;

	if (session->socket)
		kernel_channel_settle(&session->socket->channel);
	is_carried = service_session_view(kernel->service, session->service, &view) == 0;

	memset(stats, 0, sizeof(*stats));
	if (is_carried)
		*stats = view.info.stats;
	*send_seq = is_carried ? view.info.send_seq : session->send_seq;
}

void record_session(struct kernel *kernel, const struct kernel_session *session, struct nlmsghdr *message)
{
	struct datapath_stats stats;
	bool send_seq;

	record_session_live(kernel, session, &stats, &send_seq);
	put_identity(message, session);
	mnl_attr_put_u8(message, L2TP_ATTR_RECV_SEQ, session->recv_seq);
	mnl_attr_put_u8(message, L2TP_ATTR_SEND_SEQ, send_seq);
	mnl_attr_put_u8(message, L2TP_ATTR_LNS_MODE, session->lns_mode);
	if (session->reorder_jiffies)
		mnl_attr_put_u64(message, L2TP_ATTR_RECV_TIMEOUT, (uint32_t)session->reorder_jiffies * JIFFY_MS);
	put_stats(message, &stats);
}
