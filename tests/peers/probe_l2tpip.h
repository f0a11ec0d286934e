/* SPDX-License-Identifier: MIT */
/*
 * Sockets of IP protocol 115 for the lines with '!' (probe_sockets.h): whatever a program may do with them, and all
 * that it is told.
 *
 *	! l2tp N FAMILY TYPE		socket(FAMILY: 4 or 6, TYPE: a number, 115)
 *	! bind N ADDRESS ID [LENGTH [FAMILY [UNUSED]]]
 *	! connect-to N ADDRESS ID [LENGTH [FAMILY [UNUSED]]]
 *	! disconnect N
 *	! names N			what getsockname() and getpeername() say, in hex
 *	! sendto N ADDRESS ID HEX [LENGTH [FAMILY [UNUSED]]]
 *	! sendmsg N ADDRESS ID HEX [LENGTH [FAMILY [UNUSED]]]	in two parts
 *	! recvfrom N [FLAGS [ROOM]]	at once; what came, from whom, and the flags
 *	! option N LEVEL OPTION [VALUE]	read it; or set it, and then read it
 *	! waiting N			SIOCINQ and SIOCOUTQ, and an ioctl that there is not
 *	! copy N M			M is a duplicate of N: by dup(), by fcntl()
 *	! copy-by-fcntl N M
 *	! write N HEX			by write(), by writev() in two parts
 *	! writev N HEX
 *	! interface N NAME		what ioctl() tells of a network device, of how many, and what it may set
 *	! told N			what is told along with what came, of TTL and type of service
 *
 * ADDRESS may be that of a link, with a % and the interface behind it.
 *
 * The address from which something comes over IPv6 has 28 octets here and 32 of the kernel's own: what is beyond is not
 * printed.
 */
#ifndef L2TPD_TESTS_PEERS_PROBE_L2TPIP_H
#define L2TPD_TESTS_PEERS_PROBE_L2TPIP_H

#include <stdbool.h>

/* False: no such verb. What it says is printed. */
bool probe_l2tpip_do(const char *verb, int number, char **words, int count);

#endif
