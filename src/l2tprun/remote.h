/* SPDX-License-Identifier: MIT */
/*
 * Calls on sockets that l2tpd serves, which l2tpd answers: what the program gave goes there, and what it gets comes
 * from there.
 */
#ifndef L2TPD_L2TPRUN_REMOTE_H
#define L2TPD_L2TPRUN_REMOTE_H

#include "l2tprun/pending.h"

/* Ask for the answer to a call about this client, if it still waits; without l2tpd: pending_do_without().  The caller's
 * memory is taken over, and descriptors. */
void remote_ask(struct supervisor *supervisor, struct trapped *trapped, const struct client *client,
		struct pending *asked);

/* An ioctl() whose command says how long its argument is. Its octets go both ways. */
void remote_ioctl(struct supervisor *supervisor, struct trapped *trapped, const struct client *client);

#endif
