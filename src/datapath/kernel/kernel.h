/* SPDX-License-Identifier: MIT */
/*
 * The datapath of the Linux kernel: its modules l2tp_netlink, l2tp_eth, l2tp_ip and l2tp_ip6 move the packets, told
 * over the generic netlink family "l2tp".  Static tunnels of version 3 with Ethernet sessions.
 *
 *   kernel.c    opening, closing, totals, events, and the operations that the kernel has nothing for
 *   tunnel.c    tunnels, and their peers          socket.c   the socket of a tunnel
 *   session.c   sessions and their devices        space.c    network namespaces
 *   channel.c   requests to the family            message.c  what they consist of; pure
 *   refuse.c    what the kernel cannot do; pure
 *
 * Every tunnel has a socket of its own, which is ours and is given to the kernel (L2TP_ATTR_FD).  So it has the
 * markings that the kernel's own sockets cannot be given, its peer can change, a route to it need not be there at the
 * beginning; and when we die, however that happens, the kernel removes tunnel, sessions and devices with the socket:
 * nothing is ever left behind for a successor to find.
 */
#ifndef L2TPD_DATAPATH_KERNEL_KERNEL_H
#define L2TPD_DATAPATH_KERNEL_KERNEL_H

#include "datapath/datapath.h"

/* -1 with *error filled where the kernel has no L2TP. */
int datapath_kernel_open(struct datapath **dp, struct error *error);

#endif
