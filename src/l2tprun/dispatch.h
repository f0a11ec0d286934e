/* SPDX-License-Identifier: MIT */
/*
 * Which of the emulated sockets a call is about, or whether it is about any.
 */
#ifndef L2TPD_L2TPRUN_DISPATCH_H
#define L2TPD_L2TPRUN_DISPATCH_H

#include "l2tprun/supervisor.h"

/* Carry out a call, or see to it that it is, sooner or later. Calls on what is none of ours are the kernel's. */
void dispatch_call(struct supervisor *supervisor, struct trapped *trapped);

#endif
