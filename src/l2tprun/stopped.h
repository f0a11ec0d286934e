/* SPDX-License-Identifier: MIT */
/*
 * An l2tpd that is stopped (SIGSTOP) reads nothing and does not end: who waits for its answer on a netlink socket would
 * wait for ever.  So it is looked at from time to time, and what programs have asked and it has not read is given up,
 * as if it had ended.  One that is busy is not stopped, however long it takes.
 */
#ifndef L2TPD_L2TPRUN_STOPPED_H
#define L2TPD_L2TPRUN_STOPPED_H

#include "l2tprun/supervisor.h"

/* To be called as often as one likes: most times it does nothing. */
void stopped_look(struct supervisor *supervisor);
/* Milliseconds until it does something; -1: nobody can be waiting. */
int stopped_timeout(const struct supervisor *supervisor);

#endif
