/* SPDX-License-Identifier: MIT */
/*
 * What becomes of a unit's packets on their way, in the order in which the kernel does it.
 *
 *	out:	filters, counting, compression of TCP headers, compression; to the line, or to who waits for traffic
 *	in:	decompression, expansion of TCP headers, counting, filters; to the device, or to who reads the file
 *
 * Where nothing of this needs a look at each packet the datapath carries IP packets past here (unit_carry()), and only
 * tells how many they were.
 */
#include <linux/filter.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/ppp_internal.h"

#define LINK_OCTETS 4			/* before a packet, as filters see it: direction, protocol */
#define CONTROL_PROTOCOLS 0x8000	/* from here on no filter is asked */

int network_of(uint32_t protocol)
{
	static const uint16_t protocols[NETWORKS] = {
		[NETWORK_IP] = PPP_IP, [NETWORK_IPV6] = PPP_IPV6, [NETWORK_IPX] = PPP_IPX, [NETWORK_AT] = PPP_AT,
		[NETWORK_MPLS_UC] = PPP_MPLS_UC, [NETWORK_MPLS_MC] = PPP_MPLS_MC,
	};

	for (int i = 0; i < NETWORKS; i++)
		if (protocols[i] == protocol)
			return i;
	return -1;
}

/* --- filters --- */

/* Should it pass? Then: *active, does it count as traffic? */
static bool is_let_through(const struct kernel_unit *unit, const struct frame *frame, bool outbound, bool *active)
{
	const struct kernel_ppp_host *host = &unit->ppp->host;
	uint8_t *seen = unit->ppp->seen;

	*active = true;
	if (!unit_filters(unit))
		return true;
	if (frame->length > FRAME_OCTETS)
		return false;
	memset(seen, 0, LINK_OCTETS);
	seen[0] = outbound;
	memcpy(seen + LINK_OCTETS - PROTOCOL_OCTETS, frame->octets, frame->length);
	for (int i = 0; i < FILTERS; i++)
		if (unit->filters[i] >= 0 && !host->filter_passes(host->context, unit->filters[i], seen,
								  frame->length + LINK_OCTETS - PROTOCOL_OCTETS)) {
			if (i == FILTER_PASS)
				return false;
			*active = false;
		}
	return true;
}

/* --- out --- */

static bool wants_header_compression(const struct kernel_unit *unit, uint16_t protocol)
{
	return protocol == PPP_IP && unit->vj && unit->flags & SC_COMP_TCP;
}

static void compress_headers(struct kernel_unit *unit, struct frame *frame)
{
	uint8_t *out = unit->ppp->headers;
	size_t length = frame->length - PROTOCOL_OCTETS;
	enum vj_kind kind = vj_compress(unit->vj, frame->octets + PROTOCOL_OCTETS, &length,
					!(unit->flags & SC_NO_TCP_CCID), out + PROTOCOL_OCTETS);

	if (kind == VJ_PLAIN)
		return;
	octets_put_be16(out, kind == VJ_COMPRESSED ? PPP_VJC_COMP : PPP_VJC_UNCOMP);
	*frame = (struct frame){ out, PROTOCOL_OCTETS + length };
}

/* To the peer, or to who is to call one as soon as there is traffic. */
static void push(struct kernel_unit *unit, const struct frame *frame)
{
	const struct kernel_line *line = unit->lines;

	if (unit->flags & SC_LOOP_TRAFFIC)
		readers_give(&unit->readers, unit->ppp, frame->octets, frame->length);
	else if (line && line->ops)
		line->ops->send(line->owner, frame->octets, frame->length);
}

