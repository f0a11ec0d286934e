/* SPDX-License-Identifier: MIT */
/* IP packets of PPP sessions, device -> wire: rate, cipher, headers. See ppp.h. */
#include <netinet/in.h>
#include <string.h>

#include "base/octets.h"
#include "datapath/user/ppp.h"
#include "datapath/user/train.h"
#include "datapath/user/transmit.h"

#define BEFORE_PACKET (DATA_HEADER_MAX + PPP_HEADER_MAX + MPPE_OCTETS)	/* octets that may be put there */

_Static_assert(BEFORE_PACKET + sizeof(struct virtio_net_hdr) <= FRAME_ROOM, "the headers have room");

/* Packets on their way out. */
struct outgoing {
	struct worker *worker;
	struct session *session;
	const struct path *path;
	const struct network *network;
	struct cipher *cipher;		/* NULL: in clear */
	struct limits *limits;
	uint16_t protocol;
	struct train_marking marking;
};

/* --- may it leave? --- */

/* Our own datagram to the tunnel's peer, by a route that leads through the tunnel: it would come back for ever. */
static bool is_loop(const struct path *path, const uint8_t *packet, size_t length)
{
	bool ipv6 = packet[0] >> 4 == 6;
	size_t header = ipv6 ? IPV6_HEADER : (packet[0] & 0xf) * 4u;
	const uint8_t *to = packet + (ipv6 ? IPV6_ADDRESSES + 16 : IPV4_ADDRESSES + 4);
	uint8_t protocol = packet[ipv6 ? IPV6_NEXT : IPV4_PROTOCOL];

	if (ipv6 != (path->peer.address.family == AF_INET6) || memcmp(to, path->peer.address.bytes, ipv6 ? 16 : 4) != 0)
		return false;
	if (path->group->encap == L2TP_ENCAP_IP)
		return protocol == L2TP_IP_PROTOCOL;
	return protocol == IPPROTO_UDP && length >= header + UDP_HEADER &&
	       octets_be16(packet + header + 2) == path->peer.port;
}

bool ppp_carries(const struct session *session, const struct path *path, const uint8_t *packet, size_t length)
{
	const struct network *network = rcu_dereference(session->network);
	bool ipv6 = packet[0] >> 4 == 6;

	if (!network || length < (ipv6 ? IPV6_HEADER : IPV4_HEADER) ||
	    !(ipv6 ? network->ppp.ipv6 : network->ppp.ipv4))
		return false;
	return !network->guarded || !is_loop(path, packet, length);
}

static bool is_within_rate(const struct outgoing *out, size_t length)
{
	return !out->limits || bucket_take(&out->limits->send, length, out->worker->now);
}

/* --- headers --- */

/* packet has BEFORE_PACKET octets before it. Returns where the message begins. */
static uint8_t *put_headers(const struct outgoing *out, uint8_t *packet, size_t length)
{
	uint16_t protocol = out->protocol;

	if (out->cipher) {
		packet -= MPPE_OCTETS;
		octets_put_be16(packet + MPPE_HEADER, protocol);
		if (shared_get(out->cipher->flush)) {
			shared_set(out->cipher->flush, false);
			mppe_flush(out->cipher->send);
		}
		mppe_encrypt(out->cipher->send, packet, length + MPPE_OCTETS);
		protocol = PPP_COMPRESSED;
	}
	packet -= header_put_ppp(out->network, protocol, packet);
	return packet - header_put(out->session, false, packet);
}

static void send_whole(const struct outgoing *out, uint8_t *packet, uint32_t length)
{
	struct train_unit unit = { .head = put_headers(out, packet, length), .marking = out->marking };

	unit.head_length = (uint32_t)(packet + length - unit.head);
	transmit_unit(out->worker, out->session, out->path, &unit);
}

static void count(const struct outgoing *out, size_t length)
{
	if (out->session->carried)
		ppp_count(&out->session->carried->sent, out->worker, length);
}

/* Headers alone: the payload stays where it was read. */
static void send_segment(const struct outgoing *out, const struct segment_plan *plan, unsigned int index)
{
	uint8_t *room = transmit_room(out->worker, BEFORE_PACKET + plan->header_length), *packet = room + BEFORE_PACKET;
	struct train_unit unit = { .marking = out->marking };

	segment_header(plan, index, packet);
	unit.head = put_headers(out, packet, 0);
	unit.head_length = (uint32_t)(packet + plan->header_length - unit.head);
	unit.payload = segment_payload(plan, index, &unit.payload_length);
	transmit_unit(out->worker, out->session, out->path, &unit);
}

