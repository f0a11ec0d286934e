/* SPDX-License-Identifier: MIT */
/*
 * The family "l2tp" of one network namespace: one request, one verdict.
 */
#ifndef L2TPD_DATAPATH_KERNEL_CHANNEL_H
#define L2TPD_DATAPATH_KERNEL_CHANNEL_H

#include "datapath/kernel/message.h"

struct native_channel;

/* In the namespace in which the calling thread is. */
struct native_channel *native_channel_open(struct error *error);
void native_channel_close(struct native_channel *channel);	/* NULL is legal */

/* 0, or -1 with errno. record: filled by the answer to a GET, else NULL. */
int native_channel_request(struct native_channel *channel, struct nlmsghdr *request, struct native_record *record);
/* As that, for something that is to be made. The kernel lets go of what was deleted, or whose owner was killed, a
 * moment after: as long as there is one already it is tried again, for PATIENCE_MS. */
int native_channel_create(struct native_channel *channel, struct nlmsghdr *request);
/* Wait until this GET finds nothing, but not longer than that. */
void native_channel_await_end(struct native_channel *channel, struct nlmsghdr *get);

#endif
