/* SPDX-License-Identifier: MIT */
/*
 * What l2tp/tunnels in debugfs says: tunnels of all versions and their sessions.
 */
#include <inttypes.h>

#include "kernel/view.h"

/* What the kernel tells of the references to a socket that nobody else has. */
#define UDP_REFERENCES 3
#define IP_REFERENCES 2

static uint32_t count_sessions(const struct kernel_tunnel *tunnel)
{
	/* 0 is that of a socket that stands for the tunnel */
	return order_count(&tunnel->sessions) - (order_find(&tunnel->sessions, 0) ? 1 : 0);
}

static void tell_tunnel(struct view_text *text, const struct kernel_tunnel *tunnel, const struct datapath_stats *stats)
{
	const struct kernel_socket *socket = &tunnel->socket;
	char from[ADDRESS_TEXT_MAX], to[ADDRESS_TEXT_MAX];
	bool udp = tunnel->encap == L2TP_ENCAPTYPE_UDP;

	view_say(text, "\nTUNNEL %" PRIu32 " peer %" PRIu32 " from %s to %s\n", tunnel->by_id.id, tunnel->peer_id,
		 address_format(&socket->local.address, from, sizeof(from)),
		 address_format(&socket->peer.address, to, sizeof(to)));
	if (udp)
		view_say(text, " source port %u, dest port %u\n", socket->local.port, socket->peer.port);
	view_say(text, " L2TPv%u, %s\n", tunnel->version, udp ? "UDP" : "IP");
	view_say(text, " %" PRIu32 " sessions, refcnt %u/%u\n", count_sessions(tunnel),
		 udp ? UDP_REFERENCES : IP_REFERENCES, view_references(tunnel));
	view_say_stats(text, stats, " 00000000 rx ", "rx ");	/* what is sent is called so, too */
}

static const char *pseudowire(const struct kernel_session *session)
{
	switch (session->pw_type) {
	case L2TP_PWTYPE_ETH:
		return "ETH";
	case L2TP_PWTYPE_PPP:
		return "PPP";
	default:
		return "";
	}
}

static void say_cookie(struct view_text *text, const char *name, const struct kernel_cookie *cookie)
{
	if (!cookie->length)
		return;
	view_say(text, "   %s ", name);
	for (int i = 0; i < (cookie->length == 8 ? 8 : 4); i++)
		view_say(text, "%02x", cookie->octets[i]);
	view_say(text, "\n");
}

static void tell_session(struct view_text *text, const struct kernel_session *session,
			 const struct datapath_session_info *info)
{
	view_say(text, "  SESSION %" PRIu32 ", peer %" PRIu32 ", %s\n", session->id, session->peer_id,
		 pseudowire(session));
	if (info->send_seq || session->recv_seq)
		view_say(text, "   nr %" PRIu32 ", ns %" PRIu32 "\n", info->nr, info->ns);
	view_say(text, "   refcnt %d\n", session->socket ? 3 : 2);	/* who looks has one */
	view_say(text, "   config 0/0/%c/%c/-/%s 00000000 %u\n", session->recv_seq ? 'R' : '-',
		 info->send_seq ? 'S' : '-', session->lns_mode ? "LNS" : "LAC", view_reorder_ms(session));
	view_say(text, "   offset 0 l2specific %u/%d\n", session->l2spec,
		 session->l2spec == L2TP_L2SPECTYPE_DEFAULT ? 4 : 0);
	say_cookie(text, "cookie", &session->cookie);
	say_cookie(text, "peer cookie", &session->peer_cookie);
	view_say(text, "   %" PRIu32 "/%" PRIu32, info->nr, info->ns);
	view_say_stats(text, &info->stats, " tx ", "rx ");
	if (session->socket)
		view_say_interface(text, session);
	else if (info->ifname[0] && session->pw_type != L2TP_PWTYPE_PPP)
		view_say(text, "   interface %s\n", info->ifname);
}

const struct view_texts view_texts_tunnels = {
	.head = "TUNNEL ID, peer ID from IP to IP\n"
		" L2TPv2/L2TPv3, UDP/IP\n"
		" sessions session-count, refcnt refcnt/sk->refcnt\n"
		" debug tx-pkts/bytes/errs rx-pkts/bytes/errs\n"
		"  SESSION ID, peer ID, PWTYPE\n"
		"   refcnt cnt\n"
		"   offset OFFSET l2specific TYPE/LEN\n"
		"   [ cookie ]\n"
		"   [ peer cookie ]\n"
		"   config mtu/mru/rcvseq/sendseq/dataseq/lns debug reorderto\n"
		"   nr/ns tx-pkts/bytes/errs rx-pkts/bytes/errs\n",
	.tunnel = tell_tunnel,
	.session = tell_session,
};
