/* SPDX-License-Identifier: MIT */
/*
 * IPv6 towards a subscriber: who asks on its link for a router or by DHCPv6 is told what its session has. Nothing is
 * kept here: each answer follows from the question and the session.
 *
 * RFC 4861 6.2 (router advertisements), RFC 8106 (DNS in them), RFC 8415 18.3 (a server of addresses and prefixes).
 */
#ifndef L2TPD_AAA_IPV6_LINK_H
#define L2TPD_AAA_IPV6_LINK_H

#include "base/prefix.h"
#include "wire/ipv6.h"

#define IPV6_LINK_ANSWER_MAX IPV6_MTU_LEAST	/* octets of an answer */

struct ipv6_link {
	struct address local;		/* ours on the link: fe80:: and our interface identifier */
	struct prefix prefix;		/* of the link, a /64: hosts make addresses of it; AF_UNSPEC: none */
	struct address address;		/* the subscriber's own, by DHCPv6; AF_UNSPEC: none */
	struct prefix delegated;	/* to a router, by DHCPv6; AF_UNSPEC: none */
	struct address dns[2];		/* AF_UNSPEC: none */
	uint16_t mtu;			/* 0: not said */
	uint16_t router_lifetime;	/* s; 0: we are no default router */
	uint32_t preferred, valid;	/* s, of addresses and prefixes; preferred <= valid */
	const uint8_t *duid;		/* DHCPv6's name of this server, 1..130 octets; NULL: no DHCPv6 */
	size_t duid_length;
};

/* The answer to a packet of the subscriber, from its IPv6 header on: an IPv6 packet. Returns its length; 0: there is
 * nothing to say, or it was not for us. */
size_t ipv6_link_answer(const struct ipv6_link *link, const uint8_t *packet, size_t length,
			uint8_t answer[IPV6_LINK_ANSWER_MAX]);
/* A router advertisement that nobody asked for, to all on the link: when the link has come up, and at most every
 * router_lifetime / 3. */
size_t ipv6_link_advertise(const struct ipv6_link *link, uint8_t packet[IPV6_LINK_ANSWER_MAX]);

#endif
