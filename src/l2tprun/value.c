/* SPDX-License-Identifier: MIT */
/* See value.h. */
#include "l2tprun/value.h"

#include <errno.h>

int value_room(struct trapped *trapped, uint64_t length_address, int32_t *room)
{
	if (!caller_read(&trapped->caller, length_address, room, sizeof(*room)))
		return EFAULT;
	return *room < 0 ? EINVAL : 0;
}

int value_put(const struct trapped *trapped, uint64_t address, uint64_t length_address, const void *octets,
	      uint32_t length, uint32_t told)
{
	if (length && !caller_write(&trapped->caller, address, octets, length))
		return EFAULT;
	return caller_write(&trapped->caller, length_address, &told, sizeof(told)) ? 0 : EFAULT;
}
