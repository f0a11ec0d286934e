/* SPDX-License-Identifier: MIT */
/*
 * Named network namespaces (`ip netns add NAME`): the calling thread steps into one, makes what
 * it needs there, and steps back.  Other threads are not affected.
 */
#ifndef L2TPD_OS_NETNS_H
#define L2TPD_OS_NETNS_H

#include <stdint.h>

#include "base/error.h"

/* What tells namespaces apart whatever their names: "" is the one we are in; 0 when there is none of
 * that name. */
uint64_t netns_identity(const char *name);

/* Step into the namespace of this descriptor, which is closed. As netns_enter(). */
int netns_enter_fd(int target, struct error *error);

/* Step into name. Returns a descriptor for netns_leave(), -1 with *error filled. */
int netns_enter(const char *name, struct error *error);
/* Step back and close. saved as netns_enter() returned it. */
void netns_leave(int saved);

#endif
