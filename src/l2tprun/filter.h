/* SPDX-License-Identifier: MIT */
/*
 * The seccomp filter of a program under l2tprun: classic BPF, made from the tables of call.h.
 */
#ifndef L2TPD_L2TPRUN_FILTER_H
#define L2TPD_L2TPRUN_FILTER_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

#define FILTER_MAX 1024	/* instructions; the tables make some 500 */

struct filter {
	struct sock_filter code[FILTER_MAX];
	size_t length;
};

/* Calls of the table: SECCOMP_RET_USER_NOTIF; of a convention that the table does not have: ENOSYS, since they would
 * pass unseen; others are allowed. */
void filter_build(struct filter *filter);

/* Put this process, and whatever it becomes and begets, under the filter. Returns the listener, or -1. Without the
 * right to do otherwise (CAP_SYS_ADMIN) the process gives up that setuid programs get other rights. */
int filter_install(struct error *error);

/* Can the kernel do what the supervisor wants of this listener? */
bool filter_can_inject(int listener);

#endif
