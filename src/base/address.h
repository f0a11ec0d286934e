/* SPDX-License-Identifier: MIT */
/*
 * Internet addresses and UDP endpoints as values: no sockets here, only what text and tables need.
 */
#ifndef L2TPD_BASE_ADDRESS_H
#define L2TPD_BASE_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/* family AF_UNSPEC means "not given" or "not known yet"; unused bytes are zero so that
 * memcmp() and hashing of the whole struct are legal. */
struct address {
	sa_family_t family;		/* AF_UNSPEC, AF_INET or AF_INET6 */
	union {
		struct in_addr v4;
		struct in6_addr v6;
		uint8_t bytes[16];
	};
};

struct endpoint {
	struct address address;
	uint16_t port;			/* host order; 0 where the protocol has none (IP protocol 115) */
};

#define ADDRESS_TEXT_MAX INET6_ADDRSTRLEN
#define ENDPOINT_TEXT_MAX (INET6_ADDRSTRLEN + 9)	/* "[" address "]:65535" */

/* False when text is not a literal IPv4 or IPv6 address; *address is then AF_UNSPEC. */
bool address_parse(const char *text, struct address *address);
/* text of at least ADDRESS_TEXT_MAX; AF_UNSPEC becomes "". Returns text. */
const char *address_format(const struct address *address, char *text, size_t size);
/* "192.0.2.1:1701" or "[2001:db8::1]:1701"; without the port when it is 0. Returns text. */
const char *endpoint_format(const struct endpoint *endpoint, char *text, size_t size);
bool address_equal(const struct address *a, const struct address *b);
bool address_is_any(const struct address *address);	/* 0.0.0.0, :: or AF_UNSPEC */
/* One host's: not any, not multicast or broadcast, not IPv4 in IPv6's clothes (::ffff:192.0.2.1). */
bool address_is_unicast(const struct address *address);

/* Fill a sockaddr for the kernel; returns its length. AF_UNSPEC gives length 0. */
socklen_t endpoint_to_sockaddr(const struct endpoint *endpoint, struct sockaddr_storage *sockaddr);
/* A v4-mapped IPv6 source becomes plain IPv4. Returns false for other families. */
bool endpoint_from_sockaddr(const struct sockaddr_storage *sockaddr, struct endpoint *endpoint);

#endif
