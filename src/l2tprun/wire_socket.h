/* SPDX-License-Identifier: MIT */
/*
 * What a program's socket of IP protocol 115 has on the wire: a raw socket in the program's network namespace, which
 * gets the control messages of one control connection, and nothing else.  Addresses are the kernel's to judge: bind()
 * and connect() of raw sockets are as those of the sockets that l2tp_ip makes.
 *
 * A control message has four octets of zeros before it on the wire (RFC 3931, 4.1.1), which programs do not see.
 */
#ifndef L2TPD_L2TPRUN_WIRE_SOCKET_H
#define L2TPD_L2TPRUN_WIRE_SOCKET_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "base/address.h"
#include "l2tprun/annex_packet.h"
#include "l2tprun/call.h"

#define WIRE_DATAGRAM_MAX 65536		/* octets, with IPv4's header */

/* In the namespace of this descriptor, which stays the caller's. It receives nothing. -1 with errno. */
int wire_open(int netns, sa_family_t family);
/* From now on: the control messages with this id. 0 or an errno. */
int wire_listen(int fd, sa_family_t family, uint32_t connection_id);
int wire_bind(int fd, const struct endpoint *local, uint32_t scope);
int wire_connect(int fd, const struct endpoint *peer, uint32_t scope);
/* Another one in the same namespace that sends as this one does, neither bound nor connected. -1 with errno. */
int wire_again(int fd);

/* Its own address, or its peer's; scope: of one that needs an interface, else 0. False: it has no peer. */
bool wire_name(int fd, bool peer, struct address *address, uint32_t *scope);

/* A control message, to this name of the family's. 0 or an errno. */
int wire_send(int fd, const void *name, socklen_t name_length, const void *octets, size_t length);
/* The next control message, its octets in the buffer. False: there is none. */
bool wire_receive(int fd, uint8_t buffer[WIRE_DATAGRAM_MAX], struct annex_arrival *arrival);

#endif
