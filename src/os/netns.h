/* SPDX-License-Identifier: MIT */
/*
 * Named network namespaces (`ip netns add NAME`): the calling thread steps into one, makes what
 * it needs there, and steps back.  Other threads are not affected.
 */
#ifndef L2TPD_OS_NETNS_H
#define L2TPD_OS_NETNS_H

#include "base/error.h"

/* Step into name ("" : stay). Returns a descriptor for netns_leave(), -1 with *error filled. */
int netns_enter(const char *name, struct error *error);
/* Step back and close. saved as netns_enter() returned it. */
void netns_leave(int saved);

#endif
