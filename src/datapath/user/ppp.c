/* SPDX-License-Identifier: MIT */
/* See ppp.h. */
#include "datapath/user/ppp.h"

#include <string.h>

#include "base/octets.h"
#include "datapath/user/mss.h"
#include "datapath/user/punt.h"

#define LOST_INTERVAL_MS 1000		/* the engine's request for a reset may be lost itself */
#define ADDRESS_V4 4
#define ADDRESS_V6 16

/* A packet on its way in. */
struct incoming {
	struct worker *worker;
	struct session *session;
	const struct network *network;
	bool ipv6;
	uint8_t *frame;			/* as the engine would get it: from its protocol field on, or before */
	size_t frame_length;
	uint8_t *packet;
	size_t length;
};

static void refuse(struct worker *worker, struct session *session, enum datapath_drop drop)
{
	counter_add(session->others, 1);
	deliver_refuse(worker, session, drop);
}

static void punt(struct worker *worker, struct session *session, const uint8_t *frame, size_t length)
{
	counter_add(session->others, 1);
	if (!punt_frame(worker, session, frame, length))
		deliver_refuse(worker, session, DATAPATH_DROP_CROWDED);
}

/* --- IP packets --- */

static bool is_link_local(const struct network *network, const uint8_t *address)
{
	return address[0] == 0xfe && address[1] == 0x80 && octets_u64(network->ppp.peer_identifier) != 0 &&
	       octets_u64(address + 8) == octets_u64(network->ppp.peer_identifier);
}

/* May the peer have sent it? */
static bool is_source(const struct network *network, const uint8_t *packet, bool ipv6)
{
	const uint8_t *source = packet + (ipv6 ? IPV6_ADDRESSES : IPV4_ADDRESSES);
	struct address address = { .family = ipv6 ? AF_INET6 : AF_INET };

	if (!ipv6 && network->ppp.peer4.family == AF_INET && octets_u32(source) == octets_u32(network->ppp.peer4.bytes))
		return true;
	if (ipv6 && is_link_local(network, source))
		return true;
	memcpy(address.bytes, source, ipv6 ? ADDRESS_V6 : ADDRESS_V4);
	for (unsigned int i = 0; i < network->ppp.prefix_count; i++)
		if (prefix_contains(&network->prefixes[i].prefix, &address))
			return true;
	return false;
}

/* Within the rate? What is not was ordered, and counts nowhere as an error. */
static bool is_within_rate(const struct incoming *in)
{
	struct limits *limits = rcu_dereference(in->session->limits);

	if (!limits || bucket_take(&limits->receive, in->length, in->worker->now))
		return true;
	counter_add(in->session->others, 1);
	in->worker->verdict = DATAPATH_DROP_RATE;
	return false;
}

static void carry(const struct incoming *in)
{
	struct session *session = in->session;
	struct inner inner;
	size_t length;

	if (!inner_find_ip(in->packet, in->length, FRAME_IP, &inner) || inner.ipv6 != in->ipv6) {
		refuse(in->worker, session, DATAPATH_DROP_INVALID);
		return;
	}
	length = inner.end;	/* padding stays behind (RFC 1661 section 2) */
	if (in->ipv6 && router_is_heard(in->network, in->packet, length))
		(void)punt_frame(in->worker, session, in->frame, in->frame_length);	/* it comes again */
	if (in->ipv6 && router_concerns(in->network, in->packet, length)) {
		punt(in->worker, session, in->frame, in->frame_length);
	} else if (in->network->ppp.check_source && !in->network->ppp.default_route &&
		   !is_source(in->network, in->packet, in->ipv6)) {
		refuse(in->worker, session, DATAPATH_DROP_SOURCE);
	} else if (is_within_rate(in)) {
		if (session->carried)
			ppp_count(&session->carried->received, in->worker, in->length);
		if (shared_get(session->mss_clamp))
			mss_clamp(in->packet, length, FRAME_IP, shared_get(session->mtu), false);
		coalesce_frame(&in->worker->coalescer, session, FRAME_IP, in->packet, length);
	}
}

