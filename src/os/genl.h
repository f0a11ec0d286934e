/* SPDX-License-Identifier: MIT */
/*
 * Which generic netlink families the kernel has.
 */
#ifndef L2TPD_OS_GENL_H
#define L2TPD_OS_GENL_H

#include <stdint.h>

/* An id that none of them has, and that none will get soon. -1: the kernel cannot be asked. */
int os_genl_free_id(uint16_t *id);

#endif
