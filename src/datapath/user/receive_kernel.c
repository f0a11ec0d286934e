/* SPDX-License-Identifier: MIT */
/*
 * What arrives for a session that keeps to the kernel's rules for sequence numbers (sequence_kernel.h), where they have
 * a say: packets with a number, and those without while others wait.
 */
#include "datapath/user/tap.h"
#include "datapath/user/worker.h"

#define UNORDERED_MS 1000	/* what waits without a timeout, since another waits since there was one */

void receive_kernel_tell(struct worker *worker, const struct session *session, enum datapath_sequence what, uint32_t nr)
{
	struct sequence_kernel_last last = sequence_kernel_last(session->as_kernel);
	struct datapath_event event = { .kind = DATAPATH_EVENT_SEQUENCE, .session = session->self,
					.tunnel = session->tunnel->self };

	event.sequence.what = what;
	event.sequence.ns = what < DATAPATH_PKT_EXPIRED ? shared_get(session->next_sequence) : last.number;
	event.sequence.nr = nr;
	event.sequence.queued = (uint32_t)sequence_kernel_count(session->as_kernel);
	if (what == DATAPATH_PKT_EXPIRED)
		event.sequence.queued++;	/* it has just left */
	notice_sequence(worker, &event);
}

static bool is_heard(const struct worker *worker)
{
	return __builtin_expect(shared_get(worker->dp->listens_in), false);
}

static void tell(struct worker *worker, const struct session *session, enum datapath_sequence what)
{
	if (is_heard(worker))
		receive_kernel_tell(worker, session, what, sequence_kernel_next(session->as_kernel));
}

/* A packet was delivered, and with its number the next is expected. */
static void tell_next(struct worker *worker, const struct session *session)
{
	struct sequence_kernel_last last = sequence_kernel_last(session->as_kernel);

	if (!is_heard(worker) || !last.numbered)
		return;
	if (last.anew)
		receive_kernel_tell(worker, session, DATAPATH_SEQNUM_RESET, last.number);
	tell(worker, session, DATAPATH_SEQNUM_UPDATE);
}

/* On the packet that has just arrived: what becomes of others in its wake is not told of it. */
static void take_back(struct worker *worker, int verdict, bool is_it)
{
	if (!is_it)
		worker->verdict = verdict;
}

/* newest: the copy of what has just arrived. */
static void drain(struct worker *worker, struct session *session, const uint8_t *newest)
{
	struct sequence_kernel *order = session->as_kernel;
	enum sequence_kernel_taken taken;
	uint8_t *frame;
	size_t length;

	while ((taken = sequence_kernel_take(order, worker->now, &frame, &length)) != SEQUENCE_KERNEL_NONE) {
		int verdict = worker->verdict;

		worker->verdict = DATAPATH_DROP_NONE;
		if (taken == SEQUENCE_KERNEL_DELIVER) {
			receive_accept(worker, session, frame, length);
			tell_next(worker, session);
		} else {
			tell(worker, session, DATAPATH_PKT_EXPIRED);
			receive_discard(worker, session, DATAPATH_DROP_SEQUENCE, &session->rx.seq_discards);
		}
		take_back(worker, verdict, frame == newest);
	}
	/* Frames must stay in place until the coalescer has let go of them. */
	deliver_flush(worker);
	sequence_kernel_release(order);
	session->waiting = !sequence_kernel_empty(order);
}

static void hold(struct worker *worker, struct session *session, struct sequence_kernel_packet *packet)
{
	uint32_t timeout = shared_get(session->reorder_timeout);
	const uint8_t *copy;
	bool out_of_order;

	packet->expires = worker->now + (timeout ? timeout : UNORDERED_MS);
	copy = sequence_kernel_hold(session->as_kernel, packet, timeout > 0, &out_of_order);
	if (!copy) {
		receive_discard(worker, session, DATAPATH_DROP_SEQUENCE, &session->rx.seq_discards);
		return;
	}
	if (out_of_order)
		counter_add(session->rx.oos_packets, 1);
	worker->verdict = TAP_VERDICT_HELD;
	drain(worker, session, copy);
}

void receive_kernel_numbered(struct worker *worker, struct session *session, uint32_t number, uint8_t *frame,
			     size_t length)
{
	struct sequence_kernel_packet packet = { .frame = frame, .length = length, .numbered = true, .number = number };

	switch (sequence_kernel_arrive(session->as_kernel, number, shared_get(session->reorder_timeout))) {
	case SEQUENCE_KERNEL_PASS:
		receive_accept(worker, session, frame, length);
		tell_next(worker, session);
		break;
	case SEQUENCE_KERNEL_HOLD:
		hold(worker, session, &packet);
		break;
	case SEQUENCE_KERNEL_OUTSIDE:
		tell(worker, session, DATAPATH_PKT_OUTSIDE_RX_WINDOW);
		receive_discard(worker, session, DATAPATH_DROP_SEQUENCE, NULL);
		break;
	case SEQUENCE_KERNEL_DISCARD:
		tell(worker, session, DATAPATH_PKT_OOS);
		receive_discard(worker, session, DATAPATH_DROP_SEQUENCE, &session->rx.seq_discards);
		break;
	}
}

void receive_kernel_behind(struct worker *worker, struct session *session, const uint8_t *frame, size_t length)
{
	struct sequence_kernel_packet packet = { .frame = frame, .length = length };

	hold(worker, session, &packet);
}
