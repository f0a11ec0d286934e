/* SPDX-License-Identifier: MIT */
/* What is said once and not repeated, from no channel: answers to peers that have proved nothing, last words. */
#include <string.h>

#include "control/internal.h"

void control_reply(struct control *control, const struct control_path *path, const uint8_t *octets, size_t length)
{
	struct control_replies *replies = &control->replies;
	struct control_reply *next = &replies->waiting[(replies->first + replies->count) % CONTROL_BATCH_MAX];

	if (replies->count == CONTROL_BATCH_MAX || length > sizeof(next->octets)) {
		control->counters.replies_dropped++;	/* the peer will ask again */
		return;
	}
	replies->count++;
	next->path = *path;
	next->length = length;
	memcpy(next->octets, octets, length);
}

bool control_next_reply(struct control *control, struct control_datagram *datagram)
{
	struct control_replies *replies = &control->replies;
	struct control_reply *first = &replies->waiting[replies->first];

	if (!replies->count)
		return false;
	replies->first = (replies->first + 1) % CONTROL_BATCH_MAX;
	replies->count--;
	*datagram = (struct control_datagram){ first->path, first->octets, first->length, NULL };
	return true;
}
