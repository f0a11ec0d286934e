/* SPDX-License-Identifier: MIT */
/* See punt.h. */
#include "datapath/user/punt.h"

#include <string.h>

#include "datapath/user/message.h"

/* A frame in the ring. */
struct punt {
	handle session;
	uint32_t length;
	uint8_t octets[];
};

/* --- the worker --- */

/* May this session put in so much? A new one has saved nothing up yet, but its time since the beginning counts. */
static bool within_budget(struct worker *worker, struct session *session, size_t length)
{
	uint32_t rate = session->as_kernel ? PUNT_KERNEL_RATE : PUNT_RATE;
	uint32_t most = session->as_kernel ? PUNT_KERNEL_BURST : PUNT_BURST;
	uint64_t earned = (worker->now - session->punt_time) * rate + session->punt_budget;
	uint32_t cost = length < PUNT_FRAME_LEAST ? PUNT_FRAME_LEAST : (uint32_t)length;

	session->punt_time = worker->now;
	session->punt_budget = earned < most ? (uint32_t)earned : most;
	if (session->punt_budget < cost)
		return false;
	session->punt_budget -= cost;
	return true;
}

bool punt_frame(struct worker *worker, struct session *session, const uint8_t *frame, size_t length)
{
	struct punt *punt;

	if (length > PUNT_LENGTH_MAX || !worker->punts || !within_budget(worker, session, length))
		return false;
	punt = ring_reserve(worker->punts, sizeof(*punt) + length);
	if (!punt)
		return false;
	punt->session = session->self;
	punt->length = (uint32_t)length;
	memcpy(punt->octets, frame, length);
	if (ring_commit(worker->punts))
		messages_wake(worker->dp);
	return true;
}

/* --- the control thread --- */

int punt_open(struct user_datapath *dp)
{
	for (unsigned int i = 0; i < dp->worker_count; i++) {
		dp->workers[i].punts = ring_new();
		if (!dp->workers[i].punts)
			return -1;
	}
	return 0;
}

void punt_close(struct user_datapath *dp)
{
	for (unsigned int i = 0; i < dp->worker_count; i++) {
		ring_free(dp->workers[i].punts);
		dp->workers[i].punts = NULL;
	}
}

static int take_ring(struct user_datapath *dp, struct ring *ring, struct datapath_message *messages, int max)
{
	struct punt *punt;
	int count = 0;

	while (count < max && (punt = ring_first(ring))) {
		ring_take(ring);
		if (handle_get(&dp->sessions, punt->session))
			messages[count++] = (struct datapath_message){
				.session = punt->session, .octets = punt->octets, .length = punt->length };
	}
	return count;
}

int punt_take(struct user_datapath *dp, struct datapath_message *messages, int max)
{
	unsigned int workers = dp->worker_count;
	int count = 0;

	/* Another one begins each time: none has to wait for all others. */
	dp->punt_turn = (dp->punt_turn + 1) % workers;
	for (unsigned int i = 0; i < workers; i++)
		count += take_ring(dp, dp->workers[(dp->punt_turn + i) % workers].punts, messages + count, max - count);
	return count;
}

void punt_release(struct user_datapath *dp)
{
	for (unsigned int i = 0; i < dp->worker_count; i++)
		ring_release(dp->workers[i].punts);
}
