/* SPDX-License-Identifier: MIT */
/*
 * What /proc/net/pppol2tp says: tunnels of version 2, their PPP sessions, and the sockets that programs have of these.
 */
#include <inttypes.h>

#include "kernel/view.h"

#define PPPOX_CONNECTED 1
#define PPPOX_BOUND 2
#define ADDRESS_OF_IPV6 0x7f000006u	/* what the kernel has in place of an IPv4 address where there is none */

static void tell_tunnel(struct view_text *text, const struct kernel_tunnel *tunnel, const struct datapath_stats *stats)
{
	view_say(text, "\nTUNNEL 'tunl %" PRIu32 "', Y %u\n", tunnel->by_id.id, view_references(tunnel) - 1);
	view_say_stats(text, stats, " 00000000 ", "");
}

static uint32_t address_of(const struct address *address)
{
	if (address_is_any(address))
		return 0;
	return address->family == AF_INET ? ntohl(address->v4.s_addr) : ADDRESS_OF_IPV6;
}

/* Of its socket: connected, bound to its channel. */
static int state_of(const struct kernel_session *session)
{
	if (!session->socket)
		return 0;
	return session->socket->channel.is_bound ? PPPOX_CONNECTED | PPPOX_BOUND : PPPOX_CONNECTED;
}

static void tell_session(struct view_text *text, const struct kernel_session *session,
			 const struct datapath_session_info *info)
{
	const struct kernel_tunnel *tunnel = session->tunnel;
	const struct endpoint *local = &tunnel->socket.local;

	view_say(text, "  SESSION 'sess %" PRIu32 "/%" PRIu32 "' %08" PRIX32 "/%u %04" PRIX32 "/%04" PRIX32
		 " -> %04" PRIX32 "/%04" PRIX32 " %d %c\n", tunnel->by_id.id, session->id, address_of(&local->address),
		 local->port, tunnel->by_id.id, session->id, tunnel->peer_id, session->peer_id, state_of(session),
		 session->socket ? 'Y' : 'N');
	view_say(text, "   0/0/%c/%c/%s 00000000 %u\n", session->recv_seq ? 'R' : '-', info->send_seq ? 'S' : '-',
		 session->lns_mode ? "LNS" : "LAC", view_reorder_ms(session));
	view_say(text, "   %" PRIu32 "/%" PRIu32, info->nr, info->ns);
	view_say_stats(text, &info->stats, " ", "");
	if (session->socket)
		view_say_interface(text, session);
}

const struct view_texts view_texts_pppol2tp = {
	.head = "PPPoL2TP driver info, V2.0\n"
		"TUNNEL name, user-data-ok session-count\n"
		" debug tx-pkts/bytes/errs rx-pkts/bytes/errs\n"
		"  SESSION name, addr/port src-tid/sid dest-tid/sid state user-data-ok\n"
		"   mtu/mru/rcvseq/sendseq/lns debug reorderto\n"
		"   nr/ns tx-pkts/bytes/errs rx-pkts/bytes/errs\n",
	.version = 2,
	.tunnel = tell_tunnel,
	.session = tell_session,
};
