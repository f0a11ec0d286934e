/* SPDX-License-Identifier: MIT */
/*
 * A text becomes netlink messages to the family l2tp, and what is answered becomes a text: in a guest with a real
 * kernel, and here.
 *
 * Lines of standard input:
 *	socket N			those below are this one's, 0 to 3; it is opened when it is first named
 *	option NUMBER VALUE		of level SOL_NETLINK; VALUE `group` is the family's group
 *	say NAME COMMAND FLAGS [ATTRIBUTE...]	to the family; NLM_F_REQUEST and NLM_F_ACK are added to FLAGS
 *	raw NAME HEX			these octets; TTTT in them is the family's number
 *	hear NAME			what there is without being asked
 * ATTRIBUTE is TYPE=VALUE; VALUE: u8:N u16:N u32:N u64:N x:HEX s:TEXT (with a NUL) 4:ADDRESS 6:ADDRESS
 *
 * What differs from system to system is printed as letters: the family's number as T, the group's as G, ports as P.
 */
#ifndef L2TPD_TESTS_PEERS_NETLINK_TEXT_H
#define L2TPD_TESTS_PEERS_NETLINK_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROBE_SOCKETS 4

struct probe_message {
	size_t length;
	_Alignas(4) uint8_t octets[8192];
};

/* What standard input says; returns the program's exit status. */
int probe_run(void);

/* --- who answers: netlink_socket.c, netlink_room.c --- */
/* False, here and below: errno says why. */
bool probe_open(unsigned int socket);
bool probe_send(unsigned int socket, const struct probe_message *message);
/* False: nothing came for so long. */
bool probe_receive(unsigned int socket, int wait_ms, struct probe_message *message);
bool probe_option(unsigned int socket, int option, int value);

#endif
