/* SPDX-License-Identifier: MIT */
/*
 * The family "l2tp" of one network namespace: one request, one verdict.
 */
#ifndef L2TPD_DATAPATH_KERNEL_CHANNEL_H
#define L2TPD_DATAPATH_KERNEL_CHANNEL_H

#include "datapath/kernel/message.h"

struct native_channel;

/* In the namespace in which the calling thread is. group: by which the family tells what it does; 0: none. */
struct native_channel *native_channel_open(uint32_t group, struct error *error);
void native_channel_close(struct native_channel *channel);	/* NULL is legal */

/* 0, or -1 with errno. record: filled by the answer to a GET, else NULL. */
int native_channel_request(struct native_channel *channel, struct nlmsghdr *request, struct native_record *record);
/* As that, for something that is to be made. The kernel lets go of what was deleted, or whose owner was killed, a
 * moment after: as long as there is one already it is tried again, for PATIENCE_MS. */
int native_channel_create(struct native_channel *channel, struct nlmsghdr *request);
/* A descriptor that becomes readable when the family tells of something; -1: it does not. */
int native_channel_notices(const struct native_channel *channel);
/* What it tells next: octets, 0: nothing now, -1: there was more than could be kept. */
ssize_t native_channel_hear(const struct native_channel *channel, char *octets, size_t size);
/* Wait until this GET finds nothing, but not longer than that. */
void native_channel_await_end(struct native_channel *channel, struct nlmsghdr *get);

#endif
