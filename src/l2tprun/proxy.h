/* SPDX-License-Identifier: MIT */
/*
 * A netlink socket of the kernel's for a program, over which what is not L2TP goes.
 */
#ifndef L2TPD_L2TPRUN_PROXY_H
#define L2TPD_L2TPRUN_PROXY_H

#include "base/error.h"
#include "l2tprun/caller.h"

/* Open it in this network namespace (the descriptor stays the caller's) with no more rights than the program has.
 * Returns it, or -1. */
int proxy_open(int netns, const struct caller_rights *rights, struct error *error);

#endif
