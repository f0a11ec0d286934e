/* SPDX-License-Identifier: MIT */
/*
 * The datapath of the Linux kernel: its modules l2tp_netlink, l2tp_eth, l2tp_ppp, l2tp_ip and l2tp_ip6 move the
 * packets, told over the generic netlink family "l2tp", and by PPPoL2TP sockets and /dev/ppp.  Static tunnels of
 * version 3 with Ethernet and PPP; tunnels of version 2, whose control messages others send by the port that these
 * share (choice/choice.h).
 *
 *   kernel.c    opening, closing, totals, events, and the operations that the kernel has nothing for
 *   tunnel.c    tunnels, and their peers          socket.c   the socket of a tunnel
 *   session.c   sessions; Ethernet's devices      space.c    network namespaces
 *   ppp.c       PPP sessions and their devices    ppp_device.c   their descriptors
 *   channel.c   requests to the family            message.c  what they consist of; pure
 *   mppe.c      encryption of PPP                 filter.c   whom a peer may pretend to be, what we hear; pure
 *   refuse.c    what the kernel cannot do; pure   notice.c   what others delete in the kernel
 *   router.c    what subscribers ask of their router   frames.c   another program as PPP's end
 *   tap.c       captures                          tap_filter.c   whose packets those are; pure
 *   message_queue.c   control messages and frames, for the engine
 *   sequence.c  what the kernel's trace points tell of sequence numbers
 *
 * Every tunnel has a socket of its own, which is ours and is given to the kernel (L2TP_ATTR_FD).  So it has the
 * markings that the kernel's own sockets cannot be given, its peer can change, a route to it need not be there at the
 * beginning; and when we die, however that happens, the kernel removes tunnel, sessions and devices with the socket,
 * and PPP's with the descriptors of /dev/ppp: nothing is ever left behind for a successor to adopt or to clean, and
 * whatever tunnels the kernel has at our start are somebody else's.  Only routes to tunnels' peers remain (own/own.h):
 * they have the number of this instance, and who opens the datapath in user space removes them.
 */
#ifndef L2TPD_DATAPATH_KERNEL_KERNEL_H
#define L2TPD_DATAPATH_KERNEL_KERNEL_H

#include "datapath/datapath.h"

/* instance: what tells l2tpds of one host apart. -1 with *error filled where the kernel has no L2TP. */
int datapath_kernel_open(const char *instance, struct datapath **dp, struct error *error);

#endif
