/* SPDX-License-Identifier: MIT */
/* Packets of sessions that came ahead of their turn: each waits in its session's queue (reorder.h), for a time. */
#include <utlist.h>

#include "datapath/user/reorder.h"
#include "datapath/user/tap.h"
#include "datapath/user/worker.h"

static void accept_first_held(struct worker *worker, struct session *session)
{
	uint32_t number;
	uint64_t expires;
	size_t length;
	uint8_t *frame = reorder_first(session->reorder, &number, &length, &expires);
	int verdict = worker->verdict;

	reorder_pop(session->reorder);
	if (data_sequence_distance(number, session->sequence.expected) < 0) {
		/* The peer began anew while it waited. */
		receive_discard(worker, session, DATAPATH_DROP_SEQUENCE, &session->rx.seq_discards);
	} else {
		sequence_jump(&session->sequence, number);
		receive_accept(worker, session, frame, length);
	}
	worker->verdict = verdict;	/* is on the packet that has just arrived, not on this one */
}

void receive_drain(struct worker *worker, struct session *session)
{
	uint32_t number;
	uint64_t expires;
	size_t length;

	while (reorder_first(session->reorder, &number, &length, &expires)) {
		if (expires > worker->now && data_sequence_distance(number, session->sequence.expected) > 0)
			break;
		accept_first_held(worker, session);
	}
	/* Frames must stay in place until the coalescer has let go of them. */
	deliver_flush(worker);
	reorder_release(session->reorder);
	if (reorder_empty(session->reorder) && session->holding) {
		DL_DELETE2(worker->holding, session, holding_prev, holding_next);
		session->holding = false;
	}
}

void receive_hold(struct worker *worker, struct session *session, uint32_t number, const uint8_t *frame, size_t length)
{
	uint64_t expires = worker->now + shared_get(session->reorder_timeout);
	bool out_of_order = false;

	while (reorder_full(session->reorder, length))
		accept_first_held(worker, session);
	if (!reorder_hold(session->reorder, session->sequence.expected, number, frame, length, expires,
			  &out_of_order)) {
		receive_discard(worker, session, DATAPATH_DROP_SEQUENCE, &session->rx.seq_discards);
		return;
	}
	worker->verdict = TAP_VERDICT_HELD;
	if (out_of_order)
		counter_add(session->rx.oos_packets, 1);
	if (!session->holding) {
		DL_APPEND2(worker->holding, session, holding_prev, holding_next);
		session->holding = true;
	}
	receive_drain(worker, session);
}

static uint64_t first_expiry(const struct session *session)
{
	uint32_t number;
	uint64_t expires = UINT64_MAX;
	size_t length;

	(void)reorder_first(session->reorder, &number, &length, &expires);
	return expires;
}

void receive_expire(struct worker *worker)
{
	struct session *session, *next;

	DL_FOREACH_SAFE2(worker->holding, session, next, holding_next)
		if (first_expiry(session) <= worker->now)
			receive_drain(worker, session);
}

int receive_timeout(const struct worker *worker)
{
	uint64_t first = UINT64_MAX, now;
	const struct session *session;

	if (!worker->holding)
		return -1;
	DL_FOREACH2(worker->holding, session, holding_next)
		if (first_expiry(session) < first)
			first = first_expiry(session);
	now = worker_clock();
	return first > now ? (int)(first - now) : 0;
}

void receive_release(struct worker *worker, struct session *session)
{
	if (!session->holding)
		return;
	while (!reorder_empty(session->reorder))
		accept_first_held(worker, session);
	receive_drain(worker, session);
}

void receive_forget(struct worker *worker, struct session *session)
{
	struct session *held;

	DL_FOREACH2(worker->holding, held, holding_next)
		if (held == session)
			break;
	if (held) {
		DL_DELETE2(worker->holding, session, holding_prev, holding_next);
		session->holding = false;
	}
}
