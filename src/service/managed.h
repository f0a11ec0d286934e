/* SPDX-License-Identifier: MIT */
/*
 * A tunnel whose ends speak the control protocol: the service's side of it.  What the protocol itself asks for is the
 * engine's (room control); here is what a tunnel is to its administrator: when it is opened, how long it is waited
 * for, what becomes of it when it is lost.
 *
 * Opened is only from service_expire(): a command only says that it is wanted.
 */
#ifndef L2TPD_SERVICE_MANAGED_H
#define L2TPD_SERVICE_MANAGED_H

#include "control/control.h"
#include "service/internal.h"

/* Make room for so many tunnels. -1: out of memory. */
int managed_reserve(struct service *service, size_t tunnels);
/* It may be opened: its peer is known, and nobody has to be asked about it any more. Nothing happens to a static one,
 * and to one that is not closed. */
void managed_start(struct service *service, struct tunnel *tunnel);
/* A session wants it: one that has been closed because nobody did is opened again. */
void managed_wanted(struct service *service, struct tunnel *tunnel);
/* It has no session any more. */
void managed_unwanted(struct service *service, struct tunnel *tunnel);
/* What the engine knows it by. */
void *managed_owner(const struct tunnel *tunnel);
/* The authorizer refused it: a peer's will be closed. */
void managed_refused(struct service *service, struct tunnel *tunnel);
/* What the peer calls itself. */
void managed_learn_name(struct tunnel *tunnel, const struct control_tunnel_info *info);
/* It is to be gone: the peer is told why. The datapath must have it still. */
void managed_stop(struct service *service, struct tunnel *tunnel);
/* Likewise, when the datapath is not there any more. */
void managed_forget(struct service *service, struct tunnel *tunnel);
/* Its configuration is another. */
void managed_changed(struct service *service, struct tunnel *tunnel);

/* ms until the next attempt: doubling with each failure in a row, up to a most; each a little different, so that those
 * that were lost together do not all come back together. */
uint64_t managed_back_off(struct service *service, uint32_t failures, uint32_t most_s);

/* --- what the engine tells --- */
void managed_up(struct service *service, struct tunnel *tunnel, const struct control_event *event);
/* It may be freed. */
void managed_down(struct service *service, struct tunnel *tunnel, const char *reason, bool by_peer);
void managed_quiet(struct service *service, struct tunnel *tunnel);

void managed_expire(struct service *service);

#endif
