/* SPDX-License-Identifier: MIT */
/*
 * Values that getsockname(), getsockopt() and the like put into the caller's memory, beside their length.
 */
#ifndef L2TPD_L2TPRUN_VALUE_H
#define L2TPD_L2TPRUN_VALUE_H

#include "l2tprun/supervisor.h"

/* The room that the caller says there is. 0 or an errno. */
int value_room(struct trapped *trapped, uint64_t length_address, int32_t *room);

/* So many octets of it, and told as its length. Only after something was read of the caller, who waited then. 0 or an
 * errno. */
int value_put(const struct trapped *trapped, uint64_t address, uint64_t length_address, const void *octets,
	      uint32_t length, uint32_t told);

#endif
