/* SPDX-License-Identifier: MIT */
/*
 * Families of generic netlink: what the kernel has of them.
 */
#ifndef L2TPD_OS_FAMILY_H
#define L2TPD_OS_FAMILY_H

#include <stdint.h>

#include "base/error.h"

/* Is there a family of this name?  Where the kernel can load a module for it, it does.  1: yes, with its number in *id
 * (may be NULL); 0: no; -1: the kernel does not tell. */
int os_family_find(const char *name, uint16_t *id, struct error *error);

#endif