/* --- frames --- */

/* The protocol of what begins here, which is advanced past it; -1: too short. */
static int take_protocol(uint8_t **frame, size_t *length)
{
	size_t octets = *length && **frame & 1 ? 1 : 2;
	int protocol;

	if (*length < octets)
		return -1;
	protocol = octets == 1 ? **frame : octets_be16(*frame);
	*frame += octets;
	*length -= octets;
	return protocol;
}

static void deliver_ip(struct incoming *in)
{
	in->network = rcu_dereference(in->session->network);
	if (in->network && (in->ipv6 ? in->network->ppp.ipv6 : in->network->ppp.ipv4))
		carry(in);
	else if (in->session->as_kernel)	/* its unit knows what to do with it */
		punt(in->worker, in->session, in->frame, in->frame_length);
	else
		refuse(in->worker, in->session, DATAPATH_DROP_CLOSED);
}

static void tell_lost(const struct incoming *in, struct cipher *cipher)
{
	struct datapath_event event = { .kind = DATAPATH_EVENT_MPPE_LOST, .session = in->session->self,
					.tunnel = in->session->tunnel->self };

	if (cipher->told && in->worker->now - cipher->told < LOST_INTERVAL_MS)
		return;
	cipher->told = in->worker->now;
	notice_post(in->worker, &event);
}

/* in->packet begins with MPPE's header. */
static void deliver_enciphered(struct incoming *in)
{
	struct cipher *cipher = rcu_dereference(in->session->cipher);
	int protocol;

	if (!cipher || !cipher->receive) {
		if (in->session->as_kernel)
			punt(in->worker, in->session, in->frame, in->frame_length);
		else
			refuse(in->worker, in->session, DATAPATH_DROP_CLOSED);
		return;
	}
	switch (mppe_decrypt(cipher->receive, in->packet, in->length)) {
	case MPPE_LOST:
		tell_lost(in, cipher);
		/* fallthrough */
	case MPPE_DROPPED:
		refuse(in->worker, in->session, DATAPATH_DROP_CLEAR);
		return;
	case MPPE_PACKET:
		break;
	}
	cipher->told = 0;
	in->packet += MPPE_HEADER;
	in->length -= MPPE_HEADER;
	in->frame = in->packet;
	in->frame_length = in->length;
	protocol = take_protocol(&in->packet, &in->length);
	in->ipv6 = protocol == PPP_IPV6;
	if (protocol == PPP_IPV4 || in->ipv6)
		deliver_ip(in);
	else if (in->session->as_kernel)
		punt(in->worker, in->session, in->frame, in->frame_length);
	else
		refuse(in->worker, in->session, DATAPATH_DROP_INVALID);
}

static void deliver_clear(struct incoming *in)
{
	const struct cipher *cipher = rcu_dereference(in->session->cipher);

	if (cipher && cipher->receive && !in->session->as_kernel)
		refuse(in->worker, in->session, DATAPATH_DROP_CLEAR);
	else
		deliver_ip(in);
}

void ppp_deliver(struct worker *worker, struct session *session, uint8_t *frame, size_t length)
{
	struct incoming in = { .worker = worker, .session = session, .frame = frame, .frame_length = length,
			       .packet = frame + ppp_skip_address(frame, length) };
	int protocol;

	in.length = length - (size_t)(in.packet - frame);
	protocol = take_protocol(&in.packet, &in.length);
	in.ipv6 = protocol == PPP_IPV6;
	if (protocol == PPP_IPV4 || protocol == PPP_IPV6)
		deliver_clear(&in);
	else if (protocol == PPP_COMPRESSED)
		deliver_enciphered(&in);
	else if (protocol >= 0)
		punt(worker, session, frame, length);
	else
		refuse(worker, session, DATAPATH_DROP_INVALID);
}
