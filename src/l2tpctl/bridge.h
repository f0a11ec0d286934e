/* SPDX-License-Identifier: MIT */
/*
 * The far end of `l2tpctl -H`: standard input and output joined to the daemon's socket.
 */
#ifndef L2TPD_L2TPCTL_BRIDGE_H
#define L2TPD_L2TPCTL_BRIDGE_H

#include "base/error.h"

/* Carry octets between from and to and the socket, both ways, until the socket has no more to say. -1: *error. */
int bridge_run(int from, int to, int socket, struct error *error);

#endif
