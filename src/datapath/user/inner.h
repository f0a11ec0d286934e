/* SPDX-License-Identifier: MIT */
/*
 * Where the headers lie in a frame that crosses a tunnel: Ethernet with up to three VLAN tags, IPv4
 * or IPv6, TCP or UDP.  Everything is checked against the frame's length once, here; whoever has an
 * answer may read what it says without asking again.  Pure.
 */
#ifndef L2TPD_DATAPATH_USER_INNER_H
#define L2TPD_DATAPATH_USER_INNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/packet.h"

enum frame_layer { FRAME_ETHERNET, FRAME_IP };	/* what the first octet of a frame belongs to */

#define INNER_EXTENSIONS_MAX 8		/* IPv6 extension headers that are followed; more: no transport seen */

/* Offsets into an IPv4 header, */
enum {
	IPV4_TOS = 1, IPV4_LENGTH = 2, IPV4_ID = 4, IPV4_FRAGMENT = 6, IPV4_TTL = 8, IPV4_PROTOCOL = 9,
	IPV4_CHECKSUM = 10,
	IPV4_ADDRESSES = 12,
};
/* an IPv6 header, */
enum { IPV6_LENGTH = 4, IPV6_NEXT = 6, IPV6_HOPS = 7, IPV6_ADDRESSES = 8 };
/* a TCP header, */
enum {
	TCP_SEQUENCE = 4, TCP_ACK = 8, TCP_OFFSET = 12, TCP_FLAGS = 13, TCP_WINDOW = 14, TCP_CHECKSUM = 16,
	TCP_URGENT = 18,
};
/* and a UDP header. */
enum { UDP_LENGTH = 4, UDP_CHECKSUM = 6 };

#define IPV4_DONT_FRAGMENT 0x4000	/* of the 16 bits at IPV4_FRAGMENT */
#define IPV4_OFFSET_AND_MORE 0x3fff

enum tcp_flag {
	TCP_FIN = 0x01, TCP_SYN = 0x02, TCP_RST = 0x04, TCP_PSH = 0x08, TCP_ACKNOWLEDGE = 0x10, TCP_URG = 0x20,
	TCP_ECE = 0x40,
	TCP_CWR = 0x80,
};

struct inner {
	uint16_t l3_offset;		/* IP header, at least IPV4_HEADER or IPV6_HEADER octets */
	uint16_t l4_offset;		/* past IP options and extension headers */
	uint16_t payload_offset;	/* past the TCP or UDP header, <= end */
	uint32_t end;			/* of the IP packet, <= the frame's length: padding follows */
	uint8_t protocol;		/* of the upper layer, valid after inner_find_transport() */
	bool ipv6;
	bool fragment;			/* any but an unfragmented packet: no transport */
	bool plain;			/* no IP options or extension headers */
	bool routed;			/* IPv6 with a routing header: the last destination is not the header's */
};

/* The IP header: l3_offset, end and ipv6. False: not IP, or its lengths do not fit the frame. */
bool inner_find_ip(const uint8_t *frame, size_t length, enum frame_layer layer, struct inner *inner);

/* After inner_find_ip(): true when there is a whole TCP or UDP header and the packet is no fragment;
 * all members are then valid. When false, l4_offset and payload_offset are not. */
bool inner_find_transport(const uint8_t *frame, struct inner *inner);

/* Both. */
static inline bool inner_parse(const uint8_t *frame, size_t length, enum frame_layer layer, struct inner *inner)
{
	return inner_find_ip(frame, length, layer, inner) && inner_find_transport(frame, inner);
}

/* Sum (checksum.h) of the pseudo-header with an upper layer of that length (RFC 9293 3.1, RFC 8200 8.1). */
uint64_t inner_pseudo_sum(const uint8_t *frame, const struct inner *inner, uint32_t length);

#endif
