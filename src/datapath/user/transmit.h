/* SPDX-License-Identifier: MIT */
/*
 * Device -> wire: reading frames into an arena, and units of what is made of them on their way to the train.
 */
#ifndef L2TPD_DATAPATH_USER_TRANSMIT_H
#define L2TPD_DATAPATH_USER_TRANSMIT_H

#include "datapath/user/train.h"

#define FRAME_ROOM 48			/* octets before a frame: L2TP and PPP headers, VLAN tag, virtio header */
#define FRAMES_PER_ROUND 64		/* of one device, so that others get their turn */

/* A frame that was read. */
struct transmit_frame {
	struct virtio_net_hdr virtio;
	uint8_t *octets;		/* FRAME_ROOM behind something else */
	uint32_t length;
};

/* Read one frame. 0; -1 with errno when there is none. */
int transmit_read(struct worker *worker, int fd, struct transmit_frame *frame);
/* It stays where it is until transmit_flush(). */
void transmit_keep(struct worker *worker, const struct transmit_frame *frame);
/* Send it through this session. */
void transmit_frame(struct worker *worker, struct session *session, const struct path *path,
		    struct transmit_frame *frame);

/* Room that lasts as long. Frames that are kept stay, but what was gathered so far may leave. octets: at most
 * TRANSMIT_ROOM_MAX. */
#define TRANSMIT_ROOM_MAX (128 * 1024)
uint8_t *transmit_room(struct worker *worker, size_t octets);
/* There is room for it when transmit_room() was called for it, and is made else. */
void transmit_unit(struct worker *worker, struct session *session, const struct path *path,
		   const struct train_unit *unit);

#endif
