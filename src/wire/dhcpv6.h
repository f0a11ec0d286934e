/* SPDX-License-Identifier: MIT */
/*
 * DHCPv6 messages between clients and servers (RFC 8415), as far as a server of addresses, prefixes and names of
 * servers needs them; relays' messages are not read.
 */
#ifndef L2TPD_WIRE_DHCPV6_H
#define L2TPD_WIRE_DHCPV6_H

#include "base/prefix.h"

#define DHCPV6_CLIENT_PORT 546
#define DHCPV6_SERVER_PORT 547
#define DHCPV6_DUID_MAX 130		/* octets (RFC 8415 11.1) */
#define DHCPV6_IAS_MAX 8		/* of a message; who sends more is not read */
#define DHCPV6_LEASES_MAX 8		/* of an IA; the others are left out */
#define DHCPV6_DNS_MAX 3

enum dhcpv6_type {
	DHCPV6_SOLICIT = 1, DHCPV6_ADVERTISE, DHCPV6_REQUEST, DHCPV6_CONFIRM, DHCPV6_RENEW, DHCPV6_REBIND, DHCPV6_REPLY,
	DHCPV6_RELEASE, DHCPV6_DECLINE, DHCPV6_RECONFIGURE, DHCPV6_INFORMATION_REQUEST,
};

enum dhcpv6_status {			/* RFC 8415 21.13 */
	DHCPV6_SUCCESS, DHCPV6_UNSPECIFIED, DHCPV6_NO_ADDRESSES, DHCPV6_NO_BINDING, DHCPV6_NOT_ON_LINK,
	DHCPV6_USE_MULTICAST, DHCPV6_NO_PREFIX,
};

struct dhcpv6_duid {			/* a view; length 0: none */
	const uint8_t *octets;
	size_t length;
};

struct dhcpv6_lease {			/* an address is a prefix of 128 bits */
	struct prefix prefix;
	uint32_t preferred, valid;	/* s */
};

enum dhcpv6_kind { DHCPV6_IA_NA = 3, DHCPV6_IA_PD = 25 };	/* addresses, prefixes: their options' codes */

struct dhcpv6_ia {
	enum dhcpv6_kind kind;
	uint32_t id, t1, t2;		/* s */
	unsigned int lease_count;
	struct dhcpv6_lease leases[DHCPV6_LEASES_MAX];
	bool has_status;
	enum dhcpv6_status status;
};

struct dhcpv6_message {
	enum dhcpv6_type type;
	uint32_t transaction;		/* 24 bits */
	struct dhcpv6_duid client, server;
	bool rapid_commit;
	bool has_requests;		/* there is an option request option */
	bool requests_dns;		/* in it */
	bool has_preference;
	uint8_t preference;
	bool has_status;
	enum dhcpv6_status status;	/* of all of it */
	unsigned int dns_count;
	struct address dns[DHCPV6_DNS_MAX];
	uint32_t refresh;		/* s; 0: not said (RFC 8415 21.23) */
	unsigned int ia_count;
	struct dhcpv6_ia ias[DHCPV6_IAS_MAX];
};

/* False: no such message, or one whose options are not whole: it says nothing then. Unknown options are left out, and
 * of those that may be there once the last counts. */
bool dhcpv6_decode(const uint8_t *octets, size_t length, struct dhcpv6_message *message);
/* Returns the length, 0 when size is too small. Statuses get words. */
size_t dhcpv6_encode(const struct dhcpv6_message *message, uint8_t *out, size_t size);

#endif
