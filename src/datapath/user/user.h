/* SPDX-License-Identifier: MIT */
/*
 * The datapath in user space: TAP and TUN devices on one side, shared UDP and raw sockets on the
 * other, worker threads between them.  Needs no kernel module but tun.  How it is built:
 *
 *   user.c      opening, closing, totals, events           worker.c    threads and their loop
 *   tunnel.c    tunnels and their paths to the peer        transmit.c  device -> wire
 *   session.c   sessions                                   train.c     datagrams -> UDP_SEGMENT messages
 *   device.c    the devices of sessions                    receive.c   wire -> session
 *   group.c     shared sockets                             deliver.c   session -> device
 *   steer.c     which socket gets which packet             notice.c    what workers tell the control thread
 *   table.c     sessions by id (RCU)                       timers.c    carrier and path MTU, control thread
 *   tap.c       copies of packets, for captures            ring.c      how they reach the control thread
 *   message.c   control messages, control thread           frames.c    PPP sessions -> another program, and back
 *   send.c      the control thread's messages and frames   retire.c    what workers may still be reading
 *   receive_held.c     packets ahead of their turn
 *
 * PPP sessions whose frames are the engine's:
 *   ppp.c       wire -> session, by protocol               punt.c      worker -> engine
 *   ppp_transmit.c   session -> wire: rate, cipher         ppp_header.c     headers of L2TP and PPP
 *   network.c   what a session carries, control thread     cipher.c    ciphers, exchanged while they work
 *   shared.c    devices that sessions share, control       shared_transmit.c   their packets -> sessions
 *   pin.c       tunnels are not led through themselves     lookup.c    whose address it is (RCU)
 *   bucket.h router.c too_big.c   pure
 *
 * What programs made through the kernel's API:
 *   channel.c   sockets of theirs that take frames         shadow.c    tunnels of their own sockets
 *   receive_kernel.c   sequence numbers as the kernel      joined.c    how what a sender has joined is to be cut
 *
 *   segment.c coalesce.c mss.c sequence.c sequence_kernel.c reorder.c inner.c checksum.c   pure packet functions
 *
 * Threads: one control thread calls the operations; workers move packets.  A tunnel's packets
 * arrive at one worker (the kernel steers by flow), a session's frames are sent by one worker, so
 * that every counter and every sequence number has one writer and the packet path needs no lock.
 */
#ifndef L2TPD_DATAPATH_USER_USER_H
#define L2TPD_DATAPATH_USER_USER_H

#include "datapath/datapath.h"

#define DATAPATH_USER_WORKERS_MAX 64

struct datapath_user_options {
	unsigned int workers;		/* 0: one per processor; at most DATAPATH_USER_WORKERS_MAX */
	const char *instance;		/* tells this daemon from others: its link group is derived from it */
};

/* Removes interfaces that a predecessor of the same instance left behind. */
int datapath_user_open(const struct datapath_user_options *options, struct datapath **dp, struct error *error);

#endif
