/* SPDX-License-Identifier: MIT */
/*
 * Sockets of AF_PPPOX, protocol PX_PROTO_OL2TP.  What a program gets in place of one is a socket of AF_UNIX, which is
 * connected to l2tpd when its connect() succeeds: frames do not come this way.
 */
#ifndef L2TPD_L2TPRUN_PPPOX_H
#define L2TPD_L2TPRUN_PPPOX_H

#include "l2tprun/supervisor.h"

/* socket(): without l2tpd it is the kernel's, as are the family's other protocols. */
void pppox_socket(struct supervisor *supervisor, const struct trapped *trapped);
/* Other calls on one. */
void pppox_call(struct supervisor *supervisor, struct trapped *trapped, struct client *client);

#endif
