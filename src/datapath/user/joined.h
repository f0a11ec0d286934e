/* SPDX-License-Identifier: MIT */
/*
 * Datagrams that a sender on this host has joined (UDP_SEGMENT), and that no device has cut: they come to a raw socket
 * as one packet, of which nobody tells the size of its parts.  So there is a second raw socket, whose filter lets such
 * packets through only, each cut off behind the first part: its length is that size.  What both sockets got belongs
 * together when it begins alike.
 */
#ifndef L2TPD_DATAPATH_USER_JOINED_H
#define L2TPD_DATAPATH_USER_JOINED_H

#include <stddef.h>
#include <stdint.h>

#include "base/address.h"

struct joined;

/* Of this raw UDP socket: bound, connected or not. The descriptor becomes ours, also when it fails. peer_port 0:
 * anybody's. NULL: there is none to be had, and what was joined is not told apart. */
struct joined *joined_new(int fd, sa_family_t family, uint16_t local_port, uint16_t peer_port);
/* NULL is legal. */
void joined_free(struct joined *joined);

/* What has come since: to be called before packets are looked at that the other socket has given. NULL is legal. */
void joined_collect(struct joined *joined);
/* The payload of each datagram in this packet, which begins with its UDP header; 0: it is one. NULL is legal. */
size_t joined_size(struct joined *joined, const uint8_t *udp, size_t length);

#endif
