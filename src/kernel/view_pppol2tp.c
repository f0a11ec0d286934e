/* SPDX-License-Identifier: MIT */
/*
 * What /proc/net/pppol2tp says: tunnels of version 2, their PPP sessions, and the sockets that programs have of these.
 */
#include <inttypes.h>

#include "kernel/view.h"

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

static void tell_session(struct view_text *text, const struct kernel_session *session,
			 const struct datapath_session_info *info)
{
	const struct kernel_tunnel *tunnel = session->tunnel;
	const struct endpoint *local = &tunnel->socket.local;

	view_say(text, "  SESSION 'sess %" PRIu32 "/%" PRIu32 "' %08" PRIX32 "/%u %04" PRIX32 "/%04" PRIX32
		 " -> %04" PRIX32 "/%04" PRIX32 " %d %c\n", tunnel->by_id.id, session->id, address_of(&local->address),
		 local->port, tunnel->by_id.id, session->id, tunnel->peer_id, session->peer_id, 0, 'N');
	view_say(text, "   0/0/%c/%c/%s 00000000 %u\n", session->recv_seq ? 'R' : '-', info->send_seq ? 'S' : '-',
		 session->lns_mode ? "LNS" : "LAC", view_reorder_ms(session));
	view_say(text, "   %" PRIu32 "/%" PRIu32, info->nr, info->ns);
	view_say_stats(text, &info->stats, " ", "");
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