/* All of it in one place, to be enciphered. */
static void send_segment_enciphered(const struct outgoing *out, const struct segment_plan *plan, unsigned int index)
{
	uint32_t payload_length;
	const uint8_t *payload = segment_payload(plan, index, &payload_length);
	uint32_t length = plan->header_length + payload_length;
	uint8_t *packet = transmit_room(out->worker, BEFORE_PACKET + length) + BEFORE_PACKET;

	segment_header(plan, index, packet);
	memcpy(packet + plan->header_length, payload, payload_length);
	send_whole(out, packet, length);
}

static bool begin(struct outgoing *out, struct worker *worker, struct session *session, const struct path *path)
{
	*out = (struct outgoing){ .worker = worker, .session = session, .path = path };
	out->network = rcu_dereference(session->network);
	out->limits = rcu_dereference(session->limits);
	out->cipher = rcu_dereference(session->cipher);
	if (out->cipher && !out->cipher->send)
		out->cipher = NULL;
	return out->network;
}

void ppp_transmit(struct worker *worker, struct session *session, const struct path *path,
		  const struct segment_plan *plan, struct train_marking marking)
{
	struct outgoing out;

	if (!begin(&out, worker, session, path))
		return;
	out.marking = marking;
	out.protocol = plan->frame[0] >> 4 == 6 ? PPP_IPV6 : PPP_IPV4;
	if (plan->count == 1) {
		if (is_within_rate(&out, plan->length)) {
			count(&out, plan->length);
			send_whole(&out, plan->frame, plan->length);
		}
		return;
	}
	for (unsigned int i = 0; i < plan->count; i++) {
		uint32_t length;

		(void)segment_payload(plan, i, &length);
		if (!is_within_rate(&out, plan->header_length + length))
			continue;
		count(&out, plan->header_length + length);
		if (out.cipher)
			send_segment_enciphered(&out, plan, i);
		else
			send_segment(&out, plan, i);
	}
}

/* --- the engine's --- */

/* IP packets; as in the kernel all data. */
static bool is_enciphered(const struct session *session, uint16_t protocol)
{
	if (session->as_kernel)
		return protocol >= PPP_IPV4 && protocol < PPP_COMPRESSED_LINK;
	return protocol == PPP_IPV4 || protocol == PPP_IPV6;
}

/* Where what is enciphered of it begins, of which protocol; 0: nothing is. */
static size_t find_packet(const struct session *session, const struct datapath_message *frame, uint16_t *protocol)
{
	size_t begin = ppp_skip_address(frame->octets, frame->length);
	bool compressed = begin < frame->length && frame->octets[begin] & 1;

	if (frame->length < begin + 2)
		return 0;
	*protocol = compressed ? frame->octets[begin] : octets_be16(frame->octets + begin);
	return is_enciphered(session, *protocol) ? begin + (compressed ? 1 : 2) : 0;
}

void ppp_transmit_frame(struct worker *worker, struct session *session, const struct path *path,
			const struct datapath_message *frame)
{
	uint8_t *place = transmit_room(worker, BEFORE_PACKET + frame->length) + BEFORE_PACKET, *start;
	struct train_unit unit = { .marking = { TRAIN_FIELD_DEFAULT, TRAIN_FIELD_DEFAULT } };
	static const struct network nothing;	/* is known: headers are whole */
	struct outgoing out;
	size_t skip;

	memcpy(place, frame->octets, frame->length);
	counter_add(session->tx_engine, 1);
	if (!begin(&out, worker, session, path))
		out.network = &nothing;
	if (out.cipher && (skip = find_packet(session, frame, &out.protocol))) {
		out.marking = unit.marking;
		send_whole(&out, place + skip, (uint32_t)(frame->length - skip));
		return;
	}
	start = place - header_put(session, ppp_is_control(place, frame->length), place);
	unit.head = start;
	unit.head_length = (uint32_t)(place + frame->length - start);
	transmit_unit(worker, session, path, &unit);
}
