/* SPDX-License-Identifier: MIT */
/*
 * UDP datagrams as they travel through the annex (annex.h): with an IP header, and one end that is a program's.
 */
#ifndef L2TPD_L2TPRUN_ANNEX_PACKET_H
#define L2TPD_L2TPRUN_ANNEX_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"

/* What a program sends. */
struct annex_packet {
	uint16_t port;			/* that it comes from */
	struct address to;
	const uint8_t *octets;		/* behind UDP's header */
	size_t length;
};

/* What it receives. */
struct annex_arrival {
	struct address from;
	uint32_t scope;			/* of an address of a link, else 0 */
	uint8_t hops;			/* TTL, or hop limit, that are left */
	uint8_t service;		/* type of service, or traffic class */
	const uint8_t *octets;
	size_t length;
};

/* False: it is something else, or not whole. Checksums are not looked at: it was never on a wire. */
bool annex_packet_read(const uint8_t *octets, size_t length, struct annex_packet *packet);

#define ANNEX_HEAD_MAX 48		/* of IPv6 and UDP */

/* The headers before it, from port 0 of an address to a port of another of the same family.  Without UDP's checksum;
 * IPv4's own is the kernel's to fill in. Returns their length; 0: it is too long for them. */
size_t annex_packet_head(uint8_t head[ANNEX_HEAD_MAX], const struct annex_arrival *arrival, const struct endpoint *to);

#endif
