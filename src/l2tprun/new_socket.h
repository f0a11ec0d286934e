/* SPDX-License-Identifier: MIT */
/*
 * socket(AF_NETLINK, ..., NETLINK_GENERIC): the pair of sockets of which the program gets one end and l2tpd the other.
 */
#ifndef L2TPD_L2TPRUN_NEW_SOCKET_H
#define L2TPD_L2TPRUN_NEW_SOCKET_H

#include "l2tprun/supervisor.h"

/* Without l2tpd, or where anything fails, the program gets a socket of the kernel's. */
void new_socket(struct supervisor *supervisor, const struct trapped *trapped);

#endif
