/* SPDX-License-Identifier: MIT */
/*
 * What netlink_probe.c needs of whoever answers: netlink_socket.c, a socket of the kernel's, or of who stands in for
 * it; netlink_room.c, the room kernel alone.
 */
#ifndef L2TPD_TESTS_PEERS_NETLINK_PROBE_H
#define L2TPD_TESTS_PEERS_NETLINK_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROBE_SOCKETS 4

struct probe_message {
	size_t length;
	_Alignas(8) uint8_t octets[65536];
};

/* What standard input says; returns the program's exit status. */
int probe_run(void);

/* --- who answers; false: errno says why --- */
bool probe_open(unsigned int socket, uint32_t *port);
bool probe_send(unsigned int socket, const struct probe_message *message);
bool probe_option(unsigned int socket, int option, int value);
/* The next that it hears. expected: something must come, false: nothing did. Otherwise false says that nothing comes
 * any more; ask so only when no dump is under way. */
bool probe_receive(unsigned int socket, bool expected, struct probe_message *message);

#endif
