/* SPDX-License-Identifier: MIT */
/*
 * Addresses of AF_PPPOX sockets: four structures, which their lengths alone tell apart, packed, so that nothing in them
 * is aligned.  Ids are in host order.
 */
#include <netinet/in.h>
#include <linux/if_pppol2tp.h>	/* it wants the one before it */
#include <string.h>

#include "kernel/pppox.h"

#define PX_PROTO_OL2TP 1	/* <linux/if_pppox.h> and <net/if.h> cannot be had together */

/* What two of each kind have in common. */
#define GET(name, from)                                                        \
	do {                                                                   \
		(name)->fd = (from).fd;                                        \
		(name)->tunnel_id = (from).s_tunnel;                           \
		(name)->session_id = (from).s_session;                         \
		(name)->peer_tunnel_id = (from).d_tunnel;                      \
		(name)->peer_session_id = (from).d_session;                    \
	} while (0)

#define PUT(to, name)                                                          \
	do {                                                                   \
		(to).pid = (name)->pid;                                        \
		(to).fd = (name)->fd;                                          \
		(to).s_tunnel = (__typeof__((to).s_tunnel))(name)->tunnel_id;  \
		(to).s_session = (__typeof__((to).s_session))(name)->session_id; \
		(to).d_tunnel = (__typeof__((to).d_tunnel))(name)->peer_tunnel_id; \
		(to).d_session = (__typeof__((to).d_session))(name)->peer_session_id; \
	} while (0)

#define FORM(address)                                                          \
	struct __attribute__((packed)) {                                       \
		uint16_t family;                                               \
		uint32_t protocol;                                             \
		struct address pppol2tp;                                       \
	}

union name {
	FORM(pppol2tp_addr) v2;
	FORM(pppol2tpv3_addr) v3;
	FORM(pppol2tpin6_addr) v2in6;
	FORM(pppol2tpv3in6_addr) v3in6;
};

_Static_assert(sizeof(union name) == KERNEL_PPPOX_NAME_MAX, "the longest");

bool pppox_name_read(const void *octets, size_t length, struct pppox_name *name)
{
	union name from;

	memset(name, 0, sizeof(*name));
	if (length > sizeof(from))
		return false;
	memcpy(&from, octets, length);
	name->version = length == sizeof(from.v2) || length == sizeof(from.v2in6) ? 2 : 3;
	if (length == sizeof(from.v2))
		GET(name, from.v2.pppol2tp);
	else if (length == sizeof(from.v3))
		GET(name, from.v3.pppol2tp);
	else if (length == sizeof(from.v2in6))
		GET(name, from.v2in6.pppol2tp);
	else if (length == sizeof(from.v3in6))
		GET(name, from.v3in6.pppol2tp);
	else
		return false;
	return from.v2.protocol == PX_PROTO_OL2TP;
}

static void put_v4(const struct pppox_name *name, union name *to)
{
	struct sockaddr_in peer = { .sin_family = AF_INET, .sin_port = htons(name->peer.port),
				    .sin_addr = name->peer.address.v4 };

	if (name->version == 2) {
		PUT(to->v2.pppol2tp, name);
		memcpy(&to->v2.pppol2tp.addr, &peer, sizeof(peer));
	} else {
		PUT(to->v3.pppol2tp, name);
		memcpy(&to->v3.pppol2tp.addr, &peer, sizeof(peer));
	}
}

static void put_v6(const struct pppox_name *name, union name *to)
{
	struct sockaddr_in6 peer = { .sin6_family = AF_INET6, .sin6_port = htons(name->peer.port),
				     .sin6_addr = name->peer.address.v6 };

	if (name->version == 2) {
		PUT(to->v2in6.pppol2tp, name);
		memcpy(&to->v2in6.pppol2tp.addr, &peer, sizeof(peer));
	} else {
		PUT(to->v3in6.pppol2tp, name);
		memcpy(&to->v3in6.pppol2tp.addr, &peer, sizeof(peer));
	}
}

size_t pppox_name_write(const struct pppox_name *name, uint8_t octets[KERNEL_PPPOX_NAME_MAX])
{
	bool ipv6 = name->peer.address.family == AF_INET6;
	union name to;

	memset(&to, 0, sizeof(to));
	to.v2.family = AF_PPPOX;
	to.v2.protocol = PX_PROTO_OL2TP;
	if (ipv6)
		put_v6(name, &to);
	else
		put_v4(name, &to);
	memcpy(octets, &to, sizeof(to));
	if (name->version == 2)
		return ipv6 ? sizeof(to.v2in6) : sizeof(to.v2);
	return ipv6 ? sizeof(to.v3in6) : sizeof(to.v3);
}
