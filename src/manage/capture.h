/* SPDX-License-Identifier: MIT */
/*
 * Captures: the calls CaptureTunnel and CaptureSession, and the packets they share.
 */
#ifndef L2TPD_MANAGE_CAPTURE_H
#define L2TPD_MANAGE_CAPTURE_H

#include "manage/methods.h"

struct captures;

/* From the beginning: what the service traces is taken here, too. -1: out of memory. */
int captures_open(struct manage *manage);
/* Give each capture its share of the packets that the service has: a part of them, so that other clients have their
 * turn.  The loop calls it by itself where the datapath has a descriptor. */
void captures_take(struct manage *manage);
/* The service did something: captures of what is gone end. */
void captures_settle(struct manage *manage);
/* When there is no client any more; legal when it was not opened. */
void captures_free(struct manage *manage);

#endif
