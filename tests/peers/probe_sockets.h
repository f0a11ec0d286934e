/* SPDX-License-Identifier: MIT */
/*
 * The sockets of netlink_probe.c, which it may make tunnels of: lines of its input that begin with '!'.
 *
 *	! socket N KIND [ADDRESS PORT [ADDRESS PORT]]	open, bind and connect; KIND: udp4, udp6, tcp4, raw4, unix, or
 *							elsewhere: udp4 of another network namespace
 *	! connect N ADDRESS PORT
 *	! close N			and wait until whoever is told of it has been
 *	! wait N			likewise
 *	! send N HEX
 *	! recv N			print the next datagram in hex; wait a second for one
 *
 * and those of probe_l2tpip.h and probe_generic.h.
 */
#ifndef L2TPD_TESTS_PEERS_PROBE_SOCKETS_H
#define L2TPD_TESTS_PEERS_PROBE_SOCKETS_H

/* Without its '!'; the line is taken apart. What it says is printed. */
void probe_sockets_do(char *line);
/* The descriptor of socket N; 777, which is none, when there is no such. */
int probe_sockets_fd(int number);
/* This is socket N now. */
void probe_sockets_put(int number, int fd);

#endif
