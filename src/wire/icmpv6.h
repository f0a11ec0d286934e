/* SPDX-License-Identifier: MIT */
/*
 * Router discovery (RFC 4861): of the router's side all; of the host's what an advertisement says of name servers.
 */
#ifndef L2TPD_WIRE_ICMPV6_H
#define L2TPD_WIRE_ICMPV6_H

#include "base/prefix.h"
#include "wire/ipv6.h"

#define ICMPV6_SOLICITATION 133
#define ICMPV6_ADVERTISEMENT 134
#define ICMPV6_DNS_MAX 3
#define ICMPV6_HOPS 255			/* hop limit of all of it: none comes from another link */

struct icmpv6_advertisement {
	uint8_t hop_limit;		/* for hosts' packets; 0: not said */
	bool managed, other;		/* DHCPv6 has addresses; it has other things */
	uint16_t lifetime;		/* s, as a default router; 0: it is none, or no longer */
	struct prefix prefix;		/* AF_UNSPEC: none */
	bool on_link, autonomous;	/* of the prefix */
	uint32_t valid, preferred;	/* s, of the prefix */
	uint32_t mtu;			/* 0: not said */
	unsigned int dns_count;
	struct address dns[ICMPV6_DNS_MAX];
	uint32_t dns_lifetime;		/* s */
};

/* Is it a router solicitation that must be answered (RFC 4861 6.1.1)? */
bool icmpv6_is_solicitation(const struct ipv6_packet *packet);
/* A whole IPv6 packet. Returns its length, 0 when size is too small; IPV6_MTU_LEAST is enough. */
size_t icmpv6_encode_advertisement(const struct icmpv6_advertisement *advertisement, const struct address *source,
				   const struct address *destination, uint8_t *out, size_t size);

/* Is it an advertisement that a host may believe (RFC 4861 6.1.2)? Filled in: lifetime, dns and dns_lifetime: the first
 * option with name servers, and of these the first; none: dns_count 0. */
bool icmpv6_decode_advertisement(const struct ipv6_packet *packet, struct icmpv6_advertisement *advertisement);

#endif
