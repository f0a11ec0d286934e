/* SPDX-License-Identifier: MIT */
/*
 * A UDP socket of another process, of which nothing is known but its cookie (SO_COOKIE): where is it bound, and to whom
 * is it connected?
 */
#ifndef L2TPD_OS_UDP_FIND_H
#define L2TPD_OS_UDP_FIND_H

#include <stdbool.h>
#include <stdint.h>

#include "base/address.h"

/* In the calling thread's network namespace. peer: any address and port 0, if it is not connected. False: it is not
 * there, or not bound. All sockets of the family are looked at. */
bool os_udp_find(sa_family_t family, uint64_t cookie, struct endpoint *local, struct endpoint *peer);

#endif
