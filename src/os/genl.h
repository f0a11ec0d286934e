/* SPDX-License-Identifier: MIT */
/*
 * Which generic netlink families the kernel has.
 */
#ifndef L2TPD_OS_GENL_H
#define L2TPD_OS_GENL_H

#include <stdint.h>

#include "base/error.h"

/* Is there a family of this name?  Where the kernel can load a module for it, it does.  1: yes, with its id in *id (may
 * be NULL), 0: no, -1: the kernel does not tell. */
int os_genl_find(const char *name, uint16_t *id, struct error *error);

/* The multicast group of a family that has one; 0: there is none. */
uint32_t os_genl_group(const char *name);

/* An id that none of them has, and that none will get soon. -1: the kernel cannot be asked. */
int os_genl_free_id(uint16_t *id);

#endif
