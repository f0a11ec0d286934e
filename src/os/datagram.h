/* SPDX-License-Identifier: MIT */
/* UDP sockets of the control plane: of a RADIUS client, say. They never wait. */
#ifndef L2TPD_OS_DATAGRAM_H
#define L2TPD_OS_DATAGRAM_H

#include <stddef.h>

#include "base/address.h"
#include "base/error.h"

/* Bound to this end: address any or AF_UNSPEC of this family, port 0: a free one. An IPv6 socket for any address takes
 * IPv4, too, when both is set. Returns the descriptor, -1 with *error filled. */
int os_datagram_open(sa_family_t family, const struct endpoint *local, bool both, struct error *error);
/* What the system does not take is lost, as on the way. */
void os_datagram_send(int fd, const struct endpoint *peer, const void *octets, size_t length);
/* The octets of one; 0: there is none, or it was empty. What is longer than size is cut off to it. */
size_t os_datagram_receive(int fd, void *octets, size_t size, struct endpoint *peer);
void os_datagram_close(int fd);

#endif
