/* SPDX-License-Identifier: MIT */
/*
 * What a socket tells of itself, whoever has made it.
 */
#ifndef L2TPD_OS_SOCKET_H
#define L2TPD_OS_SOCKET_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/address.h"

/* Its end here, and that which it is connected to. False: it has none, or none of IP, and *end stays as it is. */
bool os_socket_local(int fd, struct endpoint *end);
bool os_socket_peer(int fd, struct endpoint *end);
/* An option that is a number; -1: it has no such option. */
int os_socket_option(int fd, int level, int option);
/* The interface that it is bound to; "": none. */
void os_socket_interface(int fd, char name[IF_NAMESIZE]);
/* What tells sockets of the whole system apart, for ever; 0: it is no socket. */
uint64_t os_socket_cookie(int fd);
/* Its network namespace, as of netns_identity(); 0: it is no socket. */
uint64_t os_socket_netns(int fd);
/* Nothing was read from one that keeps packets apart: is that the end, and not a packet of no octets? */
bool os_socket_has_ended(int fd);

#endif
