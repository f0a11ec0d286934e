/* SPDX-License-Identifier: MIT */
/*
 * Sockets of generic netlink for the lines with '!' (probe_sockets.h): their names, by which programs find each other.
 * PORT is a number, or `own`, the number of this process, or `own+K`; and so it is printed.
 *
 *	! generic N			open
 *	! bind-port N PORT [GROUPS]
 *	! connect-port N PORT [GROUPS]	`none`: to nobody any more
 *	! ports N			what getsockname() and getpeername() say
 *	! ask-port N			the kernel, which answers to a port
 *	! send-port N			a message without a destination
 *	! hear-port N			how many octets came at once
 */
#ifndef L2TPD_TESTS_PEERS_PROBE_GENERIC_H
#define L2TPD_TESTS_PEERS_PROBE_GENERIC_H

#include <stdbool.h>

/* False: no such verb. What it says is printed. */
bool probe_generic_do(const char *verb, int number, char **words, int count);

#endif