void unit_send(struct kernel_unit *unit, const uint8_t *octets, size_t length)
{
	const struct kernel_ppp_host *host = &unit->ppp->host;
	struct frame frame = { octets, length };
	bool active;

	if (length < PROTOCOL_OCTETS || length > FRAME_OCTETS)
		return;
	if (frame_protocol(frame.octets) < CONTROL_PROTOCOLS) {
		if (!is_let_through(unit, &frame, true, &active))
			return;
		if (active)
			unit->counted.last_sent = host->now(host->context);
	}
	unit->counted.sent_packets++;
	unit->counted.sent_octets += length - PROTOCOL_OCTETS;
	if (wants_header_compression(unit, frame_protocol(frame.octets)))
		compress_headers(unit, &frame);
	else if (frame_protocol(frame.octets) == PPP_CCP)
		ccp_look(unit, octets, length, false);
	if (ccp_pack(unit, &frame))
		push(unit, &frame);
	else
		unit->sent_errors++;
}

void kernel_device_packet(struct kernel_ppp *ppp, int device, uint8_t *octets, size_t length)
{
	struct kernel_unit *unit = unit_of_device(ppp, device);
	bool ipv6 = length > PROTOCOL_OCTETS && octets[PROTOCOL_OCTETS] >> 4 == 6;

	if (!unit || length <= PROTOCOL_OCTETS || unit->mode[ipv6 ? NETWORK_IPV6 : NETWORK_IP] != NPMODE_PASS)
		return;
	octets_put_be16(octets, ipv6 ? PPP_IPV6 : PPP_IP);
	unit_send(unit, octets, length);
}

/* --- in --- */

static void count_error(struct kernel_unit *unit)
{
	unit->received_errors++;
	if (unit->vj)
		vj_toss(unit->vj);
}

/* False: it cannot be. */
static bool expand_headers(struct kernel_unit *unit, struct frame *frame)
{
	uint8_t *out = unit->ppp->headers;
	size_t length = frame->length - PROTOCOL_OCTETS;
	bool whole = frame_protocol(frame->octets) == PPP_VJC_UNCOMP;

	if (!unit->vj || unit->flags & SC_REJ_COMP_TCP)
		return false;
	if (whole) {
		memcpy(out, frame->octets, frame->length);
		if (!vj_remember(unit->vj, out + PROTOCOL_OCTETS, length))
			return false;
	} else {
		length = vj_expand(unit->vj, frame->octets + PROTOCOL_OCTETS, length, out + PROTOCOL_OCTETS);
		if (!length)
			return false;
	}
	octets_put_be16(out, PPP_IP);
	*frame = (struct frame){ out, PROTOCOL_OCTETS + length };
	return true;
}

static void deliver(struct kernel_unit *unit, const struct frame *frame, enum network_protocol network)
{
	const struct kernel_ppp_host *host = &unit->ppp->host;
	bool active;

	if (!is_let_through(unit, frame, false, &active))
		return;
	if (active)
		unit->counted.last_received = host->now(host->context);
	if (unit->device >= 0 && unit->mode[network] == NPMODE_PASS && network <= NETWORK_IPV6)
		host->device_write(host->context, unit->device, frame->octets + PROTOCOL_OCTETS,
				   frame->length - PROTOCOL_OCTETS);
}

void unit_receive(struct kernel_unit *unit, const uint8_t *octets, size_t length)
{
	struct frame frame = { octets, length };
	int network;

	if (length > FRAME_OCTETS)
		return;
	if (!ccp_unpack(unit, &frame))
		count_error(unit);
	if ((unit->flags & SC_MUST_COMP && unit->ccp.state & SC_DC_FERROR) ||
	    ((frame_protocol(frame.octets) == PPP_VJC_COMP || frame_protocol(frame.octets) == PPP_VJC_UNCOMP) &&
	     !expand_headers(unit, &frame))) {
		count_error(unit);
		return;
	}
	if (frame_protocol(frame.octets) == PPP_CCP)
		ccp_look(unit, frame.octets, frame.length, true);
	unit->counted.received_packets++;
	unit->counted.received_octets += frame.length - PROTOCOL_OCTETS;
	network = network_of(frame_protocol(frame.octets));
	if (network < 0)
		readers_give(&unit->readers, unit->ppp, frame.octets, frame.length);
	else
		deliver(unit, &frame, (enum network_protocol)network);
}
