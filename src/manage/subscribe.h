/* SPDX-License-Identifier: MIT */
/*
 * The stream of events (method Events).
 */
#ifndef L2TPD_MANAGE_SUBSCRIBE_H
#define L2TPD_MANAGE_SUBSCRIBE_H

#include "manage/methods.h"

extern const struct method_table methods_subscribe;

/* Wake the subscribers when there are new events. */
void subscribe_settle(struct manage *manage);

#endif
