/* SPDX-License-Identifier: MIT */
/*
 * What a user gets: said by who knows the user (users.c, radius_reply.c), used by the service.
 */
#ifndef L2TPD_AAA_GRANT_H
#define L2TPD_AAA_GRANT_H

#include "base/address.h"
#include "base/prefix.h"
#include "wire/credentials.h"

#define GRANT_NAME_MAX 64		/* names of pools and the like, with the NUL */
#define GRANT_ROUTES_MAX 16
#define GRANT_CLASS_MAX 253
#define GRANT_CLASSES_MAX 4
#define GRANT_FILTER_MAX 64
#define GRANT_ALLOWED_MAX 8

enum grant_mppe { GRANT_MPPE_40 = 2, GRANT_MPPE_128 = 4 };	/* bits, as in MS-MPPE-Encryption-Types */

enum grant_address {
	GRANT_ADDRESS_UNSAID, GRANT_ADDRESS_POOL, GRANT_ADDRESS_USER, GRANT_ADDRESS_FIXED,
	GRANT_ADDRESS_NONE,		/* the user may have none: chap-secrets without an address column */
};

/* One word of chap-secrets' address column. */
struct grant_allowed {
	struct prefix prefix;
	bool refused;
};

struct grant_route {
	struct prefix prefix;
	uint32_t metric;		/* 0: the system's */
};

struct grant_class {			/* RADIUS attribute 25: given back in accounting */
	uint8_t length;
	uint8_t octets[GRANT_CLASS_MAX];
};

/* Zero: nothing is said. */
struct grant {
	enum grant_address address;	/* Framed-IP-Address: from a pool, as the user wants, or this */
	struct address ipv4;		/* FIXED */
	struct grant_allowed allowed[GRANT_ALLOWED_MAX];	/* ask grant_allows() */
	unsigned int allowed_count;
	char pool[GRANT_NAME_MAX], ipv6_pool[GRANT_NAME_MAX], delegated_pool[GRANT_NAME_MAX];
	struct prefix ipv6_prefix;	/* for router advertisements; AF_UNSPEC: not said */
	struct prefix delegated;	/* for DHCPv6 */
	struct address ipv6;		/* Framed-IPv6-Address */
	bool has_identifier;
	uint8_t identifier[8];		/* Framed-Interface-Id */
	struct grant_route routes[GRANT_ROUTES_MAX];	/* Framed-Route, Framed-IPv6-Route */
	unsigned int route_count;
	struct address dns[2], nbns[2], dns6[2];
	uint16_t mtu;			/* 0: not said */
	uint32_t session_timeout, idle_timeout;		/* s; 0: not said */
	uint32_t interim_interval;	/* s between interim accounting records */
	uint64_t rate_send, rate_receive;		/* bit/s, to the user, from the user; 0: not said */
	char filter[GRANT_FILTER_MAX];	/* Filter-Id: hooks are told */
	struct grant_class classes[GRANT_CLASSES_MAX];
	unsigned int class_count;
	bool mppe_required;
	unsigned int mppe_bits;		/* of enum grant_mppe; 0: not said */
	unsigned int port_limit;	/* sessions at once; 0: not said */
};

/* May the user have this IPv4 address? The first prefix of allowed that contains it decides; none does: no.
 * When nothing is said: any, but for GRANT_ADDRESS_NONE. */
bool grant_allows(const struct grant *grant, const struct address *address);

#endif
