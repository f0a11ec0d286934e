/* SPDX-License-Identifier: MIT */
/*
 * The TUN devices of the annex (annex.h), where every way leads.  The first has the addresses of all sockets.  Where a
 * program speaks with addresses of a link, one has the number that the program's device has there, as that is a part of
 * the address.
 */
#ifndef L2TPD_L2TPRUN_ANNEX_DEVICE_H
#define L2TPD_L2TPRUN_ANNEX_DEVICE_H

#include <stdint.h>

#include "base/address.h"

/* Of all sockets: nobody's peer. */
const struct address *annex_own(sa_family_t family);

/* In the calling thread's network namespace: a descriptor of packets, non-blocking. -1 with errno. */
int annex_device_first(void);
int annex_device_of_link(uint32_t index);

#endif
