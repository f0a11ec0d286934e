/* SPDX-License-Identifier: MIT */
/*
 * The calls on generic netlink sockets: what programs get in place of them, and what they are told about it.  Data do
 * not come this way, they go through the pair of sockets at its own speed.
 */
#ifndef L2TPD_L2TPRUN_NETLINK_H
#define L2TPD_L2TPRUN_NETLINK_H

#include "l2tprun/supervisor.h"

/* Carry out a call, or see to it that it is, sooner or later. */
void netlink_call(struct supervisor *supervisor, struct trapped *trapped, struct client *client);

#endif
