/* SPDX-License-Identifier: MIT */
/*
 * Addresses and endpoints: text and struct sockaddr.
 */
#include "base/address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

bool address_parse(const char *text, struct address *address)
{
	struct in_addr v4;
	struct in6_addr v6;

	memset(address, 0, sizeof(*address));
	if (inet_pton(AF_INET, text, &v4) == 1) {
		address->family = AF_INET;
		address->v4 = v4;
		return true;
	}
	if (inet_pton(AF_INET6, text, &v6) == 1) {
		address->family = AF_INET6;
		address->v6 = v6;
		return true;
	}
	return false;
}

const char *address_format(const struct address *address, char *text, size_t size)
{
	if (address->family == AF_UNSPEC || !inet_ntop(address->family, address->bytes, text, (socklen_t)size))
		snprintf(text, size, "%s", "");
	return text;
}

const char *endpoint_format(const struct endpoint *endpoint, char *text, size_t size)
{
	char address[ADDRESS_TEXT_MAX];

	address_format(&endpoint->address, address, sizeof(address));
	if (!endpoint->port)
		snprintf(text, size, "%s", address);
	else if (endpoint->address.family == AF_INET6)
		snprintf(text, size, "[%s]:%u", address, endpoint->port);
	else
		snprintf(text, size, "%s:%u", address, endpoint->port);
	return text;
}

bool address_equal(const struct address *a, const struct address *b)
{
	if (a->family != b->family)
		return false;
	switch (a->family) {
	case AF_INET:
		return a->v4.s_addr == b->v4.s_addr;
	case AF_INET6:
		return !memcmp(&a->v6, &b->v6, sizeof(a->v6));
	default:
		return true;
	}
}

bool address_is_any(const struct address *address)
{
	switch (address->family) {
	case AF_INET:
		return address->v4.s_addr == htonl(INADDR_ANY);
	case AF_INET6:
		return IN6_IS_ADDR_UNSPECIFIED(&address->v6);
	default:
		return true;
	}
}

bool address_is_unicast(const struct address *address)
{
	if (address_is_any(address))
		return false;
	if (address->family == AF_INET)
		return !IN_MULTICAST(ntohl(address->v4.s_addr)) && address->v4.s_addr != htonl(INADDR_BROADCAST);
	return !IN6_IS_ADDR_MULTICAST(&address->v6) && !IN6_IS_ADDR_V4MAPPED(&address->v6);
}

socklen_t endpoint_to_sockaddr(const struct endpoint *endpoint, struct sockaddr_storage *sockaddr)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(endpoint->port) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(endpoint->port) };

	memset(sockaddr, 0, sizeof(*sockaddr));
	switch (endpoint->address.family) {
	case AF_INET:
		in.sin_addr = endpoint->address.v4;
		memcpy(sockaddr, &in, sizeof(in));
		return sizeof(in);
	case AF_INET6:
		in6.sin6_addr = endpoint->address.v6;
		memcpy(sockaddr, &in6, sizeof(in6));
		return sizeof(in6);
	default:
		return 0;
	}
}

bool endpoint_from_sockaddr(const struct sockaddr_storage *sockaddr, struct endpoint *endpoint)
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	memset(endpoint, 0, sizeof(*endpoint));
	memcpy(&in, sockaddr, sizeof(in));
	memcpy(&in6, sockaddr, sizeof(in6));
	if (in.sin_family == AF_INET) {
		endpoint->address.family = AF_INET;
		endpoint->address.v4 = in.sin_addr;
		endpoint->port = ntohs(in.sin_port);
		return true;
	}
	if (in6.sin6_family != AF_INET6)
		return false;
	endpoint->port = ntohs(in6.sin6_port);
	if (IN6_IS_ADDR_V4MAPPED(&in6.sin6_addr)) {
		endpoint->address.family = AF_INET;
		memcpy(&endpoint->address.v4, in6.sin6_addr.s6_addr + 12, sizeof(endpoint->address.v4));
	} else {
		endpoint->address.family = AF_INET6;
		endpoint->address.v6 = in6.sin6_addr;
	}
	return true;
}
