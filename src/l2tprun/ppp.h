/* SPDX-License-Identifier: MIT */
/*
 * Who opens /dev/ppp gets one end of a pair of sockets, whose messages are PPP frames; ioctl() on it is l2tpd's to
 * answer.
 */
#ifndef L2TPD_L2TPRUN_PPP_H
#define L2TPD_L2TPRUN_PPP_H

#include "l2tprun/files.h"

file_open_fn ppp_open;

/* A call on what was opened so. */
void ppp_call(struct supervisor *supervisor, struct trapped *trapped, struct client *client);

/* An ioctl() on any socket that asks about a network device, perhaps one of ours. */
bool ppp_is_about_device(const struct trapped *trapped);
void ppp_device_call(struct supervisor *supervisor, struct trapped *trapped);

#endif
