/* SPDX-License-Identifier: MIT */
/*
 * Sessions of tunnels with DATAPATH_BPF: which of them BPF programs may help (bpf/accelerator.h), found out anew
 * whenever something of that changes.  The control thread's.
 */
#ifndef L2TPD_DATAPATH_USER_ACCELERATE_H
#define L2TPD_DATAPATH_USER_ACCELERATE_H

#include "datapath/user/internal.h"

/* Something of this session, or of its tunnel, is new or has changed. */
void accelerate_settle(struct user_datapath *dp, struct session *session);
/* Routes or interfaces have changed. */
void accelerate_settle_all(struct user_datapath *dp);
/* Before the session's device goes; what was counted stays. */
void accelerate_end(struct session *session);
/* Forget what was counted, too. */
void accelerate_free(struct user_datapath *dp, struct session *session);
/* Add the packets that went that way. */
void accelerate_count(const struct session *session, struct datapath_stats *stats);
/* What moves its packets, or why only we do; NULL: nobody asked. A text that lasts. */
const char *accelerate_moved_by(const struct session *session);

#endif
